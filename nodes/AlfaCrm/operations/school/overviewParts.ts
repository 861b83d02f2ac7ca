import type { IDataObject } from 'n8n-workflow';

import { readFlag, readId } from '../../values/formats';
import { isCurrent } from '../../entities/customerTariff';
import { isPlain } from '../../fields/blank';
import { listOf } from '../../fields/field';
import type { Titles } from '../output/names';
import { LESSON, MARKS, PAYMENT, readValues, SUBSCRIPTION, TASK } from './overviewFields';

type Rows = readonly IDataObject[];

/** Whose overview it is, and when. */
export interface Subject {
	id: number;
	zone: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
}

export const nameIn = (titles: Titles | undefined, id: unknown): string | null =>
	titles?.get(readId(id) ?? 0) ?? null;

export const namesIn = (titles: Titles, ids: unknown): string =>
	listOf(ids)
		.map((id) => nameIn(titles, id) ?? String(id))
		.join(', ');

const has = (value: unknown, id: number): boolean => listOf(value).some((one) => readId(one) === id);

/** Whether a lesson names the customer. What names nobody is nobody's: the answer may go to a parent. */
export const isOf = (row: IDataObject, id: number): boolean =>
	has(row.customer_ids, id) || detailOf(row, id) !== undefined;

const detailOf = ({ details }: IDataObject, id: number): IDataObject | undefined =>
	(listOf(details).filter(isPlain) as IDataObject[]).find(({ customer_id }) => readId(customer_id) === id);

/** Sorts by words, such as days; null comes first. */
const byWords = (of: (one: IDataObject) => unknown) => (one: IDataObject, other: IDataObject) =>
	String(of(one) ?? '').localeCompare(String(of(other) ?? ''));

const beginOf = ({ date, start }: IDataObject) => `${String(date)} ${String(start)}`;

/** Lessons of the customer, or of one of the groups, that have not begun, the next one first. */
export const lessonsAhead = (rows: Rows, groups: readonly number[], { id, zone, now }: Subject) =>
	rows
		.filter((row) => isOf(row, id) || groups.some((group) => has(row.group_ids, group)))
		.map((row) => ({ lesson: readValues(LESSON, row, zone), groups: listOf(row.group_ids).map(readId) }))
		.filter(({ lesson }) => beginOf(lesson) > now)
		.sort((one, other) => byWords(beginOf)(one.lesson, other.lesson));

/** The lessons held, the latest first: whether the customer was there, and the marks. */
export const attendanceIn = (rows: Rows, { id, zone }: Subject): IDataObject[] =>
	rows
		.map((row) => ({ ...readValues(LESSON, row, zone), ...readValues(MARKS, detailOf(row, id) ?? {}, zone) }))
		.sort((one, other) => byWords(beginOf)(other, one));

/** The subscriptions that are neither archived nor over. API notes 5.5. */
export const subscriptionsIn = (rows: Rows, plans: Titles | undefined, { zone }: Subject): IDataObject[] =>
	rows
		.filter((row) => isCurrent(row, zone))
		.map((row) => ({ ...readValues(SUBSCRIPTION, row, zone), plan_name: nameIn(plans, row.tariff_id) }));

/** The payments, the latest first. */
export const paymentsIn = (rows: Rows, { zone }: Subject): IDataObject[] =>
	rows
		.map((row) => readValues(PAYMENT, row, zone))
		.sort((one, other) => byWords(({ date }) => date)(other, one));

/** What is still to be done about the customer, what is due first; last what is due on no day. */
export const tasksIn = (rows: Rows, { id, zone }: Subject): IDataObject[] =>
	rows
		.filter(
			(row) => has(row.customer_ids, id) && readFlag(row.is_done) !== 1 && readFlag(row.is_archive) !== 1,
		)
		.map((row) => readValues(TASK, row, zone))
		.sort(byWords(({ due_date }) => due_date ?? '9999'));

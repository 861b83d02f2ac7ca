import type { IDataObject } from 'n8n-workflow';

import { formatDay, formatTime, readFlag, readId } from '../../values/formats';
import { stageOf } from '../../entities/customer';
import { isCurrent } from '../../entities/customerTariff';
import { INCOME, NO_INCOME } from '../../entities/pay';
import { isPlain } from '../../fields/blank';
import { listOf } from '../../fields/field';

type Rows = readonly IDataObject[];
type Names = ReadonlyMap<number, string>;

/** Whose overview it is, and when. */
export interface Subject {
	id: number;
	zone: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
}

export const nameIn = (names: Names | undefined, id: unknown): string | null =>
	names?.get(readId(id) ?? 0) ?? null;

export const namesIn = (rows: Rows): Map<number, string> =>
	new Map(
		rows
			.filter(({ name }) => typeof name === 'string' && name !== '')
			.map((row) => [readId(row.id) ?? 0, String(row.name)]),
	);

/** A field that a row does not show is null, so that each overview has the same ones. */
const shown = (value: IDataObject[string]): IDataObject[string] => value ?? null;
const has = (value: unknown, id: number): boolean => listOf(value).some((one) => readId(one) === id);
const text = (value: unknown): string => listOf(value).join(', ');

/** Who it is and how things stand, as the card tells. */
export function cardIn(row: IDataObject, { zone }: Subject) {
	const isClient = Number(row.is_study) === 1;
	return {
		id: readId(row.id) ?? null,
		name: shown(row.name),
		type: isClient ? ('client' as const) : ('lead' as const),
		phone: text(row.phone),
		email: text(row.email),
		payer_name: shown(row.legal_name),
		branch_ids: text(row.branch_ids),
		manager_id: readId(row.assigned_id) ?? null,
		stage_id: readId(isClient ? row.study_status_id : stageOf(row)) ?? null,
		balance: shown(row.balance),
		bonus: shown(row.balance_bonus),
		lessons_left: shown(row.paid_lesson_count),
		paid_until: formatDay(row.paid_till, 'iso', zone) ?? null,
		last_attended: formatDay(row.last_attend_date, 'iso', zone) ?? null,
	};
}

/** Whether a lesson names the customer. What names nobody is nobody's: the answer may go to a parent. */
export const isOf = (row: IDataObject, id: number): boolean =>
	has(row.customer_ids, id) || detailOf(row, id) !== undefined;

const detailOf = ({ details }: IDataObject, id: number): IDataObject | undefined =>
	(listOf(details).filter(isPlain) as IDataObject[]).find(({ customer_id }) => readId(customer_id) === id);

/** A lesson, with its day as `yyyy-mm-dd` and its times as `hh:mm`. */
const lessonIn = (row: IDataObject, zone: string) => ({
	lesson_id: readId(row.id) ?? null,
	branch_id: readId(row.branch_id) ?? null,
	date: formatDay(row.time_from, 'iso', zone) ?? formatDay(row.date, 'iso', zone) ?? '',
	start: formatTime(row.time_from, zone) ?? '',
	end: formatTime(row.time_to, zone) ?? '',
	type: shown(row.lesson_type_name),
	topic: shown(row.topic),
});

/** Lessons of the customer, or of one of the groups, that have not begun, the next one first. */
export function lessonsAhead(rows: Rows, groups: Iterable<number>, { id, zone, now }: Subject) {
	const own = [...groups];
	return rows
		.filter((row) => isOf(row, id) || own.some((group) => has(row.group_ids, group)))
		.map((row) => ({
			...lessonIn(row, zone),
			group_ids: listOf(row.group_ids).map((one) => readId(one) ?? 0),
		}))
		.filter(({ date, start }) => `${date} ${start}` > now)
		.sort((one, other) => inOrder(`${one.date} ${one.start}`, `${other.date} ${other.start}`));
}

/** The next of them, of a group if one is given. */
export function nextOf(lessons: ReturnType<typeof lessonsAhead>, group?: number): IDataObject | null {
	const next = lessons.find(({ group_ids }) => group === undefined || group_ids.includes(group));
	if (next === undefined) return null;
	const { group_ids, ...lesson } = next;
	return group === undefined ? { ...lesson, group_id: group_ids[0] ?? null } : lesson;
}

/** The last lessons that the customer was put down for, the latest first: there or not, and the marks. */
export function attendanceIn(rows: Rows, most: number, { id, zone }: Subject): IDataObject[] {
	return rows
		.map((row) => {
			const detail = detailOf(row, id);
			return {
				...lessonIn(row, zone),
				attended: said(detail?.is_attend),
				grade: shown(detail?.grade),
				homework_grade: shown(detail?.homework_grade_id),
				bonus: shown(detail?.bonus),
				note: shown(detail?.note),
			};
		})
		.sort((one, other) => inOrder(`${other.date} ${other.start}`, `${one.date} ${one.start}`))
		.slice(0, most);
}

/** Null where AlfaCRM does not say it: nobody is to hear of an absence that is none, or of money that has not come. */
function said(value: unknown): boolean | null {
	const flag = readFlag(value);
	return flag === undefined ? null : flag === 1;
}

/** A refund may show its sum as a payment does. Null where it is not known what a type is. */
function incoming(type: unknown): boolean | null {
	const id = readId(type) ?? 0;
	return id === INCOME || (NO_INCOME.includes(id) ? false : null);
}

/** The subscriptions that are neither archived nor over. API notes 5.5. */
export function subscriptionsIn(rows: Rows, plans: Names | undefined, { zone }: Subject): IDataObject[] {
	return rows
		.filter((row) => isCurrent(row, zone))
		.map((row) => ({
			id: readId(row.id) ?? null,
			plan_id: readId(row.tariff_id) ?? null,
			plan_name: nameIn(plans, row.tariff_id),
			from: formatDay(row.b_date, 'iso', zone) ?? null,
			until: formatDay(row.e_date ?? row.end, 'iso', zone) ?? null,
			balance: shown(row.balance),
			lessons_left: shown(row.paid_lesson_count),
			note: shown(row.note),
		}));
}

/** The last payments, the latest first. The sum of one that is paid back may stand in either. API notes 5.16. */
export function paymentsIn(rows: Rows, most: number, { zone }: Subject): IDataObject[] {
	return rows
		.map((row) => ({
			id: readId(row.id) ?? null,
			date: formatDay(row.document_date, 'iso', zone) ?? null,
			income: shown(row.income),
			expenditure: shown(row.expenditure),
			type_id: readId(row.pay_type_id) ?? null,
			incoming: incoming(row.pay_type_id),
			confirmed: said(row.is_confirmed),
			note: shown(row.note),
		}))
		.sort((one, other) => inOrder(other.date ?? '', one.date ?? '') || Number(other.id) - Number(one.id))
		.slice(0, most);
}

/** What is still to be done about the customer, what is due first; last what is due on no day. */
export function tasksIn(rows: Rows, { id, zone }: Subject): IDataObject[] {
	return rows
		.filter(
			(row) => has(row.customer_ids, id) && readFlag(row.is_done) !== 1 && readFlag(row.is_archive) !== 1,
		)
		.map((row) => ({
			id: readId(row.id) ?? null,
			title: shown(row.title),
			text: shown(row.text),
			due_date: formatDay(row.due_date, 'iso', zone) ?? null,
			assigned_ids: text(row.assigned_ids),
		}))
		.sort((one, other) => inOrder(one.due_date ?? '9999', other.due_date ?? '9999'));
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

import type { IDataObject } from 'n8n-workflow';

import { readFlag, readId } from '../../../values/formats';
import { LESSON_STATUS } from '../../../entities/lesson';
import type { Change } from '../../change';
import { isBecome } from '../../change';
import type { LogLookup } from '../../logLookup';
import { detailsIn } from '../../logLookup';
import type { DerivedEvent } from '../../derivedEvents';

const DETAILS = 'LessonDetails';

/** Of a lesson, in the order of the item. */
const SHOWN = ['date', 'time_from', 'time_to', 'lesson_type_id', 'subject_id', 'teacher_ids', 'group_ids'];
const SHOWN_AFTER = ['room_id', 'topic', 'homework'];
const DETAILS_SHOWN = ['reason_id', 'grade', 'note', 'commission'];

/**
 * Who was at a lesson, or was not. The log may tell it of each customer (LessonDetails), or that the lesson is completed, or
 * both; the lesson as it is now decides, and each customer is told once for each lesson. API notes 5.11 and 5.21.
 */
export const attendance = (isThere: 0 | 1): DerivedEvent => ({
	wants: (change) =>
		change.entity === DETAILS
			? change.event !== 'delete' && isOwn(change, isThere)
			: change.entity === 'Lesson' &&
				change.event !== 'delete' &&
				isBecome(change, 'status', LESSON_STATUS.completed),
	derive: async (change, branches, lookup) =>
		change.entity === DETAILS
			? await ofCustomer(change, branches, lookup, isThere)
			: await ofLesson(change, branches, lookup, isThere),
	keyOf: ({ lesson_id, customer_id, details_id }) =>
		lesson_id === null ? `details ${String(details_id)}` : `${String(lesson_id)} ${String(customer_id)}`,
});

/** What is not said of new ones may be either. */
const isOwn = ({ fields_new, event }: Change, isThere: 0 | 1): boolean =>
	(readFlag(fields_new.is_attend) ?? (event === 'create' ? isThere : undefined)) === isThere;

async function ofLesson(
	change: Change,
	branches: readonly number[],
	lookup: LogLookup,
	isThere: 0 | 1,
): Promise<IDataObject[]> {
	const { row, reason, isGivenUp } = await lookup.lesson(change.entity_id, branches);
	if (row === null && isGivenUp) {
		const unread = { lesson_id: change.entity_id };
		return [{ ...itemOf(change, {}, unread, branches[0]), lesson_error: reason ?? null }];
	}
	if (row === null || !isCompleted(row)) return [];
	const branch = likelyBranch(row, branches);
	const customers = Array.isArray(row.customer_ids) ? row.customer_ids.map(readId) : [];
	let details = detailsIn(row);
	if (details.length === 0) {
		for (const customer of customers) {
			if (customer === undefined) continue;
			const shown = await lookup.lessonOf(customer, change.entity_id, branch);
			details = [...details, ...detailsIn(shown ?? {}).filter((one) => readId(one.customer_id) === customer)];
		}
	}
	return details
		.filter((one) => readFlag(one.is_attend) === isThere)
		.map((one) => itemOf(change, row, one, branch));
}

async function ofCustomer(
	change: Change,
	branches: readonly number[],
	lookup: LogLookup,
	isThere: 0 | 1,
): Promise<IDataObject[]> {
	const fields = await lookup.fieldsOf(change, branches[0], ['customer_id']);
	const [customer, lesson] = [readId(fields.customer_id), readId(fields.lesson_id)];
	const own: IDataObject = { ...fields, id: change.entity_id };
	const at = readId(fields.branch_id);
	const places = at === undefined ? branches : [at, ...branches.filter((branch) => branch !== at)];
	const { row, reason } = await find(change.entity_id, { customer, lesson, places, lookup });
	if (row === undefined && readFlag(own.is_attend) !== isThere) return [];
	if (row === undefined)
		return reason === undefined ? [] : [{ ...itemOf(change, {}, own, places[0]), lesson_error: reason }];
	const branch = likelyBranch(row, places);
	const isIt = (one: IDataObject) =>
		readId(one.id) === change.entity_id || (customer !== undefined && readId(one.customer_id) === customer);
	const shown = detailsIn(row).find(isIt) ?? (await lessonShown(row, customer, branch, lookup)).find(isIt);
	// A lesson that is planned again, and what was put right since, tells nothing; what is not shown is as the log says.
	if (!isCompleted(row) || readFlag({ is_attend: 0, ...own, ...shown }.is_attend) !== isThere) return [];
	return [itemOf(change, row, { ...own, ...shown }, branch)];
}

interface Sought {
	customer?: number;
	lesson?: number;
	places: readonly number[];
	lookup: LogLookup;
}

/** Nothing at all where the lesson is gone. */
async function find(
	details: number,
	{ customer, lesson, places, lookup }: Sought,
): Promise<{ row?: IDataObject; reason?: string }> {
	if (lesson !== undefined) {
		const { row, reason } = await lookup.lesson(lesson, places);
		return { row: row ?? undefined, reason };
	}
	if (customer === undefined) return { reason: 'The change log does not say whose lesson it was' };
	let isRead = false;
	for (const place of places) {
		const row = await lookup.lessonWith(details, customer, place);
		if (row) return { row };
		isRead ||= row === null;
	}
	// It is planned again, or gone.
	return isRead
		? {}
		: { reason: 'The change log does not say which lesson it was, and AlfaCRM shows no lessons' };
}

async function lessonShown(
	{ id }: IDataObject,
	customer: number | undefined,
	branch: number,
	lookup: LogLookup,
): Promise<IDataObject[]> {
	const lesson = readId(id);
	if (customer === undefined || lesson === undefined) return [];
	return detailsIn((await lookup.lessonOf(customer, lesson, branch)) ?? {});
}

const isCompleted = ({ status }: IDataObject): boolean => readId(status) === LESSON_STATUS.completed;

const likelyBranch = ({ branch_id }: IDataObject, branches: readonly number[]): number =>
	readId(branch_id) ?? branches[0];

function itemOf(change: Change, lesson: IDataObject, details: IDataObject, branch: number): IDataObject {
	const from = (row: IDataObject, names: readonly string[]) =>
		Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
	return {
		customer_id: readId(details.customer_id) ?? null,
		lesson_id: readId(lesson.id) ?? readId(details.lesson_id) ?? null,
		...from(lesson, SHOWN),
		is_attend: readFlag(details.is_attend) ?? null,
		...from(details, DETAILS_SHOWN),
		subscription_id: readId(details.ctt_id) ?? null,
		details_id: readId(details.id) ?? null,
		...from(lesson, SHOWN_AFTER),
		branch_id: branch,
		user_id: change.user_id,
		datetime: change.datetime,
	};
}

import type { IDataObject } from 'n8n-workflow';

import { LESSON_STATUS } from '../../entities/lesson';
import { readFlag, readId } from '../../values/formats';
import type { Change } from '../change';
import { isBecome } from '../change';
import type { DerivedEvent } from '../derivedEvents';
import type { LogLookup } from '../logLookup';

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
		change.event !== 'delete' &&
		(change.entity === DETAILS
			? mayBe(isThere, change)
			: change.entity === 'Lesson' && isBecome(change, 'status', LESSON_STATUS.completed)),
	derive: async (change, branches, lookup) => {
		const derive = change.entity === DETAILS ? ofCustomer : ofLesson;
		return await derive(change, branches, lookup, isThere);
	},
	keyOf: ({ lesson_id, customer_id, details_id }) =>
		lesson_id === null ? `details ${String(details_id)}` : `${String(lesson_id)} ${String(customer_id)}`,
});

/** What is not said of new ones may be either. */
const mayBe = (isThere: 0 | 1, { fields_new, event }: Change): boolean =>
	(readFlag(fields_new.is_attend) ?? (event === 'create' ? isThere : undefined)) === isThere;

async function ofLesson(
	change: Change,
	branches: readonly number[],
	lookup: LogLookup,
	isThere: 0 | 1,
): Promise<IDataObject[]> {
	const { row, reason, isGivenUp } = await lookup.lesson(change.entity_id, branches);
	if (row === null)
		return isGivenUp ? [unread(change, { lesson_id: change.entity_id }, branches[0], reason)] : [];
	if (!isCompleted(row)) return [];
	const branch = readId(row.branch_id) ?? branches[0];
	const details = await lookup.detailsOf(row, branch);
	const theirs = details.filter((one) => readFlag(one.is_attend) === isThere);
	return theirs.map((one) => itemOf(change, row, one, branch));
}

async function ofCustomer(
	change: Change,
	branches: readonly number[],
	lookup: LogLookup,
	isThere: 0 | 1,
): Promise<IDataObject[]> {
	const fields = await lookup.fieldsOf(change, branches[0], ['customer_id']);
	const own: IDataObject = { ...fields, id: change.entity_id };
	const places = [...new Set([readId(own.branch_id) ?? branches[0], ...branches])];
	const { row, reason } = await lookup.lessonOf(own, places);
	if (row === null) {
		const isKnown = reason !== undefined && readFlag(own.is_attend) === isThere;
		return isKnown ? [unread(change, own, places[0], reason)] : [];
	}
	// One that is planned again tells nothing.
	if (!isCompleted(row)) return [];
	const branch = readId(row.branch_id) ?? places[0];
	const customer = readId(own.customer_id);
	const shown = (await lookup.detailsOf(row, branch)).find(
		(one) => readId(one.id) === own.id || (customer !== undefined && readId(one.customer_id) === customer),
	);
	// What is not shown is as the log says.
	const details = { is_attend: 0, ...own, ...shown };
	return readFlag(details.is_attend) === isThere ? [itemOf(change, row, details, branch)] : [];
}

const isCompleted = ({ status }: IDataObject): boolean => readId(status) === LESSON_STATUS.completed;

const unread = (change: Change, details: IDataObject, branch: number, reason = ''): IDataObject => ({
	...itemOf(change, {}, details, branch),
	lesson_error: reason,
});

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

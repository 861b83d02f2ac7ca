import type { IDataObject } from 'n8n-workflow';

import { LESSON_STATUS } from '../../entities/lesson';
import { readFlag, readId, readIds } from '../../values/formats';
import type { Change } from '../change';
import { isBecome } from '../change';
import type { DerivedEvent } from '../sources/changeLog/derivedEvents';

const DETAILS = 'LessonDetails';

/** Of a lesson, in the order of the item. */
const SHOWN = [
	'date',
	'time_from',
	'time_to',
	'lesson_type_id',
	'subject_id',
	'teacher_ids',
	'group_ids',
];
const SHOWN_AFTER = ['room_id', 'topic', 'homework'];
const DETAILS_SHOWN = ['reason_id', 'grade', 'note', 'commission'];
/** What a message needs no more; the event tells `is_attend`. */
const LEFT_OUT = ['date', 'time_to', 'is_attend', 'commission', 'subscription_id', 'details_id'];
const LEFT_OUT_AFTER = ['room_id', 'room_name', 'topic', 'homework'];

/**
 * Who was at a lesson, or was not. The log may tell it of each customer (LessonDetails), or that
 * the lesson is completed, or both; the lesson as it is now decides, and each customer is told once
 * for each lesson. API notes 5.11 and 5.21.
 */
export const attendance = (isThere: 0 | 1): DerivedEvent => ({
	wants: (change) =>
		change.event !== 'delete' &&
		(change.entity === DETAILS
			? mayBe(isThere, change)
			: change.entity === 'Lesson' && isBecome(change, 'status', LESSON_STATUS.completed)),
	derive: async (change, branches, lookup) => {
		const own: IDataObject | undefined =
			change.entity === DETAILS
				? { ...(await lookup.fieldsOf(change, branches[0], ['customer_id'])), id: change.entity_id }
				: undefined;
		const { record, reason, missing } = own
			? await lookup.lessonOf(own, branches)
			: await lookup.lesson(change.entity_id, branches);
		const isSo = (details: IDataObject) => readFlag(details.is_attend) === isThere;
		if (record === null) {
			// A customer's entry tells it as well; that of a lesson stands for all of its customers.
			const isKnown = own ? missing !== 'gone' && isSo(own) : missing === 'failed';
			const known = own ?? { lesson_id: change.entity_id };
			return isKnown ? [{ ...itemOf(change, {}, known, branches[0]), lesson_error: reason }] : [];
		}
		// One that is planned again tells nothing.
		if (readId(record.status) !== LESSON_STATUS.completed) return [];
		const branch = readId(record.branch_id) ?? branches[0];
		const listed = own ? own.customer_id : record.customer_ids;
		const shown = await lookup.detailsOf(record, branch, readIds([listed ?? []].flat()));
		const theirs = own ? ownOf(shown, own) : shown;
		return theirs.filter(isSo).map((details) => itemOf(change, record, details, branch));
	},
	details: [...LEFT_OUT, ...LEFT_OUT_AFTER, isThere === 1 ? 'reason_id' : 'grade'],
	keyOf: ({ lesson_id, customer_id, details_id }) =>
		lesson_id === null
			? `details ${String(details_id)}`
			: `${String(lesson_id)} ${String(customer_id)}`,
	lessonOf: ({ lesson_id }) => readId(lesson_id),
});

/** What is not said of new ones may be either. */
function mayBe(isThere: 0 | 1, { fields_new, event }: Change): boolean {
	const said = readFlag(fields_new.is_attend);
	return said === undefined ? event === 'create' : said === isThere;
}

/**
 * A customer's own details as the lesson shows them; as the log tells them where it shows nobody's.
 */
function ownOf(shown: readonly IDataObject[], own: IDataObject): IDataObject[] {
	const isOwn = (one: IDataObject) =>
		readId(one.id) === own.id || readId(one.customer_id) === readId(own.customer_id);
	return shown.length === 0 ? [own] : shown.filter(isOwn);
}

function itemOf(
	change: Change,
	lesson: IDataObject,
	details: IDataObject,
	branch: number,
): IDataObject {
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
		change,
	};
}

/**
 * The events that a customer was at a lesson, or missed it.
 *
 * An entry of the log may tell of one customer's attendance (class `LessonDetails`), or of a lesson
 * that is completed (class `Lesson`), or both may come. Either is only a reason to look: the lesson
 * as it is now decides who was there, and each customer is reported once for each lesson.
 * API notes 5.11 and 5.21.
 */

import type { IDataObject } from 'n8n-workflow';

import { LESSON_STATUS } from '../../entities/lesson';
import { readFlag, readId, readIds } from '../../values/formats';
import type { Change } from '../change';
import { hasBecome } from '../change';
import type { DerivedEvent } from '../sources/changeLog/derivedEvents';
import type { LogLookup } from '../sources/changeLog/logLookup';

/** The class of the log for the attendance of one customer at one lesson. */
const DETAILS_CLASS = 'LessonDetails';

/** What a customer's attendance says in `is_attend`: 1 for "was there", 0 for "missed it". */
type Attended = 0 | 1;

/** The fields of a lesson that an item has, in the order of the item. */
const LESSON_FIELDS = [
	'date',
	'time_from',
	'time_to',
	'lesson_type_id',
	'subject_id',
	'teacher_ids',
	'group_ids',
];

/** The fields of a lesson that an item has behind the attendance. */
const LESSON_FIELDS_AT_END = ['room_id', 'topic', 'homework'];

/** The fields of the attendance that an item has. */
const DETAILS_FIELDS = ['reason_id', 'grade', 'note', 'commission'];

/**
 * What a simplified item leaves out, because a message to the customer does not need it. The event
 * itself tells `is_attend`.
 */
const FIELDS_LEFT_OUT = [
	'date',
	'time_to',
	'is_attend',
	'commission',
	'subscription_id',
	'details_id',
	'room_id',
	'room_name',
	'topic',
	'homework',
];

/**
 * Makes the event that a customer was at a lesson, or the event that a customer missed it.
 *
 * @param attended which attendance the event reports
 */
export function makeAttendanceEvent(attended: Attended): DerivedEvent {
	return {
		mayShowEvent: (change) => mayTellAttendance(change, attended),
		deriveItems: async (change, branches, lookup) => {
			const tellsOfOneCustomer = change.entity === DETAILS_CLASS;
			if (tellsOfOneCustomer) return await deriveFromDetails(change, attended, branches, lookup);
			return await deriveFromLesson(change, attended, branches, lookup);
		},
		// A customer who was there has no reason for absence; one who was not has no grade.
		fieldsLeftOut: [...FIELDS_LEFT_OUT, attended === 1 ? 'reason_id' : 'grade'],
		makeEventKey: makeAttendanceKey,
		readLessonId: ({ lesson_id }) => readId(lesson_id),
	};
}

/** Makes the key by which an attendance is reported once: its lesson and its customer. */
function makeAttendanceKey({ lesson_id, customer_id, details_id }: IDataObject): string {
	// The log may not say which lesson it was. Then the ID of the attendance identifies it.
	if (lesson_id === null) return `details ${String(details_id)}`;
	return `${String(lesson_id)} ${String(customer_id)}`;
}

/** Whether an entry of the log may tell of the attendance that the event reports. */
function mayTellAttendance(change: Change, attended: Attended): boolean {
	const { entity, event, fields_new } = change;
	if (event === 'delete') return false;
	if (entity === 'Lesson') return hasBecome(change, 'status', LESSON_STATUS.completed);
	if (entity !== DETAILS_CLASS) return false;

	const loggedAttendance = readFlag(fields_new.is_attend);
	// An entry of a new record without `is_attend` may mean either.
	if (loggedAttendance === undefined) return event === 'create';
	return loggedAttendance === attended;
}

/**
 * Makes the item of a log entry that tells of one customer's attendance. Makes none if the lesson,
 * as it is now, does not show this attendance.
 */
async function deriveFromDetails(
	change: Change,
	attended: Attended,
	branches: readonly number[],
	lookup: LogLookup,
): Promise<IDataObject[]> {
	const loggedFields = await lookup.readLoggedFields(change, branches[0], ['customer_id']);
	const loggedDetails: IDataObject = { ...loggedFields, id: change.entity_id };
	const lessonResult = await lookup.findLessonOfAttendance(loggedDetails, branches);
	if (lessonResult.record === null) {
		// The log itself tells of this customer, unless the lesson is gone.
		const isLessonGone = lessonResult.missing === 'gone';
		if (isLessonGone || !isOfAttendance(loggedDetails, attended)) return [];

		const item = buildAttendanceItem(change, {}, loggedDetails, branches[0]);
		return [{ ...item, lesson_error: lessonResult.reason }];
	}

	const lesson = lessonResult.record;
	if (!isCompleted(lesson)) return [];

	const branch = readId(lesson.branch_id) ?? branches[0];
	const customers = readIds([loggedDetails.customer_id ?? []].flat());
	const shownDetails = await lookup.readAttendances(lesson, branch, customers);
	const detailsOfCustomer = findDetailsOfCustomer(shownDetails, loggedDetails);
	return detailsOfCustomer
		.filter((details) => isOfAttendance(details, attended))
		.map((details) => buildAttendanceItem(change, lesson, details, branch));
}

/**
 * Makes the items of a log entry that tells of a completed lesson: one for each customer who was
 * there, or for each customer who missed it.
 */
async function deriveFromLesson(
	change: Change,
	attended: Attended,
	branches: readonly number[],
	lookup: LogLookup,
): Promise<IDataObject[]> {
	const lessonResult = await lookup.findLesson(change.entity_id, branches);
	if (lessonResult.record === null) {
		// No other entry may tell of these customers, so a lesson that AlfaCRM fails to show becomes
		// one item without a customer.
		if (lessonResult.missing !== 'failed') return [];

		const unknownDetails = { lesson_id: change.entity_id };
		const item = buildAttendanceItem(change, {}, unknownDetails, branches[0]);
		return [{ ...item, lesson_error: lessonResult.reason }];
	}

	const lesson = lessonResult.record;
	if (!isCompleted(lesson)) return [];

	const branch = readId(lesson.branch_id) ?? branches[0];
	const customers = readIds([lesson.customer_ids ?? []].flat());
	const shownDetails = await lookup.readAttendances(lesson, branch, customers);
	return shownDetails
		.filter((details) => isOfAttendance(details, attended))
		.map((details) => buildAttendanceItem(change, lesson, details, branch));
}

/**
 * Whether a lesson is still completed. One that is planned again tells nothing of who was there.
 */
function isCompleted(lesson: IDataObject): boolean {
	return readId(lesson.status) === LESSON_STATUS.completed;
}

function isOfAttendance(details: IDataObject, attended: Attended): boolean {
	return readFlag(details.is_attend) === attended;
}

/**
 * Finds the attendance of the customer of a log entry among what a lesson shows. If the lesson
 * shows nobody's attendance, takes the one that the log tells.
 */
function findDetailsOfCustomer(
	shownDetails: readonly IDataObject[],
	loggedDetails: IDataObject,
): IDataObject[] {
	if (shownDetails.length === 0) return [loggedDetails];

	const loggedCustomer = readId(loggedDetails.customer_id);
	return shownDetails.filter((details) => {
		const isSameAttendance = readId(details.id) === loggedDetails.id;
		const isOfCustomer = readId(details.customer_id) === loggedCustomer;
		return isSameAttendance || isOfCustomer;
	});
}

/**
 * Makes the item of one customer at one lesson. What is unknown is null.
 *
 * @param lesson empty if it could not be read
 * @param details what AlfaCRM tells of one customer's attendance
 */
function buildAttendanceItem(
	change: Change,
	lesson: IDataObject,
	details: IDataObject,
	branch: number,
): IDataObject {
	return {
		customer_id: readId(details.customer_id) ?? null,
		lesson_id: readId(lesson.id) ?? readId(details.lesson_id) ?? null,
		...pickFields(lesson, LESSON_FIELDS),
		is_attend: readFlag(details.is_attend) ?? null,
		...pickFields(details, DETAILS_FIELDS),
		subscription_id: readId(details.ctt_id) ?? null,
		details_id: readId(details.id) ?? null,
		...pickFields(lesson, LESSON_FIELDS_AT_END),
		branch_id: branch,
		change,
	};
}

/** Copies fields of a row; a field that the row lacks becomes null. */
function pickFields(row: IDataObject, names: readonly string[]): IDataObject {
	return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

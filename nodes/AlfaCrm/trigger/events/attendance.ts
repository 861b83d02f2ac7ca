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

/** AlfaCRM's class, in its log, of the attendance of one customer at one lesson. */
const ATTENDANCE_CLASS = 'LessonDetails';

/** The values of `is_attend` in an attendance. */
export const ATTENDED = { wasThere: 1, missedIt: 0 } as const;
type Attended = (typeof ATTENDED)[keyof typeof ATTENDED];

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

/** The fields of a lesson that an item has behind those of the attendance. */
const LESSON_FIELDS_AT_END = ['room_id', 'topic', 'homework'];

/** The fields of the attendance that an item has. */
const ATTENDANCE_FIELDS = ['reason_id', 'grade', 'note', 'commission'];

/**
 * The fields that a simplified item leaves out, because a message to the customer does not need
 * them. `time_from` stays: it holds the day and the time. The event itself tells `is_attend`.
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
 * Makes an event that a trigger can report: that a customer was at a lesson (`attended` is 1), or
 * that a customer missed it (0).
 */
export function makeAttendanceEvent(attended: Attended): DerivedEvent {
	// A customer who was there has no reason for absence. A customer who missed it has no grade.
	const fieldWithoutValue = attended === ATTENDED.wasThere ? 'reason_id' : 'grade';
	return {
		isRelevantChange: (change) => mayBeAboutAttendance(change, attended),
		makeItemsOfChange: async (change, branches, lookup) => {
			const isAboutOneCustomer = change.entity === ATTENDANCE_CLASS;
			return isAboutOneCustomer
				? await makeItemsOfAttendanceEntry(change, attended, branches, lookup)
				: await makeItemsOfLessonEntry(change, attended, branches, lookup);
		},
		fieldsLeftOut: [...FIELDS_LEFT_OUT, fieldWithoutValue],
		makeEventKey: makeAttendanceKey,
		readLessonId: ({ lesson_id }) => readId(lesson_id),
	};
}

/**
 * Makes the key of an item. Items with the same key are reported only once. The key has the IDs of
 * the lesson and of the customer, such as "812 45".
 */
function makeAttendanceKey(item: IDataObject): string {
	const { lesson_id, customer_id, details_id } = item;
	// If the log does not say which lesson it was, the ID of the attendance identifies the item.
	if (lesson_id === null) return `details ${String(details_id)}`;
	return `${String(lesson_id)} ${String(customer_id)}`;
}

/**
 * Whether an entry of AlfaCRM's log may tell that a customer was at a lesson (`attended` is 1) or
 * missed it (0). Entries about two classes of records may: `Lesson`, and `LessonDetails`, which is
 * the attendance of one customer at one lesson.
 */
function mayBeAboutAttendance(change: Change, attended: Attended): boolean {
	if (change.event === 'delete') return false;

	// When a lesson is completed, some customers may have been there, and others may have missed it.
	// The entry does not name them.
	if (change.entity === 'Lesson') return hasBecome(change, 'status', LESSON_STATUS.completed);

	const isAboutOneCustomer = change.entity === ATTENDANCE_CLASS;
	return isAboutOneCustomer && mayCustomerHaveAttended(change, attended);
}

/**
 * Whether an entry about one customer's attendance says that the customer was at the lesson
 * (`attended` is 1) or missed it (0), or at least does not say the opposite.
 */
function mayCustomerHaveAttended(change: Change, attended: Attended): boolean {
	const loggedFlag = readFlag(change.fields_new.is_attend);
	if (loggedFlag !== undefined) return loggedFlag === attended;

	// A new attendance may lack the flag. An update without the flag has changed other fields.
	return change.event === 'create';
}

/**
 * Makes the item of a log entry about one customer's attendance at a lesson. The lesson is read as
 * it is now. If it does not show that the customer was there (`attended` is 1) or missed it (0),
 * makes no item.
 *
 * @param branches the branches whose logs list the entry
 */
async function makeItemsOfAttendanceEntry(
	change: Change,
	attended: Attended,
	branches: readonly number[],
	lookup: LogLookup,
): Promise<IDataObject[]> {
	const loggedFields = await lookup.readLoggedFields(change, branches[0], ['customer_id']);
	const loggedAttendance: IDataObject = { ...loggedFields, id: change.entity_id };
	const lessonResult = await lookup.findLessonOfAttendance(loggedAttendance, branches);
	const lesson = lessonResult.record;
	if (lesson === null) {
		const wasLessonDeleted = lessonResult.missing === 'gone';
		if (wasLessonDeleted || !hasAttended(loggedAttendance, attended)) return [];

		// The lesson cannot be read, but the log entry itself says whether the customer was there.
		return [makeItemWithoutLesson(change, loggedAttendance, branches[0], lessonResult.reason)];
	}
	if (!isCompleted(lesson)) return [];

	const branch = readId(lesson.branch_id) ?? branches[0];
	const customerIds = readIdOrIds(loggedAttendance.customer_id);
	const allAttendances = await lookup.readAttendances(lesson, branch, customerIds);
	const attendances = chooseAttendancesOfCustomer(allAttendances, loggedAttendance);
	return makeItemsOfAttendances(attendances, attended, { change, lesson, branch });
}

/**
 * Makes the items of a log entry about a completed lesson: one for each customer who was there (if
 * `attended` is 1), or for each customer who missed it (if it is 0).
 *
 * @param branches the branches whose logs list the entry
 */
async function makeItemsOfLessonEntry(
	change: Change,
	attended: Attended,
	branches: readonly number[],
	lookup: LogLookup,
): Promise<IDataObject[]> {
	const lessonResult = await lookup.findLesson(change.entity_id, branches);
	const lesson = lessonResult.record;
	if (lesson === null) {
		// The lesson was deleted, or is hidden from this user, so its customers are not known.
		const hasAlfaCrmFailed = lessonResult.missing === 'failed';
		if (!hasAlfaCrmFailed) return [];

		// AlfaCRM failed to show the lesson. One item without a customer tells the user so, because
		// there may be no other log entry about its customers.
		const unknownAttendance = { lesson_id: change.entity_id };
		return [makeItemWithoutLesson(change, unknownAttendance, branches[0], lessonResult.reason)];
	}
	if (!isCompleted(lesson)) return [];

	const branch = readId(lesson.branch_id) ?? branches[0];
	const customerIds = readIdOrIds(lesson.customer_ids);
	const attendances = await lookup.readAttendances(lesson, branch, customerIds);
	return makeItemsOfAttendances(attendances, attended, { change, lesson, branch });
}

/** A completed lesson, and the entry of AlfaCRM's log that tells of it. */
interface LoggedLesson {
	change: Change;
	lesson: IDataObject;
	branch: number;
}

/**
 * Makes one item for each customer who was at a lesson (if `attended` is 1), or for each customer
 * who missed it (if it is 0).
 *
 * @param attendances AlfaCRM's records of the attendance of the lesson's customers
 */
function makeItemsOfAttendances(
	attendances: readonly IDataObject[],
	attended: Attended,
	{ change, lesson, branch }: LoggedLesson,
): IDataObject[] {
	const items: IDataObject[] = [];
	for (const attendance of attendances) {
		if (!hasAttended(attendance, attended)) continue;

		items.push(buildAttendanceItem(change, lesson, attendance, branch));
	}
	return items;
}

/**
 * Makes the item of an attendance whose lesson could not be read. The fields of the lesson are null,
 * and `lesson_error` says why.
 */
function makeItemWithoutLesson(
	change: Change,
	attendance: IDataObject,
	branch: number,
	reason: string | undefined,
): IDataObject {
	const noLesson: IDataObject = {};
	const item = buildAttendanceItem(change, noLesson, attendance, branch);
	return { ...item, lesson_error: reason };
}

/** Reads IDs from a field that holds a list of IDs, a single ID, or nothing. */
function readIdOrIds(value: IDataObject[string]): number[] {
	const values = Array.isArray(value) ? value : [value];
	return readIds(values);
}

/** Whether a lesson is still completed. If it was planned again, nobody was there yet. */
function isCompleted(lesson: IDataObject): boolean {
	return readId(lesson.status) === LESSON_STATUS.completed;
}

/** Whether an attendance says that the customer was there (1) or missed the lesson (0). */
function hasAttended(attendance: IDataObject, attended: Attended): boolean {
	return readFlag(attendance.is_attend) === attended;
}

/**
 * Chooses the attendances of one customer from those that AlfaCRM shows for a lesson. If AlfaCRM
 * shows none at all, returns the attendance from the log instead.
 *
 * @param shownAttendances the attendances of all customers of the lesson
 * @param loggedAttendance the attendance of the one customer, as AlfaCRM's log tells it
 */
function chooseAttendancesOfCustomer(
	shownAttendances: readonly IDataObject[],
	loggedAttendance: IDataObject,
): IDataObject[] {
	if (shownAttendances.length === 0) return [loggedAttendance];

	const loggedId = readId(loggedAttendance.id);
	const loggedCustomer = readId(loggedAttendance.customer_id);
	return shownAttendances.filter((attendance) => {
		const isLoggedAttendance = readId(attendance.id) === loggedId;
		const isOfCustomer = readId(attendance.customer_id) === loggedCustomer;
		return isLoggedAttendance || isOfCustomer;
	});
}

/**
 * Makes the item that tells that one customer was at one lesson, or missed it. It has fields of the
 * lesson and of the customer's attendance. Fields that are unknown are null.
 *
 * @param lesson an empty object if it could not be read
 * @param attendance AlfaCRM's record of the customer's attendance: present or absent, grade, charge
 */
function buildAttendanceItem(
	change: Change,
	lesson: IDataObject,
	attendance: IDataObject,
	branch: number,
): IDataObject {
	return {
		customer_id: readId(attendance.customer_id) ?? null,
		lesson_id: readId(lesson.id) ?? readId(attendance.lesson_id) ?? null,
		...pickFields(lesson, LESSON_FIELDS),
		is_attend: readFlag(attendance.is_attend) ?? null,
		...pickFields(attendance, ATTENDANCE_FIELDS),
		// `ctt` is AlfaCRM's "customer to tariff": the customer's subscription.
		subscription_id: readId(attendance.ctt_id) ?? null,
		details_id: readId(attendance.id) ?? null,
		...pickFields(lesson, LESSON_FIELDS_AT_END),
		branch_id: branch,
		change,
	};
}

/** Copies fields of a row; a field that the row lacks becomes null. */
function pickFields(row: IDataObject, names: readonly string[]): IDataObject {
	const entries = names.map((name) => [name, row[name] ?? null] as const);
	return Object.fromEntries(entries);
}

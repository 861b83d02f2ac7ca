/**
 * The attendances that AlfaCRM shows of a lesson: reads them, compares them with those that the
 * user has given, and merges both. A lesson has them in its field `details`, one row for each
 * customer.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { isEmpty, isPlain } from '../../../fields/blank';
import { isStored, listOf } from '../../../fields/field';
import type { Item } from '../../../run/item';
import type { Branch } from '../../../store/located';
import { readId } from '../../../values/formats';

/**
 * The fields that say whose attendance it is, and nothing of how the customer took part. They are
 * not compared.
 */
const IDENTITY_FIELDS = ['id', 'customer_id', 'branch_id'];

/** The field of an attendance for why a customer was absent. */
const ABSENCE_REASON = 'reason_id';

/**
 * Reads the attendances that AlfaCRM shows of a lesson.
 *
 * AlfaCRM may list completed lessons without their attendances (seen in one integration; API notes
 * 5.11). Sending such a lesson again would delete its attendances.
 *
 * @throws NodeOperationError if the attendances have an unknown format, or a completed lesson shows
 * none
 */
export function readStoredAttendances(
	item: Item,
	lessonId: number,
	lesson: IDataObject,
	{ isCompleted }: { isCompleted: boolean },
): IDataObject[] {
	const rows = listOf(lesson.details);
	const isFormatKnown = rows.every((row) => isPlain(row) && row.customer_id !== undefined);
	if (!isFormatKnown) {
		throw item.error(
			`AlfaCRM shows the attendance of lesson ${lessonId} in an unknown format`,
			'Complete the lesson in AlfaCRM.',
		);
	}
	if (isCompleted && rows.length === 0) {
		throw item.error(
			`Lesson ${lessonId} is already completed, and AlfaCRM does not show who was there`,
			'Look at it, and correct it, in AlfaCRM.',
		);
	}
	return rows as IDataObject[];
}

/** Finds the attendance of the customer who is in another attendance, or in any such object. */
export function findAttendance(
	attendances: readonly IDataObject[],
	customer: { customer_id?: IDataObject[string] },
): IDataObject | undefined {
	const customerId = readId(customer.customer_id);
	return attendances.find((attendance) => readId(attendance.customer_id) === customerId);
}

/** Finds the attendances that AlfaCRM does not show, or shows with other values. */
export function findDifferingAttendances(
	attendances: readonly IDataObject[],
	storedAttendances: readonly IDataObject[],
	fields: readonly Field[],
	zone: string,
): IDataObject[] {
	return attendances.filter((attendance) => {
		const stored = findAttendance(storedAttendances, attendance);
		return stored === undefined || !holdsValues(stored, attendance, fields, zone);
	});
}

/**
 * Whether a stored attendance or lesson already holds all values that would be sent, apart from
 * `IDENTITY_FIELDS`. A lesson has one of them, its branch, which completing it never changes.
 */
export function holdsValues(
	stored: IDataObject,
	values: IDataObject,
	fields: readonly Field[],
	zone: string,
): boolean {
	for (const field of fields) {
		const { name } = field;
		if (!(name in values) || IDENTITY_FIELDS.includes(name)) continue;
		if (!isStored(field, stored[name], values[name], zone)) return false;
	}
	return true;
}

/**
 * Merges the attendances that the user has given with the stored ones. A value that the user has
 * not given stays as AlfaCRM shows it.
 *
 * @param fields the fields of an attendance that can be sent
 * @param branch the branch of the attendances for which AlfaCRM shows no branch
 * @param keepsOthers also sends the stored attendances of customers whom the user does not name, as
 * AlfaCRM shows them. AlfaCRM would otherwise lose these attendances of a completed lesson.
 */
export function mergeAttendances(
	attendances: readonly IDataObject[],
	storedAttendances: readonly IDataObject[],
	fields: readonly Field[],
	{ branch, keepsOthers }: { branch: Branch; keepsOthers: boolean },
): IDataObject[] {
	const mergedAttendances: IDataObject[] = [];
	for (const attendance of attendances) {
		const stored = findAttendance(storedAttendances, attendance) ?? {};
		const mergedAttendance = {
			// The stored branch takes precedence, and a given one even more.
			branch_id: branch,
			...pickWritable(stored, fields),
			...clearAbsenceReason(stored, attendance),
			...attendance,
		};
		mergedAttendances.push(mergedAttendance);
	}
	if (!keepsOthers) return mergedAttendances;

	for (const stored of storedAttendances) {
		const isNamed = findAttendance(attendances, stored) !== undefined;
		if (!isNamed) {
			mergedAttendances.push(pickWritable(stored, fields));
		}
	}
	return mergedAttendances;
}

/**
 * Returns the field that empties the absence reason of a customer who was recorded as absent and
 * was present after all; no field for any other customer. AlfaCRM may charge the lesson depending
 * on this reason.
 */
function clearAbsenceReason(stored: IDataObject, attendance: IDataObject): IDataObject {
	// `Number(null)` would be 0, so a missing value is read as 1: it does not say that anybody was
	// absent.
	const wasAbsent = Number(stored.is_attend ?? 1) === 0;
	const isPresent = Number(attendance.is_attend) === 1;
	const hasReason = !isEmpty(stored[ABSENCE_REASON]);
	return wasAbsent && isPresent && hasReason ? { [ABSENCE_REASON]: null } : {};
}

/**
 * Picks the values of a stored attendance that can be sent. AlfaCRM shows more, such as the charge.
 */
function pickWritable(stored: IDataObject, fields: readonly Field[]): IDataObject {
	const writable: IDataObject = {};
	for (const { name } of fields) {
		const value = stored[name];
		if (value !== undefined && value !== null) {
			writable[name] = value;
		}
	}
	return writable;
}

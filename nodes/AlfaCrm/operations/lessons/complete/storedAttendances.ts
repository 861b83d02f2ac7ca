/**
 * Reads the attendances that AlfaCRM has stored for a lesson, compares them with the attendances
 * that the user has given, and merges them.
 *
 * An attendance says of one customer whether the customer was present, and why not, or the grade.
 * AlfaCRM shows the attendances of a lesson as rows in its field `details`.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { isEmpty, isPlainObject } from '../../../fields/blank';
import { isStored, listOf } from '../../../fields/field';
import type { Item } from '../../../run/item';
import type { Branch } from '../../../store/located';
import { readId } from '../../../values/formats';

/** The fields that are not compared: they identify an attendance, and say nothing about it. */
const IDENTITY_FIELDS = ['id', 'customer_id', 'branch_id'];

/** The field of an attendance that says why the customer was absent. */
const ABSENCE_REASON = 'reason_id';

/**
 * Reads the attendances that AlfaCRM has stored for a lesson.
 *
 * @throws NodeOperationError if AlfaCRM shows the attendances in an unknown format, or shows none
 * of a completed lesson. Some lists leave them out (API notes 5.11 in docs/alfacrm-api.md), and
 * sending such a lesson again would delete its attendances.
 */
export function readStoredAttendances(
	item: Item,
	lessonId: number,
	lesson: IDataObject,
	{ isCompleted }: { isCompleted: boolean },
): IDataObject[] {
	const rows = listOf(lesson.details);
	const isFormatKnown = rows.every((row) => isPlainObject(row) && row.customer_id !== undefined);
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

/**
 * Finds the attendance of a customer.
 *
 * @param customerId a number, or any value that AlfaCRM shows as `customer_id`
 */
export function findAttendance(
	attendances: readonly IDataObject[],
	customerId: IDataObject[string],
): IDataObject | undefined {
	const id = readId(customerId);
	return attendances.find((attendance) => readId(attendance.customer_id) === id);
}

/** Finds the given attendances that AlfaCRM has not stored, or has stored with other values. */
export function findDifferingAttendances(
	attendances: readonly IDataObject[],
	storedAttendances: readonly IDataObject[],
	fields: readonly Field[],
	zone: string,
): IDataObject[] {
	return attendances.filter((attendance) => {
		const stored = findAttendance(storedAttendances, attendance.customer_id);
		return stored === undefined || !holdsValues(stored, attendance, fields, zone);
	});
}

/**
 * Whether a stored attendance or lesson already has all values that would be sent.
 * `IDENTITY_FIELDS` are not compared: completing a lesson never changes its branch.
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
 * @param keepsOthers whether to send the stored attendances of all other customers, too. If a
 * completed lesson is sent again without these attendances, AlfaCRM deletes them.
 */
export function mergeAttendances(
	attendances: readonly IDataObject[],
	storedAttendances: readonly IDataObject[],
	fields: readonly Field[],
	{ branch, keepsOthers }: { branch: Branch; keepsOthers: boolean },
): IDataObject[] {
	const mergedAttendances: IDataObject[] = [];
	for (const attendance of attendances) {
		const stored = findAttendance(storedAttendances, attendance.customer_id) ?? {};
		// Later values replace earlier ones: those of the user come last.
		const mergedAttendance = {
			branch_id: branch,
			...pickSendableValues(stored, fields),
			...clearAbsenceReason(stored, attendance),
			...attendance,
		};
		mergedAttendances.push(mergedAttendance);
	}
	if (!keepsOthers) return mergedAttendances;

	for (const stored of storedAttendances) {
		const isGivenByUser = findAttendance(attendances, stored.customer_id) !== undefined;
		if (!isGivenByUser) {
			mergedAttendances.push(pickSendableValues(stored, fields));
		}
	}
	return mergedAttendances;
}

/**
 * Returns the value that empties the absence reason of a customer who was recorded as absent, but
 * was present after all. Returns an empty object for any other customer. The reason must not stay,
 * because it may decide whether AlfaCRM charges the customer for the lesson.
 */
function clearAbsenceReason(stored: IDataObject, attendance: IDataObject): IDataObject {
	const storedPresence = stored.is_attend;
	// `Number(null)` is 0, but a missing value does not say that the customer was absent.
	const hasStoredValue = storedPresence !== null && storedPresence !== undefined;
	const wasAbsent = hasStoredValue && Number(storedPresence) === 0;
	const isPresent = Number(attendance.is_attend) === 1;
	const hasReason = !isEmpty(stored[ABSENCE_REASON]);
	return wasAbsent && isPresent && hasReason ? { [ABSENCE_REASON]: null } : {};
}

/**
 * Picks the values of a stored attendance that can be sent. AlfaCRM also shows others, such as the
 * charge.
 */
function pickSendableValues(stored: IDataObject, fields: readonly Field[]): IDataObject {
	const sendableValues: IDataObject = {};
	for (const { name } of fields) {
		const value = stored[name];
		if (value !== undefined && value !== null) {
			sendableValues[name] = value;
		}
	}
	return sendableValues;
}

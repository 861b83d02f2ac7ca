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

/** The fields of an attendance that say whose it is, and nothing of how the customer took part. */
const IDENTITY_FIELDS = ['id', 'customer_id', 'branch_id'];

/** The field for why a customer was absent. */
const ABSENCE_REASON = 'reason_id';

/**
 * Reads the attendances that AlfaCRM shows of a lesson.
 *
 * @throws NodeOperationError if they have an unknown format, or a completed lesson shows none. The
 * author of one integration saw that a list without a filter by customer may show completed lessons
 * without their attendances. Sending such a lesson again would delete its attendances. API notes
 * 5.11.
 */
export function readStoredAttendances(
	item: Item,
	lessonId: number,
	{ details }: IDataObject,
	{ isCompleted }: { isCompleted: boolean },
): IDataObject[] {
	const rows = listOf(details);
	if (!rows.every((row) => isPlain(row) && row.customer_id !== undefined)) {
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

/** Finds the attendance of a customer. */
export function findAttendance(
	attendances: readonly IDataObject[],
	{ customer_id }: IDataObject,
): IDataObject | undefined {
	const customerId = readId(customer_id);
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
		return stored === undefined || !holdsFields(stored, attendance, fields, zone);
	});
}

/**
 * Whether a stored record already holds all values that would be sent, apart from those that
 * identify it.
 */
export function holdsFields(
	stored: IDataObject,
	values: IDataObject,
	fields: readonly Field[],
	zone: string,
): boolean {
	return fields
		.filter(({ name }) => name in values && !IDENTITY_FIELDS.includes(name))
		.every((field) => isStored(field, stored[field.name], values[field.name], zone));
}

/**
 * Merges the attendances that the user has given with the stored ones. A value that the user has
 * not given stays as AlfaCRM shows it.
 *
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
	const namedAttendances = attendances.map((attendance) => {
		const stored = findAttendance(storedAttendances, attendance) ?? {};
		return {
			branch_id: branch,
			...pickWritable(stored, fields),
			...clearAbsenceReason(stored, attendance),
			...attendance,
		};
	});
	if (!keepsOthers) return namedAttendances;

	const otherAttendances = storedAttendances
		.filter((stored) => findAttendance(attendances, stored) === undefined)
		.map((stored) => pickWritable(stored, fields));
	return [...namedAttendances, ...otherAttendances];
}

/**
 * Empties the absence reason of a customer who was recorded as absent and was present after all.
 * AlfaCRM may charge the lesson depending on this reason.
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
 * Returns the values of a stored attendance that can be sent. AlfaCRM shows more, such as the
 * charge.
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

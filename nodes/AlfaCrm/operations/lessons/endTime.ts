/** Works out the end of a lesson or regular lesson from its start and its duration. */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { LESSON_FIELDS } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { isBlank } from '../../fields/field';
import type { Item } from '../../run/item';
import { clockOfMinutes, formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/**
 * Leaves out the duration of a lesson where it has no effect: beside an end time, which AlfaCRM
 * uses instead, and if it is empty. AlfaCRM stores the start and the end of a lesson and no
 * duration, so there is nothing that an empty duration could empty.
 */
export function dropUnusedDuration(input: IDataObject): IDataObject {
	const { length: durationField, end: endField } = LESSON_FIELDS;
	const { [durationField.name]: duration, ...otherInput } = input;
	const isUsed = !isBlank(durationField, duration) && isBlank(endField, input[endField.name]);
	return isUsed ? input : otherInput;
}

/**
 * Returns the new end time of a record if only its start time is changed, so that the lesson takes
 * as long as before. Without a new end time AlfaCRM would make the lesson longer or shorter.
 *
 * @param entity the entity of the record, with the fields that can be changed
 * @param record the lesson or regular lesson as AlfaCRM shows it
 * @param changes the changed fields as they are sent
 * @returns the field of the end time as it is sent; no field if the end time does not change, or if
 * the record does not show how long the lesson takes
 * @throws NodeOperationError if the new end would be on the next day
 */
export function moveEndTime(
	item: Item,
	{ label, fields }: Pick<Entity, 'label' | 'fields'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const { start, end } = timeFieldsOf(fields);
	const isEndGiven = end.name in changes || LESSON_FIELDS.length.name in changes;
	const durationMinutes = minutesBetween(record[start.name], record[end.name], item.zone);
	if (!(start.name in changes) || isEndGiven || durationMinutes === undefined) return {};

	const newStart = String(changes[start.name]);
	const newEndMinutes = minutesOfClock(newStart) + durationMinutes;
	if (newEndMinutes >= MINUTES_OF_A_DAY) {
		throw item.error(
			`'${end.label}' would be on the next day: the ${label.toLowerCase()} takes ${durationMinutes} minutes`,
			`'${start.label}' is ${newStart}. Correct it, or give '${end.label}' too.`,
		);
	}
	return { [end.name]: clockOfMinutes(newEndMinutes) };
}

/**
 * Finds the fields of the start time and the end time. A lesson has `time_from` and `time_to`; a
 * regular lesson has `time_from_v` and `time_to_v`.
 */
function timeFieldsOf(fields: readonly Field[]): { start: Field; end: Field } {
	const start = fields.find(({ name }) => name.startsWith('time_from')) as Field;
	const end = fields.find(({ name }) => name.startsWith('time_to')) as Field;
	return { start, end };
}

/**
 * Returns the minutes from a start to an end; undefined if one of them cannot be read, or if the
 * end is not after the start.
 */
function minutesBetween(start: unknown, end: unknown, zone: string): number | undefined {
	const startTime = formatTime(start, zone);
	const endTime = formatTime(end, zone);
	if (startTime === undefined || endTime === undefined) return undefined;

	const minutes = minutesOfClock(endTime) - minutesOfClock(startTime);
	return minutes > 0 ? minutes : undefined;
}

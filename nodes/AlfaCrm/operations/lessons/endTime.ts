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
 * Leaves out a duration that has no effect. AlfaCRM stores the start and the end of a lesson, but
 * no duration:
 *
 * - If an end time is given as well, AlfaCRM uses the end time.
 * - An empty duration changes nothing.
 */
export function dropUnusedDuration(input: IDataObject): IDataObject {
	const { duration: durationField, end: endField } = LESSON_FIELDS;
	const { [durationField.name]: duration, ...inputWithoutDuration } = input;

	const hasDuration = !isBlank(durationField, duration);
	const hasEnd = !isBlank(endField, input[endField.name]);
	return hasDuration && !hasEnd ? input : inputWithoutDuration;
}

/**
 * Moves the end of a lesson or regular lesson if the user changes only its start, so that it takes
 * as long as before. Otherwise AlfaCRM would make it longer or shorter.
 *
 * @param entity its label, and the fields that the user can change
 * @param record the lesson or regular lesson as AlfaCRM shows it
 * @param changes the changed values as they are sent
 * @returns the value of the end time to send, by the name of its field; an empty object if the end
 * stays where it is, or if the record does not show how long the lesson takes
 * @throws NodeOperationError if the new end would be on the next day
 */
export function moveEndTime(
	item: Item,
	entity: Pick<Entity, 'fields' | 'label'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const { startField, endField } = findTimeFields(entity.fields);
	const hasNewStart = startField.name in changes;
	const hasNewEnd = endField.name in changes || LESSON_FIELDS.duration.name in changes;
	if (!hasNewStart || hasNewEnd) return {};

	const storedStart = record[startField.name];
	const storedEnd = record[endField.name];
	const storedMinutes = countMinutesBetween(storedStart, storedEnd, item.zone);
	if (storedMinutes === undefined) return {};

	const newStart = String(changes[startField.name]);
	const newEndMinutes = minutesOfClock(newStart) + storedMinutes;
	if (newEndMinutes < MINUTES_OF_A_DAY) {
		return { [endField.name]: clockOfMinutes(newEndMinutes) };
	}

	const noun = entity.label.toLowerCase();
	throw item.error(
		`'${endField.label}' would be on the next day: the ${noun} takes ${storedMinutes} minutes`,
		`'${startField.label}' is ${newStart}. Correct it, or give '${endField.label}' too.`,
	);
}

/**
 * Finds the fields of the start time and the end time. A lesson has `time_from` and `time_to`; a
 * regular lesson has `time_from_v` and `time_to_v`.
 */
function findTimeFields(fields: readonly Field[]): { startField: Field; endField: Field } {
	// Each entity and form that is passed to `moveEndTime` has both fields.
	const startField = fields.find(({ name }) => name.startsWith('time_from')) as Field;
	const endField = fields.find(({ name }) => name.startsWith('time_to')) as Field;
	return { startField, endField };
}

/**
 * Returns the minutes from a start to an end; undefined if one of them cannot be read, or if the
 * end is not after the start.
 */
function countMinutesBetween(start: unknown, end: unknown, zone: string): number | undefined {
	const startTime = formatTime(start, zone);
	const endTime = formatTime(end, zone);
	if (startTime === undefined || endTime === undefined) return undefined;

	const minutes = minutesOfClock(endTime) - minutesOfClock(startTime);
	return minutes > 0 ? minutes : undefined;
}

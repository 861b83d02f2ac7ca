import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { LESSON_FIELDS } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { isBlank } from '../../fields/field';
import type { Item } from '../../run/item';
import { clockOfMinutes, formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/** How the end of a lesson or regular lesson follows from its start and its duration. */

/**
 * Leaves out the duration of a lesson where it has no effect. An end time takes precedence over it.
 * And an empty duration cannot empty anything, because AlfaCRM keeps only start and end.
 */
export function dropUnusedDuration(input: IDataObject): IDataObject {
	const { length: durationField, end: endField } = LESSON_FIELDS;
	const { [durationField.name]: duration, ...otherInput } = input;
	const isUsed = !isBlank(durationField, duration) && isBlank(endField, input[endField.name]);
	return isUsed ? input : otherInput;
}

/**
 * Returns the new end times of a record whose start time is changed alone. The lesson then takes as
 * long as before. Without a new end AlfaCRM would make it longer or shorter.
 *
 * @param entity the entity of the record, with the fields that can be changed
 * @param record the lesson or regular lesson as AlfaCRM shows it
 * @param changes the changed fields as they are sent
 * @throws NodeOperationError if the new end would be on the next day
 */
export function moveEndTimes(
	item: Item,
	{ label, fields }: Pick<Entity, 'label' | 'fields'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const endTimes: IDataObject = {};
	for (const { start, end } of timePairsOf(fields)) {
		const isStartChangedAlone =
			start.name in changes && !(end.name in changes) && !('duration' in changes);
		const minutes = minutesBetween(record[start.name], record[end.name], item.zone);
		if (!isStartChangedAlone || minutes === undefined) continue;

		const newStart = String(changes[start.name]);
		const newEnd = minutesOfClock(newStart) + minutes;
		if (newEnd >= MINUTES_OF_A_DAY) {
			throw item.error(
				`'${end.label}' would be on the next day: the ${label.toLowerCase()} takes ${minutes} minutes`,
				`'${start.label}' is ${newStart}. Correct it, or give '${end.label}' too.`,
			);
		}
		endTimes[end.name] = clockOfMinutes(newEnd);
	}
	return endTimes;
}

/**
 * Finds the fields that hold a start time, each with the field of its end time. A lesson has
 * `time_from` and `time_to`; a regular lesson has `time_from_v` and `time_to_v`.
 */
function timePairsOf(fields: readonly Field[]): Array<{ start: Field; end: Field }> {
	return fields
		.filter(({ name }) => name.startsWith('time_from'))
		.flatMap((start) => {
			const end = fields.find(({ name }) => name === start.name.replace('from', 'to'));
			return end === undefined ? [] : [{ start, end }];
		});
}

/**
 * Returns the minutes from a start to an end; undefined if these cannot be read or the end comes
 * first.
 */
function minutesBetween(start: unknown, end: unknown, zone: string): number | undefined {
	const startTime = formatTime(start, zone);
	const endTime = formatTime(end, zone);
	if (startTime === undefined || endTime === undefined) return undefined;

	const minutes = minutesOfClock(endTime) - minutesOfClock(startTime);
	return minutes > 0 ? minutes : undefined;
}

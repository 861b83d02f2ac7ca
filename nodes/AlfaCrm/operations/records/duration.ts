import type { IDataObject } from 'n8n-workflow';

import { clockOfMinutes, formatDay, formatTime, minutesOfClock } from '../../values/formats';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';

export const MINUTES_OF_A_DAY = 24 * 60;

/** Fields for when something begins and ends: AlfaCRM calls them `time_from` and `time_to`, of regular lessons with `_v`. */
function timesOf(fields: readonly Field[]): Array<{ start: Field; end: Field }> {
	return fields.flatMap((end) => {
		const begin = end.name.replace(/^time_to/, 'time_from');
		const start = fields.find((field) => field.name === begin && field !== end);
		return start ? [{ start, end }] : [];
	});
}

/** Whether a time is changed and the one that it begins or ends with is not. */
export const isHalfTimed = (fields: readonly Field[], changes: IDataObject): boolean =>
	timesOf(fields).some(({ start, end }) => start.name in changes !== end.name in changes);

/** What is there of a time: `day` where the record shows one. */
const shownTime = ({ zone }: Item, value: unknown) => ({
	day: formatDay(value, 'iso', zone),
	time: formatTime(value, zone),
});

/** The ends that go along with starts: who says only when a lesson begins moves it, and it takes as long as before. */
export function movedEnds(
	item: Item,
	{ label, fields }: Pick<Entity, 'label' | 'fields'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const ends: IDataObject = {};
	for (const { start, end } of timesOf(fields)) {
		if (!(start.name in changes) || end.name in changes || 'duration' in changes) continue;
		const [begins, ended] = [start, end].map(({ name }) => shownTime(item, record[name]));
		// What goes on over midnight keeps the end that it has.
		if (begins.time === undefined || ended.time === undefined || begins.day !== ended.day) continue;
		const length = minutesOfClock(ended.time) - minutesOfClock(begins.time);
		if (length <= 0) continue;
		const clock = String(changes[start.name]);
		const moved = minutesOfClock(clock) + length;
		if (moved >= MINUTES_OF_A_DAY) {
			throw item.refused(
				`'${end.label}' would be on the next day: the ${label.toLowerCase()} takes ${length} minutes`,
				`'${start.label}' is ${clock}. Correct it, or give '${end.label}' too. Nothing was saved.`,
			);
		}
		ends[end.name] = clockOfMinutes(moved);
	}
	return ends;
}

/**
 * What ends before it begins is a slip of the pen.
 *
 * @param record holds the time that is not changed; what goes on over midnight has them the other way round
 */
export function assertTimes(
	item: Item,
	fields: readonly Field[],
	changes: IDataObject,
	record: IDataObject = {},
): void {
	for (const { start, end } of timesOf(fields)) {
		const given = [start, end].filter(({ name }) => name in changes);
		const isHalf = given.length === 1;
		const held = [start, end].map(({ name }) => shownTime(item, record[name]).day);
		if (given.length === 0 || (isHalf && ('duration' in changes || held[0] !== held[1]))) continue;
		const all = { ...record, ...changes };
		const [from, to] = [start, end].map(({ name }) => shownTime(item, all[name]).time);
		if (from === undefined || to === undefined || to > from) continue;
		throw item.refused(
			`'${end.label}' must be later than '${start.label}'`,
			`'${start.label}' is ${from} and '${end.label}' is ${to}. Correct one of them. ${item.effectNote()}`,
		);
	}
}

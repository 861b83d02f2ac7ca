import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { clockOfMinutes, formatDay, formatTime, minutesOfClock } from '../../values/formats';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isBlank } from '../../fields/field';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../execution/item';

const MINUTES_OF_A_DAY = 24 * 60;

const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	min: 1,
	default: 60,
	description: "Minutes from start to end; not used if 'End Time' is given",
});

const endAfter = (field: Field): string | undefined => (field.type === 'time' ? field.lasts : undefined);

/** What stands behind a start to which AlfaCRM takes an end. */
export const durationForm = (field: Field): INodeProperties[] =>
	endAfter(field) === undefined ? [] : [duration];

/** The ends that are not given, counted from the starts that are. */
export function endsOf(
	item: Item,
	starts: readonly Field[],
	fields: readonly Field[],
	input: IDataObject,
): IDataObject {
	const ends: IDataObject = {};
	for (const start of starts) {
		const end = fields.find(({ name }) => name === endAfter(start));
		if (end === undefined || isBlank(start, input[start.name]) || !isBlank(end, input[end.name])) continue;
		ends[end.name] = later(item, start, item.read(start, input[start.name]) as string);
	}
	return ends;
}

/** Whether a time is changed and the one that it begins or ends with is not. */
export const isHalfTimed = (fields: readonly Field[], changes: IDataObject): boolean =>
	timesOf(fields).some(({ start, end }) => start.name in changes !== end.name in changes);

/** The ends that go along with starts: who says only when a lesson begins moves it, and it takes as long as before. */
export function movedEnds(
	item: Item,
	{ label, fields }: Pick<Entity, 'label' | 'fields'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const ends: IDataObject = {};
	for (const { start, end } of timesOf(fields)) {
		const isGiven = ({ name, omittedWith }: Field) =>
			name in changes && [name, omittedWith].includes(end.name);
		const length = lengthOf(item, record, start, end);
		if (!(start.name in changes) || fields.some(isGiven) || length === undefined) continue;
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

const timesOf = (fields: readonly Field[]): Array<{ start: Field; end: Field }> =>
	fields.flatMap((end) => {
		const start = end.type === 'time' && fields.find(({ name }) => name === end.after);
		return start ? [{ start, end }] : [];
	});

/** In minutes; undefined where it goes on over midnight, or the record does not tell. */
function lengthOf(item: Item, record: IDataObject, start: Field, end: Field): number | undefined {
	const [begins, ends] = [start, end].map(({ name }) => ({
		day: formatDay(record[name], 'iso', item.zone),
		time: formatTime(record[name], item.zone),
	}));
	if (begins.time === undefined || ends.time === undefined || begins.day !== ends.day) return undefined;
	const length = minutesOfClock(ends.time) - minutesOfClock(begins.time);
	return length > 0 ? length : undefined;
}

function later(item: Item, { label }: Field, clock: string): string {
	const begin = minutesOfClock(clock);
	const end = begin + item.integer(duration);
	if (end < MINUTES_OF_A_DAY) return clockOfMinutes(end);
	throw item.refused(
		`'${duration.displayName}' must be at most ${MINUTES_OF_A_DAY - 1 - begin} minutes to end on the same day`,
		`'${label}' is ${clock}. Correct one of them. ${item.effectNote()}`,
	);
}

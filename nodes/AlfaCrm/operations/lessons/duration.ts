import type { IDataObject } from 'n8n-workflow';

import { clockOfMinutes, formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import type { Entity } from '../../entities/types';
import type { Item } from '../../run/item';

/**
 * The ends that go along with starts: who says only when a lesson begins moves it, and it takes as long as before.
 * AlfaCRM calls both `time_from` and `time_to`, those of regular lessons with `_v` behind.
 */
export function movedEnds(
	item: Item,
	{ label, fields }: Pick<Entity, 'label' | 'fields'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const ends: IDataObject = {};
	for (const start of fields.filter(({ name }) => name.startsWith('time_from') && name in changes)) {
		const end = fields.find(({ name }) => name === start.name.replace('from', 'to'));
		if (end === undefined || end.name in changes || 'duration' in changes) continue;
		const [from, to] = [start, end].map(({ name }) => formatTime(record[name], item.zone));
		if (from === undefined || to === undefined) continue;
		const length = minutesOfClock(to) - minutesOfClock(from);
		if (length <= 0) continue;
		const clock = String(changes[start.name]);
		const moved = minutesOfClock(clock) + length;
		if (moved >= MINUTES_OF_A_DAY) {
			throw item.error(
				`'${end.label}' would be on the next day: the ${label.toLowerCase()} takes ${length} minutes`,
				`'${start.label}' is ${clock}. Correct it, or give '${end.label}' too.`,
			);
		}
		ends[end.name] = clockOfMinutes(moved);
	}
	return ends;
}

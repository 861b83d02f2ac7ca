import type { IDataObject } from 'n8n-workflow';

import { formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/** A part of a day, in minutes after midnight. */
interface TimeSpan {
	begin: number;
	end: number;
}

/**
 * Reads when a lesson takes place. A lesson that shows no end takes the rest of the day.
 *
 * @returns undefined for a lesson that shows no start
 */
export function readTimeSpan(
	{ time_from, time_to, duration }: IDataObject,
	zone: string,
): TimeSpan | undefined {
	const from = formatTime(time_from, zone);
	const to = formatTime(time_to, zone);
	if (from === undefined) return undefined;

	const begin = minutesOfClock(from);
	const end = to === undefined ? begin + Number(duration ?? 0) : minutesOfClock(to);
	return { begin, end: end > begin ? end : MINUTES_OF_A_DAY };
}

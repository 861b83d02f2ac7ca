import type { IDataObject } from 'n8n-workflow';

import { formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/** A part of a day, in minutes after midnight. */
export interface TimeSpan {
	begin: number;
	end: number;
}

/**
 * When a lesson begins and ends, under AlfaCRM's names; a lesson that is to be created may have a
 * duration instead of an end.
 */
export interface LessonTimes {
	time_from?: IDataObject[string];
	time_to?: IDataObject[string];
	duration?: IDataObject[string];
}

/**
 * Reads when a lesson takes place. A lesson that shows no end, or an end before its start, takes
 * the rest of the day.
 *
 * @returns undefined for a lesson that shows no start
 */
export function readTimeSpan(times: LessonTimes, zone: string): TimeSpan | undefined {
	const begin = readMinutes(times.time_from, zone);
	return begin === undefined ? undefined : spanFrom(begin, times, zone);
}

/**
 * Reads the time that a lesson takes from a teacher or a room. A lesson that shows no start may
 * begin at midnight.
 */
export function readBusySpan(times: LessonTimes, zone: string): TimeSpan {
	return spanFrom(readMinutes(times.time_from, zone) ?? 0, times, zone);
}

function spanFrom(begin: number, { time_to, duration }: LessonTimes, zone: string): TimeSpan {
	const end = readMinutes(time_to, zone) ?? begin + Number(duration ?? 0);
	return { begin, end: end > begin ? end : MINUTES_OF_A_DAY };
}

export function readMinutes(value: unknown, zone: string): number | undefined {
	const time = formatTime(value, zone);
	return time === undefined ? undefined : minutesOfClock(time);
}

export const doOverlap = (a: TimeSpan, b: TimeSpan): boolean => a.begin < b.end && b.begin < a.end;

/** Sorts spans, and joins those that touch or overlap. */
export function mergeSpans(spans: readonly TimeSpan[]): TimeSpan[] {
	const merged: TimeSpan[] = [];
	for (const { begin, end } of [...spans].sort((a, b) => a.begin - b.begin)) {
		const previous = merged.at(-1);
		if (previous !== undefined && begin <= previous.end) {
			previous.end = Math.max(previous.end, end);
		} else {
			merged.push({ begin, end });
		}
	}
	return merged;
}

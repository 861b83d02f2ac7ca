import type { IDataObject } from 'n8n-workflow';

import { formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/** A part of a day in minutes after midnight, such as 1020 to 1080 for 17:00 to 18:00. */
export interface TimeSpan {
	begin: number;
	end: number;
}

/**
 * The start and the end of a lesson, as they are in AlfaCRM's row: `hh:mm` or
 * `yyyy-mm-dd hh:mm:ss`. A lesson that is to be created can have a duration in minutes instead of
 * an end.
 */
export interface LessonTimes {
	time_from?: IDataObject[string];
	time_to?: IDataObject[string];
	duration?: IDataObject[string];
}

/**
 * Reads the time of a lesson. A lesson that shows no end, or that ends after midnight, takes the
 * rest of the day.
 *
 * @returns undefined for a lesson without a start
 */
export function readTimeSpan(times: LessonTimes, zone: string): TimeSpan | undefined {
	const begin = readMinutes(times.time_from, zone);
	if (begin === undefined) return undefined;
	return { begin, end: readEnd(begin, times, zone) };
}

/**
 * Reads the time for which a lesson keeps a teacher or a room busy. Unlike `readTimeSpan`, it
 * counts a lesson without a start from midnight, because such a lesson can start at any time.
 */
export function readBusySpan(times: LessonTimes, zone: string): TimeSpan {
	const begin = readMinutes(times.time_from, zone) ?? 0;
	return { begin, end: readEnd(begin, times, zone) };
}

/**
 * Reads the end of a lesson that starts `begin` minutes after midnight. Returns the end of the day
 * if the lesson shows neither an end nor a duration, or if the end is not after the start: then the
 * lesson ends on the next day.
 */
function readEnd(begin: number, times: LessonTimes, zone: string): number {
	const endByDuration = begin + Number(times.duration ?? 0);
	const end = readMinutes(times.time_to, zone) ?? endByDuration;
	return end > begin ? end : MINUTES_OF_A_DAY;
}

/** Reads a time as minutes after midnight. Returns undefined if the time cannot be read. */
export function readMinutes(value: unknown, zone: string): number | undefined {
	const time = formatTime(value, zone);
	return time === undefined ? undefined : minutesOfClock(time);
}

export const areOverlapping = (a: TimeSpan, b: TimeSpan): boolean =>
	a.begin < b.end && b.begin < a.end;

/** Sorts spans, and joins spans that touch or overlap. */
export function mergeSpans(spans: readonly TimeSpan[]): TimeSpan[] {
	const earliestFirst = [...spans].sort((a, b) => a.begin - b.begin);
	const merged: TimeSpan[] = [];
	for (const { begin, end } of earliestFirst) {
		const previous = merged.at(-1);
		if (previous !== undefined && begin <= previous.end) {
			previous.end = Math.max(previous.end, end);
		} else {
			merged.push({ begin, end });
		}
	}
	return merged;
}

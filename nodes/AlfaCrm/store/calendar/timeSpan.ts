import type { IDataObject } from 'n8n-workflow';

import { formatTime, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';

/** A part of a day, in minutes after midnight. */
export interface TimeSpan {
	begin: number;
	end: number;
}

/**
 * The begin and the end of a lesson, as AlfaCRM shows them and under its names: `hh:mm` or
 * `yyyy-mm-dd hh:mm:ss`. A new lesson may have a duration in minutes instead of an end.
 */
export interface LessonTimes {
	time_from?: IDataObject[string];
	time_to?: IDataObject[string];
	duration?: IDataObject[string];
}

/**
 * Reads the time span of a lesson. A lesson without an end, or with an end at or before its begin
 * (after midnight), takes the rest of the day.
 *
 * @returns undefined for a lesson without a begin
 */
export function readTimeSpan(times: LessonTimes, zone: string): TimeSpan | undefined {
	const begin = readMinutes(times.time_from, zone);
	return begin === undefined ? undefined : spanFrom(begin, times, zone);
}

/**
 * Reads the time span for which a lesson keeps a teacher or a room busy. A lesson without a begin
 * may begin at any time, so it counts from midnight.
 */
export function readBusySpan(times: LessonTimes, zone: string): TimeSpan {
	return spanFrom(readMinutes(times.time_from, zone) ?? 0, times, zone);
}

function spanFrom(begin: number, { time_to, duration }: LessonTimes, zone: string): TimeSpan {
	const end = readMinutes(time_to, zone) ?? begin + Number(duration ?? 0);
	return { begin, end: end > begin ? end : MINUTES_OF_A_DAY };
}

/** Reads a time as minutes after midnight; undefined if it cannot be read. */
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

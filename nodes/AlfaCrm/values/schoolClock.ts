import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { readMoment, readPossibleMoments } from './formats';
import { HOUR_MS, MINUTE_MS } from './time';

/**
 * Finds out whether the workflow has another time zone than the school.
 *
 * AlfaCRM shows times by the clock of the school and names no time zone (docs/alfacrm-api.md 10).
 * So times are read in the time zone of the workflow. A *stamp* is the time of a past event, such
 * as the creation of a record. If a stamp lies in the future, the workflow has a wrong time zone,
 * or the clock of n8n's computer is slow.
 */

/**
 * Fields that hold stamps. Other times, such as that of a lesson, can lie in the future and prove
 * nothing.
 */
const STAMP_FIELDS = ['created_at', 'updated_at', 'added', 'date_time'];

/** Accepts a day with a time, `2025-03-01 14:05`. Rejects a day alone, `2025-03-01`. */
const DAY_WITH_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/**
 * The smallest difference between two time zones is a quarter of an hour. A smaller difference
 * comes from the clocks of two computers.
 */
const SMALLEST_ZONE_DIFFERENCE_MS = 15 * MINUTE_MS;

/**
 * The largest difference between two time zones. A stamp further ahead is a mistake in the data.
 */
export const LARGEST_ZONE_DIFFERENCE_MS = 26 * HOUR_MS;

/** Almost all time zones are whole or half hours apart. */
const ZONE_STEP_HOURS = 0.5;

/**
 * The clocks of two computers may differ by a few minutes: a stamp 8 hours and 20 seconds ahead
 * proves 8 hours.
 */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * Returns by how many milliseconds a stamp is ahead of the clock of this computer. A stamp in the
 * past has a negative result. Returns undefined if the stamp cannot be read.
 *
 * @param zone the time zone in which the stamp is read
 */
export function aheadMs(stamp: unknown, zone: string, now = Date.now()): number | undefined {
	const moment = readMoment(stamp, zone);
	return moment === undefined ? undefined : moment - now;
}

/**
 * Collects what the stamps of AlfaCRM prove about the time zone of the workflow. A stamp is the
 * time at which a record was created or changed. In the right time zone, it is never in the future.
 */
export class SchoolClock {
	/** By how much the clock of AlfaCRM is ahead, as far as a stamp has proved it. */
	private largestDifferenceMs = 0;
	/**
	 * The first stamp that lies in the future, and the minute (since 1970) for which it was computed.
	 * It is computed once a minute, because formatting a time for each saved record is slow.
	 */
	private firstFutureStamp = { minute: NaN, stamp: '' };
	/**
	 * The latest stamp that proved a wrong time zone. Earlier stamps prove nothing new, so they are
	 * not parsed. That saves time, because in a wrong time zone the stamp of every saved record
	 * proves it.
	 */
	private latestStamp = '';

	/** @param zone the time zone of the workflow */
	constructor(private readonly zone: string) {}

	/**
	 * Checks the stamps of rows that AlfaCRM has shown. A stamp in the future proves a wrong time zone.
	 */
	checkStamps(rows: readonly IDataObject[]): void {
		const now = Date.now();
		const firstFutureStamp = this.findFirstFutureStamp(now);
		for (const row of rows) {
			for (const field of STAMP_FIELDS) {
				const stamp = row[field];
				if (typeof stamp !== 'string') continue;

				// Stamps such as `2025-03-01 14:05` sort as texts. Parsing each of them would be slow.
				const isInFuture = stamp >= firstFutureStamp;
				const isLatest = stamp > this.latestStamp;
				if (isInFuture && isLatest) this.measureFutureStamp(stamp, now);
			}
		}
	}

	/**
	 * Says by how much AlfaCRM's clock is ahead, and what the user can do. Undefined if no stamp
	 * proves that AlfaCRM's clock is ahead.
	 */
	get warning(): string | undefined {
		if (this.largestDifferenceMs === 0) return undefined;

		const difference = describeDifference(this.largestDifferenceMs);
		return `AlfaCRM's clock is at least ${difference} ahead of this workflow's (${this.zone}). Set Settings → Timezone to the school's, or correct the clock of n8n's computer`;
	}

	/**
	 * Returns the first stamp that lies in the future, as AlfaCRM would write it: `2025-03-01 14:05`.
	 * It and all later stamps prove a wrong time zone.
	 */
	private findFirstFutureStamp(now: number): string {
		const minute = Math.floor(now / MINUTE_MS);
		const isOutdated = minute !== this.firstFutureStamp.minute;
		if (isOutdated) {
			const moment = DateTime.fromMillis(now + SMALLEST_ZONE_DIFFERENCE_MS, { zone: this.zone });
			this.firstFutureStamp = { minute, stamp: moment.toFormat('yyyy-MM-dd HH:mm') };
		}
		return this.firstFutureStamp.stamp;
	}

	/**
	 * Measures by how many milliseconds a stamp lies in the future. Keeps the largest difference that
	 * can come from a wrong time zone, for the warning.
	 *
	 * @param stamp the time at which a record was created or changed, such as `2025-03-01 14:05`
	 */
	private measureFutureStamp(stamp: string, now: number): void {
		if (!DAY_WITH_TIME.test(stamp)) return;

		// In autumn the clocks show an hour twice. A stamp in that hour is ahead only if both moments
		// that it can mean are ahead.
		const moments = readPossibleMoments(stamp, this.zone);
		if (moments.length === 0) return;

		const differenceMs = Math.min(...moments) - now;
		// A few minutes come from inexact clocks, and several days from a mistake in the data.
		const isZoneDifference =
			differenceMs >= SMALLEST_ZONE_DIFFERENCE_MS && differenceMs <= LARGEST_ZONE_DIFFERENCE_MS;
		if (!isZoneDifference) return;

		this.largestDifferenceMs = Math.max(this.largestDifferenceMs, differenceMs);
		this.latestStamp = stamp;
	}
}

/**
 * Writes a difference of clocks: "40 minutes", and from an hour on in half hours, "8 hours".
 *
 * Rounds up: a record that was created 10 minutes ago in a school 8 hours ahead has a stamp 7 hours
 * and 50 minutes ahead. Time zones are half hours apart, so this proves 8 hours.
 */
function describeDifference(differenceMs: number): string {
	if (differenceMs < HOUR_MS) return `${Math.floor(differenceMs / MINUTE_MS)} minutes`;

	const certainHours = (differenceMs - CLOCK_TOLERANCE_MS) / HOUR_MS;
	const hours = Math.ceil(certainHours / ZONE_STEP_HOURS) * ZONE_STEP_HOURS;
	return hours === 1 ? '1 hour' : `${hours} hours`;
}

import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { readMoment } from './formats';
import { HOUR_MS, MINUTE_MS } from './time';

/**
 * AlfaCRM shows times by the clock of the school and names no time zone (API notes 10), so they are read in the time zone
 * of the workflow. A stamp of something that has already happened cannot lie in the future. If it does, the time zone of the
 * workflow is not the school's.
 */

/** The stamps that prove it. The time of a lesson or a due date may lie in the future and proves nothing. API notes 10. */
const STAMP_FIELDS = ['created_at', 'updated_at', 'added', 'date_time'];

/** A day without a time is left out: its first minute may be hours away from what has happened. */
const HAS_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** The clocks of two computers may differ by so much. */
const TOLERANCE_MS = 5 * MINUTE_MS;

/** No two time zones are further apart, so a stamp further ahead is a mistake in the data. */
const MOST_AHEAD_MS = 26 * HOUR_MS;

/** Almost all time zones are whole or half hours apart. */
const STEP_HOURS = 0.5;

/**
 * Returns by how many milliseconds a stamp is ahead of the clock of this computer, read in a time zone; negative for the past,
 * undefined for what cannot be read.
 */
export function aheadMs(stamp: unknown, zone: string, now = Date.now()): number | undefined {
	const moment = readMoment(stamp, zone);
	return moment === undefined ? undefined : moment - now;
}

/** Collects what the stamps of AlfaCRM prove about the time zone of the workflow. */
export class SchoolClock {
	private mostAheadMs = 0;

	/** @param zone the time zone of the workflow */
	constructor(private readonly zone: string) {}

	/** Notes the stamps of rows that AlfaCRM has shown. */
	note(rows: readonly IDataObject[]): void {
		const now = Date.now();
		// Stamps sort as texts, so the many of the past need not be read.
		const earliestProof = DateTime.fromMillis(now, { zone: this.zone }).toFormat('yyyy-MM-dd HH:mm');
		for (const row of rows) {
			for (const field of STAMP_FIELDS) {
				const stamp = row[field];
				if (typeof stamp === 'string' && stamp > earliestProof) this.noteStamp(stamp, now);
			}
		}
	}

	/** What the user should hear; undefined if nothing proves that the time zone is wrong. */
	get warning(): string | undefined {
		if (this.mostAheadMs === 0) return undefined;

		// What has happened some time ago shows fewer hours than there are between the two zones, never more.
		const provenHours = (this.mostAheadMs - TOLERANCE_MS) / HOUR_MS;
		const hours = Math.ceil(provenHours / STEP_HOURS) * STEP_HOURS;
		const unit = hours === 1 ? 'hour' : 'hours';
		return `AlfaCRM's clock is at least ${hours} ${unit} ahead of this workflow's time zone (${this.zone}). Set Settings → Timezone of the workflow to the school's`;
	}

	private noteStamp(stamp: string, now: number): void {
		if (!HAS_TIME.test(stamp)) return;
		const ahead = aheadMs(stamp, this.zone, now) ?? 0;
		if (ahead > TOLERANCE_MS && ahead <= MOST_AHEAD_MS) this.mostAheadMs = Math.max(this.mostAheadMs, ahead);
	}
}

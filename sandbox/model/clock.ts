import { DateTime } from 'luxon';
import type { Settings } from './settings';

type ClockSettings = Pick<Settings, 'now' | 'timeZone'>;

/** Returns the account's local time, `yyyy-mm-dd hh:mm:ss`. The setting `now` may fix it, as local time or as a moment. */
export function localNow(settings: ClockSettings): string {
	const { now, timeZone } = settings;
	const isLocalTime = now !== null && !now.includes('T');
	if (isLocalTime) return now;

	const moment = now === null ? DateTime.now() : DateTime.fromISO(now);
	return moment.setZone(timeZone).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** Returns the account's day, `yyyy-mm-dd`. */
export function localToday(settings: ClockSettings): string {
	return localNow(settings).slice(0, 10);
}

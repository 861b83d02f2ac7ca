import { DateTime } from 'luxon';
import type { Settings } from './settings';

type ClockSettings = Pick<Settings, 'now' | 'timeZone'>;

/** The account's local time now, `yyyy-mm-dd hh:mm:ss`. */
export function localNow(settings: ClockSettings): string {
	const { now, timeZone } = settings;
	if (now !== null && !now.includes('T')) return now;
	const moment = now === null ? DateTime.now() : DateTime.fromISO(now);
	return moment.setZone(timeZone).toFormat('yyyy-MM-dd HH:mm:ss');
}

export const localToday = (settings: ClockSettings): string => localNow(settings).slice(0, 10);

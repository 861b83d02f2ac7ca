import { KEY_CHARACTERS, type Entry } from '../logEntry';
import { hoursAfter, latest } from './stamps';

/** How many keys are kept, unless one hour has more. */
export const MOST_KEYS = 4_000;

/** Keys by the hour of their entries, `yyyy-mm-dd hh`, '' where there is no time: so they can be forgotten by their age. */
export type Hours = Record<string, string>;

const hourOf = (stamp: string): string => stamp.slice(0, 13);

export const keysIn = (hours: Hours): string[] => Object.values(hours).flatMap(keysOf);

export function withEntries(hours: Hours, entries: readonly Entry[]): Hours {
	const sets = new Map(Object.entries(hours).map(([hour, text]) => [hour, new Set(keysOf(text))]));
	for (const { key, stamp } of entries) {
		const hour = hourOf(stamp);
		sets.set(hour, (sets.get(hour) ?? new Set()).add(key));
	}
	return Object.fromEntries([...sets].map(([hour, keys]) => [hour, [...keys].join('')]));
}

/** Leaves out the hours before a time, and where there are too many keys the oldest hours that end by a limit. */
export function trimmed(hours: Hours, from: string, limit: string): { hours: Hours; done: string } {
	let count = keysIn(hours).length;
	let done = from;
	const oldestFirst = Object.entries(hours).sort(([a], [b]) => (a < b ? -1 : 1));
	const kept = oldestFirst.filter(([hour, keys]) => {
		const end = hour && hoursAfter(`${hour}:00`, 1);
		const isOver = hour !== '' && (end <= from || (count > MOST_KEYS && end <= limit));
		if (isOver) count -= keys.length / KEY_CHARACTERS;
		if (isOver) done = latest(done, end);
		return !isOver && keys !== '';
	});
	return { hours: Object.fromEntries(kept), done };
}

const KEYS = new RegExp(`.{${KEY_CHARACTERS}}`, 'g');
const keysOf = (text: string): string[] => text.match(KEYS) ?? [];

import { KEY_CHARACTERS, type Entry } from './logEntry';
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
	const timeless = hours[''] ?? '';
	const kept = Object.entries(hours)
		.filter(([hour, keys]) => hour !== '' && hour >= hourOf(from) && keys !== '')
		.sort(([a], [b]) => (a < b ? -1 : 1));
	let count = [timeless, ...kept.map(([, keys]) => keys)].join('').length / KEY_CHARACTERS;
	let done = from;
	while (kept.length > 0 && count > MOST_KEYS) {
		const [hour, keys] = kept[0];
		const end = hoursAfter(`${hour}:00`, 1);
		if (end > limit) break;
		done = latest(done, end);
		count -= keys.length / KEY_CHARACTERS;
		kept.shift();
	}
	return { hours: Object.fromEntries(timeless === '' ? kept : [['', timeless], ...kept]), done };
}

const keysOf = (text: string): string[] =>
	Array.from({ length: text.length / KEY_CHARACTERS }, (_, index) =>
		text.slice(index * KEY_CHARACTERS, (index + 1) * KEY_CHARACTERS),
	);

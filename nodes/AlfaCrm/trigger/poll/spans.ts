import { KEY_CHARACTERS, type Entry } from '../logEntry';
import { justAfter, latest } from './stamps';

/** How many keys are kept, unless ten minutes have more. */
export const MOST_KEYS = 3_500;

/** Keys by the ten minutes of their entries, such as `2026-02-10 09:3`, so that they can be forgotten by their age; '' = no time. */
export type Spans = Record<string, string>;

/** The end of ten minutes, or of a day where there is no more than that. */
const endOf = (span: string): string => justAfter(span + 'yyyy-mm-dd 23:59:59'.slice(span.length));

export const keysIn = (spans: Spans): string[] => Object.values(spans).flatMap(keysOf);

export function withEntries(spans: Spans, entries: readonly Entry[]): Spans {
	const sets = new Map(Object.entries(spans).map(([span, text]) => [span, new Set(keysOf(text))]));
	for (const { key, stamp } of entries) {
		const span = stamp.slice(0, 15);
		sets.set(span, (sets.get(span) ?? new Set()).add(key));
	}
	return Object.fromEntries([...sets].map(([span, keys]) => [span, [...keys].join('')]));
}

/** Leaves out what is before a time, and where there are too many keys the oldest that are before a limit. */
export function trimmed(spans: Spans, from: string, limit: string): { spans: Spans; done: string } {
	let [count, done] = [keysIn(spans).length, from];
	const oldestFirst = Object.entries(spans).sort(([a], [b]) => (a < b ? -1 : 1));
	const kept = oldestFirst.filter(([span, keys]) => {
		const end = span && endOf(span);
		const isOver = span !== '' && (end <= from || (count > MOST_KEYS && end <= limit));
		if (isOver) count -= keys.length / KEY_CHARACTERS;
		if (isOver) done = latest(done, end);
		return !isOver && keys !== '';
	});
	return { spans: Object.fromEntries(kept), done };
}

const KEYS = new RegExp(`.{${KEY_CHARACTERS}}`, 'g');
const keysOf = (text: string): string[] => text.match(KEYS) ?? [];

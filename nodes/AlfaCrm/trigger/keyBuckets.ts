import { KEY_CHARACTERS, type Entry } from '../logEntry';
import { justAfter, latest } from '../stamps';

/** How long the keys that are kept may be as JSON, unless ten minutes have more. */
export const MOST_CHARACTERS = 29_000;
/** What JSON adds to a span and its keys. */
const MARKS = 6;

/** Keys by the ten minutes of their entries, such as `2026-02-10 09:3`, so that they can be forgotten by their age. */
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

/** Leaves out what is before a time, and where there is too much the oldest that is before a limit. */
export function trimmed(
	spans: Spans,
	from: string,
	limit: string,
	most = MOST_CHARACTERS,
): { spans: Spans; done: string } {
	const sizeOf = ([span, keys]: [string, string]) => span.length + keys.length + MARKS;
	const oldestFirst = Object.entries(spans).sort(([a], [b]) => (a < b ? -1 : 1));
	let size = oldestFirst.reduce((sum, entry) => sum + sizeOf(entry), 0);
	let last = '';
	const kept = oldestFirst.filter((entry) => {
		const [span, keys] = entry;
		const isOver = isBefore(span, from) || (size > most && isBefore(span, limit));
		if (isOver) [size, last] = [size - sizeOf(entry), span];
		return !isOver && keys !== '';
	});
	return { spans: Object.fromEntries(kept), done: last === '' ? from : latest(from, endOf(last)) };
}

const isBefore = (span: string, time: string): boolean => span < time.slice(0, span.length);

const KEYS = new RegExp(`.{${KEY_CHARACTERS}}`, 'g');
const keysOf = (text: string): string[] => text.match(KEYS) ?? [];

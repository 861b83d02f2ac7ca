import { KEY_CHARACTERS, type Entry } from './logEntry';
import { justAfter, latest } from './stamps';

/** How long the keys that are kept may be as JSON, unless ten minutes have more. */
export const MOST_CHARACTERS = 29_000;
/** What JSON adds to a bucket and its keys. */
const SEPARATORS = 6;

/** Keys by the ten minutes of their entries, such as `2026-02-10 09:3`, so that they can be forgotten by their age. */
export type KeyBuckets = Record<string, string>;

/** The end of ten minutes, or of a day where there is no more than that. */
const endOf = (bucket: string): string => justAfter(bucket + 'yyyy-mm-dd 23:59:59'.slice(bucket.length));

export const keysIn = (buckets: KeyBuckets): string[] => Object.values(buckets).flatMap(keysOf);

export function withEntries(buckets: KeyBuckets, entries: readonly Entry[]): KeyBuckets {
	const sets = new Map(Object.entries(buckets).map(([bucket, text]) => [bucket, new Set(keysOf(text))]));
	for (const { key, stamp } of entries) {
		const bucket = stamp.slice(0, 15);
		sets.set(bucket, (sets.get(bucket) ?? new Set()).add(key));
	}
	return Object.fromEntries([...sets].map(([bucket, keys]) => [bucket, [...keys].join('')]));
}

/** Leaves out what is before a time, and where there is too much the oldest that is before a limit. */
export function trimmed(
	buckets: KeyBuckets,
	from: string,
	limit: string,
	most = MOST_CHARACTERS,
): { buckets: KeyBuckets; done: string } {
	const sizeOf = ([bucket, keys]: [string, string]) => bucket.length + keys.length + SEPARATORS;
	const oldestFirst = Object.entries(buckets).sort(([a], [b]) => (a < b ? -1 : 1));
	let size = oldestFirst.reduce((sum, entry) => sum + sizeOf(entry), 0);
	let last = '';
	const kept = oldestFirst.filter((entry) => {
		const [bucket, keys] = entry;
		const isOver = isBefore(bucket, from) || (size > most && isBefore(bucket, limit));
		if (isOver) [size, last] = [size - sizeOf(entry), bucket];
		return !isOver && keys !== '';
	});
	return { buckets: Object.fromEntries(kept), done: last === '' ? from : latest(from, endOf(last)) };
}

const isBefore = (bucket: string, time: string): boolean => bucket < time.slice(0, bucket.length);

const KEYS = new RegExp(`.{${KEY_CHARACTERS}}`, 'g');
const keysOf = (text: string): string[] => text.match(KEYS) ?? [];

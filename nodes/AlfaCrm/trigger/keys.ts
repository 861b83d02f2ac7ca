import { createHash } from 'crypto';
import type { IDataObject, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

import { canonicalJson } from '../fields/object';
import { changeOf } from './change';
import { justAfter, latest, stampOf } from './stamps';

/** Tells texts apart by few characters, six bits each. */
export const digest = (text: string, characters: number): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, characters);

/** Tells the triggers of all workflows apart in this process. */
export const triggerKeyOf = (context: Pick<IPollFunctions | IWebhookFunctions, 'getWorkflow' | 'getNode'>) =>
	`${context.getWorkflow().id} ${context.getNode().id}`;

/** Characters of a short key: of 10,000 known ones, one in ten million others is taken for one of them. */
export const KEY_CHARACTERS = 6;

export const shortKey = (text: string): string => digest(text, KEY_CHARACTERS);

const KEYS = new RegExp(`.{${KEY_CHARACTERS}}`, 'g');

/** Short keys that are kept one after the other. */
export const keysOf = (text: string): string[] => text.match(KEYS) ?? [];

/** An entry of the change log by what tells it from all others: it has no ID. */
export interface Entry {
	key: string;
	stamp: string;
}

export const timeOf = (row: IDataObject): string => stampOf(row, 'date_time');

/** Whether an entry has a time that can be read: without one nobody could tell for how long it is to be remembered. */
export const isTimed = (row: IDataObject): boolean => timeOf(row) !== '';

/** Entries that have a time. Equal ones are counted from the oldest on, for the next one comes on top of the list. */
export function entriesOf(rows: readonly IDataObject[]): Array<Entry & { row: IDataObject }> {
	const counts = new Map<string, number>();
	const fromOldest = rows
		.filter(isTimed)
		.reverse()
		.map((row) => {
			const content = contentOf(row);
			const count = (counts.get(content) ?? 0) + 1;
			counts.set(content, count);
			return { row, key: shortKey(`${content} ${count}`), stamp: timeOf(row) };
		});
	return fromOldest.reverse();
}

const contents = new WeakMap<IDataObject, string>();

/** What stays the same whenever an entry is listed: names that are rendered beside it may change. */
function contentOf(row: IDataObject): string {
	const known = contents.get(row);
	if (known !== undefined) return known;
	const content = canonicalJson({ ...(changeOf(row, null) ?? row), fields_rel: null });
	contents.set(row, content);
	return content;
}

/** How long the keys that are kept may be as JSON, unless ten minutes have more. */
const MOST_CHARACTERS = 29_000;
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
): { buckets: KeyBuckets; done: string } {
	const sizeOf = ([bucket, keys]: [string, string]) => bucket.length + keys.length + SEPARATORS;
	const oldestFirst = Object.entries(buckets).sort(([a], [b]) => (a < b ? -1 : 1));
	let size = oldestFirst.reduce((sum, entry) => sum + sizeOf(entry), 0);
	let last = '';
	const kept = oldestFirst.filter((entry) => {
		const [bucket, keys] = entry;
		const isOver = isBefore(bucket, from) || (size > MOST_CHARACTERS && isBefore(bucket, limit));
		if (isOver) [size, last] = [size - sizeOf(entry), bucket];
		return !isOver && keys !== '';
	});
	return { buckets: Object.fromEntries(kept), done: last === '' ? from : latest(from, endOf(last)) };
}

const isBefore = (bucket: string, time: string): boolean => bucket < time.slice(0, bucket.length);

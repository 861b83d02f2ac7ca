import type { IDataObject } from 'n8n-workflow';

import { canonicalJson } from '../fields/object';
import { changeOf } from './change';
import { digest } from './digest';
import { timeOf } from './logPages';
import { hoursAfter, latest } from './stamps';

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
	row: IDataObject;
}

/** Entries, the newest first. Equal ones are counted from the oldest on, for the next one comes on top of the list. */
export function entriesOf(rows: readonly IDataObject[]): Entry[] {
	const counts = new Map<string, number>();
	const entryOf = (row: IDataObject): Entry => {
		const content = contentOf(row);
		const count = (counts.get(content) ?? 0) + 1;
		counts.set(content, count);
		return { row, key: shortKey(`${content} ${count}`), stamp: timeOf(row) };
	};
	return [...rows].reverse().map(entryOf).reverse();
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

/** How long the keys that are kept may be as JSON, unless the newest ten minutes have more. */
const MOST_CHARACTERS = 29_000;

/** Keys by the ten minutes of their entries, such as `2026-02-10 09:3`, so that they can be forgotten by their age. */
export type KeyBuckets = Record<string, string>;

const bucketOf = (time: string): string => time.slice(0, 15);

export const keysIn = (buckets: KeyBuckets): string[] => Object.values(buckets).flatMap(keysOf);

export function withEntries(buckets: KeyBuckets, entries: readonly Entry[]): KeyBuckets {
	const all = { ...buckets };
	for (const { key, stamp } of entries) all[bucketOf(stamp)] = (all[bucketOf(stamp)] ?? '') + key;
	return all;
}

/**
 * Leaves out what is before a time and, where there is too much, the oldest before a limit; never the newest, for more of it may come.
 *
 * @returns also the time from which on none is left out
 */
export function trimmed(
	buckets: KeyBuckets,
	from: string,
	limit: string,
): { buckets: KeyBuckets; since: string } {
	const kept = { ...buckets };
	const oldestFirst = Object.keys(buckets).sort();
	const isTooMuch = (bucket: string) =>
		oldestFirst.length > 1 && bucket < bucketOf(limit) && JSON.stringify(kept).length > MOST_CHARACTERS;
	let last: string | undefined;
	while (oldestFirst.length > 0 && (oldestFirst[0] < bucketOf(from) || isTooMuch(oldestFirst[0]))) {
		last = oldestFirst.shift() as string;
		delete kept[last];
	}
	return { buckets: kept, since: last === undefined ? from : latest(from, hoursAfter(`${last}0:00`, 1 / 6)) };
}

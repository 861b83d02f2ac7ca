import { Runs } from '../memory/runs';

/** An occasion of a customer that is not to be told again. */
export interface Known {
	mark: number;
	/** It was not told: other settings hold it back until its level is no more than this. */
	held?: number;
	/** It was known under a higher limit, up to which it is the same one. */
	under?: number;
}

/** By customer. */
export type KnownOccasions = Map<number, Known>;

/** As it is kept: the customers' IDs as runs, by mark, and by what holds them back. */
export type KnownText = Record<string, string>;

export const readIds = (text = ''): number[] => [...Runs.parse(text).ids()];

export function readKnown(text: KnownText): KnownOccasions {
	const known: KnownOccasions = new Map();
	for (const [key, ids] of Object.entries(text)) {
		const [mark, held, under] = key.split('/').map((part) => (part === '' ? undefined : Number(part)));
		for (const id of readIds(ids)) known.set(id, { mark: mark ?? 0, held, under });
	}
	return known;
}

export function writeKnown(known: KnownOccasions): KnownText {
	const groups = new Map<string, number[]>();
	for (const [id, { mark, held = '', under = '' }] of known) {
		const key = `${mark}/${held}/${under}`.replace(/\/+$/, '');
		const ids = groups.get(key);
		if (ids === undefined) groups.set(key, [id]);
		else ids.push(id);
	}
	const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
	return Object.fromEntries(sorted.map(([key, ids]) => [key, writeIds(ids)]));
}

export const writeIds = (ids: Iterable<number>): string => Runs.of(ids).toString();

/** What is known under a lower limit than before is the same occasion up to the one before. */
export function underLimit(known: KnownOccasions, before: number, limit: number): KnownOccasions {
	const entries = [...known].map(([id, one]): [number, Known] => {
		const under = Math.max(one.under ?? before, before);
		return [id, { ...one, under: under > limit ? under : undefined }];
	});
	return new Map(entries);
}

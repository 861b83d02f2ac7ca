import type { Key } from './types';

/** How many characters the state holds at most, except that the keys of one time are never parted. */
const MOST_CHARACTERS = 20_000;
/** Quotes, colon and comma around a time and its entries. */
const PUNCTUATION = 6;

/** Keys by the time of their rows: numbers as runs ("501-560,562"), texts one by one. */
export type SeenJson = Record<string, string>;

/** What was reported or was there before: keys, with the time of each. */
export class Seen {
	private readonly times = new Map<Key, string>();

	constructor(json: SeenJson = {}) {
		for (const [time, entries] of Object.entries(json)) {
			for (const entry of entries.split(',')) {
				for (const key of keysOf(entry)) this.times.set(key, time);
			}
		}
	}

	has(key: Key): boolean {
		return this.times.has(key);
	}

	/** @param time a day or a minute, as coarse as it may be; '' when not known */
	add(key: Key, time: string): void {
		if (!this.times.has(key)) this.times.set(key, time);
	}

	/**
	 * What has to be kept: nothing from before `horizon`, since nobody asks about older rows.
	 *
	 * @returns a later horizon where there is no room for all: rather one late row unheard of than old ones repeated
	 */
	toJson(horizon: string): { json: SeenJson; horizon: string } {
		const groups = new Map<string, Key[]>();
		for (const [key, time] of this.times) {
			if (time !== '' && time < horizon.slice(0, time.length)) continue;
			const keys = groups.get(time) ?? [];
			groups.set(time, keys);
			keys.push(key);
		}
		const sorted = [...groups]
			// Those without a time come first, as nothing else would keep them from being repeated.
			.sort(([a], [b]) => (a === '' || (b !== '' && a > b) ? -1 : 1))
			.map(([time, keys]) => [time, joined(entriesOf(keys)).join(',')]);
		let room = MOST_CHARACTERS;
		const kept = sorted.filter(([time, entries], index) => {
			room -= time.length + entries.length + PUNCTUATION;
			return room >= 0 || index === 0 || (index === 1 && sorted[0][0] === '');
		});
		const isAll = kept.length === sorted.length;
		return {
			json: Object.fromEntries(kept) as SeenJson,
			horizon: isAll ? horizon : kept[kept.length - 1][0],
		};
	}
}

function keysOf(entry: string): Key[] {
	const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(entry) ?? [];
	if (from === undefined) return entry === '' ? [] : [entry];
	return Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, step) => Number(from) + step);
}

function entriesOf(keys: Key[]): string[] {
	const texts = keys.filter((key) => typeof key === 'string');
	const numbers = keys.filter((key) => typeof key === 'number').sort((a, b) => a - b);
	const runs: Array<[number, number]> = [];
	for (const number of numbers) {
		const last = runs.at(-1);
		if (last && number === last[1] + 1) last[1] = number;
		else runs.push([number, number]);
	}
	return [...runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)), ...texts];
}

/** Of too many runs of numbers the lowest are taken for one. */
function joined(entries: string[]): string[] {
	let room = MOST_CHARACTERS / 2;
	let from = entries.length;
	while (from > 0 && room > entries[from - 1].length) room -= entries[--from].length + 1;
	const [first] = keysOf(entries[0] ?? '');
	const last = keysOf(entries[from - 1] ?? '').at(-1);
	if (from < 2 || typeof first !== 'number' || typeof last !== 'number') return entries;
	return [`${first}-${last}`, ...entries.slice(from)];
}

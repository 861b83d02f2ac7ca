import type { IDataObject } from 'n8n-workflow';

import { digest } from '../digest';
import type { Change } from '../change';
import { changeOf } from '../change';
import type { News } from '../poll/look';
import { LogWatch } from './logWatch';
import type { LogReading } from './logRecords';
import { LogRecords } from './logRecords';
import type { Reader } from './reader';
import type { Outcome, Poll, Samples, Watch } from './watch';
import { unlessFirst } from './watch';

/** How many things that were told are kept, and characters of a key: of as many, one in ten million others is taken for one. */
const [MOST_TOLD, KEY_CHARACTERS] = [3_000, 6];
/** How many entries of the log are looked through for one that can be shown. */
const ENTRIES_PER_SAMPLE = 8;

/** What an event makes of entries of the log. */
export interface Teller {
	/** Whether an entry may tell something, by itself. */
	wants: (change: Change) => boolean;
	/** The class, where one alone tells it all. */
	className?: string;
	/** What it tells, with what had to be read for that; nothing if it turns out to be something else. */
	tell: (change: Change, branches: readonly number[], reading: LogReading) => Promise<IDataObject[]>;
	/** Of what several entries may tell: what makes it one. */
	keyOf?: (row: IDataObject) => string;
}

interface ToldState {
	log: unknown;
	/** Keys of what was told, the oldest first. */
	told: string;
}

/** What one entry of the log tells, and whether that has been told before. */
interface Told {
	news: News[];
	keys: string[];
}

/** Tells what entries of the log mean: each may tell several things, and several may tell one. */
export class ToldWatch implements Watch {
	private readonly log: LogWatch;

	constructor(private readonly teller: Teller) {
		const { className } = teller;
		this.log = new LogWatch(teller.wants, className === undefined ? {} : { entity: className });
	}

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const state = known as ToldState | undefined;
		const { reader, startWith } = poll;
		const isStart = state?.log === undefined && startWith > 0;
		const log = { ...poll, reader: reader.sooner(), startWith: startWith * this.entriesPerThing };
		const { news: entries, after, ...seen } = await this.log.poll(log, state?.log);
		const before = state?.told ?? '';
		const most = isStart ? Infinity : poll.most;
		const found = await this.tell(reader, entries, most, new Set(keysIn(before)), seen.failures);
		const told = isStart ? newestOf(found, startWith) : found;
		return {
			news: told.flatMap(({ news }) => news),
			...seen,
			after: (taken) => {
				const { done, keys } = upTo(told, taken);
				return { log: after(done), told: (before + keys).slice(-MOST_TOLD * KEY_CHARACTERS) };
			},
		};
	}

	/** At most, where each is told: two entries may tell one thing. */
	private get entriesPerThing(): number {
		return this.teller.keyOf === undefined ? 1 : 2;
	}

	async samples(reader: Reader, branches: readonly number[], count: number): Promise<Samples> {
		const most = count * ENTRIES_PER_SAMPLE;
		const { news, isAll } = await this.log.samples(reader, branches, most);
		const found: News[] = [];
		const keys = new Set<string>();
		for (const entry of [...news].reverse()) {
			if (found.length >= count || (reader.isLate && found.length > 0)) break;
			const [{ news: rows }] = await this.tell(reader, [entry], Infinity, keys, new Map());
			found.unshift(...rows);
		}
		return { news: found.slice(-count), isAll: isAll && news.length < most };
	}

	/** As many as may be reported, can be read and there is time for, but at least one entry. */
	private async tell(
		reader: Reader,
		entries: readonly News[],
		most: number,
		known: Set<string>,
		failures: ReadonlyMap<number, unknown>,
	): Promise<Told[]> {
		const { tell, keyOf } = this.teller;
		const reading = new LogRecords(reader, failures);
		const told: Told[] = [];
		let count = 0;
		for (const { row, branches } of entries) {
			if (told.length > 0 && (count >= most || reader.isLate)) break;
			const change = changeOf(row, branches[0]) as Change;
			const found = await tell(change, branches, reading).catch(unlessFirst(told));
			if (found === undefined) break;
			const one: Told = { news: [], keys: [] };
			for (const what of found) {
				const key = keyOf === undefined ? '' : digest(keyOf(what), KEY_CHARACTERS);
				if (known.has(key)) continue;
				if (key !== '') known.add(key);
				one.news.push({ row: what, branches });
				one.keys.push(key);
			}
			told.push(one);
			count += one.news.length;
		}
		return told;
	}
}

/** So many things that were told last; an entry may tell several. */
function newestOf(told: readonly Told[], count: number): Told[] {
	let left = told.reduce((sum, { news }) => sum + news.length, -count);
	return told.map(({ news, keys }) => {
		const dropped = Math.min(Math.max(left, 0), news.length);
		left -= dropped;
		return { news: news.slice(dropped), keys: keys.slice(dropped) };
	});
}

/** How many entries are done once so many things were told, and the keys of those. */
function upTo(told: readonly Told[], taken: number): { done: number; keys: string } {
	const keys = told.flatMap((one) => one.keys).slice(0, taken);
	let [done, count] = [0, 0];
	while (done < told.length && (count += told[done].news.length) <= taken) done++;
	return { done, keys: keys.join('') };
}

const keysIn = (text: string): string[] => text.match(new RegExp(`.{${KEY_CHARACTERS}}`, 'g')) ?? [];

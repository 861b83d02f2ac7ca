import type { IDataObject } from 'n8n-workflow';

import type { Change } from './change';
import { changeOf } from './change';
import { ChangeLog } from './changeLog';
import { KEY_CHARACTERS, keysOf, shortKey } from './keys';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { oneByOne } from './eventSource';
import { LogLookup } from './logLookup';

/** How many events that were reported are known. */
const MOST_REPORTED = 3_000;
/** How many entries of the log are looked through for one that can be shown. */
const ENTRIES_PER_SAMPLE = 8;

/** What an event makes of entries of the log. */
export interface DerivedEvent {
	/** The class, where one alone tells it all. */
	className?: string;
	/** Whether an entry may tell of it, by itself. */
	wants: (change: Change) => boolean;
	/** Its items, with what had to be read for that; none if it turns out to be something else. */
	derive: (change: Change, branches: readonly number[], lookup: LogLookup) => Promise<IDataObject[]>;
	/** Of what several entries may tell: what makes it one. */
	keyOf?: (item: IDataObject) => string;
}

interface DerivedState {
	log: unknown;
	/** Keys of what was reported, the oldest first. */
	reported: string;
}

/** What one entry of the log tells that was not reported before. */
interface Derived {
	news: NewRecord[];
	keys: string[];
}

/** Tells what entries of the log mean: each may tell several things, and several may tell one. */
export class DerivedEvents implements EventSource {
	private readonly log: ChangeLog;

	constructor(private readonly event: DerivedEvent) {
		const { className } = event;
		this.log = new ChangeLog(event.wants, className === undefined ? {} : { entity: className });
	}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		const state = before as DerivedState | undefined;
		const { startWith } = request;
		// Two entries may tell one thing.
		const entriesPerItem = this.event.keyOf === undefined ? 1 : 2;
		// What is found has to be read as well.
		const half = request.now + (request.deadline - request.now) / 2;
		const asked = { ...request, deadline: half, startWith: startWith * entriesPerItem };
		const { news: entries, after, failures } = await this.log.poll(asked, state?.log);
		const reported = state?.reported ?? '';
		const lookup = new LogLookup(request.client, request.reader, failures);
		const isFirst = state === undefined;
		const most = isFirst ? Infinity : request.most;
		const deadline = isFirst ? Infinity : request.deadline;
		const found = await this.derive(entries, lookup, { most, deadline, known: new Set(keysOf(reported)) });
		const news = found.flatMap((one) => one.news);
		return {
			news: isFirst && startWith > 0 ? news.slice(-startWith) : news,
			failures,
			after: (taken) => {
				const { done, keys } = upTo(found, isFirst ? Infinity : taken);
				return { log: after(done), reported: (reported + keys).slice(-MOST_REPORTED * KEY_CHARACTERS) };
			},
		};
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const most = count * ENTRIES_PER_SAMPLE;
		const { news: entries, isAll } = await this.log.samples(request, most);
		const lookup = new LogLookup(request.client, request.reader);
		const found: NewRecord[] = [];
		const known = new Set<string>();
		for (const entry of [...entries].reverse()) {
			if (found.length >= count || (Date.now() >= request.deadline && found.length > 0)) break;
			const [{ news }] = await this.derive([entry], lookup, { most: Infinity, deadline: Infinity, known });
			found.unshift(...news);
		}
		return { news: found.slice(-count), isAll: isAll && entries.length < most };
	}

	/** As many as may be reported, can be read and there is time for, but at least one entry. */
	private async derive(
		entries: readonly NewRecord[],
		lookup: LogLookup,
		{ most, deadline, known }: { most: number; deadline: number; known: Set<string> },
	): Promise<Derived[]> {
		const { derive, keyOf } = this.event;
		const isEnough = (made: readonly Derived[]) =>
			Date.now() >= deadline || made.reduce((sum, { news }) => sum + news.length, 0) >= most;
		return await oneByOne(entries, isEnough, async ({ row, branches }) => {
			const change = changeOf(row, branches[0]) as Change;
			const one: Derived = { news: [], keys: [] };
			for (const item of await derive(change, branches, lookup)) {
				const key = keyOf === undefined ? '' : shortKey(keyOf(item));
				if (known.has(key)) continue;
				if (key !== '') known.add(key);
				one.news.push({ row: item, branches });
				one.keys.push(key);
			}
			return one;
		});
	}
}

/** How many entries are done once so many of their items were reported, and the keys of those. */
function upTo(found: readonly Derived[], taken: number): { done: number; keys: string } {
	const keys = found.flatMap((one) => one.keys).slice(0, taken);
	let [done, count] = [0, 0];
	while (done < found.length && (count += found[done].news.length) <= taken) done++;
	return { done, keys: keys.join('') };
}

import type { IDataObject } from 'n8n-workflow';

import { daysAfter, dotted } from '../../values/formats';
import { HOUR_MS } from '../../values/time';
import type { Change } from '../change';
import { changeOf } from '../change';
import { isTimed, timeOf } from '../logEntry';
import type { LogState, NewEntry } from '../poll/log';
import { add, emptyLogState, examine, freshIn, openDay, settle } from '../poll/log';
import type { Look } from '../poll/look';
import { mayShowMore } from '../poll/look';
import { dayOf, earliest, latest, newestOf } from '../stamps';
import type { LogOptions } from './logReader';
import { LogReader } from './logReader';
import { newest, newestSamples } from './newest';
import type { Reader } from './reader';
import { emptyError, isEmptyByMistake, isLasting, PAGES_PER_POLL, readEach } from './reader';
import type { Lookable, Outcome, Poll, Samples, Watch } from './watch';

const TASK = 'read the change log';

/** Tells changes by the log, whose entries have no ID. API notes 5.21. */
export class LogWatch implements Watch, Lookable<NewEntry> {
	constructor(
		private readonly wants: (change: Change) => boolean,
		/** A filter that lists no other ones, where only some are looked for. */
		private readonly body: IDataObject,
	) {}

	async poll(poll: Poll, before: unknown): Promise<Outcome> {
		const { reader, branches: watched, most } = poll;
		const { wants } = this;
		const known = before as LogState | undefined;
		// While this user is shown no branch, it has not begun: what is there would be news later.
		if (known === undefined && watched.length === 0)
			return { news: [], failures: new Map(), after: () => undefined };
		const state = known === undefined ? await this.begin(poll) : await this.goOn(poll, known);
		const { looks, failures } = await readEach(watched, async (branch) => {
			const log = state.branches[branch];
			const fresh = freshIn(state, branch);
			return await this.logOf(reader, branch, log.from, {
				fresh: (rows) => fresh(rows).map(({ row }) => row),
				wanted: (rows) => rows.flatMap((row) => changeOf(row, null) ?? []).filter(wants).length,
				most,
				// What cannot be read in the beginning is taken for older than what was.
				all: log.isChosen ? { mostPages: PAGES_PER_POLL } : undefined,
			}).look(log);
		});
		const found = examine(state, looks, { wants, now: reader.now });
		const { news, later } = found;
		// Those are older than all that has come since.
		const { starting, start } = await this.startingIn(reader, watched, state);
		const after = (taken: number) => {
			const left = new Set(
				[...news.slice(Math.max(0, taken - starting.length)), ...later].map(({ key }) => key),
			);
			const settled = settle(state, found, left, { watched, now: reader.now });
			const keys = [...start.keys, ...starting.slice(taken).map(({ key }) => key)];
			return { ...settled, start: { ...start, keys } };
		};
		const timeless = [...looks.values()].flatMap(({ rows }) => rows.filter((row) => !isTimed(row))).length;
		return { news: [...starting, ...news], failures, timeless, after };
	}

	async samples(reader: Reader, branches: readonly number[], count: number): Promise<Samples> {
		return await newestSamples(this, reader, branches, count);
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		return await this.logOf(reader, branch, since, { all: { mostPages: Infinity } }, this.body).look({});
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): NewEntry[] {
		const none = add(emptyLogState(), looks.keys(), { day: '', now });
		const { news, later } = examine(none, looks, { wants: this.wants, now });
		return [...news, ...later];
	}

	/**
	 * What was there in the beginning and is still to be reported, and what is left of that for lack of time, or in a branch that
	 * cannot be read or is closed: that is looked for once an hour.
	 */
	private async startingIn(
		reader: Reader,
		branches: readonly number[],
		{ start, isAll }: LogState,
	): Promise<{ starting: NewEntry[]; start: LogState['start'] }> {
		const { now } = reader;
		const isResting = start.missedAt !== undefined && Math.abs(now - start.missedAt) < HOUR_MS;
		if (start.keys.length === 0 || isResting) return { starting: [], start };
		const read = await readEach(branches, async (branch) => await this.look(reader, branch, start.from));
		const looks = [...read.looks.values()];
		const isRead = looks.every(({ list }) => list.next === undefined);
		const isShown = isRead && !mayShowMore(start, { looks: read.looks, branches, isAll, now });
		const starting = this.newsIn(read.looks, now).filter(({ key }) => start.keys.includes(key));
		const seen = new Set(starting.map(({ key }) => key));
		const keys = isShown ? [] : start.keys.filter((key) => !seen.has(key));
		return {
			starting,
			start: { ...start, keys, missedAt: isRead && starting.length === 0 ? now : undefined },
		};
	}

	private async begin({ reader, branches, startWith, isAll }: Poll): Promise<LogState> {
		const { now, client } = reader;
		const { stamps, failures } = await this.newestIn(reader, branches);
		const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
		if (passing !== undefined) throw passing;
		const day = openDay(newestOf(stamps, now), now);
		const read = branches.filter((branch) => !failures.has(branch));
		const begun = add({ ...emptyLogState(), done: day, isAll }, read, { day, isChosen: true, now });
		// One that cannot be read has these days to report once it can be.
		const state = add(begun, failures.keys(), { day, now });
		if (startWith === 0) return state;
		const { news } = await newest(this, reader, read, startWith);
		return startingWith(state, news, { branches: read, at: now });
	}

	/** A branch that is new to the account only has news of the days that are open; one that is chosen has none. */
	private async goOn({ reader, branches, isAll }: Poll, known: LogState): Promise<LogState> {
		const { now } = reader;
		const added = branches.filter((branch) => known.branches[branch] === undefined);
		if (added.length === 0) return { ...known, isAll };
		if (!isAll || !known.isAll) return { ...add(known, added, { day: '', isChosen: true, now }), isAll };
		const { stamps } = await this.newestIn(reader, added).catch(() => ({ stamps: [] }));
		return add(known, added, { day: openDay(latest(known.newest, newestOf(stamps, now)), now), now });
	}

	/** The first pages tell which days are open. */
	private async newestIn(reader: Reader, branches: readonly number[]) {
		const { looks, failures } = await readEach(branches, async (branch) => {
			const { items: rows, total } = await this.logOf(reader, branch, '').pages.front();
			// All that is there would be news later.
			if (isEmptyByMistake(rows, total)) throw emptyError(reader.client, { path: 'log', task: TASK, branch });
			return { rows, list: {}, isWhole: false };
		});
		return { stamps: [...looks.values()].flatMap(({ rows }) => rows.map(timeOf)), failures };
	}

	/** The log of a branch from a day on, '' for all of it. */
	private logOf(
		reader: Reader,
		branch: number,
		from: string,
		options: Partial<LogOptions> = {},
		body: IDataObject = {},
	): LogReader {
		const since = from === '' ? {} : { date_from: dotted(from) };
		const list = { path: 'log', task: TASK, branch, body: { ...body, ...since } };
		// A list may show earlier days than it was asked for. The account's clock may have been put back meanwhile.
		const earliestDay = from === '' ? '' : daysAfter(from, -1);
		return new LogReader(reader, list, { ...options, from: earliestDay });
	}
}

/** Makes news of entries that were there before. */
function startingWith(
	state: LogState,
	news: readonly NewEntry[],
	there: Pick<LogState['start'], 'branches' | 'at'>,
): LogState {
	const from = news.map(({ stamp }) => dayOf(stamp)).reduce(earliest, state.done);
	return { ...state, start: { ...there, keys: news.map(({ key }) => key), from } };
}

import type { IDataObject } from 'n8n-workflow';

import { daysAfter, dotted } from '../../values/formats';
import type { ListRequest } from '../../api/pages';
import { begin, startWithNewest, wantedIn } from '../poll/beginning';
import type { ListState, Look, News } from '../poll/look';
import type { RecordsState } from '../poll/records';
import { rowId } from '../memory/marks';
import { countFresh, emptyRecordsState, refilter, step } from '../poll/records';
import { dayAt } from '../stamps';
import { newest, newestSamples } from './newest';
import type { LookOptions, Reader } from './reader';
import { emptyError, isEmptyByMistake, isFalling, isLasting, readEach } from './reader';
import type { Lookable, Outcome, Poll, Samples, Watch } from './watch';

/** How far back the newest record is looked for first, and at most: its days are halved until the very day is known. */
const [SOME_DAYS, MOST_DAYS] = [2, 20_000];

type WasListed = (row: IDataObject, branch: number) => boolean;

/** Tells new records by an entity's own list, which works where it can be asked for a day of creation. */
export class RecordsWatch implements Watch, Lookable {
	constructor(
		private readonly list: Pick<ListRequest, 'path' | 'task'>,
		/** What the list is asked for, and what all records of the account would be. */
		private readonly body: IDataObject,
		private readonly allBody: IDataObject,
		private readonly wants: (row: IDataObject) => boolean,
	) {}

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const state = known as RecordsState | undefined;
		return state?.hasBegun ? await this.goOn(poll, state) : await this.begin(poll, state);
	}

	async samples(reader: Reader, branches: readonly number[], count: number): Promise<Samples> {
		return await newestSamples(this, reader, branches, count);
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		return await reader.look(this.listOf(this.body, branch, since));
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): News[] {
		return wantedIn({ looks, wants: this.wants, now });
	}

	/** Gets to know what is there, which may take several polls where there is much. */
	private async begin(poll: Poll, known: RecordsState | undefined): Promise<Outcome> {
		const { reader, branches, closed, isAll, filters, scope } = poll;
		const { now, client } = reader;
		const settings = { filters, scope, body: this.body };
		const state = known ?? emptyRecordsState(await this.firstDay(poll), settings, now);
		const readAll = async () => await this.read(poll, this.allBody, state);
		const { looks, failures } = await readAll();
		// Where each answer is in another order, two readings may lack the same records by chance.
		const isShort = ({ rows, list }: Look) => rows.length < (list.total ?? 0) && list.next === undefined;
		if (!known && [...looks.values()].some(isShort)) {
			for (const [branch, { rows }] of (await readAll()).looks) looks.get(branch)?.rows.push(...rows);
		}
		const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
		if (passing !== undefined) throw passing;
		// What is in branches that are opened later was there as well.
		const others = await Promise.allSettled(
			(known ? [] : closed).map(
				async (branch) => await reader.ends(this.listOf(this.allBody, branch, state.since)),
			),
		);
		const rows = others.flatMap((other) =>
			other.status === 'fulfilled' ? [...other.value.first, ...other.value.last] : [],
		);
		const begun = begin(state, { looks, branches, now }, rows);
		if (!begun.hasBegun || poll.startWith === 0) return { news: [], failures, after: () => begun };
		const found = await newest(this, reader, branches, poll.startWith);
		const seen = { looks: found.looks, branches, isAll, wants: this.wants, now };
		const started = { ...startWithNewest(begun, seen, poll.startWith), since: found.since };
		return { failures, ...step(started, seen) };
	}

	private async goOn(poll: Poll, known: RecordsState): Promise<Outcome> {
		const { branches, isAll, filters, scope } = poll;
		const { now } = poll.reader;
		const state = refilter(known, { filters, scope, body: this.body }, branches);
		// What was hidden until now is told from what was not in one poll.
		const isOther = JSON.stringify(known.body) !== JSON.stringify(this.body);
		const { looks, failures } = await this.read(poll, this.body, state, {
			fresh: (rows) => countFresh(state, rows),
			...(isOther ? { pause: 'whenLate' } : {}),
		});
		const wasListed = isOther ? await this.listedBefore(poll, known, looks) : undefined;
		return { failures, ...step(state, { looks, branches, isAll, wasListed, wants: this.wants, now }) };
	}

	/**
	 * Tells what the settings of the last poll would show now: no archived ones if they were not asked for. Asked after all
	 * else, so that nobody who came meanwhile is taken for hidden.
	 *
	 * @throws what a later poll may not meet, for that is asked only once
	 */
	private async listedBefore(
		poll: Poll,
		{ body, since }: RecordsState,
		now: ReadonlyMap<number, Look>,
	): Promise<WasListed> {
		const asked = { since, lists: {}, chosen: {} };
		const { looks, failures } = await this.read(poll, body, asked, { pause: 'whenLate' });
		for (const [branch, failure] of failures)
			if (now.has(branch) && !isLasting(poll.reader.client, failure)) throw failure;
		const whole = [...looks].filter(([, { isWhole }]) => isWhole);
		const shown = new Map(whole.map(([branch, { rows }]) => [branch, new Set(rows.map(rowId))]));
		return (row, branch) => shown.get(branch)?.has(rowId(row)) !== false;
	}

	/** The day to begin with: two days before that of the newest record, which may be long ago; '' if there is none. */
	private async firstDay({ reader, branches }: Poll): Promise<string> {
		const daysAgo = (days: number) => daysAfter(dayAt(reader.now), -days);
		const isSince = async (days: number) => {
			const { looks } = await readEach(
				branches,
				async (branch) => await reader.first(this.listOf(this.allBody, branch, daysAgo(days))),
			);
			return [...looks.values()].some(({ rows }) => rows.length > 0);
		};
		let [none, some] = [0, SOME_DAYS];
		for (; !(await isSince(some)); some *= 4) {
			if (some > MOST_DAYS) return '';
			none = some;
		}
		while (some - none > 1 && some > SOME_DAYS) {
			const middle = Math.floor((none + some) / 2);
			if (await isSince(middle)) some = middle;
			else none = middle;
		}
		return daysAgo(some === SOME_DAYS ? some : some + SOME_DAYS);
	}

	private async read(
		{ reader, branches }: Poll,
		body: IDataObject,
		{ since, lists, chosen }: Pick<RecordsState, 'chosen' | 'lists' | 'since'>,
		options: LookOptions = {},
	): ReturnType<typeof readEach<Look>> {
		return await readEach(branches, async (branch) => {
			const list = this.listOf(body, branch, since);
			const state = lists[branch] as ListState | undefined;
			const look = await this.lookAt(reader, list, state, { pause: 'whenLong', ...options });
			// All that it holds would be news later.
			const isBegun = state !== undefined && (!(branch in chosen) || state.next !== undefined);
			if (!isBegun && isEmptyByMistake(look.rows, look.list.total)) throw emptyError(reader.client, list);
			return look;
		});
	}

	private async lookAt(
		reader: Reader,
		list: ListRequest,
		state: ListState | undefined,
		options: LookOptions,
	): Promise<Look> {
		if (state !== undefined) return await reader.look(list, state, options);
		// All that it holds is fresh.
		const look = await reader.look(list, {}, { ...options, fresh: undefined });
		if (look.list.next === undefined) return look;
		if (isFalling(look.rows.map(rowId))) return { ...look, hasNewest: true };
		if (!isFalling(look.rows.map((row) => -rowId(row)))) return look;
		const { last } = await reader.ends(list);
		return { ...look, rows: [...look.rows, ...last], hasNewest: last.length > 0 };
	}

	private listOf(body: IDataObject, branch: number, since: string): ListRequest {
		const created = since === '' ? {} : { created_at_from: dotted(since) };
		return { ...this.list, branch, body: { ...body, ...created } };
	}
}

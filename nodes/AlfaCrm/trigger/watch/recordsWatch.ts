import type { IDataObject } from 'n8n-workflow';

import type { ListRequest } from '../../api/page';
import type { ListState, Look, News } from '../poll/look';
import type { RecordsState } from '../poll/records';
import { begin, countFresh, emptyState, isDue, refilter, startWith, step, wantedIn } from '../poll/records';
import { dayAt, daysAfter, dotted } from '../poll/stamps';
import { newest } from './newest';
import type { LookOptions, Reader } from './reader';
import { isLasting, readEach } from './reader';
import type { Outcome, Poll, Watch } from './watch';

/** How far back the newest record is looked for first, and at most: its days are halved until the very day is known. */
const [SOME_DAYS, MOST_DAYS] = [2, 20_000];

/** Tells new records by an entity's own list, which works where it can be asked for a day of creation. */
export class RecordsWatch implements Watch {
	constructor(
		private readonly list: Pick<ListRequest, 'path' | 'task'>,
		/** Filters of the list that is watched, and of all records of the account. */
		private readonly body: IDataObject,
		private readonly allBody: IDataObject,
		private readonly wants: (row: IDataObject) => boolean,
	) {}

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const state = known as RecordsState | undefined;
		return state?.hasBegun ? await this.goOn(poll, state) : await this.begin(poll, state);
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		return await reader.look(this.listOf(this.body, branch, since));
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): News[] {
		return wantedIn({ looks, wants: this.wants, now });
	}

	/** Gets to know what is there, which may take several polls where there is much. */
	private async begin(poll: Poll, known: RecordsState | undefined): Promise<Outcome> {
		const { reader, branches, filters } = poll;
		const { now, client } = reader;
		const state = known ?? emptyState(await this.firstDay(poll), filters, now);
		const readAll = async () => await this.read(poll, this.allBody, state.since, state.lists);
		const { looks, failures } = await readAll();
		// Where each answer is in another order, two readings may lack the same records by chance.
		const isShort = ({ rows, list }: Look) => rows.length < (list.total ?? 0) && list.next === undefined;
		if (!known && [...looks.values()].some(isShort)) {
			for (const [branch, { rows }] of (await readAll()).looks) looks.get(branch)?.rows.push(...rows);
		}
		const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
		if (passing !== undefined) throw passing;
		const begun = begin(state, { looks, branches, now });
		if (!begun.hasBegun || poll.startWith === 0) return { news: [], failures, after: () => begun };
		const found = await newest(this, reader, branches, poll.startWith);
		const seen = { looks: found.looks, branches, wants: this.wants, now };
		const started = { ...startWith(begun, seen, poll.startWith), since: found.since };
		return { failures, ...step(started, seen) };
	}

	private async goOn(poll: Poll, known: RecordsState): Promise<Outcome> {
		const { branches, filters } = poll;
		const { now } = poll.reader;
		const state = refilter(known, filters);
		const added = state === known ? [] : branches.filter((branch) => !(branch in known.lists));
		// What is the newest of all is looked for first, so that all that is older shows in the lists.
		const account = isDue(state, now) ? await this.newestOfAll(poll, state.since) : undefined;
		const fresh = (rows: IDataObject[]) => countFresh(state, rows);
		const { looks, failures } = await this.read(poll, this.body, state.since, state.lists, { fresh });
		return { failures, ...step(state, { looks, branches, added, account, wants: this.wants, now }) };
	}

	/** The first page of all records, where others are watched. */
	private async newestOfAll(poll: Poll, since: string): Promise<IDataObject[]> {
		if (JSON.stringify(this.body) === JSON.stringify(this.allBody)) return [];
		const { looks } = await this.read(poll, this.allBody, since, {}, { isEnd: () => true });
		return [...looks.values()].flatMap(({ rows }) => rows);
	}

	/** The day to begin with: two days before that of the newest record, which may be long ago; '' if there is none. */
	private async firstDay(poll: Poll): Promise<string> {
		const daysAgo = (days: number) => daysAfter(dayAt(poll.reader.now), -days);
		const isSince = async (days: number) => {
			const { looks } = await this.read(poll, this.allBody, daysAgo(days), {}, { isEnd: () => true });
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
		since: string,
		lists: Record<string, ListState>,
		options: LookOptions = {},
	): ReturnType<typeof readEach> {
		return await readEach(branches, async (branch) => {
			const list = this.listOf(body, branch, since);
			return await reader.look(list, lists[branch], { mayPause: true, ...options });
		});
	}

	private listOf(body: IDataObject, branch: number, since: string): ListRequest {
		const created = since === '' ? {} : { created_at_from: dotted(since) };
		return { ...this.list, branch, body: { ...body, ...created } };
	}
}

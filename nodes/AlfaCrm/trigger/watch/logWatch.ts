import type { IDataObject } from 'n8n-workflow';

import type { ListRequest } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import type { LogState, NewEntry } from '../poll/log';
import { add, countFresh, emptyState, examine, MOST_KEYS, openDay, settle } from '../poll/log';
import { timeOf } from '../poll/logEntry';
import type { Look } from '../poll/look';
import { HOUR_MS } from '../poll/look';
import { dayOf, daysAfter, dotted, earliest, newestOf } from '../poll/stamps';
import { newest } from './newest';
import type { Reader } from './reader';
import { readEach } from './reader';
import type { Outcome, Poll, Watch } from './watch';

/** Tells changes by the log, whose entries have no ID. API notes 5.21. */
export class LogWatch implements Watch<NewEntry> {
	constructor(
		/** Filters that decide which entries are listed. */
		private readonly body: IDataObject,
		private readonly wants: (change: Change) => boolean,
	) {}

	async poll(poll: Poll, before: unknown): Promise<Outcome> {
		const { reader, branches, filters, most } = poll;
		const state = await this.begin(poll, before as LogState | undefined);
		const { looks, failures } = await readEach(branches, async (branch) => {
			const log = state.branches[branch];
			const isDue = Math.abs(reader.now - (log.askedAt ?? 0)) >= HOUR_MS;
			const head = isDue ? await this.head(reader, branch) : undefined;
			const fresh = (rows: IDataObject[]) => countFresh(state, branch, rows);
			const wanted = (rows: IDataObject[]) => countFresh(state, branch, rows, this.wants);
			// A list may show earlier days than it was asked for. The account's clock may have been put back meanwhile.
			const isEnd = endOf(log.from === '' ? '' : daysAfter(log.from, -1));
			const known = log.filters === filters ? log : {};
			const options = { fresh, wanted, most, isEnd };
			const look = await reader.look(this.days(branch, log.from), known, options);
			return { ...look, head };
		});
		const past = await this.past(reader, state, looks);
		const found = examine(state, { looks, past }, { filters, wants: this.wants, now: reader.now });
		const { news, later } = found;
		const after = (taken: number) => {
			const left = new Set([...news.slice(taken), ...later].map(({ key }) => key));
			return settle(state, found, left, reader.now);
		};
		return { news, failures, after };
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		return await reader.look(this.days(branch, since));
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): NewEntry[] {
		const none = add(emptyState(), looks.keys(), '', '');
		const { news, later } = examine(none, { looks }, { filters: '', wants: this.wants, now });
		return [...news, ...later];
	}

	/** What the others list of the days that a branch is behind, since it could not be read; as far as it was read now. */
	private async past(
		reader: Reader,
		{ branches }: LogState,
		read: ReadonlyMap<number, Look>,
	): Promise<Map<number, Look>> {
		const dayIn = (branch: number) => dayOf(branches[branch].done);
		const days = [...read.keys()].map(dayIn).sort();
		const [first] = days;
		const last = days.at(-1) ?? '';
		const ahead = [...read.keys()].filter((branch) => dayIn(branch) > first);
		const behind = [...read].filter(([branch]) => dayIn(branch) < last).flatMap(([, { rows }]) => rows);
		const until = dayOf(behind.map(timeOf).sort().at(-1) ?? '');
		const { looks } = await readEach(ahead, async (branch) => {
			const list = this.days(branch, first, earliest(dayIn(branch), until));
			return await reader.look(list, {}, { isEnd: endOf(first) });
		});
		return looks;
	}

	/** The list of a branch, of some days; '' for all. */
	private days(branch: number, from: string, to = ''): ListRequest {
		const since = from === '' ? {} : { date_from: dotted(from) };
		const until = to === '' ? {} : { date_to: dotted(to) };
		return { path: 'log', task: 'read the change log', branch, body: { ...this.body, ...since, ...until } };
	}

	/** Takes down what is there. A branch that is new to the account has only news; one that is chosen has none. */
	private async begin(poll: Poll, known: LogState | undefined): Promise<LogState> {
		const { reader, branches, isAll, filters, startWith } = poll;
		const state = only(known ?? emptyState(), isAll ? undefined : branches);
		const unknown = branches.filter((branch) => state.branches[branch] === undefined);
		if (unknown.length === 0) return state;
		const isSame = Object.values(state.branches).some((log) => log.filters === filters);
		if (known && isAll && isSame) {
			// What the others have still to report, it may list as well.
			return add(state, unknown, earliestDay(state), filters);
		}
		const found = known || startWith === 0 ? undefined : await newest(this, reader, unknown, startWith);
		// What is chosen and cannot be read does not stop the others.
		const readAll = async (look: (branch: number) => Promise<Look>) =>
			await readEach(unknown, look).catch((failure: unknown) => {
				if (known === undefined) throw failure;
				return { looks: new Map<number, Look>() };
			});
		const { looks: heads } = await readAll(async (branch) => await this.first(reader, branch));
		const headOf = (branch: number) => newestOf((heads.get(branch)?.rows ?? []).map(timeOf), reader.now);
		const newestHead = unknown.map(headOf).sort().at(-1) ?? '';
		// Nothing that comes later is from before the day before that.
		const lastDay = openDay(newestHead, reader.now);
		const [since] = [lastDay, found?.since ?? lastDay].sort();
		const { looks } = await readAll(async (branch) => {
			const look = await reader.look(this.days(branch, since), {}, { isEnd: endOf('', MOST_KEYS) });
			return { ...look, head: headOf(branch) };
		});
		const begun = add(state, looks.keys(), since, filters);
		const start = new Set(found?.news.map(({ key }) => key));
		const there = examine(begun, { looks }, { filters, wants: () => false, now: reader.now });
		const settled = settle(begun, there, start, reader.now);
		// One that cannot be read has the last days to report once it can be.
		const dark = unknown.filter((branch) => !looks.has(branch));
		return add(settled, dark, earliestDay(settled), filters);
	}

	/** The newest time of the whole log of a branch; undefined where all of it is watched. */
	private async head(reader: Reader, branch: number): Promise<string | undefined> {
		if (Object.keys(this.body).length === 0) return undefined;
		const { rows } = await this.first(reader, branch);
		return newestOf(rows.map(timeOf), reader.now);
	}

	/** The first page of the whole log of a branch. */
	private async first(reader: Reader, branch: number): Promise<Look> {
		return await reader.look({ ...this.days(branch, ''), body: {} }, {}, { isEnd: () => true });
	}
}

/** Forgets branches that are not chosen any more: what they hold when they are chosen again will be no news. */
function only(state: LogState, chosen?: readonly number[]): LogState {
	if (chosen === undefined) return state;
	const kept = Object.entries(state.branches).filter(([branch]) => chosen.includes(Number(branch)));
	return { ...state, branches: Object.fromEntries(kept) };
}

/** The first day that is not known in all branches. */
const earliestDay = ({ branches }: LogState): string =>
	Object.values(branches)
		.map(({ done }) => dayOf(done))
		.sort()[0];

/** Ends a list at a page that is from before a time, or after so many entries; not while it is in another order. */
function endOf(done: string, most = Infinity): (page: Page) => boolean {
	let last = '9';
	let count = 0;
	let isInOrder = true;
	return ({ items }) => {
		const stamps = items.map(timeOf);
		for (const stamp of stamps.filter(Boolean)) {
			isInOrder &&= stamp <= last;
			last = stamp;
		}
		count += items.length;
		const isBefore = done !== '' && stamps.every((stamp) => stamp !== '' && stamp < done);
		return isInOrder && (isBefore || count > most);
	};
}

import type { IDataObject } from 'n8n-workflow';

import type { ListRequest } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import { timeOf } from '../logEntry';
import type { LogState, NewEntry } from '../poll/log';
import { add, countFresh, emptyState, examine, openDay, settle } from '../poll/log';
import type { Look } from '../poll/look';
import { dayOf, daysAfter, earliest, newestOf } from '../poll/stamps';
import { newest } from './newest';
import type { Reader } from './reader';
import { isLasting, readEach } from './reader';
import type { Outcome, Poll, Watch } from './watch';
import { dotted } from './watch';

/** Tells changes by the log, whose entries have no ID. API notes 5.21. */
export class LogWatch implements Watch<NewEntry> {
	constructor(
		private readonly wants: (change: Change) => boolean,
		/** A filter that lists no other ones, where only some are looked for. */
		private readonly body: IDataObject,
	) {}

	async poll(poll: Poll, before: unknown): Promise<Outcome> {
		const { reader, branches: watched, most } = poll;
		const { wants } = this;
		const state = await this.begin(poll, before as LogState | undefined);
		const { looks, failures } = await readEach(watched, async (branch) => {
			const log = state.branches[branch];
			return await reader.look(listOf(branch, log.from), log, {
				fresh: (rows) => countFresh(state, rows),
				wanted: (rows) => countFresh(state, rows, wants),
				most,
				// A list may show earlier days than it was asked for. The account's clock may have been put back meanwhile.
				isEnd: endOf(log.from === '' ? '' : daysAfter(log.from, -1)),
				isLog: true,
				// What cannot be read in the beginning is taken for older than what was.
				pause: log.isAdded === undefined ? 'whenLong' : 'whenLate',
			});
		});
		const found = examine(state, looks, { wants, now: reader.now });
		const { news, later } = found;
		const after = (taken: number) => {
			const left = new Set([...news.slice(taken), ...later].map(({ key }) => key));
			return settle(state, found, left, { watched, now: reader.now });
		};
		return { news, failures, after };
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		const isEnd = endOf(since === '' ? '' : daysAfter(since, -1));
		return await reader.look(listOf(branch, since, this.body), {}, { isEnd, isLog: true, pause: 'whenLate' });
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): NewEntry[] {
		const none = add(emptyState(), looks.keys(), { day: '', now });
		const { news, later } = examine(none, looks, { wants: this.wants, now });
		return [...news, ...later];
	}

	/** A branch that is new to the account has only news of these days; one that is chosen has none. */
	private async begin({ reader, branches, isAll, startWith }: Poll, known?: LogState): Promise<LogState> {
		const { now } = reader;
		if (known !== undefined) {
			const unknown = branches.filter((branch) => known.branches[branch] === undefined);
			const isAdded = isAll && known.isAll ? 'new' : 'chosen';
			return { ...add(known, unknown, { day: '', isAdded, now }), isAll };
		}
		// The first pages tell which days are open.
		const { looks, failures } = await readEach(
			branches,
			async (branch) => await reader.look(listOf(branch, ''), {}, { isEnd: () => true }),
		);
		const passing = [...failures.values()].find((failure) => !isLasting(reader.client, failure));
		if (passing !== undefined) throw passing;
		const stamps = [...looks.values()].flatMap(({ rows }) => rows.map(timeOf));
		const day = openDay(newestOf(stamps, now), now);
		const begun = add({ ...emptyState(), done: day, isAll }, looks.keys(), { day, isAdded: 'chosen', now });
		// One that cannot be read has these days to report once it can be.
		const state = add(begun, failures.keys(), { day, now });
		if (startWith === 0) return state;
		const { news } = await newest(this, reader, [...looks.keys()], startWith);
		return startingWith(state, news);
	}
}

/** Makes news of entries that were there before. */
function startingWith(state: LogState, news: readonly NewEntry[]): LogState {
	if (news.length === 0) return state;
	const from = news.map(({ stamp }) => dayOf(stamp)).reduce(earliest, state.done);
	const branches = Object.entries(state.branches).map(([branch, log]) => [branch, { ...log, from }]);
	return {
		...state,
		branches: Object.fromEntries(branches),
		start: { keys: news.map(({ key }) => key), from },
	};
}

/** The log of a branch from a day on, '' for all of it. */
function listOf(branch: number, from: string, body: IDataObject = {}): ListRequest {
	const since = from === '' ? {} : { date_from: dotted(from) };
	return { path: 'log', task: 'read the change log', branch, body: { ...body, ...since } };
}

/** Ends a list at a page that is from before a time; not while it is in another order. */
function endOf(done: string): (page: Page) => boolean {
	let last = '9';
	let isInOrder = true;
	return ({ items }) => {
		const stamps = items.map(timeOf);
		for (const stamp of stamps.filter(Boolean)) {
			isInOrder &&= stamp <= last;
			last = stamp;
		}
		return isInOrder && done !== '' && stamps.every((stamp) => stamp !== '' && stamp < done);
	};
}

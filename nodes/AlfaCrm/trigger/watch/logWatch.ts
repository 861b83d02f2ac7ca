import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import type { LogState, NewEntry } from '../poll/log';
import { add, countFresh, emptyState, examine, MOST_KEYS, openDay, refilter, settle } from '../poll/log';
import { timeOf } from '../poll/logEntry';
import type { Look } from '../poll/look';
import { dayOf, dotted, newestOf } from '../poll/stamps';
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

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const { reader, branches, filters, most } = poll;
		const state = refilter(await this.begin(poll, known as LogState | undefined), filters);
		const { looks, failures } = await readEach(branches, async (branch) => {
			const log = state.branches[branch];
			const fresh = (rows: IDataObject[]) => countFresh(state, branch, rows);
			// A list that shows earlier days than it was asked for may have an order of its own.
			const isEnd = endOf(log.done === log.from ? '' : log.done);
			return await reader.look(this.days(branch, log.from), log, { fresh, most, isEnd });
		});
		const past = await this.past(reader, state, [...looks.keys()]);
		const found = examine(state, { looks, past }, this.wants, reader.now);
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
		const { news, later } = examine(add(emptyState(''), looks.keys(), ''), { looks }, this.wants, now);
		return [...news, ...later];
	}

	/** What the others list of the days that a branch is behind, since it could not be read. */
	private async past(reader: Reader, { branches }: LogState, read: number[]): Promise<Map<number, Look>> {
		const dayIn = (branch: number) => dayOf(branches[branch].done);
		const [first] = read.map(dayIn).sort();
		const ahead = read.filter((branch) => dayIn(branch) > first);
		const { looks } = await readEach(ahead, async (branch) => {
			return await reader.look(this.days(branch, first, dayIn(branch)), {}, { isEnd: endOf(first) });
		});
		return looks;
	}

	/** The list of a branch, of some days; '' for all. */
	private days(branch: number, from: string, to = ''): List {
		const since = from === '' ? {} : { date_from: dotted(from) };
		const until = to === '' ? {} : { date_to: dotted(to) };
		return { path: 'log', task: 'read the change log', branch, body: { ...this.body, ...since, ...until } };
	}

	/** Takes down what is there. A branch that is new to the account has only news. */
	private async begin(poll: Poll, known: LogState | undefined): Promise<LogState> {
		const { reader, branches, isAll, filters, startWith } = poll;
		const state = known ?? emptyState(filters);
		const unknown = branches.filter((branch) => state.branches[branch] === undefined);
		if (unknown.length === 0) return state;
		if (known && isAll) {
			// What the others have still to report, it may list as well.
			return add(state, unknown, earliestDay(state));
		}
		const found = known || startWith === 0 ? undefined : await newest(this, reader, unknown, startWith);
		const lastDay = await this.lastDay(reader, unknown);
		const [since] = [lastDay, found?.since ?? lastDay].sort();
		const { looks } = await readEach(unknown, async (branch) => {
			return await reader.look(this.days(branch, since), {}, { isEnd: endOf('', MOST_KEYS) });
		});
		const begun = add(state, looks.keys(), since);
		const start = new Set(found?.news.map(({ key }) => key));
		const there = examine(begun, { looks }, () => false, reader.now);
		const settled = settle(begun, there, start, reader.now);
		// One that cannot be read has the last days to report once it can be.
		const dark = unknown.filter((branch) => !looks.has(branch));
		return add(settled, dark, earliestDay(settled));
	}

	/** The day before that of the newest entry: nothing that comes later is from before it. '' if there is none. */
	private async lastDay(reader: Reader, branches: readonly number[]): Promise<string> {
		const { looks } = await readEach(branches, async (branch) => {
			return await reader.look(this.days(branch, ''), {}, { isEnd: () => true });
		});
		const stamps = [...looks.values()].flatMap(({ rows }) => rows.map(timeOf));
		return openDay(newestOf(stamps, reader.now), reader.now);
	}
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

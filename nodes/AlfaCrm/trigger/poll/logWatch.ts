import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import { timeOf } from '../logEntry';
import { newest } from '../newest';
import { dayOf, daysAfter, dotted, earlier, newestOf } from '../stamps';
import type { Days, Found, LogState, NewEntry } from './log';
import { begin, countFresh, emptyLog, examine, MOST_KEYS, openDay, refilter, settle } from './log';
import type { Look, Reader } from './reading';
import { readEach } from './reading';
import type { Outcome, Poll, Watch } from './watch';

/** Tells changes by the log, whose entries have no ID. API notes 5.21. */
export class LogWatch implements Watch<NewEntry> {
	constructor(
		/** Filters that decide which entries are listed. */
		private readonly body: IDataObject,
		readonly wants: (change: Change) => boolean,
	) {}

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const begun = await this.begin(poll, known as LogState | undefined);
		return await new LogPoll(this, poll, refilter(begun, poll.filters)).run();
	}

	async look(reader: Reader, branch: number, since: string): Promise<Look> {
		return await reader.look(this.days(branch, since));
	}

	newsIn(looks: ReadonlyMap<number, Look>): NewEntry[] {
		const branches = Object.fromEntries([...looks.keys()].map((branch) => [branch, emptyLog('')]));
		const { news, later } = examine({ branches, filters: '' }, { looks }, this.wants);
		return [...news, ...later];
	}

	/** The list of a branch, of some days; '' for all. */
	days(branch: number, from: string, to = ''): List {
		const since = from === '' ? {} : { date_from: dotted(from) };
		const until = to === '' ? {} : { date_to: dotted(to) };
		return { path: 'log', task: 'read the change log', branch, body: { ...this.body, ...since, ...until } };
	}

	/** Takes down what is there. A branch that is new to the account has only news. */
	private async begin(poll: Poll, known: LogState | undefined): Promise<LogState> {
		const { reader, branches, isAll, filters, startWith } = poll;
		const { now } = reader;
		const state = known ?? { branches: {}, filters };
		const unknown = branches.filter((branch) => state.branches[branch] === undefined);
		if (unknown.length === 0) return state;
		if (known && isAll) {
			// What the others have still to report, it may list as well.
			const [day] = Object.values(state.branches)
				.map(({ done }) => dayOf(done))
				.sort();
			const added = Object.fromEntries(unknown.map((branch) => [branch, emptyLog(day)]));
			return { ...state, branches: { ...state.branches, ...added } };
		}
		const found = known || startWith === 0 ? undefined : await newest(this, reader, unknown, startWith);
		const lastDay = await this.lastDay(reader, unknown);
		const [since] = [lastDay, found?.since ?? lastDay].sort();
		const { looks } = await readEach(unknown, async (branch) => {
			return await reader.look(this.days(branch, since), {}, { isEnd: endOf('', MOST_KEYS) });
		});
		const start = new Set(found?.news.map(({ key }) => key));
		return begin(state, { looks, since, start, now });
	}

	/** The day before that of the newest entry: nothing that comes later is from before it. '' if there is none. */
	private async lastDay(reader: Reader, branches: readonly number[]): Promise<string> {
		const { looks } = await readEach(branches, async (branch) => {
			return await reader.look(this.days(branch, ''), {}, { isEnd: () => true });
		});
		const last = newestOf(
			[...looks.values()].flatMap(({ rows }) => rows.map(timeOf)),
			reader.now,
		);
		return openDay({ ...emptyLog(''), newest: last }, reader.now);
	}
}

/** The day from which on a branch is read, and the first one that is open; those before it are closed. */
interface Place {
	branch: number;
	day: string;
	open: string;
	isLate: boolean;
}

/** One poll: closed days first, from the oldest on, then those that are still open. */
class LogPoll {
	private readonly found: Found[] = [];
	private readonly failures = new Map<number, unknown>();
	/** What is known once all that was found is reported. */
	private state: LogState;

	constructor(
		private readonly watch: LogWatch,
		private readonly poll: Poll,
		private readonly begun: LogState,
	) {
		this.state = begun;
	}

	async run(): Promise<Outcome> {
		const { reader, most } = this.poll;
		// Each poll gets ahead, however little time it has.
		const hasTime = () => this.found.length === 0 || !reader.isLate;
		while (this.isLate && this.news.length < most && hasTime()) await this.readClosed();
		if (!this.isLate && this.news.length < most) await this.readOpen();
		return { news: this.news, failures: this.failures, after: (taken) => this.after(taken) };
	}

	private get news(): NewEntry[] {
		return this.found.flatMap(({ news }) => news);
	}

	private after(taken: number): LogState {
		const pending = [...this.news.slice(taken), ...this.found.flatMap(({ later }) => later)];
		const left = new Set(pending.map(({ key }) => key));
		const last = this.found.findIndex(({ news }) => news.some(({ key }) => left.has(key)));
		const done = last < 0 ? this.found : this.found.slice(0, last + 1);
		return done.reduce((state, one) => settle(state, one, left, this.poll.reader.now), this.begun);
	}

	private places(): Place[] {
		const branches = this.poll.branches.filter((branch) => !this.failures.has(branch));
		// The same change may be listed in several branches, so all of them close a day together.
		const times = Object.values(this.state.branches).map((log) => log.newest);
		const newest = times.sort().at(-1) ?? '';
		return branches.map((branch) => {
			const log = this.state.branches[branch];
			const day = dayOf(log.done);
			const open = openDay({ ...log, newest }, this.poll.reader.now);
			return { branch, day, open, isLate: day !== '' && day < open };
		});
	}

	private get isLate(): boolean {
		return this.places().some(({ isLate }) => isLate);
	}

	/** Reads the oldest closed days; also in branches that are past them, for what they hold was reported. */
	private async readClosed(): Promise<void> {
		const places = this.places();
		const from = places.flatMap(({ isLate, day }) => (isLate ? [day] : [])).reduce(earlier);
		const days = places.flatMap(({ day, open }) => [day, open]);
		const end = days.filter((day) => day > from).reduce(earlier);
		const branches = places.flatMap(({ isLate, day, branch }) => (isLate || day > from ? [branch] : []));
		const next = daysAfter(from, 1);
		// All of them at once where that is one page, else the first.
		let until = end;
		const look = async (isEnd = endOf(from)) =>
			await this.read(branches, async (branch) => {
				const list = this.watch.days(branch, from, daysAfter(until, -1));
				return await this.poll.reader.look(list, {}, { isEnd });
			});
		let isLong = false;
		let looks = await look(next === end ? undefined : () => (isLong = true));
		if (isLong) {
			until = next;
			looks = await look();
		}
		this.take({ looks, closed: { from, until } });
	}

	private async readOpen(): Promise<void> {
		const { reader } = this.poll;
		const most = this.poll.most - this.news.length;
		const branches = this.places().map(({ branch }) => branch);
		const looks = await this.read(branches, async (branch) => {
			const known = this.state.branches[branch];
			const fresh = (rows: IDataObject[]) => countFresh(this.state, branch, rows);
			const day = dayOf(known.done);
			// A list that shows earlier days than it was asked for may have an order of its own.
			const isEnd = endOf(known.done === day ? '' : known.done);
			return await reader.look(this.watch.days(branch, day), known, { fresh, most, isEnd });
		});
		this.take({ looks });
	}

	private async read(branches: number[], look: (branch: number) => Promise<Look>): Promise<Days['looks']> {
		const { looks, failures } = await readEach(branches, look);
		for (const [branch, failure] of failures) this.failures.set(branch, failure);
		return looks;
	}

	private take(days: Days): void {
		const found = examine(this.state, days, this.watch.wants);
		this.found.push(found);
		this.state = settle(this.state, found, new Set(), this.poll.reader.now);
	}
}

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

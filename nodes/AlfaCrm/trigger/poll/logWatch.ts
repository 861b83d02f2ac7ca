import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import type { Chunk, LogState, NewEntry } from './log';
import { begin, countFresh, emptyLog, MOST_KEYS, openDay, step } from './log';
import type { News, Outcome, Poll, Watch } from './poll';
import { newest } from './poll';
import type { Look, Reader } from './reading';
import { readEach } from './reading';
import { dayAt, dayOf, daysAfter, dotted, earlier, newestOf, stampOf } from './stamps';

/** Tells changes by the log, whose entries have no ID. API notes 5.21. */
export class LogWatch implements Watch {
	constructor(
		/** Filters that decide which entries are listed. */
		private readonly body: IDataObject,
		private readonly wants: (change: Change) => boolean,
	) {}

	async poll(poll: Poll, known: unknown): Promise<Outcome> {
		const begun = await this.begin(poll, known as LogState | undefined);
		return await new LogPoll(this, poll, begun).run();
	}

	async look(reader: Reader, branch: number, since: string | null): Promise<Look> {
		return await reader.look(this.days(branch, since));
	}

	newsIn(looks: ReadonlyMap<number, Look>, now: number): News[] {
		const branches = Object.fromEntries([...looks.keys()].map((branch) => [branch, emptyLog(null)]));
		return this.step({ branches, filters: '' }, { looks, filters: '', now }).news;
	}

	step(state: LogState, chunk: Omit<Chunk, 'elsewhere' | 'wants'> & Partial<Chunk>): ReturnType<typeof step> {
		return step(state, { elsewhere: [], ...chunk, wants: this.wants });
	}

	/** The list of a branch, of some days. */
	days(branch: number, from: string | null, to?: string): List {
		const since = from === null ? {} : { date_from: dotted(from) };
		const until = to === undefined ? {} : { date_to: dotted(to) };
		return { path: 'log', task: 'read the change log', branch, body: { ...this.body, ...since, ...until } };
	}

	/** Takes down what is there. A branch that is new to the account has only news. */
	private async begin(poll: Poll, known: LogState | undefined): Promise<LogState> {
		const { reader, branches, isAll, filters, startWith } = poll;
		const { now } = reader;
		const unknown = branches.filter((branch) => known?.branches[branch] === undefined);
		if (known && unknown.length === 0) return known;
		if (known && isAll) {
			const day = Object.values(known.branches)
				.map((log) => openDay(log, now))
				.reduce(earliest);
			const added = Object.fromEntries(unknown.map((branch) => [branch, emptyLog(day)]));
			return { ...known, branches: { ...known.branches, ...added } };
		}
		const found = known || startWith === 0 ? undefined : await newest(this, reader, unknown, startWith);
		const lastDay = await this.lastDay(reader, unknown);
		const since = found ? earliest(found.since, lastDay) : lastDay;
		const { looks } = await readEach(unknown, async (branch) => {
			return await reader.look(this.days(branch, since), {}, { isEnd: afterMany() });
		});
		const begun = begin(looks, { since, start: (found?.news ?? []) as NewEntry[], filters, now });
		return known ? { ...known, branches: { ...known.branches, ...begun.branches } } : begun;
	}

	/** The day before that of the newest entry: nothing that comes later is from before it. */
	private async lastDay(reader: Reader, branches: readonly number[]): Promise<string | null> {
		const { looks } = await readEach(branches, async (branch) => {
			return await reader.look(this.days(branch, null), {}, { isEnd: () => true });
		});
		const stamps = [...looks.values()].flatMap(({ rows }) => rows.map((row) => stampOf(row, 'date_time')));
		const last = newestOf(stamps, reader.now);
		return last === '' ? null : daysAfter(earlier(dayOf(last), dayAt(reader.now)), -1);
	}
}

/** One poll: closed days first, from the oldest on, then those that are still open. */
class LogPoll {
	private readonly steps: Array<ReturnType<typeof step>> = [];
	private readonly failures = new Map<number, unknown>();
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
		let late = this.late();
		// Each poll gets ahead, however little time it has.
		while (late.length > 0 && this.news.length < most && (this.steps.length === 0 || !reader.isLate)) {
			await this.readClosed(late);
			late = this.late();
		}
		if (late.length === 0 && this.news.length < most) await this.readOpen();
		return { news: this.news, failures: this.failures, after: (taken) => this.after(taken) };
	}

	private get news(): NewEntry[] {
		return this.steps.flatMap(({ news }) => news);
	}

	private after(taken: number): LogState {
		let left = taken;
		let state = this.begun;
		for (const { news, after } of this.steps) {
			state = after(Math.min(left, news.length));
			if (left < news.length) break;
			left -= news.length;
		}
		return state;
	}

	private day(branch: number): string {
		return this.state.branches[branch].day ?? '';
	}

	/** Branches that have closed days to be read. */
	private late(): number[] {
		const isLate = (branch: number) =>
			this.day(branch) < (openDay(this.state.branches[branch], this.poll.reader.now) ?? '');
		return this.poll.branches.filter(
			(branch) => !this.failures.has(branch) && this.day(branch) !== '' && isLate(branch),
		);
	}

	/** The oldest of them; branches that are past it are read too, for what they hold was reported. */
	private async readClosed(late: readonly number[]): Promise<void> {
		const { branches, reader } = this.poll;
		const from = late.map((branch) => this.day(branch)).reduce(earlier);
		const opens = branches.map((branch) => openDay(this.state.branches[branch], reader.now) ?? '');
		const end = [...branches.map((branch) => this.day(branch)), ...opens]
			.filter((day) => day > from)
			.reduce(earlier);
		const next = daysAfter(from, 1);
		// All of them at once where that is one page, else the first.
		let isLong = next === end;
		let looks = isLong ? undefined : await this.readDays(from, end, () => (isLong = true));
		if (looks === undefined || isLong) looks = await this.readDays(from, next);
		const isPast = (branch: number) => this.day(branch) > from;
		this.take({
			looks: new Map([...looks].filter(([branch]) => late.includes(branch) && !isPast(branch))),
			elsewhere: [...looks].filter(([branch]) => isPast(branch)).map(([, { rows }]) => rows),
			until: isLong ? next : end,
		});
	}

	private async readDays(
		from: string,
		until: string,
		isEnd: (page: Page) => boolean = pastAll(from),
	): Promise<Map<number, Look>> {
		return await this.read(async (branch) => {
			const list = this.watch.days(branch, from, daysAfter(until, -1));
			const look = await this.poll.reader.look(list, {}, { isEnd });
			// AlfaCRM may not heed the last day.
			return { ...look, rows: look.rows.filter((row) => stampOf(row, 'date_time') < until) };
		});
	}

	private async readOpen(): Promise<void> {
		const { reader, filters } = this.poll;
		const isOther = filters !== this.state.filters;
		const looks = await this.read(async (branch) => {
			const known = this.state.branches[branch];
			const fresh = (rows: IDataObject[]) => countFresh(this.state, branch, rows);
			const list = this.watch.days(branch, known.day);
			const most = this.poll.most - this.news.length;
			return await reader.look(list, isOther ? {} : known, { fresh, most, isEnd: pastAll(known.done) });
		});
		this.take({ looks });
	}

	private async read(look: (branch: number) => Promise<Look>): Promise<Map<number, Look>> {
		const branches = this.poll.branches.filter((branch) => !this.failures.has(branch));
		const { looks, failures } = await readEach(branches, look);
		for (const [branch, failure] of failures) this.failures.set(branch, failure);
		return looks;
	}

	private take(chunk: Pick<Chunk, 'looks'> & Partial<Chunk>): void {
		const { filters, reader } = this.poll;
		const one = this.watch.step(this.state, { ...chunk, filters, now: reader.now });
		this.steps.push(one);
		this.state = one.after(one.news.length);
	}
}

/** Ends at a page of which all entries are from before a time; not while a list is in another order. */
function pastAll(done: string): (page: Page) => boolean {
	const isInOrder = orderOf();
	return ({ items }) => {
		const stamps = items.map((row) => stampOf(row, 'date_time'));
		return isInOrder(stamps) && done !== '' && stamps.every((stamp) => stamp !== '' && stamp < done);
	};
}

/** Ends where there are more entries than can be known one by one. */
function afterMany(): (page: Page) => boolean {
	const isInOrder = orderOf();
	let count = 0;
	return ({ items }) => {
		count += items.length;
		return isInOrder(items.map((row) => stampOf(row, 'date_time'))) && count > MOST_KEYS;
	};
}

/** Whether all times so far came with the newest first. */
function orderOf(): (stamps: readonly string[]) => boolean {
	let last = '9';
	let isInOrder = true;
	return (stamps) => {
		for (const stamp of stamps.filter(Boolean)) {
			isInOrder &&= stamp <= last;
			last = stamp;
		}
		return isInOrder;
	};
}

const earliest = (one: string | null, other: string | null): string | null =>
	one === null || other === null ? null : earlier(one, other);

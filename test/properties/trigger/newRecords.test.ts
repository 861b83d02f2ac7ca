import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { EventSource } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { NewRecords } from '../../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import { MemoryLists } from './lists';

const BRANCHES = [1, 2, 3];
/** A record that shows up later than this after its creation may be missed. */
const PROMISED_MS = 47 * HOUR_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;

interface Settings {
	/** None for all of the account. */
	branches: number[];
	type: 0 | 1 | 2;
	isArchivedToo: boolean;
	most: number;
}

type Step =
	| { do: 'create'; branch: number; also: number; type: 0 | 1; count: number; elsewhereMinutes: number }
	| { do: 'convert' | 'archive' | 'restore' | 'remove'; pick: number }
	| { do: 'move'; pick: number; branch: number }
	| { do: 'wait'; minutes: number }
	| { do: 'poll' | 'restart' }
	/** Days with two polls, for each of which somebody comes into two branches. One may fail meanwhile. */
	| { do: 'live'; days: number; branch: number; failing: number }
	/** A poll in which a request fails, or at which something happens. */
	| { do: 'crash'; at: number }
	| { do: 'during'; at: number; step: Step }
	| { do: 'fail' | 'heal' | 'open' | 'close'; branch: number }
	/** The next poll may not be able to read a branch. */
	| { do: 'set'; settings: Partial<Settings>; failing: number };

interface History {
	pageSize: number;
	hasTotals: boolean;
	isNewestFirst: boolean;
	/** Whether the list heeds the day that it is asked for. */
	isDayHeeded: boolean;
	/** The time of the day. */
	beginsAt: string;
	/** How far the clock of the second branch is behind. */
	behindHours: number;
	/** Branches that are closed in the beginning. */
	closed: number[];
	/** Branches whose lists show the customers of all branches. */
	pooled: number[];
	/** Ages of what is there in the beginning, in hours. */
	before: number[];
	settings: Settings;
	/** How many of those the first poll reports. */
	startWith: number;
	steps: Step[];
}

const branch = fc.constantFrom(...BRANCHES);
const pick = fc.nat(1_000);
const type = fc.constantFrom<0 | 1>(0, 1);
const own = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('create' as const),
			branch,
			also: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: branch }),
			type,
			count: fc.constantFrom(1, 1, 1, 2, 3, 30),
			elsewhereMinutes: fc.constantFrom(0, 0, 0, 30, 600, 2_700),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constantFrom('convert' as const, 'archive' as const, 'restore' as const, 'remove' as const),
			pick,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), pick, branch }) },
);
const choices = fc.constantFrom<Array<Partial<Settings>>>(
	{ branches: [] },
	{ branches: [1] },
	{ branches: [2, 3] },
	{ type: 0 },
	{ type: 1 },
	{ type: 2 },
	{ isArchivedToo: true },
	{ isArchivedToo: false },
	{ most: 500 },
);
const at = fc.integer({ min: 1, max: 6 });
const steps = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 9, arbitrary: own },
	{ weight: 7, arbitrary: fc.constant({ do: 'poll' as const }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			minutes: fc.constantFrom(1, 10, 61, 600, 1_500, 9_000, 20_000),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('live' as const),
			days: fc.constantFrom(1, 2, 3, 6, 12),
			branch,
			failing: fc.constantFrom(0, ...BRANCHES),
		}),
	},
	{ weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), at }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('during' as const), at, step: own }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constantFrom('fail' as const, 'heal' as const, 'open' as const, 'close' as const),
			branch,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('set' as const),
			settings: choices,
			failing: fc.constantFrom(0, 0, ...BRANCHES),
		}),
	},
);
const histories: fc.Arbitrary<History> = fc.record({
	pageSize: fc.constantFrom(2, 5, 20, 500),
	hasTotals: fc.constantFrom(true, true, true, false),
	isNewestFirst: fc.boolean(),
	isDayHeeded: fc.constantFrom(true, true, true, false),
	beginsAt: fc.constantFrom('00:30', '09:00'),
	behindHours: fc.constantFrom(0, 0, 2),
	closed: fc.constantFrom<number[][]>([], [], [3], [2, 3]),
	pooled: fc.constantFrom<number[][]>([], [], [2], [1, 2, 3]),
	before: fc.array(fc.constantFrom(0, 1, 30, 100, 10_000), { maxLength: 8 }),
	settings: fc.record({
		branches: fc.constantFrom<number[][]>([], [], [1], [1, 2]),
		type: fc.constantFrom<0 | 1 | 2>(0, 1, 2, 2),
		isArchivedToo: fc.boolean(),
		most: fc.constantFrom(1, 2, 500, 500),
	}),
	startWith: fc.constantFrom(0, 0, 2),
	steps: fc.array(steps, { maxLength: 40 }),
});

interface Customer {
	id: number;
	branches: number[];
	type: 0 | 1;
	isArchived: boolean;
	isRemoved: boolean;
	createdAt: number;
	/** As its branch shows it. */
	stamp: string;
	/** It is in a branch of nobody's until then. */
	shownFrom: number;
	/** Since when a poll would report it, if no poll has noted it as not wanted. */
	dueSince?: number;
	/** It need not be reported, and must not where it was seen as old. */
	isExcused?: boolean;
	mustNot?: boolean;
	/** A poll has seen that it is not wanted, and whether n8n has saved that. */
	isUnwanted?: boolean;
	wasUnwanted?: boolean;
	/** From a branch that the poll under way may not have read to one that it had. */
	isMoved?: boolean;
}

const stamp = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const dayOf = (dotted: string) => `${dotted.slice(6)}-${dotted.slice(3, 5)}-${dotted.slice(0, 2)}`;

/** Plays a history, and says what went wrong. */
class Play {
	readonly reported: number[] = [];
	readonly unordered: number[][] = [];
	/** Those that were told with other branches than list them. */
	readonly misplaced: number[] = [];
	/** Those that a poll did not report though it could, requests that a poll without news made in vain, and a first poll's odd news. */
	readonly late: number[] = [];
	readonly idle: number[] = [];
	readonly begunWith: number[][] = [];
	/** Nothing was left to report after the last poll, and nothing but new customers happened since. */
	private isPlain = false;
	/** Polls that failed though nothing else did. */
	readonly thrown: unknown[] = [];
	/** What was remembered or asked for though it was over long ago. */
	readonly overdue: unknown[] = [];
	private now: number;
	/** The day that a list was last asked for. */
	private asked = '';
	private readonly customers: Customer[] = [];
	private readonly open: Set<number>;
	private settings: Settings;
	private state: unknown;
	private saved: unknown;
	/** n8n saves what its activation knows, and else what is handed over. */
	private isActivation = true;
	private readonly lists: MemoryLists;
	/** Branches that were chosen and not read yet: what they hold when they are is old. */
	private unread = new Set<number>();
	/** The same after the last poll, and the choice of branches that it had. */
	private unreadThen = new Set<number>();
	/** The same as n8n has saved it. */
	private unreadAtSave = new Set<number>();
	private chosenThen = '';
	/** When a poll first could not read a branch, and as n8n has saved it. */
	private unreadSince = new Map<number, number>();
	private unreadSaved = new Map<number, number>();
	private notedAt = 0;
	/** The branches of the last poll, and of the last one that n8n has saved. */
	private polled: number[] = [];
	private polledSaved: number[] = [];

	constructor(private readonly history: History) {
		this.settings = history.settings;
		this.now = Date.parse(`2026-02-10T${history.beginsAt}:00Z`);
		this.open = new Set(BRANCHES.filter((place) => !history.closed.includes(place)));
		this.lists = new MemoryLists((place, body) => this.rowsOf(place, body));
		Object.assign(this.lists, { pageSize: history.pageSize, hasTotals: history.hasTotals });
		for (const hours of [...history.before].sort((one, other) => other - one))
			this.add([BRANCHES[this.customers.length % 3]], 1, this.now - hours * HOUR_MS, 0);
	}

	async run(): Promise<void> {
		for (const one of this.history.steps) await this.play(one);
		for (const place of BRANCHES) await this.play({ do: 'heal', branch: place });
		this.lists.onRequest = () => {};
		for (let polls = 0; polls < 300; polls++) {
			this.now += 24 * HOUR_MS;
			this.note();
			const before = this.reported.length;
			await this.poll();
			// Whoever shows up late has come by then.
			if (polls > 1 && this.reported.length === before) break;
		}
		let before = 0;
		// The day that is asked for may have moved.
		for (let polls = 0; polls < 2; polls++) {
			this.now += 10 * MINUTE_MS;
			before = this.lists.requests;
			await this.poll();
		}
		const requests = this.lists.requests - before;
		if (this.history.hasTotals && requests > this.watched.length) this.idle.push(requests);
	}

	missing(): number[] {
		const told = new Set(this.reported);
		return this.customers
			.filter((one) => !told.has(one.id) && !one.isExcused && one.dueSince !== undefined)
			.filter(({ dueSince = 0, createdAt }) => dueSince - createdAt <= PROMISED_MS)
			.map(({ id }) => id);
	}

	repeated(): number[] {
		return this.reported.filter((id, index) => this.reported.indexOf(id) !== index);
	}

	old(): number[] {
		return this.reported.filter((id) => this.customers.find((one) => one.id === id)?.mustNot);
	}

	private async play(one: Step): Promise<void> {
		if (one.do === 'poll') return await this.poll(true);
		if (one.do === 'wait') this.now += one.minutes * MINUTE_MS;
		else if (one.do === 'live') {
			this.lists.failing.add(one.failing);
			for (let polls = 0; polls < one.days * 2; polls++) {
				this.now += 12 * HOUR_MS;
				for (const place of [one.branch, (one.branch % 3) + 1]) this.add([place], 0, this.now, 0);
				this.note();
				await this.poll();
			}
			const isFailing = BRANCHES.some((place) => this.lists.failing.has(place));
			this.checkMemory(one.days >= (isFailing ? 12 : 6), one);
			this.lists.failing.delete(one.failing);
		} else if (one.do === 'set' && one.failing > 0) {
			this.change(one);
			this.lists.failing.add(one.failing);
			await this.poll();
			this.lists.failing.delete(one.failing);
		} else if (one.do === 'restart') {
			this.state = this.saved;
			this.polled = this.polledSaved;
			this.unreadSince = new Map(this.unreadSaved);
			for (const place of this.unreadAtSave) this.unread.add(place);
			this.isPlain = false;
			for (const each of this.customers) each.isUnwanted = each.wasUnwanted;
		} else if (one.do === 'crash' || one.do === 'during') {
			const from = this.lists.requests;
			this.lists.onRequest = (number) => {
				if (number !== from + one.at) return;
				if (one.do === 'crash') throw new Error('Connection lost');
				this.change(one.step);
			};
			await this.poll();
			this.lists.onRequest = () => {};
			if (one.do === 'during' && one.step.do !== 'create') this.isPlain = false;
		} else this.change(one);
		this.note();
	}

	/** Days in which somebody came and all was reported let the trigger forget what was before. */
	private checkMemory(isLong: boolean, one: Step): void {
		const isWatched =
			'branch' in one && this.watched.includes(one.branch) && !this.lists.failing.has(one.branch);
		if (!isLong || !isWatched || this.settings.most < 500 || this.state === undefined) return;
		const { mark, told, unwanted } = this.state as { mark: number; told: string; unwanted: string };
		const isOld = [told, unwanted].some((ids) => parseInt(ids) <= mark);
		if (isOld || this.asked < stamp(this.now - 5 * DAY_MS)) this.overdue.push(this.state);
	}

	private change(one: Step): void {
		if (one.do !== 'create') this.isPlain = false;
		if (one.do === 'create')
			for (let count = 0; count < one.count; count++)
				this.add(
					BRANCHES.filter((place) => place === one.branch || place === one.also),
					one.type,
					this.now,
					one.elsewhereMinutes,
				);
		else if (one.do === 'fail') this.lists.failing.add(one.branch);
		else if (one.do === 'heal') this.lists.failing.delete(one.branch);
		else if (one.do === 'open') {
			this.open.add(one.branch);
			this.noteChosen();
		} else if (one.do === 'close') this.open.delete(one.branch);
		else if (one.do === 'set') this.set({ ...this.settings, ...one.settings });
		else if ('pick' in one && this.customers.length > 0) {
			const customer = this.customers[one.pick % this.customers.length];
			if (one.do === 'convert') customer.type = customer.type === 1 ? 0 : 1;
			if (one.do === 'archive') customer.isArchived = true;
			if (one.do === 'restore') customer.isArchived = false;
			if (one.do === 'remove') customer.isRemoved = true;
			if (one.do === 'move') customer.branches = [one.branch];
			// Rows move to pages that were read, of which only a total tells.
			customer.isMoved = one.do === 'move';
			if (!this.lists.hasTotals) for (const each of this.customers) each.isMoved = true;
		}
		this.note();
	}

	/** By the time of the first poll under a choice, what it adds is chosen. */
	private noteChosen(): void {
		if (String(this.settings.branches) === this.chosenThen) return;
		for (const place of this.watched) if (!this.polled.includes(place)) this.unread.add(place);
	}

	/** What was wanted before stays so; of the rest, and of branches that are chosen, what is there is old. */
	private set(settings: Settings): void {
		const isOther = settings.type !== this.settings.type;
		this.settings = settings;
		this.isActivation = true;
		// n8n saves what it knows when it loads the workflow anew.
		this.saved = this.state;
		this.polledSaved = this.polled;
		this.unreadSaved = new Map(this.unreadSince);
		this.unreadAtSave = new Set(this.unreadThen);
		this.unread = new Set(this.unreadThen);
		this.noteChosen();
		for (const one of this.customers) {
			if (isOther && one.isUnwanted) one.mustNot = true;
			if (one.dueSince === undefined || !this.isDue(one) || this.isUnread(one) || one.mustNot)
				one.isExcused = true;
			if (isOther) one.isUnwanted = false;
			one.wasUnwanted = one.isUnwanted;
		}
	}

	private add(branches: number[], kind: 0 | 1, createdAt: number, elsewhereMinutes: number): void {
		this.customers.push({
			id: this.customers.length + 1,
			branches,
			type: kind,
			isArchived: false,
			isRemoved: false,
			createdAt,
			stamp: stamp(createdAt - (branches[0] === 2 ? this.history.behindHours * HOUR_MS : 0)),
			shownFrom: createdAt + elsewhereMinutes * MINUTE_MS,
			// Who comes into two branches while one is read for the first time may be there in that alone.
			isExcused: this.isPolling && branches.some((place) => this.unread.has(place)),
		});
	}

	private get watched(): number[] {
		const { branches } = this.settings;
		return branches.length > 0 ? branches : [...this.open].sort();
	}

	private isShown(
		{ branches, isArchived, isRemoved, shownFrom }: Customer,
		body: IDataObject,
		at: number,
	): boolean {
		return (
			branches.includes(at) && !isRemoved && shownFrom <= this.now && (!isArchived || body.removed === 1)
		);
	}

	private isDue(one: Customer): boolean {
		const { type: kind } = this.settings;
		const isListed = this.watched.some((place) => this.isShown(one, this.body, place));
		return isListed && (kind === 2 || one.type === kind);
	}

	/** Whether all that would tell of it are branches that were chosen and not read yet. */
	private isUnread({ branches }: Customer): boolean {
		const places = this.watched.filter((place) => branches.includes(place));
		return places.length > 0 && places.every((place) => this.unread.has(place));
	}

	/** Notes since when each is to be reported. */
	private note(): void {
		for (const one of this.customers) {
			if (!this.isDue(one)) one.dueSince = undefined;
			else one.dueSince ??= Math.max(one.shownFrom, this.notedAt);
			if (this.isUnread(one)) one.isExcused = true;
		}
		this.notedAt = this.now;
	}

	/** Whether the list of a branch shows a customer, be it one of another branch. */
	private isListed(one: Customer, body: IDataObject, place: number): boolean {
		const branches = this.history.pooled.includes(place) ? one.branches : [place];
		return branches.some((at) => this.isShown(one, body, at));
	}

	private rowsOf(place: number, { created_at_from: from, ...body }: IDataObject): IDataObject[] {
		this.asked = from === undefined ? '' : dayOf(String(from));
		const day = this.history.isDayHeeded ? this.asked : '';
		const rows = this.customers
			.filter((one) => one.stamp >= day && this.isListed(one, body, place))
			.map(({ id, type: kind, stamp: created, branches }) => ({
				id,
				is_study: kind,
				created_at: created,
				branch_ids: branches,
			}));
		return this.history.isNewestFirst ? rows.reverse() : rows;
	}

	private get body(): IDataObject {
		return { is_study: 2, ...(this.settings.isArchivedToo ? { removed: 1 } : {}) };
	}

	private get source(): EventSource {
		const { type: kind } = this.settings;
		return new NewRecords(
			{ path: 'customer', task: 'look for new customers' },
			this.body,
			(row) => kind === 2 || row.is_study === kind,
		);
	}

	/** @param isCalm nothing happens meanwhile */
	private isPolling = false;

	private async poll(isCalm = false): Promise<void> {
		this.isPolling = true;
		await this.pollOnce(isCalm);
		this.isPolling = false;
	}

	private async pollOnce(isCalm: boolean): Promise<void> {
		const { branches, type: kind, most } = this.settings;
		const isFirst = this.state === undefined;
		const startWith = isFirst ? this.history.startWith : 0;
		const isHealthy = isCalm && this.lists.failing.size === 0;
		const newest = this.customers.filter((one) => this.isDue(one)).map(({ id }) => id);
		const there = this.customers.length;
		for (const one of this.customers) one.isMoved = false;
		try {
			const { records, failures, stateAfter } = await this.source.poll(
				{
					client: this.lists.client,
					reader: this.lists.reader,
					deadline: Infinity,
					now: this.now,
					branches: this.watched,
					branchesDigest: String(branches),
					filtersDigest: String(kind),
					maxRecords: most,
					firstReportCount: startWith,
				},
				this.state,
			);
			if (isFirst && failures.size > 0) return;
			const read = this.watched.filter((place) => !failures.has(place));
			for (const one of this.customers.slice(0, there)) this.seen(one, read);
			// One that was closed when the others were read is a new one under the same choice.
			for (const place of this.unread)
				if (read.includes(place) || !this.watched.includes(place)) this.unread.delete(place);
			const taken = records.slice(0, Math.max(most, startWith));
			if (
				isFirst &&
				isHealthy &&
				String(taken.map(({ row }) => row.id)) !== String(startWith ? newest.slice(-startWith) : [])
			)
				this.begunWith.push(newest);
			// Lists of one page are read whole.
			if (isCalm && this.history.pageSize === 500)
				for (const { row, branches: places } of taken) {
					const listing = read.filter((place) =>
						this.isShown(this.customers[Number(row.id) - 1], this.body, place),
					);
					if (String(places) !== String(listing)) this.misplaced.push(Number(row.id));
				}
			this.state = JSON.parse(JSON.stringify(stateAfter(taken.length)));
			this.polled = this.watched;
			this.unreadThen = new Set(this.unread);
			this.chosenThen = String(branches);
			for (const place of read) this.unreadSince.delete(place);
			for (const [place] of failures) this.unreadSince.set(place, this.unreadSince.get(place) ?? this.now);
			if (taken.length > 0 || this.isActivation) {
				this.saved = this.state;
				this.polledSaved = this.polled;
				this.unreadSaved = new Map(this.unreadSince);
				this.unreadAtSave = new Set(this.unread);
				for (const one of this.customers) one.wasUnwanted = one.isUnwanted;
			}
			this.isActivation = false;
			const ids = taken.map(({ row }) => Number(row.id));
			if (ids.some((id, index) => index > 0 && id < ids[index - 1])) this.unordered.push(ids);
			this.reported.push(...ids);
			if (isHealthy && this.isPlain && records.length === taken.length) this.late.push(...this.missing());
			// A lead that became a client may be seen only when the lists are read whole, up to an hour later.
			this.isPlain = this.lists.failing.size === 0 && this.missing().length === 0;
			if (isFirst) this.customers.forEach((one, index) => this.begun(one, index < there));
			for (const [place, since] of this.unreadSince)
				if (this.now - since >= WEEK_MS)
					for (const one of this.customers) if (one.branches.includes(place)) one.isExcused = true;
		} catch (failure) {
			// n8n keeps nothing of a poll that fails.
			if (isHealthy) this.thrown.push(failure);
		}
	}

	/** What a chosen branch shows when it is read first is old, and so is what is not wanted, once the filters change. */
	private seen(one: Customer, read: readonly number[]): void {
		const places = read.filter((place) => this.isShown(one, this.body, place));
		if (places.length === 0 || one.isMoved || this.reported.includes(one.id)) return;
		if (this.isUnread(one)) one.mustNot = one.isExcused = true;
		else one.isUnwanted = !this.isDue(one);
	}

	/** What a watched branch showed then is old; what others hold may be, or show up within two days. */
	private begun(one: Customer, wasThere: boolean): void {
		one.isExcused = true;
		one.mustNot =
			wasThere &&
			!this.reported.includes(one.id) &&
			!one.isMoved &&
			this.watched.some((place) => one.branches.includes(place)) &&
			one.shownFrom <= this.now &&
			!one.isArchived &&
			!one.isRemoved;
	}
}

const CLEAN = {
	missing: [],
	repeated: [],
	old: [],
	unordered: [],
	misplaced: [],
	thrown: [],
	overdue: [],
	late: [],
	idle: [],
	begunWith: [],
};

async function outcome(history: History) {
	const play = new Play(history);
	await play.run();
	const { unordered, misplaced, thrown, overdue, late, idle, begunWith } = play;
	return {
		...{ missing: play.missing(), repeated: play.repeated(), old: play.old() },
		...{ unordered, misplaced, thrown, overdue, late, idle, begunWith },
	};
}

it(`each new record is reported once, in order, in ${depth.recordHistories} random histories`, async () => {
	await fc.assert(
		fc.asyncProperty(histories, async (history) => {
			expect(await outcome(history)).toEqual(CLEAN);
		}),
		{ numRuns: depth.recordHistories, seed },
	);
}, 600_000);

it('what lists are asked for follows the days, also in many branches whose lists have several pages', async () => {
	const branches = [1, 2, 3, 4, 5, 6];
	const rows: Array<{ id: number; created_at: string; branch: number }> = [];
	let [now, asked] = [Date.parse('2026-02-10T09:00:00Z'), ''];
	const lists = new MemoryLists((place, { created_at_from: from = '01.01.2026' }) => {
		asked = dayOf(String(from));
		return rows.filter((row) => row.branch === place && row.created_at >= asked).reverse();
	});
	lists.pageSize = 5;
	const source = new NewRecords({ path: 'customer', task: 'look for new customers' }, {}, () => true);
	const [request, random] = [{ client: lists.client, reader: lists.reader, branches }, randomFrom(7)];
	const settings = {
		deadline: Infinity,
		branchesDigest: '',
		filtersDigest: '',
		maxRecords: 500,
		firstReportCount: 0,
	};
	const reported: number[] = [];
	let state: unknown;
	for (const end = now + 7 * DAY_MS; now < end; now += 5 * MINUTE_MS) {
		const { records, stateAfter } = await source.poll({ ...request, ...settings, now }, state);
		reported.push(...records.map(({ row }) => Number(row.id)));
		state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		for (const place of branches)
			if (random() < 0.05) rows.push({ id: rows.length + 1, created_at: stamp(now), branch: place });
	}
	expect(asked >= stamp(now - 5 * DAY_MS).slice(0, 10)).toBe(true);
	expect(reported).toEqual(rows.filter(({ id }) => id <= Math.max(...reported)).map(({ id }) => id));
}, 60_000);

it('who comes when as many have left the list with their day is reported at once', async () => {
	const rows: Array<{ id: number; created_at: string }> = [];
	const lists = new MemoryLists((_branch, { created_at_from: from = '01.01.2026' }) =>
		rows.filter((row) => row.created_at >= dayOf(String(from))),
	);
	lists.pageSize = 2;
	const source = new NewRecords({ path: 'customer', task: 'look for new customers' }, {}, () => true);
	const settings = {
		deadline: Infinity,
		branchesDigest: '',
		filtersDigest: '',
		maxRecords: 500,
		firstReportCount: 0,
		branches: [1],
	};
	let [now, state] = [Date.parse('2026-02-10T09:00:00Z'), undefined as unknown];
	const poll = async () => {
		const request = { client: lists.client, reader: lists.reader, ...settings, now };
		const { records, stateAfter } = await source.poll(request, state);
		state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		return records.map(({ row }) => Number(row.id));
	};
	const add = () => rows.push({ id: rows.length + 1, created_at: stamp(now) });
	const listed = () => rows.filter((row) => row.created_at >= (state as { since: string }).since).length;
	await poll();
	for (let day = 0; day < 12; day++) {
		now += DAY_MS - 10 * MINUTE_MS;
		const [one, there] = [add(), listed()];
		expect(await poll()).toEqual([one]);
		now += 10 * MINUTE_MS;
		// As many as the day that is asked for has left behind.
		const ids = Array.from({ length: Math.max(1, there - listed()) }, add);
		expect(await poll()).toEqual(ids);
	}
});

it('the first poll ends, however many came on any day, and begins with the newest that are wanted', async () => {
	const days = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 3, 9, 400), fc.constantFrom(1, 30, 600)), {
		maxLength: 4,
	});
	const begins = fc.constantFrom(0, 1, 3, 250);
	const rare = fc.constantFrom(1, 50, 10_000);
	await fc.assert(
		fc.asyncProperty(
			days,
			fc.constantFrom(20, 50, 500),
			begins,
			rare,
			async (came, size, startWith, each) => {
				const now = Date.parse('2026-02-10T09:00:00Z');
				const ages = came.flatMap(([age, count]) => Array<number>(count).fill(age));
				const rows = ages
					.sort((one, other) => other - one)
					.map((age, index) => ({ id: index + 1, created_at: stamp(now - age * DAY_MS) }));
				const lists = new MemoryLists((_branch, { created_at_from: from = '01.01.1990' }) =>
					rows.filter((row) => row.created_at >= dayOf(String(from))).reverse(),
				);
				lists.pageSize = size;
				lists.onRequest = (number) => expect(number).toBeLessThanOrEqual(30 + (10 * rows.length) / size);
				const wants = ({ id }: IDataObject) => Number(id) % each === 0;
				const source = new NewRecords({ path: 'customer', task: 'look for new customers' }, {}, wants);
				const lasting = {
					deadline: Infinity,
					branchesDigest: '',
					filtersDigest: '',
					maxRecords: 500,
					branches: [1],
					firstReportCount: startWith,
				};
				const { records } = await source.poll(
					{ client: lists.client, reader: lists.reader, ...lasting, now },
					undefined,
				);
				const wanted = startWith === 0 ? [] : rows.filter(wants).slice(-startWith);
				expect(records.map(({ row }) => row.id)).toEqual(wanted.map(({ id }) => id));
			},
		),
		{ numRuns: 200, seed },
	);
}, 60_000);

it('who is new in a branch that fails is reported where a branch that is chosen meanwhile shows them', async () => {
	const rows = [{ id: 1, created_at: '2026-02-10 08:00:00', branch_ids: [1] }];
	const lists = new MemoryLists((place) => rows.filter((row) => row.branch_ids.includes(place)));
	const source = new NewRecords({ path: 'customer', task: 'look for new customers' }, {}, () => true);
	const settings = { deadline: Infinity, filtersDigest: '', maxRecords: 500, firstReportCount: 0 };
	let [now, state] = [Date.parse('2026-02-10T09:00:00Z'), undefined as unknown];
	const poll = async (...branches: number[]) => {
		now += 20 * MINUTE_MS;
		const request = {
			client: lists.client,
			reader: lists.reader,
			branches,
			branchesDigest: String(branches),
		};
		const { records, stateAfter } = await source.poll({ ...request, ...settings, now }, state);
		state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		return records.map(({ row }) => row.id);
	};
	await poll(1, 2);
	rows.push({ id: 2, created_at: '2026-02-10 09:30:00', branch_ids: [2, 3] });
	lists.failing.add(2);
	expect(await poll(1, 2, 3)).toEqual([2]);
});

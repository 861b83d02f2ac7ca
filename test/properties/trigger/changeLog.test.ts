import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { ChangeLog } from '../../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import { MemoryLists } from './lists';

const BRANCHES = [1, 2, 3];
const CLASSES = ['Customer', 'Lesson', 'Task'] as const;
/** An entry that gets into the log later than this may be missed. */
const PROMISED_MINUTES = 110;
/** Of more new pages than that, the oldest are read, and no more than it takes. */
const MOST_PAGES = 10;

interface Settings {
	/** None for all of the account. */
	branches: number[];
	/** None for all. */
	classes: string[];
	most: number;
}

type Step =
	| {
			do: 'write';
			branch: number;
			entity: string;
			count: number;
			isTwin: boolean;
			lateMinutes: number;
			/** What comes next happens in the same second. */
			isInstant?: boolean;
	  }
	| { do: 'wait'; minutes: number }
	| { do: 'poll' | 'restart' }
	| { do: 'crash'; at: number }
	| { do: 'during'; at: number; step: Step }
	| { do: 'fail' | 'heal' | 'open' | 'close'; branch: number }
	| { do: 'set'; settings: Partial<Settings> };

interface History {
	pageSize: number;
	hasTotals: boolean;
	/** Whether each request lists the entries of a second in another order. */
	isShuffled?: boolean;
	/** How far the clock of the account is ahead of n8n's. */
	zoneHours: number;
	/** Whether the log of a branch tells of all of them. */
	isAccount: boolean;
	/** Ages of what is there in the beginning, in minutes. */
	before: number[];
	settings: Settings;
	steps: Step[];
}

const branch = fc.constantFrom(...BRANCHES);
const own: fc.Arbitrary<Step> = fc.record({
	do: fc.constant('write' as const),
	branch,
	entity: fc.constantFrom(...CLASSES),
	count: fc.constantFrom(1, 1, 2, 3, 25),
	isTwin: fc.boolean(),
	lateMinutes: fc.constantFrom(0, 0, 0, 5, 100),
	isInstant: fc.constantFrom(true, false, false),
});
const choices = fc.constantFrom<Array<Partial<Settings>>>(
	{ branches: [] },
	{ branches: [1] },
	{ branches: [2, 3] },
	{ branches: [1, 2] },
	{ classes: [] },
	{ classes: ['Customer'] },
	{ classes: ['Lesson', 'Task'] },
	{ most: 500 },
);
const at = fc.integer({ min: 1, max: 15 });
const steps = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 9, arbitrary: own },
	{ weight: 7, arbitrary: fc.constant({ do: 'poll' as const }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			minutes: fc.constantFrom(1, 10, 61, 600, 3_000, 9_000),
		}),
	},
	{ weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), at }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('during' as const), at, step: own }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constantFrom('fail' as const, 'heal' as const, 'open' as const, 'close' as const),
			branch,
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('set' as const), settings: choices }) },
);
/** Of a log that works. */
const plainSteps = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 3, arbitrary: own.map((one) => ({ ...one, lateMinutes: 0 })) },
	{ weight: 1, arbitrary: fc.constant({ do: 'poll' as const }) },
	{ weight: 1, arbitrary: fc.constant({ do: 'wait' as const, minutes: 10 }) },
);
const histories: fc.Arbitrary<History> = fc.record({
	pageSize: fc.constantFrom(2, 2, 5, 500),
	hasTotals: fc.constantFrom(true, true, true, false),
	isShuffled: fc.constantFrom(true, false, false),
	zoneHours: fc.constantFrom(0, 0, 12, -11),
	isAccount: fc.boolean(),
	before: fc.array(fc.constantFrom(0, 1, 90, 600, 5_000, 100_000), { maxLength: 5 }),
	settings: fc.record({
		branches: fc.constantFrom<number[][]>([], [], [1], [1, 2]),
		classes: fc.constantFrom<string[][]>([], [], ['Customer']),
		most: fc.constantFrom(1, 10, 500),
	}),
	steps: fc.oneof(
		{ weight: 2, arbitrary: fc.array(steps, { maxLength: 25, size: 'max' }) },
		{ weight: 1, arbitrary: fc.array(plainSteps, { maxLength: 12, size: 'max' }) },
	),
});

interface LogEntry {
	/** Of all entries, in the order in which they were made. */
	id: number;
	branch: number;
	entity: string;
	entityId: number;
	at: number;
	/** The same as AlfaCRM shows it. */
	time: string;
	shownFrom: number;
	/** It need not be reported, and must not. */
	isExcused?: boolean;
	mustNot?: boolean;
	/** It was there when its branch was chosen, and no key of it is kept. */
	isHeld?: boolean;
	/** A poll that left nothing, read or unread, has seen it as one of those. */
	isOld?: boolean;
	/** So n8n has saved it. */
	wasOld?: boolean;
	row: IDataObject;
}

/** Puts the entries of each second into a random order. */
function shuffleSeconds(entries: readonly LogEntry[], random: () => number): LogEntry[] {
	const drawn = entries.map((entry) => ({ entry, number: random() }));
	const inOrder = drawn.sort((a, b) =>
		a.entry.time === b.entry.time ? a.number - b.number : a.entry.time < b.entry.time ? -1 : 1,
	);
	return inOrder.map(({ entry }) => entry);
}

const stamp = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Plays a history, and says what went wrong. Equal entries are told apart by how many there are. */
class Play {
	readonly unordered: string[][] = [];
	/** Characters of the largest state. */
	largest = 0;
	private readonly reported: IDataObject[] = [];
	private now = Date.parse('2026-02-10T09:00:00Z');
	private readonly entries: LogEntry[] = [];
	private readonly open = new Set(BRANCHES);
	/** Branches that were chosen and are not read yet. */
	private unread = new Set<number>();
	/** Which branches the last poll that went well looked into, and which setting said so. */
	private polled = { watched: [] as number[], scope: '' };
	private polledSaved = this.polled;
	private settings: Settings;
	/** Nothing in it may bring older entries later than younger ones. */
	private readonly isPlain: boolean;
	private state: unknown;
	private saved: unknown;
	private isActivation = true;
	private readonly lists: MemoryLists;
	private readonly random = randomFrom(1);

	constructor(private readonly history: History) {
		this.settings = history.settings;
		this.isPlain = history.steps.every((one) =>
			one.do === 'write' ? one.lateMinutes === 0 : ['wait', 'poll'].includes(one.do),
		);
		this.lists = new MemoryLists((place) => this.rowsOf(place));
		Object.assign(this.lists, { pageSize: history.pageSize, hasTotals: history.hasTotals });
		for (const minutes of [...history.before].sort((one, other) => other - one))
			this.add(
				BRANCHES[this.entries.length % 3],
				'Customer',
				this.entries.length + 1,
				this.now - minutes * MINUTE_MS,
				0,
			);
	}

	async run(): Promise<void> {
		for (const one of this.history.steps) await this.play(one);
		for (const place of BRANCHES) await this.play({ do: 'heal', branch: place });
		for (let polls = 0; polls < 1_000; polls++) {
			this.now += 40 * MINUTE_MS;
			const before = this.reported.length;
			await this.poll();
			if (polls > 3 && this.reported.length === before) return;
		}
	}

	/** Entries that were reported more or less often than they should have been, by what they say. */
	wrong(): Record<string, { due: number; most: number; reported: number }> {
		const counts = new Map<string, { due: number; most: number; reported: number }>();
		const of = (key: string) => {
			const count = counts.get(key) ?? { due: 0, most: 0, reported: 0 };
			counts.set(key, count);
			return count;
		};
		for (const one of this.entries) {
			const count = of(`${one.entity} ${one.entityId} ${one.time}`);
			if (!one.mustNot) count.most += 1;
			if (!one.mustNot && !one.isExcused) count.due += 1;
		}
		for (const { entity, entity_id, datetime } of this.reported)
			of(`${entity} ${entity_id} ${datetime}`).reported += 1;
		const isWrong = ({ due, most, reported }: { due: number; most: number; reported: number }) =>
			reported < due || reported > most;
		return Object.fromEntries([...counts].filter(([, count]) => isWrong(count)));
	}

	private async play(one: Step): Promise<void> {
		if (one.do === 'poll') await this.poll();
		else if (one.do === 'wait') this.now += one.minutes * MINUTE_MS;
		else if (one.do === 'restart') {
			this.state = this.saved;
			this.polled = this.polledSaved;
			for (const each of this.entries) each.isOld = each.wasOld;
		} else if (one.do === 'crash' || one.do === 'during') {
			const from = this.lists.requests;
			this.lists.onRequest = (number) => {
				if (number !== from + one.at) return;
				if (one.do === 'crash') throw new Error('Connection lost');
				this.change(one.step);
			};
			await this.poll();
			this.lists.onRequest = () => {};
		} else this.change(one);
	}

	private change(one: Step): void {
		if (one.do === 'write') {
			for (let count = 0; count < one.count; count++) {
				const id =
					one.isTwin && count > 0 && this.mayHaveTwins
						? (this.entries.at(-1)?.entityId ?? 1)
						: this.entries.length + 1;
				this.add(one.branch, one.entity, id, this.now, one.lateMinutes);
			}
			// Two changes of one record are seconds apart, or the same.
			if (!one.isInstant) this.now += 1_000;
		} else if (one.do === 'fail') this.lists.failing.add(one.branch);
		else if (one.do === 'heal') this.lists.failing.delete(one.branch);
		else if (one.do === 'open') this.open.add(one.branch);
		// An account is never without a branch that is open.
		else if (one.do === 'close' && this.open.size > 1) {
			this.open.delete(one.branch);
			// What it has not shown by then is nobody's.
			for (const each of this.entries)
				each.isExcused ||= each.branch === one.branch || this.history.isAccount;
		} else if (one.do === 'set') this.set({ ...this.settings, ...one.settings });
	}

	private set(settings: Settings): void {
		this.settings = settings;
		this.isActivation = true;
		// n8n saves what it knows when it loads the workflow anew.
		this.saved = this.state;
		this.polledSaved = this.polled;
		const { watched, scope } = this.polled;
		const isChosen = (place: number) =>
			watched.includes(place) ? this.unread.has(place) : scope !== String(settings.branches);
		this.unread = new Set(this.watched.filter(isChosen));
		for (const one of this.entries) {
			one.isExcused = true;
			one.mustNot = one.wasOld = one.isOld;
		}
	}

	private add(place: number, entity: string, entityId: number, when: number, lateMinutes: number): void {
		const time = stamp(when + this.history.zoneHours * HOUR_MS);
		const entry: LogEntry = {
			id: this.entries.length + 1,
			branch: place,
			entity,
			entityId,
			at: when,
			time,
			shownFrom: when + lateMinutes * MINUTE_MS,
			row: { entity, entity_id: entityId, event: 2, fields_new: { note: 'да' }, date_time: time },
		};
		this.entries.push(entry);
		const isWanted = this.isWanted(entity);
		entry.mustNot = !isWanted;
		// Of branches that come and go, and of what comes late, only that nothing is repeated is promised here.
		const isWatched = this.history.isAccount || this.watched.includes(place);
		entry.isExcused =
			!isWanted ||
			!isWatched ||
			this.unread.has(place) ||
			(this.history.isAccount && this.unread.size > 0) ||
			lateMinutes > PROMISED_MINUTES;
	}

	private isWanted(entity: string): boolean {
		const { classes } = this.settings;
		return classes.length === 0 || classes.includes(entity);
	}

	/** Whether there may be equal entries. In a random order they can be counted only if all of them are on one page. */
	private get mayHaveTwins(): boolean {
		const { hasTotals, isShuffled, pageSize } = this.history;
		return hasTotals && (!isShuffled || pageSize >= 500);
	}

	private get watched(): number[] {
		const { branches } = this.settings;
		return branches.length > 0 ? branches : [...this.open].sort();
	}

	/** Where a poll that reports as many as it may has perhaps not read the youngest. */
	private get hasLongLog(): boolean {
		const longest = Math.max(...this.watched.map((place) => this.rowsOf(place).length));
		return this.history.hasTotals && longest > MOST_PAGES * this.history.pageSize;
	}

	private rowsOf(place: number): IDataObject[] {
		const { hasTotals, isAccount, isShuffled } = this.history;
		const shown = this.entries.filter(
			(one) => (isAccount || one.branch === place) && one.shownFrom <= this.now,
		);
		// Without totals nobody can tell that an entry is missing.
		const listed = isShuffled && hasTotals ? shuffleSeconds(shown, this.random) : shown;
		return listed.map(({ row }) => row).reverse();
	}

	private async poll(): Promise<void> {
		const { branches, classes, most } = this.settings;
		const { isAccount } = this.history;
		const isFirst = this.state === undefined;
		const there = this.entries.length;
		try {
			const source = new ChangeLog(({ entity }) => this.isWanted(entity), {});
			const { records, failures, stateAfter } = await source.poll(
				{
					client: this.lists.client,
					reader: this.lists.reader,
					deadline: Infinity,
					now: this.now,
					branches: this.watched,
					branchesDigest: String(branches),
					filtersDigest: String(classes),
					maxRecords: most,
					firstReportCount: 0,
				},
				this.state,
			);
			if (isFirst && failures.size > 0) return;
			const read = this.watched.filter((place) => !failures.has(place) && this.unread.delete(place));
			// One that was closed by the first poll under a choice is none of those that were chosen.
			for (const place of this.unread) if (!this.watched.includes(place)) this.unread.delete(place);
			const taken = records.slice(0, most);
			// Where another branch has unread entries, only times tell what a chosen branch held.
			const hasReadAll = failures.size === 0 && !this.hasLongLog;
			if (!hasReadAll && read.length > 0) this.now += 1_000;
			if (!isAccount) this.noteHeld(read, there, hasReadAll && taken.length === records.length);
			if (branches.length === 0) this.forgetClosed();
			const state = JSON.stringify(stateAfter(taken.length));
			this.polled = { watched: this.watched, scope: String(branches) };
			this.largest = Math.max(this.largest, state.length);
			this.state = JSON.parse(state);
			const items = taken.map(({ row }) => ({ ...row, datetime: row.date_time }) as IDataObject);
			const times = items.map(({ datetime }) => String(datetime));
			const before = this.isPlain ? this.reported.slice(-1).map(({ datetime }) => String(datetime)) : [];
			const isFalling = (time: string, index: number, all: string[]) => index > 0 && time < all[index - 1];
			if ([...before, ...times].some(isFalling)) this.unordered.push(times);
			this.reported.push(...items);
			const isWhole = taken.length < most || !this.hasLongLog;
			if (failures.size === 0 && taken.length === records.length && isWhole) this.noteOld(there);
			if (isFirst) this.entries.forEach((one, index) => this.begun(one, index < there));
			if (taken.length > 0 || this.isActivation) {
				this.saved = this.state;
				this.polledSaved = this.polled;
				for (const one of this.entries) one.wasOld = one.isOld;
			}
			this.isActivation = false;
		} catch {
			// n8n keeps nothing of a poll that fails.
		}
	}

	/**
	 * What chosen branches list when they are read first is old.
	 *
	 * @param areKeysKept whether the entries of the last two hours are known from then on
	 */
	private noteHeld(read: readonly number[], count: number, areKeysKept: boolean): void {
		if (read.length === 0) return;
		const nameOf = ({ entity, entity_id, datetime }: IDataObject) => `${entity} ${entity_id} ${datetime}`;
		const told = new Set(this.reported.map(nameOf));
		for (const one of this.entries.slice(0, count))
			if (read.includes(one.branch) && one.shownFrom <= this.now) {
				const isHeld = !told.has(`${one.entity} ${one.entityId} ${one.time}`);
				one.mustNot ||= isHeld;
				one.isHeld = isHeld && !(areKeysKept && one.at >= this.now - 2 * HOUR_MS);
			}
	}

	/** What closed branches held when they were chosen is old no more: it may come once they are opened again. */
	private forgetClosed(): void {
		for (const one of this.entries) {
			if (!one.isHeld || this.watched.includes(one.branch)) continue;
			one.isHeld = one.isOld = one.wasOld = false;
			one.mustNot = !this.isWanted(one.entity);
		}
	}

	private begun(one: LogEntry, wasThere: boolean): void {
		one.isExcused = true;
		const isSeen = this.history.isAccount || this.watched.includes(one.branch);
		one.isOld ||= wasThere && isSeen && one.shownFrom <= this.now;
		one.mustNot ||= one.isOld;
	}

	private noteOld(count: number): void {
		const isSeen = ({ branch: place, shownFrom }: LogEntry) =>
			shownFrom <= this.now && (this.history.isAccount || this.watched.includes(place));
		for (const one of this.entries.slice(0, count)) one.isOld ||= one.mustNot === true && isSeen(one);
	}
}

async function outcome(history: History) {
	const play = new Play(history);
	await play.run();
	return { wrong: play.wrong(), unordered: play.unordered };
}

/** The rest of a long backlog is unread when another class is chosen, though nothing of the chosen one is left over. */
const unreadUnderOtherClasses: History = {
	pageSize: 2,
	hasTotals: true,
	zoneHours: 0,
	isAccount: false,
	before: [],
	settings: { branches: [1, 2], classes: ['Lesson', 'Task'], most: 1 },
	steps: [
		{ do: 'poll' },
		{ do: 'write', branch: 1, entity: 'Lesson', count: 3, isTwin: false, lateMinutes: 0 },
		{ do: 'write', branch: 1, entity: 'Customer', count: 25, isTwin: false, lateMinutes: 0 },
		...Array<Step>(3).fill({ do: 'poll' }),
		{ do: 'set', settings: { classes: ['Customer'] } },
	],
};

/** A branch that was chosen with an entry in it is closed, and opened again. */
const closedAfterChoice: History = {
	...{ pageSize: 20, hasTotals: true, zoneHours: 0, isAccount: false, before: [] },
	settings: { branches: [1], classes: [], most: 500 },
	steps: [
		{ do: 'poll' },
		{ do: 'write', branch: 2, entity: 'Customer', count: 1, isTwin: false, lateMinutes: 0 },
		{ do: 'set', settings: { branches: [] } },
		{ do: 'poll' },
		{ do: 'close', branch: 2 },
		{ do: 'poll' },
		{ do: 'open', branch: 2 },
	],
};

it(`each entry of the change log is reported once, in order, in ${depth.logHistories} random histories`, async () => {
	await fc.assert(
		fc.asyncProperty(histories, async (history) => {
			expect(await outcome(history)).toEqual({ wrong: {}, unordered: [] });
		}),
		{ numRuns: depth.logHistories, seed, examples: [[unreadUnderOtherClasses], [closedAfterChoice]] },
	);
}, 600_000);

it.each([1, 500])('a backlog that grows while it is read is whole, %d at most in a poll', async (most) => {
	const own = { do: 'write', branch: 1, entity: 'Task', isTwin: false, lateMinutes: 0 } as const;
	const growing = Array.from({ length: 15 }, (_, n): Step[] => [
		{ ...own, count: 25 },
		...Array.from({ length: 15 }, () => ({ ...own, count: 1 })),
		{ do: 'during', at: n + 3, step: { ...own, count: 3 } },
	]);
	const play = new Play({
		pageSize: 2,
		hasTotals: true,
		zoneHours: 0,
		isAccount: false,
		before: [0],
		settings: { branches: [1], classes: [], most },
		steps: [{ do: 'poll' }, ...growing.flat()],
	});
	await play.run();
	expect({ wrong: play.wrong(), unordered: play.unordered }).toEqual({ wrong: {}, unordered: [] });
});

it('what is kept stays within 30 kB while a branch cannot be read, and nothing comes twice once it can', async () => {
	const write: Step = {
		do: 'write',
		branch: 1,
		entity: 'Task',
		count: 2_000,
		isTwin: false,
		lateMinutes: 0,
	};
	const busyHours = Array.from({ length: 4 }, (): Step[] => [
		write,
		...Array<Step>(4).fill({ do: 'poll' }),
		{ do: 'wait', minutes: 61 },
	]);
	const play = new Play({
		pageSize: 500,
		hasTotals: true,
		zoneHours: 0,
		isAccount: true,
		before: [0],
		settings: { branches: [], classes: [], most: 500 },
		steps: [{ do: 'poll' }, { do: 'fail', branch: 2 }, ...busyHours.flat()],
	});
	await play.run();
	expect(play.wrong()).toEqual({});
	expect(play.largest).toBeLessThan(30_000);
	expect(play.largest).toBeGreaterThan(20_000);
});

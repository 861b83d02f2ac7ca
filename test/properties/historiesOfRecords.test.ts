import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../sandbox/model/settings';
import { hasScheduler } from '../engine/support/version';
import { depth, seed } from '../support/depth';
import type { StepWith } from './support/histories';
import { counted, listing, Playing, stepsWith, zones } from './support/histories';

/** What happens to customers; `pick` chooses one of them. */
type Own =
	| { do: 'create'; branch: number; isStudy: 0 | 1; hiddenMinutes: number }
	| { do: 'archive' | 'unarchive' | 'delete' | 'convert' | 'edit'; pick: number }
	| { do: 'move'; pick: number; branch: number };

type Step = StepWith<Own>;

interface History {
	/** How AlfaCRM behaves. */
	settings: Partial<Settings>;
	/** Customers that are there before, by branch; the first is the oldest. */
	before: Array<{ branch: number; daysAgo: number; isStudy: 0 | 1 }>;
	watched: number[];
	isStudy: 0 | 1 | 2;
	includeArchived: boolean;
	maxPerPoll: number;
	/** With n8n's durable scheduler. */
	isDurable?: boolean;
	/** Whether a poll has time for one page of each branch only. */
	isHurried: boolean;
	/** By how much n8n's clock is ahead of that of the account. */
	skewHours?: number;
	/** By how many hours the clocks of branches are ahead of that of the account. */
	zones?: number[];
	steps: Step[];
}

const BRANCHES = 3;

const branch = fc.integer({ min: 1, max: BRANCHES });
const isStudy = fc.constantFrom<0 | 1>(0, 1);
const pick = fc.nat({ max: 1_000 });
const creations = fc.record({
	do: fc.constant('create' as const),
	branch,
	isStudy,
	hiddenMinutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 120 })),
});
const moves = fc.record({ do: fc.constant('move' as const), pick, branch });
const touches = fc.record({
	do: fc.constantFrom<Array<'archive' | 'unarchive' | 'delete' | 'convert' | 'edit'>>(
		'archive',
		'unarchive',
		'delete',
		'convert',
		'edit',
	),
	pick,
});
const own = fc.oneof<Array<fc.WeightedArbitrary<Own>>>(
	{ weight: 6, arbitrary: creations },
	{ weight: 3, arbitrary: touches },
	{ weight: 1, arbitrary: moves },
);

/** The clocks are within a day of n8n's. */
const mayHaveZones = ({ skewHours, steps }: History): boolean =>
	skewHours === 0 && !steps.some((one) => one.do === 'clock');

const histories: fc.Arbitrary<History> = fc
	.record({
		zones,
		settings: fc
			.record({
				...listing,
				ignoredFilters: fc.constantFrom<string[][]>([], [], ['customer.created_at_from']),
				wrongFilterValue: fc.constantFrom<Array<Settings['wrongFilterValue']>>('ignored', 'matchesNothing'),
			})
			.map(counted),
		before: fc.array(fc.record({ branch, daysAgo: fc.constantFrom(0, 0, 1, 3, 30, 400), isStudy }), {
			maxLength: 12,
		}),
		watched: fc.constantFrom<number[][]>([], [1], [1, 2]),
		isStudy: fc.constantFrom<0 | 1 | 2>(0, 1, 2, 2),
		includeArchived: fc.boolean(),
		maxPerPoll: fc.constantFrom(1, 2, 5, 500, 500),
		isDurable: hasScheduler ? fc.boolean() : fc.constant(false),
		isHurried: fc.constantFrom(false, false, true),
		skewHours: fc.constantFrom(0, -7, 11, 6_500),
		steps: fc.array(stepsWith(own, { longestWait: 10_000, requests: 8 }), { maxLength: 30 }),
	})
	.map((history) => ({
		...history,
		zones: mayHaveZones(history) ? history.zones : [],
		isHurried: history.isHurried && !history.isDurable,
	}));

/** A record that shows up later than this after its creation may be missed. */
const PROMISED_MINUTES = 47 * 60;

/** What the user may set. */
type Chosen = Pick<History, 'watched' | 'isStudy' | 'includeArchived' | 'maxPerPoll'>;

const CHOICES: Array<Partial<Chosen>> = [
	{ watched: [] },
	{ watched: [1] },
	{ watched: [1, 2] },
	{ watched: [2, 3] },
	{ isStudy: 0 },
	{ isStudy: 1 },
	{ isStudy: 2 },
	{ includeArchived: true },
	{ includeArchived: false },
	{ maxPerPoll: 500 },
];

const parametersOf = ({ watched, isStudy: is_study, includeArchived, maxPerPoll }: Chosen) => ({
	event: 'customerCreated',
	branchIds: watched,
	is_study,
	includeArchived,
	options: { maxPerPoll },
});

interface Known {
	id: number;
	/** Minutes since the begin. */
	createdAt: number;
	/** Since when it is listed, as far as it still is. */
	listedSince?: number;
}

const oldestFirst = (before: History['before']): History['before'] =>
	[...before].sort((a, b) => b.daysAgo - a.daysAgo);

/** Plays a history and says what went wrong. */
class Play extends Playing<Own> {
	/** Polls whose items were not in order. */
	readonly unordered: number[][] = [];
	private readonly created = new Map<number, Known>();
	private existing?: Set<number>;
	/** Moved during a poll, from a branch that it had not read yet to one that it had. */
	private readonly moved = new Set<number>();
	/** As it is set now. */
	private chosen: Chosen;
	private underWay = 0;
	/** Those that the poll under way is shown, and whether they are wanted. */
	private shown = new Map<number, boolean>();
	/** Those that polls were shown and that were not wanted: by all, by those that went well, by those n8n has saved. */
	private perhaps = new Set<number>();
	private unwanted = new Set<number>();
	private saved = new Set<number>();
	/** Of those, what was not to be reported when the settings changed. */
	private readonly past = new Set<number>();

	constructor(private readonly history: History) {
		const { settings, isDurable, isHurried, skewHours = 0, zones: hours } = history;
		super({
			zones: hours,
			settings,
			branches: BRANCHES,
			parameters: parametersOf(history),
			poller: { isDurable, budgetMs: isHurried ? 0 : undefined },
			skewHours,
		});
		this.chosen = history;
		this.school.onRows = (path, rows) => {
			if (path !== 'customer') return;
			for (const { id, is_study: type } of rows) this.shown.set(Number(id), this.isOfType(Number(type)));
		};
		for (const { branch: home, daysAgo, isStudy: type } of oldestFirst(history.before)) {
			const created_at = this.timeIn(home, this.now.minus({ days: daysAgo, minutes: 5 }));
			this.school.store.insert('customer', { branch_ids: [home], is_study: type, created_at });
		}
	}

	async run(): Promise<void> {
		await this.playAll(this.history.steps, 2_800);
	}

	/** Customers that must have been reported and were not. */
	missing(): number[] {
		const reported = new Set(this.emitted);
		const { steps } = this.history;
		// How far back is looked depends on n8n's clock, so one that jumps allows for less.
		const isSteady = !steps.some((one) => one.do === 'clock' && one.hours > 0);
		return [...this.created.values()]
			.filter(({ id, createdAt, listedSince }) => {
				if (reported.has(id) || listedSince === undefined) return false;
				return listedSince - createdAt <= (isSteady ? PROMISED_MINUTES : 0);
			})
			.map(({ id }) => id);
	}

	/** Customers that were there when the trigger began, and were reported all the same. */
	old(): number[] {
		return this.emitted.filter((id) => this.existing?.has(id) === true || this.past.has(id));
	}

	protected async poll(): Promise<void> {
		this.moved.clear();
		this.underWay += 1;
		const listed = this.listed();
		const items = await this.poller.tick().catch(() => undefined);
		this.underWay -= 1;
		if (this.underWay === 0) this.note(items !== undefined);
		const ids = (items ?? []).map(({ id }) => Number(id));
		if (!this.hasBegun) {
			// What left the list meanwhile may come back as something new.
			const still = this.listed();
			this.hasBegun = this.poller.hasBegun;
			// What moves to another page while the trigger gets to know the list in several polls may look new.
			const known = this.hasBegun && this.existing === undefined ? this.readable(listed) : [];
			this.existing = new Set([...known].filter((id) => still.has(id) && !this.moved.has(id)));
			for (const id of this.created.keys()) this.created.delete(id);
		}
		if (ids.some((id, index) => index > 0 && id < ids[index - 1])) this.unordered.push(ids);
		this.emitted.push(...ids);
	}

	protected changed(to: number): INodeParameters {
		const { watched, includeArchived } = this.chosen;
		const chosen = { ...this.chosen, ...CHOICES[to] };
		// What is chosen again changes nothing.
		if (isDeepStrictEqual(chosen, this.chosen)) return parametersOf(chosen);
		this.chosen = chosen;
		const wasWatched = (home: number) => (watched.length === 0 ? this.isOpen(home) : watched.includes(home));
		// What a poll was shown and did not want is no news; nor is what a branch holds when it is chosen, or was archived
		// until archived ones were asked for.
		for (const { id } of this.created.values()) {
			const row = this.school.store.rows('customer').find((one) => one.id === id);
			const homes = row?.branch_ids as number[];
			const isHidden = includeArchived !== this.chosen.includeArchived && !this.isActive(row?.e_date);
			if (this.unwanted.has(id) && !this.emitted.includes(id)) this.past.add(id);
			if (this.perhaps.has(id) || isHidden || !homes.some(wasWatched)) this.created.delete(id);
		}
		this.follow();
		return parametersOf(this.chosen);
	}

	protected override restarted(): void {
		this.unwanted = new Set(this.saved);
	}

	/** Notes what a poll was shown. */
	private note(isDone: boolean): void {
		for (const [id, isWanted] of this.shown) {
			if (!isWanted) this.perhaps.add(id);
			else if (isDone) this.perhaps.delete(id);
			if (isWanted || !isDone) this.unwanted.delete(id);
			else this.unwanted.add(id);
		}
		this.shown.clear();
		if (isDone && this.poller.isSaved) this.saved = new Set(this.unwanted);
	}

	private isOfType(type: number): boolean {
		const { isStudy: wanted } = this.chosen;
		return wanted === 2 || type === wanted;
	}

	private isActive(until: unknown): boolean {
		return String(until) > this.now.toFormat('yyyy-MM-dd');
	}

	protected alter(one: Own): void {
		const { store } = this.school;
		if (one.do === 'create') {
			const created_at = this.timeIn(one.branch);
			const values = { branch_ids: [one.branch], is_study: one.isStudy, created_at };
			const { id } = store.insert('customer', values);
			if (one.hiddenMinutes > 0) this.hide('customer', id, one.hiddenMinutes);
			this.created.set(id, { id, createdAt: this.minutes });
		} else {
			const rows = store.rows('customer');
			const row = rows[one.pick % Math.max(1, rows.length)];
			if (row === undefined) return;
			if (one.do === 'delete') {
				store.remove('customer', row.id);
				this.created.delete(row.id);
			}
			const today = this.now.toFormat('yyyy-MM-dd');
			if (one.do === 'archive') store.patch('customer', row.id, { e_date: today });
			if (one.do === 'unarchive') store.patch('customer', row.id, { e_date: '2030-12-31' });
			if (one.do === 'convert') store.patch('customer', row.id, { is_study: row.is_study === 0 ? 1 : 0 });
			if (one.do === 'edit') store.patch('customer', row.id, { note: String(one.pick) });
			if (one.do === 'move') store.patch('customer', row.id, { branch_ids: [one.branch] });
			if (one.do === 'move') this.moved.add(row.id);
		}
		this.follow();
	}

	/** Notes which new customers the watched lists show from now on. */
	protected override follow(): void {
		const listed = this.listed();
		for (const known of this.created.values()) {
			if (!listed.has(known.id)) known.listedSince = undefined;
			else known.listedSince ??= this.minutes;
		}
	}

	/** Those in branches that can be read. */
	private readable(ids: ReadonlySet<number>): number[] {
		const { branches } = (this.poller.state.state ?? {}) as { branches?: number[] };
		const isRead = (id: number) =>
			this.isOpen(id) && this.isReadable(id) && (branches === undefined || branches.includes(id));
		const rows = this.school.store.rows('customer').filter(({ id }) => ids.has(id));
		return rows.filter(({ branch_ids }) => (branch_ids as number[]).some(isRead)).map(({ id }) => id);
	}

	/** What the watched lists show; one that cannot be read for a while shows it later. */
	private listed(): Set<number> {
		const { watched, includeArchived } = this.chosen;
		const rows = this.school.store.rows('customer').filter(({ branch_ids, is_study, e_date }) => {
			const homes = branch_ids as number[];
			const isHere = homes.some((id) => (watched.length === 0 ? this.isOpen(id) : watched.includes(id)));
			return isHere && this.isOfType(Number(is_study)) && (includeArchived || this.isActive(e_date));
		});
		return new Set(this.school.store.visible('customer', rows).map(({ id }) => id));
	}
}

async function outcome(history: History) {
	const play = new Play(history);
	await play.run();
	return {
		missing: play.missing(),
		repeated: play.repeated(),
		old: play.old(),
		unordered: play.unordered,
		hasBegun: play.hasBegun,
	};
}

const CLEAN = { missing: [], repeated: [], old: [], unordered: [], hasBegun: true };

const lead: Step = { do: 'create', branch: 1, isStudy: 0, hiddenMinutes: 0 };
const poll: Step = { do: 'poll' };
const hidden = (hiddenMinutes: number): Step => ({ ...lead, hiddenMinutes });
const wait = (minutes: number): Step => ({ do: 'wait', minutes });

type Given = Partial<History> & { steps: Step[] };

/** What random histories or their authors came across. */
const found: Array<[string, Given]> = [
	[
		'a poll that begins before the last one is done',
		{ steps: [poll, lead, { do: 'overlappingPolls', at: 1 }] },
	],
	[
		'a customer that shows up after a younger one, and a restart from an older state',
		{ steps: [poll, hidden(300), lead, poll, wait(301), { do: 'restart' }] },
	],
];

afterEach(() => {
	jest.restoreAllMocks();
});

describe('whatever happens in AlfaCRM and n8n', () => {
	it(`each created customer is reported exactly once, in order, in ${depth.recordHistories} random histories`, async () => {
		await fc.assert(
			fc.asyncProperty(histories, async (history) => {
				expect(await outcome(history)).toEqual(CLEAN);
			}),
			{ numRuns: depth.recordHistories, seed },
		);
	}, 1_200_000);

	it.each(found)('so it is with %s', async (_what, given) => {
		const plain = { settings: { pageSize: 2 }, isStudy: 2, maxPerPoll: 500 } as const;
		const history = { ...plain, before: [], watched: [1], includeArchived: true, isHurried: false };
		expect(await outcome({ ...history, ...given })).toEqual(CLEAN);
	});
});

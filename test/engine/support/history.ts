import type { INodeParameters } from 'n8n-workflow';
import fc from 'fast-check';
import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox/settings';
import { DirectSchool, httpFailure } from './direct';
import { Engine } from './engine';
import { Poller } from './poller';

/** What happens in AlfaCRM or n8n. `pick` chooses one of the customers, `at` one of the requests of a poll. */
export type Step =
	| { do: 'create'; branch: number; isStudy: 0 | 1; hiddenMinutes: number }
	| { do: 'archive' | 'unarchive' | 'delete' | 'convert' | 'edit'; pick: number }
	| { do: 'move'; pick: number; branch: number }
	| { do: 'wait'; minutes: number }
	| { do: 'poll' | 'restart' }
	| { do: 'failingPoll'; at: number; status: number }
	| { do: 'overlappingPolls'; at: number }
	| { do: 'during'; at: number; step: Extract<Step, { pick: number } | { do: 'create' }> };

export interface History {
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
	steps: Step[];
}

const BRANCHES = 3;
const BEGIN = '2026-02-10 09:00:00';
const FORMAT = 'yyyy-MM-dd HH:mm:ss';
/** A record that shows up later than this after its creation may be missed. */
const PROMISED_HOURS = 47;

const branch = fc.integer({ min: 1, max: BRANCHES });
const isStudy = fc.constantFrom<0 | 1>(0, 1);
const pick = fc.nat({ max: 1_000 });
const at = fc.integer({ min: 1, max: 8 });
const create = fc.record({
	do: fc.constant('create' as const),
	branch,
	isStudy,
	hiddenMinutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 600 })),
});
const move = fc.record({ do: fc.constant('move' as const), pick, branch });
const touch = fc.record({
	do: fc.constantFrom('archive', 'unarchive', 'delete', 'convert', 'edit'),
	pick,
}) as fc.Arbitrary<Extract<Step, { pick: number }>>;
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 6, arbitrary: create },
	{ weight: 6, arbitrary: fc.constant<Step>({ do: 'poll' }) },
	{ weight: 3, arbitrary: touch },
	{ weight: 1, arbitrary: move },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			minutes: fc.oneof(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 1, max: 10_000 })),
		}),
	},
	{ weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('failingPoll' as const),
			at,
			status: fc.constantFrom(500, 404, 403, 400),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('overlappingPolls' as const), at }) },
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constant('during' as const), at, step: fc.oneof(create, touch, move) }),
	},
);

export const histories: fc.Arbitrary<History> = fc
	.record({
		settings: fc
			.record({
				pageSize: fc.constantFrom(2, 3, 5, 20),
				shuffle: fc.boolean(),
				pastEnd: fc.constantFrom('empty', 'repeatLast'),
				total: fc.constantFrom('present', 'present', 'present', 'missing'),
				ignoredFilters: fc.constantFrom<string[]>([], [], ['customer.created_at_from']),
				wrongFilterValue: fc.constantFrom('ignored', 'matchesNothing'),
			})
			// Nobody can tell the end of a list that has neither an order nor a total.
			.map((settings) => ({ ...settings, shuffle: settings.shuffle && settings.total === 'present' })),
		before: fc.array(fc.record({ branch, daysAgo: fc.constantFrom(0, 0, 1, 3, 30, 400), isStudy }), {
			maxLength: 12,
		}),
		watched: fc.constantFrom<number[][]>([], [1], [1, 2]),
		isStudy: fc.constantFrom<0 | 1 | 2>(0, 1, 2, 2),
		includeArchived: fc.boolean(),
		maxPerPoll: fc.constantFrom(1, 2, 5, 500, 500),
		isDurable: fc.boolean(),
		isHurried: fc.constantFrom(false, false, true),
		steps: fc.array(step, { maxLength: 30 }),
	})
	// Nor can anybody get to know a list page by page, poll by poll, that has no order.
	.map((history) => ({
		...history,
		isHurried: history.isHurried && history.settings.shuffle !== true && !history.isDurable,
	}));

interface Known {
	id: number;
	/** Account time. */
	createdAt: string;
	/** Since when it is listed, as far as it still is; account time. */
	listedSince?: string;
}

/** Plays a history and says what went wrong. */
export class Play {
	readonly emitted: number[] = [];
	/** Polls whose items were not in order. */
	readonly unordered: number[][] = [];
	readonly school: DirectSchool;
	private readonly poller: Poller;
	private readonly created = new Map<number, Known>();
	private existing?: Set<number>;
	/** Whether the trigger knows what was there before. */
	hasBegun = false;
	private now = DateTime.fromFormat(BEGIN, FORMAT, { zone: 'utc' });

	constructor(private readonly history: History) {
		this.school = new DirectSchool({ ...history.settings, now: BEGIN }, BRANCHES);
		for (const { branch: home, daysAgo, isStudy: type } of history.before) {
			const created_at = this.now.minus({ days: daysAgo, minutes: 5 }).toFormat(FORMAT);
			this.school.store.insert('customer', { branch_ids: [home], is_study: type, created_at });
		}
		const parameters: INodeParameters = {
			event: 'customerCreated',
			branchIds: history.watched,
			is_study: history.isStudy,
			includeArchived: history.includeArchived,
			options: { maxPerPoll: history.maxPerPoll },
		};
		const engine = new Engine({
			hostname: 'http://127.0.0.1:1',
			email: 'a',
			apiKey: 'b',
			requestsPerSecond: 0,
		});
		this.poller = new Poller(engine, parameters, {
			send: this.school.send,
			isDurable: history.isDurable,
			budgetMs: history.isHurried ? 0 : undefined,
		});
	}

	async run(): Promise<void> {
		for (const one of this.history.steps) await this.play(one);
		// In the end everything shows, and the trigger gets time to find what totals did not tell.
		this.advance(700);
		const isDone = () => this.hasBegun && this.missing().length === 0;
		for (let polls = 0; polls < 400 && (polls < 3 || !isDone()); polls++) await this.poll();
	}

	/** Customers that must have been reported and were not. */
	missing(): number[] {
		const reported = new Set(this.emitted);
		return [...this.created.values()]
			.filter(({ id, createdAt, listedSince }) => {
				if (reported.has(id) || listedSince === undefined) return false;
				return hoursBetween(createdAt, listedSince) <= PROMISED_HOURS;
			})
			.map(({ id }) => id);
	}

	repeated(): number[] {
		return this.emitted.filter((id, index) => this.emitted.indexOf(id) !== index);
	}

	/** Customers that were there when the trigger began, and were reported all the same. */
	old(): number[] {
		return this.emitted.filter((id) => this.existing?.has(id));
	}

	private async play(one: Step): Promise<void> {
		switch (one.do) {
			case 'poll':
				return await this.poll();
			case 'restart':
				this.poller.restart();
				// n8n has saved what the activation got to know, which may not be all.
				this.hasBegun &&= this.poller.hasBegun;
				return;
			case 'wait':
				return this.advance(one.minutes);
			case 'failingPoll':
				return await this.interrupted(one.at, () => {
					throw httpFailure(one.status);
				});
			case 'overlappingPolls': {
				if (this.poller.isActivation) return await this.poll();
				let second: Promise<void> | undefined;
				await this.interrupted(one.at, () => {
					second ??= this.poll();
				});
				return await second;
			}
			case 'during':
				return await this.interrupted(one.at, () => this.alter(one.step));
			default:
				return this.alter(one);
		}
	}

	/** A poll in the middle of which something happens. */
	private async interrupted(at: number, happens: () => void): Promise<void> {
		const from = this.school.calls;
		this.school.onCall = (call) => {
			if (call === from + at) happens();
		};
		await this.poll().catch(() => {});
		this.school.onCall = () => {};
	}

	private async poll(): Promise<void> {
		const listed = this.listed();
		const ids = (await this.poller.tick()).map(({ id }) => Number(id));
		if (!this.hasBegun) {
			// What left the list meanwhile may come back as something new.
			const still = this.listed();
			this.hasBegun = this.poller.hasBegun;
			// What moves to another page while the trigger gets to know the list in several polls may look new.
			const known = this.hasBegun && this.existing === undefined ? listed : [];
			this.existing = new Set([...known].filter((id) => still.has(id)));
			for (const id of this.created.keys()) this.created.delete(id);
		}
		if (ids.some((id, index) => index > 0 && id < ids[index - 1])) this.unordered.push(ids);
		this.emitted.push(...ids);
	}

	private alter(one: Step): void {
		const { store } = this.school;
		if (one.do === 'create') {
			const { id } = store.insert('customer', { branch_ids: [one.branch], is_study: one.isStudy });
			const at = this.now.plus({ minutes: one.hiddenMinutes }).toFormat(FORMAT);
			if (one.hiddenMinutes > 0) store.conceal('customer', id, { at });
			this.created.set(id, { id, createdAt: this.now.toFormat(FORMAT) });
		} else if ('pick' in one) {
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
		}
		this.follow();
	}

	private advance(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.now.toFormat(FORMAT);
		this.follow();
	}

	/** Notes which new customers the watched lists show from now on. */
	private follow(): void {
		const listed = this.listed();
		for (const known of this.created.values()) {
			if (!listed.has(known.id)) known.listedSince = undefined;
			else known.listedSince ??= this.now.toFormat(FORMAT);
		}
	}

	private listed(): Set<number> {
		const { watched, isStudy: type, includeArchived } = this.history;
		const rows = this.school.store.rows('customer').filter(({ branch_ids, is_study, e_date }) => {
			const isHere = watched.length === 0 || watched.some((id) => (branch_ids as number[]).includes(id));
			const isActive = String(e_date) > this.now.toFormat('yyyy-MM-dd');
			return isHere && (type === 2 || is_study === type) && (includeArchived || isActive);
		});
		return new Set(this.school.store.shown('customer', rows).map(({ id }) => id));
	}
}

function hoursBetween(from: string, to: string): number {
	const [a, b] = [from, to].map((text) => DateTime.fromFormat(text, FORMAT, { zone: 'utc' }));
	return b.diff(a, 'hours').hours;
}

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox/settings';
import { DirectSchool, httpFailure } from './direct';
import { Engine } from './engine';
import { Poller } from './poller';

/** Changes of one second: so many, in a branch or (0) in all, which lists show only after some minutes. */
interface Write {
	do: 'write';
	branch: number;
	twins: number;
	className: string;
	hiddenMinutes: number;
}

/** What happens in AlfaCRM or n8n; `at` is one of the requests of a poll. */
export type LogStep =
	| Write
	| { do: 'wait'; minutes: number }
	| { do: 'poll' | 'restart' }
	| { do: 'failingPoll'; at: number; status: number }
	| { do: 'overlappingPolls'; at: number }
	| { do: 'during'; at: number; write: Write };

export interface LogHistory {
	settings: Partial<Settings>;
	/** Minutes before the begin at which there were changes. */
	before: number[];
	watched: number[];
	classes: string[];
	maxPerPoll: number;
	/** Whether a poll has time for one page of each branch only. */
	isHurried: boolean;
	steps: LogStep[];
}

const BRANCHES = 2;
const BEGIN = '2026-02-10 09:00:00';
const FORMAT = 'yyyy-MM-dd HH:mm:ss';
const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });

const at = fc.integer({ min: 1, max: 6 });
const write: fc.Arbitrary<Write> = fc.record({
	do: fc.constant('write' as const),
	branch: fc.nat({ max: BRANCHES }),
	twins: fc.constantFrom(1, 1, 2, 3, 7),
	className: fc.constantFrom('Customer', 'Lesson', 'Task'),
	hiddenMinutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 120 })),
});
const step: fc.Arbitrary<LogStep> = fc.oneof(
	{ weight: 6, arbitrary: write },
	{ weight: 6, arbitrary: fc.constant<LogStep>({ do: 'poll' }) },
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			minutes: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 3_000 })),
		}),
	},
	{ weight: 1, arbitrary: fc.constant<LogStep>({ do: 'restart' }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('failingPoll' as const),
			at,
			status: fc.constantFrom(500, 404, 403, 400),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('overlappingPolls' as const), at }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('during' as const), at, write }) },
);

export const logHistories: fc.Arbitrary<LogHistory> = fc
	.record({
		settings: fc
			.record({
				pageSize: fc.constantFrom(2, 3, 5, 20),
				shuffle: fc.boolean(),
				pastEnd: fc.constantFrom('empty', 'repeatLast'),
				total: fc.constantFrom('present', 'present', 'present', 'missing'),
				ignoredFilters: fc.constantFrom<string[]>([], [], ['log.date_from'], ['log.entity']),
				logScope: fc.constantFrom('branch', 'account'),
				logIds: fc.boolean(),
			})
			// Nobody can tell the end of a list that has neither an order nor a total.
			.map((settings) => ({ ...settings, shuffle: settings.shuffle && settings.total === 'present' })),
		before: fc.array(fc.constantFrom(0, 1, 90, 600, 5_000, 100_000), { maxLength: 12 }),
		watched: fc.constantFrom<number[][]>([], [1], [1, 2]),
		classes: fc.constantFrom<string[][]>([], [], ['Customer'], ['Customer', 'Task']),
		maxPerPoll: fc.constantFrom(1, 2, 5, 500, 500),
		isHurried: fc.constantFrom(false, false, true),
		steps: fc.array(step, { maxLength: 30 }),
	})
	// Nor can anybody get to know a list page by page, poll by poll, that has no order.
	.map((history) => ({ ...history, isHurried: history.isHurried && history.settings.shuffle !== true }));

/** Plays a history of the change log and says what went wrong. Each entry is known by its `entity_id`. */
export class LogPlay {
	readonly emitted: number[] = [];
	/** Polls whose items were not in the order of their times. */
	readonly unordered: string[][] = [];
	/** The entries of each second that one branch or all show. */
	private readonly twins: number[][] = [];
	readonly school: DirectSchool;
	private readonly poller: Poller;
	/** Entries that were made before the trigger knew the log; those of them that were listed are old. */
	private readonly before = new Set<number>();
	private readonly made: number[] = [];
	private old?: Set<number>;
	/** Whether the trigger knows what was there before. */
	hasBegun = false;
	private now = DateTime.fromFormat(BEGIN, FORMAT, { zone: 'utc' });

	constructor(private readonly history: LogHistory) {
		this.school = new DirectSchool({ ...history.settings, now: BEGIN }, BRANCHES);
		for (const minutes of history.before) this.insert(0, 'Customer', this.now.minus({ minutes }));
		const { watched: branchIds, classes: entities, maxPerPoll } = history;
		const parameters = {
			event: 'recordChanged',
			branchIds,
			entities,
			fetchRecord: false,
			options: { maxPerPoll },
		};
		this.poller = new Poller(engine, parameters, {
			send: this.school.send,
			budgetMs: history.isHurried ? 0 : undefined,
		});
	}

	async run(): Promise<void> {
		for (const one of this.history.steps) await this.play(one);
		this.advance(121);
		const isDone = () => this.hasBegun && this.missing().length === 0;
		for (let polls = 0; polls < 400 && (polls < 3 || !isDone()); polls++) await this.poll();
	}

	missing(): number[] {
		const reported = new Set(this.emitted);
		return this.made.filter((id) => !reported.has(id));
	}

	repeated(): number[] {
		return this.emitted.filter((id, index) => this.emitted.indexOf(id) !== index);
	}

	/** Reported, though they were there when the trigger began or are of no interest. */
	others(): number[] {
		return this.emitted.filter((id) => this.old?.has(id) || !(this.made.includes(id) || this.before.has(id)));
	}

	/** Entries of one second that were not reported in order, though AlfaCRM lists the newest first. */
	mixed(): number[][] {
		const { settings, isHurried, steps } = this.history;
		// A poll hands over what it has read, newest pages first, when time runs out or rows push others away.
		if (settings.shuffle || isHurried || steps.some((one) => one.do === 'during')) return [];
		const told = this.twins.map((ids) => this.emitted.filter((id) => ids.includes(id)));
		return told.filter((ids) => ids.some((id, index) => index > 0 && id < ids[index - 1]));
	}

	private async play(one: LogStep): Promise<void> {
		switch (one.do) {
			case 'write':
				return this.write(one);
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
				return await this.interrupted(one.at, () => this.write(one.write));
		}
	}

	/** A poll in the middle of which something happens. */
	private async interrupted(call: number, happens: () => void): Promise<void> {
		const from = this.school.calls;
		this.school.onCall = (count) => {
			if (count === from + call) happens();
		};
		await this.poll().catch(() => {});
		this.school.onCall = () => {};
	}

	private async poll(): Promise<void> {
		const there = this.hasBegun ? [] : this.listed();
		const items = await this.poller.tick();
		if (!this.hasBegun) {
			this.hasBegun = this.poller.hasBegun;
			this.old ??= new Set(there);
			for (const id of this.made.splice(0)) this.before.add(id);
		}
		const times = items.map(({ datetime }) => String(datetime));
		if (times.some((time, index) => index > 0 && time < times[index - 1])) this.unordered.push(times);
		this.emitted.push(...items.map(({ entity_id }: IDataObject) => Number(entity_id)));
	}

	private write({ branch, twins, className, hiddenMinutes }: Write): void {
		const { watched, classes, settings } = this.history;
		const ids: number[] = [];
		this.twins.push(ids);
		for (let twin = 0; twin < twins; twin++) {
			const id = this.insert(branch, className, this.now);
			ids.push(id);
			const appears = this.now.plus({ minutes: hiddenMinutes }).toFormat(FORMAT);
			if (hiddenMinutes > 0) this.school.store.conceal('log', id, { at: appears });
			const isSeen = settings.logScope === 'account' || watched.length === 0 || branch === 0;
			const isWanted = classes.length === 0 || classes.includes(className);
			if (isWanted && (isSeen || watched.includes(branch))) this.made.push(id);
			else this.before.delete(id);
		}
	}

	private insert(branch: number, className: string, time: DateTime): number {
		const entity_id = this.school.store.rows('log').length + 1;
		const branch_ids = branch === 0 ? [1, 2] : [branch];
		const date_time = time.toFormat(FORMAT);
		const fields_new = { note: 'да' };
		const values = { entity: className, entity_id, event: 2, fields_new, date_time, branch_ids };
		return this.school.store.insert('log', { id: entity_id, ...values }).id;
	}

	private advance(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.now.toFormat(FORMAT);
	}

	private listed(): number[] {
		const { store } = this.school;
		return store.shown('log', store.rows('log')).map(({ id }) => id);
	}
}

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import type { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox/settings';
import type { StepWith } from './playing';
import { FORMAT, listing, Playing, stepsWith, withAnEnd } from './playing';

/** Changes of one second: so many, in a branch or (0) in all, which lists show only after some minutes. */
interface Write {
	do: 'write';
	branch: number;
	twins: number;
	className: string;
	hiddenMinutes: number;
}

export type LogStep = StepWith<Write>;

export interface LogHistory {
	settings: Partial<Settings>;
	/** Minutes before the begin at which there were changes. */
	before: number[];
	watched: number[];
	classes: string[];
	maxPerPoll: number;
	/** Whether a poll has time for one page of each branch only. */
	isHurried: boolean;
	/** By how much n8n's clock is ahead of that of the account. */
	skewHours?: number;
	steps: LogStep[];
}

const BRANCHES = 2;
const write: fc.Arbitrary<Write> = fc.record({
	do: fc.constant('write' as const),
	branch: fc.nat({ max: BRANCHES }),
	twins: fc.constantFrom(1, 1, 2, 3, 7),
	className: fc.constantFrom('Customer', 'Lesson', 'Task'),
	hiddenMinutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 120 })),
});

export const logHistories: fc.Arbitrary<LogHistory> = fc
	.record({
		settings: fc
			.record({
				...listing,
				ignoredFilters: fc.constantFrom<string[][]>(
					[],
					[],
					['log.date_from'],
					['log.date_to'],
					['log.entity'],
				),
				logScope: fc.constantFrom<Array<Settings['logScope']>>('branch', 'account'),
				logIds: fc.boolean(),
			})
			.map(withAnEnd)
			// Without IDs, nobody can tell two equal entries from one that a list without an order shows twice.
			.map((settings) => ({ ...settings, logIds: settings.logIds || settings.shuffle })),
		before: fc.array(fc.constantFrom(0, 1, 90, 600, 5_000, 100_000), { maxLength: 12 }),
		watched: fc.constantFrom<number[][]>([], [1], [1, 2]),
		classes: fc.constantFrom<string[][]>([], [], ['Customer'], ['Customer', 'Task']),
		maxPerPoll: fc.constantFrom(1, 2, 5, 500, 500),
		isHurried: fc.constantFrom(false, false, true),
		skewHours: fc.constantFrom(0, -7, 11, 6_500),
		steps: fc.array(stepsWith(write, { longestWait: 3_000, requests: 6 }), { maxLength: 30 }),
	})
	// Nor can anybody get to know a list page by page, poll by poll, that has no order.
	.map((history) => ({ ...history, isHurried: history.isHurried && history.settings.shuffle !== true }));

/** Plays a history of the change log and says what went wrong. Each entry is known by its `entity_id`. */
export class LogPlay extends Playing<Write> {
	/** Polls whose items were not in the order of their times. */
	readonly unordered: string[][] = [];
	/** The entries of each second that one branch or all show. */
	private readonly twins: number[][] = [];
	/** Entries that were made before the trigger knew the log; those of them that were listed are old. */
	private readonly before = new Set<number>();
	private readonly made: number[] = [];
	private old?: Set<number>;
	/** Entries of a branch that was closed or could not be read, which may come later or not at all. */
	private readonly doubtful = new Set<number>();

	constructor(private readonly history: LogHistory) {
		const { settings, watched: branchIds, classes: entities, maxPerPoll, isHurried, skewHours = 0 } = history;
		super({
			settings,
			branches: BRANCHES,
			parameters: {
				event: 'recordChanged',
				branchIds,
				entities,
				fetchRecord: false,
				options: { maxPerPoll },
			},
			poller: { budgetMs: isHurried ? 0 : undefined },
			skewHours,
		});
		for (const minutes of history.before) this.insert(0, 'Customer', this.now.minus({ minutes }));
	}

	async run(): Promise<void> {
		await this.playAll(this.history.steps, 121);
	}

	missing(): number[] {
		const reported = new Set(this.emitted);
		return this.made.filter((id) => !reported.has(id));
	}

	/** Reported, though they were there when the trigger began or are of no interest. */
	others(): number[] {
		return this.emitted.filter((id) => {
			if (this.doubtful.has(id)) return false;
			return this.old?.has(id) === true || !(this.made.includes(id) || this.before.has(id));
		});
	}

	/** Entries of one second that were not reported in order, though AlfaCRM lists the newest first. */
	mixed(): number[][] {
		const { settings, isHurried, steps } = this.history;
		// A poll hands over what it has read, newest pages first, when time runs out or rows push others away.
		if (settings.shuffle || isHurried || steps.some((one) => one.do === 'during')) return [];
		// A clock that is put back leaves a log whose newest entries are not those of the latest time.
		if (steps.some((one) => one.do === 'zone')) return [];
		const told = this.twins.map((ids) => this.emitted.filter((id) => ids.includes(id)));
		return told.filter((ids) => ids.some((id, index) => index > 0 && id < ids[index - 1]));
	}

	protected async poll(): Promise<void> {
		const there = this.hasBegun ? [] : this.listed();
		const isDark = (branch: number) => !this.isOpen(branch) || !this.isReadable(branch);
		const dark = this.hasBegun ? [] : [1, 2].filter(isDark);
		this.hasFailed = false;
		const items = await this.poller.tick().catch(() => []);
		if (!this.hasBegun) {
			this.hasBegun = this.poller.hasBegun;
			this.old ??= new Set(there);
			for (const id of this.made.splice(0)) this.before.add(id);
			if (dark.length > 0 || this.hasFailed)
				for (const { id } of this.school.store.rows('log')) this.doubtful.add(id);
		}
		const times = items.map(({ datetime }) => String(datetime));
		if (times.some((time, index) => index > 0 && time < times[index - 1])) this.unordered.push(times);
		this.emitted.push(...items.map(({ entity_id }: IDataObject) => Number(entity_id)));
	}

	protected alter({ branch, twins, className, hiddenMinutes }: Write): void {
		const { watched, classes, settings } = this.history;
		const ids: number[] = [];
		// What shows up late may come when some of its second were reported.
		if (hiddenMinutes === 0) this.twins.push(ids);
		for (let twin = 0; twin < twins; twin++) {
			const id = this.insert(branch, className, this.now);
			ids.push(id);
			if (hiddenMinutes > 0) this.hide('log', id, hiddenMinutes);
			const isAll = settings.logScope === 'account' || branch === 0;
			const isSeen = isAll || (watched.length === 0 && this.isOpen(branch));
			const isWanted = classes.length === 0 || classes.includes(className);
			const homes = branch === 0 ? [1, 2] : [branch];
			const isLate = homes.every((home) => !this.isOpen(home));
			if (isLate) this.doubtful.add(id);
			else if (isWanted && (isSeen || watched.includes(branch))) this.made.push(id);
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

	private listed(): number[] {
		const { store } = this.school;
		return store.shown('log', store.rows('log')).map(({ id }) => id);
	}
}

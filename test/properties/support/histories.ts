import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox/model/settings';
import { DirectSchool, httpFailure } from '../../engine/support/direct';
import { Engine } from '../../engine/support/engine';
import type { PollerOptions } from '../../engine/support/poller';
import { Poller } from '../../engine/support/poller';
import { FORMAT } from '../../engine/support/world';

const pageSize = fc.constantFrom(2, 3, 5, 20, 50);
const sizes = fc.constantFrom<Array<Settings['bodyPageSize']>>(
	'ignored',
	'ignored',
	'honoured',
	'refused400',
);
const totals = fc.constantFrom<Array<Settings['total']>>(
	'present',
	'present',
	'present',
	'missing',
	'pageSize',
);

/** What may happen in any history; `at` is one of the requests of a poll, `Own` what else happens in AlfaCRM. */
export type StepWith<Own> = Own | Common<Own>;

/** A status of HTTP, or an empty list where there is something. */
type Failure = number | 'empty';

type Becomes = 'closed' | 'open' | 'forbidden' | 'allowed';

type Common<Own> =
	| { do: 'wait'; minutes: number }
	/** n8n's clock is put forward or back. */
	| { do: 'clock'; hours: number }
	/** The clock of the account is put forward or back, for instance since its zone was wrong. */
	| { do: 'zone'; hours: number }
	/** A branch is closed or open, and readable or not, from now on. */
	| { do: 'branch'; becomes: Becomes; branch: number }
	| { do: 'list'; settings: Partial<Settings> }
	| { do: 'poll' | 'restart' }
	/** The user saves other settings: those of this number. */
	| { do: 'change'; to: number }
	| { do: 'failingPoll'; at: number; how: Failure }
	| { do: 'overlappingPolls'; at: number }
	| { do: 'during'; at: number; step: Own };

/** Steps of any history, `own` among them as often as polls. */
export function stepsWith<Own>(
	own: fc.Arbitrary<Own>,
	{ longestWait, requests }: { longestWait: number; requests: number },
): fc.Arbitrary<StepWith<Own>> {
	const at = fc.integer({ min: 1, max: requests });
	const minutes = fc.oneof(
		fc.integer({ min: 1, max: longestWait / 10 }),
		fc.integer({ min: 1, max: longestWait }),
	);
	const how = fc.constantFrom<Failure[]>(500, 404, 403, 400, 'empty');
	return fc.oneof<Array<fc.WeightedArbitrary<StepWith<Own>>>>(
		{ weight: 9, arbitrary: own },
		{ weight: 6, arbitrary: fc.constant({ do: 'poll' as const }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes }) },
		{ weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), to: fc.nat({ max: 9 }) }) },
		{
			weight: 1,
			arbitrary: fc.record({
				do: fc.constant('clock' as const),
				hours: fc.constantFrom(-800, -30, -1, 1, 30),
			}),
		},
		{
			weight: 1,
			arbitrary: fc.record({ do: fc.constant('zone' as const), hours: fc.constantFrom(-7, -1, 1, 7) }),
		},
		{
			weight: 2,
			arbitrary: fc.record({
				do: fc.constant('branch' as const),
				becomes: fc.constantFrom<Becomes[]>('closed', 'open', 'forbidden', 'allowed'),
				branch: fc.integer({ min: 1, max: 3 }),
			}),
		},
		{
			weight: 1,
			arbitrary: fc.record({
				do: fc.constant('list' as const),
				settings: fc.record({ total: totals, bodyPageSize: sizes, pageSize }),
			}),
		},
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('failingPoll' as const), at, how }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('overlappingPolls' as const), at }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('during' as const), at, step: own }) },
	);
}

/** How AlfaCRM may list. */
export const listing = {
	pageSize,
	bodyPageSize: sizes,
	total: totals,
};

/** By how many hours the clocks of branches differ. */
export const zones = fc.constantFrom<number[][]>([], [], [0, 7, -3], [4, -7, 0]);

/** Totals of a page are known of pages of 20 and more alone. */
export const counted = <T extends Partial<Settings>>(settings: T): T => {
	const { total, pageSize: size = 50 } = settings;
	return { ...settings, total: size < 20 && total === 'pageSize' ? 'present' : total };
};

/** Whether a step is one of those that any history has. */
function isStep<Own extends { do: string }, Name extends Common<Own>['do']>(
	one: StepWith<Own>,
	name: Name,
): one is Extract<Common<Own>, { do: Name }> {
	return one.do === name;
}

const BEGIN = '2026-02-10 09:00:00';

interface Setting {
	settings: Partial<Settings>;
	branches: number;
	parameters: INodeParameters;
	poller: Omit<PollerOptions, 'send'>;
	/** By how much n8n's clock is ahead of that of the account. */
	skewHours: number;
	zones?: readonly number[];
}

/** An AlfaCRM and a trigger to play a history with. Needs `jest.restoreAllMocks` afterwards, since it moves n8n's clock. */
export abstract class Playing<Own extends { do: string }> {
	/** What was reported, in the order of reports. */
	readonly emitted: number[] = [];
	readonly school: DirectSchool;
	/** Whether the trigger knows what was there before. */
	hasBegun = false;
	/** Whether a request of the poll under way has failed. */
	protected hasFailed = false;
	protected readonly poller: Poller;
	/** The time of the account. */
	protected now = DateTime.fromFormat(BEGIN, FORMAT, { zone: 'utc' });
	/** Minutes since the begin. */
	protected minutes = 0;
	private clock: number;
	/** Rows that lists show from some minute on, whatever the clocks say. */
	private hidden: Array<{ entity: string; id: number; until: number }> = [];
	private readonly zones: readonly number[];

	constructor({ settings, branches, parameters, poller, skewHours, zones: hours = [] }: Setting) {
		this.zones = hours;
		this.school = new DirectSchool({ ...settings, now: BEGIN }, branches);
		this.clock = this.now.plus({ hours: skewHours }).toMillis();
		jest.spyOn(Date, 'now').mockImplementation(() => this.clock);
		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(account), parameters, { ...poller, send: this.school.send });
	}

	abstract missing(): number[];
	protected abstract poll(): Promise<void>;
	protected abstract alter(one: Own): void;
	/** Other settings, and what they make of what was not reported yet. */
	protected abstract changed(to: number): INodeParameters;
	/** n8n has started again, with what it had saved. */
	protected restarted(): void {}
	/** Called when time has passed, or a branch has changed. */
	protected follow(): void {}

	/** Plays the steps, and gives the trigger time to find what totals did not tell. */
	protected async playAll(steps: ReadonlyArray<StepWith<Own>>, waitAfterwards: number): Promise<void> {
		for (const one of steps) await this.play(one);
		for (const branch of [1, 2, 3]) this.setBranch('allowed', branch);
		for (const branch of [1, 2, 3]) this.setBranch('open', branch);
		this.advance(waitAfterwards);
		const isDone = () => this.hasBegun && this.missing().length === 0;
		for (let polls = 0; polls < 400 && (polls < 2 || !isDone()); polls++) {
			await this.poll();
			this.advance(11);
		}
	}

	repeated(): number[] {
		return this.emitted.filter((id, index) => this.emitted.indexOf(id) !== index);
	}

	/** What the clock of a branch shows at some time of the account; 0 = the account's own. */
	protected timeIn(branch: number, time: DateTime = this.now): string {
		return time.plus({ hours: this.zones[branch - 1] ?? 0 }).toFormat(FORMAT);
	}

	protected hide(entity: string, id: number, minutes: number): void {
		this.school.store.hide(entity, id);
		this.hidden.push({ entity, id, until: this.minutes + minutes });
	}

	protected isOpen(branch: number): boolean {
		return this.school.store.rows('branch').some(({ id, is_active }) => id === branch && is_active === 1);
	}

	protected isReadable(branch: number): boolean {
		return !this.school.settings.forbiddenBranches.includes(branch);
	}

	private async play(one: StepWith<Own>): Promise<void> {
		if (isStep(one, 'poll')) return await this.poll();
		if (isStep(one, 'wait')) return this.advance(one.minutes);
		if (isStep(one, 'clock')) return void (this.clock += one.hours * 3_600_000);
		if (isStep(one, 'zone')) {
			this.now = this.now.plus({ hours: one.hours });
			return this.advance(0);
		}
		if (isStep(one, 'list')) {
			const { settings } = this.school;
			return void Object.assign(settings, counted({ ...settings, ...one.settings }));
		}
		if (isStep(one, 'branch')) return this.setBranch(one.becomes, one.branch);
		if (isStep(one, 'during')) return await this.interrupted([one.at], () => this.alter(one.step));
		if (isStep(one, 'restart')) {
			this.poller.restart();
			this.restarted();
			// n8n has saved what the activation got to know, which may not be all.
			this.hasBegun &&= this.poller.hasBegun;
			return;
		}
		if (isStep(one, 'change')) {
			// Before it has begun, that is nothing else than to begin later.
			if (!this.hasBegun) return;
			this.poller.change(this.changed(one.to));
			// n8n activates it at once.
			return await this.poll();
		}
		if (isStep(one, 'failingPoll')) {
			return await this.interrupted([one.at], () => {
				this.hasFailed = true;
				// What this user may not read in the beginning, or nobody is shown, is another matter.
				const how = this.hasBegun ? one.how : 500;
				if (how !== 'empty') throw httpFailure(how);
				this.school.comesEmpty = true;
			});
		}
		if (!isStep(one, 'overlappingPolls')) return this.alter(one as Own);
		if (this.poller.isActivation) return await this.poll();
		let second: Promise<void> | undefined;
		await this.interrupted([one.at], () => {
			second ??= this.poll();
		});
		await second;
	}

	private setBranch(becomes: Becomes, branch: number): void {
		const { store, settings } = this.school;
		if (becomes === 'closed' || becomes === 'open') {
			store.patch('branch', branch, { is_active: becomes === 'closed' ? 0 : 1 });
		} else {
			const others = settings.forbiddenBranches.filter((id) => id !== branch);
			settings.forbiddenBranches = becomes === 'forbidden' ? [...others, branch] : others;
		}
		this.follow();
	}

	/** A poll in the middle of which something happens. */
	private async interrupted(at: readonly number[], happens: () => void): Promise<void> {
		const from = this.school.calls;
		this.school.onCall = (call) => {
			if (at.includes(call - from)) happens();
		};
		await this.poll();
		this.school.onCall = () => {};
	}

	private advance(minutes: number): void {
		this.minutes += minutes;
		this.clock += minutes * 60_000;
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.now.toFormat(FORMAT);
		for (const { entity, id, until } of this.hidden)
			if (until <= this.minutes) this.school.store.show(entity, id);
		this.hidden = this.hidden.filter(({ until }) => until > this.minutes);
		this.follow();
	}
}

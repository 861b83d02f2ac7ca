import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox/settings';
import { DirectSchool, httpFailure } from './direct';
import { Engine } from './engine';
import type { PollerOptions } from './poller';
import { Poller } from './poller';

export const BEGIN = '2026-02-10 09:00:00';
export const FORMAT = 'yyyy-MM-dd HH:mm:ss';

/** What may happen in any history; `at` is one of the requests of a poll, `Own` what else happens in AlfaCRM. */
export type StepWith<Own> = Own | Common<Own>;

type Common<Own> =
	| { do: 'wait'; minutes: number }
	| { do: 'poll' | 'restart' }
	| { do: 'failingPoll'; at: number; status: number }
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
	const status = fc.constantFrom(500, 404, 403, 400);
	return fc.oneof<Array<fc.WeightedArbitrary<StepWith<Own>>>>(
		{ weight: 9, arbitrary: own },
		{ weight: 6, arbitrary: fc.constant({ do: 'poll' as const }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes }) },
		{ weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('failingPoll' as const), at, status }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('overlappingPolls' as const), at }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('during' as const), at, step: own }) },
	);
}

/** How AlfaCRM may list. */
export const listing = {
	pageSize: fc.constantFrom(2, 3, 5, 20),
	shuffle: fc.boolean(),
	pastEnd: fc.constantFrom<Array<Settings['pastEnd']>>('empty', 'repeatLast'),
	total: fc.constantFrom<Array<Settings['total']>>('present', 'present', 'present', 'missing'),
};

/** Nobody can tell the end of a list that has neither an order nor a total. */
export const withAnEnd = <T extends { shuffle: boolean; total: Settings['total'] }>(settings: T): T => ({
	...settings,
	shuffle: settings.shuffle && settings.total === 'present',
});

interface Setting {
	settings: Partial<Settings>;
	branches: number;
	parameters: INodeParameters;
	poller: Omit<PollerOptions, 'send'>;
}

/** An AlfaCRM and a trigger to play a history with. */
export abstract class Playing<Own extends { do: string }> {
	/** What was reported, in the order of reports. */
	readonly emitted: number[] = [];
	readonly school: DirectSchool;
	/** Whether the trigger knows what was there before. */
	hasBegun = false;
	protected readonly poller: Poller;
	protected now = DateTime.fromFormat(BEGIN, FORMAT, { zone: 'utc' });

	constructor({ settings, branches, parameters, poller }: Setting) {
		this.school = new DirectSchool({ ...settings, now: BEGIN }, branches);
		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(account), parameters, { ...poller, send: this.school.send });
	}

	abstract missing(): number[];
	protected abstract poll(): Promise<void>;
	protected abstract alter(one: Own): void;
	/** Called when time has passed. */
	protected follow(): void {}

	/** Plays the steps, and gives the trigger time to find what totals did not tell. */
	protected async playAll(steps: ReadonlyArray<StepWith<Own>>, waitAfterwards: number): Promise<void> {
		for (const one of steps) await this.play(one);
		this.advance(waitAfterwards);
		const isDone = () => this.hasBegun && this.missing().length === 0;
		for (let polls = 0; polls < 400 && (polls < 3 || !isDone()); polls++) await this.poll();
	}

	repeated(): number[] {
		return this.emitted.filter((id, index) => this.emitted.indexOf(id) !== index);
	}

	private async play(one: StepWith<Own>): Promise<void> {
		if (isStep(one, 'poll')) return await this.poll();
		if (isStep(one, 'wait')) return this.advance(one.minutes);
		if (isStep(one, 'during')) return await this.interrupted(one.at, () => this.alter(one.step));
		if (isStep(one, 'restart')) {
			this.poller.restart();
			// n8n has saved what the activation got to know, which may not be all.
			this.hasBegun &&= this.poller.hasBegun;
			return;
		}
		if (isStep(one, 'failingPoll')) {
			return await this.interrupted(one.at, () => {
				throw httpFailure(one.status);
			});
		}
		if (!isStep(one, 'overlappingPolls')) return this.alter(one as Own);
		if (this.poller.isActivation) return await this.poll();
		let second: Promise<void> | undefined;
		await this.interrupted(one.at, () => {
			second ??= this.poll();
		});
		await second;
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

	private advance(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.now.toFormat(FORMAT);
		this.follow();
	}
}

function isStep<Own extends { do: string }, Name extends Common<Own>['do']>(
	one: StepWith<Own>,
	name: Name,
): one is Extract<Common<Own>, { do: Name }> {
	return one.do === name;
}

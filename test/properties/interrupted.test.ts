import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import type { OperationCase } from '../engine/support/operationCases';
import { operationCases } from '../engine/support/operationCases';
import type { Given } from '../engine/support/given';
import type { State } from '../engine/support/lane';
import { inLanes, Lane } from '../engine/support/lane';

const SETS = 3;
/** A run that takes many requests is reason enough for fewer of them. */
const MOST_REQUESTS = 40;
const CANDIDATES = 16;
const SEED = 11;
/** Whole lists come at once, so that each request is a step of its own kind. */
const SETTINGS = { pageSize: 500 };
/** A read whose answer is lost is waited for before it is sent again; meanwhile the other lanes go on. */
const LANES = 8;

/** What happens at one request of a run. */
const WAYS = ['the answer is lost', 'refused with 500', 'cancelled'] as const;
type How = (typeof WAYS)[number];

interface Case {
	run: Given;
	once: State;
	how: How;
	/** The request at which it happens, counted from 1. */
	at: number;
}

let lanes: Lane[];
beforeAll(async () => {
	lanes = await Promise.all(Array.from({ length: LANES }, async (_, n) => await Lane.open(`lane ${n}`)));
}, 60_000);
afterAll(async () => {
	await Promise.all(lanes.map(async (lane) => await lane.close()));
});

interface Sample {
	run: Given;
	requests: number;
	writes: number;
	/** What one undisturbed run leaves. */
	once: State;
}

/** Runs that make a difference, those first that write most. */
async function samples(tested: OperationCase): Promise<Sample[]> {
	const [lane] = lanes;
	const { world } = lane;
	const given = tested.targets(world).chain((target) => tested.given(world, target));
	const found: Sample[] = [];
	for (const run of fc.sample(given, { seed: SEED, numRuns: CANDIDATES })) {
		lane.fresh(SETTINGS);
		const { error } = await lane.run(run);
		const once = lane.state();
		const changed = Object.keys(once).length > 1;
		const { passed } = lane.proxy;
		const writes = passed.filter(({ done }) => done).length;
		if (error === undefined && changed) found.push({ run, requests: passed.length, writes, once });
	}
	let requests = 0;
	return found
		.sort((a, b) => b.writes - a.writes || a.requests - b.requests)
		.slice(0, SETS)
		.filter((sample, index) => (requests += sample.requests) <= MOST_REQUESTS || index === 0);
}

/** Runs until it is interrupted, as if a process died or a line broke. */
async function interrupted(lane: Lane, { run, how, at }: Case): Promise<string[]> {
	const stop = new AbortController();
	let stopped = false;
	const afterwards: string[] = [];
	lane.proxy.plan = (n, call) => {
		if (stopped && !call.endsWith('/index')) afterwards.push(call);
		if (n !== at) return undefined;
		if (how === 'refused with 500') return { kind: 'refused' };
		if (how === 'the answer is lost') return { kind: 'lost' };
		stopped = true;
		stop.abort();
		return undefined;
	};
	await lane.run({ ...run, signal: stop.signal });
	lane.proxy.plan = () => undefined;
	return afterwards;
}

const table = operationCases.map((tested) => [`${tested.resource} ${tested.operation}`, tested] as const);

describe('an execution that is interrupted at any request and run again', () => {
	it.each(table)(
		'%s ends as if it had run once',
		async (_name, tested) => {
			const runs = await samples(tested);
			expect(runs.length).toBeGreaterThan(0);
			const cases = runs.flatMap(({ run, once, requests }) =>
				Array.from({ length: requests }, (_, n) =>
					WAYS.map((how): Case => ({ run, once, how, at: n + 1 })),
				).flat(),
			);
			const wrong = await inLanes(lanes, cases, async (lane, one) => {
				lane.fresh(SETTINGS);
				const afterwards = await interrupted(lane, one);
				await lane.run(one.run);
				const end = lane.state();
				if (JSON.stringify(end) === JSON.stringify(one.once) && afterwards.length === 0) return undefined;
				return { ...one, end, sentAfterCancelling: afterwards };
			});
			// One is enough to see what is wrong.
			expect({ count: wrong.length, first: wrong[0] }).toEqual({ count: 0, first: undefined });
		},
		120_000,
	);
});

describe('an execution that waits for another one', () => {
	it.each(table)('%s ends at once when it is cancelled', async (_name, tested) => {
		const [lane] = lanes;
		const [{ run, once }] = await samples(tested);
		lane.fresh(SETTINGS);
		let release = () => {};
		const held = new Promise<void>((resolve) => (release = resolve));
		const arrived = new Promise<void>((resolve) => {
			lane.proxy.plan = (n) => {
				if (n > 1) return undefined;
				resolve();
				return { kind: 'held', until: held };
			};
		});
		const first = lane.run(run);
		await arrived;
		const stop = new AbortController();
		const second = lane.run({ ...run, signal: stop.signal });
		await sleep(20);
		stop.abort();
		// It ends long before, unless it waits for the first one.
		const ended = await Promise.race([second.then(() => true), sleep(2_000).then(() => false)]);
		release();
		await Promise.all([first, second]);
		expect(ended).toBe(true);
		expect(lane.state()).toEqual(once);
	});
});

import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { DEFAULT_REQUESTS_PER_SECOND as RATE, RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../../nodes/AlfaCrm/api/retry';
import { depth, isDeep, seed } from '../../support/depth';
import { makeAnswerError } from '../../support/nodeErrors';
import { randomFrom } from '../../support/random';
import { settle, stopTime, timed } from '../../unit/api/clock';

jest.setTimeout(600_000);

let random = randomFrom(seed);
stopTime({ random: () => random() });

/** How many came in the fullest of all seconds, wherever it begins. */
const mostInASecond = (times: readonly number[]): number =>
	Math.max(0, ...times.map((first) => times.filter((at) => at >= first && at < first + 1_000).length));

describe('never more calls reach the server in any second than the rate allows', () => {
	/** A call and its answer take at least 10 and 40 ms; what comes on top differs, and some never get an answer. */
	const call = fc.record({
		way: fc.oneof(fc.constant(10), fc.integer({ min: 10, max: 310 }), fc.integer({ min: 10, max: 910 })),
		rest: fc.oneof(fc.constant(40), fc.integer({ min: 40, max: 340 }), fc.integer({ min: 40, max: 940 })),
		isLost: fc.boolean(),
		pauseAfter: fc.nat(400),
	});
	/** They make their calls one after the other. */
	const user = fc.record({ comesAt: fc.nat(5_000), calls: fc.array(call, { minLength: 1, maxLength: 8 }) });
	const users = fc.array(user, { minLength: 1, maxLength: 12 });

	it('whenever they are made and however long each of them and its answer are on their way', async () => {
		const rate = fc.constantFrom(1, 2.5, 3, 5, 8);
		await fc.assert(
			fc.asyncProperty(rate, users, fc.boolean(), async (perSecond, all, areTogether) => {
				const limiter = new RateLimiter();
				const arrivals: number[] = [];
				const send = async ({ way, rest, isLost }: { way: number; rest: number; isLost: boolean }) => {
					await sleep(way);
					arrivals.push(performance.now());
					await sleep(rest);
					if (isLost) throw new Error('socket hang up');
				};
				const run = async (one: Parameters<typeof send>[0]) =>
					await limiter.run({ perSecond, atOnce: 100 }, async () => await send(one)).catch(() => {});
				// So that the limiter knows how quick the host can be.
				await settle(run({ way: 10, rest: 40, isLost: false }));
				const work = async ({ comesAt, calls }: (typeof all)[number]) => {
					await sleep(areTogether ? 0 : comesAt);
					for (const one of calls) {
						await run(one);
						if (!areTogether) await sleep(one.pauseAfter);
					}
				};
				await settle(Promise.all(all.map(work)));
				expect(arrivals).toHaveLength(1 + all.flatMap(({ calls }) => calls).length);
				const [window, most] = [Math.ceil(perSecond) / perSecond, Math.ceil(perSecond)];
				const scaled = arrivals.map((at) => at / window);
				expect(mostInASecond(scaled)).toBeLessThanOrEqual(most);
			}),
			{ seed, numRuns: depth.rate },
		);
	});
});

interface ServiceRules {
	/** Milliseconds of a call and its answer together, and how much longer both of them may take. */
	roundTrip?: number;
	jitter?: number;
	/** Whether it counts the calls that it refuses, too; nobody knows. */
	countsRefused?: boolean;
}

/** A service that takes as many calls in any second as AlfaCRM does. */
class Service {
	readonly arrivals: number[] = [];
	readonly refused: number[] = [];
	private readonly counted: number[] = [];

	constructor(private readonly rules: ServiceRules = {}) {}

	async call(): Promise<void> {
		const { roundTrip = 60, jitter = 20, countsRefused = false } = this.rules;
		const onItsWay = async () => await sleep(Math.round((roundTrip + random() * jitter) / 2));
		await onItsWay();
		const now = performance.now();
		const isTaken = this.counted.filter((at) => at > now - 1_000).length < RATE;
		this.arrivals.push(now);
		if (isTaken || countsRefused) this.counted.push(now);
		if (!isTaken) this.refused.push(now);
		await onItsWay();
		if (!isTaken) throw makeAnswerError(429);
	}
}

const OPTIONS = { perSecond: RATE, isIdempotent: true, rateLimitWaitMs: 300_000, atOnce: 0 };

const send = async (service: Service, limiter: RateLimiter) =>
	await withRetries(limiter, OPTIONS, async () => await service.call());

/** So many calls of one process, as fast as it can. */
async function calls(service: Service, limiter: RateLimiter, count: number): Promise<void> {
	let left = count;
	const execution = async () => {
		while (left-- > 0) await send(service, limiter);
	};
	await Promise.all(Array.from({ length: 6 }, execution));
}

/** The first call of a process, which logs in before it is sent. */
async function logInAndCall(service: Service, limiter: RateLimiter): Promise<void> {
	await limiter.run({ perSecond: RATE, atOnce: 0 }, async () => {
		await limiter.run({ perSecond: RATE, isLogin: true }, async () => await service.call());
		await service.call();
	});
}

/** So many processes that use all they can get, until told to stop. */
function busy(service: Service, count: number): { stop: () => Promise<void> } {
	let isOver = false;
	const execution = async (limiter: RateLimiter) => {
		await sleep(Math.round(random() * 700));
		while (!isOver) await send(service, limiter);
	};
	const limiters = Array.from({ length: count }, () => new RateLimiter());
	const all = limiters.flatMap((limiter) => Array.from({ length: 6 }, async () => await execution(limiter)));
	return {
		stop: async () => {
			isOver = true;
			await settle(Promise.all(all));
		},
	};
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Figures have bounds in courses that are always the same; in new ones nothing may be far from them. */
describe.each([
	['courses that are always the same', 20_261_126, 6, 48, 1],
	['new courses', seed, isDeep ? 30 : 2, isDeep ? 60 : 16, 1.5],
])('in %s', (_which, firstSeed, runs, newcomers, leeway) => {
	beforeEach(() => (random = randomFrom(firstSeed)));

	it.each([
		{ pages: 60, roundTrip: 60, jitter: 0, most: 1.03 },
		{ pages: 60, roundTrip: 60, jitter: 15, most: 1.05 },
		{ pages: 60, roundTrip: 405, jitter: 0, most: 1.1 },
		{ pages: 60, roundTrip: 405, jitter: 20, most: 1.12 },
		{ pages: 100, roundTrip: 405, jitter: 0, most: 1.08 },
		{ pages: 100, roundTrip: 405, jitter: 20, most: 1.1 },
		{ pages: 300, roundTrip: 405, jitter: 20, most: 1.08 },
	])(
		'a login and $pages calls at $roundTrip to $jitter ms more take $most times as long as the rate demands',
		async ({ pages, roundTrip, jitter, most }) => {
			const service = new Service({ roundTrip, jitter });
			const limiter = new RateLimiter();

			const ms = await timed(async () => {
				await logInAndCall(service, limiter);
				await calls(service, limiter, pages - 1);
			});

			const floor = (1 + pages) / RATE;
			expect(ms / 1_000).toBeLessThanOrEqual(floor * (1 + (most - 1) * leeway));
		},
	);

	it.each([
		{ roundTrip: 60, jitter: 15 },
		{ roundTrip: 150, jitter: 37 },
		{ roundTrip: 150, jitter: 90 },
		{ roundTrip: 400, jitter: 100 },
		{ roundTrip: 400, jitter: 240 },
		{ roundTrip: 800, jitter: 200 },
	])(
		'one process is never refused at $roundTrip to $jitter ms more a call',
		async ({ roundTrip, jitter }) => {
			for (let run = 0; run < Math.ceil(runs / 2); run++) {
				const service = new Service({ roundTrip, jitter });

				await settle(calls(service, new RateLimiter(), 300));

				expect(mostInASecond(service.arrivals)).toBeLessThanOrEqual(RATE);
				expect(service.refused).toEqual([]);
			}
		},
	);

	it.each([
		[2, {}, 86, 8],
		[4, {}, 88, 16],
		[8, {}, 92, 45],
		[4, { countsRefused: true }, 78, 16],
		[8, { countsRefused: true }, 25, 85],
	])(
		'%i processes that know nothing of each other share what it takes: %j, %i percent at least, %i refused at most',
		async (count, rules, least, mostRefused) => {
			let [taken, refused] = [0, 0];
			for (let run = 0; run < runs; run++) {
				const service = new Service(rules);
				const processes = busy(service, count);
				await settle(sleep(60_000));
				refused += service.refused.length;
				taken += service.arrivals.length - service.refused.length;
				await processes.stop();
			}
			expect((100 * taken) / (60 * runs * RATE)).toBeGreaterThanOrEqual(least / leeway);
			expect((100 * refused) / (taken + refused)).toBeLessThanOrEqual(Math.min(mostRefused * leeway, 95));
		},
	);

	it.each([
		[1, 8, 20],
		[4, 10, 25],
	])('three calls of a newcomer beside %i that use all of it', async (others, usually, most) => {
		const seconds: number[] = [];
		for (let run = 0; run < newcomers; run++) {
			const service = new Service();
			const processes = busy(service, others);
			await settle(sleep(20_000 + Math.round(random() * 8_000)));
			const newcomer = new RateLimiter();
			const ms = await timed(async () => {
				for (let nth = 0; nth < 3; nth++) await send(service, newcomer);
			});
			seconds.push(ms / 1_000);
			await processes.stop();
		}
		expect(mean(seconds)).toBeLessThan(usually * leeway);
		// Seldom one takes longer, since it meets none of the places that are left empty.
		const slowest = seconds.sort((one, other) => other - one);
		expect(slowest[Math.floor(seconds.length / 20)]).toBeLessThan(most * leeway);
		expect(slowest[0]).toBeLessThan(60);
	});

	it('who is left alone by the others soon has the whole rate again', async () => {
		const service = new Service();
		const limiter = new RateLimiter();
		const others = busy(service, 2);
		await settle(calls(service, limiter, 60));
		await others.stop();
		await settle(calls(service, limiter, 100));
		const ms = await timed(async () => await calls(service, limiter, 100));
		expect(ms).toBeLessThanOrEqual(110_000 / RATE);
	});
});

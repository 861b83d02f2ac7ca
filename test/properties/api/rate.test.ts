import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../../nodes/AlfaCrm/api/retry';
import { depth, seed } from '../../support/depth';
import { answered } from '../../support/nodeErrors';
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
					await limiter.run({ perSecond }, async () => await send(one)).catch(() => {});
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

/** A service that takes five calls in any second and answers after about 60 ms. */
class Service {
	readonly taken: number[] = [];
	readonly refused: number[] = [];

	async call(): Promise<void> {
		await sleep(20 + Math.round(random() * 20));
		const isTaken = this.taken.filter((at) => at > Date.now() - 1_000).length < 5;
		(isTaken ? this.taken : this.refused).push(Date.now());
		await sleep(30);
		if (!isTaken) throw answered(429);
	}
}

const OPTIONS = {
	perSecond: 5,
	isIdempotent: true,
	rateLimitWaitMs: 300_000,
	call: { action: 'customer/index', atOnce: 0 },
};

const send = async (service: Service, limiter: RateLimiter) =>
	await withRetries(limiter, OPTIONS, async () => await service.call());

/** A worker with executions that make one call after the other, each at once. */
async function work(service: Service, limiter: RateLimiter, executions: number, calls: number) {
	const execution = async () => {
		await sleep(Math.round(random() * 100));
		for (let index = 0; index < calls; index++) {
			await send(service, limiter);
			await sleep(20);
		}
	};
	await Promise.all(Array.from({ length: executions }, execution));
}

describe('processes that know nothing of each other share five calls a second', () => {
	const RUNS = 12;
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	/** Means of some courses have bounds, so that these courses are always the same. */
	beforeEach(() => (random = randomFrom(20_261_126)));

	/** How many calls were taken in a second, and how many of ten refused. */
	async function course(users: (service: Service) => Array<Promise<void>>): Promise<[number, number]> {
		let [taken, refused, ms] = [0, 0, 0];
		for (let run = 0; run < RUNS; run++) {
			const service = new Service();
			const begun = Date.now();
			await settle(Promise.all(users(service)));
			ms += Math.max(...service.taken) - begun;
			taken += service.taken.length;
			refused += service.refused.length;
		}
		return [taken / (ms / 1_000), (refused / (taken + refused)) * 10];
	}

	it.each([
		['two workers', [12, 12], 10, 4.45, 0.4],
		['four workers', [6, 6, 6, 6], 10, 4.4, 0.9],
		['four workers, two of them with hardly any work', [10, 10, 2, 2], 10, 4.35, 0.8],
		['eight workers', [3, 3, 3, 3, 3, 3, 3, 3], 10, 4.3, 2.2],
	])('%s', async (_what, executions, calls, least, mostOfTen) => {
		const [taken, refused] = await course((service) =>
			executions.map(async (count) => await work(service, new RateLimiter(), count, calls)),
		);
		expect(taken).toBeGreaterThanOrEqual(least);
		expect(refused).toBeLessThan(mostOfTen);
	});

	it('another program that uses the account for a while costs no more than its calls', async () => {
		const program = async (service: Service) => {
			for (let index = 0; index < 30; index++) {
				await service.call().catch(() => {});
				await sleep(450);
			}
		};
		const [, refused] = await course((service) => [
			work(service, new RateLimiter(), 6, 25),
			program(service),
		]);
		expect(refused).toBeLessThan(1);
	});

	it.each([
		[1, 6, 12],
		[2, 7, 20],
		[4, 9, 25],
		[8, 25, 60],
	])('who comes while %i others use all of it finds a place in seconds', async (others, usually, most) => {
		const seconds: number[] = [];
		for (let run = 0; run < RUNS; run++) {
			const service = new Service();
			let isOver = false;
			const user = async (limiter: RateLimiter) => {
				await sleep(Math.round(random() * 700));
				while (!isOver) await send(service, limiter);
			};
			const limiters = Array.from({ length: others }, () => new RateLimiter());
			const users = limiters.flatMap((limiter) => Array.from({ length: 6 }, async () => await user(limiter)));
			await settle(sleep(20_000 + Math.round(random() * 5_000)));
			const ms = await timed(async () => await send(service, new RateLimiter()));
			seconds.push(ms / 1_000);
			isOver = true;
			await settle(Promise.all(users));
		}
		expect(mean(seconds)).toBeLessThan(usually);
		expect(Math.max(...seconds)).toBeLessThan(most);
	});

	it('and one that is alone loses hardly anything by leaving places to others', async () => {
		const service = new Service();
		await settle(work(service, new RateLimiter(), 6, 100));
		// 600 calls at five a second; 121.3 s where it leaves none.
		expect(service.taken[599] - service.taken[0]).toBeLessThan(123_000);
		expect(service.refused).toHaveLength(0);
	});
});

it('a process that is alone uses the rate well, and again has all of it after others have left', async () => {
	const service = new Service();
	const limiter = new RateLimiter();
	const others = [limiter, new RateLimiter()].map(async (one) => await work(service, one, 4, 20));
	await settle(Promise.all(others));
	await settle(work(service, limiter, 4, 20));
	const begun = Date.now();
	await settle(work(service, limiter, 4, 20));
	// 80 calls at five a second.
	expect(Math.max(...service.taken) - begun).toBeLessThanOrEqual(16_600);
});

import { clock } from './clockOfOpenings';
import { sleep } from 'n8n-workflow';

import { ResponseError } from '../../nodes/AlfaCrm/api/errors';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../nodes/AlfaCrm/api/retry';
import { timed } from './limiterSupport';
import { answered } from '../support/nodeErrors';
import { randomFrom } from '../support/random';

let random: () => number;
beforeEach(() => {
	clock.differsBy = 0;
	jest.useFakeTimers({ now: 0 });
	random = randomFrom(20_261_126);
	jest.spyOn(Math, 'random').mockImplementation(() => random());
});
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

/** A service that takes five calls in any second and answers after about 60 ms. */
class Service {
	readonly taken: number[] = [];
	readonly refused: number[] = [];

	/**
	 * @param countsRefused a refused call is one of the five, too
	 * @param distance how many milliseconds a call and its answer are longer on their way, each
	 */
	constructor(
		private readonly countsRefused = false,
		private readonly distance = 0,
	) {}

	async call(): Promise<void> {
		await sleep(this.distance + 20 + Math.round(random() * 20));
		const counted = this.countsRefused ? [...this.taken, ...this.refused] : this.taken;
		const isTaken = counted.filter((at) => at > Date.now() - 1_000).length < 5;
		(isTaken ? this.taken : this.refused).push(Date.now());
		await sleep(this.distance + 30);
		if (!isTaken) throw answered(429);
	}
}

const OPTIONS = {
	perSecond: 5,
	isIdempotent: true,
	rateLimitWaitMs: 300_000,
	call: { action: 'customer/index', atOnce: 0 },
};

/** A worker with executions that make one call after the other, each at once. */
async function work(
	service: Service,
	limiter: RateLimiter,
	executions: number,
	calls: number,
): Promise<void> {
	const execution = async () => {
		await sleep(Math.round(random() * 100));
		for (let index = 0; index < calls; index++) {
			await withRetries(limiter, OPTIONS, async () => await service.call());
			await sleep(20);
		}
	};
	await Promise.all(Array.from({ length: executions }, execution));
}

interface Course {
	takenASecond: number;
	refusedOfTen: number;
}

/** Means of several courses, each with other times. */
async function course(
	{ runs = 12, countsRefused, distance }: { runs?: number; countsRefused?: boolean; distance?: number },
	users: (service: Service) => Array<Promise<void>>,
): Promise<Course> {
	let [taken, refused, ms] = [0, 0, 0];
	for (let run = 0; run < runs; run++) {
		const service = new Service(countsRefused, distance);
		const begun = Date.now();
		await timed(async () => await Promise.all(users(service)));
		ms += Math.max(...service.taken) - begun;
		taken += service.taken.length;
		refused += service.refused.length;
	}
	return { takenASecond: taken / (ms / 1_000), refusedOfTen: (refused / (taken + refused)) * 10 };
}

const workers =
	(executions: readonly number[], calls = 10) =>
	(service: Service) =>
		executions.map(async (count) => await work(service, new RateLimiter(), count, calls));

describe('processes that know nothing of each other share five calls a second', () => {
	it.each([
		['two workers', [12, 12], 4.45, 0.4],
		['four workers', [6, 6, 6, 6], 4.4, 0.9],
		['four workers, one of them with hardly any work', [10, 10, 2, 2], 4.35, 0.8],
		['four workers with more to do', [20, 20, 20, 20], 4.6, 0.9],
		['eight workers', [3, 3, 3, 3, 3, 3, 3, 3], 4.3, 2.2],
	])('%s', async (_what, executions, least, most) => {
		const { takenASecond, refusedOfTen } = await course({}, workers(executions));
		expect(takenASecond).toBeGreaterThanOrEqual(least);
		expect(refusedOfTen).toBeLessThan(most);
	});

	it('also where a refused call counts', async () => {
		const { takenASecond } = await course({ countsRefused: true }, workers([6, 6, 6, 6]));
		expect(takenASecond).toBeGreaterThanOrEqual(3.3);
	});
});

describe('whoever comes while others use all of it finds a place', () => {
	/** Seconds that the first call of one more process takes, in several courses. */
	async function waits(others: number): Promise<number[]> {
		const seconds: number[] = [];
		for (let run = 0; run < 12; run++) {
			const service = new Service();
			let isOver = false;
			const user = async (limiter: RateLimiter) => {
				await sleep(Math.round(random() * 700));
				while (!isOver) await withRetries(limiter, OPTIONS, async () => await service.call());
			};
			const process = async (limiter: RateLimiter) =>
				await Promise.all(Array.from({ length: 6 }, async () => await user(limiter)));
			await timed(async () => {
				const all = Array.from({ length: others }, async () => await process(new RateLimiter()));
				await sleep(20_000 + Math.round(random() * 5_000));
				const begun = Date.now();
				await withRetries(new RateLimiter(), OPTIONS, async () => await service.call());
				seconds.push((Date.now() - begun) / 1_000);
				isOver = true;
				await Promise.all(all);
			});
		}
		return seconds;
	}

	const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

	it.each([
		[1, 6, 12],
		[2, 7, 20],
		[4, 9, 25],
		[8, 25, 60],
	])('within seconds: %i others', async (others, usually, most) => {
		const seconds = await waits(others);
		expect(mean(seconds)).toBeLessThan(usually);
		expect(Math.max(...seconds)).toBeLessThan(most);
	});

	it.each([
		[50, 9],
		[100, 15],
		[-200, 25],
		[300, 30],
		[2_000, 45],
	])('later where the clocks differ: by %i ms', async (ms, usually) => {
		clock.differsBy = ms;
		expect(mean(await waits(1))).toBeLessThan(usually);
	});
});

it('alone, a process loses hardly anything by leaving places to others', async () => {
	const service = new Service();
	await timed(async () => await work(service, new RateLimiter(), 6, 100));
	// 600 calls at five a second; 121.3 s where it leaves none.
	expect(service.taken[599] - service.taken[0]).toBeLessThan(123_000);
	expect(service.refused).toHaveLength(0);
});

it.each([200, 400])('also where the service is far away: %i ms longer each way', async (distance) => {
	const program = async (service: Service) => {
		for (let index = 0; index < 60; index++) {
			void service.call().catch(() => {});
			await sleep(1_000);
		}
	};
	const { refusedOfTen } = await course({ distance }, (service) => [
		work(service, new RateLimiter(), 12, 15),
		program(service),
	]);
	expect(refusedOfTen).toBeLessThan(1);
});

it('another program that uses the account for a while costs no more than its calls', async () => {
	const program = async (service: Service) => {
		for (let index = 0; index < 30; index++) {
			await service.call().catch(() => {});
			await sleep(450);
		}
	};
	const { refusedOfTen } = await course({}, (service) => [
		work(service, new RateLimiter(), 6, 25),
		program(service),
	]);
	expect(refusedOfTen).toBeLessThan(1);
});

it('alone again, a process has the whole rate after seconds', async () => {
	const service = new Service();
	const limiter = new RateLimiter();
	const course = async () => {
		const begun = Date.now();
		await timed(async () => await work(service, limiter, 4, 20));
		return Math.max(...service.taken) - begun;
	};
	await Promise.all([course(), work(service, new RateLimiter(), 4, 20)]);
	await course();
	// 80 calls at five a second.
	expect(await course()).toBeLessThanOrEqual(16_600);
});

it.each([answered(400), answered(403), new Error('socket hang up')])(
	'a call that fails for another reason than the rate was taken: %s',
	async (error) => {
		const limiter = new RateLimiter();
		const call = async (outcome?: Error) =>
			await limiter
				.run({ perSecond: 5 }, async () => await (outcome ? Promise.reject(outcome) : Promise.resolve()))
				.catch(() => {});
		const took = await timed(async () => {
			await call(answered(429));
			for (let index = 0; index < 5; index++) await call(error);
			for (let index = 0; index < 5; index++) await call();
		});
		// The first place is found at an opening.
		expect(took).toBeLessThan(9_500);
	},
);

it('a call that was not sent in the end does not count as taken', async () => {
	const limiter = new RateLimiter();
	const times: number[] = [];
	const call = async (outcome?: Error) =>
		await limiter
			.run({ perSecond: 5 }, async () => {
				times.push(Date.now());
				return await (outcome ? Promise.reject(outcome) : Promise.resolve());
			})
			.catch(() => {});
	await timed(async () => {
		await call(answered(429));
		await call(new ResponseError({ kind: 'notSent' }));
		await call();
	});
	// Nothing is known of what is left, so the next one is a try, too.
	expect(times[2] - times[1]).toBeGreaterThanOrEqual(1_000);
});

it('a login that is a part of a call does not wait for what comes of that call', async () => {
	const limiter = new RateLimiter();
	const done = jest.fn(async () => await Promise.resolve());
	const took = await timed(async () => {
		await limiter.run({ perSecond: 5 }, async () => await Promise.reject(answered(429))).catch(() => {});
		await limiter.run({ perSecond: 5 }, async () => {
			await limiter.run({ perSecond: 5 }, done);
			await limiter.reserve(5);
		});
	});
	expect(done).toHaveBeenCalledTimes(1);
	// Each of them looks for a place.
	expect(took).toBeLessThan(18_000);
});

it('a probe that hangs does not hold up the others', async () => {
	const limiter = new RateLimiter();
	const took = await timed(async () => {
		await limiter.run({ perSecond: 5 }, async () => await Promise.reject(answered(429))).catch(() => {});
		void limiter.run({ perSecond: 5 }, async () => await new Promise(() => {}));
		await limiter.run({ perSecond: 5 }, async () => await Promise.resolve());
	});
	expect(took).toBeLessThan(12_000);
});

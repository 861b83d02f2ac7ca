import { sleep } from 'n8n-workflow';

import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { startAll, timed } from './limiterSupport';
import { randomFrom } from '../support/random';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

/** A host that notes when requests reach it. */
class Server {
	readonly arrivals: number[] = [];

	/** A request that is `way` ms on its way and answered `rest` ms after it arrived. */
	request(way: number, rest: number): () => Promise<void> {
		return async () => {
			await sleep(way);
			this.arrivals.push(Date.now());
			await sleep(rest);
		};
	}

	/** How many requests came in the fullest of all seconds, wherever it begins. */
	get mostInASecond(): number {
		const counts = this.arrivals.map(
			(first) => this.arrivals.filter((time) => time >= first && time < first + 1_000).length,
		);
		return Math.max(0, ...counts);
	}
}

describe('as the server sees it, never more than the limit arrives in any second', () => {
	/** Ways take at least 10 ms, answers at least 40 ms more; what comes on top differs. */
	type Extra = (random: () => number) => number;
	const none: Extra = () => 0;
	const some: Extra = (random) => random() * 300;
	const rarelyLong: Extra = (random) => (random() < 0.1 ? random() * 900 : random() * 20);

	/** One quick round trip that a host has answered before, so that the limiter knows how quick it can be. */
	const warmUp = async (limiter: RateLimiter, server: Server, perSecond: number) => {
		await limiter.run({ perSecond }, server.request(10, 40));
	};

	type Users = (send: () => Promise<void>, random: () => number) => Promise<unknown>;
	const atOnce: Users = async (send) => await Promise.all(Array.from({ length: 60 }, send));
	const oneByOne: Users = async (send) => {
		for (let index = 0; index < 60; index++) await send();
	};
	const comingAndGoing: Users = async (send, random) =>
		await Promise.all(
			Array.from({ length: 12 }, async () => {
				await sleep(random() * 5_000);
				for (let index = 0; index < 5; index++) {
					await send();
					await sleep(random() * 400);
				}
			}),
		);

	const latencies: Array<[string, Extra, Extra]> = [
		['constant latencies', none, none],
		['ways of random length', some, none],
		['answers that take random time', none, some],
		['both', some, some],
		['a few ways that are very long', rarelyLong, none],
		['a few ways and answers that are very long', rarelyLong, rarelyLong],
	];
	const usages: Array<[string, Users]> = [
		['requests all at once', atOnce],
		['one request after the other', oneByOne],
		['users who come and go', comingAndGoing],
	];
	const limits = [1, 3, 5, 8];
	const cases = latencies.flatMap(([latency, way, rest]) =>
		usages.flatMap(([usage, users]) =>
			limits.map((limit): [string, string, number, Extra, Extra, Users] => [
				usage,
				latency,
				limit,
				way,
				rest,
				users,
			]),
		),
	);

	it.each(cases)('%s, %s, %d a second', async (_usage, _latency, perSecond, way, rest, users) => {
		for (let seed = 1; seed <= 5; seed++) {
			const random = randomFrom(seed);
			const limiter = new RateLimiter();
			const server = new Server();
			await timed(async () => {
				await warmUp(limiter, server, perSecond);
				await users(
					async () => await limiter.run({ perSecond }, server.request(10 + way(random), 40 + rest(random))),
					random,
				);
			});
			expect(server.arrivals).toHaveLength(61);
			expect(server.mostInASecond).toBeLessThanOrEqual(perSecond);
		}
	});

	it('also when the very first request is slow on its way, as a new connection is', async () => {
		const limiter = new RateLimiter();
		const server = new Server();
		await timed(async () => {
			await limiter.run({ perSecond: 5 }, server.request(500, 50));
			for (let index = 0; index < 30; index++) await limiter.run({ perSecond: 5 }, server.request(10, 50));
		});
		expect(server.mostInASecond).toBeLessThanOrEqual(5);
	});

	it('also when the first requests go out together, each over a new and slow connection', async () => {
		const limiter = new RateLimiter();
		const server = new Server();
		await timed(
			async () =>
				await Promise.all(
					Array.from(
						{ length: 30 },
						async (_unused, index) =>
							await limiter.run({ perSecond: 5 }, server.request(index < 5 ? 300 + index * 100 : 10, 50)),
					),
				),
		);
		expect(server.mostInASecond).toBeLessThanOrEqual(5);
	});

	it('also when requests end without an answer', async () => {
		const limiter = new RateLimiter();
		const server = new Server();
		const broken = (way: number) => async () => {
			await server.request(way, 0)();
			throw new Error('socket hang up');
		};
		await timed(async () => {
			await warmUp(limiter, server, 5);
			const random = randomFrom(7);
			await Promise.allSettled(
				Array.from(
					{ length: 40 },
					async () => await limiter.run({ perSecond: 5 }, broken(10 + random() * 200)),
				),
			);
		});
		expect(server.arrivals).toHaveLength(41);
		expect(server.mostInASecond).toBeLessThanOrEqual(5);
	});
});

describe('the limit is used well', () => {
	const count = 100;
	const ideal = (count / 5) * 1_000;

	it('by requests of 60 ms, one after the other', async () => {
		const limiter = new RateLimiter();
		const took = await timed(async () => {
			for (let index = 0; index < count; index++)
				await limiter.run({ perSecond: 5 }, new Server().request(20, 40));
		});
		expect(took).toBeLessThanOrEqual(1.03 * ideal);
	});

	it('by requests of 60 ms, all at once', async () => {
		const limiter = new RateLimiter();
		const took = await timed(
			async () =>
				await Promise.all(
					Array.from(
						{ length: count },
						async () => await limiter.run({ perSecond: 5 }, new Server().request(20, 40)),
					),
				),
		);
		expect(took).toBeLessThanOrEqual(1.03 * ideal);
	});

	it('and a first handful does not wait at all', async () => {
		const sent = startAll(new RateLimiter(), 5, 5);
		await jest.advanceTimersByTimeAsync(0);
		expect(sent).toEqual([0, 0, 0, 0, 0]);
	});

	it('and after a pause there is room at once', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5);
		await jest.advanceTimersByTimeAsync(3_000);
		const sent = startAll(limiter, 5, 5);
		await jest.advanceTimersByTimeAsync(0);
		expect(sent).toEqual([0, 0, 0, 0, 0]);
	});
});

it('keeps the order in which requests came', async () => {
	const limiter = new RateLimiter();
	const random = randomFrom(3);
	const order: number[] = [];
	await timed(
		async () =>
			await Promise.all(
				Array.from(
					{ length: 40 },
					async (_unused, index) =>
						await limiter.run({ perSecond: 5 }, async () => {
							order.push(index);
							await sleep(random() * 700);
						}),
				),
			),
	);
	expect(order).toEqual([...order].sort((a, b) => a - b));
	expect(order).toHaveLength(40);
});

it('has no limit at 0 a second', async () => {
	const sent = startAll(new RateLimiter(), 0, 500);
	await jest.advanceTimersByTimeAsync(0);
	expect(sent).toHaveLength(500);
});

it('hands the answer on, and the very error', async () => {
	const limiter = new RateLimiter();
	const error = new Error('no');
	await expect(limiter.run({ perSecond: 5 }, async () => await Promise.resolve('yes'))).resolves.toBe('yes');
	await expect(limiter.run({ perSecond: 5 }, async () => await Promise.reject(error))).rejects.toBe(error);
});

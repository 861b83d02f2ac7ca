import { sleep } from 'n8n-workflow';

import { pause } from '../../nodes/AlfaCrm/api/cancel';
import { RateLimiter, rateLimiterOf, readRate } from '../../nodes/AlfaCrm/api/rateLimiter';
import { randomFrom } from './support';

beforeEach(() => jest.useFakeTimers());
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

const answer = () => Promise.resolve();
const never = () => new Promise<void>(() => {});

/** Runs what is given to its end and tells how many milliseconds it took. */
async function timed(work: () => Promise<unknown>): Promise<number> {
	const begun = Date.now();
	const done = work();
	await jest.runAllTimersAsync();
	await done;
	return Date.now() - begun;
}

/** Starts `count` requests at once and notes when each of them is sent, in ms from now. */
function startAll(
	limiter: RateLimiter,
	perSecond: number,
	count: number,
	send: () => Promise<unknown> = answer,
) {
	const begun = Date.now();
	const sent: number[] = [];
	for (let index = 0; index < count; index++) {
		void limiter.run({ perSecond }, async () => {
			sent.push(Date.now() - begun);
			await send();
		});
	}
	return sent;
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

describe('a clock that is put', () => {
	it.each([-3_600_000, 3_600_000])('%i ms further changes nothing', async (ms) => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5);
		await jest.advanceTimersByTimeAsync(0);
		limiter.pauseFor(1_500);
		jest.setSystemTime(Date.now() + ms);
		const begun = performance.now();
		const sent: number[] = [];
		for (let index = 0; index < 2; index++)
			void limiter.run({ perSecond: 5 }, async () => void sent.push(performance.now() - begun));
		await jest.advanceTimersByTimeAsync(3_000);
		expect(sent).toEqual([1_500, 1_500]);
	});
});

describe('pass', () => {
	it('takes a place like a request of its own', async () => {
		const limiter = new RateLimiter();
		for (let index = 0; index < 5; index++) await limiter.reserve(5);
		const sent = startAll(limiter, 5, 1);
		await jest.advanceTimersByTimeAsync(999);
		expect(sent).toEqual([]);
		await jest.advanceTimersByTimeAsync(1_500);
		expect(sent).toHaveLength(1);
	});

	it('waits for its turn like one', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5);
		let passed = false;
		void limiter.reserve(5).then(() => (passed = true));
		await jest.advanceTimersByTimeAsync(999);
		expect(passed).toBe(false);
		await jest.advanceTimersByTimeAsync(100);
		expect(passed).toBe(true);
	});
});

describe('closeFor', () => {
	it('holds all requests, those that come later too, and then lets them through at the usual pace', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(3_000);
		const first = startAll(limiter, 5, 7);
		await jest.advanceTimersByTimeAsync(2_000);
		const later = startAll(limiter, 5, 1);
		await jest.advanceTimersByTimeAsync(999);
		expect([...first, ...later]).toEqual([]);
		await jest.advanceTimersByTimeAsync(100);
		expect(first).toHaveLength(5);
		await jest.advanceTimersByTimeAsync(1_100);
		expect([first.length, later.length]).toEqual([7, 1]);
	});

	it('holds requests without a limit as well', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(3_000);
		const sent = startAll(limiter, 0, 3);
		await jest.advanceTimersByTimeAsync(2_999);
		expect(sent).toEqual([]);
		await jest.advanceTimersByTimeAsync(1);
		expect(sent).toHaveLength(3);
	});

	it('holds one that already waits for room', async () => {
		const limiter = new RateLimiter();
		const sent = startAll(limiter, 5, 6);
		await jest.advanceTimersByTimeAsync(500);
		limiter.pauseFor(5_000);
		await jest.advanceTimersByTimeAsync(4_999);
		expect(sent).toHaveLength(5);
		await jest.advanceTimersByTimeAsync(1);
		expect(sent).toHaveLength(6);
	});

	it('is not cut short by a shorter one', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(5_000);
		limiter.pauseFor(1_000);
		const sent = startAll(limiter, 5, 1);
		await jest.advanceTimersByTimeAsync(4_999);
		expect(sent).toEqual([]);
		await jest.advanceTimersByTimeAsync(1);
		expect(sent).toHaveLength(1);
	});
});

describe('requests that hang', () => {
	it('do not block the limiter for ever, only for about two seconds', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5, never);
		const sent = startAll(limiter, 5, 5);
		await jest.advanceTimersByTimeAsync(2_500);
		expect(sent).toHaveLength(5);
	});

	it('make room as soon as they fail, once a second has passed', async () => {
		const limiter = new RateLimiter();
		await Promise.all([
			jest.advanceTimersByTimeAsync(50),
			limiter.run({ perSecond: 1 }, async () => await sleep(50)),
		]);
		await jest.advanceTimersByTimeAsync(2_000);
		const failing = limiter.run({ perSecond: 1 }, async () => {
			await sleep(1_500);
			throw new Error('socket hang up');
		});
		failing.catch(() => {});
		const sent = startAll(limiter, 1, 1);
		await jest.advanceTimersByTimeAsync(2_500);
		expect(sent).toHaveLength(1);
	});
});

describe('a cancelled execution', () => {
	/** Notes what becomes of a request: when it is sent, when it is rejected. */
	function watched(limiter: RateLimiter, signal?: AbortSignal) {
		const begun = Date.now();
		const fate: { sentAt?: number; rejectedAt?: number; error?: Error } = {};
		limiter
			.run({ perSecond: 5, signal }, async () => {
				fate.sentAt = Date.now() - begun;
				await Promise.resolve();
			})
			.catch((error: Error) => Object.assign(fate, { rejectedAt: Date.now() - begun, error }));
		return fate;
	}

	it('gets its rejection at once and the next ones go on as if it had not been there', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5);
		const stop = new AbortController();
		const cancelled = watched(limiter, stop.signal);
		const other = watched(limiter, new AbortController().signal);
		const third = watched(limiter);
		await jest.advanceTimersByTimeAsync(300);
		stop.abort();
		await jest.advanceTimersByTimeAsync(0);
		expect(cancelled).toMatchObject({ rejectedAt: 300, error: { message: 'The execution was cancelled' } });
		await jest.advanceTimersByTimeAsync(799);
		expect(cancelled.sentAt).toBeUndefined();
		expect(other.sentAt).toBeLessThan(1_100);
		expect(third.sentAt).toBeLessThan(1_100);
	});

	it('gets it while the limiter is closed', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		const stop = new AbortController();
		const cancelled = watched(limiter, stop.signal);
		const other = watched(limiter);
		await jest.advanceTimersByTimeAsync(1_000);
		stop.abort();
		await jest.advanceTimersByTimeAsync(0);
		expect(cancelled.rejectedAt).toBe(1_000);
		await jest.advanceTimersByTimeAsync(60_000);
		expect(other.sentAt).toBe(60_000);
	});

	it('gets it at once although others wait in front of it', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 50);
		const stop = new AbortController();
		const cancelled = watched(limiter, stop.signal);
		await jest.advanceTimersByTimeAsync(300);
		stop.abort();
		await jest.advanceTimersByTimeAsync(0);
		expect(cancelled.rejectedAt).toBe(300);
	});

	it('sends nothing any more, even if there is room when its turn comes', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 8);
		const stop = new AbortController();
		const cancelled = watched(limiter, stop.signal);
		await jest.advanceTimersByTimeAsync(300);
		stop.abort();
		await jest.advanceTimersByTimeAsync(5_000);
		expect(cancelled.sentAt).toBeUndefined();
		expect(cancelled.rejectedAt).toBeDefined();
	});

	it('sends nothing if it was cancelled before', async () => {
		const cancelled = watched(new RateLimiter(), AbortSignal.abort());
		await jest.advanceTimersByTimeAsync(5_000);
		expect(cancelled.sentAt).toBeUndefined();
		expect(cancelled.rejectedAt).toBe(0);
	});

	it('does not take a place from the others', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 5);
		const stop = new AbortController();
		Array.from({ length: 20 }, () => watched(limiter, stop.signal));
		const others = Array.from({ length: 5 }, () => watched(limiter));
		await jest.advanceTimersByTimeAsync(100);
		stop.abort();
		await jest.advanceTimersByTimeAsync(1_000);
		expect(others.filter(({ sentAt }) => sentAt !== undefined)).toHaveLength(5);
	});
});

describe('pause', () => {
	it('ends when its time is over', async () => {
		expect(await timed(async () => await pause(4_000))).toBe(4_000);
	});

	it('ends at once when the execution is cancelled', async () => {
		const stop = new AbortController();
		const paused = pause(4_000, stop.signal);
		const rejected = expect(paused).rejects.toThrow('The execution was cancelled');
		await jest.advanceTimersByTimeAsync(10);
		stop.abort();
		await rejected;
	});

	it('leaves no listener on the signal behind', async () => {
		const { signal } = new AbortController();
		const added = jest.spyOn(signal, 'addEventListener');
		const removed = jest.spyOn(signal, 'removeEventListener');
		await timed(async () => await pause(10, signal));
		expect(removed.mock.calls.length).toBe(added.mock.calls.length);
	});
});

describe('rateLimiterOf', () => {
	it('gives the same limiter for the same host, to all nodes and executions', () => {
		expect(rateLimiterOf('https://same.s20.online')).toBe(rateLimiterOf('https://same.s20.online'));
	});

	it('lets two hosts run side by side', async () => {
		const one = rateLimiterOf('https://one.s20.online');
		const two = rateLimiterOf('https://two.s20.online');
		one.pauseFor(10_000);
		const held = startAll(one, 5, 5);
		const sent = startAll(two, 5, 5);
		await jest.advanceTimersByTimeAsync(0);
		expect([held.length, sent.length]).toEqual([0, 5]);
	});
});

describe('readRate', () => {
	it.each([
		[5, 5],
		['3', 3],
		[0, 0],
		['0', 0],
		[2.7, 2],
		[0.5, 1],
		[undefined, 5],
		[null, 5],
		['', 5],
		['many', 5],
		[NaN, 5],
		[-1, 5],
		[Infinity, 5],
	])('reads %j as %d, and never as no limit by mistake', (value, rate) => {
		expect(readRate(value)).toBe(rate);
	});
});

import { sleep } from 'n8n-workflow';

import { pause } from '../../../nodes/AlfaCrm/api/cancel';
import { Concurrency, MOST_AT_ONCE } from '../../../nodes/AlfaCrm/api/concurrency';
import { readRate } from '../../../nodes/AlfaCrm/api/rate';
import { RateLimiter, rateLimiterOf } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { answered } from '../../support/nodeErrors';
import { settle, stopTime, timed } from './clock';

// What arrives at the server in any second, and what several processes make of one rate, is in test/properties/api/rate.test.ts.

const RATE = { perSecond: 5 };
const taken = async () => await Promise.resolve();
const refused = async () => await Promise.reject(answered(429));
const never = async () => await new Promise<never>(() => {});

/** Notes what becomes of a call: when it is sent and when it is rejected, in milliseconds from now. */
function watched(limiter: RateLimiter, { perSecond = 5, signal, send = taken }: Watched = {}) {
	const begun = performance.now();
	const fate: { sentAt?: number; rejectedAt?: number; message?: string } = {};
	limiter
		.run({ perSecond, signal }, async () => {
			fate.sentAt = performance.now() - begun;
			await send();
		})
		.catch(({ message }: Error) => Object.assign(fate, { rejectedAt: performance.now() - begun, message }));
	return fate;
}

interface Watched {
	perSecond?: number;
	signal?: AbortSignal;
	send?: () => Promise<unknown>;
}

const several = (count: number, limiter: RateLimiter, options?: Watched) =>
	Array.from({ length: count }, () => watched(limiter, options));
const sentOf = (fates: ReadonlyArray<{ sentAt?: number }>) =>
	fates.flatMap(({ sentAt }) => (sentAt === undefined ? [] : [sentAt]));
const later = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

describe('the rate limit', () => {
	stopTime({ random: () => 0 });

	it.each([
		['over a new connection that is slow', 1, 500],
		['that go out together, each over a new and slow connection', 5, 300],
	])('holds though the first calls are those %s', async (_what, slow, way) => {
		const limiter = new RateLimiter();
		const arrivals: number[] = [];
		const call = async (_unused: unknown, index: number) =>
			await limiter.run(RATE, async () => {
				await sleep(index < slow ? way + index * 100 : 10);
				arrivals.push(performance.now());
				await sleep(50);
			});
		await settle(Promise.all(Array.from({ length: 30 }, call)));
		const inOrder = arrivals.sort((a, b) => a - b);
		expect(inOrder).toHaveLength(30);
		for (const [index, at] of inOrder.slice(5).entries())
			expect(at - inOrder[index]).toBeGreaterThanOrEqual(1_000);
	});

	it('lets a first handful go at once, and another one after a pause', async () => {
		const limiter = new RateLimiter();
		for (let time = 1; time <= 2; time++) {
			const calls = several(5, limiter);
			await later(0);
			expect(sentOf(calls)).toEqual([0, 0, 0, 0, 0]);
			await later(3_000);
		}
	});

	it('keeps the order in which calls came, and does not exist at 0 a second', async () => {
		const limiter = new RateLimiter();
		const order: number[] = [];
		const call = async (_unused: unknown, index: number) =>
			await limiter.run(RATE, async () => {
				order.push(index);
				await sleep((index * 377) % 700);
			});
		await settle(Promise.all(Array.from({ length: 40 }, call)));
		expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
		const unlimited = several(500, new RateLimiter(), { perSecond: 0 });
		await later(0);
		expect(sentOf(unlimited)).toHaveLength(500);
	});

	it('hands the answer on, and the very error', async () => {
		const limiter = new RateLimiter();
		const error = new Error('no');
		await expect(limiter.run(RATE, async () => await Promise.resolve('yes'))).resolves.toBe('yes');
		await expect(limiter.run(RATE, async () => await Promise.reject(error))).rejects.toBe(error);
	});

	it('is one for all that call the same host, and another one for another host', async () => {
		const one = rateLimiterOf('https://one.s20.online');
		expect(rateLimiterOf('https://one.s20.online')).toBe(one);
		one.pauseFor(10_000);
		const [held, free] = [watched(one), watched(rateLimiterOf('https://two.s20.online'))];
		await later(0);
		expect([held.sentAt, free.sentAt]).toEqual([undefined, 0]);
	});

	it('counts a place that is taken for what somebody else sends', async () => {
		const limiter = new RateLimiter();
		for (let index = 0; index < 5; index++) await limiter.reserve(5);
		const call = watched(limiter);
		const reserved = timed(async () => await limiter.reserve(5));
		await later(2_500);
		expect(call.sentAt).toBeGreaterThan(1_000);
		expect(await reserved).toBeGreaterThan(1_000);
	});

	it('is not blocked by calls that hang for longer than two seconds', async () => {
		const limiter = new RateLimiter();
		several(5, limiter, { send: never });
		const after = several(5, limiter);
		await later(2_500);
		expect(sentOf(after)).toHaveLength(5);
	});

	it.each([-3_600_000, 3_600_000])('goes on as before when the clock is put %i ms further', async (ms) => {
		const limiter = new RateLimiter();
		several(5, limiter);
		await later(0);
		limiter.pauseFor(1_500);
		jest.setSystemTime(Date.now() + ms);
		const calls = several(2, limiter);
		await later(3_000);
		expect(sentOf(calls)).toEqual([1_500, 1_500]);
	});

	it.each([
		[5, 5],
		['0', 0],
		['0.5', 0.5],
		[0.001, 0.1],
		[null, 5],
		['', 5],
		['many', 5],
		[-1, 5],
		[Infinity, 5],
	])('is read from %j as %d, and never as none by mistake', (value, rate) => {
		expect(readRate(value)).toBe(rate);
	});
});

describe('while a host has asked for a pause', () => {
	stopTime({ random: () => 0 });

	it('no call is sent, neither one that waits already nor one that comes later, and then all at the usual pace', async () => {
		const limiter = new RateLimiter();
		const waiting = several(6, limiter);
		await later(500);
		limiter.pauseFor(3_000);
		// A shorter one does not cut it short.
		limiter.pauseFor(1_000);
		const more = several(6, limiter);
		await later(2_999);
		expect([sentOf(waiting).length, sentOf(more).length]).toEqual([5, 0]);
		await later(100);
		expect([sentOf(waiting).length, sentOf(more).length]).toEqual([6, 4]);
		await later(1_100);
		expect(sentOf(more)).toHaveLength(6);
	});

	it('calls without a limit wait as well', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(3_000);
		const calls = several(3, limiter, { perSecond: 0 });
		await later(5_000);
		expect(sentOf(calls)).toEqual([3_000, 3_000, 3_000]);
	});
});

describe('an execution that is cancelled', () => {
	stopTime({ random: () => 0 });

	it.each<[what: string, before: (limiter: RateLimiter) => unknown]>([
		['for a place', (limiter) => several(5, limiter)],
		['behind others, with room when its turn comes', (limiter) => several(48, limiter)],
		['while the host has asked for a pause', (limiter) => limiter.pauseFor(60_000)],
	])(
		'ends at once though it waits %s, sends nothing any more, and the next ones go on without it',
		async (_what, before) => {
			const limiter = new RateLimiter();
			const reference = new RateLimiter();
			before(limiter);
			before(reference);
			const stop = new AbortController();
			const cancelled = several(20, limiter, { signal: stop.signal });
			const [next, usually] = [watched(limiter), watched(reference)];
			await later(300);
			stop.abort();
			await later(120_000);
			for (const fate of cancelled)
				expect(fate).toEqual({ rejectedAt: 300, message: 'The execution was cancelled' });
			expect(next.sentAt).toBeDefined();
			expect(next.sentAt).toBe(usually.sentAt);
		},
	);

	it('before it calls sends nothing', async () => {
		const cancelled = watched(new RateLimiter(), { signal: AbortSignal.abort() });
		await later(5_000);
		expect(cancelled).toEqual({ rejectedAt: 0, message: 'The execution was cancelled' });
	});

	it('does not finish a pause, and leaves no listener on its signal behind', async () => {
		expect(await timed(async () => await pause(4_000))).toBe(4_000);
		const stop = new AbortController();
		const added = jest.spyOn(stop.signal, 'addEventListener');
		const removed = jest.spyOn(stop.signal, 'removeEventListener');
		await settle(pause(10, stop.signal));
		expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
		const paused = expect(pause(4_000, stop.signal)).rejects.toThrow('The execution was cancelled');
		stop.abort();
		await paused;
	});
});

describe('how many calls are needed at once', () => {
	/** Answers that took so long, one after the other. */
	const answer = (concurrency: Concurrency, count: number, ms: number, action = 'customer/index') => {
		for (let index = 0; index < count; index++) concurrency.answered(ms, action);
	};

	it.each([
		[0, 5, 1],
		[201, 5, 2],
		[3_000, 5, 5],
		[800, 1, 1],
		[1, 0, 5],
	])('with round trips of %i ms and %i calls a second: %i', (ms, perSecond, needed) => {
		const concurrency = new Concurrency();
		expect(concurrency.needed(perSecond)).toBe(1);
		answer(concurrency, 3, ms);
		expect(concurrency.needed(perSecond)).toBe(needed);
	});

	it('is told by the usual round trip, not by one that took long', () => {
		const concurrency = new Concurrency();
		answer(concurrency, 4, 100);
		answer(concurrency, 1, 5_000);
		answer(concurrency, 1, 100);
		expect(concurrency.needed(5)).toBe(1);
	});

	it('falls to one within ten answers that are slower, and rises again with prompt ones', () => {
		const concurrency = new Concurrency();
		answer(concurrency, 5, 800);
		expect(concurrency.needed(5)).toBe(4);
		answer(concurrency, 10, 1_600);
		expect(concurrency.needed(5)).toBe(1);
		const seen = Array.from({ length: 20 }, () => {
			answer(concurrency, 1, 800);
			return concurrency.needed(5);
		});
		expect([...new Set(seen)]).toEqual([1, 2, 3, 4]);
	});

	it('does not fall where only one answer is slower, or by a little, or of an action that takes longer', () => {
		const concurrency = new Concurrency();
		for (let index = 0; index < 10; index++) {
			answer(concurrency, 1, 800);
			answer(concurrency, 1, 1_600);
		}
		answer(concurrency, 20, 1_000);
		expect(concurrency.needed(0)).toBe(MOST_AT_ONCE);
		for (let index = 0; index < 20; index++) {
			answer(concurrency, 1, 1_000);
			answer(concurrency, 1, 3_000, 'customer/create');
			answer(concurrency, 1, 3_000, 'pay/create');
		}
		expect(concurrency.needed(5)).toBe(MOST_AT_ONCE);
	});

	it('falls to one by calls that are refused as too many', () => {
		const concurrency = new Concurrency();
		answer(concurrency, 3, 800);
		for (let count = 0; count < 10; count++) concurrency.decrease();
		expect(concurrency.needed(5)).toBe(1);
	});
});

describe('a call that waits until fewer are under way', () => {
	stopTime();

	/** Asks for a place, and notes when it came. */
	const ask = async (
		concurrency: Concurrency,
		atOnce: number,
		came: string[],
		name: string,
		signal?: AbortSignal,
	) =>
		await concurrency.enter(atOnce, 5, signal).then(
			(leave) => {
				came.push(name);
				return leave;
			},
			({ message }: Error) => {
				came.push(`${name}: ${message}`);
				return () => {};
			},
		);

	it('gets a place in the order of asking, so many at a time', async () => {
		const [concurrency, came] = [new Concurrency(), [] as string[]];
		const [first, second, third] = ['first', 'second', 'third', 'fourth'].map(
			async (name) => await ask(concurrency, 2, came, name),
		);
		await later(0);
		expect(came).toEqual(['first', 'second']);
		(await second)();
		await later(0);
		expect(came).toEqual(['first', 'second', 'third']);
		(await first)();
		(await third)();
		await later(0);
		expect(came).toEqual(['first', 'second', 'third', 'fourth']);
	});

	it('leaves at once when it is cancelled, and does not hold up the next one', async () => {
		const [concurrency, came, stop] = [new Concurrency(), [] as string[], new AbortController()];
		const first = ask(concurrency, 1, came, 'first');
		void ask(concurrency, 1, came, 'second', stop.signal);
		void ask(concurrency, 1, came, 'third');
		await later(0);
		stop.abort();
		await later(0);
		expect(came).toEqual(['first', 'second: The execution was cancelled']);
		(await first)();
		await later(0);
		expect(came.at(-1)).toBe('third');
	});

	it('does not take its place along when it is cancelled in the very moment in which that is given', async () => {
		for (let ticks = 0; ticks < 20; ticks++) {
			const [concurrency, came, stop] = [new Concurrency(), [] as string[], new AbortController()];
			const first = await ask(concurrency, 1, came, 'first');
			const second = ask(concurrency, 1, came, 'second', stop.signal);
			await later(0);
			first();
			for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
			stop.abort();
			(await second)();
			void ask(concurrency, 1, came, 'third');
			await later(0);
			expect(came.at(-1)).toBe('third');
		}
	});

	it.each([
		['as many as are needed', 0, ['1', '2', '3', '4', '5']],
		['one', 1, ['1']],
	])(
		'gets past those that hang after two seconds where %s may be under way, up to five',
		async (_how, atOnce, order) => {
			const [concurrency, came] = [new Concurrency(), [] as string[]];
			for (const name of '1234567') void ask(concurrency, atOnce, came, name);
			await later(1_900);
			expect(came).toEqual(['1']);
			await later(20_000);
			expect(came).toEqual(order);
		},
	);
});

describe('a process whose calls are refused, since others use the rate', () => {
	// Waits of their middle length.
	stopTime({ random: () => 0.5 });

	it('lets a login that is a part of a call go before that call is over', async () => {
		const limiter = new RateLimiter();
		// Others leave nothing to this process, so far.
		await limiter.run(RATE, refused).catch(() => {});
		const work = limiter.run(RATE, async () => {
			await limiter.run(RATE, taken);
			await limiter.reserve(5);
		});
		expect(await timed(async () => await work)).toBeLessThan(18_000);
	});

	it.each([0.1, 0.5, 2.5])(
		'never brings refused calls closer than the rate allows: %f a second',
		async (perSecond) => {
			const limiter = new RateLimiter();
			const starts: number[] = [];
			for (let index = 0; index < 12; index++) {
				const send = async () => {
					starts.push(performance.now());
					await refused();
				};
				await settle(limiter.run({ perSecond }, send).catch(() => {}));
			}
			const places = Math.ceil(perSecond);
			const spans = starts.slice(places).map((at, index) => at - starts[index]);
			expect(Math.min(...spans)).toBeGreaterThanOrEqual((places / perSecond) * 1_000);
		},
	);
});

import { sleep } from 'n8n-workflow';

import { ResponseError } from '../../../nodes/AlfaCrm/api/failures';
import type { RateOptions } from '../../../nodes/AlfaCrm/api/rateLimiter';
import {
	RateLimiter,
	getRateLimiter,
	readCallsAtOnce,
	readRate,
} from '../../../nodes/AlfaCrm/api/rateLimiter';
import { makeAnswerError } from '../../support/nodeErrors';
import { settle, stopTime, timed } from './clock';

// What arrives at the server in any second, and what several processes make of one rate, is in test/properties/api/rate.test.ts.

/** A part of a call, such as its login. */
const PART = { perSecond: 5, isLogin: true };
const RATE = { perSecond: 5, atOnce: 100 };
const taken = async () => await Promise.resolve();
const refused = async () => await Promise.reject(makeAnswerError(429));
const never = async () => await new Promise<never>(() => {});
const answeredIn = (ms: number) => async () => await sleep(ms);
const later = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

interface Fate {
	sentAt?: number;
	rejectedAt?: number;
	message?: string;
}

/** Notes what becomes of a call: when it is sent and when it is rejected, in milliseconds from now. */
function watched(
	limiter: RateLimiter,
	{ send = taken, ...options }: Partial<RateOptions> & { send?: () => Promise<unknown> } = {},
): Fate {
	const begun = performance.now();
	const fate: Fate = {};
	limiter
		.run({ ...RATE, ...options }, async () => {
			fate.sentAt = performance.now() - begun;
			await send();
		})
		.catch(({ message }: Error) => Object.assign(fate, { rejectedAt: performance.now() - begun, message }));
	return fate;
}

const several = (count: number, ...call: Parameters<typeof watched>) =>
	Array.from({ length: count }, () => watched(...call));
const sentOf = (fates: readonly Fate[]) =>
	fates.flatMap(({ sentAt }) => (sentAt === undefined ? [] : [sentAt]));

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
		const unlimited = several(500, new RateLimiter(), { perSecond: 0, atOnce: 500 });
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
		const one = getRateLimiter('https://one.s20.online');
		expect(getRateLimiter('https://one.s20.online')).toBe(one);
		one.pauseFor(10_000);
		const [held, free] = [watched(one), watched(getRateLimiter('https://two.s20.online'))];
		await later(0);
		expect([held.sentAt, free.sentAt]).toEqual([undefined, 0]);
	});

	it('leaves a place to the next one where nothing was sent after all', async () => {
		const limiter = new RateLimiter();
		const send = async () => await Promise.reject(new ResponseError({ kind: 'notSent' }));
		several(5, limiter, { send });
		await later(0);
		const calls = several(5, limiter);
		await later(0);
		expect(sentOf(calls)).toHaveLength(5);
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
		['until a call is over', (limiter) => watched(limiter, { atOnce: 1, send: answeredIn(2_500) })],
	])(
		'ends at once though it waits %s, sends nothing any more, and the next ones go on without it',
		async (_what, before) => {
			const [limiter, reference] = [new RateLimiter(), new RateLimiter()];
			before(limiter);
			before(reference);
			const stop = new AbortController();
			const cancelled = several(20, limiter, { atOnce: 1, signal: stop.signal });
			const [next, usually] = [watched(limiter, { atOnce: 1 }), watched(reference, { atOnce: 1 })];
			await later(300);
			stop.abort();
			await later(120_000);
			for (const fate of cancelled)
				expect(fate).toEqual({ rejectedAt: 300, message: 'The execution was cancelled' });
			expect(next.sentAt).toBeDefined();
			expect(next.sentAt).toBe(usually.sentAt);
		},
	);

	it('does not take its place along when it is cancelled in the very moment in which that is given', async () => {
		for (let ticks = 0; ticks < 20; ticks++) {
			const limiter = new RateLimiter();
			const stop = new AbortController();
			let end = () => {};
			const first = new Promise<void>((resolve) => (end = resolve));
			watched(limiter, { perSecond: 0, atOnce: 1, send: async () => await first });
			const second = watched(limiter, { perSecond: 0, atOnce: 1, signal: stop.signal });
			const third = watched(limiter, { perSecond: 0, atOnce: 1 });
			end();
			for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
			const { sentAt } = second;
			stop.abort();
			await later(0);
			expect([second.sentAt, third.sentAt]).toEqual([sentAt, 0]);
		}
	});

	it('before it calls sends nothing', async () => {
		const cancelled = watched(new RateLimiter(), { signal: AbortSignal.abort() });
		await later(5_000);
		expect(cancelled).toEqual({ rejectedAt: 0, message: 'The execution was cancelled' });
	});
});

describe('calls in flight', () => {
	stopTime({ random: () => 0 });

	it.each([
		[0, 5, 1],
		[201, 5, 2],
		[400, 5, 2],
		[3_000, 5, 5],
		[800, 1, 1],
		[0, 0, 5],
	])(
		'are one until it is known how far away the host is; at %i ms and %i calls a second: %i',
		async (ms, perSecond, needed) => {
			const limiter = new RateLimiter();
			await settle(limiter.run(PART, taken));
			expect(limiter.countNeededAtOnce(perSecond)).toBe(1);
			await settle(limiter.run({ perSecond: 0, atOnce: 1 }, answeredIn(ms)));
			expect(limiter.countNeededAtOnce(perSecond)).toBe(needed);
			const calls = several(10, limiter, { perSecond: 0, atOnce: readCallsAtOnce(needed), send: never });
			await later(0);
			expect(sentOf(calls)).toHaveLength(needed);
		},
	);

	it('are told by the fastest of the latest twenty, so that one that took long counts for nothing', async () => {
		const limiter = new RateLimiter();
		for (const ms of [100, 5_000, ...Array.from({ length: 19 }, () => 700)])
			await settle(limiter.run({ perSecond: 0, atOnce: 1 }, answeredIn(ms)));
		expect(limiter.countNeededAtOnce(5)).toBe(4);
	});

	it('follow one another in their order, so many at a time', async () => {
		const limiter = new RateLimiter();
		const calls = several(5, limiter, { atOnce: 2, send: answeredIn(100) });
		await later(1_500);
		expect(sentOf(calls)).toEqual([0, 0, 100, 100, 200]);
	});

	it('let a login go first, for which one of them is waiting', async () => {
		const limiter = new RateLimiter();
		const withLogin = async () => await limiter.run(PART, answeredIn(10));
		const [call, next] = several(2, limiter, { atOnce: 1, send: withLogin });
		await later(15);
		expect([call.sentAt, next.sentAt]).toEqual([0, 10]);
	});

	it.each([
		['holds up the others for two seconds where no number is given, as long as there are few', 0, 5, 8_000],
		['counts among the number that is given', 2, 2, 0],
	])('one of them that hangs %s', async (_what, atOnce, sent, lastAt) => {
		const calls = several(7, new RateLimiter(), { atOnce, send: never });
		await later(60_000);
		expect(sentOf(calls)).toHaveLength(sent);
		expect(Math.max(...sentOf(calls))).toBe(lastAt);
	});

	it.each([
		['3', 3],
		[9, 5],
		[-1, 0],
		['many', 0],
		[undefined, 0],
	])('are read from %j as %d', (value, count) => {
		expect(readCallsAtOnce(value)).toBe(count);
	});
});

describe('a process whose calls are refused, since others use the rate', () => {
	stopTime({ random: () => 0.5 });

	it('goes on with as many a second as were taken just before, and tries one more after seconds', async () => {
		const limiter = new RateLimiter();
		several(2, limiter);
		several(2, limiter, { send: refused });
		await later(3_000);
		const calls = several(200, limiter);
		await later(30_000);
		const inSecond = (second: number) =>
			sentOf(calls).filter((at) => at >= second * 1_000 && at < (second + 1) * 1_000).length;
		expect([0, 3, 6, 9, 13, 20].map(inSecond)).toEqual([2, 2, 3, 4, 5, 5]);
	});

	it('pauses a little longer each time in a row, and no longer than at first once a call was taken', async () => {
		const limiter = new RateLimiter();
		const sentAfter = async (send: () => Promise<void>) => {
			const begun = performance.now();
			let sentAt = begun;
			const note = async () => {
				sentAt = performance.now();
				await send();
			};
			await settle(limiter.run({ perSecond: 0 }, note).catch(() => {}));
			return sentAt - begun;
		};
		const gaps: number[] = [];
		for (let time = 0; time <= 10; time++) gaps.push(await sentAfter(refused));
		expect(gaps.slice(-3).map(Math.round)).toEqual([1_275, 1_350, 1_425]);
		await sentAfter(taken);
		await sentAfter(refused);
		expect(await sentAfter(refused)).toBeLessThan(1_010);
	});

	it('lets a login that is a part of a call go before that call is over', async () => {
		const limiter = new RateLimiter();
		await limiter.run(RATE, refused).catch(() => {});
		const work = limiter.run({ ...RATE, atOnce: 1 }, async () => await limiter.run(PART, taken));
		expect(await timed(async () => await work)).toBeLessThan(6_000);
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

it('a call leaves no timer behind that keeps the process alive', async () => {
	const limiter = new RateLimiter();
	const timers = jest.spyOn(globalThis, 'setTimeout');
	const call = async () =>
		await limiter.run({ perSecond: 1, atOnce: 1 }, async () => await new Promise(setImmediate));
	await Promise.all([call(), call()]);
	expect(timers).not.toHaveBeenCalled();
	timers.mockRestore();
});

import { sleep } from 'n8n-workflow';

import { pause } from '../../../nodes/AlfaCrm/api/cancel';
import { Concurrency, MOST_AT_ONCE } from '../../../nodes/AlfaCrm/api/concurrency';
import { ResponseError } from '../../../nodes/AlfaCrm/api/errors';
import { nextOpening, openingEnd } from '../../../nodes/AlfaCrm/api/openings';
import { readRate } from '../../../nodes/AlfaCrm/api/rate';
import { RateLimiter, rateLimiterOf } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { Share } from '../../../nodes/AlfaCrm/api/share';
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

	it.each<[how: string, all: (call: () => Promise<unknown>) => Promise<unknown>]>([
		['all at once', async (call) => await Promise.all(Array.from({ length: 100 }, call))],
		[
			'one after the other',
			async (call) => {
				for (let index = 0; index < 100; index++) await call();
			},
		],
	])('is used well by calls of 60 ms, %s', async (_how, all) => {
		const limiter = new RateLimiter();
		const took = await timed(
			async () => await all(async () => await limiter.run(RATE, async () => await sleep(60))),
		);
		expect(took).toBeLessThanOrEqual(1.03 * 20_000);
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

	it('is not blocked by calls that hang for longer than two seconds, nor by one that has failed', async () => {
		const limiter = new RateLimiter();
		several(5, limiter, { send: never });
		const after = several(5, limiter);
		await later(2_500);
		expect(sentOf(after)).toHaveLength(5);

		const slow = new RateLimiter();
		watched(slow, { perSecond: 1, send: async () => await sleep(50) });
		await later(2_000);
		watched(slow, {
			perSecond: 1,
			send: async () => {
				await sleep(1_500);
				throw new Error('socket hang up');
			},
		});
		const next = watched(slow, { perSecond: 1 });
		await later(2_600);
		expect(next.sentAt).toBeDefined();
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
		['3', 3],
		[0, 0],
		['0', 0],
		[2.7, 2.7],
		['0.5', 0.5],
		[0.001, 0.1],
		[undefined, 5],
		[null, 5],
		['', 5],
		['many', 5],
		[NaN, 5],
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
		[199, 5, 1],
		[201, 5, 2],
		[401, 5, 3],
		[800, 5, 4],
		[3_000, 5, 5],
		[800, 1, 1],
		[60, 50, 3],
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

	it('is as before once slow answers are the usual ones', () => {
		const concurrency = new Concurrency();
		answer(concurrency, 10, 300);
		answer(concurrency, 20, 900);
		expect(concurrency.needed(0)).toBe(1);
		answer(concurrency, 40, 900);
		expect(concurrency.needed(0)).toBe(MOST_AT_ONCE);
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
		['as many as are needed', 0, ['hanging', 'next']],
		['one', 1, ['hanging']],
	])('gets past one that hangs after two seconds where %s may be under way', async (_how, atOnce, order) => {
		const [concurrency, came] = [new Concurrency(), [] as string[]];
		for (const name of ['hanging', 'next']) void ask(concurrency, atOnce, came, name);
		await later(1_900);
		expect(came).toEqual(['hanging']);
		await later(20_000);
		expect(came).toEqual(order);
	});

	it('waits while five are under way, though they hang', async () => {
		const [concurrency, came] = [new Concurrency(), [] as string[]];
		for (let count = 0; count < 5; count++) concurrency.answered(3_000, 'customer/index');
		const places = Array.from(
			{ length: 12 },
			async (_, index) => await ask(concurrency, 0, came, String(index)),
		);
		await later(30_000);
		expect(came).toEqual(['0', '1', '2', '3', '4']);
		(await places[2])();
		await later(30_000);
		expect(came).toEqual(['0', '1', '2', '3', '4', '5']);
	});
});

/** How several processes find out by themselves what each may have of one rate. */
describe('the share of a process', () => {
	// Waits of their middle length.
	stopTime({ random: () => 0.5 });

	/** Sends calls as soon as each may start, and notes when that is; the test says what becomes of each. */
	function sender(limiter = new RateLimiter()) {
		const starts: number[] = [];
		const send = async (outcome: 'taken' | Error) =>
			await limiter
				.run(RATE, async () => {
					starts.push(performance.now());
					await sleep(60);
					if (outcome !== 'taken') throw outcome;
				})
				.catch(() => {});
		const all = async (...outcomes: Array<'taken' | Error>) => {
			for (const outcome of outcomes) await settle(send(outcome));
		};
		return { limiter, starts, send, all };
	}
	const tooMany = answered(429);

	/** One that others leave nothing to, so far. */
	async function starved() {
		const made = sender();
		await made.all(tooMany);
		made.starts.length = 0;
		return made;
	}

	/** What is left of the rate after calls that are answered after a while, in the order in which that is known. */
	function placesAfter(calls: ReadonlyArray<[at: number, isTaken: boolean, answeredAt: number]>): number {
		const share = new Share();
		for (const [at, isTaken, now] of [...calls].sort((one, other) => one[2] - other[2])) {
			if (isTaken) share.taken({ at, isProbe: false }, now);
			else share.refused({ at, isProbe: false }, now, 5);
		}
		return share.places(Math.max(...calls.map(([, , answeredAt]) => answeredAt)));
	}

	it('is what was taken in the second of the first refusal, however late that is known', () => {
		const before = Array.from({ length: 8 }, (_, index) => index * 200);
		expect(placesAfter(before.map((at) => [at, at !== 800, at + 800]))).toBe(4);
		for (let first = 0; first < 5; first++) {
			const isTaken = (at: number) => at !== first && at !== (first + 3) % 5;
			expect(placesAfter([0, 1, 2, 3, 4].map((at) => [at, isTaken(at), at === first ? 60 : 70 + at]))).toBe(
				3,
			);
		}
		// One that hung since long before tells nothing of that second.
		expect(
			placesAfter([
				[10_000, false, 10_060],
				[0, true, 20_000],
			]),
		).toBe(0);
	});

	it.each([
		['that fails for another reason than the rate', answered(403), 9_500],
		['whose connection breaks off', new Error('socket hang up'), 9_500],
	])('grows by a call %s, for that was not one too many', async (_what, error, most) => {
		const { all } = await starved();
		const begun = performance.now();
		await all(error, error, error, 'taken', 'taken', 'taken');
		expect(performance.now() - begun).toBeLessThan(most);
	});

	it('does not grow by a call that was not sent in the end', async () => {
		const { starts, all } = await starved();
		await all(new ResponseError({ kind: 'notSent' }), 'taken');
		expect(starts[1] - starts[0]).toBeGreaterThanOrEqual(1_000);
	});

	it.each<[what: string, probe: (limiter: RateLimiter) => Promise<unknown>]>([
		['that hangs', async (limiter) => await limiter.run(RATE, never)],
		['that somebody else sends', async (limiter) => await limiter.reserve(5)],
	])('is looked for again in time after a call %s', async (_what, probe) => {
		const { limiter } = await starved();
		void probe(limiter);
		expect(await timed(async () => await limiter.run(RATE, taken))).toBeLessThan(12_000);
	});

	it('lets a login that is a part of a call go before that call is over', async () => {
		const { limiter } = await starved();
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

	it('is not made smaller by a probe that is refused', async () => {
		const { starts, all } = await starved();
		await all('taken', tooMany, 'taken');
		const [place, probe, next] = starts;
		expect(probe - place).toBeLessThan(900);
		expect(next - place).toBeGreaterThanOrEqual(1_000);
		expect(next - place).toBeLessThan(1_100);
	});

	it('is used in time though a probe is under way meanwhile', async () => {
		const { starts, send, all } = await starved();
		await all('taken', 'taken', 'taken');
		await settle(Promise.all([send(tooMany), send('taken')]));
		const [, second, , probe, next] = starts;
		expect(probe).toBeLessThan(second + 900);
		expect(next - second).toBeGreaterThanOrEqual(1_000);
		expect(next - second).toBeLessThan(1_100);
	});

	it('is held by a refused call where the service counts those, until that is found out anew', async () => {
		const { starts, all } = await starved();
		// The second one in a place was refused for the probe before it.
		await all('taken', tooMany, tooMany);
		const latest = starts[2];
		await all('taken');
		expect(starts[3] - latest).toBeGreaterThanOrEqual(1_000);
		expect(starts[3] - latest).toBeLessThan(1_200);
		await later(70_000);
		await all(tooMany, 'taken');
		await later(400);
		const from = starts.length;
		await all(tooMany, 'taken');
		expect(starts[from + 1] - starts[from - 1]).toBeLessThan(1_100);
	});

	it('that is nothing is looked for at two openings, and then in between as well', async () => {
		const { starts, all } = await starved();
		await all(tooMany, tooMany, tooMany, tooMany, tooMany);
		expect(starts.slice(0, 2).map(openingEnd)).not.toContain(undefined);
		const gaps = starts.slice(1).map((at, index) => at - starts[index]);
		expect(gaps[0]).toBeGreaterThan(4_000);
		expect([gaps[1], gaps[3]].map((ms) => Math.round(ms / 100))).toEqual([21, 21]);
	});

	it('that is nothing is looked for right after the first pause that was asked for, then at openings', async () => {
		const { limiter, starts, all } = await starved();
		const asked: number[] = [];
		for (const ms of [20_000, 7_000, 9_000, 11_000]) {
			limiter.pauseFor(ms);
			asked.push(performance.now() + ms);
			await all(tooMany);
		}
		expect(starts[0] - asked[0]).toBeLessThanOrEqual(5_000);
		starts.forEach((at, index) => expect(at).toBeGreaterThanOrEqual(asked[index]));
		expect(starts.slice(1).map(openingEnd)).not.toContain(undefined);
	});
});

describe('openings, at which whoever uses all places leaves one free', () => {
	stopTime({ now: Date.parse('2026-11-24T10:00:00Z') });

	/** The moments to look for a place in an hour. */
	function moments(): number[] {
		const found = [nextOpening(performance.now())];
		while (found.at(-1)! < performance.now() + 3_600_000) found.push(nextOpening(found.at(-1)!));
		return found;
	}

	it('come every few seconds, and are open some time before and after somebody looks for a place', () => {
		const found = moments();
		const gaps = found.slice(1).map((moment, index) => moment - found[index]);
		expect(Math.min(...gaps)).toBeGreaterThan(4_000);
		expect(Math.max(...gaps)).toBeLessThan(6_000);
		for (const moment of found) {
			const until = openingEnd(moment)!;
			expect(until - moment).toBeGreaterThan(40);
			expect([moment - 200, until - 1].map(openingEnd)).toEqual([until, until]);
			expect([until, until - 400].map(openingEnd)).toEqual([undefined, undefined]);
			// The next one is not the one that is passed, to the millisecond.
			expect(nextOpening(moment - 0.001)).toBeCloseTo(moment, 3);
		}
	});

	it('come at other points of the second, and are the same for all processes, whenever each was started', () => {
		const shift = Date.now() - performance.now();
		const points = moments()
			.slice(0, 12)
			.map((moment) => (moment + shift) % 1_000);
		const inOrder = points.sort((one, other) => one - other);
		for (const [index, point] of inOrder.slice(1).entries()) expect(point - inOrder[index]).toBeLessThan(200);
		const first = nextOpening(performance.now()) + shift;
		const now = performance.now();
		jest.spyOn(performance, 'now').mockImplementation(() => now + 123_456.7);
		expect(nextOpening(performance.now()) + Date.now() - performance.now()).toBeCloseTo(first, 3);
	});

	it.each([1, 0.2])('are left free by whoever makes all calls of a rate: %f a second', async (perSecond) => {
		const limiter = new RateLimiter();
		const calls = several(80, limiter, { perSecond });
		await later((80 / perSecond) * 2_000);
		const settled = sentOf(calls)
			.slice(10)
			.map((ms) => ms + performance.now() - (80 / perSecond) * 2_000);
		expect(settled).toHaveLength(70);
		expect(settled.filter((at) => openingEnd(at) !== undefined)).toEqual([]);
	});
});

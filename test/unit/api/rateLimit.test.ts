import { sleep } from 'n8n-workflow';

import { ResponseError } from '../../../nodes/AlfaCrm/api/failures';
import {
	RateLimiter,
	getRateLimiter,
	readCallsAtOnce,
	readRate,
} from '../../../nodes/AlfaCrm/api/rateLimiter';
import { settle, stopTime, measureMs } from './clock';
import {
	answerAtOnce,
	answerAfter,
	countMostWithin,
	countSentInSecond,
	LOGIN,
	neverAnswer,
	passMilliseconds,
	readSendTimes,
	refuseCall,
	watchCall,
	WatchedLimiter,
} from './watchedLimiter';

// test/properties/api/rate.test.ts proves what arrives at the server in any second, also from several processes.

const RATE = { perSecond: 5, atOnce: 100 };

/** For this time, a call that was answered at once counts towards the limit: a second and a margin. */
const COUNTING_MS = 1_005;

describe('RateLimiter', () => {
	stopTime({ random: () => 0 });

	it.each([
		{ slowCalls: 'the first call needs 500 ms to the host', slowCount: 1, slowMs: 500 },
		{ slowCalls: 'the first five calls need 300 to 700 ms to the host', slowCount: 5, slowMs: 300 },
	])(
		'a rate limiter lets no more than 5 calls arrive in any second, although $slowCalls',
		async ({ slowCount, slowMs }) => {
			const limiter = new RateLimiter();
			const arrivals: number[] = [];
			const makeCall = async (_unused: unknown, index: number) =>
				await limiter.sendWhenAllowed(RATE, async () => {
					const isSlow = index < slowCount;
					await sleep(isSlow ? slowMs + index * 100 : 10);
					arrivals.push(performance.now());
					await sleep(50);
				});

			await settle(Promise.all(Array.from({ length: 30 }, makeCall)));

			expect(arrivals).toHaveLength(30);
			expect(countMostWithin(1_000, arrivals)).toBe(5);
		},
	);

	it('a rate limiter sends the first five calls at once', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(5);
		await passMilliseconds(0);

		expect(readSendTimes(calls)).toEqual([0, 0, 0, 0, 0]);
	});

	it('a rate limiter sends another five calls at once after some seconds without calls', async () => {
		const limiter = new WatchedLimiter();
		limiter.makeCalls(5);
		await passMilliseconds(3_000);

		const calls = limiter.makeCalls(5);
		await passMilliseconds(0);

		expect(readSendTimes(calls)).toEqual([0, 0, 0, 0, 0]);
	});

	it('a rate limiter sends the sixth call as soon as the first five do not count any more', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(6);
		await passMilliseconds(2_000);

		expect(readSendTimes(calls)).toEqual([0, 0, 0, 0, 0, COUNTING_MS]);
	});

	it('a rate limiter lets the 40th call count for a second longer, so that other processes find a gap', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(45);
		await passMilliseconds(20_000);

		// Five calls are sent every 1,005 ms, so calls 41 to 45 would follow at 8,040 ms. The last one has to wait
		// until the 40th call does not count any more.
		const callsAfter40th = calls.slice(40);
		expect(readSendTimes(callsAfter40th)).toEqual([8_040, 8_040, 8_040, 8_040, 9_040]);
	});

	it('a rate limiter sends calls in the order in which they came, however long their answers take', async () => {
		const limiter = new RateLimiter();
		const numbersInOrder = Array.from({ length: 40 }, (_unused, number) => number);
		const sentNumbers: number[] = [];
		const makeCall = async (number: number) =>
			await limiter.sendWhenAllowed(RATE, async () => {
				sentNumbers.push(number);
				await sleep((number * 377) % 700);
			});

		await settle(Promise.all(numbersInOrder.map(makeCall)));

		expect(sentNumbers).toEqual(numbersInOrder);
	});

	it('a rate limiter sends all calls at once when the rate is 0', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(500, { perSecond: 0, atOnce: 500 });
		await passMilliseconds(0);

		expect(readSendTimes(calls)).toHaveLength(500);
	});

	it('a rate limiter returns the answer of a call', async () => {
		const limiter = new RateLimiter();

		const result = await limiter.sendWhenAllowed(RATE, async () => await Promise.resolve('the answer'));

		expect(result).toBe('the answer');
	});

	it('a rate limiter throws the error of a call unchanged', async () => {
		const limiter = new RateLimiter();
		const error = new Error('The host is down');

		const call = limiter.sendWhenAllowed(RATE, async () => await Promise.reject(error));

		await expect(call).rejects.toBe(error);
	});

	it('a rate limiter does not count calls that were given up before they were sent', async () => {
		const limiter = new WatchedLimiter();
		const failUnsent = async () => await Promise.reject(new ResponseError({ kind: 'notSent' }));
		limiter.makeCalls(5, { send: failUnsent });
		await passMilliseconds(0);

		const calls = limiter.makeCalls(5);
		await passMilliseconds(0);

		expect(readSendTimes(calls)).toEqual([0, 0, 0, 0, 0]);
	});

	it.each([
		{ change: 'an hour back', ms: -3_600_000 },
		{ change: 'an hour forward', ms: 3_600_000 },
	])(
		'a rate limiter keeps the length of a pause when the clock of the computer is set $change',
		async ({ ms }) => {
			const limiter = new WatchedLimiter();
			limiter.makeCalls(5);
			await passMilliseconds(0);
			limiter.pauseFor(1_500);
			jest.setSystemTime(Date.now() + ms);

			const calls = limiter.makeCalls(2);
			await passMilliseconds(3_000);

			expect(readSendTimes(calls)).toEqual([1_500, 1_500]);
		},
	);
});

describe('getRateLimiter', () => {
	stopTime({ random: () => 0 });

	it('getRateLimiter returns the same limiter for the same origin', () => {
		const limiter = getRateLimiter('https://one.s20.online');

		expect(getRateLimiter('https://one.s20.online')).toBe(limiter);
	});

	it('getRateLimiter returns another limiter for another origin, so that a pause of the first one does not hold its calls back', async () => {
		const pausedLimiter = getRateLimiter('https://one.s20.online');
		const otherLimiter = getRateLimiter('https://two.s20.online');
		pausedLimiter.pauseFor(10_000);

		const pausedCall = watchCall(pausedLimiter);
		const otherCall = watchCall(otherLimiter);
		await passMilliseconds(0);

		expect(pausedCall.sentAt).toBeUndefined();
		expect(otherCall.sentAt).toBe(0);
	});
});

describe('readRate', () => {
	it.each([
		{ value: 7, rate: 7 },
		{ value: '0', rate: 0 },
		{ value: '0.5', rate: 0.5 },
	])('readRate reads $value as $rate calls a second', ({ value, rate }) => {
		expect(readRate(value)).toBe(rate);
	});

	it.each([{ value: null }, { value: '' }, { value: 'many' }, { value: -1 }, { value: Infinity }])(
		'readRate reads $value as the 5 calls a second that AlfaCRM allows',
		({ value }) => {
			expect(readRate(value)).toBe(5);
		},
	);
});

describe('readCallsAtOnce', () => {
	it.each([
		{ value: '3', callsAtOnce: 3 },
		{ value: 9, callsAtOnce: 5 },
	])('readCallsAtOnce reads $value as $callsAtOnce calls at once', ({ value, callsAtOnce }) => {
		expect(readCallsAtOnce(value)).toBe(callsAtOnce);
	});

	it.each([{ value: -1 }, { value: 'many' }, { value: undefined }])(
		'readCallsAtOnce reads $value as 0, which means as many calls as it takes to reach the rate',
		({ value }) => {
			expect(readCallsAtOnce(value)).toBe(0);
		},
	);
});

describe('A pause that the host has asked for', () => {
	stopTime({ random: () => 0 });

	it('a pause holds back calls that wait already', async () => {
		const limiter = new WatchedLimiter();
		const calls = limiter.makeCalls(6);
		await passMilliseconds(500);

		limiter.pauseFor(3_000);
		await passMilliseconds(10_000);

		expect(readSendTimes(calls)).toEqual([0, 0, 0, 0, 0, 3_500]);
	});

	it('a pause holds back calls that come later, and lets them start at the usual pace when it ends', async () => {
		const limiter = new WatchedLimiter();
		limiter.pauseFor(3_000);
		await passMilliseconds(500);

		const calls = limiter.makeCalls(6);
		await passMilliseconds(10_000);

		expect(readSendTimes(calls)).toEqual([2_500, 2_500, 2_500, 2_500, 2_500, 2_500 + COUNTING_MS]);
	});

	it('a pause lets calls that came before it go first when it ends', async () => {
		const limiter = new WatchedLimiter();
		const earlierCalls = limiter.makeCalls(6);
		await passMilliseconds(500);
		limiter.pauseFor(3_000);

		const laterCalls = limiter.makeCalls(6);
		await passMilliseconds(10_000);

		// The later calls came 500 ms after the earlier ones, from which their times count.
		expect(readSendTimes(earlierCalls)).toEqual([0, 0, 0, 0, 0, 3_500]);
		expect(readSendTimes(laterCalls)).toEqual([
			3_000,
			3_000,
			3_000,
			3_000,
			3_000 + COUNTING_MS,
			3_000 + COUNTING_MS,
		]);
	});

	it('a pause is not cut short by a shorter pause that comes later', async () => {
		const limiter = new WatchedLimiter();
		limiter.pauseFor(3_000);
		limiter.pauseFor(1_000);

		const call = limiter.makeCall();
		await passMilliseconds(10_000);

		expect(call.sentAt).toBe(3_000);
	});

	it('a pause holds back calls without a limit as well', async () => {
		const limiter = new WatchedLimiter();
		limiter.pauseFor(3_000);

		const calls = limiter.makeCalls(3, { perSecond: 0 });
		await passMilliseconds(5_000);

		expect(readSendTimes(calls)).toEqual([3_000, 3_000, 3_000]);
	});
});

describe('A cancelled execution', () => {
	stopTime({ random: () => 0 });

	const WAITS: Array<{
		/** What the calls of the execution wait for. */
		wait: string;
		/** Makes the limiter hold back all further calls. */
		occupyLimiter: (limiter: WatchedLimiter) => unknown;
		/** When the limiter sends the next call of another execution, in milliseconds. */
		nextSentAt: number;
	}> = [
		{
			wait: 'until five other calls count no longer',
			occupyLimiter: (limiter) => limiter.makeCalls(5),
			nextSentAt: COUNTING_MS,
		},
		{
			wait: 'in line behind 48 other calls',
			occupyLimiter: (limiter) => limiter.makeCalls(48),
			// After eight fives the 40th call counts for a second longer, so four calls follow before the next five.
			nextSentAt: 9 * COUNTING_MS,
		},
		{
			wait: 'for the end of a pause that the host has asked for',
			occupyLimiter: (limiter) => limiter.pauseFor(60_000),
			nextSentAt: 60_000,
		},
		{
			wait: 'for the answer to another call',
			occupyLimiter: (limiter) => limiter.makeCall({ atOnce: 1, send: answerAfter(2_500) }),
			nextSentAt: 2_500,
		},
	];

	it.each(WAITS)(
		'a cancelled execution ends its calls at once and unsent while they wait $wait',
		async ({ occupyLimiter }) => {
			const limiter = new WatchedLimiter();
			occupyLimiter(limiter);
			const execution = new AbortController();
			const calls = limiter.makeCalls(2, { atOnce: 1, signal: execution.signal });
			await passMilliseconds(300);

			execution.abort();
			await passMilliseconds(120_000);

			expect(calls).toEqual([
				{ rejectedAt: 300, message: 'The execution was cancelled' },
				{ rejectedAt: 300, message: 'The execution was cancelled' },
			]);
		},
	);

	it.each(WAITS)(
		'a cancelled execution does not delay the call of another execution after both have waited $wait',
		async ({ occupyLimiter, nextSentAt }) => {
			const limiter = new WatchedLimiter();
			occupyLimiter(limiter);
			const execution = new AbortController();
			limiter.makeCalls(20, { atOnce: 1, signal: execution.signal });
			const nextCall = limiter.makeCall({ atOnce: 1 });
			await passMilliseconds(300);

			execution.abort();
			await passMilliseconds(120_000);

			expect(nextCall.sentAt).toBe(nextSentAt);
		},
	);

	/** A call gets its turn in several steps. An execution may be cancelled after any of them. */
	const STEPS = Array.from({ length: 20 }, (_unused, stepCount) => ({ stepCount }));

	it.each(STEPS)(
		'a call that is cancelled $stepCount steps after it got its turn does not hold back the next call',
		async ({ stepCount }) => {
			const limiter = new WatchedLimiter();
			const execution = new AbortController();
			let answerFirstCall = () => {};
			const firstAnswer = new Promise<void>((resolve) => {
				answerFirstCall = resolve;
			});
			limiter.makeCall({ perSecond: 0, atOnce: 1, send: async () => await firstAnswer });
			const cancelledCall = limiter.makeCall({ perSecond: 0, atOnce: 1, signal: execution.signal });
			const nextCall = limiter.makeCall({ perSecond: 0, atOnce: 1 });
			answerFirstCall();
			await passSteps(stepCount);
			const sentBeforeAbort = cancelledCall.sentAt;

			execution.abort();
			await passMilliseconds(0);

			expect(cancelledCall.sentAt).toBe(sentBeforeAbort);
			expect(nextCall.sentAt).toBe(0);
		},
	);

	it('an execution that was cancelled before the call sends nothing', async () => {
		const limiter = new WatchedLimiter();

		const call = limiter.makeCall({ signal: AbortSignal.abort() });
		await passMilliseconds(5_000);

		expect(call).toEqual({ rejectedAt: 0, message: 'The execution was cancelled' });
	});

	/** Waits until some promises have resolved one after the other, while the clock stands still. */
	async function passSteps(stepCount: number): Promise<void> {
		for (let step = 0; step < stepCount; step++) {
			await Promise.resolve();
		}
	}
});

describe('RateLimiter with calls in flight', () => {
	stopTime({ random: () => 0 });

	it('a rate limiter needs one call in flight as long as only a login has been answered', async () => {
		const limiter = new WatchedLimiter();

		await settle(limiter.sendWhenAllowed(LOGIN, answerAfter(3_000)));

		expect(limiter.countParallelCallsNeeded(5)).toBe(1);
	});

	it.each([
		{ perSecond: 5, roundTripMs: 0, neededCount: 1 },
		{ perSecond: 5, roundTripMs: 201, neededCount: 2 },
		{ perSecond: 5, roundTripMs: 400, neededCount: 2 },
		{ perSecond: 5, roundTripMs: 3_000, neededCount: 5 },
		{ perSecond: 1, roundTripMs: 800, neededCount: 1 },
		{ perSecond: 0, roundTripMs: 0, neededCount: 5 },
	])(
		'a rate limiter needs $neededCount calls in flight for $perSecond calls a second when an answer takes $roundTripMs ms',
		async ({ perSecond, roundTripMs, neededCount }) => {
			const limiter = new WatchedLimiter();

			await limiter.measureRoundTrips(roundTripMs);

			expect(limiter.countParallelCallsNeeded(perSecond)).toBe(neededCount);
		},
	);

	it('a rate limiter computes the calls that it needs in flight from the fastest of the latest calls, although one of them was slow', async () => {
		const limiter = new WatchedLimiter();

		await limiter.measureRoundTrips(5_000, 700, 700);

		expect(limiter.countParallelCallsNeeded(5)).toBe(4);
	});

	it('a rate limiter forgets how fast a call was after twenty later calls', async () => {
		const limiter = new WatchedLimiter();
		const twentySlowCalls = Array.from({ length: 20 }, () => 700);

		await limiter.measureRoundTrips(100, ...twentySlowCalls);

		expect(limiter.countParallelCallsNeeded(5)).toBe(4);
	});

	it.each([{ atOnce: 1 }, { atOnce: 2 }, { atOnce: 5 }])(
		'a rate limiter sends only $atOnce of ten calls while no answer comes, when $atOnce may be in flight',
		async ({ atOnce }) => {
			const limiter = new WatchedLimiter();

			const calls = limiter.makeCalls(10, { perSecond: 0, atOnce, send: neverAnswer });
			await passMilliseconds(60_000);

			expect(readSendTimes(calls)).toHaveLength(atOnce);
		},
	);

	it('a rate limiter sends the next calls when those in flight are answered', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(5, { atOnce: 2, send: answerAfter(100) });
		await passMilliseconds(1_500);

		expect(readSendTimes(calls)).toEqual([0, 0, 100, 100, 200]);
	});

	it('a rate limiter sends the login of a call in flight before the next call', async () => {
		const limiter = new WatchedLimiter();
		const logIn = async () => await limiter.sendWhenAllowed(LOGIN, answerAfter(10));

		const calls = limiter.makeCalls(2, { atOnce: 1, send: logIn });
		await passMilliseconds(15);

		expect(readSendTimes(calls)).toEqual([0, 10]);
	});

	it('a rate limiter sends another call after two seconds when a call hangs, until five calls hang', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(7, { atOnce: 0, send: neverAnswer });
		await passMilliseconds(60_000);

		expect(readSendTimes(calls)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
	});

	it('a rate limiter sends no further call when two calls hang and the user allows two calls in flight', async () => {
		const limiter = new WatchedLimiter();

		const calls = limiter.makeCalls(7, { atOnce: 2, send: neverAnswer });
		await passMilliseconds(60_000);

		expect(readSendTimes(calls)).toEqual([0, 0]);
	});
});

describe('RateLimiter after refusals, which other processes cause', () => {
	stopTime({ random: () => 0.5 });

	it('after a refusal, a rate limiter sends as many calls a second as the host took, and one more every few seconds', async () => {
		const limiter = new WatchedLimiter();
		// The host takes two calls in a second and refuses two more.
		limiter.makeCalls(2);
		limiter.makeCalls(2, { send: refuseCall });
		await passMilliseconds(3_000);

		const calls = limiter.makeCalls(200);
		await passMilliseconds(30_000);

		expect(countSentInSecond(calls, 0)).toBe(2);
		expect(countSentInSecond(calls, 3)).toBe(2);
		expect(countSentInSecond(calls, 6)).toBe(3);
		expect(countSentInSecond(calls, 9)).toBe(4);
		expect(countSentInSecond(calls, 13)).toBe(5);
		expect(countSentInSecond(calls, 20)).toBe(5);
	});

	it('a rate limiter pauses longer after each further refusal', async () => {
		const limiter = new WatchedLimiter();

		const sendTimes = await limiter.makeRefusedCalls(11, { perSecond: 0 });

		// Each refusal makes the pause of 750 ms longer by 75 ms. The first seven pauses do not show, because they are
		// shorter than the second for which a refused call counts.
		const [eighth, ninth, tenth, eleventh] = sendTimes.slice(-4);
		expect(ninth - eighth).toBeCloseTo(1_275);
		expect(tenth - ninth).toBeCloseTo(1_350);
		expect(eleventh - tenth).toBeCloseTo(1_425);
	});

	it('a rate limiter pauses as briefly as at first when the host has taken a call since the last refusal', async () => {
		const limiter = new WatchedLimiter();
		await limiter.makeRefusedCalls(11, { perSecond: 0 });
		await settle(limiter.sendWhenAllowed({ perSecond: 0 }, answerAtOnce));

		const [firstSentAt, secondSentAt] = await limiter.makeRefusedCalls(2, { perSecond: 0 });

		expect(secondSentAt - firstSentAt).toBeLessThan(1_010);
	});

	it('a rate limiter sends the login of a call in flight after a refusal, although only one call may be in flight', async () => {
		const limiter = new WatchedLimiter();
		await limiter.sendWhenAllowed(RATE, refuseCall).catch(() => {});
		const logIn = async () => await limiter.sendWhenAllowed(LOGIN, answerAtOnce);

		const callMs = await measureMs(async () => await limiter.sendWhenAllowed({ ...RATE, atOnce: 1 }, logIn));

		expect(callMs).toBeLessThan(6_000);
	});

	it.each([
		{ perSecond: 0.1, windowMs: 10_000, mostCalls: 1 },
		{ perSecond: 0.5, windowMs: 2_000, mostCalls: 1 },
		{ perSecond: 2.5, windowMs: 1_200, mostCalls: 3 },
	])(
		'a rate limiter sends at most $mostCalls calls within $windowMs ms at $perSecond calls a second, although all are refused',
		async ({ perSecond, windowMs, mostCalls }) => {
			const limiter = new WatchedLimiter();

			const sendTimes = await limiter.makeRefusedCalls(12, { perSecond });

			expect(countMostWithin(windowMs, sendTimes)).toBeLessThanOrEqual(mostCalls);
		},
	);
});

describe('RateLimiter in real time', () => {
	it('a rate limiter leaves no timer behind that would keep the process alive', async () => {
		const limiter = new RateLimiter();
		const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
		const makeCall = async () =>
			await limiter.sendWhenAllowed({ perSecond: 1, atOnce: 1 }, async () => await new Promise(setImmediate));

		await Promise.all([makeCall(), makeCall()]);

		expect(setTimeoutSpy).not.toHaveBeenCalled();
		setTimeoutSpy.mockRestore();
	});
});

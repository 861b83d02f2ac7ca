import { sleep } from 'n8n-workflow';

import { readRate } from '../../nodes/AlfaCrm/api/rate';
import { RateLimiter, rateLimiterOf } from '../../nodes/AlfaCrm/api/rateLimiter';
import { startAll, stopJitter } from './limiterSupport';

stopJitter();

const never = () => new Promise<void>(() => {});

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

describe('pauseFor', () => {
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
	])('reads %j as %d, and never as no limit by mistake', (value, rate) => {
		expect(readRate(value)).toBe(rate);
	});
});

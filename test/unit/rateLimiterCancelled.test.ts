import { pause } from '../../nodes/AlfaCrm/api/cancel';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { startAll, stopJitter, timed } from './limiterSupport';

stopJitter();

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

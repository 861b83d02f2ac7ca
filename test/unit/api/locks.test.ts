import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { waitUnlessAborted, onAbort } from '../../../nodes/AlfaCrm/api/cancel';
import { currentVersion, recordWrite, wasWrittenSince, withLock } from '../../../nodes/AlfaCrm/api/locks';
import { seed } from '../../support/depth';
import { timed } from './clock';

const turn = async () => await sleep(0);
const now = async <T>(value: T) => await Promise.resolve(value);

let number = 0;
const newKey = () => `https://demo.s20.online|a@b.example customer ${++number}`;

describe('work with the lock of a record', () => {
	it('begins while work on other records is under way, and after work that did not succeed', async () => {
		const [key, other] = [newKey(), newKey()];
		let end = () => {};
		const first = withLock([other], undefined, async () => await new Promise<void>((done) => (end = done)));
		await expect(
			withLock([key], undefined, async () => await Promise.reject(new Error('no'))),
		).rejects.toThrow('no');
		await expect(withLock([key], undefined, async () => await now('yes'))).resolves.toBe('yes');
		end();
		await first;
	});

	it('does not wait for itself when a key comes twice, and needs none', async () => {
		const key = newKey();
		await expect(withLock([key, key], undefined, async () => await now(1))).resolves.toBe(1);
		await expect(withLock([], undefined, async () => await now(2))).resolves.toBe(2);
	});

	it('begins in the order of asking, when all before it on the same records has ended and nothing of it is under way any more, unless it is cancelled', async () => {
		const work = fc.record({
			places: fc.shuffledSubarray([0, 1, 2, 3]),
			ms: fc.nat(50),
			cancelledAfter: fc.option(fc.nat(200), { nil: undefined }),
			leavesMs: fc.constantFrom(0, 0, 30),
		});
		await fc.assert(
			fc
				.asyncProperty(fc.array(work, { maxLength: 40 }), async (all) => {
					const keys = [newKey(), newKey(), newKey(), newKey()];
					const held = new Map<string, number>();
					const order = new Map<string, number[]>(keys.map((key) => [key, []]));
					let ended = 0;
					const one = async ({ places, ms, cancelledAfter, leavesMs }: (typeof all)[number], nth: number) => {
						const own = places.map((place) => keys[place]);
						const stop = new AbortController();
						if (cancelledAfter !== undefined) void sleep(cancelledAfter).then(() => stop.abort());
						const run = async () => {
							expect(stop.signal.aborted).toBe(false);
							for (const key of own) {
								expect(performance.now()).toBeGreaterThanOrEqual(held.get(key) ?? 0);
								held.set(key, Infinity);
								order.get(key)?.push(nth);
							}
							await sleep(ms);
							for (const key of own) held.set(key, performance.now() + leavesMs);
							ended += 1;
						};
						await withLock(own, stop.signal, run, () => leavesMs).catch(({ message }: Error) => {
							if (message !== 'The execution was cancelled') throw new Error(message);
							ended += 1;
						});
					};
					await timed(async () => await Promise.all(all.map(one)));
					expect(ended).toBe(all.length);
					for (const nths of order.values()) expect(nths).toEqual([...nths].sort((a, b) => a - b));
				})
				.beforeEach(() => void jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate'] }))
				.afterEach(() => void jest.useRealTimers()),
			{ seed, numRuns: 100 },
		);
	});
});

describe('an execution that is cancelled while it waits for its turn', () => {
	it('does not begin when it was cancelled before, or in the moment in which its turn comes', async () => {
		const begun = jest.fn();
		const work = async () => await now(begun());
		await expect(withLock([newKey()], AbortSignal.abort(), work)).rejects.toThrow('cancelled');
		const [key, stop] = [newKey(), new AbortController()];
		const first = withLock([key], undefined, async () => {
			await turn();
			stop.abort();
		});
		await expect(withLock([key], stop.signal, work)).rejects.toThrow('cancelled');
		await first;
		expect(begun).not.toHaveBeenCalled();
	});
});

describe('the end of an execution', () => {
	const never = new Promise<never>(() => {});

	it('is listened to once, however many wait for it, and no longer than they wait', async () => {
		const stop = new AbortController();
		const listened = jest.spyOn(stop.signal, 'addEventListener');
		const left = jest.spyOn(stop.signal, 'removeEventListener');
		const key = newKey();
		await Promise.all([1, 2, 3].map(async () => await withLock([key], stop.signal, turn)));
		expect([listened.mock.calls.length, left.mock.calls.length]).toEqual([1, 1]);
		const waits = Array.from({ length: 30 }, async () => await waitUnlessAborted(never, stop.signal));
		const ends = Promise.allSettled(waits);
		expect(listened).toHaveBeenCalledTimes(2);
		stop.abort();
		expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set(['rejected']));
	});

	it('is told to who comes after it, at once', async () => {
		const told = jest.fn();
		onAbort(AbortSignal.abort(), told);
		expect(told).toHaveBeenCalledTimes(1);
		await expect(waitUnlessAborted(now(1), AbortSignal.abort())).rejects.toThrow();
		await expect(waitUnlessAborted(now(7), new AbortController().signal)).resolves.toBe(7);
	});

	it('is not told to who has left', () => {
		const stop = new AbortController();
		const [left, stays] = [jest.fn(), jest.fn()];
		onAbort(stop.signal, left)();
		onAbort(stop.signal, stays);
		stop.abort();
		expect([left.mock.calls.length, stays.mock.calls.length]).toEqual([0, 1]);
	});

	it('ends a wait with the reason that the caller gives then', async () => {
		const stop = new AbortController();
		const late = waitUnlessAborted(never, stop.signal, () => new Error('given up'));
		stop.abort();
		await expect(late).rejects.toThrow('given up');
	});
});

describe('the memory of writes', () => {
	it('tells which records were written since a moment', () => {
		const [one, other] = [newKey(), newKey()];
		recordWrite([one, other]);
		const before = currentVersion();
		expect(wasWrittenSince([one, other], before)).toBe(false);
		recordWrite([one]);
		expect(wasWrittenSince([one], before)).toBe(true);
		expect(wasWrittenSince([other], before)).toBe(false);
		expect(wasWrittenSince([other, one], before)).toBe(true);
		expect(wasWrittenSince([one], currentVersion())).toBe(false);
	});

	it('keeps a bounded number of records, and takes everything for written at a moment that it no longer remembers', () => {
		const before = currentVersion();
		for (let count = 0; count < 20_001; count++) recordWrite([newKey()]);
		expect(wasWrittenSince([newKey()], before)).toBe(true);
		expect(wasWrittenSince([newKey()], currentVersion() - 1_000)).toBe(false);
	});
});

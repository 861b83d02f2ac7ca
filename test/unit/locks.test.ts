import { sleep } from 'n8n-workflow';

import { withLock } from '../../nodes/AlfaCrm/api/locks';
import { currentVersion, recordWrite, wasWrittenSince } from '../../nodes/AlfaCrm/api/writeLog';
import { randomFrom } from '../support/random';

/** Work that notes when it begins and ends, and ends when it is told to. */
function work(name: string, log: string[]) {
	let end = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	return {
		end,
		run: async () => {
			log.push(`${name} begins`);
			await ended;
			log.push(`${name} ends`);
			return name;
		},
	};
}

const turn = async () => await sleep(0);

let number = 0;
const newKey = () => `https://demo.s20.online|a@b.example customer ${++number}`;

describe('withLock', () => {
	it('lets work on the same record begin when the one before has ended, in the order it came', async () => {
		const log: string[] = [];
		const key = newKey();
		const all = ['a', 'b', 'c'].map((name) => work(name, log));
		const done = all.map(async ({ run }) => await withLock([key], undefined, run));
		await turn();
		expect(log).toEqual(['a begins']);
		for (const { end } of all) end();
		expect(await Promise.all(done)).toEqual(['a', 'b', 'c']);
		expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
	});

	it('lets work on other records go on meanwhile', async () => {
		const log: string[] = [];
		const [one, other] = [work('a', log), work('b', log)];
		const done = [one, other].map(async ({ run }) => await withLock([newKey()], undefined, run));
		await turn();
		expect(log).toEqual(['a begins', 'b begins']);
		one.end();
		other.end();
		await Promise.all(done);
	});

	it('goes on after work that did not succeed', async () => {
		const key = newKey();
		const first = withLock([key], undefined, async () => await Promise.reject(new Error('no')));
		const second = withLock([key], undefined, async () => await Promise.resolve('yes'));
		await expect(first).rejects.toThrow('no');
		await expect(second).resolves.toBe('yes');
	});

	it('waits on for what the work before may have left under way', async () => {
		const key = newKey();
		const begun = performance.now();
		const givenUp = async () => await Promise.reject(new Error('given up'));
		const first = withLock([key], undefined, givenUp, () => 50);
		const second = withLock([key], undefined, async () => await Promise.resolve(performance.now()));
		const stop = new AbortController();
		const third = withLock([key], stop.signal, async () => await Promise.resolve('never'));
		// The work itself has ended at once, and who waits can be cancelled.
		await expect(first).rejects.toThrow('given up');
		stop.abort();
		await expect(third).rejects.toThrow('The execution was cancelled');
		expect((await second) - begun).toBeGreaterThanOrEqual(48);
	});

	it('does not wait for itself when a key comes twice, and works without any', async () => {
		const key = newKey();
		await expect(withLock([key, key], undefined, async () => await Promise.resolve(1))).resolves.toBe(1);
		await expect(withLock([], undefined, async () => await Promise.resolve(2))).resolves.toBe(2);
	});

	it('never lets two pieces of work with a common key run at once, nor wait for each other for ever', async () => {
		const random = randomFrom(11);
		const keys = [newKey(), newKey(), newKey(), newKey()];
		const running = new Set<string>();
		let runs = 0;
		await Promise.all(
			Array.from({ length: 300 }, async () => {
				const own = keys.filter(() => random() < 0.5);
				if (random() < 0.5) own.reverse();
				await withLock(own, undefined, async () => {
					for (const key of own) {
						expect(running.has(key)).toBe(false);
						running.add(key);
					}
					for (let steps = random() * 3; steps > 0; steps--) await turn();
					for (const key of own) running.delete(key);
					runs += 1;
				});
			}),
		);
		expect(runs).toBe(300);
	});
});

describe('an execution that is cancelled while it waits for its turn', () => {
	it('is rejected at once, does nothing, and those behind it go on as if it had not been there', async () => {
		const log: string[] = [];
		const key = newKey();
		const stop = new AbortController();
		const [first, cancelled, third] = [work('a', log), work('b', log), work('c', log)];
		const done = withLock([key], undefined, first.run);
		const gone = withLock([key], stop.signal, cancelled.run);
		const after = withLock([key], new AbortController().signal, third.run);
		await turn();
		stop.abort();
		await expect(gone).rejects.toThrow('The execution was cancelled');
		expect(log).toEqual(['a begins']);
		first.end();
		third.end();
		await Promise.all([done, after]);
		expect(log).toEqual(['a begins', 'a ends', 'c begins', 'c ends']);
	});

	it('gives back the locks that it has already', async () => {
		const [one, other] = [newKey(), newKey()].sort();
		const log: string[] = [];
		const stop = new AbortController();
		const holder = work('holder', log);
		const held = withLock([other], undefined, holder.run);
		const gone = withLock([one, other], stop.signal, work('gone', log).run);
		await turn();
		stop.abort();
		await expect(gone).rejects.toThrow('cancelled');
		await expect(withLock([one], undefined, async () => await Promise.resolve('free'))).resolves.toBe('free');
		holder.end();
		await held;
	});

	it('does not let whoever it waited behind begin without the other locks that this one needs', async () => {
		const [one, other] = [newKey(), newKey()];
		const log: string[] = [];
		const stop = new AbortController();
		const [holder, both, cancelled] = [work('holder', log), work('both', log), work('cancelled', log)];
		const held = withLock([one], undefined, holder.run);
		const waiting = withLock([one, other], undefined, both.run);
		const gone = withLock([other], stop.signal, cancelled.run);
		stop.abort();
		await expect(gone).rejects.toThrow('cancelled');
		await turn();
		expect(log).toEqual(['holder begins']);
		holder.end();
		both.end();
		await Promise.all([held, waiting]);
		expect(log).toEqual(['holder begins', 'holder ends', 'both begins', 'both ends']);
	});

	it('does not begin when it was cancelled before', async () => {
		const begun = jest.fn();
		const cancelled = withLock([newKey()], AbortSignal.abort(), async () => await Promise.resolve(begun()));
		await expect(cancelled).rejects.toThrow('cancelled');
		expect(begun).not.toHaveBeenCalled();
	});

	it('does not begin when it is cancelled in the moment in which its turn comes', async () => {
		const key = newKey();
		const stop = new AbortController();
		const begun = jest.fn();
		const first = withLock([key], undefined, async () => {
			await turn();
			stop.abort();
		});
		const second = withLock([key], stop.signal, async () => await Promise.resolve(begun()));
		await expect(second).rejects.toThrow('cancelled');
		await first;
		expect(begun).not.toHaveBeenCalled();
	});

	it('leaves no listener on its signal behind', async () => {
		const key = newKey();
		const { signal } = new AbortController();
		const added = jest.spyOn(signal, 'addEventListener');
		const removed = jest.spyOn(signal, 'removeEventListener');
		await Promise.all([1, 2, 3].map(async () => await withLock([key], signal, turn)));
		expect(added).toHaveBeenCalledTimes(1);
		expect(removed).toHaveBeenCalledTimes(1);
	});
});

describe('the memory of writes', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	const HERE = Symbol('an execution');
	const ELSEWHERE = Symbol('another one');

	it('leaves out what the one who asks has written, but not what others wrote before', () => {
		const key = newKey();
		const before = currentVersion();
		recordWrite([key], HERE);
		expect(wasWrittenSince([key], before, HERE)).toBe(false);
		recordWrite([key], ELSEWHERE);
		recordWrite([key], HERE);
		expect(wasWrittenSince([key], before, HERE)).toBe(true);
		expect(wasWrittenSince([key], currentVersion(), HERE)).toBe(false);
	});

	it('tells which records were written since a moment', () => {
		const [one, other] = [newKey(), newKey()];
		const before = currentVersion();
		expect(wasWrittenSince([one, other], before, ELSEWHERE)).toBe(false);
		recordWrite([one], HERE);
		expect(wasWrittenSince([one], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([other], before, ELSEWHERE)).toBe(false);
		expect(wasWrittenSince([other, one], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([one], currentVersion(), ELSEWHERE)).toBe(false);
	});

	it('counts what was written before a moment no more than once', () => {
		const key = newKey();
		recordWrite([key], HERE);
		const since = currentVersion();
		recordWrite([newKey()], HERE);
		expect(wasWrittenSince([key], since, ELSEWHERE)).toBe(false);
		recordWrite([key], HERE);
		expect(wasWrittenSince([key], since, ELSEWHERE)).toBe(true);
	});

	it('takes everything for written at a moment that it no longer remembers', () => {
		const [written, unwritten] = [newKey(), newKey()];
		const before = currentVersion();
		recordWrite([written], HERE);
		jest.advanceTimersByTime(601_000);
		expect(wasWrittenSince([written], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([unwritten], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([written, unwritten], currentVersion(), ELSEWHERE)).toBe(false);
	});

	it('keeps a bounded number of records', () => {
		const before = currentVersion();
		for (let count = 0; count < 100_001; count++) recordWrite([newKey()], HERE);
		expect(wasWrittenSince([newKey()], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([newKey()], currentVersion() - 1_000, ELSEWHERE)).toBe(false);
	});

	it('forgets nothing too early when the clock is set back, and nothing too late', () => {
		jest.setSystemTime(Date.parse('2026-11-24T10:00:00Z'));
		const key = newKey();
		const before = currentVersion();
		recordWrite([key], HERE);
		jest.setSystemTime(Date.parse('2026-11-24T08:00:00Z'));
		expect(wasWrittenSince([key], before, ELSEWHERE)).toBe(true);
		expect(wasWrittenSince([newKey()], currentVersion(), ELSEWHERE)).toBe(false);
	});
});

import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { onAbort, waitUnlessAborted } from '../../../nodes/AlfaCrm/api/cancel';
import { currentVersion, recordWrite, wasWrittenSince, withLock } from '../../../nodes/AlfaCrm/api/locks';
import { seed } from '../../support/depth';
import { measureMs } from './clock';
import type { PlannedWork } from './lockQueues';
import { LockQueues, plannedWork } from './lockQueues';

const NOT_CANCELLED = undefined;
const neverSettles = new Promise<never>(() => {});

describe('withLock', () => {
	it('withLock returns the result of the work', async () => {
		const result = await withLock([makeNewKey()], NOT_CANCELLED, async () => await Promise.resolve('done'));

		expect(result).toBe('done');
	});

	it('withLock begins work on a record while work on another record is under way', async () => {
		let endOtherWork = () => {};
		const otherWork = withLock([makeNewKey()], NOT_CANCELLED, async () => {
			await new Promise<void>((resolve) => {
				endOtherWork = resolve;
			});
		});

		const result = await withLock([makeNewKey()], NOT_CANCELLED, async () => await Promise.resolve('done'));

		expect(result).toBe('done');
		endOtherWork();
		await otherWork;
	});

	it('withLock throws the error of work that fails', async () => {
		const work = withLock([makeNewKey()], NOT_CANCELLED, failWork);

		await expect(work).rejects.toThrow('The work failed');
	});

	it('withLock begins the next work on a record after work that failed', async () => {
		const key = makeNewKey();
		await withLock([key], NOT_CANCELLED, failWork).catch(() => undefined);

		const result = await withLock([key], NOT_CANCELLED, async () => await Promise.resolve('done'));

		expect(result).toBe('done');
	});

	it('withLock begins work that names the same record twice', async () => {
		const key = makeNewKey();

		const result = await withLock([key, key], NOT_CANCELLED, async () => await Promise.resolve('done'));

		expect(result).toBe('done');
	});

	it('withLock begins work that names no record', async () => {
		const result = await withLock([], NOT_CANCELLED, async () => await Promise.resolve('done'));

		expect(result).toBe('done');
	});

	it('withLock begins random work in the order of the calls, and after all earlier work on the same records has ended', async () => {
		const property = fc.asyncProperty(
			fc.array(plannedWork, { maxLength: 40 }),
			async (plan: PlannedWork[]) => {
				const queues = new LockQueues();

				await measureMs(async () => await queues.runAll(plan));

				expect(queues.overlaps).toEqual([]);
				expect(queues.beganAfterCancellation).toEqual([]);
				expect(queues.findRecordsOutOfOrder()).toEqual([]);
				expect(queues.endedCount).toBe(plan.length);
			},
		);

		await fc.assert(
			property
				.beforeEach(() => void jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate'] }))
				.afterEach(() => void jest.useRealTimers()),
			{ seed, numRuns: 100 },
		);
	});

	it('withLock does not begin work of a cancelled execution', async () => {
		const work = jest.fn();

		const call = withLock([makeNewKey()], AbortSignal.abort(), work);

		await expect(call).rejects.toThrow('The execution was cancelled');
		expect(work).not.toHaveBeenCalled();
	});

	it('withLock does not begin work whose execution is cancelled while it waits for the lock', async () => {
		const key = makeNewKey();
		const execution = new AbortController();
		const work = jest.fn();
		const earlierWork = withLock([key], NOT_CANCELLED, async () => {
			await sleep(0);
			execution.abort();
		});

		const call = withLock([key], execution.signal, work);

		await expect(call).rejects.toThrow('The execution was cancelled');
		await earlierWork;
		expect(work).not.toHaveBeenCalled();
	});

	it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
		'withLock does not begin work whose execution is cancelled %i promises after the end of the earlier work',
		async (promiseCount) => {
			const key = makeNewKey();
			const execution = new AbortController();
			const wasCancelledAtBeginning: boolean[] = [];
			const earlierWork = withLock([key], NOT_CANCELLED, async () => {
				await sleep(0);
				void passPromises(promiseCount).then(() => execution.abort());
			});

			const call = withLock([key], execution.signal, async () => {
				wasCancelledAtBeginning.push(execution.signal.aborted);
				await Promise.resolve();
			});
			await Promise.allSettled([earlierWork, call]);

			expect(wasCancelledAtBeginning).not.toContain(true);
		},
	);
});

describe('onAbort', () => {
	it('onAbort listens to a signal once for three pieces of work that wait for the same lock', async () => {
		const execution = new AbortController();
		const addEventListener = jest.spyOn(execution.signal, 'addEventListener');
		const key = makeNewKey();
		const work = async () => await sleep(0);

		await Promise.all([
			withLock([key], execution.signal, work),
			withLock([key], execution.signal, work),
			withLock([key], execution.signal, work),
		]);

		expect(addEventListener).toHaveBeenCalledTimes(1);
	});

	it('onAbort stops listening to a signal when nothing waits for it any more', async () => {
		const execution = new AbortController();
		const removeEventListener = jest.spyOn(execution.signal, 'removeEventListener');

		await waitUnlessAborted(Promise.resolve(), execution.signal);

		expect(removeEventListener).toHaveBeenCalledTimes(1);
	});

	it('onAbort listens to a signal again for a wait after the last one', async () => {
		const execution = new AbortController();
		await waitUnlessAborted(Promise.resolve(), execution.signal);

		const wait = waitUnlessAborted(neverSettles, execution.signal);
		execution.abort();

		await expect(wait).rejects.toThrow('The execution was cancelled');
	});

	it('onAbort calls the listener at once when the signal has aborted before', () => {
		const listener = jest.fn();

		onAbort(AbortSignal.abort(), listener);

		expect(listener).toHaveBeenCalledTimes(1);
	});

	it('onAbort calls a listener, and does not call one that was removed', () => {
		const execution = new AbortController();
		const removedListener = jest.fn();
		const listener = jest.fn();
		const removeListener = onAbort(execution.signal, removedListener);
		onAbort(execution.signal, listener);
		removeListener();

		execution.abort();

		expect(removedListener).not.toHaveBeenCalled();
		expect(listener).toHaveBeenCalledTimes(1);
	});
});

describe('waitUnlessAborted', () => {
	it('waitUnlessAborted returns the value when the signal does not abort', async () => {
		const { signal } = new AbortController();

		const value = await waitUnlessAborted(Promise.resolve(7), signal);

		expect(value).toBe(7);
	});

	it('waitUnlessAborted fails when the signal has aborted before, although the value is there', async () => {
		const wait = waitUnlessAborted(Promise.resolve(7), AbortSignal.abort());

		await expect(wait).rejects.toThrow('The execution was cancelled');
	});

	it('waitUnlessAborted ends 30 waits when their signal aborts, and listens to it once', async () => {
		const execution = new AbortController();
		const addEventListener = jest.spyOn(execution.signal, 'addEventListener');
		const onCancelled = jest.fn();
		const waits = Array.from({ length: 30 }, async () => {
			await waitUnlessAborted(neverSettles, execution.signal).catch(onCancelled);
		});

		execution.abort();
		await Promise.all(waits);

		expect(onCancelled).toHaveBeenCalledTimes(30);
		expect(addEventListener).toHaveBeenCalledTimes(1);
	});

	it('waitUnlessAborted fails with the error that the caller makes', async () => {
		const execution = new AbortController();
		const wait = waitUnlessAborted(neverSettles, execution.signal, () => new Error('given up'));

		execution.abort();

		await expect(wait).rejects.toThrow('given up');
	});
});

describe('wasWrittenSince', () => {
	it('wasWrittenSince is false for a record that was last written before the version', () => {
		const customer = makeNewKey();
		recordWrite([customer]);

		const version = currentVersion();

		expect(wasWrittenSince([customer], version)).toBe(false);
	});

	it('wasWrittenSince is true for a record that was written after the version', () => {
		const customer = makeNewKey();
		const version = currentVersion();

		recordWrite([customer]);

		expect(wasWrittenSince([customer], version)).toBe(true);
	});

	it('wasWrittenSince is false when only another record was written after the version', () => {
		const customer = makeNewKey();
		recordWrite([customer]);
		const version = currentVersion();

		recordWrite([makeNewKey()]);

		expect(wasWrittenSince([customer], version)).toBe(false);
	});

	it('wasWrittenSince is true when one of several records was written after the version', () => {
		const customer = makeNewKey();
		const otherCustomer = makeNewKey();
		const version = currentVersion();

		recordWrite([customer]);

		expect(wasWrittenSince([otherCustomer, customer], version)).toBe(true);
	});

	it('wasWrittenSince is true for each record of one write', () => {
		const customer = makeNewKey();
		const otherCustomer = makeNewKey();
		const version = currentVersion();

		recordWrite([customer, otherCustomer]);

		expect(wasWrittenSince([customer], version)).toBe(true);
		expect(wasWrittenSince([otherCustomer], version)).toBe(true);
	});

	it('wasWrittenSince is true for every record when the process has forgotten a write after the version', () => {
		const version = currentVersion();

		writeRecords(20_001);

		expect(wasWrittenSince([makeNewKey()], version)).toBe(true);
	});

	it('wasWrittenSince is false for an unwritten record when the process has forgotten no write after the version', () => {
		writeRecords(19_001);
		const version = currentVersion();
		writeRecords(1_000);

		expect(wasWrittenSince([makeNewKey()], version)).toBe(false);
	});

	function writeRecords(count: number): void {
		for (let written = 0; written < count; written++) {
			recordWrite([makeNewKey()]);
		}
	}
});

let keyCount = 0;

/** Makes the key of a customer that no other test uses. */
function makeNewKey(): string {
	keyCount += 1;
	return `https://demo.s20.online|a@b.example customer ${keyCount}`;
}

async function failWork(): Promise<never> {
	return await Promise.reject(new Error('The work failed'));
}

/** Waits until some promises have resolved one after the other, while no timer runs. */
async function passPromises(count: number): Promise<void> {
	for (let passed = 0; passed < count; passed++) {
		await Promise.resolve();
	}
}

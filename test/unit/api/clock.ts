import { sleep } from 'n8n-workflow';

interface ClockOptions {
	/** The time that the clock shows at the beginning of each test, in milliseconds. */
	now?: number;
	/** Replaces `Math.random`. The node chooses random waits, so that executions do not all go on at the same moment. */
	random?: () => number;
}

/** Stops the clock before each test of a file or of a `describe`. From then on, only the test moves the clock. */
export function stopTime({ now = 0, random }: ClockOptions = {}): void {
	beforeEach(() => {
		jest.useFakeTimers({ now, doNotFake: ['setImmediate'] });
		if (random !== undefined) jest.spyOn(Math, 'random').mockImplementation(random);
	});
	afterEach(() => {
		jest.restoreAllMocks();
		jest.useRealTimers();
	});
}

/**
 * Waits for work that needs a stopped clock to go on: moves the clock from timer to timer until the work is done, and
 * returns its result.
 */
export async function settle<T>(work: Promise<T>): Promise<T> {
	let isDone = false;
	const noteEnd = () => {
		isDone = true;
	};
	void work.then(noteEnd, noteEnd);

	for (;;) {
		await runReadyCode();
		if (isDone) return await work;
		if (jest.getTimerCount() === 0) throw new Error('The work waits for nothing that could happen');
		jest.advanceTimersToNextTimer();
	}
}

/** Moves the stopped clock until the work is done, and returns the milliseconds that the work took. */
export async function measureMs(work: () => Promise<unknown>): Promise<number> {
	const begunAt = performance.now();
	await settle(work());
	return performance.now() - begunAt;
}

/** Moves the stopped clock on by some milliseconds. */
export async function passTime(ms: number): Promise<void> {
	await settle(sleep(ms));
}

/** Runs all code that does not wait for the clock. */
async function runReadyCode(): Promise<void> {
	await new Promise<void>((resolve) => {
		setImmediate(resolve);
	});
}

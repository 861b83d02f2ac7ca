interface ClockOptions {
	/** The moment at which the clock stands at the beginning of each test. */
	now?: number;
	/** Takes the place of `Math.random`, which spreads the waits of executions that would all go on at the same moment. */
	random?: () => number;
}

/** Stops the clock before each test of a file or of a `describe`. After that, only the test moves the clock. */
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

/** Moves the stopped clock from timer to timer until the work is done, and returns its result. */
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

/** Moves the stopped clock until the work is done, and returns how many milliseconds the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const begunAt = performance.now();
	await settle(work());
	return performance.now() - begunAt;
}

/** Runs all code that does not wait for the clock. */
async function runReadyCode(): Promise<void> {
	await new Promise<void>((resolve) => {
		setImmediate(resolve);
	});
}

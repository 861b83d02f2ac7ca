/**
 * Before each test of a file or of a `describe`: a clock that only the test moves, from the moment 0 on.
 *
 * @param random what `Math.random` gives, which spreads the waits of those who would all go on at the same moment
 */
export function stopTime({ now = 0, random }: { now?: number; random?: () => number } = {}): void {
	beforeEach(() => {
		jest.useFakeTimers({ now, doNotFake: ['setImmediate'] });
		if (random !== undefined) jest.spyOn(Math, 'random').mockImplementation(random);
	});
	afterEach(() => {
		jest.restoreAllMocks();
		jest.useRealTimers();
	});
}

/** All that follows from what has happened so far, before the clock goes on. */
const consequences = async () => await new Promise<void>((resolve) => setImmediate(resolve));

/** Lets the time go on until the work is done. */
export async function settle<T>(work: Promise<T>): Promise<T> {
	let isDone = false;
	void work.finally(() => (isDone = true)).catch(() => {});
	for (;;) {
		await consequences();
		if (isDone) return await work;
		if (jest.getTimerCount() === 0) throw new Error('Nothing goes on any more');
		jest.advanceTimersToNextTimer();
	}
}

/** Lets the time go on until the work is done, and tells how many milliseconds it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const begun = performance.now();
	await settle(work());
	return performance.now() - begun;
}

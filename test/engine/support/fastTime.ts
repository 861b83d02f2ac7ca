/**
 * How much faster time runs. On a busy machine it runs slower, so that slow work gets the time it
 * needs.
 */
const TIMES = 20;
const NOT_FAKED = [
	...(['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime', 'performance'] as const),
];

/**
 * Lets time run faster for node and school alike, in a file or a describe: a wait of a second takes
 * 50 ms.
 */
export function useFastTime(): void {
	const { setInterval: every, clearInterval: stop } = globalThis;
	const realNow = performance.now.bind(performance);
	/**
	 * Never goes back, because from one test to the next the node remembers when it may send again.
	 */
	let now = realNow;
	let ticking: NodeJS.Timeout;
	let watched: jest.SpyInstance;
	beforeAll(() => {
		watched = jest.spyOn(performance, 'now').mockImplementation(() => now());
	});
	beforeEach(() => {
		const from = now();
		jest.useFakeTimers({ doNotFake: NOT_FAKED });
		// Follows the clock even when a test sets it.
		const clock = Date.now.bind(Date);
		const begun = clock();
		now = () => from + clock() - begun;
		ticking = every(() => jest.advanceTimersByTime(TIMES), 1);
	});
	afterEach(() => {
		stop(ticking);
		const [to, at] = [now(), realNow()];
		jest.useRealTimers();
		now = () => to + realNow() - at;
	});
	afterAll(() => watched.mockRestore());
}

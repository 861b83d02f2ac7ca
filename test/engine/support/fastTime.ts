/** Each millisecond is so many, or fewer where the machine is busy: whoever is slow is given the time that it needs. */
const TIMES = 20;
const NOT_FAKED = [
	...(['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime', 'performance'] as const),
];

/** In the tests of a file or a describe time runs faster, for node and school alike: what waits for a second is soon done. */
export function useFastTime(): void {
	const { setInterval: every, clearInterval: stop } = globalThis;
	const realNow = performance.now.bind(performance);
	/** Never goes back: the node remembers until when it is not to send, also from one test to the next. */
	let now = realNow;
	let ticking: NodeJS.Timeout;
	let watched: jest.SpyInstance;
	beforeAll(() => {
		watched = jest.spyOn(performance, 'now').mockImplementation(() => now());
	});
	beforeEach(() => {
		const from = now();
		jest.useFakeTimers({ doNotFake: NOT_FAKED });
		// Also where a test sets the clock.
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

/**
 * Milliseconds by which the fake clock moves in each real millisecond. A busy machine moves it more slowly.
 */
const SPEED = 20;

/** Functions of Node.js that go on in real time. */
const NOT_FAKED = [
	'nextTick' as const,
	'setImmediate' as const,
	'clearImmediate' as const,
	'queueMicrotask' as const,
	'hrtime' as const,
	'performance' as const,
];

/**
 * Lets time run faster for the node and the school, in a file or a describe: a wait of a second takes
 * 50 ms.
 */
export function useFastTime(): void {
	const realSetInterval = globalThis.setInterval;
	const realClearInterval = globalThis.clearInterval;
	const readRealTime = performance.now.bind(performance);
	// `performance.now` never goes back, because the node remembers from one test to the next when it
	// may send again.
	let readTime = readRealTime;
	let ticking: NodeJS.Timeout;
	let spy: jest.SpyInstance;

	beforeAll(() => {
		spy = jest.spyOn(performance, 'now').mockImplementation(() => readTime());
	});

	beforeEach(() => {
		const timeAtStart = readTime();
		jest.useFakeTimers({ doNotFake: NOT_FAKED });
		// The fake clock moves with the fake timers, and jumps when a test sets it.
		const readFakeClock = Date.now.bind(Date);
		const clockAtStart = readFakeClock();
		readTime = () => timeAtStart + readFakeClock() - clockAtStart;
		ticking = realSetInterval(() => jest.advanceTimersByTime(SPEED), 1);
	});

	afterEach(() => {
		realClearInterval(ticking);
		const timeAtEnd = readTime();
		const realTimeAtEnd = readRealTime();
		jest.useRealTimers();
		readTime = () => timeAtEnd + readRealTime() - realTimeAtEnd;
	});

	afterAll(() => spy.mockRestore());
}

const NOT_FAKED = ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime'] as const;
/** Each millisecond is so many, or fewer where the machine is busy: whoever is slow is given the time that it needs. */
const TIMES = 20;

/** In the tests of a describe time runs faster, for node and school alike: what waits for a second is soon done. */
export function useFastTime(): void {
	const { setInterval: every, clearInterval: stop } = globalThis;
	let ticking: NodeJS.Timeout;
	beforeEach(() => {
		jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
		ticking = every(() => jest.advanceTimersByTime(TIMES), 1);
	});
	afterEach(() => {
		stop(ticking);
		jest.useRealTimers();
	});
}

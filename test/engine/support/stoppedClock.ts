const NOT_FAKED = [
	'setTimeout',
	'clearTimeout',
	'setInterval',
	'clearInterval',
	'setImmediate',
	'clearImmediate',
	'nextTick',
	'queueMicrotask',
	'hrtime',
	'performance',
] as const;

/**
 * Stops the date for node and school alike, while timers go on. End it with `jest.useRealTimers()`.
 */
export function stopClock(moment: string): void {
	jest.useFakeTimers({ now: new Date(moment), doNotFake: [...NOT_FAKED] });
}

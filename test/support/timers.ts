/** Milliseconds of the timers that such work has started and that are not over when it is. */
export async function timersLeftBy(work: () => Promise<unknown>): Promise<number[]> {
	const started = jest.spyOn(globalThis, 'setTimeout');
	const begun = performance.now();
	await work();
	const took = performance.now() - begun;
	const lengths = started.mock.calls.map(([, ms = 0]) => ms);
	started.mockRestore();
	// A timer may end a fraction of a millisecond early.
	return lengths.filter((ms) => ms > Math.ceil(took));
}

// Community nodes may not touch the timers themselves, so their linter keeps this out of TypeScript.

/**
 * Milliseconds of the timers that such work has started and that are not over when it is.
 *
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number[]>}
 */
async function timersLeftBy(work) {
	const started = jest.spyOn(globalThis, 'setTimeout');
	const begun = performance.now();
	await work();
	const took = performance.now() - begun;
	const lengths = started.mock.calls.map(([, ms = 0]) => ms);
	started.mockRestore();
	return lengths.filter((ms) => ms > took);
}

module.exports = { timersLeftBy };

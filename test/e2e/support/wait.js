const { setTimeout: sleep } = require('node:timers/promises');

/**
 * Asks again and again until there is an answer.
 * @template T
 * @param {string} what for the message
 * @param {() => Promise<T | undefined>} ask
 * @param {number} [timeout] milliseconds
 * @returns {Promise<T>}
 */
async function until(what, ask, timeout = 120_000) {
	const deadline = Date.now() + timeout;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s in vain for ${what}`);
		await sleep(500);
	}
}

module.exports = { until };

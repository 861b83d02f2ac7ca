'use strict';

const EVERY_MS = 30_000;

/** @param {string} line */
function say(line) {
	process.stdout.write(`${line}\n`);
}

/** @param {number} ms */
function duration(ms) {
	const seconds = ms / 1000;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	if (seconds < 100) return `${Math.round(seconds)} s`;
	return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/**
 * Announces a long step, shows that it is still alive, and says how long it took.
 * In a terminal the running time is updated in place; in a log it is a plain line every half minute.
 * @template T
 * @param {string} title
 * @param {string} expected for example "about 3 min"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(title, expected, work) {
	const started = Date.now();
	const inPlace = Boolean(process.stdout.isTTY);
	say(`${title} (${expected})`);
	const timer = setInterval(
		() => {
			const line = `  ${duration(Date.now() - started)} so far`;
			process.stdout.write(inPlace ? `\r${line} ` : `${line}\n`);
		},
		inPlace ? 1000 : EVERY_MS,
	);
	const end = (/** @type {string} */ word) => {
		clearInterval(timer);
		process.stdout.write(`${inPlace ? '\r' : ''}  ${word} after ${duration(Date.now() - started)}   \n`);
	};
	try {
		const result = await work();
		end('done');
		return result;
	} catch (error) {
		end('stopped');
		throw error;
	}
}

module.exports = { say, step, duration };

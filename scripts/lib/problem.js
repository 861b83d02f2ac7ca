'use strict';

/** Something a person can act on. It is printed as it stands, without a stack trace. */
class Problem extends Error {
	/**
	 * @param {string} message what happened and what to do next
	 * @param {{ details?: string, code?: string }} [options] `details` is raw output worth seeing below the message
	 */
	constructor(message, options = {}) {
		super(message);
		this.name = 'Problem';
		this.details = options.details ?? '';
		this.code = options.code ?? '';
	}
}

/**
 * Prints a failure the way a command line should: the message, then the raw output if there is some.
 * @param {unknown} error
 */
function report(error) {
	if (error instanceof Problem) {
		console.error(`\n${error.message}`);
		if (error.details) console.error(`\n${indent(error.details)}`);
		return;
	}
	const message = error instanceof Error ? error.message : String(error);
	console.error(`\nUnexpected: ${message}`);
	if (process.env.ALFACRM_DEBUG && error instanceof Error) console.error(error.stack);
	else console.error('Set ALFACRM_DEBUG=1 to see where it comes from.');
}

/**
 * Runs a script's main function and turns its outcome into the exit code; without one the script goes on until nothing is left to do.
 * @param {() => Promise<number | void>} main
 */
function runMain(main) {
	const checked = async () => {
		if (Number(process.versions.node.split('.')[0]) < 20)
			throw new Problem(`This needs Node 20 or newer; this is ${process.version}.`);
		return await main();
	};
	checked().then(
		(code) => {
			if (code !== undefined) process.exit(code);
		},
		(error) => {
			report(error);
			process.exit(1);
		},
	);
}

/** @param {string} text */
function indent(text) {
	return text
		.trimEnd()
		.split('\n')
		.map((line) => `  ${line}`)
		.join('\n');
}

module.exports = { Problem, report, runMain };

// @ts-check
'use strict';

/** So many lines of raw output are shown, the last ones. */
const DETAIL_LINES = 40;

/** Something a person can act on. It is printed as it stands, without a stack trace. */
class UserFacingError extends Error {
	/**
	 * @param {string} message what happened and what to do next
	 * @param {{ details?: string, code?: string }} [options] `details` is raw output worth seeing below the message
	 */
	constructor(message, { details = '', code = '' } = {}) {
		super(message);
		this.name = 'UserFacingError';
		this.details = details;
		this.code = code;
	}
}

/**
 * Prints a failure the way a command line should: the message, then the raw output if there is some.
 * @param {unknown} error
 */
function report(error) {
	if (error instanceof UserFacingError) {
		console.error(`\n${error.message}`);
		const lines = error.details.trimEnd().split('\n').slice(-DETAIL_LINES);
		if (error.details) console.error(`\n${lines.map((line) => `  ${line}`).join('\n')}`);
		return;
	}
	console.error(`\nUnexpected: ${error instanceof Error ? error.message : error}`);
	if (process.env.ALFACRM_DEBUG && error instanceof Error) console.error(error.stack);
	else console.error('Set ALFACRM_DEBUG=1 to see where it comes from.');
}

module.exports = { report, UserFacingError };

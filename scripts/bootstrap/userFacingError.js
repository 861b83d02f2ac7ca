// @ts-check
'use strict';

/** So many lines of raw output are shown, the last ones. */
const DETAIL_LINES = 40;

/** Something a person can act on. It is printed as it stands, without a stack trace. */
class UserFacingError extends Error {
	/**
	 * @param {string} message what happened and what to do next
	 * @param {{ details?: string }} [options] `details` is raw output worth seeing below the message
	 */
	constructor(message, { details = '' } = {}) {
		super(message);
		this.name = 'UserFacingError';
		this.details = details;
	}
}

/**
 * Prints a failure the way a command line should: the message, then the raw output if there is some.
 * @param {unknown} error
 */
function report(error) {
	if (!(error instanceof UserFacingError)) {
		console.error(error);
		return;
	}
	console.error(`\n${error.message}`);
	const lines = error.details.trimEnd().split('\n').slice(-DETAIL_LINES);
	if (error.details) console.error(`\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

module.exports = { report, UserFacingError };

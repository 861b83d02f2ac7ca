'use strict';

const { inRepo, ROOT } = require('./paths.js');
const { run } = require('./run.js');

/** Jest itself uses what Node calls experimental. */
const QUIET = process.allowedNodeEnvironmentFlags.has('--disable-warning')
	? ['--disable-warning=ExperimentalWarning']
	: [];

/**
 * Hands over to jest.
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options] `env`: added to the environment
 * @returns {Promise<number>} its exit code
 */
async function runJest(args, { env } = {}) {
	const { code } = await run(
		process.execPath,
		[...QUIET, inRepo('node_modules', 'jest', 'bin', 'jest.js'), ...args],
		{
			cwd: ROOT,
			env: { ...process.env, ...env },
			inherit: true,
		},
	);
	return code;
}

module.exports = { runJest };

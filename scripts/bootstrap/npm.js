// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { UserFacingError } = require('./userFacingError.js');

/** What `npm run` sets for this repository and must not reach an npm that works elsewhere. */
const OWN =
	/^npm_((lifecycle|package)_|config_(local_prefix|ignore_scripts|legacy_peer_deps|save_exact|engine_strict|nodedir)$)/i;

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier'];

/**
 * The npm that runs this, as a script that any Node can run (so n8n is installed by Node 24 without a second npm).
 * @returns {string} path of npm-cli.js
 */
function npmCli() {
	const { npm_execpath: npm } = process.env;
	if (npm) return npm;
	throw new UserFacingError('Let npm run this: npm run <command>');
}

/**
 * The environment for a nested npm.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnv(extra = {}) {
	const inherited = Object.entries(process.env).filter(([name]) => !OWN.test(name));
	return { ...Object.fromEntries(inherited), ...extra };
}

/**
 * Runs npm, whose errors are shown as it says them.
 * @param {string[]} args
 * @param {{ cwd: string, what: string, node?: string, env?: NodeJS.ProcessEnv }} options `what` completes "Could not ..."
 * @returns {Promise<string>} npm's stdout
 */
async function npm(args, { cwd, what, node = process.execPath, env }) {
	const child = spawn(node, [npmCli(), ...QUIET, ...args], {
		cwd,
		env: npmEnv(env),
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let details = '';
	child.stdout.setEncoding('utf8').on('data', (text) => (details += text));
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => {
			if (code === 0) resolve(details);
			else reject(new UserFacingError(`Could not ${what}: npm ended with ${code ?? signal}.`, { details }));
		});
	});
}

module.exports = { npm, npmCli, npmEnv };

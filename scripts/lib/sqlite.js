'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { npmCli, npmEnv } = require('./npm.js');
const { Problem } = require('./problem.js');
const { step } = require('./progress.js');
const { run, tail } = require('./run.js');

/**
 * @param {string} modules a node_modules folder that holds sqlite3
 * @param {import('./node24.js').Node24} node24
 * @returns {Promise<string>} empty when the driver loads
 */
async function sqliteFault(modules, node24) {
	const result = await run(node24.node, ['-e', 'require(process.argv[1])', path.join(modules, 'sqlite3')], {
		timeout: 20_000,
	});
	return result.code === 0 ? '' : tail(result.output, 5) || 'it does not load';
}

/**
 * Gives sqlite3 its native part: its own published binary when that can be downloaded, else one built here.
 * @param {string} modules
 * @param {import('./node24.js').Node24} node24
 */
async function buildSqlite(modules, node24) {
	if (!(await sqliteFault(modules, node24))) return;
	const cwd = path.join(modules, 'sqlite3');
	const env = npmEnv({ PATH: `${node24.binDir}${path.delimiter}${process.env.PATH}` });
	const prebuilt = path.join(modules, 'prebuild-install', 'bin.js');
	if (fs.existsSync(prebuilt)) {
		await step("Downloading n8n's SQLite driver", 'a few seconds', async () => {
			await run(node24.node, [prebuilt, '-r', 'napi'], { cwd, env, timeout: 30_000, leash: true });
		});
		if (!(await sqliteFault(modules, node24))) return;
	}
	const missing = await missingTools();
	if (missing.length > 0) {
		throw new Problem(
			`n8n's SQLite driver could not be downloaded, and to build it this machine lacks: ${missing.join(', ')}.\n` +
				'On Debian or Ubuntu: apt-get install -y python3 make g++. On macOS: xcode-select --install.',
		);
	}
	const gyp = path.join(path.dirname(npmCli()), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
	const headers = node24.headers ? [`--nodedir=${node24.headers}`] : [];
	const result = await step(
		"Not available; building n8n's SQLite driver here (once)",
		'about 1 min',
		async () =>
			await run(node24.node, [gyp, 'rebuild', ...headers], { cwd, env, timeout: 900_000, leash: true }),
	);
	const fault = await sqliteFault(modules, node24);
	if (fault)
		throw new Problem("n8n's SQLite driver could not be built.", {
			details: tail(result.output, 25) || fault,
		});
}

/** @returns {Promise<string[]>} */
async function missingTools() {
	if (process.platform === 'win32') return [];
	const missing = [];
	for (const tool of ['python3', 'make', 'g++']) {
		const found = await run(tool, ['--version'], { timeout: 20_000 });
		if (found.code !== 0) missing.push(tool);
	}
	return missing;
}

module.exports = { buildSqlite, sqliteFault };

'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { npmEnv } = require('./npm.js');
const { Problem } = require('./problem.js');
const { run, tail } = require('./run.js');

/**
 * Carries the native part of sqlite3 for each platform, as a rebuild of the same driver. sqlite3's own is downloaded from a place that
 * not every machine reaches, and building it takes a compiler; npm is there in any case.
 */
const CARRIER = { name: '@appthreat/sqlite3', version: '9.0.2' };

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
 * Gives sqlite3 its native part: its own when that can be downloaded, else the one in CARRIER, which has to be installed beside it.
 * @param {string} modules
 * @param {import('./node24.js').Node24} node24
 */
async function completeSqlite(modules, node24) {
	const cwd = path.join(modules, 'sqlite3');
	const download = path.join(modules, 'prebuild-install', 'bin.js');
	const env = npmEnv({ PATH: `${node24.binDir}${path.delimiter}${process.env.PATH}` });
	await run(node24.node, [download, '-r', 'napi'], { cwd, env, timeout: 30_000, leash: true });
	let fault = await sqliteFault(modules, node24);
	const platform = path.join(modules, CARRIER.name, 'prebuilds', `${process.platform}-${process.arch}`);
	const target = path.join(cwd, 'build', 'Release', 'node_sqlite3.node');
	for (const file of fs.existsSync(platform) ? fs.readdirSync(platform) : []) {
		if (!fault) return;
		fs.mkdirSync(path.dirname(target), { recursive: true });
		fs.copyFileSync(path.join(platform, file), target);
		fault = await sqliteFault(modules, node24);
	}
	if (fault) throw new Problem("n8n's SQLite driver does not run on this machine.", { details: fault });
}

module.exports = { CARRIER, completeSqlite, sqliteFault };

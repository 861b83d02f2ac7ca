'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { cached } = require('./cache.js');
const { n8nEnv } = require('./n8n-env.js');
const { ensureNode24 } = require('./node24.js');
const { npm } = require('./npm.js');
const { Problem } = require('./problem.js');
const { step } = require('./progress.js');
const { run, tail } = require('./run.js');
const { CARRIER, completeSqlite, sqliteFault } = require('./sqlite.js');

/** The n8n that everything here is tested with. */
const N8N_VERSION = '2.41.1';

/**
 * @typedef {object} N8n
 * @property {string} version
 * @property {string} node the Node 24 that runs it
 * @property {string} binDir
 * @property {string} modules its node_modules folder
 * @property {string} cli the script that starts it
 * @property {boolean} isNew it was installed just now
 */

/**
 * A real n8n with its SQLite driver, from the cache or installed into it.
 * @param {{ suspect?: boolean }} [options] `suspect`: it failed to start, so look closely whether it is still whole
 * @returns {Promise<N8n>}
 */
async function ensureN8n(options = {}) {
	const node24 = await ensureNode24();
	const { folder, isNew } = await cached(
		{
			name: `n8n-${N8N_VERSION}-${process.platform}-${process.arch}`,
			what: `n8n ${N8N_VERSION}`,
			make: async (part) => await install(part, node24),
			check: async (done) => await quickCheck(done, node24),
		},
		options,
	);
	const modules = path.join(folder, 'node_modules');
	return {
		version: N8N_VERSION,
		node: node24.node,
		binDir: node24.binDir,
		modules,
		cli: cliOf(modules),
		isNew,
	};
}

/** @param {string} modules */
function cliOf(modules) {
	return path.join(modules, 'n8n', 'bin', 'n8n');
}

/**
 * n8n's install scripts are skipped: one of them downloads sources from places that a plain npm user may not reach,
 * and of all native modules only SQLite's is needed here, so that one is seen to by itself.
 * @param {string} folder
 * @param {import('./node24.js').Node24} node24
 */
async function install(folder, node24) {
	fs.writeFileSync(
		path.join(folder, 'package.json'),
		JSON.stringify(
			{ private: true, dependencies: { n8n: N8N_VERSION, [CARRIER.name]: CARRIER.version } },
			null,
			'\t',
		),
	);
	await step(`Installing n8n ${N8N_VERSION} (2.9 GB, once)`, 'about 3 min', async () => {
		await npm(
			['install', '--ignore-scripts', '--legacy-peer-deps=false', '--no-package-lock', '--loglevel=error'],
			{
				cwd: folder,
				node: node24.node,
				what: `install n8n ${N8N_VERSION}`,
				downloads: true,
				env: { PATH: `${node24.binDir}${path.delimiter}${process.env.PATH}` },
			},
		);
	});
	await completeSqlite(path.join(folder, 'node_modules'), node24);
	await step('Checking that n8n runs', 'about 10 s', async () => await fullCheck(folder, node24));
}

/**
 * Cheap enough for every run.
 * @param {string} folder
 * @param {import('./node24.js').Node24} node24
 */
async function quickCheck(folder, node24) {
	const modules = path.join(folder, 'node_modules');
	const result = await run(node24.node, [cliOf(modules), '--version'], { timeout: 20_000 });
	if (result.stdout.trim() !== N8N_VERSION) return 'its command line does not start';
	const fault = await sqliteFault(modules, node24);
	return fault ? 'its SQLite driver does not load' : '';
}

/**
 * Opens a database and lists its (zero) workflows: loads most of n8n and proves the driver.
 * @param {string} folder
 * @param {import('./node24.js').Node24} node24
 */
async function fullCheck(folder, node24) {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-check-'));
	try {
		const result = await run(node24.node, [cliOf(path.join(folder, 'node_modules')), 'list:workflow'], {
			cwd: home,
			env: n8nEnv(node24, home),
			timeout: 120_000,
		});
		if (result.code === 0) return;
		throw new Problem(`n8n ${N8N_VERSION} was installed but does not run.`, {
			details: tail(result.output, 15),
		});
	} finally {
		fs.rmSync(home, { recursive: true, force: true });
	}
}

module.exports = { ensureN8n, N8N_VERSION };

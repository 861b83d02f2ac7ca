'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { cached } = require('./cache.js');
const { npm } = require('./npm.js');
const { Problem } = require('./problem.js');
const { step } = require('./progress.js');

/** Older engines that the node is tested in as well: each n8n-core with the n8n-workflow that its n8n came with. */
const ENGINES = { '1.122.48': '1.120.31', '2.39.8': '2.39.3' };

/**
 * An older engine, from the cache or installed into it.
 * @param {string} core version of n8n-core, one of ENGINES
 * @returns {Promise<string>} its node_modules folder
 */
async function ensureEngine(core) {
	const workflow = ENGINES[/** @type {keyof typeof ENGINES} */ (core)];
	if (!workflow)
		throw new Problem(`There is no engine "${core}" to test in, only ${Object.keys(ENGINES).join(' and ')}.`);
	const dependencies = { 'n8n-core': core, 'n8n-workflow': workflow };
	const { folder } = await cached({
		name: `n8n-core-${core}`,
		what: `n8n-core ${core}`,
		make: async (part) => {
			fs.writeFileSync(path.join(part, 'package.json'), JSON.stringify({ private: true, dependencies }));
			await step(`Installing n8n-core ${core} (300 MB, once)`, 'about 30 s', async () => {
				await npm(
					['install', '--ignore-scripts', '--legacy-peer-deps', '--no-package-lock', '--loglevel=error'],
					{ cwd: part, what: `install n8n-core ${core}`, downloads: true },
				);
			});
		},
		check: async (done) => {
			const wrong = Object.entries(dependencies).find(([name, version]) => versionOf(done, name) !== version);
			return wrong ? `${wrong[0]} ${wrong[1]} is not there` : '';
		},
	});
	return path.join(folder, 'node_modules');
}

/**
 * @param {string} folder
 * @param {string} name of a package below it
 */
function versionOf(folder, name) {
	const file = path.join(folder, 'node_modules', name, 'package.json');
	return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).version : undefined;
}

module.exports = { ENGINES, ensureEngine };

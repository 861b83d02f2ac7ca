'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { withLock } = require('./lock.js');
const { npm } = require('./npm.js');
const { inRepo, ROOT } = require('./paths.js');
const { step } = require('./progress.js');

const STAMP = inRepo('node_modules', '.cache', 'alfacrm-lock.txt');

/** Runs `npm ci` when node_modules is missing or is not what package-lock.json asks for. */
async function ensureDependencies() {
	if (upToDate()) return;
	await withLock(inRepo('node_modules.lock'), 'npm ci', async () => {
		if (upToDate()) return;
		await step('Installing the development dependencies (npm ci)', 'about 1 min', async () => {
			await npm(['ci', '--loglevel=error'], {
				cwd: ROOT,
				what: 'install the development dependencies',
				downloads: true,
				env: { npm_config_ignore_scripts: 'true' },
			});
		});
		writeStamp();
	});
}

/** The stamp answers at once; without it (someone ran npm by hand) the two lock files are compared. */
function upToDate() {
	if (!fs.existsSync(inRepo('node_modules', '.package-lock.json'))) return false;
	if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === lockHash()) return true;
	if (!installedAsLocked()) return false;
	writeStamp();
	return true;
}

/** npm's own record of what it installed against what is asked for; optional packages of other platforms may be absent. */
function installedAsLocked() {
	const wanted = readPackages(inRepo('package-lock.json'));
	const present = readPackages(inRepo('node_modules', '.package-lock.json'));
	return Object.entries(wanted).every(([place, entry]) => {
		if (place === '') return true;
		if (!present[place]) return Boolean(entry.optional);
		return present[place].version === entry.version;
	});
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
	return JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? {};
}

function lockHash() {
	return createHash('sha256')
		.update(fs.readFileSync(inRepo('package-lock.json')))
		.digest('hex');
}

function writeStamp() {
	fs.mkdirSync(inRepo('node_modules', '.cache'), { recursive: true });
	fs.writeFileSync(STAMP, lockHash());
}

module.exports = { ensureDependencies };

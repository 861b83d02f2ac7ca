// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { npm } = require('./npm.js');

const ROOT = path.join(__dirname, '..', '..');
/** No installation takes longer. */
const MOST_MS = 15 * 60_000;
const LOCK = path.join(ROOT, '.npm-ci.lock');

/**
 * Runs `npm ci` when node_modules is missing or is not what package-lock.json asks for.
 * @param {{ tools: boolean }} wanted `tools`: those of scripts/package.json, too, which take as much again
 */
async function ensureDependencies({ tools }) {
	const areInstalled = tools ? hasAll : hasOwn;
	if (areInstalled()) return;
	await takeTurn();
	try {
		if (!areInstalled()) await install(tools ? [] : ['--workspaces=false']);
	} finally {
		fs.rmSync(LOCK, { force: true });
	}
}

/** @param {string[]} flags */
async function install(flags) {
	const started = performance.now();
	const soFar = () => `${Math.round((performance.now() - started) / 1_000)} s`;
	console.log('Installing the development dependencies (npm ci) (less than a minute)');
	const timer = setInterval(() => console.log(`  ${soFar()} so far`), 30_000);
	try {
		await npm(['ci', '--loglevel=error', ...flags], {
			cwd: ROOT,
			what: 'install the development dependencies',
			downloads: true,
			env: { npm_config_ignore_scripts: 'true' },
		});
	} finally {
		clearInterval(timer);
	}
	console.log(`  done after ${soFar()}`);
}

/** npm's own record of what it installed against what is asked for; optional packages of other platforms may be absent. */
function hasAll() {
	const present = packagesIn('node_modules/.package-lock.json');
	return Object.entries(packagesIn('package-lock.json')).every(([place, { version, optional }]) =>
		place in present ? present[place].version === version : place === '' || optional === true,
	);
}

/** The same without the tools: each package that package.json names is there, and nothing in another version. */
function hasOwn() {
	const present = packagesIn('node_modules/.package-lock.json');
	const asked = packagesIn('package-lock.json');
	const own = Object.keys(asked['']?.devDependencies ?? {});
	return (
		own.every((name) => `node_modules/${name}` in present) &&
		Object.entries(present).every(([place, { version }]) => asked[place]?.version === version)
	);
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devDependencies?: Record<string, string> }>}
 */
function packagesIn(file) {
	const place = path.join(ROOT, file);
	return fs.existsSync(place) ? JSON.parse(fs.readFileSync(place, 'utf8')).packages : {};
}

/** Waits for other processes that install here; one that has ended without tidying up is not waited for. */
async function takeTurn() {
	for (let isFirst = true; ; isFirst = false) {
		try {
			fs.writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
		} catch {
			if (!isHeld()) fs.rmSync(LOCK, { force: true });
			else if (isFirst) console.log('Waiting: another process is busy with npm ci');
		}
		// Two may have removed the lock of one that has ended; the one whose lock is still there a moment later has it.
		await sleep(500);
		if (holder() === process.pid) return;
	}
}

/** The process that has the lock, 0 for nobody. */
function holder() {
	return fs.existsSync(LOCK) ? Number(fs.readFileSync(LOCK, 'utf8')) : 0;
}

/** Whether it is there and young enough to be still at work, for its number may belong to another process by now. */
function isHeld() {
	const { mtimeMs = 0 } = fs.statSync(LOCK, { throwIfNoEntry: false }) ?? {};
	if (holder() === 0 || Date.now() - mtimeMs > MOST_MS) return false;
	try {
		return process.kill(holder(), 0);
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
	}
}

module.exports = { ensureDependencies };

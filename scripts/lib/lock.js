'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { say } = require('./progress.js');

const HEARTBEAT_MS = 10_000;
const STALE_MS = 60_000;

/**
 * Runs `work` while no other process runs work under the same lock folder.
 * The holder touches the lock every ten seconds; a lock whose process is gone, or that has been still for a minute, is taken over.
 * @template T
 * @param {string} folder the lock: a folder that exists while somebody holds it
 * @param {string} what for the line that tells why we wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withLock(folder, what, work) {
	const token = randomUUID();
	let told = false;
	while (!(await acquire(folder, token))) {
		if (!told) say(`Waiting: another process is busy with ${what}`);
		told = true;
		await sleep(500);
	}
	const owner = path.join(folder, 'owner.json');
	const heartbeat = setInterval(() => {
		const now = new Date();
		fs.utimes(owner, now, now, () => {});
	}, HEARTBEAT_MS);
	const release = () => {
		if (readOwner(folder)?.token === token) fs.rmSync(folder, { recursive: true, force: true });
	};
	process.once('exit', release);
	try {
		return await work();
	} finally {
		clearInterval(heartbeat);
		process.removeListener('exit', release);
		release();
	}
}

/**
 * @param {string} folder
 * @param {string} token
 */
async function acquire(folder, token) {
	fs.mkdirSync(path.dirname(folder), { recursive: true });
	if (isStale(folder)) {
		const aside = `${folder}.stale-${token}`;
		try {
			fs.renameSync(folder, aside);
		} catch {
			return false;
		}
		fs.rmSync(aside, { recursive: true, force: true });
	}
	try {
		fs.mkdirSync(folder);
	} catch {
		return false;
	}
	fs.writeFileSync(
		path.join(folder, 'owner.json'),
		JSON.stringify({ token, pid: process.pid, host: os.hostname() }),
	);
	// Two processes may have judged the same old lock stale; the one whose token is still there a moment later has it.
	await sleep(50);
	return readOwner(folder)?.token === token;
}

/** @param {string} folder */
function isStale(folder) {
	const owner = readOwner(folder);
	if (owner && owner.host === os.hostname() && !isAlive(owner.pid)) return true;
	try {
		const watched = owner ? path.join(folder, 'owner.json') : folder;
		return Date.now() - fs.statSync(watched).mtimeMs > STALE_MS;
	} catch {
		return false;
	}
}

/**
 * @param {string} folder
 * @returns {{ token: string, pid: number, host: string } | undefined}
 */
function readOwner(folder) {
	try {
		return JSON.parse(fs.readFileSync(path.join(folder, 'owner.json'), 'utf8'));
	} catch {
		return undefined;
	}
}

/** @param {number} pid */
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
	}
}

module.exports = { withLock };

'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { withLock } = require('./lock.js');
const { say } = require('./progress.js');

const STAMP = 'complete.json';

/** Where Node 24 and n8n are kept between runs: ALFACRM_CACHE, or the user's cache folder. */
function cacheFolder() {
	if (process.env.ALFACRM_CACHE) return path.resolve(process.env.ALFACRM_CACHE);
	const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
	return path.join(base, 'n8n-nodes-alfacrm');
}

/**
 * @typedef {object} Entry
 * @property {string} name folder name inside the cache, with version and platform in it
 * @property {string} what for people, for example "n8n 2.41.1"
 * @property {(folder: string) => Promise<void>} make fills an empty folder
 * @property {(folder: string) => Promise<string>} check quick; an empty string when the folder works, else what is wrong with it
 */

/**
 * Gives the folder of a cache entry, making it when it is missing or no longer works.
 * It is filled under another name and renamed when complete, so an interrupted run leaves nothing that looks finished.
 * @param {Entry} entry
 * @param {{ suspect?: boolean }} [options] `suspect`: it misbehaved, so count its files as well
 * @returns {Promise<{ folder: string, isNew: boolean }>} `isNew`: it was made by this call
 */
async function cached(entry, options = {}) {
	const root = cacheFolder();
	const folder = path.join(root, entry.name);
	if (!options.suspect && (await faultOf(entry, folder, false)) === '') return { folder, isNew: false };
	return await withLock(path.join(root, `${entry.name}.lock`), `installing ${entry.what}`, async () => {
		const fault = await faultOf(entry, folder, Boolean(options.suspect));
		if (fault === '') return { folder, isNew: false };
		if (fault !== MISSING)
			say(`The cached ${entry.what} is damaged (${fault}); installing it again into ${folder}`);
		await make(entry, root, folder);
		return { folder, isNew: true };
	});
}

const MISSING = 'missing';

/**
 * @param {Entry} entry
 * @param {string} folder
 * @param {boolean} thorough
 */
async function faultOf(entry, folder, thorough) {
	const stamp = readStamp(folder);
	if (!stamp) return MISSING;
	if (thorough && stamp.size !== undefined && stamp.size !== sizeOf(folder))
		return 'files are missing or changed';
	return await entry.check(folder);
}

/**
 * @param {Entry} entry
 * @param {string} root
 * @param {string} folder
 */
async function make(entry, root, folder) {
	removeLeftovers(root, entry.name);
	const part = path.join(root, `${entry.name}.part-${randomUUID().slice(0, 8)}`);
	fs.mkdirSync(part, { recursive: true });
	try {
		await entry.make(part);
		const stamp = { what: entry.what, made: new Date().toISOString(), size: sizeOf(part) };
		fs.writeFileSync(path.join(part, STAMP), JSON.stringify(stamp));
		if (fs.existsSync(folder)) fs.renameSync(folder, `${part}-old`);
		fs.renameSync(part, folder);
	} finally {
		removeLeftovers(root, entry.name);
	}
}

/**
 * Only called under the entry's lock, so whatever carries the entry's part name belongs to nobody.
 * @param {string} root
 * @param {string} name
 */
function removeLeftovers(root, name) {
	for (const file of fs.readdirSync(root)) {
		if (!file.startsWith(`${name}.part-`)) continue;
		try {
			fs.rmSync(path.join(root, file), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
		} catch {
			// An npm whose parent was killed may still be writing there; the next installation removes it.
		}
	}
}

/**
 * Number of files and bytes below a folder, the stamp itself left out.
 * @param {string} folder
 */
function sizeOf(folder) {
	let files = 0;
	let bytes = 0;
	const visit = (/** @type {string} */ place) => {
		for (const entry of fs.readdirSync(place, { withFileTypes: true })) {
			const child = path.join(place, entry.name);
			if (entry.isDirectory()) visit(child);
			else if (entry.isFile() && entry.name !== STAMP) {
				files += 1;
				bytes += fs.statSync(child).size;
			}
		}
	};
	visit(folder);
	return `${files} files, ${bytes} bytes`;
}

/**
 * @param {string} folder
 * @returns {{ size?: string } | undefined}
 */
function readStamp(folder) {
	try {
		return JSON.parse(fs.readFileSync(path.join(folder, STAMP), 'utf8'));
	} catch {
		return undefined;
	}
}

module.exports = { cacheFolder, cached };

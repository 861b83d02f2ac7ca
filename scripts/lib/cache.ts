import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { withLock } from './lock';
import { say } from './progress';

const STAMP = 'complete.json';
const MISSING = 'missing';

/** Where Node 24 and n8n are kept between runs: ALFACRM_CACHE, or the user's cache folder (XDG_CACHE_HOME, ~/.cache). */
function cacheFolder() {
	const given = process.env.ALFACRM_CACHE;
	return given ? path.resolve(given) : envPaths('n8n-nodes-alfacrm', { suffix: '' }).cache;
}

interface CacheEntry {
	/** Folder name inside the cache, with version and platform in it. */
	name: string;
	/** For people, for example "n8n 2.41.1". */
	what: string;
	/** Fills an empty folder. */
	make: (folder: string) => Promise<void>;
	/** Quick; an empty string when the folder works, else what is wrong with it. */
	check: (folder: string) => Promise<string>;
}

/**
 * Gives the folder of a cache entry, making it when it is missing or no longer works. It is filled under another name and
 * renamed when complete, so an interrupted run leaves nothing that looks finished. By hand, because what libraries cache
 * are values or downloads, not folders that a command fills and that are checked before use.
 * @param options `isSuspect`: it misbehaved, so count its files as well
 * @returns `isNew`: it was made by this call
 */
export async function cached(
	entry: CacheEntry,
	{ isSuspect = false } = {},
): Promise<{ folder: string; isNew: boolean }> {
	const root = cacheFolder();
	const folder = path.join(root, entry.name);
	if (!isSuspect && (await faultOf(entry, folder, false)) === '') return { folder, isNew: false };
	return await withLock(path.join(root, `${entry.name}.busy`), `installing ${entry.what}`, async () => {
		const fault = await faultOf(entry, folder, isSuspect);
		if (fault === '') return { folder, isNew: false };
		if (fault !== MISSING)
			say(`The cached ${entry.what} is damaged (${fault}); installing it again into ${folder}`);
		await make(entry, root, folder);
		return { folder, isNew: true };
	});
}

async function faultOf(entry: CacheEntry, folder: string, isThorough: boolean): Promise<string> {
	const stamp = path.join(folder, STAMP);
	if (!fs.existsSync(stamp)) return MISSING;
	const { size } = JSON.parse(fs.readFileSync(stamp, 'utf8')) as { size?: string };
	if (isThorough && size !== undefined && size !== sizeOf(folder)) return 'files are missing or changed';
	return await entry.check(folder);
}

async function make({ name, what, make: fill }: CacheEntry, root: string, folder: string) {
	removeLeftovers(root, name);
	const part = path.join(root, `${name}.part-${randomUUID().slice(0, 8)}`);
	fs.mkdirSync(part, { recursive: true });
	try {
		await fill(part);
		const stamp = { what, made: new Date().toISOString(), size: sizeOf(part) };
		fs.writeFileSync(path.join(part, STAMP), JSON.stringify(stamp));
		if (fs.existsSync(folder)) fs.renameSync(folder, `${part}-old`);
		fs.renameSync(part, folder);
	} finally {
		removeLeftovers(root, name);
	}
}

/** Only called under the entry's lock, so whatever carries the entry's part name belongs to nobody. */
function removeLeftovers(root: string, name: string) {
	for (const file of fs.readdirSync(root).filter((each) => each.startsWith(`${name}.part-`))) {
		try {
			fs.rmSync(path.join(root, file), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
		} catch {
			// An npm whose parent was killed may still be writing there; the next installation removes it.
		}
	}
}

/** Number of files and bytes below a folder, the stamp itself left out. */
function sizeOf(folder: string): string {
	const files = fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name !== STAMP);
	// Node called the folder `path` before 20.12.
	const bytes = files.map(
		({ parentPath, path: former, name }) => fs.statSync(path.join(parentPath ?? former, name)).size,
	);
	return `${files.length} files, ${bytes.reduce((sum, size) => sum + size, 0)} bytes`;
}

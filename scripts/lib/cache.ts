import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { withLock } from './lock';
import { say } from './progress';

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
 */
export async function cached(entry: CacheEntry): Promise<string> {
	const root = cacheFolder();
	const folder = path.join(root, entry.name);
	const isSound = async () => fs.existsSync(folder) && (await entry.check(folder)) === '';
	if (await isSound()) return folder;
	return await withLock(path.join(root, `${entry.name}.busy`), `installing ${entry.what}`, async () => {
		if (await isSound()) return folder;
		if (fs.existsSync(folder)) say(`The cached ${entry.what} is damaged; installing it again into ${folder}`);
		await make(entry, root, folder);
		return folder;
	});
}

/** Only called under the entry's lock, so whatever carries the entry's part name belongs to nobody. */
async function make({ name, make: fill }: CacheEntry, root: string, folder: string) {
	const remove = (file: string) =>
		fs.rmSync(path.join(root, file), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	fs.readdirSync(root)
		.filter((file) => file.startsWith(`${name}.part-`))
		.forEach(remove);
	const part = path.join(root, `${name}.part-${randomUUID().slice(0, 8)}`);
	fs.mkdirSync(part);
	await fill(part);
	remove(name);
	fs.renameSync(part, folder);
}

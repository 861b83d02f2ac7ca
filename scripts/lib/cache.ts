import fs from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { withLock } from './lock';

/** Where Node 24 and n8n are kept between runs: ALFACRM_CACHE, or the user's cache folder (XDG_CACHE_HOME, ~/.cache). */
function cacheFolder() {
	const given = process.env.ALFACRM_CACHE;
	return given ? path.resolve(given) : envPaths('n8n-nodes-alfacrm', { suffix: '' }).cache;
}

/**
 * Gives a folder of the cache, which is filled first where it is not there. It is filled under another name and renamed when complete, so
 * an interrupted run leaves nothing that looks finished.
 * @param name of the folder, with version and platform in it
 * @param fill fills an empty folder
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
	const root = cacheFolder();
	const folder = path.join(root, name);
	if (fs.existsSync(folder)) return folder;
	return await withLock(path.join(root, `${name}.busy`), `installing ${name}`, async () => {
		if (fs.existsSync(folder)) return folder;
		const part = path.join(root, `${name}.part`);
		// What an interrupted run has left, for nobody else works under this lock.
		fs.rmSync(part, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
		fs.mkdirSync(part);
		await fill(part);
		fs.renameSync(part, folder);
		return folder;
	});
}

import fs from 'node:fs';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import { say } from './progress';

/**
 * A lock that is not renewed for so long is taken over: its holder was killed. Counting the files of n8n keeps a holder from
 * renewing it for up to twenty seconds.
 */
const OPTIONS = { realpath: false, stale: 60_000, update: 10_000 };

/**
 * Runs `work` while no other process runs work under the same lock.
 * @param place the lock: a folder that exists while somebody holds it
 * @param what for the line that tells why we wait
 */
export async function withLock<T>(place: string, what: string, work: () => Promise<T>): Promise<T> {
	fs.mkdirSync(path.dirname(place), { recursive: true });
	const options = { ...OPTIONS, lockfilePath: place };
	const release = await lockfile.lock(place, options).catch(async (error: NodeJS.ErrnoException) => {
		if (error.code !== 'ELOCKED') throw error;
		say(`Waiting: another process is busy with ${what}`);
		const retries = { forever: true, factor: 1, minTimeout: 500, maxTimeout: 500 };
		return await lockfile.lock(place, { ...options, retries });
	});
	try {
		return await work();
	} finally {
		await release();
	}
}

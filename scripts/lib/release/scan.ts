import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { extract } from 'tar';
import { UserFacingError } from '../../bootstrap/userFacingError';

const CHILD = path.join(__dirname, 'scanFolder.mjs');

/**
 * What n8n's scan of community packages would refuse, by its own rules and by the newest ones. It has two legs: the sources
 * that a package was built from, and what is in the tarball; there is no package to download before it is published, so
 * the same is done with the folders here.
 */
export async function scan(folder: string, leg: 'source' | 'package'): Promise<string[]> {
	const { stdout, stderr, failed } = await execa(process.execPath, [CHILD, folder, leg], {
		// One of n8n's plugins takes the files for those of its own tests where it finds jest's.
		env: { NODE_ENV: undefined },
		reject: false,
	});
	if (failed) throw new UserFacingError(`The scan of ${folder} did not run.`, { details: stderr });
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[];
}

/** Unpacks a tarball of npm into a new folder. */
export async function unpack(tarball: string): Promise<string> {
	const folder = fs.mkdtempSync(path.join(path.dirname(tarball), 'unpacked-'));
	await extract({ file: tarball, cwd: folder, strip: 1, strict: true });
	return folder;
}

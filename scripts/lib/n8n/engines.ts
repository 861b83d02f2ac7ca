import fs from 'node:fs';
import path from 'node:path';
import { cached } from '../cache';
import { npm } from '../../bootstrap/npm';
import { UserFacingError } from '../../bootstrap/userFacingError';
import { showProgress } from '../progress';

/** Older engines that the node is tested in as well: each n8n-core with the n8n-workflow that its n8n came with. */
export const ENGINES: Record<string, string> = { '1.122.48': '1.120.31', '2.39.8': '2.39.3' };

/**
 * An older engine, from the cache or installed into it.
 * @param core version of n8n-core, one of ENGINES
 * @returns its node_modules folder
 */
export async function ensureEngine(core: string): Promise<string> {
	const workflow = ENGINES[core];
	if (!workflow)
		throw new UserFacingError(
			`There is no engine "${core}" to test in, only ${Object.keys(ENGINES).join(' and ')}.`,
		);
	const dependencies = { 'n8n-core': core, 'n8n-workflow': workflow };
	const folder = await cached(`n8n-core-${core}`, async (part) => {
		fs.writeFileSync(path.join(part, 'package.json'), JSON.stringify({ private: true, dependencies }));
		await showProgress(`Installing n8n-core ${core} (300 MB, once, about 30 s)`, async () => {
			const quiet = ['--legacy-peer-deps', '--no-package-lock', '--loglevel=error'];
			const args = ['install', '--prefer-offline', '--ignore-scripts', ...quiet];
			await npm(args, { cwd: part, what: `install n8n-core ${core}` });
		});
	});
	return path.join(folder, 'node_modules');
}

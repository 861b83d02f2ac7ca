import fs from 'node:fs';
import path from 'node:path';
import { npm } from '../../bootstrap/npm';
import { cached } from '../cache';
import { showProgress } from '../progress';
import { ensureNode24 } from './node24';
import { PREBUILT_SQLITE, completeSqlite } from './sqlite';

/** The n8n that everything here is tested with. */
const TESTED = '2.41.1';
/** Of those that are started here; `npm run compat` plays a part of the tests in others. */
export const N8N_VERSION = process.env.ALFACRM_N8N_VERSION ?? TESTED;

interface N8n {
	/** In the cache. */
	folder: string;
	/** Path of the Node 24 that runs it. */
	node: string;
	/** Its node_modules folder. */
	modules: string;
	/** The script that starts it. */
	cli: string;
}

/** A real n8n with its SQLite driver, from the cache or installed into it. */
export async function ensureN8n(version = N8N_VERSION): Promise<N8n> {
	const node = await ensureNode24();
	const name = `n8n-${version}-${process.platform}-${process.arch}`;
	const folder = await cached(name, async (part) => await install(part, node, version));
	const modules = path.join(folder, 'node_modules');
	return { folder, node, modules, cli: path.join(modules, 'n8n', 'bin', 'n8n') };
}

/**
 * n8n's install scripts are skipped: one of them downloads sources from places that a plain npm user may not reach,
 * and of all native modules only SQLite's is needed here, so that one is seen to by itself.
 */
async function install(folder: string, node: string, version: string) {
	const dependencies = { n8n: version, [PREBUILT_SQLITE.name]: PREBUILT_SQLITE.version };
	// Up to 2.20 n8n takes this one from a place of its own that a plain npm user may not reach.
	const manifest = { private: true, dependencies, overrides: { xlsx: '0.18.5' } };
	fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
	const takes = 'once, about 3 min, 3 GB of disk and 4.5 GB of memory';
	await showProgress(`Installing n8n ${version} (${takes})`, async () => {
		const quiet = ['--no-package-lock', '--loglevel=error'];
		const args = ['install', '--prefer-offline', '--ignore-scripts', '--legacy-peer-deps=false', ...quiet];
		const env = { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
		await npm(args, { cwd: folder, node, what: `install n8n ${version}`, env });
	});
	await completeSqlite(path.join(folder, 'node_modules'), node);
}

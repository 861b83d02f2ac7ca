import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import { npm } from '../../bootstrap/npm';
import { UserFacingError } from '../../bootstrap/userFacingError';
import { cached } from '../cache';
import { step } from '../progress';
import { n8nEnv } from './env';
import { ensureNode24 } from './node24';
import { PREBUILT_SQLITE, completeSqlite, sqliteFault } from './sqlite';

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
export async function ensureN8n(): Promise<N8n> {
	const { folder, node } = await installed(N8N_VERSION);
	return { folder, node, modules: path.join(folder, 'node_modules'), cli: cliOf(folder) };
}

/** The same of any version, with its folder in the cache and the version of its Node. */
export async function installed(version: string) {
	const node = await ensureNode24();
	const entry = {
		name: `n8n-${version}-${process.platform}-${process.arch}`,
		what: `n8n ${version}`,
		make: async (part: string) => await install(part, node, version),
		check: async (done: string) => await quickCheck(done, node, version),
	};
	const folder = await cached(entry);
	const { stdout } = await execa(node, ['--version']);
	return { version, folder, node, nodeVersion: stdout.replace(/^v/, '') };
}

const cliOf = (folder: string) => path.join(folder, 'node_modules', 'n8n', 'bin', 'n8n');

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
	await step(`Installing n8n ${version} (${takes})`, async () => {
		await npm(
			[
				'install',
				'--prefer-offline',
				'--ignore-scripts',
				'--legacy-peer-deps=false',
				'--no-package-lock',
				'--loglevel=error',
			],
			{
				cwd: folder,
				node,
				what: `install n8n ${version}`,
				env: { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
			},
		);
	});
	await completeSqlite(path.join(folder, 'node_modules'), node);
	await step('Checking that n8n runs (about 10 s)', async () => await fullCheck(folder, node, version));
}

/** Cheap enough for every run. */
async function quickCheck(folder: string, node: string, version: string): Promise<string> {
	const answer = await execa(node, [cliOf(folder), '--version'], { timeout: 20_000, reject: false });
	if (answer.stdout !== version) return 'its command line does not start';
	const fault = await sqliteFault(path.join(folder, 'node_modules'), node);
	return fault ? 'its SQLite driver does not load' : '';
}

/** Opens a database and lists its (zero) workflows: loads most of n8n and proves the driver. */
async function fullCheck(folder: string, node: string, version: string) {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-check-'));
	try {
		const { failed, all } = await execa(node, [cliOf(folder), 'list:workflow'], {
			cwd: home,
			env: n8nEnv({ node, modules: path.join(folder, 'node_modules') }, home),
			extendEnv: false,
			timeout: 120_000,
			reject: false,
			all: true,
		});
		if (failed) throw new UserFacingError(`n8n ${version} was installed but does not run.`, { details: all });
	} finally {
		fs.rmSync(home, { recursive: true, force: true });
	}
}

import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { npmEnv } from '../../bootstrap/npm';
import { UserFacingError } from '../../bootstrap/userFacingError';

/**
 * Carries the native part of sqlite3 for each platform, as a rebuild of the same driver. sqlite3's own is downloaded from a place that
 * not every machine reaches, and building it takes a compiler; npm is there in any case.
 */
export const PREBUILT_SQLITE = { name: '@appthreat/sqlite3', version: '9.0.2' };

/**
 * @param modules a node_modules folder that holds sqlite3
 * @param node that loads it
 * @returns empty when the driver loads
 */
async function sqliteFault(modules: string, node: string): Promise<string> {
	const args = ['-e', 'require(process.argv[1])', path.join(modules, 'sqlite3')];
	const { failed, all } = await execa(node, args, { timeout: 20_000, reject: false, all: true });
	return failed ? all || 'it does not load' : '';
}

/** Gives sqlite3 its native part: its own when that can be downloaded, else the one in PREBUILT_SQLITE, which has to be installed beside it. */
export async function completeSqlite(modules: string, node: string) {
	const cwd = path.join(modules, 'sqlite3');
	await execa.node(path.join(modules, 'prebuild-install', 'bin.js'), ['-r', 'napi'], {
		nodePath: node,
		cwd,
		env: npmEnv({ PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` }),
		extendEnv: false,
		timeout: 30_000,
		reject: false,
	});
	let fault = await sqliteFault(modules, node);
	const platform = path.join(
		modules,
		PREBUILT_SQLITE.name,
		'prebuilds',
		`${process.platform}-${process.arch}`,
	);
	const target = path.join(cwd, 'build', 'Release', 'node_sqlite3.node');
	for (const file of fs.existsSync(platform) ? fs.readdirSync(platform) : []) {
		if (!fault) return;
		fs.mkdirSync(path.dirname(target), { recursive: true });
		fs.copyFileSync(path.join(platform, file), target);
		fault = await sqliteFault(modules, node);
	}
	if (fault)
		throw new UserFacingError("n8n's SQLite driver does not run on this machine.", { details: fault });
}

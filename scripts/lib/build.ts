import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npm } from '../bootstrap/npm';
import { withLock } from './lock';
import { inRepo, ROOT } from './paths';
import { showProgress } from './progress';

/** All that dist is made of, and what is packed beside it. */
export const SOURCES = [
	'nodes',
	'credentials',
	'icons',
	'package.json',
	'tsconfig.json',
	'gulpfile.js',
	'rollup.config.mjs',
	'index.js',
];
const STAMP = inRepo('node_modules', '.cache', 'alfacrm-build.txt');

/** Builds dist unless it was built from exactly these sources and not touched since. */
export async function ensureBuilt() {
	if (isFresh()) return;
	await withLock(inRepo('node_modules', '.cache', 'alfacrm-build.lock'), 'the build', async () => {
		if (isFresh()) return;
		const sources = hashOf(SOURCES);
		await showProgress('Building the package (about 15 s)', async () => {
			await npm(['run', 'build'], { cwd: ROOT, what: 'build the package' });
		});
		fs.writeFileSync(STAMP, sources + hashOf(['dist']));
	});
}

function isFresh(): boolean {
	return fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === hashOf(SOURCES) + hashOf(['dist']);
}

/** One hash over the names and contents of files and folders; what is missing counts as empty. */
function hashOf(names: string[]): string {
	const hash = createHash('sha256');
	const add = (name: string) => {
		const stat = fs.statSync(inRepo(name), { throwIfNoEntry: false });
		if (!stat) return;
		hash.update(`${name}\0`);
		if (stat.isDirectory())
			for (const child of fs.readdirSync(inRepo(name)).sort()) add(path.join(name, child));
		else hash.update(fs.readFileSync(inRepo(name)));
	};
	names.forEach(add);
	return hash.digest('hex');
}

interface Tarball {
	file: string;
	files: string[];
	bytes: number;
	remove: () => void;
}

/**
 * The package as it would be published.
 * @returns `file`: the tarball, `files`: what is in it, `bytes`: its size
 */
export async function packTarball(): Promise<Tarball> {
	await ensureBuilt();
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-pack-'));
	const stdout = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
		cwd: ROOT,
		what: 'pack the package',
	});
	const [packed] = JSON.parse(stdout) as Array<{
		filename: string;
		size: number;
		files: Array<{ path: string }>;
	}>;
	return {
		bytes: packed.size,
		file: path.join(folder, packed.filename),
		files: packed.files.map((file) => file.path),
		remove: () => fs.rmSync(folder, { recursive: true, force: true }),
	};
}

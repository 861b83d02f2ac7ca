import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import manifest from '../../package.json';
import { packTarball } from '../../scripts/lib/build';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { MAX_KILOBYTES, findTarballFaults, scanPackage, unpack } from '../../scripts/lib/tarball';

const ENTRIES = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

let tarball: Awaited<ReturnType<typeof packTarball>>;
let unpacked: string;
/** What is published of code, by the name of its file. */
const code = new Map<string, string>();

beforeAll(async () => {
	tarball = await packTarball();
	unpacked = await unpack(tarball.file);
	for (const file of tarball.files.filter((name) => name.startsWith('dist/') && name.endsWith('.js')))
		code.set(file, fs.readFileSync(path.join(unpacked, file), 'utf8'));
}, 300_000);
afterAll(() => tarball?.remove());

describe('the tarball', () => {
	it('holds what n8n and npm need, and nothing else', () => {
		expect(findTarballFaults(tarball.files)).toEqual([]);
	});

	it('is small enough', () => {
		expect(MAX_KILOBYTES).toBe(280);
		expect(tarball.bytes).toBeLessThan(MAX_KILOBYTES * 1_000);
		expect(fs.statSync(tarball.file).size).toBe(tarball.bytes);
	});

	it.each([...['test/release/package.test.ts', 'sandbox/index.ts', 'README.ru.md', '.npmrc', '.env']])(
		'would not pass with %s',
		(file) => {
			expect(findTarballFaults([...tarball.files, file])).toContain(`${file} should not be there`);
		},
	);

	it('would not pass without the license', () => {
		expect(findTarballFaults(tarball.files.filter((one) => one !== 'LICENSE'))).toEqual([
			'LICENSE is missing',
		]);
	});
});

describe("n8n's scan of community packages", () => {
	// `npm run release:check`, which CI runs, has it read the sources as well.
	it('finds nothing in the package', async () => {
		expect(await scanPackage(unpacked, 'package')).toBe('');
	}, 180_000);

	it('reads index.js, which npm always packs, and takes no notice of comments that switch it off', async () => {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-scan-'));
		fs.copyFileSync(inRepo('package.json'), path.join(folder, 'package.json'));
		fs.writeFileSync(path.join(folder, 'index.js'), '/* eslint-disable */\nconsole.log(process.env.HOME);\n');
		const found = await scanPackage(folder, 'package');
		fs.rmSync(folder, { recursive: true });
		for (const rule of ['no-console', 'no-restricted-globals']) expect(found).toContain(rule);
	}, 180_000);
});

/** By each file of ours, those of ours that it requires. */
const required = (files: Map<string, string>) =>
	new Map(
		[...files].map(([file, text]): [string, string[]] => [
			file,
			[...text.matchAll(/require\('(\.[^']+)'\)/g)].map(([, name]) =>
				path.posix.join(path.posix.dirname(file), name),
			),
		]),
	);

/** The first way that comes back to where it began. */
function circleIn(imports: Map<string, string[]>): string[] | undefined {
	const done = new Set<string>();
	const walk = (file: string, way: string[]): string[] | undefined => {
		if (way.includes(file)) return [...way, file];
		if (done.has(file)) return undefined;
		for (const other of imports.get(file) ?? []) {
			const found = walk(other, [...way, file]);
			if (found) return found;
		}
		done.add(file);
		return undefined;
	};
	for (const file of imports.keys()) {
		const found = walk(file, []);
		if (found) return found;
	}
	return undefined;
}

describe('the code that is published', () => {
	it('requires files that are there, and no two of them each other', () => {
		const imports = required(code);
		const named = [...imports.values()].flat();
		expect(named.length).toBeGreaterThan(20);
		expect(named.filter((file) => !code.has(file))).toEqual([]);
		expect(circleIn(imports)).toBeUndefined();
	});

	it('would not pass with a circle', () => {
		const files = new Map([
			['a.js', "require('./b.js')"],
			['b.js', "require('./sub/c.js')"],
			['sub/c.js', "require('../a.js')"],
		]);
		expect(circleIn(required(files))).toEqual(['a.js', 'b.js', 'sub/c.js', 'a.js']);
	});

	it.each(ENTRIES)('can be loaded by %s alone, which has the class that n8n looks for', async (file) => {
		const name = path.basename(file).split('.')[0];
		const script = `const found = require(${JSON.stringify(inRepo(file))}); console.log(Object.keys(found), new found.${name}().constructor.name)`;
		const { stdout } = await execa(process.execPath, ['-e', script], { cwd: ROOT });
		expect(stdout).toBe(`[ '${name}' ] ${name}`);
	});

	it('is to be read: not minified, by the names of the sources, and without source maps', () => {
		expect(code.size).toBeGreaterThan(ENTRIES.length);
		for (const text of code.values()) {
			const lines = text.split('\n');
			expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(600);
			expect(text.length / lines.length).toBeLessThan(70);
			expect(text).not.toMatch(/^class [\w$]*\$\d/m);
			expect(text).not.toContain('sourceMappingURL');
		}
		const all = [...code.values()].join('\n');
		for (const name of ['class ApiClient', 'class RateLimiter', 'function findOrCreate', 'function runPoll'])
			expect(all).toContain(name);
	});

	it('needs nothing but n8n and Node', () => {
		const needed = [...code.values()].flatMap((text) =>
			[...text.matchAll(/require\('([^.'][^']*)'\)/g)].map(([, name]) => name),
		);
		expect([...new Set(needed)].sort()).toEqual(['crypto', 'luxon', 'n8n-workflow']);
	});

	it.each(ENTRIES)('has the icons that %s names', (file) => {
		const icons = [...(code.get(file) ?? '').matchAll(/'file:([^']+)'/g)].map(([, icon]) => icon);
		expect(icons).toHaveLength(2);
		for (const icon of icons)
			expect(tarball.files).toContain(path.posix.join(path.posix.dirname(file), icon));
	});
});

describe('a module that is in no room', () => {
	const ROOMS: Record<string, string> = {
		'nodes/AlfaCrm/api/pages/read.ts': 'api.js',
		'nodes/AlfaCrm/operations/actions.ts': 'operations.js',
		'nodes/AlfaCrm/AlfaCrmTrigger.node.ts': 'none',
		'credentials/AlfaCrmApi.credentials.ts': 'none',
	};
	const LOST = ['nodes/AlfaCrm/reports/sum.ts', 'nodes/AlfaCrm/sum.ts', 'credentials/parts/sum.ts'];

	it('is refused by the build, which says where to name its folder', async () => {
		const files = [...Object.keys(ROOMS), ...LOST];
		const script = `import config from './rollup.config.mjs';
			const roomOf = (file) => {
				try { return config.output.manualChunks(file) ?? 'none'; } catch (error) { return error.message; }
			};
			console.log(JSON.stringify(${JSON.stringify(files.map((file) => inRepo(file)))}.map(roomOf)))`;
		const args = ['--input-type=module', '-e', script];
		const { stdout } = await execa(process.execPath, args, { cwd: ROOT });
		const words = (file: string) =>
			`${file} would be in no file: move it into a room, or add its folder to ROOMS in rollup.config.mjs`;
		expect(JSON.parse(stdout)).toEqual([
			...Object.values(ROOMS),
			...LOST.map((file) => expect.stringContaining(words(file)) as string),
		]);
	});
});

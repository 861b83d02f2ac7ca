import fs from 'node:fs';
import path from 'node:path';

import execa from 'execa';

import manifest from '../../../package.json';
import { packTarball } from '../../../scripts/lib/build';
import { inRepo, ROOT } from '../../../scripts/lib/paths';

const ENTRIES = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

/** What is published of code, by the name of its file. */
const code = new Map<string, string>();

beforeAll(async () => {
	const { files, remove } = await packTarball();
	remove();
	for (const file of files.filter((name) => name.startsWith('dist/') && name.endsWith('.js')))
		code.set(file, fs.readFileSync(inRepo(file), 'utf8'));
}, 300_000);

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

	it('is to be read: not minified, and by the names of the sources', () => {
		for (const text of code.values()) {
			const lines = text.split('\n');
			expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(600);
			expect(text.length / lines.length).toBeLessThan(70);
			expect(text).not.toMatch(/^class [\w$]*\$\d/m);
		}
		const all = [...code.values()].join('\n');
		for (const name of ['class ApiClient', 'class RateLimiter', 'function findOrCreate', 'function runPoll'])
			expect(all).toContain(name);
	});

	it('has no source maps, and points to none', () => {
		const pointing = [...code].filter(([, text]) => text.includes('sourceMappingURL'));
		expect(code.size).toBeGreaterThan(ENTRIES.length);
		expect(pointing.map(([file]) => file)).toEqual([]);
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
		for (const icon of icons) expect(fs.existsSync(inRepo(path.dirname(file), icon))).toBe(true);
	});
});

describe('a module that is in no room', () => {
	const roomOf = async (file: string) => {
		const script = `import config from './rollup.config.mjs'; console.log(config.output.manualChunks(${JSON.stringify(inRepo(file))}))`;
		const options = { cwd: ROOT, reject: false };
		return await execa(process.execPath, ['--input-type=module', '-e', script], options);
	};

	it.each([
		['nodes/AlfaCrm/api/pages/read.ts', 'api.js'],
		['nodes/AlfaCrm/operations/actions/index.ts', 'operations.js'],
		['nodes/AlfaCrm/AlfaCrmTrigger.node.ts', 'undefined'],
		['credentials/AlfaCrmApi.credentials.ts', 'undefined'],
	])('is not %s', async (file, room) => {
		expect((await roomOf(file)).stdout).toBe(room);
	});

	it.each(['nodes/AlfaCrm/reports/sum.ts', 'nodes/AlfaCrm/sum.ts', 'credentials/parts/sum.ts'])(
		'is %s, and the build says where to name its folder',
		async (file) => {
			const { failed, stderr } = await roomOf(file);
			expect(failed).toBe(true);
			expect(stderr).toContain(
				`${file} would be in no file: move it into a room, or add its folder to ROOMS in rollup.config.mjs`,
			);
		},
	);
});

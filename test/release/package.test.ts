import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import manifest from '../../package.json';
import { packTarball } from '../../scripts/lib/build';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { MAX_KILOBYTES, findTarballFaults, scanPackage, unpack } from '../../scripts/lib/tarball';

/** The files that n8n loads: the nodes and the credential. */
const ENTRY_FILES = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

let tarball: Awaited<ReturnType<typeof packTarball>>;
let unpackedFolder: string;

/** The code of each published JavaScript file below `dist`, by the file's name. */
const publishedCode = new Map<string, string>();

beforeAll(async () => {
	tarball = await packTarball();
	unpackedFolder = await unpack(tarball.file);

	const codeFiles = tarball.files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
	for (const file of codeFiles) {
		publishedCode.set(file, fs.readFileSync(path.join(unpackedFolder, file), 'utf8'));
	}
}, 300_000);

afterAll(() => tarball?.remove());

describe('the tarball', () => {
	it('the tarball holds the files that n8n and npm need, and no others', () => {
		expect(findTarballFaults(tarball.files)).toEqual([]);
	});

	it('the tarball is smaller than 280 kB', () => {
		expect(MAX_KILOBYTES).toBe(280);
		expect(tarball.bytes).toBeLessThan(280_000);
		expect(fs.statSync(tarball.file).size).toBe(tarball.bytes);
	});

	it.each(['test/release/package.test.ts', 'sandbox/index.ts', 'README.ru.md', '.npmrc', '.env'])(
		'the check of the tarball reports %s as a file that should not be published',
		(file) => {
			expect(findTarballFaults([...tarball.files, file])).toContain(`${file} should not be there`);
		},
	);

	it('the check of the tarball reports a missing license', () => {
		const filesWithoutLicense = tarball.files.filter((file) => file !== 'LICENSE');

		expect(findTarballFaults(filesWithoutLicense)).toEqual(['LICENSE is missing']);
	});
});

/** `npm run release:check`, which CI runs, lets the scan read the sources as well. */
describe("n8n's scan of community packages", () => {
	it('the scan accepts the package', async () => {
		expect(await scanPackage(unpackedFolder, 'package')).toBe('');
	}, 180_000);

	it('the scan reads index.js and ignores comments that switch its rules off', async () => {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-scan-'));
		fs.copyFileSync(inRepo('package.json'), path.join(folder, 'package.json'));
		fs.writeFileSync(path.join(folder, 'index.js'), '/* eslint-disable */\nconsole.log(process.env.HOME);\n');

		const complaints = await scanPackage(folder, 'package');

		fs.rmSync(folder, { recursive: true });
		expect(complaints).toContain('no-console');
		expect(complaints).toContain('no-restricted-globals');
	}, 180_000);
});

/** Resolves each relative `require` in the code of a file to the name of the required file. */
function findRequiredFiles(file: string, code: string): string[] {
	const folder = path.posix.dirname(file);
	const calls = [...code.matchAll(/require\('(\.[^']+)'\)/g)];
	return calls.map(([, relativePath]) => path.posix.join(folder, relativePath));
}

/** Finds the required files of each file. */
function readImports(codeByFile: Map<string, string>): Map<string, string[]> {
	const imports = new Map<string, string[]>();
	for (const [file, code] of codeByFile) {
		imports.set(file, findRequiredFiles(file, code));
	}
	return imports;
}

/** Finds files that require each other in a circle, and lists them from the first file back to it. */
function findImportCircle(imports: Map<string, string[]>): string[] | undefined {
	const filesWithoutCircle = new Set<string>();

	function followImports(file: string, way: string[]): string[] | undefined {
		if (way.includes(file)) return [...way, file];
		if (filesWithoutCircle.has(file)) return undefined;

		for (const importedFile of imports.get(file) ?? []) {
			const circle = followImports(importedFile, [...way, file]);
			if (circle) return circle;
		}
		filesWithoutCircle.add(file);
		return undefined;
	}

	for (const file of imports.keys()) {
		const circle = followImports(file, []);
		if (circle) return circle;
	}
	return undefined;
}

describe('the imports of the published code', () => {
	it('the published code requires only files that are published', () => {
		const requiredFiles = [...readImports(publishedCode).values()].flat();

		expect(requiredFiles.length).toBeGreaterThan(20);
		expect([...publishedCode.keys()]).toEqual(expect.arrayContaining(requiredFiles));
	});

	it('the published files do not require each other in a circle', () => {
		expect(findImportCircle(readImports(publishedCode))).toBeUndefined();
	});

	it('the search for import circles finds a circle of three files', () => {
		const files = new Map([
			['a.js', "require('./b.js')"],
			['b.js', "require('./sub/c.js')"],
			['sub/c.js', "require('../a.js')"],
		]);

		const circle = findImportCircle(readImports(files));

		expect(circle).toEqual(['a.js', 'b.js', 'sub/c.js', 'a.js']);
	});

	it('the published code requires no package but crypto, luxon and n8n-workflow', () => {
		const allCode = [...publishedCode.values()].join('\n');

		const packageCalls = [...allCode.matchAll(/require\('([^.'][^']*)'\)/g)];

		const packages = new Set(packageCalls.map(([, name]) => name));
		expect(packages).toEqual(new Set(['crypto', 'luxon', 'n8n-workflow']));
	});
});

describe('the published entry files', () => {
	it.each(ENTRY_FILES)('Node loads %s alone and finds only the class that n8n looks for', async (file) => {
		const className = path.basename(file).split('.')[0];
		const script = `
			const exported = require(${JSON.stringify(inRepo(file))});
			console.log(Object.keys(exported), new exported.${className}().constructor.name);`;

		const { stdout } = await execa(process.execPath, ['-e', script], { cwd: ROOT });

		expect(stdout).toBe(`[ '${className}' ] ${className}`);
	});

	it.each(ENTRY_FILES)('the tarball holds both icons that %s names', (file) => {
		const folder = path.posix.dirname(file);
		const iconNames = [...(publishedCode.get(file) ?? '').matchAll(/'file:([^']+)'/g)];

		const iconFiles = iconNames.map(([, icon]) => path.posix.join(folder, icon));

		expect(iconFiles).toHaveLength(2);
		expect(tarball.files).toEqual(expect.arrayContaining(iconFiles));
	});
});

describe('the readability of the published code', () => {
	it('the published code is not minified and has no source maps', () => {
		expect(publishedCode.size).toBeGreaterThan(ENTRY_FILES.length);
		for (const code of publishedCode.values()) {
			const lines = code.split('\n');
			const longestLine = Math.max(...lines.map(({ length }) => length));
			const averageLine = code.length / lines.length;

			expect(longestLine).toBeLessThan(600);
			expect(averageLine).toBeLessThan(70);
			expect(code).not.toContain('sourceMappingURL');
		}
	});

	it('the published code calls classes and functions by their names in the sources', () => {
		const allCode = [...publishedCode.values()].join('\n');

		expect(allCode).toContain('class ApiClient');
		expect(allCode).toContain('class RateLimiter');
		expect(allCode).toContain('function findOrCreate');
		expect(allCode).toContain('function runPoll');
		// A bundler adds `$1` to a name that two sources share.
		expect(allCode).not.toMatch(/^class [\w$]*\$\d/m);
	});
});

/** The rooms of docs/architecture.md: rollup puts the modules of a room into one published file. */
describe('the rooms of the build', () => {
	/** Asks rollup.config.mjs for the published file of a source; returns the message if the build refuses the source. */
	async function findRoom(source: string): Promise<string> {
		const script = `
			import config from './rollup.config.mjs';
			try {
				console.log(config.output.manualChunks(${JSON.stringify(inRepo(source))}) ?? 'none');
			} catch (error) {
				console.log(error.message);
			}`;
		const args = ['--input-type=module', '-e', script];
		const { stdout } = await execa(process.execPath, args, { cwd: ROOT });
		return stdout;
	}

	it.each([
		{ source: 'nodes/AlfaCrm/api/pages/read.ts', room: 'api.js' },
		{ source: 'nodes/AlfaCrm/operations/actions.ts', room: 'operations.js' },
		{ source: 'nodes/AlfaCrm/AlfaCrmTrigger.node.ts', room: 'none' },
		{ source: 'credentials/AlfaCrmApi.credentials.ts', room: 'none' },
	])('the build puts $source into the room $room', async ({ source, room }) => {
		expect(await findRoom(source)).toBe(room);
	});

	it.each(['nodes/AlfaCrm/reports/sum.ts', 'nodes/AlfaCrm/sum.ts', 'credentials/parts/sum.ts'])(
		'the build refuses %s, which is in no room, and says where to name its folder',
		async (source) => {
			expect(await findRoom(source)).toContain(
				`${source} would be in no file: move it into a room, or add its folder to ROOMS in rollup.config.mjs`,
			);
		},
	);
});

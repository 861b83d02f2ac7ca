import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';
import ts from 'typescript';

import { npmEnv } from '../../scripts/bootstrap/npm';
import { packTarball, SOURCES } from '../../scripts/lib/build';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { contentOfCode } from './support/code';

const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const compilerOptions = { ...options, module: ts.ModuleKind.ESNext };
/** By its name in the repository, what TypeScript makes of each source. */
const compiled = new Map(
	fileNames
		.filter((file) => file.endsWith('.ts'))
		.map((fileName): [string, string] => {
			const { outputText } = ts.transpileModule(fs.readFileSync(fileName, 'utf8'), {
				fileName,
				compilerOptions,
			});
			return [path.relative(ROOT, fileName), outputText];
		}),
);
/** From it the build makes the output schemas, and n8n has no use for it. */
const FOR_THE_BUILD = 'nodes/AlfaCrm/operations/schemas.ts';

/** By the name that stands above it, the code of each source in a published file, below what the file requires. */
function sectionsOf(file: string): Array<[source: string, code: string]> {
	const [head, ...sections] = fs.readFileSync(inRepo(file), 'utf8').split(/^\/\/ (?=.+\.ts$)/m);
	return sections.map((section) => {
		const end = section.indexOf('\n');
		return [section.slice(0, end), head + section.slice(end)];
	});
}

describe('what is published', () => {
	let files: string[];
	let code: string[];

	beforeAll(async () => {
		const packed = await packTarball();
		packed.remove();
		files = packed.files;
		code = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
	});

	it('has each source once, below its name, but those of types alone', () => {
		const saysSomething = (text: string) => contentOfCode(text).length > 0;
		const sources = [...compiled].filter(([name, text]) => name !== FOR_THE_BUILD && saysSomething(text));
		const published = code.flatMap((file) => sectionsOf(file).map(([source]) => source));
		expect(published.sort()).toEqual(sources.map(([name]) => name).sort());
	});

	it('is compiled from the very sources that the other tests run', () => {
		const sections = code.flatMap(sectionsOf);
		const differing = sections.filter(
			([source, text]) =>
				contentOfCode(text).join('\n') !== contentOfCode(compiled.get(source) ?? '').join('\n'),
		);
		expect(sections.length).toBeGreaterThan(100);
		expect(differing.map(([source]) => source)).toEqual([]);
	});

	describe('built elsewhere', () => {
		const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-built-'));
		const put = (file: string, content: string) => {
			fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
			fs.writeFileSync(path.join(copy, file), content);
		};
		const build = async () => {
			const options = { cwd: copy, preferLocal: true, localDir: ROOT, env: npmEnv(), extendEnv: false };
			const compiling = await execa('n8n-node', ['build'], { ...options, reject: false, all: true });
			if (compiling.failed) return compiling;
			return await execa('gulp', ['finish'], { ...options, reject: false, all: true });
		};
		const isThere = (file: string) => fs.existsSync(path.join(copy, file));
		beforeAll(() => {
			for (const name of SOURCES) fs.cpSync(inRepo(name), path.join(copy, name), { recursive: true });
			fs.symlinkSync(inRepo('node_modules'), path.join(copy, 'node_modules'));
		});
		afterAll(() => fs.rmSync(copy, { recursive: true }));

		it('has the same bytes, whatever pictures lie about there', async () => {
			for (const folder of ['screenshots', 'coverage/lcov-report', '.stryker-tmp/sandbox-1/icons'])
				put(`${folder}/customers.png`, 'names and phones');
			expect((await build()).exitCode).toBe(0);

			const built = files.filter((file) => file.startsWith('dist/'));
			const differing = built.filter(
				(file) => !fs.readFileSync(path.join(copy, file)).equals(fs.readFileSync(inRepo(file))),
			);
			const there = fs
				.readdirSync(path.join(copy, 'dist'), { recursive: true, encoding: 'utf8' })
				.map((name) => `dist/${name}`)
				.filter((file) => fs.statSync(path.join(copy, file)).isFile());

			expect(built.length).toBeGreaterThan(100);
			expect(differing).toEqual([]);
			expect(there.sort()).toEqual(built.sort());
		});

		it('is refused with what would be published beside', async () => {
			const strange = [
				'nodes/AlfaCrm/answer.json',
				'nodes/AlfaCrm/customers.png',
				'icons/parts/customers.png',
			];
			for (const file of strange) put(file, '{}');
			const { exitCode, all } = await build();

			expect(exitCode).toBe(1);
			expect(all).toContain('dist would be published with ');
			for (const file of strange) expect(all).toContain(`dist/${file}`);
			expect(isThere('dist')).toBe(false);
		});

		it('leaves nothing that could be packed where the types do not fit', async () => {
			put('dist/nodes/AlfaCrm/AlfaCrm.node.js', 'of the time before');
			put('nodes/AlfaCrm/fields/strange.ts', "export const one: number = 'two';\n");
			const { exitCode, all } = await build();

			expect(exitCode).toBe(1);
			expect(all).toContain('strange.ts');
			expect(isThere('dist')).toBe(false);
		});
	});
});

describe('the content of code', () => {
	it('differs by a value, a name, or what is called', () => {
		const source = "import { all, find } from './entities';\nexport const a = { find, b: all[0] };\n";
		const changes = [
			['0', '1'],
			['b:', 'c:'],
			['all[0]', 'find(all)'],
		];
		for (const [from, to] of changes)
			expect(contentOfCode(source.replace(from, to))).not.toEqual(contentOfCode(source));
	});
});

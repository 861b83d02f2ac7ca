import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';
import ts from 'typescript';

import { npmEnv } from '../../scripts/bootstrap/npm';
import { packTarball, SOURCES } from '../../scripts/lib/build';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { listTokens } from './support/code';

/** The code of one source: its name in the repository, and the tokens that `listTokens` finds in it. */
interface SourceContent {
	source: string;
	content: string[];
}

/** Compiles each source of the package by itself, in the order of their names. Leaves out sources that hold only types. */
function compileSources(): SourceContent[] {
	const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile);
	const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	const compilerOptions = { ...options, module: ts.ModuleKind.ESNext };

	return fileNames
		.filter((fileName) => fileName.endsWith('.ts'))
		.map((fileName) => {
			const code = fs.readFileSync(fileName, 'utf8');
			const { outputText } = ts.transpileModule(code, { fileName, compilerOptions });
			return { source: path.relative(ROOT, fileName), content: listTokens(outputText) };
		})
		.filter(({ content }) => content.length > 0)
		.sort(compareSourceNames);
}

/**
 * Splits a published file into the sources that it consists of. The build writes the name of a source into a comment above
 * its code. The `require` calls at the top of the file belong to all of them.
 */
function splitIntoSources(file: string): SourceContent[] {
	const code = fs.readFileSync(inRepo(file), 'utf8');
	const [requireCalls, ...sections] = code.split(/^\/\/ (?=.+\.ts$)/m);

	return sections.map((section) => {
		const endOfName = section.indexOf('\n');
		const source = section.slice(0, endOfName);
		const sourceCode = section.slice(endOfName);
		return { source, content: listTokens(requireCalls + sourceCode) };
	});
}

function compareSourceNames(left: SourceContent, right: SourceContent): number {
	return left.source < right.source ? -1 : 1;
}

let publishedFiles: string[];

beforeAll(async () => {
	const tarball = await packTarball();
	tarball.remove();
	publishedFiles = tarball.files;
});

describe('the published code', () => {
	let compiledSources: SourceContent[];
	let publishedSources: SourceContent[];

	beforeAll(() => {
		compiledSources = compileSources();
		publishedSources = publishedFiles
			.filter((file) => file.startsWith('dist/') && file.endsWith('.js'))
			.flatMap(splitIntoSources)
			.sort(compareSourceNames);
	});

	it('the published files contain each source once, below its name', () => {
		const publishedNames = publishedSources.map(({ source }) => source);
		const compiledNames = compiledSources.map(({ source }) => source);

		expect(compiledNames.length).toBeGreaterThan(100);
		expect(publishedNames).toEqual(compiledNames);
	});

	it('the published files contain the code of the sources that the other tests run', () => {
		expect(publishedSources).toEqual(compiledSources);
	});
});

describe('a build in a copy of the repository', () => {
	const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-built-'));

	beforeAll(() => {
		for (const name of SOURCES) {
			fs.cpSync(inRepo(name), path.join(copy, name), { recursive: true });
		}
		fs.symlinkSync(inRepo('node_modules'), path.join(copy, 'node_modules'));
	});

	afterAll(() => {
		fs.rmSync(copy, { recursive: true });
	});

	/** Writes a file into the copy. */
	function writeFile(file: string, content: string): void {
		fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
		fs.writeFileSync(path.join(copy, file), content);
	}

	/** Runs the two steps of `npm run build` in the copy, the second one only if the first one succeeds. */
	async function build() {
		const options = {
			cwd: copy,
			preferLocal: true,
			localDir: ROOT,
			env: npmEnv(),
			extendEnv: false,
			reject: false,
			all: true,
		};
		const compilation = await execa('n8n-node', ['build'], options);
		if (compilation.failed) return compilation;
		return await execa('gulp', ['finish'], options);
	}

	/** Lists the files below `dist` in the copy, in the order of their names. */
	function listBuiltFiles(): string[] {
		const names = fs.readdirSync(path.join(copy, 'dist'), { recursive: true, encoding: 'utf8' });
		const files = names.map((name) => `dist/${name}`);
		return files.filter((file) => fs.statSync(path.join(copy, file)).isFile()).sort();
	}

	it('a build makes the published files byte by byte, whatever pictures lie in other folders', async () => {
		writeFile('screenshots/customers.png', 'names and phones');
		writeFile('coverage/lcov-report/customers.png', 'names and phones');
		writeFile('.stryker-tmp/sandbox-1/icons/customers.png', 'names and phones');

		const { exitCode } = await build();

		const publishedDist = publishedFiles.filter((file) => file.startsWith('dist/')).sort();
		expect(exitCode).toBe(0);
		expect(publishedDist.length).toBeGreaterThan(100);
		expect(listBuiltFiles()).toEqual(publishedDist);
		for (const file of publishedDist) {
			const builtBytes = fs.readFileSync(path.join(copy, file));
			const publishedBytes = fs.readFileSync(inRepo(file));
			expect({ file, isEqual: builtBytes.equals(publishedBytes) }).toEqual({ file, isEqual: true });
		}
	});

	it('a build fails and leaves no dist when it would publish files that are not part of the package', async () => {
		writeFile('nodes/AlfaCrm/answer.json', '{}');
		writeFile('nodes/AlfaCrm/customers.png', '{}');
		writeFile('icons/parts/customers.png', '{}');

		const { exitCode, all } = await build();

		expect(exitCode).toBe(1);
		expect(all).toContain('dist would be published with ');
		expect(all).toContain('dist/nodes/AlfaCrm/answer.json');
		expect(all).toContain('dist/nodes/AlfaCrm/customers.png');
		expect(all).toContain('dist/icons/parts/customers.png');
		expect(fs.existsSync(path.join(copy, 'dist'))).toBe(false);
	});

	it('a build with a type error fails and removes the dist of an earlier build', async () => {
		writeFile('dist/nodes/AlfaCrm/AlfaCrm.node.js', '// an earlier build');
		writeFile('nodes/AlfaCrm/fields/strange.ts', "export const count: number = 'two';\n");

		const { exitCode, all } = await build();

		expect(exitCode).toBe(1);
		expect(all).toContain('strange.ts');
		expect(fs.existsSync(path.join(copy, 'dist'))).toBe(false);
	});
});

describe('the comparison of code', () => {
	const CODE = "import { all, find } from './entities';\nexport const a = { find, b: all[0] };\n";

	it.each([
		{ change: 'another value', changedCode: CODE.replace('0', '1') },
		{ change: 'another name', changedCode: CODE.replace('b:', 'c:') },
		{ change: 'a call', changedCode: CODE.replace('all[0]', 'find(all)') },
	])('the comparison notices $change', ({ changedCode }) => {
		expect(listTokens(changedCode)).not.toEqual(listTokens(CODE));
	});
});

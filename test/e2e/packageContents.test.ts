import fs from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { packTarball } from '../../scripts/lib/build';
import { inRepo, ROOT } from '../../scripts/lib/paths';

describe('what is published', () => {
	let files: string[];

	beforeAll(async () => {
		const packed = await packTarball();
		packed.remove();
		files = packed.files;
	});

	it('is what n8n needs, without the pictures of the READMEs', () => {
		expect(files).toContain('dist/nodes/AlfaCrm/AlfaCrm.node.js');
		expect(files.filter((file) => /readme/i.test(file))).toEqual(['README.md']);
		expect(files.filter((file) => file.endsWith('.png') || file.includes('docs/'))).toEqual([]);
	});

	it('is compiled from the very sources that the other tests run', () => {
		const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile);
		const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
		const sources = fileNames.filter((file) => file.endsWith('.ts'));
		const compiled = (file: string) => path.join('dist', path.relative(ROOT, file).replace(/\.ts$/, '.js'));
		const code = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
		expect(code.sort()).toEqual(sources.map(compiled).sort());
		const differing = sources.filter((file) => {
			const source = fs.readFileSync(file, 'utf8');
			const { outputText } = ts.transpileModule(source, { fileName: file, compilerOptions: options });
			return outputText !== fs.readFileSync(inRepo(compiled(file)), 'utf8');
		});
		expect(differing).toEqual([]);
	});
});

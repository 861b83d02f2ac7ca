import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const inRoot = (...parts) => path.join(ROOT, ...parts);
/** The same on every machine. */
const nameOf = (file) => path.relative(ROOT, file).split(path.sep).join('/');

/**
 * The folders of nodes/AlfaCrm that become one file each: `api/` is published as `api.js`. What is in none of them is in the file
 * of the folder above. Their order does not matter; a circle between two of them fails the build.
 */
const ROOMS = [
	'api',
	'entities',
	'fields',
	'form',
	'loadOptions',
	'operations',
	'operations/common',
	'output',
	'run',
	'store',
	'trigger',
	'trigger/webhook',
	'values',
];

/**
 * The file that a module becomes part of; none for what n8n loads by name. With its ending, because the bundler makes of it the
 * variable by which other files call it: `fields_js`, where `fields` would be in the way of many a parameter.
 */
function roomOf(file) {
	const name = nameOf(file);
	if (entries.includes(name.replace(/\.ts$/, ''))) return undefined;
	let folder = path.posix.dirname(name).replace(/^(nodes\/AlfaCrm|credentials)\/?/, '');
	while (folder !== '.' && folder !== '' && !ROOMS.includes(folder)) folder = path.posix.dirname(folder);
	if (ROOMS.includes(folder)) return `${folder}.js`;
	// The bundler would put it into the file of whichever module needs it first.
	throw new Error(
		`${name} would be in no file: move it into a room, or add its folder to ROOMS in rollup.config.mjs.`,
	);
}

const { n8n } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const entries = [...n8n.nodes, ...n8n.credentials].map((file) => file.replace(/^dist\/(.*)\.js$/, '$1'));

const { config } = ts.readConfigFile(inRoot('tsconfig.json'), ts.sys.readFile);
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
const compilerOptions = { ...options, module: ts.ModuleKind.ESNext };

/** Takes the types away; whether they fit was asked before, by tsc. The name of each source stands above its code. */
const typescript = {
	name: 'typescript',
	resolveId(source, importer) {
		if (importer === undefined || !source.startsWith('.')) return null;
		return ts.resolveModuleName(source, importer, options, ts.sys).resolvedModule?.resolvedFileName;
	},
	transform(source, file) {
		const { outputText } = ts.transpileModule(source, { fileName: file, compilerOptions });
		const code = outputText.replace(/^(?:import .*;\n)*/, `$&// ${nameOf(file)}\n`);
		return { code, map: null };
	},
};

/** @type {import('rollup').RollupOptions} */
export default {
	input: Object.fromEntries(entries.map((name) => [name, inRoot(`${name}.ts`)])),
	external: [...builtinModules, /^node:/, 'n8n-workflow', 'luxon'],
	plugins: [typescript],
	// What is published is what is written, and knip finds what nobody uses.
	treeshake: false,
	onLog(level, { message }) {
		if (level === 'warn') throw new Error(message);
	},
	output: {
		dir: inRoot('dist'),
		format: 'cjs',
		exports: 'named',
		generatedCode: { arrowFunctions: true, constBindings: true, objectShorthand: true },
		manualChunks: roomOf,
		minifyInternalExports: false,
		hoistTransitiveImports: false,
		entryFileNames: '[name].js',
		chunkFileNames: 'nodes/AlfaCrm/[name]',
	},
};

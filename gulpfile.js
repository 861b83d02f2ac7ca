const { existsSync, readdirSync } = require('node:fs');
const { mkdir, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { series } = require('gulp');
const { rollup } = require('rollup');

const manifest = require('./package.json');

const NODES = 'nodes/AlfaCrm';
const SCHEMAS = join('dist', NODES, '__schema__/v1.0.0');

/** The files of all output schemas, by what was compiled; what is bundled has none of that. */
const previews = [];

/** What the editor shows of an output before a node has run. */
async function schemas() {
	const { allSchemas } = require('./dist/nodes/AlfaCrm/operations/schemas.js');
	for (const [name, schema] of Object.entries(allSchemas())) {
		const file = join(SCHEMAS, `${name}.json`);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, JSON.stringify(schema));
		previews.push(file);
	}
}

/** What the build makes and copies without use for n8n: modules one by one, and the pictures of the READMEs. */
async function tidy() {
	const folders = readdirSync(NODES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const files = ['dist/tsconfig.tsbuildinfo', 'dist/package.json', 'dist/docs'];
	files.push(...folders.map(({ name }) => join('dist', NODES, name)));
	await Promise.all(files.map((file) => rm(file, { recursive: true, force: true })));
}

/** Some 270 modules become one file for each room of the house, which is a fifth less to download. */
async function bundle() {
	const { default: config } = await import('./rollup.config.mjs');
	const bundled = await rollup(config);
	await bundled.write(config.output);
	await bundled.close();
}

/** Refuses a dist that n8n could load only in part. */
async function verify() {
	const compiled = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
	const codexes = manifest.n8n.nodes.map((file) => file.replace(/\.js$/, '.json'));
	const pictures = readdirSync('icons').map((file) => join('dist/icons', file));
	const missing = [...compiled, ...codexes, ...pictures, ...previews].filter((file) => !existsSync(file));
	if (missing.length > 0) throw new Error(`dist is not complete, missing: ${missing.join(', ')}`);
}

/** What the build needs after `n8n-node build`, which checks the types, compiles, and copies the icons. */
exports.finish = series(schemas, tidy, bundle, verify);

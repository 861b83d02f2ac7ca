const { existsSync, readdirSync, statSync } = require('node:fs');
const { mkdir, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { series } = require('gulp');
const { rollup } = require('rollup');

const manifest = require('./package.json');

const NODES = 'nodes/AlfaCrm';
const SCHEMAS = join('dist', NODES, '__schema__/v1.0.0');

/** The files of all output schemas, by what was compiled; what is bundled has none of that. */
const previews = [];
/** The files that the bundler has made. */
const code = [];

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

/** What n8n has a use for. Pictures are copied from anywhere, also those that somebody keeps here for himself. */
const WANTED = ['credentials', 'icons', 'nodes'];

/** What the build makes and copies without use for n8n: modules one by one, and pictures. */
async function tidy() {
	const folders = readdirSync(NODES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const rest = readdirSync('dist').filter((name) => !WANTED.includes(name));
	const files = [...rest, ...folders.map(({ name }) => join(NODES, name))];
	await Promise.all(files.map((file) => rm(join('dist', file), { recursive: true, force: true })));
}

/** Some 270 modules become one file for each room of the house, which is a fifth less to download. */
async function bundle() {
	const { default: config } = await import('./rollup.config.mjs');
	const bundled = await rollup(config);
	const { output } = await bundled.write(config.output);
	await bundled.close();
	code.push(...output.map(({ fileName }) => join('dist', fileName)));
}

/** Refuses a dist that n8n could load only in part, and one with what is nobody's business. */
async function verify() {
	const compiled = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
	const codexes = manifest.n8n.nodes.map((file) => file.replace(/\.js$/, '.json'));
	const pictures = readdirSync('icons').map((file) => join('dist/icons', file));
	const wanted = new Set(
		[...compiled, ...code, ...codexes, ...pictures, ...previews].map((file) => join(file)),
	);
	const missing = [...wanted].filter((file) => !existsSync(file));
	if (missing.length > 0) throw new Error(`dist is not complete, missing: ${missing.join(', ')}`);
	const surplus = readdirSync('dist', { recursive: true })
		.map((name) => join('dist', name))
		.filter((file) => !wanted.has(file) && !statSync(file).isDirectory());
	if (surplus.length > 0) throw new Error(`dist would be published with ${surplus.join(', ')}`);
}

const steps = series(schemas, tidy, bundle, verify);

/**
 * What the build needs after `n8n-node build`, which checks the types, compiles, and copies the icons. Half a dist does not stay: it
 * could be packed in spite of the failure.
 */
exports.finish = (done) =>
	steps(async (error) => {
		if (error) await rm('dist', { recursive: true, force: true });
		done(error);
	});

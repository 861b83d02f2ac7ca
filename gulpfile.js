const { existsSync, readdirSync } = require('node:fs');
const { mkdir, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { series } = require('gulp');

const manifest = require('./package.json');

const SCHEMAS = 'dist/nodes/AlfaCrm/__schema__/v1.0.0';

/** By `<resource>/<operation>`, from what was just built. */
function outputs() {
	const { allSchemas } = require('./dist/nodes/AlfaCrm/operations/schemas.js');
	return allSchemas();
}

/** What the editor shows of an output before a node has run. */
async function schemas() {
	for (const [name, schema] of Object.entries(outputs())) {
		const file = join(SCHEMAS, `${name}.json`);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, JSON.stringify(schema));
	}
}

/** What the build copies without use for n8n, such as the pictures of the READMEs. */
async function tidy() {
	const files = ['dist/tsconfig.tsbuildinfo', 'dist/package.json', 'dist/docs'];
	await Promise.all(files.map((file) => rm(file, { recursive: true, force: true })));
}

/** Refuses a dist that n8n could load only in part. */
async function verify() {
	const compiled = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
	const codexes = manifest.n8n.nodes.map((file) => file.replace(/\.js$/, '.json'));
	const pictures = readdirSync('icons').map((file) => join('dist/icons', file));
	const previews = Object.keys(outputs()).map((name) => join(SCHEMAS, `${name}.json`));
	const missing = [...compiled, ...codexes, ...pictures, ...previews].filter((file) => !existsSync(file));
	if (missing.length > 0) throw new Error(`dist is not complete, missing: ${missing.join(', ')}`);
}

exports.verify = verify;
/** What the build needs after `n8n-node build`, which compiles and copies the icons. */
exports.finish = series(tidy, schemas, verify);

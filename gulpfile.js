const { existsSync, readdirSync } = require('node:fs');
const { rm } = require('node:fs/promises');
const { join } = require('node:path');
const { series } = require('gulp');

const manifest = require('./package.json');

/** Files of the build that say nothing to n8n, and would only make the package larger. */
async function tidy() {
	await Promise.all(
		['dist/tsconfig.tsbuildinfo', 'dist/package.json'].map((file) => rm(file, { force: true })),
	);
}

/** Refuses a dist that n8n could load only in part. */
async function verify() {
	const compiled = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
	const codexes = manifest.n8n.nodes.map((file) => file.replace(/\.js$/, '.json'));
	const pictures = readdirSync('icons').map((file) => join('dist/icons', file));
	const missing = [...compiled, ...codexes, ...pictures].filter((file) => !existsSync(file));
	if (missing.length > 0) throw new Error(`dist is not complete, missing: ${missing.join(', ')}`);
}

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

exports.clean = clean;
exports.verify = verify;
/** What the build needs after `n8n-node build`, which compiles and copies icons and schemas. */
exports.finish = series(tidy, verify);

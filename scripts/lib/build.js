'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { withLock } = require('./lock.js');
const { npm, npmCli, npmEnv } = require('./npm.js');
const { inRepo, ROOT } = require('./paths.js');
const { Problem } = require('./problem.js');
const { step } = require('./progress.js');
const { run, tail } = require('./run.js');

const SOURCES = ['nodes', 'credentials', 'icons', 'package.json', 'tsconfig.json', 'gulpfile.js', 'index.js'];
const STAMP = inRepo('node_modules', '.cache', 'alfacrm-build.json');

/** Builds dist unless it was built from exactly these sources and not touched since. */
async function ensureBuilt() {
	if (isFresh()) return;
	await withLock(inRepo('node_modules', '.cache', 'alfacrm-build.lock'), 'the build', async () => {
		if (isFresh()) return;
		const sources = hashOf(SOURCES);
		const result = await step(
			'Building the package (npm run build)',
			'about 10 s',
			async () => await run(process.execPath, [npmCli(), 'run', 'build'], { cwd: ROOT, env: npmEnv() }),
		);
		if (result.code !== 0) throw new Problem('The build failed.', { details: tail(result.output, 40) });
		fs.writeFileSync(STAMP, JSON.stringify({ sources, dist: hashOf(['dist']) }));
	});
}

function isFresh() {
	if (!fs.existsSync(STAMP) || !fs.existsSync(inRepo('dist'))) return false;
	try {
		const stamp = JSON.parse(fs.readFileSync(STAMP, 'utf8'));
		return stamp.sources === hashOf(SOURCES) && stamp.dist === hashOf(['dist']);
	} catch {
		return false;
	}
}

/**
 * One hash over the names and contents of files and folders; what is missing counts as empty.
 * @param {string[]} names relative to the repository
 */
function hashOf(names) {
	const hash = createHash('sha256');
	const visit = (/** @type {string} */ name) => {
		const stat = fs.statSync(inRepo(name), { throwIfNoEntry: false });
		if (!stat) return;
		hash.update(`${name}\0`);
		if (stat.isDirectory())
			for (const child of fs.readdirSync(inRepo(name)).sort()) visit(path.join(name, child));
		else hash.update(fs.readFileSync(inRepo(name)));
	};
	names.forEach(visit);
	return hash.digest('hex');
}

/**
 * The package as it would be published.
 * @param {{ root?: string }} [options] another package's folder, packed without building it
 * @returns {Promise<{ file: string, files: string[], remove: () => void }>} `file`: the tarball, `files`: what is in it
 */
async function packTarball(options = {}) {
	if (!options.root) await ensureBuilt();
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-pack-'));
	const stdout = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
		cwd: options.root ?? ROOT,
		what: 'pack the package',
	});
	const [packed] = JSON.parse(stdout);
	return {
		file: path.join(folder, packed.filename),
		files: packed.files.map((/** @type {{ path: string }} */ file) => file.path),
		remove: () => fs.rmSync(folder, { recursive: true, force: true }),
	};
}

module.exports = { ensureBuilt, packTarball };

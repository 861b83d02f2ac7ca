'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const tar = require('tar');
const { npm } = require('./npm.js');

/**
 * Installs a packed community package the way n8n's own installer does: unpacked below `.n8n/nodes`, development, peer and
 * optional dependencies struck out (n8n supplies n8n-workflow itself), the rest installed without scripts.
 * @param {string} tarball
 * @param {string} userFolder the N8N_USER_FOLDER
 * @returns {Promise<{ name: string, version: string }>}
 */
async function installPackage(tarball, userFolder) {
	const nodes = path.join(userFolder, '.n8n', 'nodes');
	const modules = path.join(nodes, 'node_modules');
	fs.mkdirSync(modules, { recursive: true });
	const unpacked = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-unpack-'));
	try {
		await tar.extract({ file: tarball, cwd: unpacked, strip: 1, strict: true });
		const { devDependencies, peerDependencies, optionalDependencies, ...manifest } = readJson(
			path.join(unpacked, 'package.json'),
		);
		const home = path.join(modules, manifest.name);
		fs.rmSync(home, { recursive: true, force: true });
		fs.mkdirSync(path.dirname(home), { recursive: true });
		fs.cpSync(unpacked, home, { recursive: true });
		writeJson(path.join(home, 'package.json'), manifest);
		await npm(
			[
				'install',
				'--bin-links=false',
				'--install-strategy=shallow',
				'--ignore-scripts=true',
				'--package-lock=false',
			],
			{
				cwd: home,
				what: `install ${manifest.name} into n8n`,
			},
		);
		enterInLedger(nodes, manifest);
		return { name: manifest.name, version: manifest.version };
	} finally {
		fs.rmSync(unpacked, { recursive: true, force: true });
	}
}

/**
 * n8n keeps a package.json that lists what is installed.
 * @param {string} nodes
 * @param {{ name: string, version: string }} manifest
 */
function enterInLedger(nodes, manifest) {
	const file = path.join(nodes, 'package.json');
	const ledger = fs.existsSync(file)
		? readJson(file)
		: { name: 'installed-nodes', private: true, dependencies: {} };
	ledger.dependencies[manifest.name] = manifest.version;
	writeJson(file, ledger);
}

/** @param {string} file */
function readJson(file) {
	return JSON.parse(fs.readFileSync(file, 'utf8'));
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
	fs.writeFileSync(file, JSON.stringify(value, null, 2));
}

module.exports = { installPackage };

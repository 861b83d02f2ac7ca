// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { npm } = require('./bootstrap/npm.js');
const { report, UserFacingError } = require('./bootstrap/userFacingError.js');

const ROOT = path.join(__dirname, '..');
/** Those that need nothing of scripts/package.json, which takes as much again to install. */
const WITHOUT_TOOLS = ['test', 'testDeep', 'engine', 'sandbox', 'accountProfile'];

/**
 * What every command of this repository starts with: `node scripts/bootstrap.js [command] [arguments]`. It installs the
 * dependencies if they are missing or stale; only then is scripts/<command>.ts loaded, which may reach for any of them.
 * In a fresh clone nothing is installed, so this file and bootstrap/ are JavaScript that lives on Node's own modules.
 */
async function main() {
	if (Number(process.versions.node.split('.')[0]) < 20)
		throw new UserFacingError(`This needs Node 20 or newer; this is ${process.version}.`);
	const [command = ''] = process.argv.splice(2, 1);
	const workspaces = WITHOUT_TOOLS.includes(command) ? [''] : ['', 'scripts'];
	if (!areInstalled(workspaces)) await install(workspaces.length > 1 ? [] : ['--workspaces=false']);
	if (command === '') return 0;
	// From here on TypeScript can be loaded.
	await import(/** @type {string} */ ('tsx'));
	return await require(path.join(__dirname, `${command}.ts`)).main();
}

/** @param {string[]} flags */
async function install(flags) {
	console.log('Installing the development dependencies (npm ci): less than a minute');
	const args = ['ci', '--loglevel=error', '--prefer-offline', ...flags];
	await npm(args, { cwd: ROOT, what: 'install the development dependencies' });
}

/**
 * Whether all that these workspaces ask for is there, and nothing in another version, by npm's own record of what it installed.
 * @param {string[]} workspaces
 */
function areInstalled(workspaces) {
	const present = packagesIn('node_modules/.package-lock.json');
	const locked = packagesIn('package-lock.json');
	const wanted = workspaces.flatMap((name) => Object.keys(locked[name]?.devDependencies ?? {}));
	return (
		wanted.every((name) => `node_modules/${name}` in present) &&
		Object.entries(present).every(([place, { version }]) => locked[place]?.version === version)
	);
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, devDependencies?: Record<string, string> }>}
 */
function packagesIn(file) {
	const place = path.join(ROOT, file);
	return fs.existsSync(place) ? JSON.parse(fs.readFileSync(place, 'utf8')).packages : {};
}

main().then(
	// Without an exit code the command goes on until nothing is left to do.
	(code) => code !== undefined && process.exit(code),
	(error) => {
		report(error);
		process.exit(1);
	},
);

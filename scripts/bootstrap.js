// @ts-check
'use strict';

const path = require('node:path');
const { ensureDependencies } = require('./bootstrap/dependencies.js');
const { report, UserFacingError } = require('./bootstrap/userFacingError.js');

/** Those that need nothing of scripts/package.json. */
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
	await ensureDependencies({ tools: !WITHOUT_TOOLS.includes(command) });
	if (command === '') return 0;
	// From here on TypeScript can be loaded.
	await import(/** @type {string} */ ('tsx'));
	return await require(path.join(__dirname, `${command}.ts`)).main();
}

main().then(
	// Without an exit code the command goes on until nothing is left to do.
	(code) => code !== undefined && process.exit(code),
	(error) => {
		report(error);
		process.exit(1);
	},
);

'use strict';

const path = require('node:path');
const { ensureDependencies } = require('./lib/dependencies.js');
const { runMain } = require('./lib/problem.js');

/**
 * What every command of this repository starts with: `node scripts/bootstrap.js [command] [arguments]`. It installs the
 * dependencies if they are missing or stale; only then is scripts/<command>.js loaded, which may reach for any of them.
 * In a fresh clone nothing is installed, so this file and all that it requires live on Node's own modules.
 */
async function main() {
	await ensureDependencies();
	const [command] = process.argv.splice(2, 1);
	return command === undefined ? 0 : await require(path.join(__dirname, `${command}.js`)).main();
}

runMain(main);

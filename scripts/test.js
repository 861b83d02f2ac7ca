'use strict';

const { ensureBuilt } = require('./lib');
const { runJest } = require('./lib/jest.js');

/** `npm test`: all tests that need neither an n8n of their own nor a browser. Arguments go to jest: `npm test -- pages --watch`. */
async function main() {
	await ensureBuilt();
	return await runJest(['--config', 'jest.config.js', ...process.argv.slice(2)]);
}

module.exports = { main };

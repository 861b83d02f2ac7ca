'use strict';

const { ensureBuilt, ensureN8n } = require('./lib');
const { findChromium } = require('./lib/browser.js');
const { runJest } = require('./lib/jest.js');

/** `npm run test:e2e`: the packed package in a real n8n and its editor. Arguments go to jest. */
async function main() {
	findChromium();
	await ensureBuilt();
	await ensureN8n();
	return await runJest(['--config', 'jest.e2e.config.js', '--runInBand', ...process.argv.slice(2)]);
}

module.exports = { main };

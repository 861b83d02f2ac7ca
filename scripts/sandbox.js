'use strict';

const { pathToFileURL } = require('node:url');
const { inRepo } = require('./lib');

/** `npm run sandbox`: the AlfaCRM sandbox alone, until it is stopped. */
async function main() {
	// From here on TypeScript can be loaded.
	await import('tsx');
	await import(pathToFileURL(inRepo('sandbox', 'cli.mjs')).href);
}

module.exports = { main };

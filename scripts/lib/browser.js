'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { chromium, selectors } = require('playwright-core');
const { Problem } = require('./problem.js');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where n8n's editor writes down what its parts are. */
selectors.setTestIdAttribute('data-test-id');

/**
 * @returns {string} path of a Chromium: CHROMIUM_PATH, or the first that a shell would find
 */
function findChromium() {
	const named = process.env.CHROMIUM_PATH;
	if (named) {
		if (fs.existsSync(named)) return named;
		throw new Problem(`CHROMIUM_PATH is ${named}, but there is no such file.`);
	}
	const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
	const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(fs.existsSync);
	if (found) return found;
	throw new Problem(
		'The editor is tested in a Chromium, and none was found.\n' +
			'On Debian: apt-get install -y chromium fonts-dejavu-core. Elsewhere install Chromium or Chrome.\n' +
			'If it is already there, name its file in CHROMIUM_PATH.',
	);
}

/** A Chromium without a window, which calls nobody by itself. */
async function launchChromium() {
	return await chromium.launch({
		executablePath: findChromium(),
		args: [
			'--no-sandbox',
			'--disable-dev-shm-usage',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
		],
	});
}

module.exports = { findChromium, launchChromium };

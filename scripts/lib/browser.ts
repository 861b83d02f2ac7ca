import fs from 'node:fs';
import path from 'node:path';
import { chromium, selectors } from 'playwright-core';
import { UserFacingError } from '../bootstrap/userFacingError';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where n8n's editor writes down what its parts are. */
selectors.setTestIdAttribute('data-test-id');

/** @returns path of a Chromium: CHROMIUM_PATH, or the first that a shell would find */
export function findChromium(): string {
	const named = process.env.CHROMIUM_PATH;
	if (named) {
		if (fs.existsSync(named)) return named;
		throw new UserFacingError(`CHROMIUM_PATH is ${named}, but there is no such file.`);
	}
	const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
	const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(fs.existsSync);
	if (found) return found;
	throw new UserFacingError(
		'The editor is tested in a Chromium, and none was found.\n' +
			'On Debian: apt-get install -y chromium fonts-dejavu-core. Elsewhere install Chromium or Chrome.\n' +
			'If it is already there, name its file in CHROMIUM_PATH.',
	);
}

/** A Chromium without a window, which calls nobody by itself. */
export async function launchChromium() {
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

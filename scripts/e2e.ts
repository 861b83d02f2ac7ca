import { findChromium } from './lib/browser';
import { ensureBuilt } from './lib/build';
import { runJest } from './lib/jest';
import { ensureN8n } from './lib/n8n/install';

/** `npm run test:e2e`: the packed package in a real n8n and its editor. Arguments go to jest. */
export async function main() {
	findChromium();
	await ensureBuilt();
	await ensureN8n();
	return await runJest(['--config', 'jest.e2e.config.js', ...process.argv.slice(2)]);
}

import { ensureBuilt } from './lib/build';
import { runJest } from './lib/jest';
import { ensureN8n } from './lib/n8n/install';
import { findPrograms } from './lib/queue/programs';

/** `npm run test:queue`: the packed package in n8n's queue mode. Arguments go to jest. */
export async function main() {
	findPrograms();
	await ensureBuilt();
	await ensureN8n();
	return await runJest(['--config', 'jest.queue.config.js', '--runInBand', ...process.argv.slice(2)]);
}

import { runJest } from './lib/jest';

/** `npm test`: all tests that need neither an n8n of their own nor a browser. Arguments go to jest: `npm test -- pages --watch`. */
export async function main() {
	return await runJest(['--config', 'jest.config.js', ...process.argv.slice(2)]);
}

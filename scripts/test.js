'use strict';

const { inRepo, ensureBuilt, ensureDependencies, ensureN8n, ROOT, runMain } = require('./lib');
const { findChromium } = require('./lib/browser.js');
const { run } = require('./lib/run.js');

/**
 * `npm test` and `npm run test:e2e`: gets ready whatever is missing or stale, then hands over to jest.
 * Further arguments go to jest: `npm test -- pages --watch`.
 */
async function main() {
	const [first, ...rest] = process.argv.slice(2);
	const isEndToEnd = first === 'e2e';
	const passed = isEndToEnd ? rest : process.argv.slice(2);
	await ensureDependencies();
	await ensureBuilt();
	if (isEndToEnd) {
		findChromium();
		await ensureN8n();
	}
	const suite = isEndToEnd
		? ['--config', 'jest.e2e.config.js', '--runInBand']
		: ['--config', 'jest.config.js'];
	const jest = await run(
		process.execPath,
		[inRepo('node_modules', 'jest', 'bin', 'jest.js'), ...suite, ...passed],
		{
			cwd: ROOT,
			inherit: true,
		},
	);
	return jest.code;
}

runMain(main);

'use strict';

const { ensureBuilt, Problem, say } = require('./lib');
const { ENGINES, ensureEngine } = require('./lib/engines.js');
const { runJest } = require('./lib/jest.js');

/**
 * `npm run test:engine -- <version of n8n-core>`: the engine tests in an older n8n; `npm run test:versions` takes all of these.
 * Further arguments go to jest.
 */
async function main() {
	const [version, ...rest] = process.argv.slice(2);
	if (version === undefined) throw new Problem(`Which n8n-core: ${Object.keys(ENGINES).join(', ')}, or all?`);
	await ensureBuilt();
	const codes = [];
	for (const core of version === 'all' ? Object.keys(ENGINES) : [version]) {
		const modules = await ensureEngine(core);
		say(`The engine tests with n8n-core ${core}`);
		codes.push(
			await runJest(['--config', 'jest.engine.config.js', ...rest], { env: { N8N_MODULES: modules } }),
		);
	}
	return Math.max(...codes);
}

module.exports = { main };

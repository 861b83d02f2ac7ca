const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { ensureN8n } = require('../../../scripts/lib');
const { n8nEnv } = require('../../../scripts/lib/n8n-env.js');
const { run } = require('../../../scripts/lib/run.js');

/**
 * @typedef {{ userFolder: string }} N8n
 * @typedef {import('./polled').Draft & { id: string }} Exported
 */

/**
 * `n8n export:workflow`, beside the running n8n.
 * @param {N8n} n8n
 * @param {string} id
 * @returns {Promise<Exported>}
 */
async function exportWorkflow({ userFolder }, id) {
	const file = join(userFolder, 'exported.json');
	await command(userFolder, 'export:workflow', `--id=${id}`, `--output=${file}`);
	return JSON.parse(readFileSync(file, 'utf8'))[0];
}

/**
 * `n8n import:workflow`
 * @param {N8n} n8n
 * @param {Exported} workflow
 */
async function importWorkflow({ userFolder }, workflow) {
	const file = join(userFolder, 'imported.json');
	writeFileSync(file, JSON.stringify([workflow]));
	await command(userFolder, 'import:workflow', `--input=${file}`);
}

/**
 * @param {string} userFolder
 * @param {...string} args
 */
async function command(userFolder, ...args) {
	const n8n = await ensureN8n();
	const { code, output } = await run(n8n.node, [n8n.cli, ...args], {
		cwd: userFolder,
		env: n8nEnv(n8n, userFolder),
		timeout: 60_000,
	});
	if (code !== 0) throw new Error(`n8n ${args.join(' ')} ended with ${code}: ${output}`);
}

module.exports = { exportWorkflow, importWorkflow };

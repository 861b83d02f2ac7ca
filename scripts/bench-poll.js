'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { ensureBuilt, inRepo, ROOT, say, startSandbox } = require('./lib');
const { row } = require('./lib/table.js');

const SIZES = [1_000, 10_000, 100_000];
const WIDTHS = [9, 30, 9, 6, 8, 12, 12];

/**
 * `npm run bench:poll`: what a poll of the trigger costs in accounts of different size, with three branches and at most
 * 5 calls in any second. A poll without news must take the same number of requests in all of them.
 */
async function main() {
	await ensureBuilt();
	say("AlfaCRM Trigger, 'Customer Created', all of 3 branches");
	say(row(['customers', 'poll', 'requests', 'items', 's', 'state bytes', 'peak MB'], WIDTHS, 2));
	/** @type {number[]} */
	const quiet = [];
	for (const customers of SIZES) {
		const sandbox = await startSandbox({ args: ['--customers', String(customers)] });
		try {
			quiet.push(...(await polls(sandbox, customers)));
		} finally {
			await sandbox.stop();
		}
	}
	const isSame = new Set(quiet).size === 1;
	say(
		isSame
			? `A poll without news takes ${quiet[0]} requests in each account.`
			: 'Polls without news DIFFER in requests.',
	);
	return isSame ? 0 : 1;
}

/**
 * @param {import('./lib/sandbox.js').SandboxHandle} sandbox
 * @param {number} customers
 * @returns {Promise<number[]>} requests of the polls without news
 */
async function polls(sandbox, customers) {
	await sandbox.control('PUT', 'records/branch/3', { is_active: 1 });
	const credential = JSON.stringify(await sandbox.credential());
	const tsx = pathToFileURL(require.resolve('tsx', { paths: [ROOT] })).href;
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	const child = fork(inRepo('scripts', 'lib', 'bench-poll-child.mjs'), [credential], {
		execArgv: ['--expose-gc', '--import', tsx],
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' },
	});
	try {
		await once(child, 'message');
		const poll = async (/** @type {string} */ title) => {
			await sandbox.control('DELETE', 'journal');
			child.send('poll');
			const [{ items, seconds, stateBytes, peakBytes }] = await once(child, 'message');
			const requests = (await sandbox.control('GET', 'journal')).length;
			const cells = [customers, title, requests, items, seconds.toFixed(1), stateBytes];
			say(row([...cells, (peakBytes / 2 ** 20).toFixed(1)], WIDTHS, 2));
			return requests;
		};
		const lead = async () =>
			await sandbox.control('PUT', 'records/customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1] });
		await poll('first');
		const quiet = [await poll('no news')];
		await lead();
		await poll('one new lead');
		quiet.push(await poll('no news'), await poll('no news'));
		return quiet;
	} finally {
		child.kill();
		await once(child, 'exit');
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

module.exports = { main };

'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { inRepo, ROOT } = require('./paths.js');
const { startSandbox } = require('./sandbox.js');

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/** @typedef {{ items: number, seconds: number, stateBytes: number, peakBytes: number, hasBegun: boolean, requests: number }} Poll */
/**
 * @typedef {object} Account
 * @property {() => Promise<Poll>} poll
 * @property {(customer?: object) => Promise<void>} add a new lead, or another customer
 * @property {(minutes: number) => Promise<void>} setTime sets the clocks of AlfaCRM and n8n, which stand still from then on
 */

const BRANCHES = 3;
/** Minutes count from here, some days after the youngest customer of the invented school. */
const BEGIN = Date.UTC(2026, 2, 2, 6);
/** The account is in Moscow. */
const ZONE_MS = 3 * 3_600_000;

/** @param {number} minutes */
const stampAt = (minutes) =>
	new Date(BEGIN + ZONE_MS + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

/**
 * The process that polls, for as long as something is done with it; loading n8n takes longer than most polls.
 * @template T
 * @param {(child: ChildProcess) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withPoller(work) {
	const tsx = pathToFileURL(require.resolve('tsx', { paths: [ROOT] })).href;
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	const child = fork(inRepo('scripts', 'lib', 'bench-poll-child.mjs'), [], {
		execArgv: ['--expose-gc', '--import', tsx],
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' },
	});
	const ended = once(child, 'exit');
	try {
		await answerOf(child);
		return await work(child);
	} finally {
		child.kill();
		await ended;
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * An account with three branches, all of which a new trigger watches, for as long as something is done with it.
 * @template T
 * @param {ChildProcess} child
 * @param {{ customers: number, settings: object, requestsPerSecond?: number }} options
 * @param {(account: Account) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withAccount(child, { customers, settings, requestsPerSecond }, work) {
	const sandbox = await startSandbox({ args: ['--customers', String(customers)] });
	try {
		await sandbox.control('PUT', `records/branch/${BRANCHES}`, { is_active: 1 });
		await sandbox.control('PATCH', 'settings', settings);
		const pace = requestsPerSecond === undefined ? {} : { requestsPerSecond };
		child.send({ credential: { ...(await sandbox.credential()), ...pace } });
		await answerOf(child);
		return await work(accountOf(sandbox, child));
	} finally {
		await sandbox.stop();
	}
}

/**
 * @param {import('./sandbox.js').SandboxHandle} sandbox
 * @param {ChildProcess} child
 * @returns {Account}
 */
function accountOf(sandbox, child) {
	/** @type {number | undefined} */
	let now;
	return {
		poll: async () => {
			await sandbox.control('DELETE', 'journal');
			child.send({ now });
			const result = await answerOf(child);
			return { ...result, requests: (await sandbox.control('GET', 'journal')).length };
		},
		add: async (customer = {}) => {
			const lead = { name: 'Новая Анна', is_study: 0, branch_ids: [1] };
			await sandbox.control('PUT', 'records/customer', { ...lead, ...customer });
		},
		setTime: async (minutes) => {
			now = BEGIN + minutes * 60_000;
			await sandbox.control('PATCH', 'settings', { now: stampAt(minutes) });
		},
	};
}

/**
 * The next message of a process.
 * @param {ChildProcess} child
 * @returns {Promise<any>}
 */
async function answerOf(child) {
	const ended = new AbortController();
	const exit = once(child, 'exit', { signal: ended.signal }).then(() => {
		throw new Error('The process that polls has ended');
	});
	try {
		const [message] = await Promise.race([once(child, 'message'), exit]);
		return message;
	} finally {
		exit.catch(() => undefined);
		ended.abort();
	}
}

module.exports = { BRANCHES, stampAt, withAccount, withPoller };

'use strict';

const fs = require('node:fs');
const os = require('node:os');
const { setTimeout: sleep } = require('node:timers/promises');
const { ensureBuilt, N8nClient, packTarball, say, startN8n, startSandbox } = require('./lib');
const { row } = require('./lib/table.js');
const { createWithHttp, createWithNode, listWithHttp, listWithNode } = require('./lib/bench-workflows.js');

const CUSTOMERS = 5_000;
const LEADS = 100;
const LIMIT = 5;
/** What a user sets who knows of the limit. */
const HAND_PACE_MS = 1_000 / LIMIT;
const WIDTHS = [20, 18, 9, 7, 5, 6, 8, 7, 8, 8];

/**
 * `npm run bench`: this package against HTTP Request nodes, in one run on one n8n, counted by the sandbox.
 * The floor of a job is what its requests need at 5 a second; without a limit it is the CPU time that n8n spent.
 */
async function main() {
	await ensureBuilt();
	const tarball = await packTarball();
	const n8n = await startN8n({ tarball: tarball.file });
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		say(`n8n and the sandbox on one machine with ${os.cpus().length} cores`);
		for (const settings of [
			{ latencyMs: 0, rateLimit: 0 },
			{ latencyMs: 60, rateLimit: LIMIT },
		]) {
			// Each has a sandbox of its own, since n8n has learned how quick the other one is.
			const sandbox = await startSandbox({ args: ['--customers', String(CUSTOMERS)] });
			try {
				await compare({ client, n8n, sandbox, account: await sandbox.credential() }, settings);
			} finally {
				await sandbox.stop();
			}
		}
	} finally {
		await n8n.stop();
		tarball.remove();
	}
	return 0;
}

/**
 * @param {{ client: N8nClient, n8n: any, sandbox: any, account: any }} bench
 * @param {{ latencyMs: number, rateLimit: number }} settings
 */
async function compare(bench, settings) {
	const { client, sandbox, account } = bench;
	const credential = async (/** @type {number} */ requestsPerSecond) =>
		await client.createCredential({
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data: { ...account, requestsPerSecond },
		});
	for (const { id } of await sandbox.control('GET', 'records/customer')) {
		await sandbox.control('PUT', `records/customer/${id}`, { branch_ids: [1] });
	}
	const limited = settings.rateLimit > 0;
	if (!limited) {
		await measure(bench, 'warm-up', listWithNode(await credential(0)), settings);
		await measure(bench, 'warm-up', listWithHttp(account, 0), settings);
	}
	const jobs = [
		{
			title: `all ${CUSTOMERS} customers`,
			node: listWithNode,
			http: listWithHttp,
		},
		{
			title: `create ${LEADS} leads`,
			node: (/** @type {any} */ saved) => createWithNode(saved, LEADS),
			http: (/** @type {any} */ data, /** @type {number} */ interval) =>
				createWithHttp(data, LEADS, interval),
		},
	];
	say(`\n${settings.latencyMs} ms latency, ${limited ? `at most ${LIMIT} calls in any second` : 'no limit'}`);
	say(
		row(
			['job', 'with', 'requests', 'logins', '429s', 'rows', 'run', 'wall s', 'floor s', 'x floor'],
			WIDTHS,
			2,
		),
	);
	for (const { title, node, http } of jobs) {
		/** @type {Array<[string, any]>} */
		const contestants = [
			['AlfaCRM node', node(await credential(settings.rateLimit))],
			['HTTP Request', http(account, 0)],
			...(limited ? [/** @type {[string, any]} */ (['HTTP, hand-paced', http(account, HAND_PACE_MS)])] : []),
		];
		for (const [name, workflow] of contestants) {
			say(row([title, name, ...(await measure(bench, title, workflow, settings))], WIDTHS, 2));
		}
	}
}

/**
 * @param {{ client: N8nClient, n8n: any, sandbox: any }} bench
 * @param {string} title
 * @param {any} workflow
 * @param {{ latencyMs: number, rateLimit: number }} settings
 */
async function measure({ client, n8n, sandbox }, title, workflow, settings) {
	await sandbox.control('PATCH', 'settings', settings);
	await sleep(1_100); // The calls of the job before leave the window of the limit.
	const before = (await sandbox.control('GET', 'records/customer')).map((/** @type {any} */ { id }) => id);
	await sandbox.control('DELETE', 'journal');
	const { id } = await client.importWorkflow(workflow);
	const cpuBefore = cpuSeconds(n8n.pid());
	const started = Date.now();
	const execution = await client.runWorkflow(id, { timeout: 300_000 });
	const wall = (Date.now() - started) / 1_000;
	const cpu = cpuSeconds(n8n.pid()) - cpuBefore;

	/** @type {Array<{ path: string, status: number }>} */
	const journal = await sandbox.control('GET', 'journal');
	const logins = journal.filter(({ path }) => path.endsWith('/auth/login')).length;
	const refused = journal.filter(({ status }) => status === 429).length;
	const last = workflow.nodes.at(-1).name;
	const created = (await sandbox.control('GET', 'records/customer')).filter(
		(/** @type {any} */ { id }) => !before.includes(id),
	);
	for (const { id } of created) await sandbox.control('DELETE', `records/customer/${id}`);
	const rows = title.startsWith('create')
		? created.length
		: new Set(execution.outputs(last).map((item) => item.id)).size;
	const floor = settings.rateLimit > 0 ? journal.length / settings.rateLimit : cpu;
	return [
		journal.length,
		logins,
		refused,
		rows,
		execution.status,
		wall.toFixed(1),
		floor.toFixed(1),
		floor > 0 ? (wall / floor).toFixed(2) : '-',
	];
}

/**
 * CPU time that a process has used; 0 where the system does not tell.
 * @param {number} pid
 */
function cpuSeconds(pid) {
	try {
		const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
		return (Number(fields[11]) + Number(fields[12])) / 100;
	} catch {
		return 0;
	}
}

module.exports = { main };

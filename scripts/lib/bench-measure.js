'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { CONTESTANTS, WORKFLOWS } = require('./bench-workflows.js');

const TIMEOUT_MS = 900_000;

/**
 * Runs a job in n8n as a workflow that a webhook starts, which saves nothing of the execution, and counts what it cost.
 * @param {{ client: any, n8n: any }} bench
 * @param {import('./sandbox.js').SandboxHandle} sandbox
 * @param {{ job: string, contestant: string, rows: number, limit: number }} what
 */
async function measure({ client, n8n }, sandbox, { job, contestant, rows, limit }) {
	const account = await sandbox.credential();
	const { kind, paceMs } = CONTESTANTS[contestant];
	const source =
		kind === 'node'
			? await client.createCredential({
					name: 'AlfaCRM',
					type: 'alfaCrmApi',
					data: { ...account, requestsPerSecond: limit },
				})
			: account;
	const { id } = await client.importWorkflow(WORKFLOWS[job][kind](source, rows, limit > 0 ? paceMs : 0));
	await client.publishWorkflow(id);
	await sleep(1_100); // What was asked before leaves the window of the limit.
	await sandbox.control('DELETE', 'journal');
	const before = usage(n8n.pid());
	const begun = performance.now();
	const response = await fetch(`${n8n.url}/webhook/bench`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
	const [answer] = [await response.json()].flat();
	const wall = (performance.now() - begun) / 1_000;
	const after = usage(n8n.pid());
	const journal = await sandbox.control('GET', 'journal');
	await client.unpublishWorkflow(id);
	return {
		calls: journal.length,
		logins: journal.filter((/** @type {any} */ { path }) => path.endsWith('/auth/login')).length,
		refused: journal.filter((/** @type {any} */ { status }) => status === 429).length,
		most: mostInASecond(journal),
		rows: Number(Object.values(answer ?? {})[0] ?? NaN),
		wall,
		cpu: after.cpu - before.cpu,
		peak: after.peak,
	};
}

/** @param {Array<{ at: number }>} journal in the order of arrival */
function mostInASecond(journal) {
	let from = 0;
	return Math.max(
		0,
		...journal.map(({ at }, index) => {
			while (journal[from].at <= at - 1_000) from += 1;
			return index - from + 1;
		}),
	);
}

/**
 * What a process has used: seconds of CPU, and the most memory, in MB, since it was asked the last time.
 * @param {number} pid
 */
function usage(pid) {
	try {
		const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
		const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
		fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');
		return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak: Number(peak?.[1]) / 1_024 };
	} catch {
		// Only Linux tells.
		return { cpu: NaN, peak: NaN };
	}
}

module.exports = { measure };

import fs from 'node:fs';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { packTarball } from '../build';
import type { JournalEntry, Sandbox, Settings } from '../../../sandbox';
import { printTable } from '../markdown';
import { N8nClient } from '../n8n/client';
import { N8N_VERSION } from '../n8n/install';
import type { N8nHandle } from '../n8n/start';
import { startN8n } from '../n8n/start';
import { say } from '../progress';
import { credentialDataFor, withSandbox } from '../sandbox';
import { CONTESTANTS, JOBS, WORKFLOWS } from './workflows';

const TIMEOUT_MS = 900_000;
const COLUMNS = 'job,with,calls,429,most in a second,rows,seconds,× floor,CPU s,peak MB'.split(',');
/** Calls in any second that AlfaCRM allows, 0 for no limit, and milliseconds a call. */
const [LIMITS, LATENCIES] = [
	[0, 5],
	[0, 60, 400],
];

/** What is done once: a job of so many rows, by whom, and what the sandbox allows. */
interface Contest {
	job: keyof typeof WORKFLOWS;
	contestant: keyof typeof CONTESTANTS;
	rows: number;
	limit: number;
}

/** This package beside HTTP Request nodes, in one run on one n8n, counted by the sandbox. */
export async function measureJobs(only: string) {
	const tarball = await packTarball();
	const n8n = await startN8n({ tarball: tarball.file });
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		const run = async (sandbox: Sandbox, contest: Contest) => await measure(client, n8n, sandbox, contest);
		await warmUp(run);
		const [{ model }] = os.cpus();
		say(`${os.cpus().length} cores (${model}), Node ${process.versions.node}, n8n ${N8N_VERSION}`);
		for (const limit of LIMITS)
			for (const latencyMs of LATENCIES) {
				const chosen = JOBS.filter(
					({ title, latencies }) => title.includes(only) && latencies.includes(latencyMs),
				);
				// At no distance, a limit would be all that is measured.
				if (chosen.length === 0 || (latencyMs === 0 && limit > 0)) continue;
				say(`\n## ${latencyMs} ms a call, ${limit ? `at most ${limit} calls in any second` : 'no limit'}\n`);
				const line = printTable(COLUMNS, (column) => column < 2);
				for (const { title, does: job, rows, bodyPageSize } of chosen)
					for (const contestant of ['node', 'http', 'paced'] as const) {
						if (contestant === 'paced' && limit === 0) continue;
						const settings = { rateLimit: limit, latencyMs, bodyPageSize, pageSize: 50 };
						const figures = await inSchool(
							rows,
							settings,
							async (sandbox) => await run(sandbox, { job, contestant, rows, limit }),
						);
						line(title, CONTESTANTS[contestant].title, ...figures);
					}
			}
	} finally {
		await n8n.stop();
		tarball.remove();
	}
}

/** A school of its own, since n8n has learned how quick another one is, whose customers are all in branch 1. */
async function inSchool<T>(
	customers: number,
	settings: Partial<Settings>,
	work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	return await withSandbox({ customers, settings }, async (sandbox) => {
		for (const { id } of sandbox.store.rows('customer'))
			sandbox.store.patch('customer', id, { branch_ids: [1] });
		return await work(sandbox);
	});
}

async function warmUp(run: (sandbox: Sandbox, contest: Contest) => Promise<unknown>) {
	await inSchool(500, { rateLimit: 0 }, async (sandbox) => {
		for (const contestant of ['node', 'http'] as const)
			for (const job of ['list', 'create'] as const)
				await run(sandbox, { job, contestant, rows: 100, limit: 0 });
	});
}

/** Runs a job in n8n as a workflow that a webhook starts, which saves nothing of the execution: the cells of its line. */
async function measure(
	client: N8nClient,
	n8n: N8nHandle,
	sandbox: Sandbox,
	{ job, contestant, rows, limit }: Contest,
): Promise<Array<string | number>> {
	const account = credentialDataFor(sandbox);
	const { kind, paceMs } = CONTESTANTS[contestant];
	const data = { ...account, advanced: true, requestsPerSecond: limit };
	const saved = await client.createCredential({ name: 'AlfaCRM', type: 'alfaCrmApi', data });
	const { id } = await client.importWorkflow(
		kind === 'node'
			? WORKFLOWS[job].node(saved, rows)
			: WORKFLOWS[job].http(account, rows, limit > 0 ? paceMs : 0),
	);
	await client.publishWorkflow(id);
	await sleep(1_100); // What was asked before leaves the window of the limit.
	sandbox.clearJournal();
	const before = usage(n8n.pid());
	const begun = performance.now();
	const response = await fetch(`${n8n.url}/webhook/bench`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
	const [answer] = [await response.json()].flat() as Array<object | undefined>;
	const seconds = (performance.now() - begun) / 1_000;
	const after = usage(n8n.pid());
	await client.unpublishWorkflow(id);
	const { journal } = sandbox;
	const counted = Number(Object.values(answer ?? {})[0] ?? NaN);
	const refused = journal.filter(({ status }) => status === 429).length;
	const isOnTheFloor = limit > 0 && refused === 0;
	return [
		journal.length,
		refused,
		mostInASecond(journal),
		Number.isNaN(counted) ? 'error' : counted,
		seconds.toFixed(1),
		isOnTheFloor ? (seconds / (journal.length / limit)).toFixed(2) : '–',
		(after.cpu - before.cpu).toFixed(1),
		after.peak.toFixed(0),
	];
}

/** @param journal in the order of arrival */
function mostInASecond(journal: readonly JournalEntry[]): number {
	let from = 0;
	const counts = journal.map(({ at }, index) => {
		while (journal[from].at <= at - 1_000) from += 1;
		return index - from + 1;
	});
	return Math.max(0, ...counts);
}

/** What a process has used: seconds of CPU, and the most memory, in MB, since it was asked the last time. */
function usage(pid: number): { cpu: number; peak: number } {
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

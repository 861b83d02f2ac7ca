import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nClient } from '../n8n/client';
import type { N8nHandle } from '../n8n/start';
import type { SandboxHandle } from '../sandbox';
import type { ContestantName, WorkflowName } from './workflows';
import { CONTESTANTS, WORKFLOWS } from './workflows';

const TIMEOUT_MS = 900_000;

export interface Bench {
	client: N8nClient;
	n8n: N8nHandle;
}

export interface Figures {
	calls: number;
	logins: number;
	/** Calls that were answered with 429. */
	refused: number;
	/** Calls in a second. */
	most: number;
	rows: number;
	/** Seconds. */
	wall: number;
	/** Seconds of the whole n8n process. */
	cpu: number;
	/** Megabytes of the whole n8n process. */
	peak: number;
}

/** One request that reached the sandbox. */
interface JournalEntry {
	path: string;
	status: number;
	at: number;
}

/** Runs a job in n8n as a workflow that a webhook starts, which saves nothing of the execution, and counts what it cost. */
export async function measure(
	{ client, n8n }: Bench,
	sandbox: SandboxHandle,
	{
		job,
		contestant,
		rows,
		limit,
	}: { job: WorkflowName; contestant: ContestantName; rows: number; limit: number },
): Promise<Figures> {
	const account = await sandbox.credential();
	const { kind, paceMs } = CONTESTANTS[contestant];
	const workflow =
		kind === 'node'
			? WORKFLOWS[job].node(
					await client.createCredential({
						name: 'AlfaCRM',
						type: 'alfaCrmApi',
						data: { ...account, requestsPerSecond: limit },
					}),
					rows,
				)
			: WORKFLOWS[job].http(account, rows, limit > 0 ? paceMs : 0);
	const { id } = await client.importWorkflow(workflow);
	await client.publishWorkflow(id);
	await sleep(1_100); // What was asked before leaves the window of the limit.
	await sandbox.control('DELETE', 'journal');
	const before = usage(n8n.pid());
	const begun = performance.now();
	const response = await fetch(`${n8n.url}/webhook/bench`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
	const [answer] = [await response.json()].flat() as Array<object | undefined>;
	const wall = (performance.now() - begun) / 1_000;
	const after = usage(n8n.pid());
	const journal = await sandbox.control<JournalEntry[]>('GET', 'journal');
	await client.unpublishWorkflow(id);
	return {
		calls: journal.length,
		logins: journal.filter(({ path }) => path.endsWith('/auth/login')).length,
		refused: journal.filter(({ status }) => status === 429).length,
		most: mostInASecond(journal),
		rows: Number(Object.values(answer ?? {})[0] ?? NaN),
		wall,
		cpu: after.cpu - before.cpu,
		peak: after.peak,
	};
}

/** @param journal in the order of arrival */
function mostInASecond(journal: JournalEntry[]): number {
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

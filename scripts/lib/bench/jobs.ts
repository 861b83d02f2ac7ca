import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry, Sandbox, Settings } from '../../../sandbox';
import { packTarball } from '../build';
import { printTable } from '../markdown';
import { N8nClient } from '../n8n/client';
import { N8N_VERSION } from '../n8n/install';
import type { N8nHandle } from '../n8n/start';
import { startN8n } from '../n8n/start';
import type { SavedCredential, Workflow } from '../n8n/types';
import { say } from '../progress';
import { credentialDataFor, withSandbox } from '../sandbox';
import { readUsage } from './usage';
import { CONTESTANTS, JOBS, WORKFLOWS } from './workflows';

const TIMEOUT_MS = 900_000;
const COLUMNS = [
	'job',
	'with',
	'calls',
	'429',
	'most in a second',
	'rows',
	'seconds',
	'× floor',
	'CPU s',
	'peak MB',
];
const TEXT_COLUMNS = 2;

const NO_LIMIT = 0;
/** How many calls AlfaCRM allows in any second. */
const RATE_LIMITS = [NO_LIMIT, 5];
/** How long AlfaCRM takes to answer, in ms. */
const LATENCIES = [0, 60, 400];

type Contestant = keyof typeof CONTESTANTS;
type JobEntry = (typeof JOBS)[number];

/** One job that one contestant does once. */
interface Contest {
	job: JobEntry['does'];
	contestant: Contestant;
	rows: number;
	/** How many calls AlfaCRM allows in any second. */
	rateLimit: number;
}

/** What a contest cost. */
interface Figures {
	/** How many records the workflow has counted at its end; undefined if it failed. */
	countedRows: number | undefined;
	seconds: number;
	cpuSeconds: number;
	peakMegabytes: number;
	journal: readonly JournalEntry[];
}

/**
 * Measures the nodes of this package beside HTTP Request nodes that do the same jobs. All run in the
 * same n8n. The sandbox counts their calls.
 *
 * @param only a part of the titles of the jobs to measure
 */
export async function measureJobs(only: string) {
	const tarball = await packTarball();
	const n8n = await startN8n({ tarball: tarball.file });
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		const race = new Race(n8n, client);
		await race.warmUp();
		say(describeMachine());

		for (const rateLimit of RATE_LIMITS) {
			for (const latencyMs of LATENCIES) {
				const jobs = JOBS.filter(
					({ title, latencies }) => title.includes(only) && latencies.includes(latencyMs),
				);
				// Without a latency, nothing but the limit would be measured.
				const measuresOnlyLimit = latencyMs === 0 && rateLimit !== NO_LIMIT;
				if (jobs.length > 0 && !measuresOnlyLimit) await printContests(race, jobs, rateLimit, latencyMs);
			}
		}
	} finally {
		await n8n.stop();
		tarball.remove();
	}
}

function describeMachine(): string {
	const cpus = os.cpus();
	return `${cpus.length} cores (${cpus[0].model}), Node ${process.versions.node}, n8n ${N8N_VERSION}`;
}

/** Runs each job with each contestant, and prints a table with a line for each. */
async function printContests(race: Race, jobs: JobEntry[], rateLimit: number, latencyMs: number) {
	const limitText = rateLimit === NO_LIMIT ? 'no limit' : `at most ${rateLimit} calls in any second`;
	say(`\n## ${latencyMs} ms a call, ${limitText}\n`);
	const printLine = printTable(COLUMNS, (column) => column < TEXT_COLUMNS);

	for (const { title, does: job, rows, bodyPageSize } of jobs) {
		for (const contestant of contestantsFor(rateLimit)) {
			const contest = { job, contestant, rows, rateLimit };
			const settings = { rateLimit, latencyMs, bodyPageSize, pageSize: 50 };
			const figures = await withSchoolOfOneBranch(
				rows,
				settings,
				async (sandbox) => await race.run(sandbox, contest),
			);
			printLine(title, CONTESTANTS[contestant].title, ...toCells(figures, rateLimit));
		}
	}
}

/** Leaves out the contestant that keeps to the limit by itself if there is no limit. */
function contestantsFor(rateLimit: number): Contestant[] {
	return rateLimit === NO_LIMIT ? ['node', 'http'] : ['node', 'http', 'paced'];
}

/**
 * Starts a sandbox with all customers in branch 1. Every contest gets a new one, because the nodes
 * have learned how fast the former one answers.
 */
async function withSchoolOfOneBranch<T>(
	customers: number,
	settings: Partial<Settings>,
	work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	return await withSandbox({ customers, settings }, async (sandbox) => {
		for (const { id } of sandbox.store.rows('customer')) {
			sandbox.store.patch('customer', id, { branch_ids: [1] });
		}
		return await work(sandbox);
	});
}

/** Runs the contests in one n8n. */
class Race {
	constructor(
		private readonly n8n: N8nHandle,
		private readonly client: N8nClient,
	) {}

	/** Runs some jobs that are not measured, so that no contest pays for the first use of a node. */
	async warmUp() {
		await withSchoolOfOneBranch(500, { rateLimit: NO_LIMIT }, async (sandbox) => {
			for (const contestant of ['node', 'http'] as const) {
				for (const job of ['list', 'create'] as const) {
					await this.run(sandbox, { job, contestant, rows: 100, rateLimit: NO_LIMIT });
				}
			}
		});
	}

	/** Runs a contest as a workflow that a webhook starts, and that saves nothing of its execution. */
	async run(sandbox: Sandbox, contest: Contest): Promise<Figures> {
		const workflow = await this.makeWorkflow(sandbox, contest);
		const { id } = await this.client.importWorkflow(workflow);
		await this.client.publishWorkflow(id);
		// The limit counts the calls of the last second, so those of n8n's start must be older.
		await sleep(1_100);
		sandbox.clearJournal();

		const usageBefore = readUsage(this.n8n.pid());
		const startedAt = performance.now();
		const countedRows = await this.callWebhook();
		const seconds = (performance.now() - startedAt) / 1_000;
		const usageAfter = readUsage(this.n8n.pid());
		await this.client.unpublishWorkflow(id);

		return {
			countedRows,
			seconds,
			cpuSeconds: usageAfter.cpuSeconds - usageBefore.cpuSeconds,
			peakMegabytes: usageAfter.peakMegabytes,
			journal: sandbox.journal,
		};
	}

	private async makeWorkflow(
		sandbox: Sandbox,
		{ job, contestant, rows, rateLimit }: Contest,
	): Promise<Workflow> {
		const account = credentialDataFor(sandbox);
		const { kind, paceMs } = CONTESTANTS[contestant];
		if (kind === 'http') {
			return WORKFLOWS[job].http(account, rows, rateLimit === NO_LIMIT ? 0 : paceMs);
		}

		const credential = await this.createCredential({ ...account, requestsPerSecond: rateLimit });
		return WORKFLOWS[job].node(credential, rows);
	}

	private async createCredential(data: object): Promise<SavedCredential> {
		return await this.client.createCredential({
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data: { ...data, advanced: true },
		});
	}

	/** Starts the workflow, and returns the number of records that it counts at its end. */
	private async callWebhook(): Promise<number | undefined> {
		const response = await fetch(`${this.n8n.url}/webhook/bench`, {
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});
		const answer = (await response.json()) as object | object[];
		const [item] = [answer].flat() as Array<object | undefined>;
		const [count] = Object.values(item ?? {}) as unknown[];
		const countedRows = Number(count ?? NaN);
		return Number.isNaN(countedRows) ? undefined : countedRows;
	}
}

/** Makes the cells of a line, after the title and the contestant. */
function toCells(figures: Figures, rateLimit: number): Array<string | number> {
	const { journal, seconds } = figures;
	const refusedCalls = journal.filter(({ status }) => status === 429).length;

	// The floor is the time that the limit demands for these calls, if none of them is refused.
	const hasFloor = rateLimit !== NO_LIMIT && refusedCalls === 0;
	const floorSeconds = journal.length / rateLimit;
	return [
		journal.length,
		refusedCalls,
		countMostCallsInASecond(journal),
		figures.countedRows ?? 'error',
		seconds.toFixed(1),
		hasFloor ? (seconds / floorSeconds).toFixed(2) : '–',
		figures.cpuSeconds.toFixed(1),
		figures.peakMegabytes.toFixed(0),
	];
}

/** Counts the calls in the second with the most calls. The journal is in the order of arrival. */
function countMostCallsInASecond(journal: readonly JournalEntry[]): number {
	let mostCalls = 0;
	let firstOfSecond = 0;
	for (const [index, { at }] of journal.entries()) {
		while (journal[firstOfSecond].at <= at - 1_000) {
			firstOfSecond += 1;
		}
		mostCalls = Math.max(mostCalls, index - firstOfSecond + 1);
	}
	return mostCalls;
}

import fs from 'node:fs';
import { machine } from './lib/bench/machine';
import type { Bench } from './lib/bench/measure';
import { measure } from './lib/bench/measure';
import type { Result } from './lib/bench/report';
import { pictureOf, sectionOf } from './lib/bench/report';
import type { ContestantName } from './lib/bench/workflows';
import { CONTESTANTS, JOBS } from './lib/bench/workflows';
import { ensureBuilt, packTarball } from './lib/build';
import { flagsOf, numbers, someOf } from './lib/flags';
import { withSection } from './lib/markdown';
import { N8nClient } from './lib/n8n/client';
import { startN8n } from './lib/n8n/start';
import { inRepo } from './lib/paths';
import { say } from './lib/progress';
import { FIXED_DAY, startSandbox } from './lib/sandbox';
import { row } from './lib/table';

/** Calls in any second that AlfaCRM allows. */
const LIMIT = 5;
const LATENCIES = [60, 400];
/** Of the picture: what a list costs by its size. */
const SIZES = [6_250, 12_500, 25_000, 50_000];
const WIDTHS = [26, 17, 7, 6, 5, 5, 7, 8, 8, 8, 7, 8];
const TITLES = 'calls,logins,429s,most/s,rows,wall s,floor s,x floor,CPU s,peak MB'.split(',');
const REPORT = inRepo('docs', 'performance.md');
const PICTURE = inRepo('docs', 'images', 'performance.svg');
const ALL = Object.keys(CONTESTANTS) as ContestantName[];

interface Flags {
	jobs: string[];
	with: ContestantName[];
	latency: number[];
	limit: number[];
	write?: boolean;
}

/**
 * `npm run bench`: this package against HTTP Request nodes, in one run on one n8n, counted by the sandbox.
 */
export async function main() {
	const names = Object.keys(JOBS);
	const flags = flagsOf('bench')
		.option('--jobs <list>', `of ${names.join(', ')} (all)`, someOf(names), names)
		.option('--with <list>', `of ${ALL.join(', ')} (all)`, someOf(ALL), ALL)
		.option('--latency <list>', 'milliseconds', numbers, LATENCIES)
		.option('--limit <list>', 'calls in any second that AlfaCRM allows, 0 for no limit', numbers, [0, LIMIT])
		.option('--write', 'puts table and picture into docs/; takes all of it, half an hour')
		.parse()
		.opts<Flags>();
	await ensureBuilt();
	const tarball = await packTarball();
	const n8n = await startN8n({ tarball: tarball.file });
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		const bench = { client, n8n };
		await warmUp(bench);
		const results = [];
		for (const limit of flags.limit) {
			for (const latency of flags.latency) results.push(...(await compare(bench, { limit, latency }, flags)));
		}
		if (!flags.write) return 0;
		const growth = await grow(bench);
		fs.writeFileSync(PICTURE, pictureOf(growth));
		const page = fs.readFileSync(REPORT, 'utf8');
		fs.writeFileSync(REPORT, withSection(page, 'bench', sectionOf(results, growth, machine())));
	} finally {
		await n8n.stop();
		tarball.remove();
	}
	return 0;
}

/** A school whose customers are all in branch 1. */
async function school(customers: number, settings: object) {
	const sandbox = await startSandbox({ args: [...FIXED_DAY, '--customers', String(customers)] });
	await sandbox.control('PATCH', 'records/customer', { branch_ids: [1] });
	await sandbox.control('PATCH', 'settings', settings);
	return sandbox;
}

async function warmUp(bench: Bench) {
	const sandbox = await school(500, { rateLimit: 0 });
	try {
		for (const contestant of ['node', 'http'] as const) {
			for (const job of ['list', 'create'] as const)
				await measure(bench, sandbox, { job, contestant, rows: 100, limit: 0 });
		}
	} finally {
		await sandbox.stop();
	}
}

async function compare(
	bench: Bench,
	{ limit, latency }: { limit: number; latency: number },
	{ jobs, with: contestants }: Flags,
): Promise<Result[]> {
	say(`\n${latency} ms latency, ${limit > 0 ? `at most ${limit} calls in any second` : 'no limit'}`);
	say(row(['job', 'with', ...TITLES], WIDTHS, 2));
	const results: Result[] = [];
	for (const job of jobs) {
		const { does, customers, rows, bodyPageSize, title } = JOBS[job];
		for (const contestant of contestants) {
			if (contestant === 'paced' && limit === 0) continue;
			// Each has a sandbox of its own, since n8n has learned how quick the other one is.
			const settings = { rateLimit: limit, latencyMs: latency, bodyPageSize, pageSize: 50 };
			const sandbox = await school(customers, settings);
			try {
				const figures = await measure(bench, sandbox, { job: does, contestant, rows, limit });
				const result = { title, contestant, limit, latency, ...figures };
				results.push(result);
				say(row([title, contestant, ...cellsOf(result)], WIDTHS, 2));
			} finally {
				await sandbox.stop();
			}
		}
	}
	return results;
}

function cellsOf({ calls, logins, refused, most, rows, wall, limit, cpu, peak }: Result) {
	const floor = limit > 0 ? calls / limit : undefined;
	return [
		calls,
		logins,
		refused,
		most,
		rows,
		wall.toFixed(1),
		floor?.toFixed(1) ?? '-',
		floor ? (wall / floor).toFixed(2) : '-',
		cpu.toFixed(1),
		peak.toFixed(0),
	];
}

/** What a list costs by its size. */
async function grow(bench: Bench) {
	const growth = [];
	for (const customers of SIZES) {
		for (const contestant of ['node', 'http'] as const) {
			const sandbox = await school(customers, { rateLimit: 0, bodyPageSize: 'honoured' });
			try {
				const what = { job: 'list', contestant, rows: customers, limit: 0 } as const;
				growth.push({ customers, contestant, ...(await measure(bench, sandbox, what)) });
			} finally {
				await sandbox.stop();
			}
		}
	}
	return growth;
}

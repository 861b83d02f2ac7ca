'use strict';

const fs = require('node:fs');
const os = require('node:os');
const { parseArgs } = require('node:util');
const {
	ensureBuilt,
	inRepo,
	N8nClient,
	packTarball,
	Problem,
	say,
	startN8n,
	startSandbox,
} = require('./lib');
const { bareCreate, bareList } = require('./lib/bench-bare.js');
const { measure } = require('./lib/bench-measure.js');
const { pageOf, pictureOf } = require('./lib/bench-report.js');
const { CONTESTANTS, JOBS } = require('./lib/bench-workflows.js');
const { row } = require('./lib/table.js');

/** Calls in any second that AlfaCRM allows. */
const LIMIT = 5;
const LATENCIES = [0, 60, 400, 800];
/** Of the picture: what a list costs by its size. */
const SIZES = [6_250, 12_500, 25_000, 50_000];
const WIDTHS = [26, 17, 7, 6, 5, 5, 7, 8, 8, 8, 7, 8];
const REPORT = inRepo('docs', 'performance.md');
const PICTURE = inRepo('docs', 'images', 'performance.svg');

const USAGE = `npm run bench [-- flags]
  --jobs <list>         of ${Object.keys(JOBS).join(', ')} (all)
  --with <list>         of ${Object.keys(CONTESTANTS).join(', ')}, bare (all)
  --latency <list>      milliseconds (${LATENCIES.join(',')})
  --limit <list>        calls in any second that AlfaCRM allows, 0 for no limit (0,${LIMIT})
  --write               puts table and picture into docs/; takes all of it, more than an hour`;

/**
 * `npm run bench`: this package against HTTP Request nodes and against a bare loop outside n8n, in one run on one n8n,
 * counted by the sandbox.
 */
async function main() {
	const flags = readFlags();
	if (flags.help) {
		say(USAGE);
		return 0;
	}
	await ensureBuilt();
	const tarball = await packTarball();
	const n8n = await startN8n({ tarball: tarball.file });
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		const bench = { client, n8n };
		await warmUp(bench);
		const results = [];
		for (const limit of flags.limits) {
			for (const latency of flags.latencies)
				results.push(...(await compare(bench, { limit, latency }, flags)));
		}
		if (!flags.write) return 0;
		const growth = await grow(bench);
		fs.writeFileSync(PICTURE, pictureOf(growth));
		fs.writeFileSync(REPORT, pageOf(results, growth, machine()));
	} finally {
		await n8n.stop();
		tarball.remove();
	}
	return 0;
}

const machine = () =>
	`${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Node ${process.versions.node}`;

function readFlags() {
	try {
		const { values } = parseArgs({
			options: {
				jobs: { type: 'string', default: Object.keys(JOBS).join(',') },
				with: { type: 'string', default: [...Object.keys(CONTESTANTS), 'bare'].join(',') },
				latency: { type: 'string', default: LATENCIES.join(',') },
				limit: { type: 'string', default: `0,${LIMIT}` },
				write: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
		return {
			...values,
			jobs: values.jobs.split(','),
			contestants: values.with.split(','),
			latencies: values.latency.split(',').map(Number),
			limits: values.limit.split(',').map(Number),
		};
	} catch (error) {
		throw new Problem(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
	}
}

/**
 * A school whose customers are all in branch 1.
 * @param {number} customers
 * @param {object} settings
 */
async function school(customers, settings) {
	const sandbox = await startSandbox({ args: ['--customers', String(customers)] });
	await sandbox.control('PATCH', 'records/customer', { branch_ids: [1] });
	await sandbox.control('PATCH', 'settings', settings);
	return sandbox;
}

/** @param {{ client: any, n8n: any }} bench */
async function warmUp(bench) {
	const sandbox = await school(500, { rateLimit: 0 });
	try {
		for (const contestant of ['node', 'http']) {
			for (const job of ['list', 'create']) {
				await measure(bench, sandbox, { job, contestant, rows: 100, limit: 0 });
			}
		}
	} finally {
		await sandbox.stop();
	}
}

/**
 * @param {{ client: any, n8n: any }} bench
 * @param {{ limit: number, latency: number }} circumstances
 * @param {{ jobs: string[], contestants: string[] }} flags
 */
async function compare(bench, { limit, latency }, { jobs, contestants }) {
	say(`\n${latency} ms latency, ${limit > 0 ? `at most ${limit} calls in any second` : 'no limit'}`);
	const titles = [
		'calls',
		'logins',
		'429s',
		'most/s',
		'rows',
		'wall s',
		'floor s',
		'x floor',
		'CPU s',
		'peak MB',
	];
	say(row(['job', 'with', ...titles], WIDTHS, 2));
	const results = [];
	for (const job of jobs) {
		const { customers, rows, bodyPageSize, title, isHeavy } = JOBS[job];
		// A list of many small pages would take hours for those who ask for one after the other.
		if (isHeavy && (limit > 0 || latency > 0)) continue;
		for (const contestant of contestants) {
			if (contestant === 'paced' && limit === 0) continue;
			// Each has a sandbox of its own, since n8n has learned how quick the other one is.
			const sandbox = await school(customers, {
				rateLimit: limit,
				latencyMs: latency,
				bodyPageSize,
				pageSize: 50,
			});
			try {
				const bare = { list: bareList, create: bareCreate }[JOBS[job].does];
				if (contestant === 'bare' && (bare === undefined || limit > 0)) continue;
				const figures =
					contestant === 'bare'
						? await bare(sandbox, rows)
						: await measure(bench, sandbox, { job: JOBS[job].does, contestant, rows, limit });
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

/** @param {any} result */
function cellsOf({ calls, logins, refused, most, rows, wall, limit, cpu, peak }) {
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
		cpu?.toFixed(1) ?? '-',
		peak?.toFixed(0) ?? '-',
	];
}

/**
 * What a list costs by its size.
 * @param {{ client: any, n8n: any }} bench
 */
async function grow(bench) {
	const growth = [];
	for (const customers of SIZES) {
		for (const contestant of ['node', 'http']) {
			const sandbox = await school(customers, { rateLimit: 0, bodyPageSize: 'honoured' });
			try {
				growth.push({
					customers,
					contestant,
					...(await measure(bench, sandbox, { job: 'list', contestant, rows: customers, limit: 0 })),
				});
			} finally {
				await sandbox.stop();
			}
		}
	}
	return growth;
}

module.exports = { main };

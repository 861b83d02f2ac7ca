import { printTable } from '../markdown';
import { say } from '../progress';
import { deliverTwice } from '../queue/deliverTwice';
import { killWorker } from '../queue/killWorker';
import type { Figures } from '../queue/loads';
import { runAtRateLimit, runWhileTokensExpire, sendForms } from '../queue/loads';
import { findPrograms } from '../queue/programs';
import { QueueStage } from '../queue/stage';

const COLUMNS = [
	'load',
	'executions',
	'succeeded',
	'calls',
	'a second',
	'429s',
	'logins',
	'customers',
	'seconds',
];
const PACE = { executions: 24, calls: 10 };
const LOGINS = { executions: 200, calls: 3, expiries: 2 };

/** Many executions that work with one account at the same time. */
interface Load {
	title: string;
	run: (stage: QueueStage) => Promise<Figures & { customers?: number }>;
}

/** The loads of test/queue, but larger. */
const LOADS: Load[] = [
	{
		title: '24 x 10 calls, 5 a second',
		run: async (stage) => await runAtRateLimit(stage, PACE),
	},
	{
		title: '24 x 10 calls, 5 a second, refused ones count',
		run: async (stage) => await runAtRateLimit(stage, { ...PACE, settings: { countRejected: true } }),
	},
	{
		title: '1,000 forms of 300 phones, no limit',
		run: async (stage) => await sendForms(stage, { count: 1_000, phones: 300, isLimited: false }),
	},
	{
		title: '40 forms of 40 phones, 5 a second',
		run: async (stage) => await sendForms(stage, { count: 40, phones: 40, isLimited: true }),
	},
	{
		title: '60 forms of 18 phones, 5 a second',
		run: async (stage) => await sendForms(stage, { count: 60, phones: 18, isLimited: true }),
	},
	makeLoginLoad({ singleToken: false, isLimited: false }),
	makeLoginLoad({ singleToken: true, isLimited: false }),
	makeLoginLoad({ singleToken: false, isLimited: true }),
	makeLoginLoad({ singleToken: true, isLimited: true }),
];

/**
 * Measures several processes of n8n that work with one account.
 *
 * @param only a part of the titles of the loads to run
 */
export async function measureQueue(only: string) {
	findPrograms();
	const loads = LOADS.filter(({ title }) => title.includes(only));
	if (loads.length > 0) {
		await withStage({ webhooks: 2, workers: 4 }, async (stage) => await measureLoads(stage, loads));
	}
	if ('deliveries'.includes(only)) {
		await withStage({ webhooks: 2, workers: 4 }, measureDeliveries);
	}
	if ('killed'.includes(only)) {
		// With a single worker, the killed worker is certainly the one that has the work.
		await withStage({ webhooks: 1, workers: 1 }, measureKilledWorker);
	}
}

/** Makes a load during which tokens expire. With `singleToken`, each login ends the older tokens. */
function makeLoginLoad({ singleToken, isLimited }: { singleToken: boolean; isLimited: boolean }): Load {
	const limitText = isLimited ? ', 5 a second' : '';
	const tokenText = singleToken ? ', one token at a time' : '';
	return {
		title: `200 x 3 calls, 2 expiries${limitText}${tokenText}`,
		run: async (stage) => await runWhileTokensExpire(stage, { ...LOGINS, singleToken, isLimited }),
	};
}

async function withStage(
	options: { webhooks: number; workers: number },
	work: (stage: QueueStage) => Promise<void>,
) {
	say(`\nn8n with ${options.webhooks} webhook process(es) and ${options.workers} worker(s)\n`);
	const stage = await QueueStage.open(options);
	try {
		await work(stage);
	} finally {
		await stage.close();
	}
}

/** Runs the loads, and prints a table with a line for each. The reasons of failures follow their load. */
async function measureLoads(stage: QueueStage, loads: Load[]) {
	const printLine = printTable(COLUMNS, (column) => column === 0);
	for (const { title, run } of loads) {
		const figures = await run(stage);
		printLine(
			title,
			figures.executions,
			figures.succeeded,
			figures.accepted,
			figures.perSecond.toFixed(1),
			figures.refused,
			figures.logins,
			figures.customers ?? '–',
			figures.seconds.toFixed(0),
		);
		for (const failure of figures.failures) {
			printLine(failure);
		}
	}
}

async function measureDeliveries(stage: QueueStage) {
	for (const apartMs of [0, 3_000]) {
		const figures = await deliverTwice(stage, { pairs: 40, apartMs });
		const { pairs, started, keys, passed } = figures;
		const secondsApart = apartMs / 1_000;
		say(
			`${pairs} pairs of deliveries, ${secondsApart} s apart: ${started} executions, ${keys} keys, ${passed} pass`,
		);
	}
}

async function measureKilledWorker(stage: QueueStage) {
	const figures = await killWorker(stage, { executions: 10, each: 10 });
	const { lost, before, phones, customers, failures, seconds, afterRetry } = figures;
	say(
		`Worker killed after ${before} of ${phones} customers, ${lost} executions lost; all sent again at once:`,
	);
	say(`${customers} customers after ${seconds.toFixed(0)} s, ${afterRetry} after n8n's Retry`);
	for (const failure of failures) {
		say(`  ${failure}`);
	}
}

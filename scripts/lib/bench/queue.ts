import { printTable } from '../markdown';
import { say } from '../progress';
import { deliverTwice } from '../queue/deliverTwice';
import { killWorker } from '../queue/killWorker';
import type { Figures } from '../queue/loads';
import { sendForms, runWhileTokensExpire, runAtRateLimit } from '../queue/loads';
import { findPrograms } from '../queue/programs';
import { QueueStage } from '../queue/stage';

const COLUMNS = 'load,executions,succeeded,calls,a second,429s,logins,customers,seconds'.split(',');
const PACE = { executions: 24, calls: 10 };
const LOGINS = { executions: 200, calls: 3, expiries: 2 };

type Load = [title: string, run: (stage: QueueStage) => Promise<Figures & { customers?: number }>];

/** Logins where a login ends the older tokens, and where it does not. */
const loginsWith = (singleToken: boolean, isLimited: boolean): Load => [
	`200 x 3 calls, 2 expiries${isLimited ? ', 5 a second' : ''}${singleToken ? ', one token at a time' : ''}`,
	async (stage) => await runWhileTokensExpire(stage, { ...LOGINS, singleToken, isLimited }),
];

/** The loads of test/queue, but larger. */
const LOADS: Load[] = [
	['24 x 10 calls, 5 a second', async (stage) => await runAtRateLimit(stage, PACE)],
	[
		'24 x 10 calls, 5 a second, refused ones count',
		async (stage) => await runAtRateLimit(stage, { ...PACE, settings: { countRejected: true } }),
	],
	[
		'1,000 forms of 300 phones, no limit',
		async (stage) => await sendForms(stage, { count: 1_000, phones: 300, isLimited: false }),
	],
	[
		'40 forms of 40 phones, 5 a second',
		async (stage) => await sendForms(stage, { count: 40, phones: 40, isLimited: true }),
	],
	[
		'60 forms of 18 phones, 5 a second',
		async (stage) => await sendForms(stage, { count: 60, phones: 18, isLimited: true }),
	],
	...[loginsWith(false, false), loginsWith(true, false), loginsWith(false, true), loginsWith(true, true)],
];

/** What several processes of n8n make of one account. */
export async function measureQueue(only: string) {
	findPrograms();
	const loads = LOADS.filter(([title]) => title.includes(only));
	if (loads.length > 0)
		await withStage({ webhooks: 2, workers: 4 }, async (stage) => await measure(stage, loads));
	if ('deliveries'.includes(only)) await withStage({ webhooks: 2, workers: 4 }, measureDeliveries);
	// One worker, so that it is the one that has the work.
	if ('killed'.includes(only)) await withStage({ webhooks: 1, workers: 1 }, measureKilled);
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

async function measure(stage: QueueStage, loads: Load[]) {
	const line = printTable(COLUMNS, (column) => column === 0);
	for (const [title, load] of loads) {
		const figures = await load(stage);
		const { executions, succeeded, accepted, perSecond, refused, failures } = figures;
		line(
			...[title, executions, succeeded, accepted, perSecond.toFixed(1), refused],
			...[figures.logins, figures.customers ?? '–', figures.seconds.toFixed(0)],
		);
		for (const failure of failures) line(failure);
	}
}

async function measureDeliveries(stage: QueueStage) {
	for (const apartMs of [0, 3_000]) {
		const { pairs, started, keys, passed } = await deliverTwice(stage, { pairs: 40, apartMs });
		const apart = `${apartMs / 1_000} s apart`;
		say(`${pairs} pairs of deliveries, ${apart}: ${started} executions, ${keys} keys, ${passed} pass`);
	}
}

async function measureKilled(stage: QueueStage) {
	const figures = await killWorker(stage, { executions: 10, each: 10 });
	const { lost, before, phones, customers, failures, seconds, afterRetry } = figures;
	say(
		`Worker killed after ${before} of ${phones} customers, ${lost} executions lost; all sent again at once:`,
	);
	say(`${customers} customers after ${seconds.toFixed(0)} s, ${afterRetry} after n8n's Retry`);
	for (const failure of failures) say(`  ${failure}`);
}

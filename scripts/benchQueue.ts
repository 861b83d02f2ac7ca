import { flagsOf, someOf } from './lib/flags';
import { say } from './lib/progress';
import { deliveries } from './lib/queue/deliveries';
import { killed } from './lib/queue/killed';
import type { Figures } from './lib/queue/loads';
import { besideLoad, forms, logins, pace } from './lib/queue/loads';
import { findPrograms } from './lib/queue/programs';
import { QueueStage } from './lib/queue/stage';
import { row } from './lib/table';

const COLUMNS = ['executions', 'succeeded', 'calls', 'a second', '429s', 'logins', 'customers', 's'];
const WIDTHS = [58, 10, 9, 6, 8, 5, 6, 9, 6];
const [WEBHOOKS, WORKERS] = [2, 4];

type Line = Figures & { customers?: number };

const PACE = { executions: 24, calls: 10 };
const LOGINS = { executions: 200, calls: 3, expiries: 2 };

const LOADS: Record<string, Array<[title: string, measure: (stage: QueueStage) => Promise<Line>]>> = {
	pace: [
		['24 x 10 calls, 5 a second', async (stage) => await pace(stage, PACE)],
		[
			'24 x 10 calls, 5 a second, refused ones count',
			async (stage) => await pace(stage, { ...PACE, settings: { countRejected: true } }),
		],
		['3 calls beside a load of another process', async (stage) => await besideLoad(stage, { calls: 3 })],
	],
	forms: [
		[
			'1,000 forms of 300 phones, no limit',
			async (stage) => await forms(stage, { count: 1_000, phones: 300, isLimited: false }),
		],
		[
			'60 forms of 18 phones, 5 a second',
			async (stage) => await forms(stage, { count: 60, phones: 18, isLimited: true }),
		],
	],
	logins: [
		['200 x 3 calls, 2 expiries', async (stage) => await logins(stage, { ...LOGINS, singleToken: false })],
		[
			'200 x 3 calls, 2 expiries, one token at a time',
			async (stage) => await logins(stage, { ...LOGINS, singleToken: true }),
		],
		[
			'the same, 5 a second',
			async (stage) => await logins(stage, { ...LOGINS, singleToken: false, isLimited: true }),
		],
		[
			'the same, 5 a second, one token at a time',
			async (stage) => await logins(stage, { ...LOGINS, singleToken: true, isLimited: true }),
		],
	],
};
const OTHERS = ['deliveries', 'killed'];
const ALL = [...Object.keys(LOADS), ...OTHERS];

/** `npm run bench:queue`: what several processes of n8n make of one account. */
export async function main() {
	const { loads } = flagsOf('bench:queue')
		.option('--loads <list>', `of ${ALL.join(', ')} (all)`, someOf(ALL), ALL)
		.parse()
		.opts<{ loads: string[] }>();
	findPrograms();
	if (loads.some((name) => name !== 'killed'))
		await withStage({ webhooks: WEBHOOKS, workers: WORKERS }, async (stage) => await measure(stage, loads));
	// One worker, so that it is the one that has the work.
	if (loads.includes('killed')) await withStage({ webhooks: 1, workers: 1 }, measureKilled);
	return 0;
}

async function withStage(
	options: { webhooks: number; workers: number },
	work: (stage: QueueStage) => Promise<void>,
) {
	say(`\nn8n with ${options.webhooks} webhook process(es) and ${options.workers} worker(s)`);
	const stage = await QueueStage.open(options);
	try {
		await work(stage);
	} finally {
		await stage.close();
	}
}

async function measure(stage: QueueStage, loads: string[]) {
	say(row(['load', ...COLUMNS], WIDTHS, 1));
	for (const name of loads) {
		for (const [title, load] of LOADS[name] ?? []) {
			const line = await load(stage);
			say(row([title, ...cellsOf(line)], WIDTHS, 1));
			for (const failure of line.failures) say(`  ${failure}`);
		}
	}
	if (!loads.includes('deliveries')) return;
	for (const apartMs of [0, 3_000]) {
		const { pairs, started, keys, passed } = await deliveries(stage, { pairs: 40, apartMs });
		say(
			`${pairs} pairs of deliveries, ${apartMs / 1_000} s apart: ${started} executions, ${keys} keys, ${passed} pass`,
		);
	}
}

async function measureKilled(stage: QueueStage) {
	const { lost, before, phones, customers, failures, seconds, afterRetry } = await killed(stage, {
		executions: 10,
		each: 10,
	});
	say(
		`Worker killed after ${before} of ${phones} customers, ${lost} executions lost; all sent again at once:`,
	);
	say(`${customers} customers after ${seconds.toFixed(0)} s, ${afterRetry} after n8n's Retry`);
	for (const failure of failures) say(`  ${failure}`);
}

const cellsOf = ({ executions, succeeded, accepted, perSecond, refused, logins: count, ...rest }: Line) => [
	executions,
	succeeded,
	accepted,
	perSecond.toFixed(1),
	refused,
	count,
	rest.customers ?? '-',
	rest.seconds.toFixed(0),
];

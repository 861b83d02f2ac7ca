import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { machine } from './lib/bench/machine';
import type { Poll, PolledAccount } from './lib/bench/pollAccount';
import { BRANCHES, stampAt, withAccount, withPoller } from './lib/bench/pollAccount';
import type { PollFigures } from './lib/bench/pollReport';
import { sectionOf } from './lib/bench/pollReport';
import { flagsOf } from './lib/flags';
import { withSection } from './lib/markdown';
import { inRepo } from './lib/paths';
import { say } from './lib/progress';
import { row } from './lib/table';

const SIZES = [1_000, 10_000, 100_000];
/** How AlfaCRM may page: as large as asked for, or by 20 whatever is asked for. */
const PAGES = [
	{ rows: 500, settings: { bodyPageSize: 'honoured' } },
	{ rows: 20, settings: { bodyPageSize: 'ignored', pageSize: 20 } },
];
/** Time does not count there, and nothing is asked of the log. */
const UNHURRIED = { rateLimit: 0, recordOutside: false };
const DAY_MINUTES = 24 * 60;
/** Days at some rate: those before the trigger begins, and those in which it gets into its stride. */
const [BEFORE_DAYS, FIRST_DAYS] = [2, 3];
/** Between two polls, in the first days and in those that count. */
const [SELDOM_MINUTES, OFTEN_MINUTES] = [180, 15];
/** New customers a day, and days that count: all of them leads, or every other one a client at once. */
const RATES = [
	{ perDay: 5, who: 'leads', days: 3 },
	{ perDay: 50, who: 'leads', days: 3 },
	{ perDay: 200, who: 'leads', days: 3 },
	{ perDay: 600, who: 'leads', days: 1 },
	{ perDay: 600, who: 'half clients', days: 0.25 },
];
/** Where AlfaCRM ignores the day that is asked for, a poll reads no more pages of a branch at once. */
const MOST_PAGES = 100;
/** Requests of a poll beside those: login, branches, the day to begin with, pages under way when it has enough. */
const OTHERS = 20;
const REPORT = inRepo('docs', 'performance.md');

/**
 * `npm run bench:poll`: what a poll of the trigger costs, with three branches. A poll without news must take the same
 * number of requests in accounts of any size, and none may read without end. `-- --write` puts the figures into docs/.
 */
export async function main() {
	const flags = flagsOf('bench:poll')
		.option('--write', 'puts the figures into docs/')
		.parse()
		.opts<{ write?: boolean }>();
	const figures = await withPoller(async (child) => ({
		sizes: await bySize(child),
		rates: await byRate(child),
		unfiltered: await withoutFilter(child),
	}));
	if (flags.write) {
		const page = fs.readFileSync(REPORT, 'utf8');
		fs.writeFileSync(REPORT, withSection(page, 'bench-poll', sectionOf(figures, machine())));
	}
	const { sizes, unfiltered } = figures;
	const quiet = new Set(sizes.filter(({ title }) => title === 'no news').map(({ requests }) => requests));
	const most = Math.max(...unfiltered.flatMap(({ requests }) => requests));
	const [isSame, isBounded] = [quiet.size === 1, most <= BRANCHES * MOST_PAGES + OTHERS];
	say(
		isSame
			? `A poll without news takes ${[...quiet][0]} requests in each account.`
			: 'Polls without news DIFFER in requests.',
	);
	say(`Without the filter by day, a poll takes at most ${most} requests${isBounded ? '' : ': TOO MANY'}.`);
	return isSame && isBounded ? 0 : 1;
}

/** Polls at the pace that AlfaCRM allows, with pages of 20. */
async function bySize(child: ChildProcess) {
	const widths = [9, 14, 9, 6, 8, 12, 12];
	say("AlfaCRM Trigger, 'Customer Created', all of 3 branches; at most 5 calls in any second");
	say(row(['customers', 'poll', 'requests', 'items', 's', 'state bytes', 'peak MB'], widths, 2));
	const results: PollFigures['sizes'] = [];
	for (const customers of SIZES) {
		await withAccount(child, { customers, settings: {} }, async ({ poll, add }) => {
			for (const title of ['first', 'second', 'one new lead', 'no news', 'no news']) {
				if (title === 'one new lead') await add();
				const { requests, items, seconds, stateBytes, peakBytes } = await poll();
				results.push({ customers, title, requests, stateBytes });
				const cells = [customers, title, requests, items, seconds.toFixed(1), stateBytes];
				say(row([...cells, (peakBytes / 2 ** 20).toFixed(1)], widths, 2));
			}
		});
	}
	return results;
}

/** Days on end by the clock of the test, with customers that come evenly through day and night, in each branch in turn. */
async function byRate(child: ChildProcess) {
	const widths = [9, 12, 9, 5, 5, 9, 6, 6, 11];
	const titles = ['new a day', 'who', 'rows/page', 'days', 'polls', 'average', 'half', 'most', 'state bytes'];
	say(`\n1,000 customers before, a poll every ${OFTEN_MINUTES} minutes by the clock of the test, no limit`);
	say(row(titles, widths, 2));
	const results = [];
	for (const { rows, settings } of PAGES) {
		for (const rate of RATES) {
			const options = { customers: 1_000, settings: { ...settings, ...UNHURRIED }, requestsPerSecond: 0 };
			const polls = await withAccount(child, options, async (account) => await daysOf(account, rate));
			const requests = polls.map((one) => one.requests).sort((a, b) => a - b);
			const average = mean(requests);
			const half = mean(requests.slice(0, requests.length / 2));
			const most = requests[requests.length - 1];
			const stateBytes = Math.max(...polls.map((one) => one.stateBytes));
			const { perDay, who, days } = rate;
			const reported = polls.reduce((sum, { items }) => sum + items, 0);
			if (reported !== perDay * days) throw new Error(`${reported} of ${perDay * days} were reported`);
			results.push({ ...rate, rows, polls: polls.length, average, half, most, stateBytes });
			const means = [average.toFixed(1), half.toFixed(1)];
			say(row([perDay, who, rows, days, polls.length, ...means, most, stateBytes], widths, 2));
		}
	}
	return results;
}

const mean = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0) / counts.length;

/** The polls of the days that count. */
async function daysOf({ poll, add, setTime }: PolledAccount, { perDay, who, days }: (typeof RATES)[number]) {
	let made = 0;
	const addUntil = async (minutes: number) => {
		const due = Math.floor(((minutes + BEFORE_DAYS * DAY_MINUTES) * perDay) / DAY_MINUTES);
		for (; made < due; made++) {
			const created_at = stampAt(((made + 1) * DAY_MINUTES) / perDay - BEFORE_DAYS * DAY_MINUTES);
			const is_study = who === 'leads' ? 0 : made % 2;
			await add({ branch_ids: [(made % BRANCHES) + 1], is_study, created_at });
		}
	};
	const pollAt = async (minutes: number) => {
		await setTime(minutes);
		await addUntil(minutes);
		return await poll();
	};
	const from = FIRST_DAYS * DAY_MINUTES;
	for (let minutes = 0; minutes <= from; minutes += SELDOM_MINUTES) await pollAt(minutes);
	const polls = [];
	for (let minutes = OFTEN_MINUTES; minutes <= days * DAY_MINUTES; minutes += OFTEN_MINUTES) {
		polls.push(await pollAt(from + minutes));
	}
	return polls;
}

/** What polls cost where AlfaCRM ignores the day that is asked for, so that each list is that of all customers. */
async function withoutFilter(child: ChildProcess) {
	const customers = SIZES[SIZES.length - 1];
	say(`\n${customers} customers, the filter by day of creation ignored, no limit: requests of each poll`);
	const results: PollFigures['unfiltered'] = [];
	for (const { rows, settings } of PAGES) {
		const ignored = { ...settings, ...UNHURRIED, ignoredFilters: ['customer.created_at_from'] };
		await withAccount(
			child,
			{ customers, settings: ignored, requestsPerSecond: 0 },
			async ({ poll, add, setTime }) => {
				let minutes = 0;
				/** Polls each minute until one is the last of its kind. */
				const pollsUntil = async (title: string, isLast: (poll: Poll) => boolean) => {
					const requests: number[] = [];
					for (let isDone = false; !isDone; ) {
						if (requests.length === 100) throw new Error(`'${title}' comes to no end`);
						await setTime((minutes += 1));
						const one = await poll();
						requests.push(one.requests);
						isDone = isLast(one);
					}
					results.push({ rows, title, requests });
					say(`${rows} rows a page, ${title}: ${requests.join(' ')}`);
				};
				await pollsUntil('until all are known', ({ hasBegun }) => hasBegun);
				await add();
				await pollsUntil('until a new lead is reported', ({ items }) => items === 1);
				await pollsUntil('until all were read again', ({ requests }) => requests === BRANCHES);
				await pollsUntil('no news', () => true);
			},
		);
	}
	return results;
}

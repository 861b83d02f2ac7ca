import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { JsonObject, Sandbox, Settings } from '../../../sandbox';
import type { Poller } from '../../../test/engine/support/poller';
import { printTable } from '../markdown';
import { say } from '../progress';
import { credentialDataFor, withSandbox } from '../sandbox';

/** Customers in the accounts whose first polls are compared. */
const ACCOUNT_SIZES = [1_000, 10_000, 100_000];
const BRANCH_COUNT = 3;

/** How AlfaCRM may page: as many rows as the client requests, or 20 rows whatever it requests. */
const PAGINGS: Array<{ pageRows: number; settings: Partial<Settings> }> = [
	{ pageRows: 500, settings: { bodyPageSize: 'honoured' } },
	{ pageRows: 20, settings: { bodyPageSize: 'ignored', pageSize: 20 } },
];

/** Settings of a sandbox that neither limits the rate nor writes a log, because only requests are counted. */
const COUNTING_SETTINGS = { rateLimit: 0, recordOutside: false };

/** Customers arrive for two days before the trigger begins. */
const DAYS_BEFORE_START = 2;
/** The first three days of a trigger are polled but not counted, until its state has settled. */
const WARM_UP_DAYS = 3;
const WARM_UP_POLL_MINUTES = 180;
const COUNTED_POLL_MINUTES = 15;
const DAY_MINUTES = 24 * 60;

/** A number of new customers a day: all of them leads, or every second one a client. */
interface ArrivalRate {
	perDay: number;
	who: 'leads' | 'half clients';
	countedDays: number;
}

const ARRIVAL_RATES: ArrivalRate[] = [
	{ perDay: 5, who: 'leads', countedDays: 3 },
	{ perDay: 50, who: 'leads', countedDays: 3 },
	{ perDay: 200, who: 'leads', countedDays: 3 },
	{ perDay: 600, who: 'leads', countedDays: 1 },
	{ perDay: 600, who: 'half clients', countedDays: 0.25 },
];

/** Minutes are counted from here, some days after the youngest customer of the sandbox was created. */
const START_MS = Date.UTC(2026, 2, 2, 6);
/** The account is in Moscow. */
const ZONE_MS = 3 * 3_600_000;

/** The items, calls and stored bytes of one poll. */
interface PollFigures {
	items: number;
	requests: number;
	stateBytes: number;
}

/**
 * Measures what a poll of *Customer Created* costs in an account with three branches, in n8n's own poll context.
 * @param only a part of the title of the tables to print
 */
export async function measurePolls(only: string) {
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	Object.assign(process.env, { N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' });
	try {
		if ('customers'.includes(only)) await measureBySize();
		if ('new a day'.includes(only)) await measureByArrivalRate();
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** Prints the requests of a poll by the size of the account, at AlfaCRM's rate limit and with pages of 20. */
async function measureBySize() {
	say('');
	const titles = ['customers', 'first poll', 'second', 'one new lead', 'no news', 'state'];
	const printLine = printTable(titles, () => false);

	for (const customers of ACCOUNT_SIZES) {
		const polls = await withAccount({ customers }, pollFourTimes);
		const requests = polls.map((poll) => poll.requests);
		printLine(customers.toLocaleString('en'), ...requests, largestState(polls));
	}
}

/** Polls twice after the start of the trigger, once after a new lead, and once without news. */
async function pollFourTimes(account: MeasuredAccount): Promise<PollFigures[]> {
	const firstPoll = await account.poll();
	const secondPoll = await account.poll();
	account.addCustomer();
	const pollWithNewLead = await account.poll();
	const pollWithoutNews = await account.poll();
	return [firstPoll, secondPoll, pollWithNewLead, pollWithoutNews];
}

/** Prints the requests of a poll by how many customers arrive a day, evenly over day and night and over the branches. */
async function measureByArrivalRate() {
	say('');
	const titles = ['new a day', 'rows a page', 'days', 'polls', 'average', 'other half', 'most', 'state'];
	const printLine = printTable(titles, () => false);

	for (const paging of PAGINGS) {
		const settings = { ...paging.settings, ...COUNTING_SETTINGS };
		for (const rate of ARRIVAL_RATES) {
			const options = { customers: 1_000, settings, requestsPerSecond: 0 };
			const polls = await withAccount(options, async (account) => await pollThroughDays(account, rate));
			assertAllReported(polls, rate);

			const requests = polls.map((poll) => poll.requests).sort((a, b) => a - b);
			const cheaperHalf = requests.slice(0, requests.length / 2);
			printLine(
				rate.who === 'leads' ? rate.perDay : `${rate.perDay}, ${rate.who}`,
				paging.pageRows,
				rate.countedDays,
				polls.length,
				mean(requests),
				mean(cheaperHalf),
				Math.max(...requests),
				largestState(polls),
			);
		}
	}
}

/** Refuses figures of a trigger that lost or repeated customers. */
function assertAllReported(polls: PollFigures[], { perDay, countedDays }: ArrivalRate) {
	const arrived = perDay * countedDays;
	const reported = polls.reduce((sum, { items }) => sum + items, 0);
	if (reported !== arrived) throw new Error(`${reported} of ${arrived} were reported`);
}

/** Adds customers at a rate while time passes, and returns the polls of the counted days. */
async function pollThroughDays(account: MeasuredAccount, rate: ArrivalRate): Promise<PollFigures[]> {
	let addedCount = 0;
	const pollAt = async (minutes: number) => {
		account.setTime(minutes);
		const arrivedCount = Math.floor(
			((minutes + DAYS_BEFORE_START * DAY_MINUTES) * rate.perDay) / DAY_MINUTES,
		);
		while (addedCount < arrivedCount) {
			account.addCustomer(makeArrival(addedCount, rate));
			addedCount += 1;
		}
		return await account.poll();
	};

	const countedFrom = WARM_UP_DAYS * DAY_MINUTES;
	for (let minutes = 0; minutes <= countedFrom; minutes += WARM_UP_POLL_MINUTES) await pollAt(minutes);

	const countedPolls = [];
	const countedUntil = countedFrom + rate.countedDays * DAY_MINUTES;
	for (
		let minutes = countedFrom + COUNTED_POLL_MINUTES;
		minutes <= countedUntil;
		minutes += COUNTED_POLL_MINUTES
	)
		countedPolls.push(await pollAt(minutes));
	return countedPolls;
}

/** Makes the customer who arrives after `index` others. */
function makeArrival(index: number, { perDay, who }: ArrivalRate): JsonObject {
	const arrivesAt = ((index + 1) * DAY_MINUTES) / perDay - DAYS_BEFORE_START * DAY_MINUTES;
	return {
		branch_ids: [(index % BRANCH_COUNT) + 1],
		is_study: who === 'leads' ? 0 : index % 2,
		created_at: stampAt(arrivesAt),
	};
}

/** Opens an account with three branches and a new trigger that watches all of them, for as long as `work` takes. */
async function withAccount<T>(
	options: { customers: number; settings?: Partial<Settings>; requestsPerSecond?: number },
	work: (account: MeasuredAccount) => Promise<T>,
): Promise<T> {
	const { customers, settings = {}, ...credential } = options;
	// Loaded late, because n8n-core reads the user folder that `measurePolls` sets.
	const { Engine } = await import('../../../test/engine/support/engine');
	const support = await import('../../../test/engine/support/poller');

	return await withSandbox({ customers, settings }, async (sandbox) => {
		sandbox.store.patch('branch', BRANCH_COUNT, { is_active: 1 });
		const engine = new Engine({ ...credentialDataFor(sandbox), ...credential });
		const poller = new support.Poller(engine, { event: 'customerCreated' });
		return await work(new MeasuredAccount(sandbox, poller));
	});
}

/** An account of the sandbox together with the trigger that watches it. */
class MeasuredAccount {
	private readonly realNow = Date.now;
	private now = Date.now;

	constructor(
		private readonly sandbox: Sandbox,
		private readonly poller: Poller,
	) {}

	/** Runs the trigger once, and counts its requests. */
	async poll(): Promise<PollFigures> {
		this.sandbox.clearJournal();
		Date.now = this.now;
		try {
			const items = await this.poller.poll();
			return {
				items: items.length,
				requests: this.sandbox.journal.length,
				stateBytes: JSON.stringify(this.poller.state).length,
			};
		} finally {
			Date.now = this.realNow;
		}
	}

	/** Adds a lead of the first branch, unless `customer` says otherwise. */
	addCustomer(customer: JsonObject = {}) {
		const lead = { name: 'Новая Анна', is_study: 0, branch_ids: [1] };
		this.sandbox.store.upsert('customer', { ...lead, ...customer });
	}

	/** Sets the clocks of AlfaCRM and of n8n during polls; both stand still until the next call. */
	setTime(minutes: number) {
		const time = START_MS + minutes * 60_000;
		this.now = () => time;
		this.sandbox.settings.now = stampAt(minutes);
	}
}

/** The time by the school's clock, as AlfaCRM writes it. */
const stampAt = (minutes: number) =>
	new Date(START_MS + ZONE_MS + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

const mean = (counts: number[]) => (counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(1);

/** The largest state that the trigger stored in these polls. */
function largestState(polls: PollFigures[]): string {
	const bytes = Math.max(...polls.map(({ stateBytes }) => stateBytes));
	return `${(bytes / 1_000).toFixed(1)} KB`;
}

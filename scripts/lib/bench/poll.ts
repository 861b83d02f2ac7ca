import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import type { JsonObject, Sandbox, Settings } from '../../../sandbox';
import type { Poller } from '../../../test/engine/support/poller';
import { printTable } from '../markdown';
import { say } from '../progress';
import { accountOf, withSandbox } from '../sandbox';

const SIZES = [1_000, 10_000, 100_000];
const BRANCHES = 3;
/** How AlfaCRM may page: as large as asked for, or by 20 whatever is asked for. */
const PAGES: Array<{ rows: number; settings: Partial<Settings> }> = [
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
/** Minutes count from here, some days after the youngest customer of the invented school. */
const BEGIN = Date.UTC(2026, 2, 2, 6);
/** The account is in Moscow. */
const ZONE_MS = 3 * 3_600_000;

const stampAt = (minutes: number) =>
	new Date(BEGIN + ZONE_MS + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

/** Rows that are listed where the bytes of a poll count: more than a page has. */
const LISTED_ROWS = 600;
/** What a trigger watches there. */
const WATCHED = [
	{
		event: 'customerCreated',
		title: '*Customer Created*',
		addRows: (account: Account) => {
			for (let row = 1; row <= LISTED_ROWS; row++) account.add({ created_at: stampAt(-row) });
		},
	},
	{
		event: 'recordChanged',
		title: '*Record Changed*',
		addRows: (account: Account) => {
			for (let row = LISTED_ROWS; row >= 1; row--) account.logChange(stampAt(-row));
		},
	},
];

/** What a poll has done and taken. */
interface Poll {
	items: number;
	stateBytes: number;
	requests: number;
	/** What AlfaCRM has sent. */
	bytes: number;
}

/** What a poll of the trigger costs, mostly 'Customer Created' of all branches of an account with three, in n8n's own poll context. */
export async function poll(only: string) {
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	Object.assign(process.env, { N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' });
	try {
		if ('customers'.includes(only)) await bySize();
		if ('new a day'.includes(only)) await byRate();
		if ('no news'.includes(only)) await byBytes();
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** Requests by the size of the account, at the pace that AlfaCRM allows, with pages of 20. */
async function bySize() {
	say('');
	const line = printTable(
		['customers', 'first poll', 'second', 'one new lead', 'no news', 'state'],
		() => false,
	);
	for (const customers of SIZES) {
		await withAccount(customers, {}, {}, async (account) => {
			const polls = [await account.poll(), await account.poll()];
			account.add();
			polls.push(await account.poll(), await account.poll());
			const state = kilobytes(Math.max(...polls.map(({ stateBytes }) => stateBytes)));
			line(customers.toLocaleString('en'), ...polls.map(({ requests }) => requests), state);
		});
	}
}

/** Requests by how many customers come a day, evenly through day and night, in each branch in turn, by the clock of the test. */
async function byRate() {
	say('');
	const titles = ['new a day', 'rows a page', 'days', 'polls', 'average', 'other half', 'most', 'state'];
	const line = printTable(titles, () => false);
	for (const { rows, settings } of PAGES) {
		for (const rate of RATES) {
			const unhurried = { ...settings, ...UNHURRIED };
			const polls = await withAccount(
				1_000,
				unhurried,
				{ requestsPerSecond: 0 },
				async (account) => await daysOf(account, rate),
			);
			const { perDay, who, days } = rate;
			const reported = polls.reduce((sum, { items }) => sum + items, 0);
			if (reported !== perDay * days) throw new Error(`${reported} of ${perDay * days} were reported`);
			const requests = polls.map((one) => one.requests).sort((a, b) => a - b);
			line(
				who === 'leads' ? perDay : `${perDay}, ${who}`,
				...[rows, days, polls.length, mean(requests), mean(requests.slice(0, requests.length / 2))],
				...[requests[requests.length - 1], kilobytes(Math.max(...polls.map((one) => one.stateBytes)))],
			);
		}
	}
}

/** What a poll without news takes from the network, where one branch is watched that has much to list. */
async function byBytes() {
	say('');
	const titles = ['watches', 'rows that AlfaCRM lists', 'requests', 'a poll', 'a day, each minute'];
	const line = printTable(titles, (column) => column === 0);
	for (const { event, title, addRows } of WATCHED) {
		const quiet = await withAccount(
			1_000,
			{ ...UNHURRIED, bodyPageSize: 'honoured' },
			{ requestsPerSecond: 0 },
			async (account) => {
				account.setTime(0);
				addRows(account);
				await account.poll();
				// Until then it has not counted the rows.
				await account.poll();
				return await account.poll();
			},
			{ event, branchIds: [1] },
		);
		const perDay = `${((quiet.bytes * DAY_MINUTES) / 1_000_000).toFixed(1)} MB`;
		line(title, LISTED_ROWS, quiet.requests, kilobytes(quiet.bytes), perDay);
	}
}

/** Counts the bytes that servers of this process send, heads and bodies of their answers. */
class SentBytes {
	private readonly counted = new WeakMap<Socket, number>();
	private bytes = 0;

	/** Counts the bytes that are sent while something is done. */
	async during(work: () => Promise<void>): Promise<number> {
		this.bytes = 0;
		subscribe('http.server.response.finish', this.count);
		await work().finally(() => unsubscribe('http.server.response.finish', this.count));
		return this.bytes;
	}

	private readonly count = (message: unknown): void => {
		const { socket } = message as { response: ServerResponse; socket: Socket };
		this.bytes += socket.bytesWritten - (this.counted.get(socket) ?? 0);
		this.counted.set(socket, socket.bytesWritten);
	};
}

const mean = (counts: number[]) => (counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(1);
const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} KB`;

/** The polls of the days that count. */
async function daysOf(
	{ poll: pollOnce, add, setTime }: Account,
	{ perDay, who, days }: (typeof RATES)[number],
) {
	let made = 0;
	const pollAt = async (minutes: number) => {
		setTime(minutes);
		const due = Math.floor(((minutes + BEFORE_DAYS * DAY_MINUTES) * perDay) / DAY_MINUTES);
		for (; made < due; made++) {
			const created_at = stampAt(((made + 1) * DAY_MINUTES) / perDay - BEFORE_DAYS * DAY_MINUTES);
			const is_study = who === 'leads' ? 0 : made % 2;
			add({ branch_ids: [(made % BRANCHES) + 1], is_study, created_at });
		}
		return await pollOnce();
	};
	const from = FIRST_DAYS * DAY_MINUTES;
	for (let minutes = 0; minutes <= from; minutes += SELDOM_MINUTES) await pollAt(minutes);
	const polls = [];
	for (let minutes = OFTEN_MINUTES; minutes <= days * DAY_MINUTES; minutes += OFTEN_MINUTES)
		polls.push(await pollAt(from + minutes));
	return polls;
}

type Account = ReturnType<typeof accountWith>;

/** An account with three branches, all of which a new trigger watches, for as long as something is done with it. */
async function withAccount<T>(
	customers: number,
	settings: Partial<Settings>,
	credential: object,
	work: (account: Account) => Promise<T>,
	parameters: INodeParameters = { event: 'customerCreated' },
): Promise<T> {
	const { Engine } = await import('../../../test/engine/support/engine');
	const { Poller: PollerOfTests } = await import('../../../test/engine/support/poller');
	return await withSandbox({ customers, settings }, async (sandbox) => {
		sandbox.store.patch('branch', BRANCHES, { is_active: 1 });
		const engine = new Engine({ ...accountOf(sandbox), ...credential });
		return await work(accountWith(sandbox, new PollerOfTests(engine, parameters)));
	});
}

function accountWith(sandbox: Sandbox, poller: Poller) {
	const { now: realNow } = Date;
	const sentBytes = new SentBytes();
	let now = realNow;
	let changes = 0;
	return {
		poll: async (): Promise<Poll> => {
			sandbox.clearJournal();
			Date.now = now;
			let items: unknown[] = [];
			const bytes = await sentBytes.during(async () => {
				items = await poller.poll().finally(() => (Date.now = realNow));
			});
			const stateBytes = JSON.stringify(poller.state).length;
			return { items: items.length, stateBytes, requests: sandbox.journal.length, bytes };
		},
		/** Adds a new lead, or another customer. */
		add: (customer: JsonObject = {}) => {
			const lead = { name: 'Новая Анна', is_study: 0, branch_ids: [1] };
			sandbox.store.upsert('customer', { ...lead, ...customer });
		},
		/** Adds an entry to the change log, as live accounts have them: a few fields, old and new. API notes 5.21. */
		logChange: (date_time: string) => {
			const fields_old = { lead_status_id: 1, assigned_id: null, note: '' };
			const fields_new = { lead_status_id: 2, assigned_id: 4, note: 'Перезвонить завтра' };
			const entity_id = ++changes;
			const entry = { entity: 'Customer', entity_id, user_id: 4, event: 2, fields_old, fields_new };
			sandbox.store.upsert('log', { ...entry, branch_ids: [1], date_time });
		},
		/** Sets the clocks of AlfaCRM and n8n, which stand still from then on. */
		setTime: (minutes: number) => {
			const time = BEGIN + minutes * 60_000;
			now = () => time;
			sandbox.settings.now = stampAt(minutes);
		},
	};
}

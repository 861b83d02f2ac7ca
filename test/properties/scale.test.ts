import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';
import { createServer } from '../../sandbox/http/server';
import type { RunResult } from '../engine/support/engine';
import { Engine } from '../engine/support/engine';
import { OPEN_END } from '../engine/support/forms';
import { callInProcess } from '../engine/support/inProcess';
import { useSchool } from '../engine/support/school';
import { CUSTOMER_TYPE } from '../support/codes';
import { depth } from '../support/depth';

jest.setTimeout(600_000);
callInProcess();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Reads how many milliseconds this process has worked so far. The work of other processes does not count. */
function readWorkedMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** Reads how many bytes are in use after a garbage collection. */
function readUsedBytes(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

// ---------------------------------------------------------------- the account

/**
 * An AlfaCRM with so many customers that a filter must not look at each of them. An index of the last ten digits of
 * their phones finds them.
 */
class LargeAccount {
	/** Requests so far, by call such as "customer/index". */
	readonly requestCounts = new Map<string, number>();
	/** Runs when a request arrives. `count` is the number of requests of this call so far. */
	onRequest: (call: string, count: number) => void = () => {};
	url = '';
	private readonly server = createServer();
	private readonly customers = new Map<number, IDataObject>();
	private readonly idsByPhone = new Map<string, Set<number>>();
	/** All customers as a list without a filter shows them. It is made again after a change. */
	private customerList?: IDataObject[];

	async start(): Promise<void> {
		this.server.all('/v2api/*', async ({ url, body }, reply) => {
			const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
			const call = pathname.split('/').slice(-2).join('/');
			const id = Number(searchParams.get('id'));
			this.countRequest(call);

			const answer = this.answer(call, id, JSON.parse(body as string) as IDataObject);
			return reply.send(JSON.stringify(answer));
		});
		this.url = await this.server.listen({ port: 0, host: '127.0.0.1' });
	}

	async stop(): Promise<void> {
		await this.server.close();
	}

	/** Removes all customers, and forgets the requests. */
	clear(): void {
		this.customers.clear();
		this.idsByPhone.clear();
		this.requestCounts.clear();
		this.customerList = undefined;
	}

	/** Adds clients who have consecutive phones. */
	addClients(count: number): void {
		for (let id = 1; id <= count; id++) {
			const phone = `+7900${String(id).padStart(7, '0')}`;
			this.saveCustomer(id, { name: `Клиент ${id}`, is_study: CUSTOMER_TYPE.client, phone: [phone] });
		}
	}

	countAllRequests(): number {
		let sum = 0;
		for (const count of this.requestCounts.values()) {
			sum += count;
		}
		return sum;
	}

	private countRequest(call: string): void {
		const count = (this.requestCounts.get(call) ?? 0) + 1;
		this.requestCounts.set(call, count);
		this.onRequest(call, count);
	}

	private answer(call: string, id: number, body: IDataObject): IDataObject {
		const page = Number(body.page ?? 0);
		if (call === 'auth/login') return { token: 'abc' };
		if (call === 'branch/index') return cutPage([{ id: 1, name: 'Центральный' }], page);
		if (call === 'customer/index') return cutPage(this.findCustomers(body), page);
		if (call === 'customer/create') return this.saveCustomer(this.customers.size + 1, body);
		if (call === 'customer/update') return this.saveCustomer(id, body);
		return { name: 'Not Found', message: `Нет такого: ${call}`, code: 0, status: 404 };
	}

	/** Creates or changes a customer, and returns AlfaCRM's answer to it. */
	private saveCustomer(id: number, values: IDataObject): IDataObject {
		const customer = { id, e_date: OPEN_END, branch_ids: [1], ...this.customers.get(id), ...values };
		this.customers.set(id, customer);
		this.customerList = undefined;

		for (const phone of [values.phone ?? []].flat()) {
			const digits = takeLastDigits(phone);
			const ids = this.idsByPhone.get(digits) ?? new Set();
			this.idsByPhone.set(digits, ids.add(id));
		}
		return { success: true, errors: [], model: customer };
	}

	/** Finds the customers for a filter by ID or by phone, or all of them. */
	private findCustomers({ phone, id }: IDataObject): IDataObject[] {
		if (id !== undefined) return this.readCustomers([Number(id)]);
		if (phone !== undefined) return this.readCustomers(this.idsByPhone.get(takeLastDigits(phone)) ?? []);

		this.customerList ??= [...this.customers.values()];
		return this.customerList;
	}

	private readCustomers(ids: Iterable<number>): IDataObject[] {
		return [...ids].map((id) => this.customers.get(id)).filter((customer) => customer !== undefined);
	}
}

/** Makes the answer of a list: a page of 500 rows, counted from 0. */
function cutPage(rows: IDataObject[], page: number): IDataObject {
	const items = rows.slice(page * 500, (page + 1) * 500);
	return { total: rows.length, count: items.length, page, items };
}

function takeLastDigits(phone: unknown): string {
	return String(phone).replace(/\D/g, '').slice(-10);
}

// ---------------------------------------------------------------- many records and many items

const account = new LargeAccount();

beforeAll(async () => await account.start());
afterAll(async () => await account.stop());

function makeEngine(): Engine {
	return new Engine({
		hostname: account.url,
		email: 'a@school.example',
		apiKey: 'key',
		requestsPerSecond: 0,
	});
}

describe('An account with very many customers', () => {
	const CUSTOMER_COUNT = depth.customersOfAccount;

	it(`Get Many with Return All returns each of ${CUSTOMER_COUNT} customers once`, async () => {
		account.clear();
		account.addClients(CUSTOMER_COUNT);

		const { json, error, hints } = await makeEngine().run({
			parameters: { resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true },
		});

		const distinctIds = new Set(json.map(({ id }) => id));
		expect(error).toBeUndefined();
		expect(json).toHaveLength(CUSTOMER_COUNT);
		expect(distinctIds.size).toBe(CUSTOMER_COUNT);
		expect(hints).toEqual([]);
	});
});

/** The form of Create or Update, which searches by the phone of the item and takes the fields from its columns. */
const UPSERT_FORM: INodeParameters = {
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'phone',
	phone: '={{ $json.phone }}',
	inputMode: 'map',
	columns: { mappingMode: 'autoMapInputData', value: null },
	options: {},
};

/** Runs Create or Update in an account without customers, with one new customer in each item. */
async function upsertNewCustomers(count: number): Promise<RunResult & { requestCount: number }> {
	account.clear();
	forgetAccounts();
	const items = Array.from({ length: count }, (_, index) => ({
		phone: `8 (901) ${String(index).padStart(7, '0')}`,
		name: `Гость ${index}`,
		is_study: CUSTOMER_TYPE.lead,
		legal_type: 1,
		// A customer has no field of this name.
		stranger: `Заметка ${index}`,
	}));

	const result = await makeEngine().run({ parameters: UPSERT_FORM, items });

	return { ...result, requestCount: account.countAllRequests() };
}

/** Customers that are created between two looks at the time. */
const BLOCK_SIZE = Math.ceil(depth.itemsOfRun / 100);
const BLOCK_COUNT = 100;
const ITEM_COUNT = BLOCK_COUNT * BLOCK_SIZE;
/** Blocks at the beginning and at the end that are compared. */
const COMPARED_BLOCKS = 20;

/** Notes the work of this process after each block of created customers, and its memory after each quarter of them. */
class Measurements {
	readonly workedMs: number[] = [];
	readonly usedBytes: number[] = [];

	noteRequest(call: string, count: number): void {
		if (call !== 'customer/create' || count % BLOCK_SIZE !== 0) return;

		if (count % (ITEM_COUNT / 4) === 0) {
			this.usedBytes.push(readUsedBytes());
		}
		this.workedMs.push(readWorkedMs());
	}

	/** Computes how many milliseconds an item of each block took. The first block has no beginning, and is left out. */
	computeMsPerItem(): number[] {
		return this.workedMs.slice(1).map((ms, index) => (ms - this.workedMs[index]) / BLOCK_SIZE);
	}
}

function findMedian(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

describe(`Create or Update with ${ITEM_COUNT} items`, () => {
	const measurements = new Measurements();
	let requestsForHundred: number;
	let requestsForTwoHundred: number;
	let largeRun: RunResult & { requestCount: number };

	beforeAll(async () => {
		requestsForHundred = (await upsertNewCustomers(100)).requestCount;
		requestsForTwoHundred = (await upsertNewCustomers(200)).requestCount;

		account.onRequest = (call, count) => measurements.noteRequest(call, count);
		largeRun = await upsertNewCustomers(ITEM_COUNT);
		account.onRequest = () => {};
	});

	it('Create or Update creates a customer for each item, and names the column that it ignores in one short hint', () => {
		const results = largeRun.json.map(({ operationResult }) => operationResult);
		expect(largeRun.error).toBeUndefined();
		expect(results).toEqual(Array(ITEM_COUNT).fill('created'));
		expect(largeRun.hints).toHaveLength(1);
		expect(largeRun.hints[0].length).toBeLessThan(500);
	});

	it('Create or Update sends as many requests for an item of a large run as for an item of a run with 200 items', () => {
		const requestsPerItem = (requestsForTwoHundred - requestsForHundred) / 100;
		const expectedCount = requestsForHundred + requestsPerItem * (ITEM_COUNT - 100);

		expect(largeRun.requestCount).toBe(expectedCount);
	});

	it('Create or Update takes about as long for the last items of a large run as for the first ones', () => {
		const msPerItem = measurements.computeMsPerItem();
		const msAtBeginning = findMedian(msPerItem.slice(0, COMPARED_BLOCKS));
		const msAtEnd = findMedian(msPerItem.slice(-COMPARED_BLOCKS));

		// A busy machine may double the time. Work that grows with the number of items takes twenty times as long.
		expect(measurements.workedMs).toHaveLength(BLOCK_COUNT);
		expect(msAtEnd).toBeLessThanOrEqual(3 * msAtBeginning);
	});

	it('Create or Update needs about as much memory for each item in the second half of a large run as before', () => {
		// Megabytes in use after each quarter of the items.
		const [quarter, half, , all] = measurements.usedBytes.map((bytes) => bytes / 1e6);

		// Growth of less than 5 MB differs by chance.
		const growthInSecondQuarter = Math.max(half - quarter, 5);
		const growthInSecondHalf = all - half;
		// The second half has twice as many items as the second quarter, and chance may double the growth again.
		expect(measurements.usedBytes).toHaveLength(4);
		expect(growthInSecondHalf).toBeLessThanOrEqual(2 * 2 * growthInSecondQuarter);
	});
});

// ---------------------------------------------------------------- undated tasks

describe('Create Task without a date', () => {
	const school = useSchool({ customers: 60 });

	/** Creates an undated task for each of several customers of branch 1, and counts the requests to the list of tasks. */
	async function countTaskReads(taskCount: number): Promise<number> {
		const customers = school.sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => String(branch_ids) === '1');
		const items = Array.from({ length: taskCount }, (_, index) => ({
			id: customers[index % customers.length].id,
			title: `Дело ${index}`,
		}));
		const parameters = {
			resource: 'customer',
			operation: 'createTask',
			branchId: 1,
			id: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
			title: '={{ $json.title }}',
		};
		school.sandbox.clearJournal();

		const { json } = await school.engine.run({ parameters, items });

		expect(json).toHaveLength(taskCount);
		return school.readJournal('task/index').length;
	}

	// No filter narrows the list of undated tasks, so each reading of it is long.
	it('Create Task reads the list of undated tasks once in a run, whether the run has one item or fifty', async () => {
		const readsForOneItem = await countTaskReads(1);

		const readsForFiftyItems = await countTaskReads(50);

		expect(readsForFiftyItems).toBe(readsForOneItem);
	});
});

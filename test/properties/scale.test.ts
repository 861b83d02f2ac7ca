import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';
import { createServer } from '../../sandbox/http/server';
import type { RunResult } from '../engine/support/engine';
import { Engine } from '../engine/support/engine';
import { callInProcess } from '../engine/support/inProcess';
import { useSchool } from '../engine/support/school';
import { depth } from '../support/depth';

jest.setTimeout(600_000);
callInProcess();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Milliseconds of work that this process has done so far, whatever else the machine does. */
function worked(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** Bytes that are still in use. */
function heap(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

/**
 * An AlfaCRM with customers in such numbers that a filter must not walk through all of them: they are found by an index of
 * the last ten digits of their phones.
 */
class LargeAccount {
	/** Requests so far, by call as in "customer/index". */
	readonly counts = new Map<string, number>();
	/** Told of each request when it arrives. */
	onCall: (call: string, count: number) => void = () => {};
	url = '';
	readonly app = createServer();
	private readonly customers = new Map<number, IDataObject>();
	private readonly byPhone = new Map<string, Set<number>>();
	private list?: IDataObject[];

	async start(): Promise<void> {
		this.app.all('/v2api/*', async ({ url, body }, reply) => {
			const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
			const call = pathname.split('/').slice(-2).join('/');
			const count = (this.counts.get(call) ?? 0) + 1;
			this.counts.set(call, count);
			this.onCall(call, count);
			const answer = this.answer(
				call,
				Number(searchParams.get('id')),
				JSON.parse(body as string) as IDataObject,
			);
			return reply.send(JSON.stringify(answer));
		});
		this.url = await this.app.listen({ port: 0, host: '127.0.0.1' });
	}

	/** Puts so many customers in place of all. */
	fill(count: number): void {
		for (const known of [this.customers, this.byPhone, this.counts]) known.clear();
		for (let id = 1; id <= count; id++)
			this.put(id, { name: `Клиент ${id}`, is_study: 1, phone: [`+7900${String(id).padStart(7, '0')}`] });
	}

	private put(id: number, values: IDataObject): IDataObject {
		this.list = undefined;
		const row = { id, e_date: '2030-12-31', branch_ids: [1], ...this.customers.get(id), ...values };
		this.customers.set(id, row);
		for (const phone of [values.phone ?? []].flat()) {
			const holders = this.byPhone.get(numberOf(phone)) ?? new Set();
			this.byPhone.set(numberOf(phone), holders.add(id));
		}
		return { success: true, errors: [], model: row };
	}

	private found({ phone, id }: IDataObject): IDataObject[] {
		const ids = id === undefined ? this.byPhone.get(numberOf(phone)) : [Number(id)];
		if (phone === undefined && id === undefined) return (this.list ??= [...this.customers.values()]);
		return [...(ids ?? [])].map((one) => this.customers.get(one)).filter((row) => row !== undefined);
	}

	private answer(call: string, id: number, body: IDataObject): IDataObject {
		const page = Number(body.page ?? 0);
		const paged = (rows: IDataObject[]) => {
			const items = rows.slice(page * 500, (page + 1) * 500);
			return { total: rows.length, count: items.length, page, items };
		};
		if (call === 'auth/login') return { token: 'abc' };
		if (call === 'branch/index') return paged([{ id: 1, name: 'Центральный' }]);
		if (call === 'customer/index') return paged(this.found(body));
		if (call === 'customer/create') return this.put(this.customers.size + 1, body);
		if (call === 'customer/update') return this.put(id, body);
		return { name: 'Not Found', message: `Нет такого: ${call}`, code: 0, status: 404 };
	}
}

const numberOf = (phone: unknown): string => String(phone).replace(/\D/g, '').slice(-10);

describe('an account with more records than fit anywhere', () => {
	const CUSTOMERS = depth.customersOfAccount;
	/** Creates, after which the time and the memory are looked at. */
	const BLOCK = Math.ceil(depth.itemsOfRun / 100);
	const MANY = 100 * BLOCK;
	/** Blocks at the beginning and at the end that are compared. */
	const COMPARED = 20;
	const spansOf = (moments: number[]) => moments.slice(1).map((moment, index) => moment - moments[index]);
	const medianOf = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

	const account = new LargeAccount();
	const engine = () =>
		new Engine({ hostname: account.url, email: 'a@school.example', apiKey: 'key', requestsPerSecond: 0 });
	beforeAll(async () => await account.start());
	afterAll(async () => await account.app.close());

	it(`comes out whole with Return All: ${CUSTOMERS} rows`, async () => {
		account.fill(CUSTOMERS);
		const { json, error, hints } = await engine().run({
			parameters: { resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true },
		});
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ id }) => id)).size).toBe(CUSTOMERS);
		expect({ rows: json.length, hints }).toEqual({ rows: CUSTOMERS, hints: [] });
	});

	const upsert: INodeParameters = {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		phone: '={{ $json.phone }}',
		inputMode: 'map',
		columns: { mappingMode: 'autoMapInputData', value: null },
		options: {},
	};

	/** Runs so many new customers through the node, into an account that has none. */
	const run = async (count: number): Promise<RunResult & { requests: number }> => {
		account.fill(0);
		forgetAccounts();
		const items = Array.from({ length: count }, (_, n) => ({
			phone: `8 (901) ${String(n).padStart(7, '0')}`,
			name: `Гость ${n}`,
			is_study: 0,
			legal_type: 1,
			stranger: `Заметка ${n}`,
		}));
		const result = await engine().run({ parameters: upsert, items });
		return { ...result, requests: [...account.counts.values()].reduce((sum, one) => sum + one, 0) };
	};

	describe(`${MANY} items through Create or Update`, () => {
		const few: number[] = [];
		let many: RunResult & { requests: number };
		/** Milliseconds of this process's work, whatever else the machine does, and bytes after each block of items. */
		const times: number[] = [];
		const bytes: number[] = [];
		beforeAll(async () => {
			for (const count of [100, 200]) few.push((await run(count)).requests);
			account.onCall = (call, count) => {
				if (call !== 'customer/create' || count % BLOCK !== 0) return;
				if (count % (MANY / 4) === 0) bytes.push(heap());
				times.push(worked());
			};
			many = await run(MANY);
			account.onCall = () => {};
		});

		it('makes one customer of each, and tells of what was left out in one hint', () => {
			expect(many.error).toBeUndefined();
			expect(many.json.map(({ operationResult }) => operationResult)).toEqual(Array(MANY).fill('created'));
			expect(many.hints).toHaveLength(1);
			expect(many.hints[0].length).toBeLessThan(500);
		});

		it('needs as many requests for each as 100', () => {
			const [hundred, twoHundred] = few;
			const each = (twoHundred - hundred) / 100;
			expect(many.requests).toBe(hundred + each * (MANY - 100));
		});

		it('takes as long for each at the end as at the beginning', () => {
			const spans = spansOf(times).map((span) => span / BLOCK);
			const [first, last] = [medianOf(spans.slice(0, COMPARED)), medianOf(spans.slice(-COMPARED))];
			// A busy machine may double it; work that grows with the items is twenty times as much.
			const slower = last / first;
			const figures = `${first.toFixed(1)} ms an item, at the end ${last.toFixed(1)} ms`;
			expect({ figures, isSlower: slower > 3, blocks: times.length }).toEqual({
				figures,
				isSlower: false,
				blocks: MANY / BLOCK,
			});
		});

		it('needs no more memory for each at the end than at the beginning', () => {
			expect(bytes).toHaveLength(4);
			const [quarter, half, , whole] = bytes.map((size) => size / 1e6);
			const figures = `${[quarter, half, whole].map((size) => size.toFixed()).join(', ')} MB`;
			const isLinear = whole - half <= 2 * 2 * Math.max(half - quarter, 5);
			expect({ figures, isLinear }).toEqual({ figures, isLinear: true });
		});
	});
});

describe('undated tasks, which no filter narrows,', () => {
	const school = useSchool({ customers: 60 });

	it('undated tasks are read once by Create Task without a date, for 50 items as for 1', async () => {
		const ids = school.sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => String(branch_ids) === '1')
			.map(({ id }) => id);
		const reads = async (count: number) => {
			const items = Array.from({ length: count }, (_, n) => ({
				id: ids[n % ids.length],
				title: `Дело ${n}`,
			}));
			const parameters = { resource: 'customer', operation: 'createTask', branchId: 1 };
			const ofItem = {
				id: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				title: '={{ $json.title }}',
			};
			school.sandbox.clearJournal();
			const { json } = await school.engine.run({ parameters: { ...parameters, ...ofItem }, items });
			expect(json).toHaveLength(count);
			return school.readJournal('task/index').length;
		};
		const one = await reads(1);
		expect(await reads(50)).toBe(one);
	});
});

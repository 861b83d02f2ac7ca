import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunResult } from '../engine/support/engine';
import { Engine } from '../engine/support/engine';
import type { IndexServer } from '../engine/support/indexServer';
import { startIndexServer } from '../engine/support/indexServer';
import { useSchool } from '../engine/support/school';
import { heap, worked } from '../support/process';

jest.setTimeout(600_000);

describe('an account with more records than fit anywhere', () => {
	const CUSTOMERS = 130_000;
	const MANY = 10_000;
	/** Creates, after which the time and the memory are looked at. */
	const BLOCK = 100;
	/** Blocks that tell how fast this machine is. A later one that takes so many times as long ends the run. */
	const FIRST_BLOCKS = 20;
	const MUCH_SLOWER = 10;
	const spansOf = (moments: number[]) => moments.slice(1).map((moment, index) => moment - moments[index]);
	const medianOf = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

	let server: IndexServer;
	const engine = () =>
		new Engine({ hostname: server.url, email: 'a@school.example', apiKey: 'key', requestsPerSecond: 0 });
	beforeAll(async () => {
		server = await startIndexServer();
	});
	afterAll(async () => await server.close());

	it(`comes out whole with Return All: ${CUSTOMERS} rows`, async () => {
		server.fill(CUSTOMERS);
		const { json, error, hints } = await engine().run({
			parameters: { resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true },
		});
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ id }) => id)).size).toBe(CUSTOMERS);
		expect({ rows: json.length, hints }).toEqual({ rows: CUSTOMERS, hints: [] });
	});

	// ------------------------------------------------------------ many items

	const upsert: INodeParameters = {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		phone: '={{ $json.phone }}',
		inputMode: 'map',
		columns: { mappingMode: 'autoMapInputData', value: null },
		unknownFields: 'leaveOut',
		options: {},
	};
	const people = (count: number): IDataObject[] =>
		Array.from({ length: count }, (_, n) => ({
			phone: `8 (901) ${String(n).padStart(7, '0')}`,
			name: `Гость ${n}`,
			is_study: 0,
			legal_type: 1,
			stranger: `Заметка ${n}`,
		}));

	/** Runs so many new customers through the node, into an account that has none. */
	const run = async (count: number, signal?: AbortSignal): Promise<RunResult & { requests: number }> => {
		server.fill(0);
		server.counts.clear();
		const result = await engine().run({ parameters: upsert, items: people(count), signal });
		return { ...result, requests: [...server.counts.values()].reduce((sum, one) => sum + one, 0) };
	};

	describe(`${MANY} items through Create or Update`, () => {
		let few: number[];
		let many: RunResult & { requests: number };
		/** Milliseconds of this process's work, whatever else the machine does, and bytes after each block of items. */
		const times: number[] = [];
		const bytes: number[] = [];
		beforeAll(async () => {
			few = [];
			for (const count of [100, 200]) few.push((await run(count)).requests);
			const stop = new AbortController();
			server.onCall = (call, count) => {
				if (call !== 'customer/create' || count % BLOCK !== 0) return;
				if (count % (MANY / 4) === 0) bytes.push(heap());
				times.push(worked());
				const spans = spansOf(times);
				if (
					spans.length > FIRST_BLOCKS &&
					spans.at(-1)! > MUCH_SLOWER * medianOf(spans.slice(0, FIRST_BLOCKS))
				) {
					stop.abort();
				}
			};
			many = await run(MANY, stop.signal);
			server.onCall = () => {};
		});

		it('makes one customer of each', () => {
			expect(many.error).toBeUndefined();
			expect(many.json.map(({ operationResult }) => operationResult)).toEqual(Array(MANY).fill('created'));
		});

		it('needs as many requests for each as 100', () => {
			const [hundred, twoHundred] = few;
			const each = (twoHundred - hundred) / 100;
			expect(many.requests).toBe(hundred + each * (MANY - 100));
		});

		it('takes as long for each at the end as at the beginning', () => {
			const spans = spansOf(times).map((span) => span / BLOCK);
			const [first, last] = [medianOf(spans.slice(0, FIRST_BLOCKS)), medianOf(spans.slice(-FIRST_BLOCKS))];
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

		it('tells of what was left out in one hint', () => {
			expect(many.hints).toHaveLength(1);
			expect(many.hints[0].length).toBeLessThan(500);
		});
	});
});

// ---------------------------------------------------------------- lists that are read for the run, not for the item

describe('a list that no filter narrows', () => {
	const school = useSchool({ customers: 60 });
	const readings = async (call: string, parameters: INodeParameters, items: IDataObject[]) => {
		school.sandbox.reset();
		school.sandbox.settings.rateLimit = 0;
		const { error, json } = await new Engine(school.credential).run({ parameters, items });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(items.length);
		return school.entries(call).length;
	};

	it('of customers is read once by Create or Update by Custom Field, for 300 items as for 3', async () => {
		const items = Array.from({ length: 300 }, (_, n) => ({ key: `Д-${n}`, name: `Гость ${n}` }));
		const parameters: INodeParameters = {
			resource: 'customer',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'customField',
			matchField: 'custom_dogovor',
			matchValue: '={{ $json.key }}',
			inputMode: 'json',
			json: '={{ { name: $json.name, is_study: 0, legal_type: 1 } }}',
			options: {},
		};
		const few = await readings('customer/index', parameters, items.slice(0, 3));
		const many = await readings('customer/index', parameters, items);
		const one = await readings('customer/index', parameters, items.slice(0, 1));
		// What a filtered answer brings need not be the whole list, so it is read once more without the filter.
		expect(many).toBe(few);
		expect(few).toBeLessThanOrEqual(2 * one);
	});

	it('of undated tasks is read once by Create Task without a date, for 100 items as for 1', async () => {
		const here = ({ branch_ids }: IDataObject) => String(branch_ids) === '1';
		const ids = school.sandbox.store
			.rows('customer')
			.filter(here)
			.map(({ id }) => id);
		const items = Array.from({ length: 100 }, (_, n) => ({
			customer: ids[n % ids.length],
			title: `Дело ${n}`,
		}));
		const parameters: INodeParameters = {
			resource: 'customer',
			operation: 'createTask',
			branchId: 1,
			id: { __rl: true, mode: 'id', value: '={{ $json.customer }}' },
			title: '={{ $json.title }}',
		};
		const one = await readings('task/index', parameters, items.slice(0, 1));
		expect(await readings('task/index', parameters, items)).toBe(one);
	});
});

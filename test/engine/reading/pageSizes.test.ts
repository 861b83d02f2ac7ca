import fc from 'fast-check';

import type { Row } from '../../../sandbox';
import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const TAKEN = ['honoured', 'capped50', 'lossy50', 'ignored'] as const;
const REFUSED = ['refused400', 'refused200', 'emptyFirst'] as const;
const SWITCHES = [...TAKEN, ...REFUSED];

const ofBranch1 = (rows: readonly Row[]) =>
	rows
		.filter(({ branch_ids }) => (branch_ids as number[]).includes(1))
		.map(({ id }) => id)
		.sort((a, b) => a - b);

const missing = (expected: readonly number[], came: readonly number[]) => ({
	missing: expected.filter((id) => !came.includes(id)).slice(0, 5),
	more: came.length - new Set(came).size,
});

const list = (more: object) => ({ resource: 'customer', operation: 'getAll', branchId: 1, ...more });
const everybody = (more: object = { returnAll: true }) => list({ ...more, removed: 1 }) as never;

describe('lists ask for large pages', () => {
	const school = useSchool({ customers: 1_300 });
	const { rows, set, whole, run } = officeOf(school);
	const all = () => ofBranch1(rows('customer') as Row[]);
	const asked = (call = 'customer/index') =>
		school.entries(call).map(({ body }) => (body as Record<string, unknown>).pageSize);

	it('of 500, so that a school of thousands comes in a few calls', async () => {
		set({ bodyPageSize: 'honoured' });
		const { json, hints } = await whole(everybody());
		expect({ ids: json.map(({ id }) => Number(id)).sort((a, b) => a - b), hints }).toEqual({
			ids: all(),
			hints: [],
		});
		expect(asked()).toEqual(Array<number>(Math.ceil(all().length / 500)).fill(500));
	});

	it.each([1, 7, 50, 499, 500])('of the limit, if that is %d', async (limit) => {
		set({ bodyPageSize: 'honoured' });
		const json = await run(everybody({ returnAll: false, limit }));
		expect(json).toHaveLength(limit);
		expect(asked()).toEqual([limit]);
	});

	it.each(SWITCHES.flatMap((one) => ([1, 49, 50, 51, 300] as const).map((limit) => [one, limit] as const)))(
		'and have the first rows within the limit where pageSize is %s: %d',
		async (bodyPageSize, limit) => {
			set({ bodyPageSize });
			const first = (await run(everybody())).slice(0, limit).map(({ id }) => id);
			expect((await run(everybody({ returnAll: false, limit }))).map(({ id }) => id)).toEqual(first);
		},
	);

	it('of 500 after all where the few that were asked for are not the ones that are wanted', async () => {
		set({ bodyPageSize: 'honoured', ignoredFilters: ['customer.id'] });
		const last = all().at(-1);
		const found = await run({ resource: 'customer', operation: 'get', branchId: 1, id: last } as never);
		expect(found.map(({ id }) => id)).toEqual([last]);
		expect(asked().length).toBeLessThanOrEqual(1 + Math.ceil(all().length / 500));
	});

	it.each(REFUSED)(
		'and do without where pageSize is %s, which is found out once in a run',
		async (bodyPageSize) => {
			set({ bodyPageSize, pageSize: 50 });
			const items = [{}, {}, {}];
			const { json, hints } = await whole(everybody({ returnAll: false, limit: 60 }), { items });
			expect(json).toHaveLength(180);
			expect(hints).toEqual([
				`'Limit' was reached: raise it, or switch on 'Return All': AlfaCRM counts ${all().length} customers, 60 came`,
			]);
			expect(asked().filter((size) => size !== undefined)).toEqual([60]);
		},
	);

	it('without a size from the beginning, where a later page fails with one', async () => {
		set({ bodyPageSize: 'honoured', pageSize: 50 });
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			match: { entity: 'customer', bodyContains: '"pageSize":500,"page":1' },
			times: 0,
		} as never);
		const { json, hints } = await whole(everybody());
		expect({ ids: json.map(({ id }) => Number(id)).sort((a, b) => a - b), hints }).toEqual({
			ids: all(),
			hints: [],
		});
		expect(asked().slice(0, 4)).toEqual([500, 500, 500, undefined]);
	});

	it.each([0, 1])('and page %i that fails once with HTTP 500 is asked for again, as large', async (page) => {
		set({ bodyPageSize: 'honoured', pageSize: 50 });
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			match: { entity: 'customer', bodyContains: `"page":${page}` },
			times: 1,
		} as never);
		const json = await run(everybody());
		expect(json).toHaveLength(all().length);
		expect(new Set(asked())).toEqual(new Set([500]));
	});

	it.each([401, 403, 404, 429])('and HTTP %d is no reason to ask again without', async (status) => {
		school.sandbox.faults.add({ kind: 'status', status, match: { entity: 'customer' }, times: 0 } as never);
		school.engine.credentials.stored.rateLimitWait = 1;
		const { error } = await whole(everybody(), { onError: 'continueRegularOutput' }).then(
			({ json }) => ({ error: json[0].error }),
			(error: unknown) => ({ error }),
		);
		expect(error).toBeDefined();
		expect(asked().filter((size) => size === undefined)).toEqual([]);
	});

	it('but not for API Call, which goes out as it was written', async () => {
		await run({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			callBody: {} as never,
			allPages: true,
		});
		expect([...new Set(asked())]).toEqual([undefined]);
	});

	it('dropdowns too, and pickers of 100', async () => {
		set({ bodyPageSize: 'honoured' });
		await school.engine.options('getSubjects', list({}) as never);
		const { results } = await school.engine.search('searchCustomers', list({}) as never, '', undefined);
		expect(results).toHaveLength(100);
		expect(asked('subject/index')).toEqual([500]);
		expect(asked()).toEqual([100]);
	});
});

describe('whatever becomes of the size', () => {
	const school = useSchool({ customers: 1_300 });
	const { lead, rows, set, whole, run } = officeOf(school);

	it('every row comes exactly once', async () => {
		const settings = fc.record({
			bodyPageSize: fc.constantFrom(...SWITCHES),
			pageSize: fc.constantFrom(20, 50, 100),
			pastEnd: fc.constantFrom('empty', 'repeatLast'),
			total: fc.constantFrom('present', 'missing', 'pageSize', 'pageLength', 'oneTooLow'),
		});
		await fc.assert(
			fc.asyncProperty(settings, fc.constantFrom('customer', 'task', 'lesson'), async (chosen, resource) => {
				// That nothing is there because page 0 is empty, no one can tell where nothing is counted either.
				fc.pre(chosen.bodyPageSize !== 'emptyFirst' || !['missing', 'pageLength'].includes(chosen.total));
				set({ bodyPageSize: 'ignored', pageSize: 50, pastEnd: 'empty', total: 'present' });
				const parameters = { resource, operation: 'getAll', branchId: 1, returnAll: true, removed: 1 };
				const expected = (await run(parameters as never)).map(({ id }) => Number(id)).sort((a, b) => a - b);
				set(chosen);
				const { json, hints } = await whole(parameters as never);
				const ids = json.map(({ id }) => Number(id)).sort((a, b) => a - b);
				expect({ ...missing(expected, ids), hints }).toEqual({ missing: [], more: 0, hints: [] });
			}),
			{ numRuns: 60 },
		);
		expect(rows('customer').length).toBeGreaterThan(500);
	}, 120_000);

	it('every row that is there all the time comes exactly once while others come or go, on pages that overlap', async () => {
		const history = fc
			.record({
				bodyPageSize: fc.constantFrom(...SWITCHES),
				pageSize: fc.constantFrom(20, 50, 100),
				pastEnd: fc.constantFrom('empty', 'repeatLast'),
				total: fc.constantFrom('present', 'missing', 'pageSize', 'oneTooLow'),
				latencyMs: fc.constantFrom(0, 15),
				goes: fc.boolean(),
				at: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
				which: fc.nat(),
			})
			// What goes without being counted cannot be noticed.
			.filter(({ goes, total }) => !goes || total === 'present')
			.filter(({ bodyPageSize, total }) => bodyPageSize !== 'emptyFirst' || total !== 'missing');
		const { sandbox } = school;
		let most = 0;
		await fc.assert(
			fc.asyncProperty(history, async ({ goes, at, which, ...chosen }) => {
				const before = sandbox.snapshot();
				set(chosen);
				const from = sandbox.journal.length;
				sandbox.onRequest = () => {
					const count = sandbox.journal.length - from;
					if (!at.includes(count)) return;
					const all = ofBranch1(rows('customer') as Row[]);
					if (goes) sandbox.store.remove('customer', all[(which * count) % all.length]);
					else lead({ name: `Лунная Вера ${count}` });
				};
				const there = ofBranch1(rows('customer') as Row[]);
				const { json, hints } = await whole(everybody());
				const left = new Set(ofBranch1(rows('customer') as Row[]));
				most = Math.max(most, ...sandbox.journal.slice(from).map(({ underWay }) => underWay));
				sandbox.restore(before);
				const ids = json.map(({ id }) => Number(id));
				const kept = there.filter((id) => left.has(id));
				expect({ ...missing(kept, ids), hints }).toEqual({ missing: [], more: 0, hints: [] });
			}),
			{ numRuns: 60 },
		);
		expect(most).toBeGreaterThan(2);
	}, 180_000);
});

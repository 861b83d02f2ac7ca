import type { INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { mostInASecond, useSchool } from '../support/school';

const school = useSchool({ customers: 5_000 });

const all: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: '={{ $json.branch }}',
	returnAll: true,
	is_study: 2,
	removed: 1,
};
const branches = [{ branch: 1 }, { branch: 2 }, { branch: 3 }];
const inBranch = (branch: number) =>
	school.sandbox.store.rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(branch));
const ids = (rows: ReadonlyArray<{ id?: unknown }>) =>
	rows.map(({ id }) => id as number).sort((a, b) => a - b);
const list = async (parameters: INodeParameters) =>
	await school.engine.run({ parameters: { ...all, branchId: 1, ...parameters } });
const pagesSent = () => school.entries('customer/index').map(({ body }) => (body as { page: number }).page);

describe('Return All', () => {
	it.each([20, 50])(
		'over 5,000 customers at %i a page gives each id once, with one request a page',
		async (pageSize) => {
			school.sandbox.settings.pageSize = pageSize;

			const { items } = await school.engine.run({ parameters: all, items: branches });

			for (const [item, { branch }] of branches.entries()) {
				const given = items.filter(({ pairedItem }) => (pairedItem as { item: number }).item === item);
				expect(ids(given.map(({ json }) => json))).toEqual(ids(inBranch(branch)));
			}
			expect(new Set(items.map(({ json }) => json.id)).size).toBe(5_000);
			const pages = branches.map(({ branch }) => Math.ceil(inBranch(branch).length / pageSize));
			expect(pagesSent()).toHaveLength(pages.reduce((sum, count) => sum + count, 0));
			expect(pagesSent().slice(0, pages[0])).toEqual(Array.from({ length: pages[0] }, (_, page) => page));
		},
	);

	it('never starts more than 5 requests in any second and sees no 429 where AlfaCRM allows 5', async () => {
		school.sandbox.settings.rateLimit = 5;
		school.sandbox.settings.latencyMs = 20;
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });

		const { json } = await engine.run({ parameters: { ...all, branchId: 1, returnAll: false, limit: 600 } });

		expect(new Set(ids(json)).size).toBe(600);
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
	});

	it('shares that pace among executions that run at the same time', async () => {
		school.sandbox.settings.rateLimit = 5;
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
		const some = { ...all, branchId: 1, returnAll: false, limit: 120 };

		const runs = await Promise.all([1, 2, 3].map(async () => await engine.run({ parameters: some })));

		expect(runs.map(({ json }) => json.length)).toEqual([120, 120, 120]);
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
	});

	it.each([
		['the total is missing', { total: 'missing' }],
		['page 0 gives its own length as the total', { total: 'pageSize' }],
		['the last page is repeated', { pastEnd: 'repeatLast', total: 'missing' }],
	] as const)('is complete when %s', async (_what, settings) => {
		Object.assign(school.sandbox.settings, settings);
		const { json, hints } = await list({});
		expect(ids(json)).toEqual(ids(inBranch(1)));
		expect(hints).toEqual([]);
	});

	it('gives each row once when new ones push others to the next page meanwhile', async () => {
		const before = ids(inBranch(1));
		school.sandbox.faults.add({
			kind: 'mutate',
			match: { entity: 'customer', action: 'index' },
			skip: 3,
			changes: [{ entity: 'customer', insert: { name: 'Новый', is_study: 0, branch_ids: [1] } }],
		});
		const { json } = await list({});
		expect(json).toHaveLength(new Set(ids(json)).size);
		expect(ids(json)).toEqual(expect.arrayContaining(before));
	});

	it('reads again when rows slipped to a page that was read before', async () => {
		const { json: first } = await list({ returnAll: false, limit: 5 });
		school.sandbox.faults.add({
			kind: 'mutate',
			match: { entity: 'customer', action: 'index' },
			skip: 2,
			changes: first.map(({ id }) => ({ entity: 'customer', id: id as number, remove: true as const })),
		});

		const { json, hints } = await list({});

		expect(ids(json)).toEqual(expect.arrayContaining(ids(inBranch(1))));
		expect(hints).toEqual([]);
	});
});

describe('Limit', () => {
	it('stops paging early', async () => {
		const { json } = await list({ returnAll: false, limit: 45 });
		expect(json).toHaveLength(45);
		expect(pagesSent()).toEqual([0, 1, 2]);
	});

	it('beyond the number of rows gives them all', async () => {
		const { json } = await list({ returnAll: false, limit: 100_000 });
		expect(ids(json)).toEqual(ids(inBranch(1)));
	});
});

describe('what Get Many shows', () => {
	const archived = (row: { e_date?: unknown }) => String(row.e_date) < '2030-12-31';

	it.each([
		['leads and clients that are active by default', {}, (row: Row) => !archived(row)],
		['only leads', { is_study: 0 }, (row: Row) => row.is_study === 0 && !archived(row)],
		['only clients', { is_study: 1 }, (row: Row) => row.is_study === 1 && !archived(row)],
		['only archived ones', { removed: 2 }, (row: Row) => archived(row)],
	] as const)('%s', async (_what, chosen, belongs) => {
		const { json } = await school.engine.run({
			parameters: { resource: 'customer', operation: 'getAll', branchId: 2, returnAll: true, ...chosen },
		});
		expect(ids(json)).toEqual(ids((inBranch(2) as unknown as Row[]).filter(belongs)));
		expect(json.length).toBeGreaterThan(0);
	});

	it('filters by status and by part of a phone, as flat keys of the body', async () => {
		const [someone] = inBranch(1);
		const digits = String((someone.phone as string[])[0])
			.replace(/\D/g, '')
			.slice(-7);
		const { json } = await list({ filters: { phone: digits } });
		expect(ids(json)).toContain(someone.id);
		expect(school.entries('customer/index')[0].body).toEqual({
			page: 0,
			pageSize: 500,
			is_study: 2,
			removed: 1,
			phone: digits,
		});

		const { json: staged } = await list({ filters: { lead_status_id: 2 } });
		expect(staged.length).toBeGreaterThan(0);
		expect(new Set(staged.map((row) => row.lead_status_id))).toEqual(new Set([2]));
	});
});

interface Row {
	id: number;
	is_study?: unknown;
	e_date?: unknown;
}

describe('Get', () => {
	it.each([
		['a lead', (row: Row) => row.is_study === 0],
		['an archived lead', (row: Row) => row.is_study === 0 && String(row.e_date) < '2030'],
		['an archived client', (row: Row) => row.is_study === 1 && String(row.e_date) < '2030'],
	])('finds %s', async (_what, wanted) => {
		const row = (inBranch(1) as unknown as Row[]).find(wanted);
		const { json } = await school.engine.run({
			parameters: { resource: 'customer', operation: 'get', branchId: 1, id: row?.id ?? 0 },
		});
		expect(json).toMatchObject([{ id: row?.id }]);
		expect(pagesSent()).toEqual([0]);
	});

	it('finds the record on a later page when the server ignores the filter by ID', async () => {
		school.sandbox.settings.ignoredFilters = ['customer.id'];
		const row = inBranch(1)[Math.floor(inBranch(1).length / 2)];
		const { json } = await school.engine.run({
			parameters: { resource: 'customer', operation: 'get', branchId: 1, id: row.id },
		});
		expect(json).toMatchObject([{ id: row.id, name: row.name }]);
	});

	it('of a branch checks the ID, which that list does not filter by', async () => {
		const { json } = await school.engine.run({
			parameters: { resource: 'branch', operation: 'get', id: '3' },
		});
		expect(json).toMatchObject([{ id: 3, name: school.sandbox.store.find('branch', 3)?.name }]);
	});
});

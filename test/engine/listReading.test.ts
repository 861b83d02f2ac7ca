import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/**
 * How lists come through the whole node. What becomes of lists that change is tried in
 * `properties/api/lists` and, piece by piece, in `unit/api/lists`, `unit/operations/lists` and `unit/operations/returnAll`.
 */
const school = useSchool({ customers: 300 });
const { readRecords, run, changeSettings, runToEnd } = frontDeskOf(school);

type Row = IDataObject;
const many = (resource: string, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	...more,
});
const list = (more: INodeParameters = {}): INodeParameters =>
	many('customer', { is_study: 2, removed: 1, ...more });
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);
const inBranch = (branch: number) =>
	readRecords('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(branch));
const bodies = (call = 'customer/index') => school.readJournal(call).map(({ body }) => body as IDataObject);
const pages = () => bodies().map(({ page }) => page);
const sizes = (call?: string) => bodies(call).map(({ pageSize }) => pageSize);
const apiCall: INodeParameters = {
	resource: 'apiCall',
	operation: 'send',
	callBranch: '1',
	callPath: 'customer',
	callAction: 'index',
	callBody: '{"is_study": 2, "removed": 1}',
	allPages: true,
};

describe('Return All', () => {
	it('gives each record of each branch once, with one request a page', async () => {
		const { items } = await runToEnd(list({ branchId: '={{ $json.branch }}' }), {
			items: [1, 2].map((branch) => ({ branch })),
		});
		for (const branch of [1, 2]) {
			const own = items.filter(({ pairedItem }) => (pairedItem as { item: number }).item === branch - 1);
			expect(ids(own.map(({ json }) => json))).toEqual(ids(inBranch(branch)));
		}
		expect(pages()).toHaveLength(Math.ceil(inBranch(1).length / 20) + Math.ceil(inBranch(2).length / 20));
	});
});

it('no size is asked for by an API Call, which goes out as it was written; 500 by dropdowns, 100 by pickers', async () => {
	await run(apiCall);
	expect(new Set(sizes())).toEqual(new Set([undefined]));
	school.sandbox.clearJournal();
	changeSettings({ bodyPageSize: 'honoured' });
	await school.engine.loadOptions('subjects', list());
	const { results } = await school.engine.searchPicker('customers', list(), '', undefined);
	expect(results).toHaveLength(100);
	expect([sizes('subject/index'), sizes()]).toEqual([[500], [100]]);
});

describe('what Get Many shows', () => {
	const isArchived = ({ e_date }: Row) => String(e_date) < '2030-12-31';

	it.each<[string, INodeParameters, (row: Row) => boolean]>([
		['leads and clients that are active by default', {}, (row) => !isArchived(row)],
		['only leads', { is_study: 0 }, (row) => row.is_study === 0 && !isArchived(row)],
		['only clients', { is_study: 1 }, (row) => row.is_study === 1 && !isArchived(row)],
		['only archived ones', { removed: 2 }, isArchived],
	])('%s', async (_what, chosen, belongs) => {
		const json = await run(many('customer', { branchId: 2, ...chosen }));
		expect(ids(json)).toEqual(ids(inBranch(2).filter(belongs)));
		expect(json.length).toBeGreaterThan(0);
	});

	it('by a part of a phone or a status, as flat keys of the body', async () => {
		const [someone] = inBranch(1);
		const digits = String((someone.phone as string[])[0])
			.replace(/\D/g, '')
			.slice(-7);
		expect(ids(await run(list({ filters: { phone: digits } })))).toContain(someone.id);
		expect(bodies()[0]).toEqual({ page: 0, pageSize: 500, is_study: 2, removed: 1, phone: digits });

		const staged = await run(list({ filters: { lead_status_id: 2 } }));
		expect(new Set(staged.map((row) => row.lead_status_id))).toEqual(new Set([2]));
	});

	it('lessons of all statuses, unless some are chosen', async () => {
		const own = readRecords('lesson').filter((row) => row.branch_id === 1);
		const lessons = async (status: number[]) => ids(await run(many('lesson', { status, simplify: false })));
		expect(await lessons([])).toEqual(ids(own));
		expect(await lessons([1, 2])).toEqual(ids(own.filter((row) => row.status !== 3)));
	});
});

it('returns each discount once, with one call, when AlfaCRM shows all discounts on every page', async () => {
	changeSettings({ discountPages: 'ignored', pageSize: 2 });
	const discountCount = readRecords('discount').length;

	const discounts = await run(many('referenceList', { list: 'discount', simplify: false }));

	const discountsOfBranch = readRecords('discount').filter(({ branch_id }) => branch_id === 1);
	expect(ids(discounts)).toEqual(ids(discountsOfBranch));
	expect(discountCount).toBeGreaterThan(2);
	expect(school.readJournal('discount/index')).toHaveLength(1);
});

import type { JsonObject } from '../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { allCustomers, sortIds, toIds, toIsoDay, useSchool } from './support';

describe('pages', () => {
	const CUSTOMERS_OF_SCHOOL = 130;
	const school = useSchool({}, { customers: CUSTOMERS_OF_SCHOOL });

	/** Lists one page of all customers. */
	async function listPage(page?: unknown) {
		return await school.call('customer/index', { ...allCustomers, page });
	}

	it('a list of customers has the total, the number of its rows and the number of its page', async () => {
		const { json } = await listPage(0);

		expect(Object.keys(json)).toEqual(['total', 'count', 'page', 'items']);
		expect(json).toMatchObject({ total: CUSTOMERS_OF_SCHOOL, count: 20, page: 0 });
	});

	it('a list without a page number shows page 0, which has 20 rows', async () => {
		const pageZero = await listPage(0);
		const pageWithoutNumber = await listPage();

		expect(pageWithoutNumber.items).toHaveLength(20);
		expect(pageWithoutNumber.ids).toEqual(pageZero.ids);
	});

	it('the last page of 130 customers has the 10 rows that are left', async () => {
		const { json, items } = await listPage(6);

		expect(json).toMatchObject({ total: CUSTOMERS_OF_SCHOOL, count: 10, page: 6 });
		expect(items).toHaveLength(10);
	});

	it('the pages of a list together have each customer once', async () => {
		const rows = await school.listEveryPage('customer/index', allCustomers);

		expect(sortIds(toIds(rows))).toEqual(school.findIds('customer', () => true));
	});

	it('the number of a page may be given as a text', async () => {
		const secondPage = await listPage(1);

		const { ids, json } = await listPage('1');

		expect(json.page).toBe(1);
		expect(ids).toEqual(secondPage.ids);
	});

	it.each([{ page: -1 }, { page: 'x' }, { page: null }, { page: {} }])(
		'a list takes the page $page for the first page',
		async ({ page }) => {
			const firstPage = await listPage(0);

			const { ids } = await listPage(page);

			expect(ids).toEqual(firstPage.ids);
		},
	);

	it('a page is one row short when one of its customers is hidden, but the total still counts that customer', async () => {
		const firstPage = await listPage(0);
		const [hiddenCustomer] = firstPage.ids;
		const otherCustomers = firstPage.ids.filter((id) => id !== hiddenCustomer);
		school.sandbox.store.hide('customer', hiddenCustomer, 'counted');

		const { json, ids } = await listPage(0);

		// A page usually has 20 rows.
		expect(json).toMatchObject({ total: CUSTOMERS_OF_SCHOOL, count: 19 });
		expect(ids).toEqual(otherCustomers);
	});

	it('the control API hides a customer whom the total still counts', async () => {
		const { ids } = await listPage(0);
		const [hiddenCustomer] = ids;

		await school.callControl('POST', `records/customer/${hiddenCustomer}/hide?counted`);

		const { json } = await listPage(0);
		expect(json).toMatchObject({ total: CUSTOMERS_OF_SCHOOL, count: 19 });
	});

	it('a page has 20 rows again when its hidden customer is shown', async () => {
		const { ids } = await listPage(0);
		const [hiddenCustomer] = ids;
		school.sandbox.store.hide('customer', hiddenCustomer, 'counted');

		school.sandbox.store.show('customer', hiddenCustomer);

		const { json } = await listPage(0);
		expect(json.count).toBe(20);
	});
});

describe('the order', () => {
	const school = useSchool({ pageSize: 500 }, { customers: 130 });

	/** Lists the IDs of records in the order in which the API shows them. */
	async function listIdsInOrder(path: string, body: JsonObject = {}): Promise<number[]> {
		const { ids } = await school.call(path, body);
		return ids;
	}

	function sortNewestFirst(ids: readonly number[]): number[] {
		return sortIds(ids).reverse();
	}

	it('a list of leads has the newest first, except for some leads that are elsewhere', async () => {
		const leads = await listIdsInOrder('customer/index', {
			is_study: CUSTOMER_TYPE.lead,
			removed: RECORD_STATUS.all,
		});

		const newestFirst = sortNewestFirst(leads);
		const movedLeads = leads.filter((id, index) => id !== newestFirst[index]);
		expect(movedLeads.length).toBeGreaterThan(0);
		expect(movedLeads.length).toBeLessThan(leads.length / 2);
	});

	it('a list of clients is not in the order of their IDs', async () => {
		const clients = await listIdsInOrder('customer/index', { removed: RECORD_STATUS.all });

		expect(clients).not.toEqual(sortIds(clients));
		expect(clients).not.toEqual(sortNewestFirst(clients));
	});

	it('a list of payments has the latest day first', async () => {
		const { items } = await school.call('pay/index');

		const days = items.map(({ document_date }) => toIsoDay(document_date));
		expect(days).toEqual([...days].sort().reverse());
	});

	it.each([
		{ list: 'lesson types', path: 'lesson-type/index', ids: [2, 1, 3, 4] },
		{ list: 'levels', path: 'level/index', ids: [1, 2, 3, 4] },
	])('a list of $list has a fixed order', async ({ path, ids }) => {
		expect(await listIdsInOrder(path)).toEqual(ids);
	});

	it('a list of subjects is in the order of their weights, and of their IDs downwards within a weight', async () => {
		school.addRecord('subject', { id: 90, name: 'Новый', weight: 0 });
		school.addRecord('subject', { id: 91, name: 'Новый', weight: 20 });
		school.addRecord('subject', { id: 92, name: 'Новый', weight: 20 });

		// The subjects of the school, 1 to 4, have the weights 10, 20, 30 and 40.
		expect(await listIdsInOrder('1/subject/index')).toEqual([90, 1, 92, 91, 2, 3, 4]);
	});
});

describe('customers', () => {
	const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

	it('a list of customers has no groups unless it is asked for them', async () => {
		const { items } = await school.call('customer/index');

		expect(items.filter((customer) => 'groups' in customer)).toEqual([]);
	});

	it('a list of customers has the ID and the name of each group if it is asked for groups', async () => {
		school.addRecord('group', { id: 91, name: 'Шахматы', branch_ids: [1] });
		school.addRecord('group', { id: 92, name: 'Шашки', branch_ids: [1] });
		const customer = school.addRecord('customer', { name: 'Орлова Мия', is_study: CUSTOMER_TYPE.client });
		school.addRecord('cgi', { customer_id: customer, group_id: 91, b_date: '01.09.2025' });
		school.addRecord('cgi', { customer_id: customer, group_id: 92, b_date: '01.09.2025' });

		const { items } = await school.call('customer/index', { id: customer, withGroups: true });

		expect(items).toMatchObject([
			{
				group_ids: [91, 92],
				groups: [
					{ id: 91, name: 'Шахматы' },
					{ id: 92, name: 'Шашки' },
				],
			},
		]);
	});

	it('a customer without a group has an empty list of groups', async () => {
		const customer = school.addRecord('customer', { name: 'Орлова Мия', is_study: CUSTOMER_TYPE.client });

		const { items } = await school.call('customer/index', { id: customer, withGroups: true });

		expect(items).toMatchObject([{ group_ids: [], groups: [] }]);
	});
});

describe('teachers', () => {
	const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

	it('a list of teachers has their skills', async () => {
		const { items } = await school.call('1/teacher/index');

		expect(items[0]).toMatchObject({ 'teacher-to-skill': [{ name: 'Arduino' }], avatarUrl: null });
	});

	it('the list of rates has only those of the teacher whom the body names', async () => {
		const { items } = await school.call('1/teacher/teacher-rate', { teacher_id: 2 });

		expect(items).toMatchObject([{ teacher_id: 2, rate: '600.00' }]);
	});

	it('the list of working hours has pages', async () => {
		const { json } = await school.call('teacher/working-hour', { page: 1, teacher_id: 1 });

		expect(json).toMatchObject({ total: 3, count: 0, page: 1 });
	});

	it('a teacher has working hours only in branches of the teacher', async () => {
		const { items } = await school.call('teacher/working-hour');

		const foreignHours = items.filter(({ teacher_id, branch_id }) => {
			const branches = school.readRecord('teacher', teacher_id)?.branch_ids as number[];
			return !branches.includes(Number(branch_id));
		});
		expect(items).not.toEqual([]);
		expect(foreignHours).toEqual([]);
	});

	it('working hours end at an hour, but some of them a minute before it', async () => {
		const { items } = await school.call('teacher/working-hour');

		const ends = new Set(items.map(({ time_to }) => time_to));
		expect(ends).toEqual(new Set(['19:00', '18:59']));
	});
});

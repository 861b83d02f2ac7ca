import { toIsoDay, allCustomers, toIds, sortIds, useSchool } from './support';

describe('pages', () => {
	const customers = 130;
	const school = useSchool({}, { customers });
	const list = async (body: object = {}, query = '') =>
		await school.call(`customer/index${query}`, { ...allCustomers, ...body });

	it('pages are counted from 0, hold 20 rows and cover every row once', async () => {
		const first = await list();
		expect(Object.keys(first.json)).toEqual(['total', 'count', 'page', 'items']);
		expect(first.json).toMatchObject({ total: customers, count: 20, page: 0 });
		expect(first.items).toHaveLength(20);
		expect((await list({ page: 6 })).json).toMatchObject({ total: customers, count: 10, page: 6 });
		const rows = await school.listEveryPage('customer/index', allCustomers);
		expect(sortIds(toIds(rows))).toEqual(school.findIds('customer', () => true));
	});

	it('take the number as text, and page 0 for what is no page', async () => {
		expect((await list({ page: '1' })).ids).toEqual((await list({ page: 1 })).ids);
		const first = await list();
		for (const page of [-1, 'x', null, {}]) expect((await list({ page })).ids).toEqual(first.ids);
	});

	it('pages have a total that counts a record that nobody may see, and are one row short', async () => {
		const { ids } = await list();
		school.sandbox.store.hide('customer', ids[3] ?? 0, 'counted');
		const { json, ids: seen } = await list();
		expect(json).toMatchObject({ total: customers, count: 19 });
		expect(seen).toEqual(ids.filter((_, index) => index !== 3));
		await school.callControl('POST', `records/customer/${ids[4]}/hide?counted`);
		expect((await list()).json).toMatchObject({ total: customers, count: 18 });
		school.sandbox.store.show('customer', ids[3] ?? 0);
		expect((await list()).json.count).toBe(19);
	});
});

describe('the order', () => {
	const school = useSchool({ pageSize: 500 }, { customers: 130 });
	const idsOf = async (path: string, body = {}) => (await school.call(path, body)).ids;

	it('of leads is newest first but for a few', async () => {
		const leads = await idsOf('customer/index', { is_study: 0, removed: 1 });
		const newestFirst = sortIds(leads).reverse();
		const moved = leads.filter((id, index) => id !== newestFirst[index]);
		expect(moved.length).toBeGreaterThan(0);
		expect(moved.length).toBeLessThan(leads.length / 2);
	});

	it('of clients does not follow the id', async () => {
		const clients = await idsOf('customer/index', { removed: 1 });
		expect([sortIds(clients), sortIds(clients).reverse()]).not.toContainEqual(clients);
	});

	it('of payments is the latest date first, of lesson types and levels their own', async () => {
		const days = (await school.call('pay/index')).items.map((row) => toIsoDay(row.document_date));
		expect(days).toEqual([...days].sort().reverse());
		expect(await idsOf('lesson-type/index')).toEqual([2, 1, 3, 4]);
		expect(await idsOf('level/index')).toEqual([1, 2, 3, 4]);
	});

	it('of the others goes by weight, then newest first', async () => {
		const weights = { 90: 0, 91: 20, 92: 20 };
		for (const [id, weight] of Object.entries(weights)) {
			school.sandbox.store.insert('subject', { id: Number(id), name: 'Новый', weight });
		}
		expect(await idsOf('1/subject/index')).toEqual([90, 1, 92, 91, 2, 3, 4]);
	});
});

describe('what rows show', () => {
	const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });
	const first = async (path: string, body = {}) => (await school.call(path, body)).items[0];

	it('are the groups of customers only when asked for', async () => {
		const { items: plain } = await school.call('customer/index');
		const { items: grouped } = await school.call('customer/index', { withGroups: true });
		for (const [index, row] of plain.entries()) {
			const ids = row.group_ids as number[];
			const groups = ids.map((id) => ({ id, name: school.readRecord('group', id)?.name }));
			expect(row).not.toHaveProperty('groups');
			expect(grouped[index]).toEqual({ ...row, groups });
		}
		const sizes = plain.map(({ group_ids }) => (group_ids as number[]).length);
		expect([Math.min(...sizes), Math.max(...sizes) > 0]).toEqual([0, true]);
	});

	it('are skills, rates and hours of teachers', async () => {
		const skilled = { 'teacher-to-skill': [{ name: 'Arduino' }], avatarUrl: null };
		expect(await first('1/teacher/index')).toMatchObject(skilled);
		expect((await school.call('1/teacher/teacher-rate', { teacher_id: 2 })).items).toMatchObject([
			{ teacher_id: 2, rate: '600.00' },
		]);
		const page = await school.call('teacher/working-hour', { page: 1, teacher_id: 1 });
		expect(page.json).toMatchObject({ total: 3, count: 0, page: 1 });
		const { items: hours } = await school.call('teacher/working-hour');
		for (const { teacher_id, branch_id } of hours) {
			expect(school.readRecord('teacher', teacher_id)?.branch_ids).toContain(branch_id);
		}
		// One ends a minute before the hour.
		expect(new Set(hours.map(({ time_to }) => time_to))).toEqual(new Set(['19:00', '18:59']));
	});
});

import type { Row, Settings } from '../../sandbox';
import { dayOf, everyone, numbers, sorted, useSchool } from './support';

describe('pages', () => {
	const customers = 130;
	const school = useSchool({}, { customers });
	const list = async (body: object = {}, query = '') =>
		await school.call(`customer/index${query}`, { ...everyone, ...body });
	const nobody = { name: 'нет такого' };

	it('are counted from 0, hold 20 rows and cover every row once', async () => {
		const first = await list();
		expect(Object.keys(first.json)).toEqual(['total', 'count', 'page', 'items']);
		expect(first.json).toMatchObject({ total: customers, count: 20, page: 0 });
		expect(first.items).toHaveLength(20);
		expect((await list({ page: 6 })).json).toMatchObject({ total: customers, count: 10, page: 6 });
		const rows = await school.all('customer/index', everyone);
		expect(sorted(numbers(rows))).toEqual(school.idsWhere('customer', () => true));
	});

	it('keep their size whatever the body asks for, and have another when pageSize says so', async () => {
		for (const name of ['per-page', 'per_page', 'pageSize', 'page_size', 'count', 'limit']) {
			expect([name, (await list({ [name]: 100 })).items.length]).toEqual([name, 20]);
		}
		school.settings.pageSize = 50;
		expect((await list()).items).toHaveLength(50);
		expect((await list({ page: 2 })).items).toHaveLength(30);
	});

	it('ignore per-page in the query unless perPageQuery is on', async () => {
		expect((await list({}, '?per-page=50')).items).toHaveLength(20);
		school.settings.perPageQuery = true;
		for (const [asked, size] of Object.entries({ 35: 35, 100: 50, 0: 1, many: 20 })) {
			expect([asked, (await list({}, `?per-page=${asked}`)).items.length]).toEqual([asked, size]);
		}
	});

	it('take the number as text, and page 0 for what is no page', async () => {
		expect((await list({ page: '1' })).ids).toEqual((await list({ page: 1 })).ids);
		const first = await list();
		for (const page of [-1, 'x', null, {}]) expect((await list({ page })).ids).toEqual(first.ids);
	});

	it('past the end are empty, or the last one again', async () => {
		const { json } = await list({ page: 7 });
		expect(json).toEqual({ total: customers, count: 0, page: 7, items: [] });
		school.settings.pastEnd = 'repeatLast';
		const beyond = await list({ page: 40 });
		expect(beyond.ids).toEqual((await list({ page: 6 })).ids);
		expect(beyond.json.page).toBe(40);
		expect((await list({ ...nobody, page: 3 })).items).toEqual([]);
	});

	it('shift when rows come between them', async () => {
		const leads = { is_study: 0, removed: 1 };
		const first = await school.call('customer/index', leads);
		await school.control('PUT', 'records/customer', { name: 'Новый Лид', is_study: 0, legal_type: 1 });
		const second = await school.call('customer/index', { ...leads, page: 1 });
		expect(second.ids[0]).toBe(first.ids[19]);
		expect(second.json.total).toBe(Number(first.json.total) + 1);
	});

	describe('of a size in the body', () => {
		const everyPage = async (pageSize: number) => {
			const ids: number[] = [];
			for (let page = 0; page < 20; page += 1) ids.push(...(await list({ page, pageSize })).ids);
			return new Set(ids).size;
		};

		it('can be a wish of up to 500', async () => {
			school.settings.bodyPageSize = 'honoured';
			for (const [wish, size] of [
				[1, 1],
				['50', 50],
				[500, customers],
				[9000, customers],
				[0, 20],
				[-1, 20],
				['many', 20],
			]) {
				expect((await list({ pageSize: wish })).items).toHaveLength(Number(size));
			}
			expect((await list({ pageSize: 50, page: 2 })).items).toHaveLength(30);
			expect((await list()).items).toHaveLength(20);
		});

		it('can be cut to 50, and nothing is lost', async () => {
			school.settings.bodyPageSize = 'capped50';
			expect((await list({ pageSize: 100 })).items).toHaveLength(50);
			expect(await everyPage(100)).toBe(customers);
		});

		it('can be cut to 50 while the next page begins where the one asked for would end', async () => {
			school.settings.bodyPageSize = 'lossy50';
			expect((await list({ pageSize: 100 })).json).toMatchObject({ total: customers, count: 50 });
			expect([await everyPage(100), await everyPage(30)]).toEqual([80, customers]);
		});

		it('can be refused', async () => {
			school.settings.bodyPageSize = 'refused400';
			expect((await list({ pageSize: 100 })).status).toBe(400);
			school.settings.bodyPageSize = 'refused200';
			const { status, json } = await list({ pageSize: 100 });
			expect([status, json.success]).toEqual([200, false]);
			expect((await list()).items).toHaveLength(20);
		});

		it('can make page 0 empty', async () => {
			school.settings.bodyPageSize = 'emptyFirst';
			expect((await list({ pageSize: 100 })).json).toMatchObject({ total: customers, count: 0, items: [] });
			expect((await list({ pageSize: 100, page: 1 })).items).toHaveLength(20);
			expect((await list()).items).toHaveLength(20);
		});
	});

	it.each<[Settings['total'], totals: Array<number | undefined>]>([
		['present', [customers, customers, customers, 1, 0]],
		['missing', [undefined, undefined, undefined, undefined, undefined]],
		['pageSize', [20, customers, customers, 1, 0]],
		['oneTooHigh', [customers + 1, customers + 1, customers + 1, 2, 1]],
		['oneTooLow', [customers - 1, customers - 1, customers - 1, 0, 0]],
		['pageLength', [20, 10, 0, 1, 0]],
	])('have a total that is %s', async (total, totals) => {
		school.settings.total = total;
		const bodies = [{ page: 0 }, { page: 6 }, { page: 7 }, { id: 5 }, nobody];
		const seen: unknown[] = [];
		for (const body of bodies) seen.push((await list(body)).json.total);
		expect(seen).toEqual(totals);
	});

	it('have a total that counts a record that nobody may see, and are one row short', async () => {
		const { ids } = await list();
		school.sandbox.store.hide('customer', ids[3] ?? 0, 'counted');
		const { json, ids: seen } = await list();
		expect(json).toMatchObject({ total: customers, count: 19 });
		expect(seen).toEqual(ids.filter((_, index) => index !== 3));
		expect((await list({ id: ids[3] })).json).toMatchObject({ total: 1, count: 0, items: [] });
		await school.control('POST', `records/customer/${ids[4]}/hide?counted`);
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
		const newestFirst = sorted(leads).reverse();
		const moved = leads.filter((id, index) => id !== newestFirst[index]);
		expect(moved.length).toBeGreaterThan(0);
		expect(moved.length).toBeLessThan(leads.length / 2);
	});

	it('of clients does not follow the id, and stays', async () => {
		const clients = await idsOf('customer/index', { removed: 1 });
		expect(clients).not.toEqual(sorted(clients));
		expect(clients).not.toEqual(sorted(clients).reverse());
		expect(await idsOf('customer/index', { removed: 1 })).toEqual(clients);
	});

	it('of payments is the latest date first, of lesson types and levels their own', async () => {
		const days = (await school.call('pay/index')).items.map((row) => dayOf(row.document_date));
		expect(days).toEqual([...days].sort().reverse());
		expect(await idsOf('lesson-type/index')).toEqual([2, 1, 3, 4]);
		expect(await idsOf('level/index')).toEqual([1, 2, 3, 4]);
	});

	it('of the others goes by weight, then newest first', async () => {
		const weights = { 90: 0, 91: 20, 92: 20 };
		for (const [id, weight] of Object.entries(weights)) {
			school.sandbox.store.insert('subject', { id: Number(id), name: 'Новый', weight });
		}
		expect(await idsOf('1/subject/index')).toEqual([90, 1, 92, 91, 2, 3, 4, 5]);
	});

	it('changes with every answer when shuffle is on, the same way after a reset', async () => {
		const walk = async () => {
			school.settings.shuffle = true;
			return [await idsOf('customer/index', everyone), await idsOf('customer/index', everyone)];
		};
		const [first, again] = await walk();
		expect(again).not.toEqual(first);
		expect(sorted(again ?? [])).toEqual(sorted(first ?? []));
		await school.restore();
		expect(await walk()).toEqual([first, again]);
	});
});

describe('what rows show', () => {
	const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });
	const first = async (path: string, body = {}) => (await school.call(path, body)).items[0];

	it('are the groups of customers only when asked for, or never', async () => {
		const { items: plain } = await school.call('customer/index');
		const { items: grouped } = await school.call('customer/index', { withGroups: true });
		for (const [index, row] of plain.entries()) {
			const ids = row.group_ids as number[];
			const groups = ids.map((id) => ({ id, name: school.stored('group', id)?.name }));
			expect(row).not.toHaveProperty('groups');
			expect(grouped[index]).toEqual({ ...row, groups });
		}
		const sizes = plain.map(({ group_ids }) => (group_ids as number[]).length);
		expect([Math.min(...sizes), Math.max(...sizes) > 0]).toEqual([0, true]);
		school.settings.customerGroups = 'unknown';
		expect(await first('customer/index', { withGroups: true })).not.toHaveProperty('groups');
	});

	it('are teachers of groups as ids, names, or both', async () => {
		const group = async () => await first('group/index', { teacher_id: 1 });
		expect((await group())?.teacher_ids).toEqual([1]);
		school.settings.groupTeachers = 'names';
		expect((await group())?.teacher_ids).toEqual(['Петров Лев']);
		school.settings.groupTeachers = 'objects';
		expect(await group()).toMatchObject({ teacher_ids: [1], teachers: [{ id: 1, name: 'Петров Лев' }] });
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
			expect(school.stored('teacher', teacher_id)?.branch_ids).toContain(branch_id);
		}
		// One ends a minute before the hour.
		expect(new Set(hours.map(({ time_to }) => time_to))).toEqual(new Set(['19:00', '18:59']));
	});

	it('are lessons of tariffs under either name', async () => {
		const last = async () => (await school.call('tariff/index')).items.at(-1);
		expect(await last()).toMatchObject({ lessons_count: 8, price: '6400.00', type: 1 });
		school.settings.tariffLessons = 'lesson_count';
		expect(await last()).toMatchObject({ lesson_count: 8 });
		expect(await last()).not.toHaveProperty('lessons_count');
	});

	it('is removed where rowsShowRemoved says so', async () => {
		const shown = async (entity: string) =>
			(await school.call(`${entity}/index`, everyone)).items.map(({ id, removed }) => [id, removed]);
		const as = (entity: string, removed: (row: Row) => unknown) =>
			expect.arrayContaining(school.rows(entity).map((row) => [row.id, removed(row)])) as unknown;
		for (const entity of ['group', 'customer', 'teacher']) {
			expect(await shown(entity)).toEqual(as(entity, () => undefined));
		}
		school.settings.rowsShowRemoved = ['group', 'customer'];
		expect(await shown('group')).toEqual(as('group', ({ removed }) => removed));
		expect(await shown('customer')).toEqual(
			as('customer', ({ e_date }) => (e_date === '2030-12-31' ? 0 : 1)),
		);
		expect(await shown('teacher')).toEqual(as('teacher', () => undefined));
		expect((await school.call('1/group/update?id=1', { removed: 1 })).model.removed).toBe(1);
	});

	it('is the stage twice with leadStatusIds', async () => {
		const [lead] = school.rows('customer').filter((row) => row.lead_status_id === 2);
		const ask = { ...everyone, id: lead?.id ?? 0 };
		expect(await first('customer/index', ask)).not.toHaveProperty('lead_status_ids');
		school.settings.leadStatusIds = true;
		expect((await first('customer/index', ask))?.lead_status_ids).toEqual([2]);
	});

	it.each(['income', 'expenditure'] as const)('is the sum of a refund as %s', async (refundSum) => {
		school.settings.refundSum = refundSum;
		const [pay] = school.rows('pay').filter((row) => row.pay_type_id === 2);
		const sums = { income: '0.00', expenditure: '0.00', [refundSum]: pay?.income };
		expect(await first('pay/index', { id: pay?.id })).toMatchObject(sums);
	});

	it.each([7, 0] as const)('is %d for Sundays of regular lessons', async (sunday) => {
		school.settings.sunday = sunday;
		const onSundays = school.idsWhere('regular-lesson', (row) => row.day === 7);
		const { items } = await school.call('regular-lesson/index');
		expect(sorted(numbers(items.filter(({ day }) => day === sunday)))).toEqual(onSundays);
		const update = await school.call(`1/regular-lesson/update?id=${onSundays[0]}`, { day: 7 });
		expect(update.model.day).toBe(sunday);
	});

	it('is whether a subscription has ended', async () => {
		const old = school.rows('customer-tariff').find((row) => row.e_date === '31.05.2025') as Row;
		const path = `1/customer-tariff/index?customer_id=${String(old.customer_id)}`;
		const dead = async () => (await school.call(path)).items.map((row) => row.dead);
		expect(await dead()).toEqual([undefined, undefined]);
		school.settings.rowsShowDead = true;
		expect(await dead()).toEqual([0, 1]);
	});

	it('of a group tell who teaches it, which can be written as it is shown, by name or not', async () => {
		const teachers = () => school.stored('group', 1)?.teacher_ids;
		const update = async (teacher_ids: unknown) => await school.call('1/group/update?id=1', { teacher_ids });
		const names = ['Петров Лев', 2, '3', 'Никто'];
		const before = teachers();
		school.settings.groupTeachers = 'names';
		const shown = (await first('group/index', { id: 1 }))?.teacher_ids as string[];
		expect((await update(shown)).json.success).toBe(true);
		expect((await update([...shown, 2])).errors).toHaveProperty('teacher_ids');
		expect(teachers()).toEqual(before);
		school.settings.groupTeacherNames = 'understood';
		await update(names);
		expect(teachers()).toEqual([1, 2, 3]);
		school.settings.groupTeacherNames = 'lost';
		await update(names);
		expect(teachers()).toEqual([2, 3]);
	});
});

import type { Settings } from '../../sandbox';
import { numbers, School } from './support';

const customers = 130;
let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const everyone = { is_study: 2, removed: 1 };
const list = (body: object = {}, query = '') =>
	school.call(`customer/index${query}`, { ...everyone, ...body });

describe('pages', () => {
	it('are counted from 0 and hold 20 rows', async () => {
		const first = await list();
		expect(Object.keys(first.json)).toEqual(['total', 'count', 'page', 'items']);
		expect(first.json).toMatchObject({ total: customers, count: 20, page: 0 });
		expect(first.items).toHaveLength(20);
		const last = await list({ page: 6 });
		expect(last.json).toMatchObject({ total: customers, count: 10, page: 6 });
	});

	it('cover every row once', async () => {
		const rows = await school.all('customer/index', everyone);
		expect(numbers(rows).sort((a, b) => a - b)).toEqual(
			Array.from({ length: customers }, (_, index) => index + 1),
		);
	});

	it.each(['per-page', 'per_page', 'pageSize', 'page_size', 'count', 'limit'])(
		'keep their size whatever %s the body asks for',
		async (name) => {
			expect((await list({ [name]: 100 })).items).toHaveLength(20);
		},
	);

	it('have another size when pageSize says so', async () => {
		school.settings.pageSize = 50;
		expect((await list()).items).toHaveLength(50);
		expect((await list({ page: 2 })).items).toHaveLength(30);
	});

	it('ignore per-page in the query unless perPageQuery is on', async () => {
		expect((await list({}, '?per-page=50')).items).toHaveLength(20);
		school.settings.perPageQuery = true;
		expect((await list({}, '?per-page=35')).items).toHaveLength(35);
		expect((await list({}, '?per-page=100')).items).toHaveLength(50);
		expect((await list({}, '?per-page=0')).items).toHaveLength(1);
		expect((await list({}, '?per-page=many')).items).toHaveLength(20);
	});

	it('take the number as text, and page 0 for what is no page', async () => {
		const second = await list({ page: 1 });
		expect((await list({ page: '1' })).ids).toEqual(second.ids);
		const first = await list();
		for (const page of [-1, 'x', null, {}]) expect((await list({ page })).ids).toEqual(first.ids);
	});
});

describe('pageSize in the body', () => {
	const everyPage = async (pageSize: number) => {
		const ids: number[] = [];
		for (let page = 0; page < 20; page += 1) ids.push(...(await list({ page, pageSize })).ids);
		return ids;
	};

	it('is a wish of up to 500', async () => {
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
		expect(new Set(await everyPage(100)).size).toBe(customers);
	});

	it('can be cut to 50 while the next page begins where the one asked for would end', async () => {
		school.settings.bodyPageSize = 'lossy50';
		expect((await list({ pageSize: 100 })).json).toMatchObject({ total: customers, count: 50 });
		expect(new Set(await everyPage(100)).size).toBe(80);
		expect(new Set(await everyPage(30)).size).toBe(customers);
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

describe('past the end', () => {
	it('a page is empty', async () => {
		const { json } = await list({ page: 7 });
		expect(json).toEqual({ total: customers, count: 0, page: 7, items: [] });
	});

	it('the last page is repeated when pastEnd says so', async () => {
		school.settings.pastEnd = 'repeatLast';
		const last = await list({ page: 6 });
		const beyond = await list({ page: 40 });
		expect(beyond.ids).toEqual(last.ids);
		expect(beyond.json.page).toBe(40);
		expect((await list({ name: 'нет такого', page: 3 })).items).toEqual([]);
	});
});

describe('total', () => {
	it('can be missing', async () => {
		school.settings.total = 'missing';
		expect(Object.keys((await list()).json)).toEqual(['count', 'page', 'items']);
	});

	it('can be the page size on page 0', async () => {
		school.settings.total = 'pageSize';
		expect((await list()).json.total).toBe(20);
		expect((await list({ page: 1 })).json.total).toBe(customers);
		expect((await list({ id: 5 })).json.total).toBe(1);
	});

	it.each<[Settings['total'], number[]]>([
		['present', [customers, customers, customers]],
		['oneTooHigh', [customers + 1, customers + 1, customers + 1]],
		['oneTooLow', [customers - 1, customers - 1, customers - 1]],
		['pageLength', [20, 10, 0]],
	])('%s', async (total, totals) => {
		school.settings.total = total;
		for (const [index, page] of [0, 6, 7].entries()) {
			expect((await list({ page })).json.total).toBe(totals[index]);
		}
	});

	it('of nothing is not below zero', async () => {
		school.settings.total = 'oneTooLow';
		expect((await list({ name: 'нет такого' })).json.total).toBe(0);
	});

	it('counts a record that nobody may see, whose page is one row short', async () => {
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

describe('order', () => {
	it('of leads is newest first but for a few', async () => {
		const leads = numbers(await school.all('customer/index', { is_study: 0, removed: 1 }));
		const sorted = [...leads].sort((a, b) => b - a);
		expect(leads).not.toEqual(sorted);
		const moved = leads.filter((id, index) => id !== sorted[index]);
		expect(moved.length).toBeLessThan(leads.length / 2);
	});

	it('of clients does not follow the id', async () => {
		const clients = numbers(await school.all('customer/index', { removed: 1 }));
		expect(clients).not.toEqual([...clients].sort((a, b) => a - b));
		expect(clients).not.toEqual([...clients].sort((a, b) => b - a));
		expect(numbers(await school.all('customer/index', { removed: 1 }))).toEqual(clients);
	});

	it('of the others goes by weight, then newest first', async () => {
		const { store } = school.sandbox;
		store.insert('subject', { id: 90, name: 'Вес 0', weight: 0 });
		store.insert('subject', { id: 91, name: 'Вес 20', weight: 20 });
		store.insert('subject', { id: 92, name: 'Вес 20', weight: 20 });
		expect((await school.call('1/subject/index')).ids).toEqual([90, 1, 92, 91, 2, 3, 4, 5]);
	});

	it('changes with every answer when shuffle is on, the same way after a reset', async () => {
		const walk = async () => {
			school.settings.shuffle = true;
			const first = await list();
			const again = await list();
			expect(again.ids).not.toEqual(first.ids);
			expect(again.json.total).toBe(customers);
			return [first.ids, again.ids];
		};
		const before = await walk();
		await school.restore();
		expect(await walk()).toEqual(before);
	});
});

describe('rows that change between pages', () => {
	it('shift what follows', async () => {
		const leads = { is_study: 0, removed: 1 };
		const first = await school.call('customer/index', leads);
		await school.control('PUT', 'records/customer', {
			name: 'Новый Лид',
			is_study: 0,
			legal_type: 1,
		});
		const second = await school.call('customer/index', { ...leads, page: 1 });
		expect(second.ids[0]).toBe(first.ids[19]);
		expect(second.json.total).toBe(Number(first.json.total) + 1);
	});
});

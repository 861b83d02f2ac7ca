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

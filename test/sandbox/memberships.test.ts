import type { JsonObject, Row } from '../../sandbox';
import { numbers, School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 100 }, { customers: 120 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const rows = (entity: string) => school.sandbox.store.rows(entity);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const idsWhere = (entity: string, test: (row: Row) => boolean) => sorted(numbers(rows(entity).filter(test)));
const group = 1;
const wide = { b_date: '01.01.2000', e_date: '31.12.2099' };

describe('parameters of the query', () => {
	it.each<[string, string]>([
		['customer-tariff/index', 'customer_id'],
		['customer-tariff/create', 'customer_id'],
		['customer-tariff/update', 'id, customer_id'],
		['customer-tariff/delete', 'id, customer_id'],
		['customer-tariff/delete?id=1', 'customer_id'],
		['cgi/index', 'group_id'],
		['cgi/customer', 'customer_id'],
		['cgi/create', 'group_id'],
		['cgi/update', 'id, group_id'],
		['cgi/update?id=1', 'group_id'],
		['cgi/delete', 'id'],
		['communication/index', 'class, related_id'],
		['communication/create?class=Customer', 'related_id'],
		['communication/create?related_id=1', 'class'],
		['lesson/teach', 'id'],
		['calendar/customer?id=1', 'date1, date2'],
		['calendar/teacher', 'id, date1, date2'],
		['calendar/group?date1=01.02.2026&date2=01.03.2026', 'id'],
		['bonus/balance-bonus', 'customer_id'],
		['bonus/bonus-add', 'customer_id'],
		['bonus/bonus-spend', 'customer_id'],
	])('%s misses %s, also when the body holds them', async (path, names) => {
		const body = { id: 1, customer_id: 1, group_id: 1, class: 'Customer', related_id: 1, amount: 5 };
		const { json } = await school.call(`1/${path}`, body);
		expect(json).toEqual({
			...yii(400, 'Bad Request'),
			message: `Отсутствуют обязательные параметры: ${names}`,
		});
	});

	it('missing ones can make lists empty instead', async () => {
		school.settings.missingParam = 'emptyList';
		const empty = { total: 0, count: 0, page: 0, items: [] };
		for (const path of ['customer-tariff/index', 'cgi/index', 'cgi/customer', 'communication/index']) {
			expect((await school.call(`1/${path}`, { customer_id: 1, group_id: 1 })).json).toEqual(empty);
		}
		expect((await school.call('1/cgi/create', { group_id: 1, customer_id: 1 })).status).toBe(400);
	});

	it('can be declared unneeded, and are then taken from the body', async () => {
		const [first] = rows('cgi');
		school.settings.optionalParams = ['cgi/update.group_id', 'communication/create.related_id'];
		expect((await school.call(`1/cgi/update?id=${first?.id}`, { e_date: null })).json.success).toBe(true);
		const comment = { related_id: 3, user_id: 1, comment: 'Да' };
		expect((await school.call('1/communication/create?class=Lead', comment)).model).toMatchObject({
			class: 'Lead',
			related_id: 3,
		});
	});

	it('must fit the record', async () => {
		const [tariff] = rows('customer-tariff');
		const other = Number(tariff?.customer_id) + 1;
		for (const action of ['update', 'delete']) {
			const path = `1/customer-tariff/${action}?id=${tariff?.id}&customer_id=${other}`;
			expect((await school.call(path, { note: 'х' })).status).toBe(404);
		}
		const [member] = rows('cgi');
		expect((await school.call(`1/cgi/update?id=${member?.id}&group_id=999`)).status).toBe(404);
		const right = `1/cgi/delete?id=${member?.id}&group_id=${String(member?.group_id)}`;
		expect((await school.call(right)).json.success).toBe(true);
	});

	it('win over copies in the body', async () => {
		const { model } = await school.call('1/customer-tariff/create?customer_id=5', {
			customer_id: 7,
			tariff_id: 2,
		});
		expect(model.customer_id).toBe(5);
	});

	it('of a customer or group that does not exist lead nowhere', async () => {
		expect((await school.call('1/customer-tariff/index?customer_id=9999')).items).toEqual([]);
		expect((await school.call('1/customer-tariff/create?customer_id=9999', { tariff_id: 1 })).status).toBe(
			404,
		);
		expect((await school.call('1/cgi/create?group_id=9999', { customer_id: 1 })).status).toBe(404);
		expect(
			(await school.call('1/communication/create?class=Task&related_id=9999', { comment: 'х' })).status,
		).toBe(404);
		expect(
			(await school.call('1/communication/create?class=Room&related_id=1', { comment: 'х' })).status,
		).toBe(400);
		expect((await school.call('1/bonus/balance-bonus?customer_id=9999')).status).toBe(404);
		expect((await school.call('1/calendar/group?id=9999&date1=01.01.2026&date2=01.01.2027')).text).toBe('[]');
	});
});

describe('memberships', () => {
	/** In no group yet. */
	let lead = 0;
	beforeEach(() => {
		lead = rows('customer').find(({ is_study }) => is_study === 0)?.id ?? 0;
	});
	const current = (row: Row) => {
		const day = (value: unknown) => String(value).split('.').reverse().join('-');
		return day(row.b_date) <= '2026-02-10' && (row.e_date === null || day(row.e_date) >= '2026-02-10');
	};

	it('of a group are the current ones, unless dates are given', async () => {
		const target = rows('cgi').find((row) => row.b_date === '01.02.2025')?.group_id;
		const all = idsWhere('cgi', (row) => row.group_id === target);
		const now = idsWhere('cgi', (row) => row.group_id === target && current(row));
		expect(now.length).toBeLessThan(all.length);
		const list = async (body: JsonObject) =>
			sorted((await school.call(`1/cgi/index?group_id=${String(target)}`, body)).ids);
		expect(await list({})).toEqual(now);
		expect(await list(wide)).toEqual(all);
		expect(await list({ b_date: '11.02.2026' })).toEqual(
			idsWhere('cgi', (row) => row.group_id === target && row.e_date !== '30.06.2025'),
		);
		const past = idsWhere('cgi', (row) => row.group_id === target && row.e_date === '30.06.2025');
		expect(await list({ e_date: '31.05.2025' })).toEqual(past);
		expect(await list({ b_date: '2026-02-11' })).toEqual(now);
	});

	it('of a customer come from cgi/customer, whatever the branch', async () => {
		const customer = rows('cgi').find((row) => row.b_date === '01.02.2025')?.customer_id;
		const path = `2/cgi/customer?customer_id=${String(customer)}`;
		expect((await school.call(path)).items).toMatchObject([{ customer_id: customer }]);
		expect((await school.call(path, wide)).items).toHaveLength(2);
	});

	it('begin today and end with the group when no dates are given', async () => {
		const { model } = await school.call(`1/cgi/create?group_id=${group}`, { customer_id: lead });
		expect(model).toMatchObject({
			customer_id: lead,
			group_id: group,
			b_date: '10.02.2026',
			e_date: '31.05.2035',
		});
		expect(school.sandbox.store.find('customer', lead)?.group_ids).toEqual([group]);
		await school.call(`1/cgi/delete?id=${String(model.id)}`);
		expect(school.sandbox.store.find('customer', lead)?.group_ids).toEqual([]);
	});

	it('are refused twice at a time, not one after the other', async () => {
		const join = (body: JsonObject = {}) =>
			school.call(`1/cgi/create?group_id=${group}`, { customer_id: lead, ...body });
		const { model } = await join();
		expect((await join()).json).toEqual({
			success: false,
			errors: { group_id: [expect.stringMatching(/^Клиент уже состоит в группе/)] },
		});
		const leave = { b_date: '01.02.2026', e_date: '09.02.2026' };
		await school.call(`1/cgi/update?id=${String(model.id)}&group_id=${group}`, leave);
		expect((await join()).json.success).toBe(true);
	});

	it('end today by e_date, and go on by null', async () => {
		const { model } = await school.call(`1/cgi/create?group_id=${group}`, { customer_id: lead });
		const path = `1/cgi/update?id=${String(model.id)}&group_id=${group}`;
		expect((await school.call(path, { e_date: '10.02.2026' })).model.e_date).toBe('10.02.2026');
		expect((await school.call(path, { e_date: null })).model.e_date).toBeNull();
	});

	it('can take their dates under other names', async () => {
		school.settings.cgiDates = 'v';
		const path = `1/cgi/create?group_id=${group}`;
		const plain = await school.call(path, { customer_id: lead, b_date: '01.02.2026' });
		expect(plain.errors).toEqual({ b_date: ['Неверный формат значения «Дата начала».'] });
		const named = { customer_id: lead, b_date_v: '01.02.2026', e_date_v: '31.05.2026' };
		expect((await school.call(path, named)).model).toMatchObject({
			b_date: '01.02.2026',
			e_date: '31.05.2026',
		});
	});

	it('show in the customers filtered by group, once that filter is honoured', async () => {
		school.settings.ignoredFilters = [];
		const members = rows('cgi').filter((row) => row.group_id === group && current(row));
		const ids = (await school.call('customer/index', { is_study: 2, removed: 1, group_id: group })).ids;
		expect(sorted(ids)).toEqual(sorted(members.map(({ customer_id }) => Number(customer_id))));
	});
});

describe('subscriptions', () => {
	const owner = () => {
		const old = rows('customer-tariff').find((row) => row.e_date === '31.05.2025');
		return Number(old?.customer_id);
	};

	it('are the same in every branch', async () => {
		const path = `customer-tariff/index?customer_id=${owner()}`;
		const ids = idsWhere('customer-tariff', (row) => row.customer_id === owner());
		expect(ids).toHaveLength(2);
		for (const branch of ['', '1/', '2/', '3/'])
			expect(sorted((await school.call(branch + path)).ids)).toEqual(ids);
	});

	it.each<[JsonObject, (row: Row) => boolean]>([
		[{ dead: true }, (row) => row.e_date === '31.05.2025'],
		[{ dead: false }, () => true],
		[{ tariff_id: 1 }, (row) => row.tariff_id === 1],
		[{ tariff_type: 2 }, (row) => row.tariff_id === 2],
		[{ balance: [1, 100_000] }, (row) => Number(row.balance) > 0],
		[{ balance: 0 }, (row) => Number(row.balance) === 0],
		[{ is_separate_balance: 1 }, (row) => row.is_separate_balance === 1],
		[{ is_burnable_out: true }, () => false],
		[{ id: 1 }, (row) => row.id === 1],
	])('%j', async (body, test) => {
		const customers = [...new Set(rows('customer-tariff').map(({ customer_id }) => Number(customer_id)))];
		for (const customer of customers.slice(0, 12)) {
			const { ids } = await school.call(`1/customer-tariff/index?customer_id=${customer}`, body);
			expect(sorted(ids)).toEqual(
				idsWhere('customer-tariff', (row) => row.customer_id === customer && test(row)),
			);
		}
	});
});

describe('comments', () => {
	it('belong to a class and a record', async () => {
		const list = async (of: string, id: number, body: JsonObject = {}) =>
			(await school.call(`1/communication/index?class=${of}&related_id=${id}`, body)).items;
		expect(await list('Group', 1)).toMatchObject([{ class: 'Group', related_id: 1, type_id: 1 }]);
		expect(await list('Customer', 1)).toMatchObject([{ class: 'Customer', related_id: 1 }]);
		const create = '1/communication/create?class=Customer&related_id=1';
		await school.call(create, { comment: 'Второй', user_id: 3, type_id: 2 });
		expect(await list('Customer', 1)).toMatchObject([{ comment: 'Второй', user_id: 3 }, {}]);
		expect(await list('Customer', 1, { comment: 'втор' })).toHaveLength(1);
		expect(await list('Customer', 1, { type_id: 2 })).toHaveLength(1);
		expect(await list('Customer', 1, { user_id: 99 })).toHaveLength(0);
	});

	it('need an author, which a task does not, unless settings say otherwise', async () => {
		const comment = () =>
			school.call('1/communication/create?class=Customer&related_id=1', { comment: 'Звонили' });
		const task = () => school.call('1/task/create', { title: 'Перезвонить' });
		const before = rows('communication').length;
		const missing = (label: string) => ({
			success: false,
			errors: { user_id: [`Необходимо заполнить «${label}».`] },
		});
		expect((await comment()).json).toEqual(missing('Пользователь'));
		expect(rows('communication')).toHaveLength(before);
		expect((await task()).model).toMatchObject({ user_id: 1 });

		school.settings.requiredFields = { 'communication.user_id': false, 'task.user_id': true };
		expect((await comment()).model).toMatchObject({ user_id: 1 });
		expect((await task()).json).toEqual(missing('Автор'));
	});

	it('hold 2048 characters', async () => {
		const create = (comment: string) =>
			school.call('1/communication/create?class=Group&related_id=1', { comment, user_id: 1 });
		expect((await create('ы'.repeat(2048))).json.success).toBe(true);
		expect((await create('ы'.repeat(2049))).errors).toHaveProperty('comment');
	});
});

describe('bonuses', () => {
	const call = (action: string, body: JsonObject = {}) =>
		school.call(`1/bonus/${action}?customer_id=1`, body);

	it('are read, added and spent', async () => {
		school.sandbox.store.patch('customer', 1, { balance_bonus: 0 });
		expect((await call('balance-bonus')).json).toEqual({ balance_bonus: 0 });
		expect((await call('bonus-add', { amount: 150, note: 'За отзыв' })).json).toMatchObject({
			success: true,
			errors: [],
		});
		expect((await call('bonus-spend', { amount: '50', note: 'Футболка' })).json.success).toBe(true);
		expect((await call('balance-bonus')).json).toEqual({ balance_bonus: 100 });
		const { items } = await school.call('log/index', { entity: 'Customer', entity_id: 1, event: 2 });
		expect(items[0]).toMatchObject({
			fields_old: { balance_bonus: 150 },
			fields_new: { balance_bonus: 100 },
		});
	});

	it.each<[string, JsonObject]>([
		['bonus-add', {}],
		['bonus-add', { amount: -5 }],
		['bonus-add', { amount: 'много' }],
		['bonus-spend', { amount: 100_000 }],
	])('%s %j is refused', async (action, body) => {
		expect((await call(action, body)).json).toMatchObject({
			success: false,
			errors: { amount: [expect.any(String)] },
		});
	});
});

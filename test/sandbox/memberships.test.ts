import type { JsonObject, Row } from '../../sandbox';
import { toIsoDay, requiredError, toIds, sortIds, useSchool, yiiError } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

const isCurrent = ({ b_date, e_date }: Row) =>
	toIsoDay(b_date) <= '2026-02-10' && (e_date === null || toIsoDay(e_date) >= '2026-02-10');

describe('parameters of the query', () => {
	it.each<[string, string]>([
		['customer-tariff/index', 'customer_id'],
		['customer-tariff/update', 'id, customer_id'],
		['cgi/customer', 'customer_id'],
		['cgi/create', 'group_id'],
		['cgi/update', 'id, group_id'],
		['communication/index', 'class, related_id'],
		['communication/create?class=Customer', 'related_id'],
		['calendar/teacher', 'id, date1, date2'],
		['bonus/balance-bonus', 'customer_id'],
	])('%s misses %s, also when the body holds them', async (path, names) => {
		const body = { id: 1, customer_id: 1, group_id: 1, class: 'Customer', related_id: 1, amount: 5 };
		const message = `Отсутствуют обязательные параметры: ${names}`;
		expect((await school.call(`1/${path}`, body)).json).toEqual({ ...yiiError(400, 'Bad Request'), message });
	});

	it('must fit the record, and win over copies in the body', async () => {
		const [tariff] = school.readRecords('customer-tariff');
		const other = Number(tariff?.customer_id) + 1;
		for (const action of ['update', 'delete']) {
			const path = `1/customer-tariff/${action}?id=${tariff?.id}&customer_id=${other}`;
			expect((await school.call(path, { note: 'х' })).status).toBe(404);
		}
		const create = '1/customer-tariff/create?customer_id=5';
		expect((await school.call(create, { customer_id: 7, tariff_id: 2 })).model.customer_id).toBe(5);
	});

	it.each<[string, JsonObject, status: number]>([
		['cgi/create?group_id=9999', { customer_id: 1 }, 404],
		['communication/create?class=Task&related_id=9999', { comment: 'х' }, 404],
		['communication/create?class=Room&related_id=1', { comment: 'х' }, 400],
		['bonus/balance-bonus?customer_id=9999', {}, 404],
	])('that lead nowhere: %s with %j is %d', async (path, body, status) => {
		expect((await school.call(`1/${path}`, body)).status).toBe(status);
	});

	it('that lead nowhere make lists and calendars empty', async () => {
		expect((await school.call('1/customer-tariff/index?customer_id=9999')).json).toMatchObject({ items: [] });
		expect((await school.call('1/calendar/group?id=9999&date1=01.01.2026&date2=01.01.2027')).text).toBe('[]');
	});
});

describe('memberships', () => {
	/** In no group yet. */
	const lead = () => school.readRecords('customer').find(({ is_study }) => is_study === 0)?.id ?? 0;
	const join = async (body: JsonObject = {}) =>
		await school.call('1/cgi/create?group_id=1', { customer_id: lead(), ...body });
	const change = async (id: unknown, body: JsonObject) =>
		await school.call(`1/cgi/update?id=${String(id)}&group_id=1`, body);

	it('of a group are the current ones, unless dates are given', async () => {
		const { group_id } = school.readRecords('cgi').find((row) => row.b_date === '01.02.2025') as Row;
		const idsWhere = (test: (row: Row) => boolean) =>
			school.findIds('cgi', (row) => row.group_id === group_id && test(row));
		const isPast = (row: Row) => row.e_date === '30.06.2025';
		const all = idsWhere(() => true);
		expect(idsWhere(isCurrent).length).toBeLessThan(all.length);
		for (const [body, ids] of [
			[{}, idsWhere(isCurrent)],
			[{ b_date: '01.01.2000', e_date: '31.12.2099' }, all],
			[{ b_date: '11.02.2026' }, idsWhere((row) => !isPast(row))],
			[{ e_date: '31.05.2025' }, idsWhere(isPast)],
			[{ b_date: '2026-02-11' }, idsWhere(isCurrent)],
		] as const) {
			expect(await school.listIds(`1/cgi/index?group_id=${String(group_id)}`, body)).toEqual(ids);
		}
	});

	it('of a customer come from cgi/customer, whatever the branch', async () => {
		const { customer_id } = school.readRecords('cgi').find((row) => row.b_date === '01.02.2025') as Row;
		const path = `2/cgi/customer?customer_id=${String(customer_id)}`;
		expect((await school.call(path)).items).toMatchObject([{ customer_id }]);
		const wide = { b_date: '01.01.2000', e_date: '31.12.2099' };
		expect((await school.call(path, wide)).items).toHaveLength(2);
	});

	it('begin today and end with the group when no dates are given', async () => {
		const { model } = await join();
		const dates = { b_date: '10.02.2026', e_date: '31.05.2035' };
		expect(model).toMatchObject({ customer_id: lead(), group_id: 1, ...dates });
		expect(school.readRecord('customer', lead())?.group_ids).toEqual([1]);
		await school.call(`1/cgi/delete?id=${String(model.id)}`);
		expect(school.readRecord('customer', lead())?.group_ids).toEqual([]);
	});

	it('are refused twice at a time, not one after the other, and go on by null', async () => {
		const { model } = await join();
		expect((await join()).json).toEqual({
			success: false,
			errors: { group_id: [expect.stringMatching(/^Клиент уже состоит в группе/)] },
		});
		await change(model.id, { b_date: '01.02.2026', e_date: '09.02.2026' });
		expect((await join()).json.success).toBe(true);
		expect((await change(model.id, { e_date: null })).model.e_date).toBeNull();
	});

	it('show in the customers filtered by group, once that filter is honoured', async () => {
		school.settings.ignoredFilters = [];
		const members = school.readRecords('cgi').filter((row) => row.group_id === 1 && isCurrent(row));
		expect(await school.listIds('customer/index', { is_study: 2, removed: 1, group_id: 1 })).toEqual(
			sortIds(members.map(({ customer_id }) => Number(customer_id))),
		);
	});
});

describe('subscriptions', () => {
	const ofCustomer = (id: number, test: (row: Row) => boolean = () => true) =>
		school.findIds('customer-tariff', (row) => row.customer_id === id && test(row));

	it('are the same in every branch', async () => {
		const old = school.readRecords('customer-tariff').find((row) => row.e_date === '31.05.2025') as Row;
		const owner = Number(old.customer_id);
		expect(ofCustomer(owner)).toHaveLength(2);
		for (const branch of ['', '1/', '2/', '3/']) {
			const path = `${branch}customer-tariff/index?customer_id=${owner}`;
			expect(await school.listIds(path)).toEqual(ofCustomer(owner));
		}
	});

	it.each<[JsonObject, (row: Row) => boolean]>([
		[{ dead: true }, (row) => row.e_date === '31.05.2025'],
		[{ dead: false }, () => true],
		[{ tariff_id: 1 }, (row) => row.tariff_id === 1],
		[{ tariff_type: 2 }, (row) => row.tariff_id === 2],
		[{ balance: [1, 100_000] }, (row) => Number(row.balance) > 0],
		[{ is_separate_balance: 1 }, (row) => row.is_separate_balance === 1],
		[{ id: 1 }, (row) => row.id === 1],
	])('are filtered by %j', async (body, test) => {
		const owners = school.readRecords('customer-tariff').map(({ customer_id }) => Number(customer_id));
		for (const customer of [...new Set(owners)].slice(0, 12)) {
			const path = `1/customer-tariff/index?customer_id=${customer}`;
			expect(await school.listIds(path, body)).toEqual(ofCustomer(customer, test));
		}
	});
});

describe('comments', () => {
	const add = async (body: JsonObject) =>
		await school.call('1/communication/create?class=Customer&related_id=1', { comment: 'Звонили', ...body });

	it('belong to a class and a record', async () => {
		const list = async (of: string, body: JsonObject = {}) =>
			(await school.call(`1/communication/index?class=${of}&related_id=1`, body)).items;
		expect(await list('Group')).toMatchObject([{ class: 'Group', related_id: 1, type_id: 1 }]);
		expect(await list('Customer')).toMatchObject([{ class: 'Customer', related_id: 1 }]);
		await add({ comment: 'Второй', user_id: 3, type_id: 2 });
		expect(await list('Customer')).toMatchObject([{ comment: 'Второй', user_id: 3 }, {}]);
		expect(await list('Customer', { comment: 'втор' })).toHaveLength(1);
		expect(await list('Customer', { type_id: 2 })).toHaveLength(1);
		expect(await list('Customer', { user_id: 99 })).toEqual([]);
	});

	it('need an author, which a task does not, unless settings say otherwise', async () => {
		const task = async () => await school.call('1/task/create', { title: 'Перезвонить' });
		const before = toIds(school.readRecords('communication'));
		expect((await add({})).json).toEqual({
			success: false,
			errors: { user_id: requiredError('Пользователь') },
		});
		expect(toIds(school.readRecords('communication'))).toEqual(before);
		expect((await task()).model).toMatchObject({ user_id: 1 });
		school.settings.requiredFields = { 'communication.user_id': false, 'task.user_id': true };
		expect((await add({})).model).toMatchObject({ user_id: 1 });
		expect((await task()).json).toEqual({ success: false, errors: { user_id: requiredError('Автор') } });
	});

	it('hold 2048 characters', async () => {
		expect((await add({ comment: 'ы'.repeat(2048), user_id: 1 })).json.success).toBe(true);
		expect((await add({ comment: 'ы'.repeat(2049), user_id: 1 })).errors).toHaveProperty('comment');
	});
});

describe('bonuses', () => {
	const call = async (action: string, body: JsonObject = {}) =>
		(await school.call(`1/bonus/${action}?customer_id=1`, body)).json;
	beforeEach(() => void school.sandbox.store.patch('customer', 1, { balance_bonus: 0 }));

	it('are read, added and spent', async () => {
		expect(await call('balance-bonus')).toEqual({ balance_bonus: 0 });
		expect(await call('bonus-add', { amount: 150, note: 'За отзыв' })).toMatchObject({
			...{ success: true, errors: [], model: { balance_bonus: 150 } },
		});
		expect(await call('bonus-spend', { amount: '50' })).toMatchObject({ success: true });
		expect(await call('balance-bonus')).toEqual({ balance_bonus: 100 });
		const { items } = await school.call('log/index', { entity: 'Customer', entity_id: 1, event: 2 });
		const change = { fields_old: { balance_bonus: 150 }, fields_new: { balance_bonus: 100 } };
		expect(items[0]).toMatchObject(change);
	});

	it.each<[string, JsonObject]>([
		['bonus-add', { amount: -5 }],
		['bonus-add', { amount: 'много' }],
		['bonus-spend', { amount: 100_000 }],
	])('%s %j is refused', async (action, body) => {
		expect(await call(action, body)).toEqual({ success: false, errors: { amount: [expect.any(String)] } });
	});
});

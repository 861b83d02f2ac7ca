import { defaultSettings } from '../../sandbox/model/settings';
import type { JsonObject, Row } from '../../sandbox';
import { numbers, School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const rows = (entity: string) => school.sandbox.store.rows(entity);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const idsWhere = (entity: string, test: (row: Row) => boolean) => sorted(numbers(rows(entity).filter(test)));
const list = async (path: string, body: JsonObject = {}) => sorted((await school.call(path, body)).ids);
const everyone = { is_study: 2, removed: 1 };

describe('ignored filters', () => {
	const phone = { ...everyone, phone: '0000012' };

	it.each(['customer.phone', 'customer.*', '*.phone', '*.*'])('%s', async (pattern) => {
		const found = await list('customer/index', phone);
		const all = idsWhere('customer', () => true);
		expect(found).toHaveLength(1);
		const isEveryFilter = pattern.endsWith('.*');
		school.settings.ignoredFilters = [pattern];
		const clients = idsWhere('customer', (row) => row.is_study === 1 && row.e_date === '2030-12-31');
		expect(await list('customer/index', phone)).toEqual(isEveryFilter ? clients : all);
		school.settings.ignoredFilters = ['group.*', 'customer.email', 'phone.customer'];
		expect(await list('customer/index', phone)).toEqual(found);
	});

	it('are those by custom fields, unless they are switched on', async () => {
		const wanted = { ...everyone, custom_interesy: 'ЛЕГО' };
		const fans = idsWhere('customer', (row) => row.custom_interesy === 'лего');
		expect(fans.length).toBeGreaterThan(0);
		expect(await list('customer/index', wanted)).toHaveLength(120);
		school.settings.ignoredFilters = [];
		expect(await list('customer/index', wanted)).toEqual(fans);
		school.settings.ignoredFilters = ['customer.custom_school'];
		expect(await list('customer/index', { ...wanted, custom_school: '1' })).toEqual(fans);
	});

	it('by group, email and pay dates', async () => {
		const { ignoredFilters } = defaultSettings;
		for (const name of ['customer.group_id', 'pay.date_from', 'pay.date_to']) {
			expect(ignoredFilters).toContain(name);
		}
		const mail = (row: Row) => (row.email as string[])[0];
		const known = rows('customer').find((row) => mail(row) !== undefined) as Row;
		const email = { ...everyone, email: mail(known) as string };
		expect(await list('customer/index', email)).toContain(known.id);
		expect((await list('customer/index', email)).length).toBeLessThan(10);
		school.settings.ignoredFilters = [...ignoredFilters, 'customer.email'];
		expect(await list('customer/index', email)).toHaveLength(120);
	});
});

describe('what lists hold when they are not asked', () => {
	it('removed 0 shows leads without a stage, or hides them', async () => {
		const active = (row: Row) => row.is_study === 0 && row.e_date === '2030-12-31';
		const unsorted = (row: Row) => active(row) && row.lead_status_id === null;
		expect(idsWhere('customer', unsorted).length).toBeGreaterThan(0);
		const both = async () => [
			await list('customer/index', { is_study: 0 }),
			await list('customer/index', { is_study: 0, removed: 0 }),
		];
		const all = idsWhere('customer', active);
		expect(await both()).toEqual([all, all]);
		school.settings.removedZero = 'hidesUnsorted';
		const kept = idsWhere('customer', (row) => active(row) && !unsorted(row));
		expect(await both()).toEqual([all, kept]);
		const clients = await list('customer/index');
		expect(await list('customer/index', { removed: 0 })).toEqual(clients);
	});

	it('memberships of now, or all', async () => {
		const past = rows('cgi').find((row) => row.b_date === '01.02.2025') as Row;
		const all = idsWhere('cgi', (row) => row.group_id === past.group_id);
		const paths = [
			`1/cgi/index?group_id=${String(past.group_id)}`,
			`1/cgi/customer?customer_id=${String(past.customer_id)}`,
		];
		for (const path of paths) expect(await list(path)).not.toContain(past.id);
		school.settings.cgiDefault = 'all';
		for (const path of paths) expect(await list(path)).toContain(past.id);
		expect(await list(paths[0] as string)).toEqual(all);
		expect(await list(paths[0] as string, { b_date: '10.02.2026' })).not.toContain(past.id);
	});

	it('subscriptions: dead true ended ones, false all, absent all or those of now', async () => {
		const old = rows('customer-tariff').find((row) => row.e_date === '31.05.2025') as Row;
		const path = `1/customer-tariff/index?customer_id=${String(old.customer_id)}`;
		const all = idsWhere('customer-tariff', (row) => row.customer_id === old.customer_id);
		const three = async () => [
			await list(path, { dead: true }),
			await list(path, { dead: false }),
			await list(path),
		];
		expect(all).toHaveLength(2);
		expect(await three()).toEqual([[old.id], all, all]);
		school.settings.deadDefault = 'current';
		expect(await three()).toEqual([[old.id], all, all.filter((id) => id !== old.id)]);
		school.settings.now = '2025-05-31 23:59:59';
		expect(await list(path)).toEqual(all);
	});

	it('pays: all, or income alone', async () => {
		const all = idsWhere('pay', () => true);
		const income = idsWhere('pay', (row) => row.pay_type_id === 1);
		const others = idsWhere('pay', (row) => row.pay_type_id === 2);
		expect(others.length).toBeGreaterThan(0);
		expect(await list('pay/index')).toEqual(all);
		school.settings.payDefault = 'income';
		expect(await list('pay/index')).toEqual(income);
		expect(await list('pay/index', { pay_type_id: 2 })).toEqual(others);
	});
});

describe('what rows show', () => {
	it('is removed where rowsShowRemoved says so', async () => {
		const shown = async (path: string) => {
			const { items } = await school.call(path, everyone);
			return new Map(items.map((row) => [row.id, row.removed]));
		};
		for (const path of ['group/index', 'customer/index', 'teacher/index']) {
			expect(new Set((await shown(path)).values())).toEqual(new Set([undefined]));
		}
		school.settings.rowsShowRemoved = ['group', 'customer'];
		const groups = await shown('group/index');
		for (const { id, removed } of rows('group')) expect(groups.get(id)).toBe(removed);
		const customers = await shown('customer/index');
		for (const { id, e_date } of rows('customer')) {
			expect(customers.get(id)).toBe(e_date === '2030-12-31' ? 0 : 1);
		}
		expect(new Set((await shown('teacher/index')).values())).toEqual(new Set([undefined]));
		expect((await school.call('1/group/update?id=1', { removed: 1 })).model.removed).toBe(1);
	});

	it('is the stage twice, and can be asked for as a list', async () => {
		const [lead] = rows('customer').filter((row) => row.lead_status_id === 2);
		const ask = { ...everyone, id: lead?.id ?? 0 };
		expect((await school.call('customer/index', ask)).items[0]).not.toHaveProperty('lead_status_ids');
		school.settings.leadStatusIds = true;
		expect((await school.call('customer/index', ask)).items[0]?.lead_status_ids).toEqual([2]);
		const stages = { ...everyone, lead_status_ids: [1, 2] };
		expect(await list('customer/index', stages)).toEqual(
			idsWhere('customer', (row) => row.lead_status_id === 1 || row.lead_status_id === 2),
		);
	});

	it('by a list of IDs are those, or all where a list is not read', async () => {
		const wanted = idsWhere('customer', ({ id }) => id === 2 || id === 5);
		expect(await list('customer/index', { ...everyone, id: [2, 5] })).toEqual(wanted);
		school.settings.idLists = 'unreadable';
		expect(await list('customer/index', { ...everyone, id: [2, 5] })).toEqual(
			idsWhere('customer', () => true),
		);
	});

	it.each(['income', 'expenditure'] as const)('is the sum of a refund as %s', async (refundSum) => {
		school.settings.refundSum = refundSum;
		const [pay] = rows('pay').filter((row) => row.pay_type_id === 2);
		const { items } = await school.call('pay/index', { id: pay?.id ?? 0 });
		const sums = { income: '0.00', expenditure: '0.00', [refundSum]: pay?.income };
		expect(items[0]).toMatchObject(sums);
	});

	it.each([7, 0] as const)('is %d for Sundays of regular lessons', async (sunday) => {
		school.settings.sunday = sunday;
		const onSundays = idsWhere('regular-lesson', (row) => row.day === 7);
		const { items } = await school.call('regular-lesson/index');
		expect(sorted(numbers(items.filter(({ day }) => day === sunday)))).toEqual(onSundays);
		const update = await school.call(`1/regular-lesson/update?id=${onSundays[0]}`, { day: 7 });
		expect(update.model.day).toBe(sunday);
	});

	it('is whether a subscription has ended', async () => {
		const old = rows('customer-tariff').find((row) => row.e_date === '31.05.2025') as Row;
		const path = `1/customer-tariff/index?customer_id=${String(old.customer_id)}`;
		expect((await school.call(path)).items.map(({ dead }) => dead)).toEqual([undefined, undefined]);
		school.settings.rowsShowDead = true;
		expect((await school.call(path)).items.map(({ dead }) => dead)).toEqual([0, 1]);
	});
});

describe('paths', () => {
	it('without a branch mean all branches, the first, or nothing', async () => {
		const [all, first] = [await list('customer/index'), await list('1/customer/index')];
		expect(all.length).toBeGreaterThan(first.length);
		school.settings.branchless = 'first';
		expect(await list('customer/index')).toEqual(first);
		expect(await list('0/customer/index')).toEqual(all);
		const lead = { name: 'Х', is_study: 0, legal_type: 1 };
		expect((await school.call('customer/create', lead)).model.branch_ids).toEqual([1]);
		school.settings.branchless = 'notFound404';
		expect((await school.call('customer/index')).status).toBe(404);
		expect((await school.call('bonus/balance-bonus?customer_id=1')).status).toBe(404);
		expect((await school.call('branch/index')).ids).toHaveLength(3);
		expect((await school.call('company/index')).status).toBe(200);
	});

	it('lists without their parameter can answer 405', async () => {
		school.settings.missingParam = 'error405';
		expect((await school.call('1/cgi/index')).json).toEqual(yii(405, 'Method Not Allowed'));
		expect((await school.call('1/cgi/create', { customer_id: 1 })).status).toBe(400);
	});
});

import type { JsonObject, Row } from '../../sandbox';
import { numbers, School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 200 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const rows = (entity: string) => school.sandbox.store.rows(entity);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const list = async (entity: string, body: JsonObject = {}) =>
	sorted((await school.call(`${entity}/index`, body)).ids);
const idsWhere = (entity: string, test: (row: Row) => boolean) => sorted(numbers(rows(entity).filter(test)));
const holds = (field: string, id: number) => (row: Row) => (row[field] as number[]).includes(id);
const memberName = (row: Row) =>
	rows('cgi').some(
		(one) =>
			one.group_id === row.id &&
			/ов/i.test(String(school.sandbox.store.find('customer', Number(one.customer_id))?.name)),
	);
const dayOf = (dotted: unknown) => String(dotted).split('.').reverse().join('-');

type Case = [entity: string, body: JsonObject, test: (row: Row) => boolean];
const active = (row: Row) => row.removed === 0;

describe('filters', () => {
	it.each<Case>([
		['group', {}, active],
		['group', { removed: 1 }, () => true],
		['group', { removed: 2 }, (row) => row.removed === 1],
		['group', { id: 2 }, (row) => row.id === 2],
		['group', { id: [2, 3] }, (row) => row.id === 2 || row.id === 3],
		['group', { ids: [2, 3] }, (row) => row.id === 2 || row.id === 3],
		['group', { name: 'шахматы' }, (row) => active(row) && /^Шахматы/.test(String(row.name))],
		['group', { note: 'обувь' }, (row) => active(row) && row.note !== ''],
		['group', { customer_name: 'ОВ' }, (row) => active(row) && memberName(row)],
		['group', { level_id: 2 }, (row) => active(row) && row.level_id === 2],
		['group', { status_id: 2, removed: 1 }, (row) => row.status_id === 2],
		['group', { branch_id: 2 }, (row) => active(row) && holds('branch_ids', 2)(row)],
		['group', { teacher_id: 1 }, (row) => active(row) && holds('teacher_ids', 1)(row)],
		['group', { b_date_to: '2025-01-01', removed: 1 }, (row) => row.b_date === '2024-09-02'],
		['group', { e_date_from: '2030-01-01', removed: 1 }, (row) => row.e_date === '2035-05-31'],
		[
			'group',
			{ created_at_from: '10.04.2025' },
			(row) => active(row) && String(row.created_at) >= '2025-04-10',
		],
		['group', { updated_at_to: '10.04.2025' }, (row) => active(row) && String(row.updated_at) < '2025-04-11'],
		['teacher', {}, (row) => row.e_date === '2030-12-31'],
		['teacher', { removed: 2 }, (row) => row.e_date !== '2030-12-31'],
		['teacher', { removed: 1, name: 'ов' }, (row) => /ов/i.test(String(row.name))],
		['teacher', { phone: '100-00-03' }, (row) => row.id === 3],
		['teacher', { id: 2 }, (row) => row.id === 2],
		['room', { is_enabled: 1 }, (row) => row.is_enabled === 1],
		['room', { id: 2 }, () => true],
		['tariff', { id: 2 }, () => true],
		['lead-reject', { id: 2 }, () => true],
		['discount', { customer_id: 1 }, (row) => row.customer_id === 1],
		['user', { email: 'manager@' }, (row) => row.id === 3],
		['level', { id: 2 }, (row) => row.id === 2],
		['task', { due_date_is_null: true }, (row) => row.due_date === null],
		['task', { due_date_is_null: 0 }, (row) => row.due_date !== null],
		[
			'task',
			{ due_date_from: '01.02.2026', due_date_to: '2026-02-08' },
			(row) => dayOf(row.due_date) >= '2026-02-01' && dayOf(row.due_date) <= '2026-02-08',
		],
		['sms-message', { is_fail: 1 }, (row) => row.is_fail === 1],
		['sms-message', { is_sent: 1, is_archive: 0 }, (row) => row.is_sent === 1],
		['sms-message', { phone: '79000000001' }, (row) => row.phone === '+7(900)000-00-01'],
		['sms-message', { added_from: '2026-01-30' }, (row) => String(row.added) >= '2026-01-30'],
		['sms-message', { date_to: '2026-01-10' }, (row) => String(row.date) < '2026-01-11'],
		['mail-message', { email: 'family1' }, (row) => String(row.email).startsWith('family1')],
		['mail-message', { subject: 'напомин', name: 'ов' }, (row) => /ов/i.test(String(row.name))],
	])('%s %j', async (entity, body, test) => {
		expect(await list(entity, body)).toEqual(idsWhere(entity, test));
	});

	it.each<[JsonObject, (row: Row) => boolean]>([
		[{ customer_id: 20 }, (row) => row.customer_id === 20],
		[{ location_id: 3 }, (row) => row.location_id === 3],
		[{ pay_type_id: 2 }, (row) => row.pay_type_id === 2],
		[{ pay_account_id: 2 }, (row) => row.pay_account_id === 2],
		[{ pay_item_id: 3 }, (row) => row.pay_item_id === 3],
		[{ pay_item_category_id: 2 }, (row) => row.pay_item_id === 3],
		[{ payer_name: 'анна' }, (row) => /анна/i.test(String(row.payer_name))],
		[{ note: 'налич' }, (row) => row.note !== null],
		[{ sum_from: 8000 }, (row) => Number(row.income) >= 8000],
		[{ sum_to: '1600' }, (row) => Number(row.income) <= 1600],
		[{ bonus_from: 1 }, (row) => row.bonus === 50],
		[{ is_confirmed: 0 }, (row) => row.is_confirmed === 0],
		[{ group_ids: [1, 2] }, (row) => row.group_id === 1 || row.group_id === 2],
		[{ created_at_from: '20.01.2026' }, (row) => String(row.created_at) >= '2026-01-20'],
		[{ updated_at_to: '31.12.2025' }, (row) => String(row.updated_at) < '2026'],
		[{ employee_id: 5, commodity_id: 5, currency: 'USD', is_fiscal: 1 }, () => false],
	])('pay %j', async (body, test) => {
		expect(await list('pay', body)).toEqual(idsWhere('pay', test));
	});

	it('pay dates are ignored; else yyyy.mm.dd, or what the setting says', async () => {
		const all = idsWhere('pay', () => true);
		const late = idsWhere('pay', (row) => dayOf(row.document_date) >= '2026-01-20');
		expect(late.length).toBeGreaterThan(0);
		expect(await list('pay', { date_from: '2026.01.20' })).toEqual(all);
		school.settings.ignoredFilters = [];
		expect(await list('pay', { date_from: '2026.01.20' })).toEqual(late);
		expect(await list('pay', { date_from: '2026-01-20' })).toEqual(all);
		school.settings.dateFormats = { 'pay.date_from': 'iso' };
		expect(await list('pay', { date_from: '2026-01-20' })).toEqual(late);
		expect(await list('pay', { date_from: '2026.01.20' })).toEqual(all);
	});

	it('ids of tariffs and rooms work once they are not ignored', async () => {
		school.settings.ignoredFilters = [];
		for (const entity of ['tariff', 'room', 'lead-reject'])
			expect(await list(entity, { id: 2 })).toEqual([2]);
	});
});

describe('order', () => {
	it('of pays is the latest date first', async () => {
		const days = (await school.call('pay/index')).items.map((row) => dayOf(row.document_date));
		expect(days).toEqual([...days].sort().reverse());
	});

	it('of lesson types and levels is their own', async () => {
		expect((await school.call('lesson-type/index')).ids).toEqual([2, 1, 3, 4]);
		expect((await school.call('level/index')).ids).toEqual([1, 2, 3, 4]);
	});
});

describe('shapes', () => {
	it('teachers of groups are ids, names, or both', async () => {
		const first = async () => (await school.call('group/index', { teacher_id: 1 })).items[0];
		expect((await first())?.teacher_ids).toEqual([1]);
		school.settings.groupTeachers = 'names';
		expect((await first())?.teacher_ids).toEqual(['Петров Лев']);
		school.settings.groupTeachers = 'objects';
		expect(await first()).toMatchObject({ teacher_ids: [1], teachers: [{ id: 1, name: 'Петров Лев' }] });
	});

	it('customers show their groups when asked to, or never', async () => {
		const first = async () => (await school.call('customer/index', { withGroups: true })).items[0];
		expect(await first()).toHaveProperty('groups');
		school.settings.customerGroups = 'unknown';
		expect(await first()).not.toHaveProperty('groups');
	});

	it('working hours are those of a branch in which the teacher works, one ends a minute before the hour', async () => {
		const hours = (await school.call('teacher/working-hour')).items;
		const teachers = (await school.call('teacher/index', { removed: 1 })).items;
		for (const { teacher_id, branch_id } of hours)
			expect(teachers.find(({ id }) => id === teacher_id)?.branch_ids).toContain(branch_id);
		expect(new Set(hours.map(({ time_to }) => time_to))).toEqual(new Set(['19:00', '18:59']));
	});

	it('tariffs count lessons under either name', async () => {
		const last = async () => (await school.call('tariff/index')).items.at(-1);
		expect(await last()).toMatchObject({ lessons_count: 8, price: '6400.00', type: 1 });
		school.settings.tariffLessons = 'lesson_count';
		expect(await last()).toMatchObject({ lesson_count: 8 });
		expect(await last()).not.toHaveProperty('lessons_count');
	});

	it('a group is archived by removed, by delete only when told so', async () => {
		const { model } = await school.call('1/group/update?id=1', { removed: 1 });
		expect(model).toMatchObject({ id: 1, e_date: '2035-05-31' });
		expect(await list('group', { id: 1 })).toEqual([]);
		expect(await list('group', { id: 1, removed: 2 })).toEqual([1]);
		await school.call('1/group/update?id=1', { removed: 0 });
		expect(await list('group', { id: 1 })).toEqual([1]);
		school.settings.deleteMode = 'archive';
		await school.call('1/group/delete?id=1');
		expect(school.sandbox.store.find('group', 1)?.removed).toBe(1);
	});

	it('teachers have skills, rates and hours', async () => {
		const [teacher] = (await school.call('1/teacher/index')).items;
		expect(teacher).toMatchObject({ 'teacher-to-skill': [{ name: 'Arduino' }], avatarUrl: null });
		expect((await school.call('1/teacher/teacher-rate', { teacher_id: 2 })).items).toMatchObject([
			{ teacher_id: 2, rate: '600.00' },
		]);
		const hours = await school.call('teacher/working-hour', { page: 1, teacher_id: 1 });
		expect(hours.json).toMatchObject({ total: 3, count: 0, page: 1 });
	});

	it('dictionaries of branches show in their branch', async () => {
		const counts = async (path: string) => (await school.call(path)).items.length;
		expect(await counts('1/room/index')).toBe(3);
		expect(await counts('2/pay-account/index')).toBe(1);
		expect(await counts('2/pay-item/index')).toBe(2);
		expect(await counts('2/tariff/index')).toBe(5);
		expect(await counts('1/tariff/index')).toBe(4);
		expect(await counts('3/teacher/index')).toBe(2);
		expect(await counts('2/level/index')).toBe(4);
	});
});

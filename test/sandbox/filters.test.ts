import type { JsonObject, Row } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { toIsoDay, allCustomers, listIncludes, useSchool } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

type Test = (row: Row) => boolean;

const find = async (body: JsonObject) => await school.listIds('customer/index', { ...allCustomers, ...body });
const expected = (test: Test) => school.findIds('customer', test);
const all = () => expected(() => true);
const isLead: Test = (row) => row.is_study === 0;
const isClient: Test = (row) => row.is_study === 1;
const isArchived: Test = ({ e_date }) => e_date !== '2030-12-31';

describe('customers', () => {
	it.each<[JsonObject, Test]>([
		[{}, (row) => isClient(row) && !isArchived(row)],
		[{ is_study: 0 }, (row) => isLead(row) && !isArchived(row)],
		[{ is_study: [0, 1] }, (row) => !isArchived(row)],
		[{ removed: 1 }, isClient],
		[{ removed: 2 }, (row) => isClient(row) && isArchived(row)],
		[{ is_study: '2', removed: '1' }, () => true],
		// Values that cannot be read leave the defaults in force.
		[{ is_study: 'all', removed: 7 }, (row) => isClient(row) && !isArchived(row)],
	])('of which kind and state are listed with %j', async (body, test) => {
		const ids = await school.listIds('customer/index', body);
		expect(ids.length).toBeGreaterThan(0);
		expect(ids).toEqual(expected(test));
	});

	it('are hidden from an id by the same defaults', async () => {
		const lead = school.readRecords('customer').find(isLead)?.id ?? 0;
		expect(await school.listIds('customer/index', { id: lead })).toEqual([]);
		expect(await find({ id: lead })).toEqual([lead]);
		expect(await find({ id: [3, 5] })).toEqual([3, 5]);
	});

	it('are listed in each of their branches', async () => {
		const [both] = expected((row) => JSON.stringify(row.branch_ids) === '[1,2]');
		expect(both).toBeDefined();
		for (const branch of [1, 2, 3]) {
			const ids = await school.listIds(`${branch}/customer/index`, allCustomers);
			expect(ids).toEqual(expected(listIncludes('branch_ids', branch)));
			expect(ids.includes(both ?? 0)).toBe(branch < 3);
		}
	});
});

/** Filters by the field that they look at. */
const own = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));

describe('filters that compare', () => {
	it.each<[entity: string, filters: Record<string, string>]>([
		[
			'customer',
			{
				...own('study_status_id', 'lead_status_id', 'lead_source_id', 'assigned_id', 'level_id', 'gender'),
				...own('legal_type', 'company_id', 'customer_reject_id', 'color'),
				...{ lead_status_ids: 'lead_status_id', employee_id: 'teacher_ids' },
			},
		],
		['group', { ...own('level_id', 'status_id'), branch_id: 'branch_ids', teacher_id: 'teacher_ids' }],
		[
			'pay',
			{
				...own('customer_id', 'location_id', 'pay_type_id', 'pay_account_id', 'pay_item_id', 'currency'),
				...own('is_confirmed', 'is_fiscal', 'commodity_id'),
				...{ group_ids: 'group_id', employee_id: 'teacher_id' },
			},
		],
		['discount', own('customer_id')],
		['sms-message', own('is_fail', 'is_sent', 'is_archive')],
	])('a number of a %s find those that hold it', async (entity, filters) => {
		for (const [name, field] of Object.entries(filters)) {
			const isList = Array.isArray(school.readRecords(entity)[0]?.[field]);
			school.sandbox.store.patch(entity, 2, { [field]: isList ? [1, 4711] : 4711 });
			for (const value of [4711, '4711', [4711, 4712]]) {
				const found = await school.listIds(`${entity}/index`, { ...allCustomers, [name]: value });
				expect([name, value, found]).toEqual([name, value, [2]]);
			}
		}
	});

	it.each(['subject', 'group', 'teacher'])('the id of a %s find that one', async (entity) => {
		expect(await school.listIds(`${entity}/index`, { id: 2 })).toEqual([2]);
		expect(await school.listIds(`${entity}/index`, { id: '2' })).toEqual([2]);
	});

	it.each<[entity: string, names: string[]]>([
		['customer', ['name', 'legal_name', 'note', 'comment', 'email']],
		['group', ['name', 'note']],
		['pay', ['payer_name', 'note']],
		['teacher', ['name']],
		['user', ['email']],
		['mail-message', ['name', 'email', 'subject']],
		['branch', ['name']],
		['lead-source', ['name', 'code']],
	])('a part of a text of a %s find those that hold it, capitals or not', async (entity, names) => {
		for (const name of names) {
			const isList = Array.isArray(school.readRecords(entity)[0]?.[name]);
			school.sandbox.store.patch(entity, 2, {
				[name]: isList ? ['', 'Просил ПОЗВОНИТЬ'] : 'Просил ПОЗВОНИТЬ',
			});
			const found = await school.listIds(`${entity}/index`, { ...allCustomers, [name]: 'позвон' });
			expect([name, found]).toEqual([name, [2]]);
		}
	});
});

/** Ranges of days by the field that they look at; `b_date` of a group means `b_date_from` and `b_date_to`. */
it.each<[entity: string, style: 'dotted' | 'iso', ranges: Record<string, string>]>([
	[
		'customer',
		'dotted',
		{
			...own('created_at', 'updated_at', 'dob'),
			...{ removed: 'e_date', date: 'created_at', tariff_till: 'paid_till' },
		},
	],
	['customer', 'iso', { ...own('next_lesson_date', 'last_attend_date'), removed: 'e_date' }],
	['group', 'iso', own('b_date', 'e_date')],
	['group', 'dotted', own('created_at', 'updated_at')],
	['pay', 'dotted', own('created_at', 'updated_at')],
	['task', 'dotted', own('due_date')],
	['sms-message', 'iso', own('added', 'date')],
])('days of a %s, %s, find those within them, both ends included', async (entity, style, ranges) => {
	const written = (day: string) => (style === 'iso' ? day : day.split('-').reverse().join('.'));
	for (const [name, field] of Object.entries(ranges)) {
		for (const [end, day] of Object.entries({ from: '2098-12-30', to: '1901-01-02' })) {
			const isDotted = ['dob', 'due_date'].includes(field);
			const isMoment = /_at$|^added$|^next_lesson|^date$/.test(field);
			const stored = isDotted ? day.split('-').reverse().join('.') : isMoment ? `${day} 12:00:00` : day;
			school.sandbox.store.patch(entity, 2, { [field]: stored });
			const beyond = end === 'from' ? '2098-12-31' : '1901-01-01';
			const found = async (asked: string) =>
				await school.listIds(`${entity}/index`, { ...allCustomers, [`${name}_${end}`]: written(asked) });
			expect([name, end, await found(day), await found(beyond)]).toEqual([name, end, [2], []]);
		}
	}
});

const dob = (row: Row) => toIsoDay(row.dob ?? '');
const isActive: Test = (row) => row.removed === 0;
const isMember: Test = ({ id }) =>
	school.readRecords('cgi').some(({ group_id, customer_id }) => {
		return group_id === id && /ов/i.test(String(school.readRecord('customer', customer_id)?.name));
	});

it.each<[entity: string, filters: JsonObject, Test]>([
	['customer', { phone: '(900)000-00-12' }, (row) => (row.phone as string[])[0] === '+7(900)000-00-12'],
	['customer', { age_from: 9, age_to: 11 }, (row) => dob(row) > '2014-02-10' && dob(row) <= '2017-02-10'],
	[
		'customer',
		{ lesson_count_from: 4, lesson_count_to: 6 },
		(row) => [4, 5, 6].includes(Number(row.paid_lesson_count)),
	],
	['customer', { balance_contract_from: '800' }, (row) => Number(row.balance) >= 800],
	['customer', { balance_bonus_from: 1 }, (row) => row.balance_bonus === 100],
	['group', {}, isActive],
	['group', { removed: 1 }, () => true],
	['group', { removed: 2 }, (row) => row.removed === 1],
	['group', { ids: [2, 3] }, (row) => row.id === 2 || row.id === 3],
	['group', { customer_name: 'ОВ' }, (row) => isActive(row) && isMember(row)],
	['pay', { pay_item_category_id: 2 }, (row) => row.pay_item_id === 3],
	[
		'pay',
		{ sum_from: '1600', sum_to: 3200 },
		({ income }) => Number(income) >= 1600 && Number(income) <= 3200,
	],
	['pay', { bonus_from: 1 }, (row) => row.bonus === 50],
	['teacher', {}, (row) => row.e_date === '2030-12-31'],
	['teacher', { phone: '100-00-03' }, (row) => row.id === 3],
	['task', { due_date_is_null: true }, (row) => row.due_date === null],
	['sms-message', { phone: '79000000001' }, (row) => row.phone === '+7(900)000-00-01'],
	['room', { is_enabled: 1 }, (row) => row.is_enabled === 1],
	['branch', { is_active: false }, (row) => row.id === 3],
	['branch', { subject_ids: [2] }, (row) => row.id < 3],
	['subject', {}, (row) => row.id < 5],
	['subject', { active: false }, () => true],
	['lead-status', { is_enabled: true }, (row) => row.id < 5],
])('the list of %s with %j is of those', async (entity, filters, test) => {
	const wide = entity === 'customer' ? allCustomers : {};
	const ids = await school.listIds(`${entity}/index`, { ...wide, ...filters });
	expect(ids).toEqual(school.findIds(entity, test));
	if (entity === 'customer') expect([ids.length > 0, ids.length < 120]).toEqual([true, true]);
});

describe('a filter', () => {
	it('is a flat key with a value: nested, unknown and empty ones change nothing', async () => {
		expect(await find({ filters: { id: 1 }, nonsense: 5 })).toEqual(all());
		for (const empty of ['', null, []]) {
			expect(await find({ lead_status_id: empty, name: empty })).toEqual(all());
		}
	});

	it('by day of a payment is ignored; else yyyy.mm.dd, or what the setting says', async () => {
		const every = school.findIds('pay', () => true);
		const late = school.findIds('pay', (row) => toIsoDay(row.document_date) >= '2026-01-20');
		const from = async (date_from: string) => await school.listIds('pay/index', { date_from });
		expect(late.length).toBeGreaterThan(0);
		expect(await from('2026.01.20')).toEqual(every);
		school.settings.ignoredFilters = [];
		expect([await from('2026.01.20'), await from('2026-01-20')]).toEqual([late, every]);
		school.settings.dateFormats = { 'pay.date_from': 'iso' };
		expect([await from('2026.01.20'), await from('2026-01-20')]).toEqual([every, late]);
	});

	it.each<JsonObject>([{ created_at_from: '2025-06-01' }, { age_from: 'ten' }, { name: { like: 'ов' } }])(
		'that cannot be read, as %j, is ignored, or finds nothing',
		async (body) => {
			expect(await find(body)).toHaveLength(120);
			school.settings.wrongFilterValue = 'matchesNothing';
			expect(await find(body)).toEqual([]);
		},
	);
});

describe('filters that are ignored', () => {
	it('are these unless they are switched on', async () => {
		expect(defaultSettings.ignoredFilters).toEqual(
			expect.arrayContaining(['customer.group_id', 'pay.date_to']),
		);
		const wanted = { custom_interesy: 'ЛЕГО' };
		const fans = expected((row) => row.custom_interesy === 'лего');
		expect(fans.length).toBeGreaterThan(0);
		expect((await school.listIds('room/index', { id: 2 })).length).toBeGreaterThan(1);
		expect(await find(wanted)).toHaveLength(120);
		expect(await find({ branch_ids: [3] })).toHaveLength(120);
		school.settings.ignoredFilters = [];
		expect(await school.listIds('room/index', { id: 2 })).toEqual([2]);
		expect(await find(wanted)).toEqual(fans);
		expect(await find({ branch_ids: [3] })).toEqual(expected(listIncludes('branch_ids', 3)));
		school.settings.ignoredFilters = ['customer.custom_school'];
		expect(await find({ ...wanted, custom_school: '1' })).toEqual(fans);
	});

	it.each(['*.phone', 'customer.*'])('can be named as %s', async (pattern) => {
		const found = await find({ phone: '0000012' });
		expect(found).toHaveLength(1);
		const clients = expected((row) => isClient(row) && !isArchived(row));
		school.settings.ignoredFilters = [pattern];
		expect(await find({ phone: '0000012' })).toEqual(pattern.endsWith('.*') ? clients : all());
		school.settings.ignoredFilters = ['group.*', 'customer.email', 'phone.customer', 'subject.name'];
		expect(await find({ phone: '0000012' })).toEqual(found);
		expect(await school.listIds('subject/index', { name: 'ро' })).toHaveLength(4);
	});
});

describe('what is listed unasked', () => {
	it('are locations of one branch, and dictionaries of branches in theirs', async () => {
		const counts = {
			...{ location: 4, '1/location': 2, '2/location': 1, '1/room': 3, '2/pay-account': 1 },
			...{ '2/pay-item': 2, '2/tariff': 5, '1/tariff': 4, '3/teacher': 2, '2/level': 4 },
		};
		for (const [path, count] of Object.entries(counts)) {
			expect([path, (await school.listIds(`${path}/index`)).length]).toEqual([path, count]);
		}
	});
});

import type { JsonObject } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { allCustomers, useSchool } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

const LEAD = 1001;
const CLIENT = 1002;
const ARCHIVED_LEAD = 1003;
const ARCHIVED_CLIENT = 1004;

/** The ID of a record to which a test gives the values that a filter asks for. */
const FITTING_RECORD = 2;

const ENDED_IN_JANUARY = '2026-01-31';

/** Replaces all customers by four: a lead, a client, and an archived one of each. */
function addCustomerOfEachKind(): void {
	school.removeAllRecords('customer');
	school.addRecord('customer', { id: LEAD, is_study: CUSTOMER_TYPE.lead });
	school.addRecord('customer', { id: CLIENT, is_study: CUSTOMER_TYPE.client });
	school.addRecord('customer', {
		id: ARCHIVED_LEAD,
		is_study: CUSTOMER_TYPE.lead,
		e_date: ENDED_IN_JANUARY,
	});
	school.addRecord('customer', {
		id: ARCHIVED_CLIENT,
		is_study: CUSTOMER_TYPE.client,
		e_date: ENDED_IN_JANUARY,
	});
}

/** Lists the IDs of the customers who match a filter: leads and clients, archived ones too. */
async function findCustomers(filter: JsonObject): Promise<number[]> {
	return await school.listIds('customer/index', { ...allCustomers, ...filter });
}

/**
 * Lists the IDs of the records that match a filter. Of customers, leads and archived ones are listed as well.
 */
async function findRecords(entity: string, filter: JsonObject): Promise<number[]> {
	return entity === 'customer'
		? await findCustomers(filter)
		: await school.listIds(`${entity}/index`, filter);
}

describe('customer/index', () => {
	beforeEach(() => {
		addCustomerOfEachKind();
	});

	it.each<{ kind: string; filter: JsonObject; customers: number[] }>([
		{ kind: 'active clients', filter: {}, customers: [CLIENT] },
		{ kind: 'active leads', filter: { is_study: CUSTOMER_TYPE.lead }, customers: [LEAD] },
		{
			kind: 'active leads and clients',
			filter: { is_study: [CUSTOMER_TYPE.lead, CUSTOMER_TYPE.client] },
			customers: [LEAD, CLIENT],
		},
		{
			kind: 'active and archived clients',
			filter: { removed: RECORD_STATUS.all },
			customers: [CLIENT, ARCHIVED_CLIENT],
		},
		{
			kind: 'archived clients',
			filter: { removed: RECORD_STATUS.archived },
			customers: [ARCHIVED_CLIENT],
		},
		{
			kind: 'active and archived leads and clients',
			filter: { is_study: '2', removed: '1' },
			customers: [LEAD, CLIENT, ARCHIVED_LEAD, ARCHIVED_CLIENT],
		},
	])('customer/index lists the $kind with $filter', async ({ filter, customers }) => {
		expect(await school.listIds('customer/index', filter)).toEqual(customers);
	});

	it('customer/index lists the active clients when is_study and removed cannot be read', async () => {
		const ids = await school.listIds('customer/index', { is_study: 'all', removed: 7 });

		expect(ids).toEqual([CLIENT]);
	});

	it('customer/index does not find a lead by its ID alone', async () => {
		expect(await school.listIds('customer/index', { id: LEAD })).toEqual([]);
	});

	it('customer/index finds a lead by its ID when leads are asked for', async () => {
		expect(await findCustomers({ id: LEAD })).toEqual([LEAD]);
	});

	it('customer/index finds several customers by a list of IDs', async () => {
		expect(await findCustomers({ id: [LEAD, ARCHIVED_CLIENT] })).toEqual([LEAD, ARCHIVED_CLIENT]);
	});

	it.each([
		{ branch: 1, customers: [LEAD, CLIENT] },
		{ branch: 2, customers: [CLIENT, ARCHIVED_LEAD] },
		{ branch: 3, customers: [ARCHIVED_CLIENT] },
	])(
		'customer/index lists the customers of branch $branch, including one who is in two branches',
		async ({ branch, customers }) => {
			school.changeRecord('customer', LEAD, { branch_ids: [1] });
			school.changeRecord('customer', CLIENT, { branch_ids: [1, 2] });
			school.changeRecord('customer', ARCHIVED_LEAD, { branch_ids: [2] });
			school.changeRecord('customer', ARCHIVED_CLIENT, { branch_ids: [3] });

			expect(await school.listIds(`${branch}/customer/index`, allCustomers)).toEqual(customers);
		},
	);
});

describe('a filter by a number', () => {
	const NUMBER = 4711;
	const OTHER_NUMBER = 4712;

	/** Filters, with the values by which a record of the entity fits them. */
	const NUMBER_FILTERS: Array<{ entity: string; filter: string; record: JsonObject }> = [
		{ entity: 'customer', filter: 'study_status_id', record: { study_status_id: NUMBER } },
		{ entity: 'customer', filter: 'lead_status_id', record: { lead_status_id: NUMBER } },
		{ entity: 'customer', filter: 'lead_status_ids', record: { lead_status_id: NUMBER } },
		{ entity: 'customer', filter: 'lead_source_id', record: { lead_source_id: NUMBER } },
		{ entity: 'customer', filter: 'assigned_id', record: { assigned_id: NUMBER } },
		{ entity: 'customer', filter: 'employee_id', record: { teacher_ids: [1, NUMBER] } },
		{ entity: 'customer', filter: 'level_id', record: { level_id: NUMBER } },
		{ entity: 'customer', filter: 'gender', record: { gender: NUMBER } },
		{ entity: 'customer', filter: 'legal_type', record: { legal_type: NUMBER } },
		{ entity: 'customer', filter: 'company_id', record: { company_id: NUMBER } },
		{ entity: 'customer', filter: 'customer_reject_id', record: { customer_reject_id: NUMBER } },
		{ entity: 'customer', filter: 'color', record: { color: NUMBER } },
		{ entity: 'group', filter: 'level_id', record: { level_id: NUMBER } },
		{ entity: 'group', filter: 'status_id', record: { status_id: NUMBER } },
		{ entity: 'group', filter: 'branch_id', record: { branch_ids: [1, NUMBER] } },
		{ entity: 'group', filter: 'teacher_id', record: { teacher_ids: [1, NUMBER] } },
		{ entity: 'pay', filter: 'customer_id', record: { customer_id: NUMBER } },
		{ entity: 'pay', filter: 'location_id', record: { location_id: NUMBER } },
		{ entity: 'pay', filter: 'pay_type_id', record: { pay_type_id: NUMBER } },
		{ entity: 'pay', filter: 'pay_account_id', record: { pay_account_id: NUMBER } },
		{ entity: 'pay', filter: 'pay_item_id', record: { pay_item_id: NUMBER } },
		{ entity: 'pay', filter: 'currency', record: { currency: NUMBER } },
		{ entity: 'pay', filter: 'is_confirmed', record: { is_confirmed: NUMBER } },
		{ entity: 'pay', filter: 'is_fiscal', record: { is_fiscal: NUMBER } },
		{ entity: 'pay', filter: 'commodity_id', record: { commodity_id: NUMBER } },
		{ entity: 'pay', filter: 'group_ids', record: { group_id: NUMBER } },
		{ entity: 'pay', filter: 'employee_id', record: { teacher_id: NUMBER } },
		{ entity: 'discount', filter: 'customer_id', record: { customer_id: NUMBER } },
		{ entity: 'sms-message', filter: 'is_fail', record: { is_fail: NUMBER } },
		{ entity: 'sms-message', filter: 'is_sent', record: { is_sent: NUMBER } },
		{ entity: 'sms-message', filter: 'is_archive', record: { is_archive: NUMBER } },
	];

	it.each(NUMBER_FILTERS)(
		'the filter $filter lists the $entity record with $record for the number 4711',
		async ({ entity, filter, record }) => {
			school.changeRecord(entity, FITTING_RECORD, record);

			expect(await findRecords(entity, { [filter]: NUMBER })).toEqual([FITTING_RECORD]);
		},
	);

	it.each(NUMBER_FILTERS)(
		'the filter $filter lists the $entity record with $record for the text "4711"',
		async ({ entity, filter, record }) => {
			school.changeRecord(entity, FITTING_RECORD, record);

			expect(await findRecords(entity, { [filter]: String(NUMBER) })).toEqual([FITTING_RECORD]);
		},
	);

	it.each(NUMBER_FILTERS)(
		'the filter $filter lists the $entity record with $record for the list 4711, 4712',
		async ({ entity, filter, record }) => {
			school.changeRecord(entity, FITTING_RECORD, record);

			expect(await findRecords(entity, { [filter]: [NUMBER, OTHER_NUMBER] })).toEqual([FITTING_RECORD]);
		},
	);

	it.each([
		{ entity: 'subject', id: 2 },
		{ entity: 'subject', id: '2' },
		{ entity: 'group', id: 2 },
		{ entity: 'group', id: '2' },
		{ entity: 'teacher', id: 2 },
		{ entity: 'teacher', id: '2' },
	])('the filter id lists the one $entity that has the ID $id', async ({ entity, id }) => {
		expect(await school.listIds(`${entity}/index`, { id })).toEqual([FITTING_RECORD]);
	});
});

describe('a filter by a text', () => {
	it.each<{ entity: string; filter: string; stored: string | string[] }>([
		{ entity: 'customer', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'customer', filter: 'legal_name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'customer', filter: 'note', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'customer', filter: 'comment', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'customer', filter: 'email', stored: ['', 'Просил ПОЗВОНИТЬ'] },
		{ entity: 'group', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'group', filter: 'note', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'pay', filter: 'payer_name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'pay', filter: 'note', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'teacher', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'user', filter: 'email', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'mail-message', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'mail-message', filter: 'email', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'mail-message', filter: 'subject', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'branch', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'lead-source', filter: 'name', stored: 'Просил ПОЗВОНИТЬ' },
		{ entity: 'lead-source', filter: 'code', stored: 'Просил ПОЗВОНИТЬ' },
	])(
		'the filter $filter lists the $entity record whose text contains it in other letter case',
		async ({ entity, filter, stored }) => {
			school.changeRecord(entity, FITTING_RECORD, { [filter]: stored });

			expect(await findRecords(entity, { [filter]: 'позвон' })).toEqual([FITTING_RECORD]);
		},
	);
});

describe('a range of days', () => {
	/**
	 * The first day of the filter, which the record has, and the day after it. Both are later than any other
	 * day.
	 */
	const LATE_DAYS = {
		dotted: { day: '30.12.2098', dayAfter: '31.12.2098' },
		iso: { day: '2098-12-30', dayAfter: '2098-12-31' },
	};
	/**
	 * The last day of the filter, which the record has, and the day before it. Both are earlier than any
	 * other day.
	 */
	const EARLY_DAYS = {
		dotted: { day: '02.01.1901', dayBefore: '01.01.1901' },
		iso: { day: '1901-01-02', dayBefore: '1901-01-01' },
	};

	/** The day of the record, in the three ways in which the sandbox stores days. */
	const STORED_LATE_DAY = {
		dotted: '30.12.2098',
		iso: '2098-12-30',
		moment: '2098-12-30 12:00:00',
	};
	const STORED_EARLY_DAY = {
		dotted: '02.01.1901',
		iso: '1901-01-02',
		moment: '1901-01-02 12:00:00',
	};

	/**
	 * Filters by days. A range such as `dob` has two filters, `dob_from` and `dob_to`, whose days have the style
	 * `style`. They compare the field `field`, which the sandbox stores as `storedAs`.
	 */
	const RANGES: Array<{
		entity: string;
		range: string;
		field: string;
		style: 'dotted' | 'iso';
		storedAs: 'dotted' | 'iso' | 'moment';
	}> = [
		{ entity: 'customer', range: 'created_at', field: 'created_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'customer', range: 'updated_at', field: 'updated_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'customer', range: 'date', field: 'created_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'customer', range: 'dob', field: 'dob', style: 'dotted', storedAs: 'dotted' },
		{ entity: 'customer', range: 'removed', field: 'e_date', style: 'dotted', storedAs: 'iso' },
		{ entity: 'customer', range: 'removed', field: 'e_date', style: 'iso', storedAs: 'iso' },
		{ entity: 'customer', range: 'tariff_till', field: 'paid_till', style: 'dotted', storedAs: 'iso' },
		{
			entity: 'customer',
			range: 'next_lesson_date',
			field: 'next_lesson_date',
			style: 'iso',
			storedAs: 'moment',
		},
		{
			entity: 'customer',
			range: 'last_attend_date',
			field: 'last_attend_date',
			style: 'iso',
			storedAs: 'iso',
		},
		{ entity: 'group', range: 'b_date', field: 'b_date', style: 'iso', storedAs: 'iso' },
		{ entity: 'group', range: 'e_date', field: 'e_date', style: 'iso', storedAs: 'iso' },
		{ entity: 'group', range: 'created_at', field: 'created_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'group', range: 'updated_at', field: 'updated_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'pay', range: 'created_at', field: 'created_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'pay', range: 'updated_at', field: 'updated_at', style: 'dotted', storedAs: 'moment' },
		{ entity: 'task', range: 'due_date', field: 'due_date', style: 'dotted', storedAs: 'dotted' },
		{ entity: 'sms-message', range: 'added', field: 'added', style: 'iso', storedAs: 'moment' },
		{ entity: 'sms-message', range: 'date', field: 'date', style: 'iso', storedAs: 'moment' },
	];

	it.each(RANGES)(
		'the filter $range of a $entity, in $style days, includes its first day',
		async ({ entity, range, field, style, storedAs }) => {
			school.changeRecord(entity, FITTING_RECORD, { [field]: STORED_LATE_DAY[storedAs] });

			const ids = await findRecords(entity, { [`${range}_from`]: LATE_DAYS[style].day });

			expect(ids).toEqual([FITTING_RECORD]);
		},
	);

	it.each(RANGES)(
		'the filter $range of a $entity, in $style days, excludes the day before its first day',
		async ({ entity, range, field, style, storedAs }) => {
			school.changeRecord(entity, FITTING_RECORD, { [field]: STORED_LATE_DAY[storedAs] });

			const ids = await findRecords(entity, { [`${range}_from`]: LATE_DAYS[style].dayAfter });

			expect(ids).toEqual([]);
		},
	);

	it.each(RANGES)(
		'the filter $range of a $entity, in $style days, includes its last day',
		async ({ entity, range, field, style, storedAs }) => {
			school.changeRecord(entity, FITTING_RECORD, { [field]: STORED_EARLY_DAY[storedAs] });

			const ids = await findRecords(entity, { [`${range}_to`]: EARLY_DAYS[style].day });

			expect(ids).toEqual([FITTING_RECORD]);
		},
	);

	it.each(RANGES)(
		'the filter $range of a $entity, in $style days, excludes the day after its last day',
		async ({ entity, range, field, style, storedAs }) => {
			school.changeRecord(entity, FITTING_RECORD, { [field]: STORED_EARLY_DAY[storedAs] });

			const ids = await findRecords(entity, { [`${range}_to`]: EARLY_DAYS[style].dayBefore });

			expect(ids).toEqual([]);
		},
	);
});

describe('a filter with a rule of its own', () => {
	// Where a row has an age or a limit, `match` is just inside of it, and `other` is just outside. Today is
	// 10.02.2026.
	it.each<{ entity: string; filter: JsonObject; match: JsonObject; other: JsonObject }>([
		{
			entity: 'customer',
			filter: { phone: '(900)000-00-12' },
			match: { phone: ['+7(900)000-00-12'] },
			other: { phone: ['+7(900)000-00-13'] },
		},
		{
			entity: 'customer',
			filter: { age_from: 9 },
			match: { dob: '10.02.2017' },
			other: { dob: '11.02.2017' },
		},
		{
			entity: 'customer',
			filter: { age_to: 11 },
			match: { dob: '11.02.2014' },
			other: { dob: '10.02.2014' },
		},
		{
			entity: 'customer',
			filter: { lesson_count_from: 4 },
			match: { paid_lesson_count: 4 },
			other: { paid_lesson_count: 3 },
		},
		{
			entity: 'customer',
			filter: { lesson_count_to: 6 },
			match: { paid_lesson_count: 6 },
			other: { paid_lesson_count: 7 },
		},
		{
			entity: 'customer',
			filter: { balance_contract_from: '800' },
			match: { balance: '800.00' },
			other: { balance: '799.99' },
		},
		{
			entity: 'customer',
			filter: { balance_bonus_from: 1 },
			match: { balance_bonus: 1 },
			other: { balance_bonus: 0 },
		},
		{
			entity: 'pay',
			filter: { sum_from: '1600' },
			match: { income: '1600.00' },
			other: { income: '1599.99' },
		},
		{ entity: 'pay', filter: { sum_to: 3200 }, match: { income: '3200.00' }, other: { income: '3200.01' } },
		{ entity: 'pay', filter: { bonus_from: 1 }, match: { bonus: 1 }, other: { bonus: 0 } },
		{
			entity: 'teacher',
			filter: {},
			match: { e_date: '2030-12-31' },
			other: { e_date: ENDED_IN_JANUARY },
		},
		{
			entity: 'teacher',
			filter: { phone: '100-00-03' },
			match: { phone: ['+7(900)100-00-03'] },
			other: { phone: ['+7(900)100-00-04'] },
		},
		{
			entity: 'task',
			filter: { due_date_is_null: true },
			match: { due_date: null },
			other: { due_date: '10.02.2026' },
		},
		{
			entity: 'sms-message',
			filter: { phone: '79000000001' },
			match: { phone: '+7(900)000-00-01' },
			other: { phone: '+7(900)000-00-02' },
		},
		{ entity: 'room', filter: { is_enabled: 1 }, match: { is_enabled: 1 }, other: { is_enabled: 0 } },
		{
			entity: 'lead-status',
			filter: { is_enabled: true },
			match: { is_enabled: 1 },
			other: { is_enabled: 0 },
		},
		{ entity: 'group', filter: {}, match: { removed: 0 }, other: { removed: 1 } },
		{
			entity: 'group',
			filter: { removed: RECORD_STATUS.archived },
			match: { removed: 1 },
			other: { removed: 0 },
		},
		{ entity: 'group', filter: { ids: [1001, 1003] }, match: { id: 1001 }, other: { id: 1002 } },
	])(
		'the filter $filter lists a $entity with $match, and not one with $other',
		async ({ entity, filter, match, other }) => {
			school.removeAllRecords(entity);
			const id = school.addRecord(entity, match);
			school.addRecord(entity, other);

			expect(await findRecords(entity, filter)).toEqual([id]);
		},
	);

	it('group/index lists active and archived groups with removed = 1', async () => {
		school.removeAllRecords('group');
		const active = school.addRecord('group', { removed: 0 });
		const archived = school.addRecord('group', { removed: 1 });

		expect(await school.listIds('group/index', { removed: RECORD_STATUS.all })).toEqual([active, archived]);
	});

	it('the filter customer_name lists the group with a member whose name contains it', async () => {
		const GROUP_OF_IVANOV = 2;
		const OTHER_GROUP = 1;
		school.removeAllRecords('cgi');
		const ivanov = school.addRecord('customer', { name: 'Иванов Лев' });
		school.addRecord('cgi', { group_id: GROUP_OF_IVANOV, customer_id: ivanov });
		const kuzmich = school.addRecord('customer', { name: 'Кузьмич Лев' });
		school.addRecord('cgi', { group_id: OTHER_GROUP, customer_id: kuzmich });

		expect(await school.listIds('group/index', { customer_name: 'ОВ' })).toEqual([GROUP_OF_IVANOV]);
	});

	it('the filter pay_item_category_id lists the payment whose item has the category', async () => {
		const CATEGORY = 2;
		school.removeAllRecords('pay');
		school.changeRecord('pay-item', 1, { category_id: 1 });
		school.changeRecord('pay-item', 3, { category_id: CATEGORY });
		school.addRecord('pay', { pay_item_id: 1 });
		const payment = school.addRecord('pay', { pay_item_id: 3 });

		expect(await school.listIds('pay/index', { pay_item_category_id: CATEGORY })).toEqual([payment]);
	});

	it('the filter is_active = false lists the branch that is closed', async () => {
		const CLOSED_BRANCH = 3;

		expect(await school.listIds('branch/index', { is_active: false })).toEqual([CLOSED_BRANCH]);
	});

	it('the filter subject_ids lists the branches that teach the subject', async () => {
		school.changeRecord('branch', 1, { subject_ids: [1, 2] });
		school.changeRecord('branch', 2, { subject_ids: [2] });
		school.changeRecord('branch', 3, { subject_ids: [1] });

		expect(await school.listIds('branch/index', { subject_ids: [2] })).toEqual([1, 2]);
	});

	it('subject/index lists the active subjects when nothing is asked for', async () => {
		school.removeAllRecords('subject');
		const active = school.addRecord('subject', { is_active: 1 });
		school.addRecord('subject', { is_active: 0 });

		expect(await school.listIds('subject/index')).toEqual([active]);
	});

	it('subject/index lists active and inactive subjects with active = false', async () => {
		school.removeAllRecords('subject');
		const active = school.addRecord('subject', { is_active: 1 });
		const inactive = school.addRecord('subject', { is_active: 0 });

		expect(await school.listIds('subject/index', { active: false })).toEqual([active, inactive]);
	});
});

describe('a filter', () => {
	const EVERY_CUSTOMER = [LEAD, CLIENT, ARCHIVED_LEAD, ARCHIVED_CLIENT];

	beforeEach(() => {
		addCustomerOfEachKind();
		school.changeRecord('customer', LEAD, { name: 'Иванов Лев', lead_status_id: 1, dob: '10.02.2016' });
	});

	it('a filter is ignored when it is nested in another key', async () => {
		expect(await findCustomers({ filters: { id: LEAD } })).toEqual(EVERY_CUSTOMER);
	});

	it('a filter is ignored when AlfaCRM does not have it', async () => {
		expect(await findCustomers({ nonsense: 5 })).toEqual(EVERY_CUSTOMER);
	});

	it.each([{ value: '' }, { value: null }, { value: [] }])(
		'a filter is ignored when its value is the empty $value',
		async ({ value }) => {
			expect(await findCustomers({ lead_status_id: value, name: value })).toEqual(EVERY_CUSTOMER);
		},
	);

	const UNREADABLE_FILTERS: Array<{ filter: JsonObject }> = [
		{ filter: { created_at_from: '2025-06-01' } },
		{ filter: { age_from: 'ten' } },
		{ filter: { name: { like: 'ов' } } },
	];

	it.each(UNREADABLE_FILTERS)(
		'a filter is ignored when its value cannot be read, as in $filter',
		async ({ filter }) => {
			expect(await findCustomers(filter)).toEqual(EVERY_CUSTOMER);
		},
	);

	it.each(UNREADABLE_FILTERS)(
		'a filter whose value cannot be read, as in $filter, finds nothing when the account has wrongFilterValue = matchesNothing',
		async ({ filter }) => {
			school.changeSettings({ wrongFilterValue: 'matchesNothing' });

			expect(await findCustomers(filter)).toEqual([]);
		},
	);
});

describe('the filter of payments by day', () => {
	const EARLY_PAYMENT = 1001;
	const LATE_PAYMENT = 1002;

	beforeEach(() => {
		school.removeAllRecords('pay');
		school.addRecord('pay', { id: EARLY_PAYMENT, document_date: '19.01.2026' });
		school.addRecord('pay', { id: LATE_PAYMENT, document_date: '20.01.2026' });
	});

	it('the filter of payments by day is ignored by default', async () => {
		const ids = await school.listIds('pay/index', { date_from: '2026.01.20' });

		expect(ids).toEqual([EARLY_PAYMENT, LATE_PAYMENT]);
	});

	it.each([
		{ date: '2026.01.20', payments: [LATE_PAYMENT] },
		{ date: '2026-01-20', payments: [EARLY_PAYMENT, LATE_PAYMENT] },
	])(
		'the filter of payments by day reads only days such as 2026.01.20, so that $date lists $payments',
		async ({ date, payments }) => {
			school.changeSettings({ ignoredFilters: [] });

			expect(await school.listIds('pay/index', { date_from: date })).toEqual(payments);
		},
	);

	it.each([
		{ date: '2026.01.20', payments: [EARLY_PAYMENT, LATE_PAYMENT] },
		{ date: '2026-01-20', payments: [LATE_PAYMENT] },
	])(
		'the filter of payments by day reads only ISO days when the account does, so that $date lists $payments',
		async ({ date, payments }) => {
			school.changeSettings({ ignoredFilters: [], dateFormats: { 'pay.date_from': 'iso' } });

			expect(await school.listIds('pay/index', { date_from: date })).toEqual(payments);
		},
	);
});

describe('the setting ignoredFilters', () => {
	const EVERY_CUSTOMER = [LEAD, CLIENT, ARCHIVED_LEAD, ARCHIVED_CLIENT];

	beforeEach(() => {
		addCustomerOfEachKind();
		school.changeRecord('customer', LEAD, {
			branch_ids: [3],
			custom_interesy: 'лего',
			phone: ['+7(900)000-00-12'],
		});
	});

	it('ignoredFilters has the filters of customers by group and of payments by day by default', () => {
		expect(defaultSettings.ignoredFilters).toEqual(
			expect.arrayContaining(['customer.group_id', 'pay.date_to']),
		);
	});

	it.each<{ filter: JsonObject }>([{ filter: { custom_interesy: 'ЛЕГО' } }, { filter: { branch_ids: [3] } }])(
		'customer/index ignores $filter by default',
		async ({ filter }) => {
			expect(await findCustomers(filter)).toEqual(EVERY_CUSTOMER);
		},
	);

	it.each<{ filter: JsonObject }>([{ filter: { custom_interesy: 'ЛЕГО' } }, { filter: { branch_ids: [3] } }])(
		'customer/index honours $filter when ignoredFilters is empty',
		async ({ filter }) => {
			school.changeSettings({ ignoredFilters: [] });

			expect(await findCustomers(filter)).toEqual([LEAD]);
		},
	);

	it('room/index ignores the ID of a room by default', async () => {
		const rooms = await school.listIds('room/index', { id: 2 });

		expect(rooms.length).toBeGreaterThan(1);
	});

	it('room/index honours the ID of a room when ignoredFilters is empty', async () => {
		school.changeSettings({ ignoredFilters: [] });

		expect(await school.listIds('room/index', { id: 2 })).toEqual([2]);
	});

	it('ignoredFilters turns off the filter by the custom field that it names, and not by another one', async () => {
		school.changeSettings({ ignoredFilters: ['customer.custom_school'] });

		expect(await findCustomers({ custom_interesy: 'ЛЕГО', custom_school: '1' })).toEqual([LEAD]);
	});

	it('ignoredFilters = *.phone turns off the filter by phone of every entity', async () => {
		school.changeSettings({ ignoredFilters: ['*.phone'] });

		expect(await findCustomers({ phone: '0000012' })).toEqual(EVERY_CUSTOMER);
	});

	it('ignoredFilters = customer.* turns off every filter of customers, is_study and removed as well', async () => {
		school.changeSettings({ ignoredFilters: ['customer.*'] });

		expect(await findCustomers({ phone: '0000012' })).toEqual([CLIENT]);
	});

	it.each(['group.*', 'customer.email', 'phone.customer'])(
		'ignoredFilters = %s leaves the filter of customers by phone on',
		async (pattern) => {
			school.changeSettings({ ignoredFilters: [pattern] });

			expect(await findCustomers({ phone: '0000012' })).toEqual([LEAD]);
		},
	);

	it('ignoredFilters = subject.name turns off the filter of subjects by name', async () => {
		school.changeSettings({ ignoredFilters: ['subject.name'] });

		expect(await school.listIds('subject/index', { name: 'ро' })).toEqual([1, 2, 3, 4]);
	});
});

describe('a list without filters', () => {
	it.each([
		{ path: 'location', count: 4 },
		{ path: '1/location', count: 2 },
		{ path: '2/location', count: 1 },
		{ path: '1/room', count: 3 },
		{ path: '2/pay-account', count: 1 },
		{ path: '2/pay-item', count: 2 },
		{ path: '2/tariff', count: 5 },
		{ path: '1/tariff', count: 4 },
		{ path: '3/teacher', count: 2 },
		{ path: '2/level', count: 4 },
	])('$path/index has the $count records that belong to the branch in its path', async ({ path, count }) => {
		expect(await school.listIds(`${path}/index`)).toHaveLength(count);
	});
});

import type { IDataObject } from 'n8n-workflow';

import type { Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { makeRowTest } from '../../../nodes/AlfaCrm/run/filters';
import { CUSTOMER_TYPE, LESSON_STATUS, PAY_TYPE, RECORD_STATUS } from '../../support/codes';
import { customerForm, SmallSchool } from './school';
import { openExecution } from './support';

const CUSTOMERS_OF_BRANCH_1 = { path: 'customer', branch: 1, query: {}, labels: {} };

/** AlfaCRM may ignore a filter. The node warns when a row does not show whether it did. */
const FILTER_MAY_BE_IGNORED =
	'AlfaCRM may ignore a filter, and it does not show whether it did, so check the customers: Wanted';

/** Declares a filter with the name `wanted`. Its values are texts, unless the declaration says otherwise. */
function makeFilter(declaration: object): Filter {
	return { name: 'wanted', label: 'Wanted', type: 'text', ...declaration } as Filter;
}

/** Declares the filter `wanted`, which checks rows as a filter of a real entity does. */
function makeFilterLike(resource: string, name: string): Filter {
	const original = entityOf(resource).filters.find((filter) => filter.name === name);
	return makeFilter({ checkRowBy: original?.checkRowBy });
}

/**
 * Tells whether a row passes the filter `wanted` when a user gives it a value, and which hints the user sees.
 */
async function checkRow(filter: Filter, value: unknown, row: IDataObject) {
	const { item, hints } = openExecution();
	const customersWithFilter: Entity = {
		...entityOf('customer'),
		filters: [filter, makeFilter({ name: 'other' })],
	};
	const valuesOfFilters = { wanted: value } as IDataObject;

	const passesFilters = await makeRowTest(item, customersWithFilter, CUSTOMERS_OF_BRANCH_1, valuesOfFilters);

	return { passes: passesFilters(row), hints: hints() };
}

describe('a filter with a bound', () => {
	it.each<{ side: 'from' | 'to'; bound: unknown; shown: unknown }>([
		{ side: 'from', bound: '10.02.2026', shown: '2026-02-10 17:00:00' },
		{ side: 'to', bound: '10.02.2026', shown: '2026-02-10 17:00:00' },
		{ side: 'from', bound: -100, shown: '-100.00' },
		{ side: 'to', bound: 0, shown: 0 },
	])('a filter "$side $bound" keeps a row that shows $shown', async ({ side, bound, shown }) => {
		const filter = makeFilter({ checkRowBy: { field: 'shown', test: side } });

		const { passes, hints } = await checkRow(filter, bound, { shown } as IDataObject);

		expect(passes).toBe(true);
		expect(hints).toEqual([]);
	});

	it.each<{ side: 'from' | 'to'; bound: unknown; shown: unknown }>([
		{ side: 'from', bound: '10.02.2026', shown: '2026-02-09' },
		{ side: 'from', bound: '10.02.2026', shown: 'нет' },
		{ side: 'from', bound: 'нет', shown: '2026-02-10' },
		{ side: 'to', bound: '10.02.2026', shown: '2026-02-11' },
		{ side: 'from', bound: -100, shown: -100.01 },
		{ side: 'to', bound: 9, shown: '10' },
	])('a filter "$side $bound" leaves out a row that shows $shown', async ({ side, bound, shown }) => {
		const filter = makeFilter({ checkRowBy: { field: 'shown', test: side } });

		const { passes, hints } = await checkRow(filter, bound, { shown } as IDataObject);

		expect(passes).toBe(false);
		expect(hints).toEqual([]);
	});

	it('a filter with a bound keeps a row that does not show the field, and warns', async () => {
		const filter = makeFilter({ checkRowBy: { field: 'shown', test: 'to' } });

		const { passes, hints } = await checkRow(filter, [7], { wanted: 8 });

		expect(passes).toBe(true);
		expect(hints).toEqual([FILTER_MAY_BE_IGNORED]);
	});

	it.each([null, '', 'нет', {}])(
		'a filter of numbers keeps a row that shows %j in place of a number, and warns',
		async (shown) => {
			const filter = makeFilter({ checkRowBy: { field: 'shown', test: 'to' } });

			const { passes, hints } = await checkRow(filter, -1, { shown });

			expect(passes).toBe(true);
			expect(hints).toEqual([FILTER_MAY_BE_IGNORED]);
		},
	);

	/** Compares the income of a payment, unless the payment has an expenditure. */
	const INCOME_FROM = makeFilter({
		checkRowBy: { field: 'income', test: 'from', unless: 'expenditure' },
	});

	it('a filter "income from 100" keeps a payment that has an expenditure instead of an income', async () => {
		const { passes, hints } = await checkRow(INCOME_FROM, 100, {
			income: '0.00',
			expenditure: '500.00',
		});

		expect(passes).toBe(true);
		expect(hints).toEqual([]);
	});

	it('a filter "income from 100" leaves out a payment without income whose expenditure is zero', async () => {
		const { passes } = await checkRow(INCOME_FROM, 100, { income: '0.00', expenditure: '0.00' });

		expect(passes).toBe(false);
	});

	it('a filter "income from 100" leaves out an income of 50 when the payment shows no expenditure', async () => {
		const { passes } = await checkRow(INCOME_FROM, 100, { income: '50.00' });

		expect(passes).toBe(false);
	});
});

describe('a filter that a function checks', () => {
	it('a filter that a function checks keeps a row of which the function cannot tell, and warns', async () => {
		// The function returns undefined when it cannot tell whether a row is wanted.
		const filter = makeFilter({
			checkRowBy: ({ shown }: IDataObject) => (shown === undefined ? undefined : false),
		});

		const { passes, hints } = await checkRow(filter, [7], { wanted: 8 });

		expect(passes).toBe(true);
		expect(hints).toEqual([FILTER_MAY_BE_IGNORED]);
	});
});

describe('a filter of an entity', () => {
	it.each<{ resource: string; filter: string; value: unknown; row: IDataObject }>([
		{ resource: 'task', filter: 'due_date_is_null', value: true, row: { due_date: null } },
		{ resource: 'task', filter: 'due_date_is_null', value: false, row: { due_date: '2026-03-01' } },
		{
			resource: 'regularLesson',
			filter: 'group_id',
			value: 7,
			row: { related_id: '7', related_class: 'Group' },
		},
		{ resource: 'regularLesson', filter: 'group_id', value: 7, row: { related_id: 7 } },
		{ resource: 'subject', filter: 'active', value: false, row: { active: true } },
	])('the filter $filter = $value keeps a $resource with $row', async ({ resource, filter, value, row }) => {
		const { passes, hints } = await checkRow(makeFilterLike(resource, filter), value, row);

		expect(passes).toBe(true);
		expect(hints).toEqual([]);
	});

	it.each<{ resource: string; filter: string; value: unknown; row: IDataObject }>([
		{ resource: 'task', filter: 'due_date_is_null', value: true, row: { due_date: '2026-03-01' } },
		{ resource: 'task', filter: 'due_date_is_null', value: false, row: { due_date: '' } },
		{
			resource: 'regularLesson',
			filter: 'group_id',
			value: 7,
			row: { related_id: 8, related_class: 'Group' },
		},
		{
			resource: 'regularLesson',
			filter: 'group_id',
			value: 7,
			row: { related_id: 7, related_class: 'Customer' },
		},
	])(
		'the filter $filter = $value leaves out a $resource with $row',
		async ({ resource, filter, value, row }) => {
			const { passes, hints } = await checkRow(makeFilterLike(resource, filter), value, row);

			expect(passes).toBe(false);
			expect(hints).toEqual([]);
		},
	);
});

describe('a filter that compares its value with the field of its name', () => {
	it.each<{ type: string; value: unknown; shown: unknown }>([
		{ type: 'emailPart', value: 'NNA@ex', shown: ['eva@school.example', 'anna@example.org'] },
		{ type: 'emailPart', value: 'anna@example.org', shown: 'Анна <anna@example.org>' },
		{
			type: 'emailPart',
			value: 'anna@example.org',
			shown: 'joanna@example.org/anna@example.org.',
		},
		{ type: 'phonePart', value: '900 555', shown: ['нет', '+7(900)555-00-01'] },
		{ type: 'flag', value: 1, shown: '1' },
		// Some accounts show null for a switch that is off.
		{ type: 'flag', value: 0, shown: null },
		{ type: 'id', value: 7, shown: ['6', '7'] },
		{ type: 'id', value: 7, shown: undefined },
		// AlfaCRM finds a text by a part of it, in any field, so a row with another text may be right.
		{ type: 'text', value: 'Мия', shown: 'Орлова' },
	])(
		'a filter of type $type with the value $value keeps a row that shows $shown',
		async ({ type, value, shown }) => {
			const { passes, hints } = await checkRow(makeFilter({ type }), value, {
				wanted: shown,
			} as IDataObject);

			expect(passes).toBe(true);
			expect(hints).toEqual([]);
		},
	);

	it.each<{ type: string; value: unknown; shown: unknown }>([
		{ type: 'emailPart', value: 'anna@example.org', shown: null },
		{
			type: 'emailPart',
			value: 'anna@example.org',
			shown: ['joanna@example.org', 'j.anna@example.org', 'j-anna@example.org'],
		},
		{
			type: 'emailPart',
			value: 'anna@example.org',
			shown: ['anna@example.org.test', 'anna@example.organic'],
		},
		{ type: 'phonePart', value: '901', shown: ['+7(900)555-00-01'] },
		{ type: 'flag', value: 1, shown: 0 },
		{ type: 'flag', value: 1, shown: null },
		{ type: 'id', value: 7, shown: [] },
	])(
		'a filter of type $type with the value $value leaves out a row that shows $shown',
		async ({ type, value, shown }) => {
			const { passes, hints } = await checkRow(makeFilter({ type }), value, {
				wanted: shown,
			} as IDataObject);

			expect(passes).toBe(false);
			expect(hints).toEqual([]);
		},
	);
});

describe('the filter of customers by group', () => {
	const GROUP = 5;
	const MEMBER = 1;
	const SECOND_MEMBER = 4;
	const STRANGER = 2;

	it('the filter by group keeps the members whom AlfaCRM lists for today, and nobody else', async () => {
		const memberships = [
			{ id: 101, customer_id: String(MEMBER) },
			{ id: 102, customer_id: SECOND_MEMBER },
		];
		const { item } = openExecution(() => ({ items: memberships, total: memberships.length }));

		const isMember = await makeRowTest(item, entityOf('customer'), CUSTOMERS_OF_BRANCH_1, {
			group_id: GROUP,
		});

		expect(isMember({ id: MEMBER })).toBe(true);
		expect(isMember({ id: SECOND_MEMBER })).toBe(true);
		expect(isMember({ id: STRANGER })).toBe(false);
	});

	it('the filter by group reads the members of the group with one call', async () => {
		const { item, sent } = openExecution(() => ({ items: [], total: 0 }));

		await makeRowTest(item, entityOf('customer'), CUSTOMERS_OF_BRANCH_1, { group_id: GROUP });

		expect(sent).toMatchObject([
			{ url: expect.stringContaining('/v2api/1/cgi/index') as string, body: { group_id: GROUP } },
		]);
	});

	it('the filter by group warns when AlfaCRM lists fewer members than it counts', async () => {
		const { item, hints } = openExecution(() => ({
			items: [{ id: 1, customer_id: MEMBER }],
			total: 5,
		}));

		const isMember = await makeRowTest(item, entityOf('customer'), CUSTOMERS_OF_BRANCH_1, {
			group_id: GROUP,
		});

		expect(isMember({ id: MEMBER })).toBe(true);
		expect(isMember({ id: STRANGER })).toBe(false);
		expect(hints()).toEqual([expect.stringContaining('AlfaCRM reported 5 members of the group, 1 came')]);
	});
});

describe('the view Record Status', () => {
	/** Tells for each choice of Record Status whether Get Many shows a row under it. */
	function checkEachStatus(resource: string, row: IDataObject) {
		const views = entityOf(resource).hidden?.views ?? [];
		const recordStatus = views.find(({ name }) => name === 'removed') ?? views[0];
		return {
			active: recordStatus.includesRow(row, RECORD_STATUS.active, 'UTC'),
			all: recordStatus.includesRow(row, RECORD_STATUS.all, 'UTC'),
			archived: recordStatus.includesRow(row, RECORD_STATUS.archived, 'UTC'),
		};
	}

	it.each<{ resource: string; row: IDataObject }>([
		{ resource: 'customer', row: { removed: 0 } },
		{ resource: 'customer', row: { removed: null } },
		{ resource: 'customerTariff', row: { dead: 0, removed: 0 } },
		{ resource: 'customerTariff', row: { dead: false } },
	])('Record Status takes a $resource with $row for active', ({ resource, row }) => {
		expect(checkEachStatus(resource, row)).toEqual({ active: true, all: true, archived: false });
	});

	it.each<{ resource: string; row: IDataObject }>([
		{ resource: 'customer', row: { removed: '1' } },
		// A subscription is archived if one of its flags says so.
		{ resource: 'customerTariff', row: { dead: 1, removed: null } },
		{ resource: 'customerTariff', row: { dead: 0, removed: 1 } },
	])('Record Status takes a $resource with $row for archived', ({ resource, row }) => {
		expect(checkEachStatus(resource, row)).toEqual({ active: false, all: true, archived: true });
	});

	it.each([{ resource: 'customer' }, { resource: 'customerTariff' }])(
		'Record Status shows a $resource without an archive flag under every choice',
		({ resource }) => {
			expect(checkEachStatus(resource, {})).toEqual({ active: true, all: true, archived: true });
		},
	);
});

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

/** Fills the form of Get Many: active leads and clients, with a limit of 50. */
function getManyForm(parameters: IDataObject = {}): IDataObject {
	return customerForm('getAll', {
		returnAll: false,
		limit: 50,
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.active,
		filters: {},
		...parameters,
	});
}

describe('Get Many with a limit', () => {
	/** With two items, the node itself has to warn. With one, n8n does. */
	const TWO_ITEMS = { items: [{}, {}] };

	function addLeads(count: number): void {
		for (let index = 0; index < count; index++) {
			school.addLead({ e_date: '2030-12-31' });
		}
	}

	it('Get Many warns that there may be more customers when AlfaCRM counts more than the limit', async () => {
		addLeads(135);

		const { hints } = await school.run(getManyForm({ limit: 50 }), TWO_ITEMS);

		expect(hints).toEqual([
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 50 customers came",
		]);
	});

	it('Get Many gives no hint for a single item, because n8n gives its own', async () => {
		addLeads(135);

		const { hints } = await school.run(getManyForm({ limit: 50 }), { items: [{}] });

		expect(hints).toEqual([]);
	});

	it.each([135, 136, 500])(
		'Get Many gives no hint when all 135 customers came within the limit %d',
		async (limit) => {
			addLeads(135);

			const { hints } = await school.run(getManyForm({ limit }), TWO_ITEMS);

			expect(hints).toEqual([]);
		},
	);

	it('Get Many warns that there may be more customers when AlfaCRM returns no total and the limit is reached', async () => {
		school.settings.total = 'missing';
		addLeads(135);

		const { hints } = await school.run(getManyForm({ limit: 20 }), TWO_ITEMS);

		expect(hints).toEqual([
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 20 customers came",
		]);
	});

	it('Get Many gives no hint when AlfaCRM returns no total and the limit is not reached', async () => {
		school.settings.total = 'missing';
		addLeads(135);

		const { hints } = await school.run(getManyForm({ limit: 136 }), TWO_ITEMS);

		expect(hints).toEqual([]);
	});

	describe('of lessons, which AlfaCRM lists one status at a time', () => {
		// The node reads the three planned lessons first, then the two cancelled ones, then the held one.
		beforeEach(() => {
			addLesson(LESSON_STATUS.planned);
			addLesson(LESSON_STATUS.planned);
			addLesson(LESSON_STATUS.planned);
			addLesson(LESSON_STATUS.cancelled);
			addLesson(LESSON_STATUS.cancelled);
			addLesson(LESSON_STATUS.held);
		});

		function addLesson(status: number): void {
			school.addRecord('lesson', {
				branch_id: 1,
				status,
				date: '2026-02-10',
				lesson_type_id: 2,
				subject_id: 1,
			});
		}

		it('Get Many warns that there may be more lessons when the limit is reached in the list of planned lessons', async () => {
			const { hints } = await school.run(
				getManyForm({ resource: 'lesson', status: [], limit: 2 }),
				TWO_ITEMS,
			);

			expect(hints).toEqual([
				"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 2 lessons came",
			]);
		});

		it('Get Many warns that there may be more lessons when the limit is reached in the list of cancelled lessons', async () => {
			const { hints } = await school.run(
				getManyForm({ resource: 'lesson', status: [], limit: 4 }),
				TWO_ITEMS,
			);

			expect(hints).toEqual([
				"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 4 lessons came",
			]);
		});

		it('Get Many gives no hint when all 6 lessons came within the limit 7', async () => {
			const { hints } = await school.run(
				getManyForm({ resource: 'lesson', status: [], limit: 7 }),
				TWO_ITEMS,
			);

			expect(hints).toEqual([]);
		});
	});
});

describe('Get Many when AlfaCRM ignores ranges', () => {
	beforeEach(() => {
		school.settings.ignoredFilters = [
			'customer.balance_contract_from',
			'customer.balance_contract_to',
			'customer.balance_bonus_from',
			'customer.balance_bonus_to',
			'customer.lesson_count_from',
			'customer.lesson_count_to',
			'customer.dob_from',
			'customer.dob_to',
			'customer.last_attend_date_from',
			'customer.last_attend_date_to',
			'customer.next_lesson_date_from',
			'customer.next_lesson_date_to',
			'pay.sum_from',
			'pay.sum_to',
		];
	});

	// AlfaCRM lists both customers, and the node leaves out the one with the unwanted value.
	it.each<{ filters: IDataObject; wanted: IDataObject; unwanted: IDataObject }>([
		{
			filters: { balance_contract_to: -1 },
			wanted: { balance: '-800.00' },
			unwanted: { balance: '100.00' },
		},
		{
			filters: { balance_contract_from: 100.5 },
			wanted: { balance: '100.50' },
			unwanted: { balance: '100.49' },
		},
		{
			filters: { lesson_count_to: 1 },
			wanted: { paid_lesson_count: 1 },
			unwanted: { paid_lesson_count: 10 },
		},
		{
			filters: { dob_from: '2015-03-01', dob_to: '2015-03-31' },
			wanted: { dob: '02.03.2015' },
			unwanted: { dob: '02.04.2015' },
		},
		{
			filters: { next_lesson_date_from: '2026-02-10' },
			wanted: { next_lesson_date: '2026-02-10 17:00:00' },
			unwanted: { next_lesson_date: null },
		},
	])(
		'Get Many with $filters returns a customer with $wanted and leaves out one with $unwanted',
		async ({ filters, wanted, unwanted }) => {
			const wantedCustomer = school.addLead({ e_date: '2030-12-31', ...wanted });
			school.addLead({ e_date: '2030-12-31', ...unwanted });

			const { json, hints } = await school.run(getManyForm({ returnAll: true, filters }));

			expect(json).toMatchObject([{ id: wantedCustomer }]);
			expect(hints).toEqual([]);
		},
	);

	it('Get Many returns only payments whose income is at least the lower limit', async () => {
		addPayment({ income: '50.00' });
		const largePayment = addPayment({ income: '500.00' });

		const { json } = await school.run(
			getManyForm({ resource: 'pay', returnAll: true, filters: { sum_from: 100 } }),
		);

		expect(json).toMatchObject([{ id: largePayment }]);
	});

	it('Get Many returns a refund without comparing its income, because the sum of a refund is its expenditure', async () => {
		const refund = addPayment({
			pay_type_id: PAY_TYPE.refund,
			income: '0.00',
			expenditure: '700.00',
		});

		const { json } = await school.run(
			getManyForm({ resource: 'pay', returnAll: true, filters: { sum_from: 100 } }),
		);

		expect(json).toMatchObject([{ id: refund }]);
	});

	/** Adds an income, unless the values say otherwise. */
	function addPayment(values: IDataObject): number {
		return school.addRecord('pay', {
			branch_id: 1,
			pay_type_id: PAY_TYPE.income,
			document_date: '10.02.2026',
			...values,
		});
	}
});

describe('Get Many with a filter that cannot be used', () => {
	it('Get Many refuses a filter that the node does not have', async () => {
		const { message } = await school.expectRefused(getManyForm({ filters: { shoe_size: 40 } }));

		expect(message).toBe(`'Filters' has no "shoe_size"`);
	});

	it.each<{ resource: string; filters: IDataObject; message: string; description: string }>([
		{
			resource: 'customer',
			filters: { phone: ' ' },
			message: "The filter 'Phone' is empty",
			description:
				"Without it all customers would be returned. Fill it, or remove it from 'Filters'. Nothing was sent to AlfaCRM.",
		},
		{
			resource: 'customer',
			filters: { ids: ',' },
			message: `'IDs' holds no usable value: ","`,
			description:
				"Without it all customers would be returned. Fill it, or remove it from 'Filters'. Nothing was sent to AlfaCRM.",
		},
		{
			resource: 'pay',
			filters: { group_ids: [] },
			message: "The filter 'Group IDs' is empty",
			description:
				"Without it all payments would be returned. Fill it, or remove it from 'Filters'. Nothing was sent to AlfaCRM.",
		},
	])(
		'Get Many refuses the filters $filters of a $resource instead of returning all records',
		async ({ resource, filters, message, description }) => {
			const error = await school.expectRefusedUnsent(customerForm('getAll', { resource, filters }));

			expect(error).toMatchObject({ message, description });
		},
	);
});

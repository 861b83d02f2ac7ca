import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import type { Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { makeRowTest } from '../../../nodes/AlfaCrm/run/filters';
import { customerForm, SmallSchool } from './school';
import { openExecution } from './support';

const TARGET = { path: 'sample', branch: 1, query: {}, labels: {} };
const filter = (more: object): Filter => ({ name: 'asked', label: 'Asked', type: 'text', ...more }) as Filter;

/** Whether a row passes where the filter `asked` was asked for, and what the user is told. */
async function passes(one: Filter, wanted: unknown, row: IDataObject) {
	const { item, hints } = openExecution();
	const entity = { ...entityOf('customer'), filters: [one, filter({ name: 'other' })] } as Entity;
	const test = await makeRowTest(item, entity, TARGET, { asked: wanted } as IDataObject);
	return [test(row), hints()];
}

describe('a row is checked again', () => {
	it.each<[test: string, wanted: unknown, held: unknown, boolean]>([
		['from', '10.02.2026', '2026-02-10 17:00:00', true],
		['from', '10.02.2026', '2026-02-09', false],
		['from', '10.02.2026', 'нет', false],
		['from', 'нет', '2026-02-10', false],
		['to', '10.02.2026', '2026-02-10 17:00:00', true],
		['to', '10.02.2026', '2026-02-11', false],
		['from', -100, '-100.00', true],
		['from', -100, -100.01, false],
		['to', 9, '10', false],
		['to', 0, 0, true],
	])('by %s of %j: one that holds %j passes: %j', async (test, wanted, held, isWanted) => {
		const checked = filter({ checkRowBy: { field: 'shown', test } });
		expect(await passes(checked, wanted, { shown: held as IDataObject })).toEqual([isWanted, []]);
	});

	it.each([
		[{ field: 'shown', test: 'to' }],
		[({ shown }: IDataObject) => (shown === undefined ? undefined : false)],
	])('and passes where it does not show the field, which the user is told', async (checkRowBy) => {
		expect(await passes(filter({ checkRowBy }), [7], { asked: 8 })).toEqual([
			true,
			['AlfaCRM may ignore a filter, and it does not show whether it did, so check the customers: Asked'],
		]);
	});

	it.each([null, '', 'нет', {}])(
		'and passes where it shows %j in place of a number, which the user is told',
		async (held) => {
			const checked = filter({ checkRowBy: { field: 'shown', test: 'to' } });
			expect(await passes(checked, -1, { shown: held })).toEqual([
				true,
				[expect.stringContaining('may ignore')],
			]);
		},
	);

	it('unless it holds its number elsewhere', async () => {
		const checked = filter({ checkRowBy: { field: 'shown', test: 'from', unless: 'other' } });
		expect(await passes(checked, 100, { shown: '0.00', other: '500.00' })).toEqual([true, []]);
		expect(await passes(checked, 100, { shown: '0.00', other: '0.00' })).toEqual([false, []]);
		expect(await passes(checked, 100, { shown: '50.00' })).toEqual([false, []]);
	});

	const filterOf = (resource: string, name: string) =>
		filter({ checkRowBy: entityOf(resource).filters.find((one) => one.name === name)?.checkRowBy });

	it.each<[resource: string, name: string, wanted: unknown, row: IDataObject, boolean]>([
		['task', 'due_date_is_null', true, { due_date: null }, true],
		['task', 'due_date_is_null', true, { due_date: '2026-03-01' }, false],
		['task', 'due_date_is_null', false, { due_date: '2026-03-01' }, true],
		['task', 'due_date_is_null', false, { due_date: '' }, false],
		['regularLesson', 'group_id', 7, { related_id: '7', related_class: 'Group' }, true],
		['regularLesson', 'group_id', 7, { related_id: 7 }, true],
		['regularLesson', 'group_id', 7, { related_id: 8, related_class: 'Group' }, false],
		['regularLesson', 'group_id', 7, { related_id: 7, related_class: 'Customer' }, false],
		['subject', 'active', false, { active: true }, true],
	])('of a %s by %s: for %j %j passes: %j', async (resource, name, wanted, row, isWanted) => {
		expect(await passes(filterOf(resource, name), wanted, row)).toEqual([isWanted, []]);
	});

	it.each<[object, unknown, unknown, boolean]>([
		[{ type: 'emailPart' }, 'NNA@ex', ['eva@school.example', 'anna@example.org'], true],
		[{ type: 'emailPart' }, 'anna@example.org', null, false],
		[{ type: 'emailPart' }, 'anna@example.org', 'Анна <anna@example.org>', true],
		[{ type: 'emailPart' }, 'anna@example.org', 'joanna@example.org/anna@example.org.', true],
		[
			{ type: 'emailPart' },
			'anna@example.org',
			['joanna@example.org', 'j.anna@example.org', 'j-anna@example.org'],
			false,
		],
		[{ type: 'emailPart' }, 'anna@example.org', ['anna@example.org.test', 'anna@example.organic'], false],
		[{ type: 'phonePart' }, '900 555', ['нет', '+7(900)555-00-01'], true],
		[{ type: 'phonePart' }, '901', ['+7(900)555-00-01'], false],
		[{ type: 'flag' }, 1, '1', true],
		[{ type: 'flag' }, 1, 0, false],
		// Some accounts show nothing where a switch is off.
		[{ type: 'flag' }, 0, null, true],
		[{ type: 'flag' }, 1, null, false],
		[{ type: 'id' }, 7, ['6', '7'], true],
		[{ type: 'id' }, 7, [], false],
		[{ type: 'id' }, 7, undefined, true],
		// A text is found by a part of it.
		[{ type: 'text' }, 'Мия', 'Орлова', true],
	])('by the very value of %j: %j, where it holds %j, passes: %j', async (more, wanted, held, isWanted) => {
		expect(await passes(filter(more), wanted, { asked: held as IDataObject })).toEqual([isWanted, []]);
	});
});

describe('the members of a group', () => {
	const customers = { ...entityOf('customer') };

	async function members(rows: IDataObject[]) {
		const desk = openExecution(() => ({ items: rows, total: rows.length }));
		const test = await makeRowTest(desk.item, customers, TARGET, { group_id: 5 });
		return { ...desk, ids: [1, 2, 3, 4, 5].filter((id) => test({ id })) };
	}

	it('are those whom AlfaCRM lists unasked, for it lists those of today', async () => {
		const { ids, sent } = await members([
			{ id: 1, customer_id: '1' },
			{ id: 4, customer_id: 4 },
		]);
		expect(ids).toEqual([1, 4]);
		expect(sent).toHaveLength(1);
		expect(sent[0].url).toContain('/v2api/1/cgi/index');
		expect(sent[0].body).toMatchObject({ group_id: 5 });
	});

	it('may not all be known, and the user is told', async () => {
		const desk = openExecution(() => ({ items: [{ id: 1, customer_id: 1 }], total: 5 }));
		const test = await makeRowTest(desk.item, customers, TARGET, { group_id: 5 });
		expect([test({ id: 1 }), test({ id: 2 })]).toEqual([true, false]);
		expect(desk.hints()).toEqual([
			expect.stringContaining('AlfaCRM reported 5 members of the group, 1 came'),
		]);
	});
});

describe('a row is in the view that was chosen', () => {
	it.each<[string, IDataObject, number[]]>([
		// By the flag that it shows; 0 are active ones, 1 all, 2 archived ones.
		['customer', { removed: 0 }, [0, 1]],
		['customer', { removed: '1' }, [1, 2]],
		['customer', {}, [0, 1, 2]],
		['customer', { removed: null }, [0, 1]],
		// A subscription is archived if one of its flags says so. What shows no flag is in every view.
		['customerTariff', { dead: 1, removed: null }, [1, 2]],
		['customerTariff', { dead: 0, removed: 1 }, [1, 2]],
		['customerTariff', { dead: 0, removed: 0 }, [0, 1]],
		['customerTariff', { dead: false }, [0, 1]],
		['customerTariff', {}, [0, 1, 2]],
	])('%s %j: %j', (resource, row, views) => {
		const all = entityOf(resource).hidden!.views!;
		const view = all.find(({ name }) => name === 'removed') ?? all[0];
		const isIn = (chosen: number) => view.includesRow(row, chosen, 'UTC');
		expect([0, 1, 2].filter(isIn)).toEqual(views);
	});
});

const MAY_BE = "'Limit' was reached, so there may be more: raise it, or switch on 'Return All':";

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const list = (limit: number, more: IDataObject = {}) =>
	customerForm('getAll', {
		returnAll: false,
		limit,
		is_study: 2,
		removed: 0,
		simplify: false,
		filters: {},
		...more,
	});
const hintsOf = async (parameters: IDataObject, items: IDataObject[] = [{}, {}]) =>
	(await school.run(parameters, { items })).hints;
const leads = (count: number, row: IDataObject = {}) => {
	for (let index = 0; index < count; index++) school.addLead({ e_date: '2030-12-31', ...row });
};

describe('a list that ends at its limit', () => {
	it('says so where AlfaCRM counts more', async () => {
		leads(135);
		expect(await hintsOf(list(50))).toEqual([`${MAY_BE} 50 customers came`]);
	});

	it("leaves it to n8n's own hint where one item came in", async () => {
		leads(135);
		expect(await hintsOf(list(50), [{}])).toEqual([]);
	});

	it.each([135, 136, 500])('says nothing where all have come, within %d', async (limit) => {
		leads(135);
		expect(await hintsOf(list(limit))).toEqual([]);
	});

	it('says so where AlfaCRM does not count, for there may be more', async () => {
		school.settings.total = 'missing';
		leads(135);
		expect(await hintsOf(list(20))).toEqual([`${MAY_BE} 20 customers came`]);
		expect(await hintsOf(list(136))).toEqual([]);
	});

	it('says so of several lists, whose totals nobody has added up', async () => {
		for (const status of [1, 1, 1, 2, 2, 3])
			school.addRecord('lesson', {
				branch_id: 1,
				status,
				date: '2026-02-10',
				lesson_type_id: 2,
				subject_id: 1,
			});
		const lessons = (limit: number, status: number[] = []) => list(limit, { resource: 'lesson', status });
		for (const limit of [2, 4])
			expect(await hintsOf(lessons(limit))).toEqual([`${MAY_BE} ${limit} lessons came`]);
		expect(await hintsOf(lessons(7))).toEqual([]);
	});
});

const RANGES = [
	...[
		'balance_contract',
		'balance_bonus',
		'lesson_count',
		'dob',
		'last_attend_date',
		'next_lesson_date',
	].flatMap((name) => [`customer.${name}_from`, `customer.${name}_to`]),
	...['pay.sum_from', 'pay.sum_to'],
];

describe('a range that AlfaCRM ignores', () => {
	beforeEach(() => (school.settings.ignoredFilters = RANGES));
	const ids = async (filters: IDataObject, more: IDataObject = {}) => {
		const { json, hints } = await school.run(list(50, { filters, returnAll: true, ...more }));
		return [json.map(({ id }) => Number(id)).sort((a, b) => a - b), hints];
	};

	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ balance_contract_to: -1 }, { balance: '-800.00' }, { balance: '100.00' }],
		[{ balance_contract_from: 100.5 }, { balance: '100.50' }, { balance: '100.49' }],
		[{ lesson_count_to: 1 }, { paid_lesson_count: 1 }, { paid_lesson_count: 10 }],
		[{ dob_from: '2015-03-01', dob_to: '2015-03-31' }, { dob: '02.03.2015' }, { dob: '02.04.2015' }],
		[
			{ next_lesson_date_from: '2026-02-10' },
			{ next_lesson_date: '2026-02-10 17:00:00' },
			{ next_lesson_date: null },
		],
	])('%j is checked on the card: %j, not %j', async (filters, wanted, other) => {
		const id = school.addLead({ e_date: '2030-12-31', ...wanted });
		school.addLead({ e_date: '2030-12-31', ...other });
		expect(await ids(filters)).toEqual([[id], []]);
	});

	it('of amounts is checked on the payment, unless that carries its sum as expenditure', async () => {
		const pay = (row: IDataObject) =>
			school.addRecord('pay', { branch_id: 1, pay_type_id: 1, document_date: '10.02.2026', ...row });
		const [large] = [pay({ income: '500.00' }), pay({ income: '50.00' })];
		const refund = school.addRecord('pay', {
			...{ branch_id: 1, pay_type_id: 2, document_date: '10.02.2026', income: '0.00', expenditure: '700.00' },
		});
		const payments = { resource: 'pay', filters: { sum_from: 100 } };
		expect((await ids({ sum_from: 100 }, payments))[0]).toEqual([large, refund]);
	});
});

it('a filter that there is not is refused, since without it all records would come', async () => {
	const { error } = await school.runToEnd(list(50, { filters: { shoe_size: 40 } }));
	expect(error?.message).toContain(`'Filters' has no "shoe_size"`);
});

it.each([
	['customer', 'phone', ' '],
	['customer', 'ids', ','],
	['pay', 'group_ids', []],
])('an empty filter is refused, or all would be returned: of %s by %s, %j', async (resource, name, value) => {
	const form = customerForm('getAll', { resource, filters: { [name]: value } });
	const { message, description } = await school.expectRefusedUnsent(form);
	expect(message).toMatch(
		value === ',' ? /^'IDs' holds no usable value: ","$/ : /^The filter '.*' is empty$/,
	);
	expect(description).toMatch(/^Without it all .* would be returned/);
});

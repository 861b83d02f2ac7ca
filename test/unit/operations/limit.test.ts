import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

const MESSAGE = "'Limit' was reached: raise it, or switch on 'Return All': AlfaCRM counts";

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const list = (limit: number, more: IDataObject = {}): IDataObject => ({
	...{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: false, limit },
	...{ is_study: 2, removed: 0, simplify: false, addNames: false, filters: {} },
	...more,
});
const hintsOf = async (parameters: IDataObject) => (await school.done(parameters)).hints;
const leads = (count: number, row: IDataObject = {}) => {
	for (let index = 0; index < count; index++) school.lead({ e_date: '2030-12-31', ...row });
};

describe('a list that ends at its limit', () => {
	it('says how many AlfaCRM counts', async () => {
		leads(135);
		expect(await hintsOf(list(50))).toEqual([`${MESSAGE} 135 customers, 50 came`]);
		expect(school.calls).toHaveLength(3);
	});

	it.each([135, 136, 500])('says nothing where all have come, within %d', async (limit) => {
		leads(135);
		expect(await hintsOf(list(limit))).toEqual([]);
	});

	it.each(['missing', 'pageSize', 'pageLength'] as const)(
		'says nothing where AlfaCRM does not count: %s',
		async (total) => {
			school.settings.total = total;
			leads(135);
			expect(await hintsOf(list(20))).toEqual([]);
		},
	);

	it('says no number where AlfaCRM counts others too, or may', async () => {
		const mia = list(10, { filters: { email: 'mia@example.org' } });
		const MAY_BE =
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 10 customers came";
		leads(30);
		leads(30, { email: ['mia@example.org'] });
		expect(await hintsOf(mia)).toEqual([MAY_BE]);
		school.settings.ignoredFilters = ['customer.email'];
		leads(1);
		const { json, hints } = await school.done(mia);
		expect(json).toHaveLength(10);
		expect(hints).toEqual([MAY_BE]);
	});

	it('says no number of leads that are not sorted, which the node picks out itself', async () => {
		leads(12, { is_study: 0, lead_status_id: null });
		expect(await hintsOf(list(10, { filters: { lead_status_id: 'none' } }))).toEqual([
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 10 customers came",
		]);
	});

	it('says no number of several lists, whose totals nobody has added up', async () => {
		for (const status of [1, 1, 1, 2, 2, 3])
			school.add('lesson', { branch_id: 1, status, date: '2026-02-10', lesson_type_id: 2, subject_id: 1 });
		const lessons = (limit: number, status: number[] = []) => list(limit, { resource: 'lesson', status });
		const mayBe = (count: number) =>
			`'Limit' was reached, so there may be more: raise it, or switch on 'Return All': ${count} lessons came`;
		expect(await hintsOf(lessons(2))).toEqual([mayBe(2)]);
		expect(await hintsOf(lessons(4))).toEqual([mayBe(4)]);
		expect(await hintsOf(lessons(7))).toEqual([]);
		expect(await hintsOf(lessons(2, [1]))).toEqual([`${MESSAGE} 3 lessons, 2 came`]);
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
		const { json, hints } = await school.done(list(50, { filters, returnAll: true, ...more }));
		return [json.map(({ id }) => Number(id)).sort((a, b) => a - b), hints];
	};

	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ balance_contract_to: -1 }, { balance: '-800.00' }, { balance: '100.00' }],
		[{ balance_contract_from: 100.5 }, { balance: '100.50' }, { balance: '100.49' }],
		[{ lesson_count_to: 1 }, { paid_lesson_count: 1 }, { paid_lesson_count: 10 }],
		[{ balance_bonus_from: 5 }, { balance_bonus: 5 }, { balance_bonus: 0 }],
		[{ dob_from: '2015-03-01', dob_to: '2015-03-31' }, { dob: '02.03.2015' }, { dob: '02.04.2015' }],
		[
			{ last_attend_date_to: '2026-01-31' },
			{ last_attend_date: '2026-01-31' },
			{ last_attend_date: '2026-02-01' },
		],
		[
			{ next_lesson_date_from: '2026-02-10' },
			{ next_lesson_date: '2026-02-10 17:00:00' },
			{ next_lesson_date: null },
		],
	])('%j is checked on the card: %j, not %j', async (filters, wanted, other) => {
		const id = school.lead({ e_date: '2030-12-31', ...wanted });
		school.lead({ e_date: '2030-12-31', ...other });
		expect(await ids(filters)).toEqual([[id], []]);
	});

	it('of amounts is checked on the payment, unless that carries its sum as expenditure', async () => {
		const pay = (row: IDataObject) =>
			school.add('pay', { branch_id: 1, pay_type_id: 1, document_date: '10.02.2026', ...row });
		const [large] = [pay({ income: '500.00' }), pay({ income: '50.00' })];
		const refund = school.add('pay', {
			...{ branch_id: 1, pay_type_id: 2, document_date: '10.02.2026', income: '0.00', expenditure: '700.00' },
		});
		const payments = { resource: 'pay', filters: { sum_from: 100 } };
		expect((await ids({ sum_from: 100 }, payments))[0]).toEqual([large, refund]);
	});
});

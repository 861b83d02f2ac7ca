import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LIVE_PAY_TYPE, PAY_TYPE } from '../../support/codes';
import {
	AdditionSchool,
	API_USER,
	CASH_BOX,
	commentForm,
	LOCATION,
	MIA,
	NOW,
	PAYMENT_ITEM,
	paymentForm,
	paymentUpdateForm,
	PLAN,
	refundForm,
	subscriptionForm,
	taskForm,
	YANA,
} from './additionSchool';
import { customerForm } from './school';

let school: AdditionSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new AdditionSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Operations that add a record to a customer', () => {
	const ADDITIONS = [
		{ operation: 'Take Payment', makeForm: paymentForm, path: 'pay', changedParameters: { income: 501 } },
		{
			operation: 'Sell Subscription',
			makeForm: subscriptionForm,
			path: 'customer-tariff',
			changedParameters: { tariff_id: PLAN.fourLessons },
		},
		{
			operation: 'Add Comment',
			makeForm: commentForm,
			path: 'communication',
			changedParameters: { comment: 'Не просил' },
		},
		{ operation: 'Create Task', makeForm: taskForm, path: 'task', changedParameters: { title: 'Написать' } },
	];

	it.each(ADDITIONS)('$operation adds only one record when it runs twice', async ({ makeForm, path }) => {
		const results = await school.runInTurn(makeForm(), makeForm());

		expect(results).toBe('created, unchanged');
		expect(school.readRecords(path)).toHaveLength(1);
	});

	it.each(ADDITIONS)('$operation adds the same record for another customer', async ({ makeForm, path }) => {
		const results = await school.runInTurn(makeForm({ id: MIA }), makeForm({ id: YANA }));

		expect(results).toBe('created, created');
		expect(school.readRecords(path)).toHaveLength(2);
	});

	it.each(ADDITIONS)(
		'$operation adds a second record when a value of the form differs',
		async ({ makeForm, path, changedParameters }) => {
			const results = await school.runInTurn(makeForm(), makeForm(changedParameters));

			expect(results).toBe('created, created');
			expect(school.readRecords(path)).toHaveLength(2);
		},
	);

	it.each(ADDITIONS)(
		'$operation adds the same record again when Skip If It Already Exists is off',
		async ({ makeForm, path }) => {
			const results = await school.runInTurn(makeForm(), makeForm({ skipIfThere: false }));

			expect(results).toBe('created, created');
			expect(school.readRecords(path)).toHaveLength(2);
		},
	);

	it.each(ADDITIONS)(
		'$operation skips an existing record when Skip If It Already Exists is the text "1"',
		async ({ makeForm }) => {
			const results = await school.runInTurn(makeForm(), makeForm({ skipIfThere: '1' }));

			expect(results).toBe('created, unchanged');
		},
	);

	it.each([
		{ value: 'null', skipIfThere: null },
		{ value: 'undefined', skipIfThere: undefined },
		{ value: 'an empty text', skipIfThere: '' },
		{ value: 'the text "yes"', skipIfThere: 'yes' },
		{ value: 'an empty list', skipIfThere: [] },
		{ value: 'the number 2', skipIfThere: 2 },
	])('Take Payment refuses $value in Skip If It Already Exists', async ({ skipIfThere }) => {
		const { message } = await school.expectRefusedUnsent(paymentForm({ skipIfThere }));

		expect(message).toContain("'Skip If It Already Exists'");
	});
});

describe('Operations with an amount of money', () => {
	it.each([
		{ income: 0 },
		{ income: '0.00' },
		{ income: '-500' },
		{ income: 0.004 },
		{ income: 1e21 },
		{ income: 'много' },
	])('Take Payment refuses the amount $income', async ({ income }) => {
		const { message } = await school.expectRefusedUnsent(paymentForm({ income }));

		expect(message).toBe(
			`'Amount' must be a number of at least 0.01, such as 1290.90 or 1 290,90, but it is "${income}"`,
		);
	});

	it('Take Payment refuses a form without an amount', async () => {
		const form = customerForm('takePayment', { id: MIA, pay_account_id: CASH_BOX });

		const { message } = await school.expectRefusedUnsent(form);

		expect(message).toBe("'Amount' is empty, but it is required");
	});

	it('Create Correction or Refund refuses the amount 0', async () => {
		const { message } = await school.expectRefusedUnsent(refundForm({ income: 0 }));

		expect(message).toBe(
			'\'Amount\' must be a number other than 0, such as 1290.90 or 1 290,90, but it is "0"',
		);
	});

	it('Payment → Update refuses the amount 0', async () => {
		const { message } = await school.expectRefusedUnsent(paymentUpdateForm(1, { income: 0 }));

		expect(message).toBe(
			'\'Amount\' must be a number other than 0, such as 1290.90 or 1 290,90, but it is "0"',
		);
	});

	it.each([
		{ change: 'bonus-add', amount: -50 },
		{ change: 'bonus-spend', amount: 0.004 },
	])('Change Bonus refuses the amount $amount', async ({ change, amount }) => {
		const form = customerForm('changeBonus', { id: MIA, change, amount, note: 'Подарок' });

		const { message } = await school.expectRefusedUnsent(form);

		expect(message).toBe(
			`'Amount' must be a number of at least 0.01, such as 1290.90 or 1 290,90, but it is "${amount}"`,
		);
	});

	it('Payment → Update saves a negative amount, because a correction may have one', async () => {
		const payment = school.addPayment();

		await school.run(paymentUpdateForm(payment, { income: -500 }));

		expect(school.readRecord('pay', payment)).toMatchObject({ income: '-500.00' });
	});

	it('Take Payment takes the computed amount 3872.7000000000003 and the text "3872.70" for the same amount', async () => {
		const computedAmount = 1290.9 * 3; // 3872.7000000000003

		const results = await school.runInTurn(
			paymentForm({ income: computedAmount }),
			paymentForm({ income: computedAmount }),
			paymentForm({ income: '3872.70' }),
		);

		expect(results).toBe('created, unchanged, unchanged');
	});

	it('Take Payment sends 3872.7 when an expression has computed the amount 3872.7000000000003', async () => {
		const computedAmount = 1290.9 * 3; // 3872.7000000000003

		await school.run(paymentForm({ income: computedAmount }));

		expect(school.readLastWrittenBody()).toMatchObject({ income: 3872.7 });
	});
});

describe('Take Payment', () => {
	it('Take Payment sends the values of the form, and default values for the fields that are empty', async () => {
		await school.run(paymentForm({ additionalFields: { note: 'x' } }));

		expect(school.readLastWrittenBody()).toEqual({
			customer_id: MIA,
			income: 3872.7,
			pay_account_id: CASH_BOX,
			branch_id: 1,
			document_date: '10.02.2026',
			note: 'x',
			pay_type_id: PAY_TYPE.income,
			payer_name: 'Орлов Иван',
		});
	});

	it('Take Payment returns the payment with the names of the fields that it has sent', async () => {
		const { json } = await school.run(paymentForm({ additionalFields: { note: 'x' } }));

		expect(json).toMatchObject([
			{
				id: 1,
				operationResult: 'created',
				income: '3872.70',
			},
		]);
		const changedFields = json[0].changedFields as string[];
		expect([...changedFields].sort()).toEqual([
			'branch_id',
			'customer_id',
			'document_date',
			'income',
			'note',
			'pay_account_id',
			'pay_type_id',
			'payer_name',
		]);
	});

	it.each([
		{ state: 'confirmed', is_confirmed: 1 },
		{ state: 'unconfirmed', is_confirmed: 0 },
	])(
		'Take Payment leaves an equal $state payment that the staff has entered as it is',
		async ({ is_confirmed }) => {
			school.addPayment({ is_confirmed, payer_name: 'Мама' });

			const { json } = await school.run(paymentForm());

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
			expect(school.readRecords('pay')).toMatchObject([{ is_confirmed, payer_name: 'Мама' }]);
		},
	);

	it.each([
		{ state: 'confirmed', is_confirmed: 1 },
		{ state: 'unconfirmed', is_confirmed: 0 },
	])(
		'Take Payment leaves an equal $state payment as it is when the form says Confirmed',
		async ({ is_confirmed }) => {
			school.addPayment({ is_confirmed, payer_name: 'Мама' });

			const { json } = await school.run(paymentForm({ additionalFields: { is_confirmed: true } }));

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
			expect(school.readRecords('pay')).toMatchObject([{ is_confirmed, payer_name: 'Мама' }]);
		},
	);

	it('Take Payment finds an equal payment when the amount in the form has a fraction of a kopeck', async () => {
		school.addPayment({ income: '3872.70' });

		const { json } = await school.run(paymentForm({ income: '3872.7010' }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('Take Payment enters one payment when two executions enter it at the same moment', async () => {
		const executions = await Promise.all([school.run(paymentForm()), school.run(paymentForm())]);

		expect(executions).toMatchObject([
			{ json: [{ operationResult: 'created' }] },
			{ json: [{ operationResult: 'unchanged' }] },
		]);
	});

	it('Take Payment enters a correction only once, although AlfaCRM lists only incomes by default', async () => {
		school.settings.payDefault = 'income';
		const form = paymentForm({ additionalFields: { pay_type_id: LIVE_PAY_TYPE.correction } });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});

	it('Take Payment enters a refund only once, although AlfaCRM shows the amount of a refund as its expenditure', async () => {
		school.settings.payDefault = 'income';
		school.settings.refundSum = 'expenditure';
		const form = paymentForm({ additionalFields: { pay_type_id: PAY_TYPE.refund } });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});

	it.each([
		{ difference: 'another payer', parameters: { additionalFields: { payer_name: 'Дедушка' } } },
		{ difference: 'another item', parameters: { additionalFields: { pay_item_id: PAYMENT_ITEM } } },
		{ difference: 'another location', parameters: { additionalFields: { location_id: LOCATION } } },
		{ difference: 'another day', parameters: { additionalFields: { document_date: '2026-02-09' } } },
		{ difference: 'another note', parameters: { additionalFields: { note: 'x' } } },
		{ difference: 'another branch', parameters: { additionalFields: { branch_id: 2 } } },
		{ difference: 'another type', parameters: { additionalFields: { pay_type_id: PAY_TYPE.refund } } },
	])(
		'Take Payment enters a second payment, and only once, when it has $difference',
		async ({ parameters }) => {
			const firstForm = paymentForm();
			const secondForm = paymentForm(parameters);

			const results = await school.runInTurn(firstForm, secondForm, secondForm);

			expect(results).toBe('created, created, unchanged');
		},
	);

	it('Take Payment does not read the payments when Skip If It Already Exists is off', async () => {
		await school.run(paymentForm({ skipIfThere: false }));

		expect(school.calls).toEqual(['customer/index', 'pay/create']);
	});

	it('Take Payment looks for equal payments in the branch of the form and in the branch of the payment', async () => {
		await school.run(
			paymentForm({
				branchId: 1,
				additionalFields: { branch_id: 2, pay_type_id: LIVE_PAY_TYPE.earlierRefund },
			}),
		);

		expect(school.readRequests('pay/index')).toMatchObject([
			{
				url: expect.stringContaining('/v2api/1/pay/index') as string,
				body: { customer_id: MIA, pay_type_id: LIVE_PAY_TYPE.earlierRefund },
			},
			{
				url: expect.stringContaining('/v2api/2/pay/index') as string,
				body: { customer_id: MIA, pay_type_id: LIVE_PAY_TYPE.earlierRefund },
			},
		]);
	});

	it('Take Payment refuses a payment when AlfaCRM does not return the whole list of payments', async () => {
		school.answerIncompletely('pay/index');

		const { message, description } = await school.expectRefused(paymentForm());

		expect(message).toBe(
			"AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
		);
		expect(description).toBe('Run it again. Nothing was saved.');
	});
});

describe('Take Payment when the list of payments shows only some fields', () => {
	const SHOWN_PAYMENT = {
		id: 7,
		customer_id: MIA,
		branch_id: 1,
		pay_type_id: PAY_TYPE.income,
		pay_account_id: CASH_BOX,
		document_date: '10.02.2026',
		income: '3872.70',
		note: 'x',
	};

	it('Take Payment finds an equal payment whose note AlfaCRM does not show', async () => {
		school.answerList('pay/index', [{ ...SHOWN_PAYMENT, note: undefined }]);

		const { json } = await school.run(paymentForm({ additionalFields: { note: 'x' } }));

		expect(json).toMatchObject([{ id: 7, operationResult: 'unchanged' }]);
	});

	it('Take Payment enters the payment when AlfaCRM does not show the customer of the existing one', async () => {
		school.answerList('pay/index', [{ ...SHOWN_PAYMENT, customer_id: undefined }]);

		const { json } = await school.run(paymentForm({ additionalFields: { note: 'x' } }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('Take Payment finds an equal payment whose expenditure AlfaCRM does not show', async () => {
		school.answerList('pay/index', [{ ...SHOWN_PAYMENT, expenditure: undefined }]);

		const { json } = await school.run(paymentForm({ income: 3872.7 }));

		expect(json).toMatchObject([{ id: 7, operationResult: 'unchanged' }]);
	});

	it('Take Payment enters a payment of another amount when AlfaCRM does not show the expenditure of the existing one', async () => {
		school.answerList('pay/index', [{ ...SHOWN_PAYMENT, expenditure: undefined }]);

		const { json } = await school.run(paymentForm({ income: 700 }));

		expect(json).toMatchObject([{ operationResult: 'created', income: '700.00' }]);
	});
});

describe.each([
	{ operation: 'Take Payment', makeFormFor: (payer: number) => paymentForm({ id: payer }) },
	{
		operation: 'Create Correction or Refund',
		makeFormFor: (payer: number) => refundForm({ customer_id: payer }),
	},
])('$operation', ({ makeFormFor }) => {
	it.each([
		{ source: 'the name of the customer', customer: { name: 'Мия', legal_name: '' }, payerName: 'Мия' },
		{
			source: 'the legal name of the customer',
			customer: { name: 'Мия', legal_name: ' Анна ' },
			payerName: 'Анна',
		},
		{
			source: 'the legal name of a customer who has left',
			customer: { name: 'Мия', legal_name: 'Анна', e_date: '2020-01-31' },
			payerName: 'Анна',
		},
		{
			source: 'a name of 50 characters',
			customer: { name: 'ы'.repeat(50), legal_name: null },
			payerName: 'ы'.repeat(50),
		},
		{
			source: 'the first word of a name that is too long',
			customer: { name: `${'ы'.repeat(48)} ${'я'.repeat(9)}`, legal_name: null },
			payerName: `${'ы'.repeat(48)}…`,
		},
		{
			source: 'the first 49 characters of a name that is too long',
			customer: { name: `${'ы'.repeat(49)} я`, legal_name: null },
			payerName: `${'ы'.repeat(49)}…`,
		},
	])('$operation fills an empty payer name with $source', async ({ customer, payerName }) => {
		const payer = school.addLead(customer);

		await school.run(makeFormFor(payer));

		expect(school.readLastWrittenBody()).toMatchObject({ payer_name: payerName });
	});

	it('$operation sends the payer name that the form gives', async () => {
		await school.run({ ...makeFormFor(MIA), additionalFields: { payer_name: 'Бабушка' } });

		expect(school.readLastWrittenBody()).toMatchObject({ payer_name: 'Бабушка' });
	});

	it('$operation sends the payer name that the form gives for a customer without a name', async () => {
		const payer = school.addLead({ name: '', legal_name: '' });

		await school.run({ ...makeFormFor(payer), additionalFields: { payer_name: 'Бабушка' } });

		expect(school.readLastWrittenBody()).toMatchObject({ payer_name: 'Бабушка' });
	});

	it('$operation sends no payer name for a customer without a name', async () => {
		const payer = school.addLead({ name: '', legal_name: '' });

		await school.runToEnd(makeFormFor(payer));

		expect(school.readLastWrittenBody()).toMatchObject({ customer_id: payer });
		expect(school.readLastWrittenBody()).not.toHaveProperty('payer_name');
	});

	it('$operation says that AlfaCRM requires the payer name when the user may not see the customer', async () => {
		school.settings.forbiddenCalls = ['customer/index'];

		const { error } = await school.runToEnd(makeFormFor(MIA));

		expect(error?.message).toBe(
			'AlfaCRM did not create the payment: Payer Name – Необходимо заполнить «Плательщик».',
		);
	});
});

describe('Take Payment for a subscription', () => {
	it.each([
		{
			subscription: 'a current subscription',
			until: '31.05.2035',
			list: 'all subscriptions',
			deadDefault: 'all' as const,
		},
		{
			subscription: 'a past subscription',
			until: '31.05.2025',
			list: 'all subscriptions',
			deadDefault: 'all' as const,
		},
		{
			subscription: 'a current subscription',
			until: '31.05.2035',
			list: 'only current subscriptions',
			deadDefault: 'current' as const,
		},
		{
			subscription: 'a past subscription',
			until: '31.05.2025',
			list: 'only current subscriptions',
			deadDefault: 'current' as const,
		},
	])(
		'Take Payment enters a payment for $subscription only once when AlfaCRM lists $list by default',
		async ({ until, deadDefault }) => {
			school.settings.deadDefault = deadDefault;
			const subscription = school.addSubscription(MIA, { until });
			const form = paymentForm({ additionalFields: { ctt_id: subscription } });

			const results = await school.runInTurn(form, form);

			expect(results).toBe('created, unchanged');
		},
	);

	it.each([
		{ list: 'all subscriptions', deadDefault: 'all' as const },
		{ list: 'only current subscriptions', deadDefault: 'current' as const },
	])(
		'Take Payment refuses a payment for a subscription of another customer when AlfaCRM lists $list by default',
		async ({ deadDefault }) => {
			school.settings.deadDefault = deadDefault;
			const subscription = school.addSubscription(YANA, { until: '31.05.2035' });

			const { message, description } = await school.expectRefused(
				paymentForm({ additionalFields: { ctt_id: subscription } }),
			);

			expect(message).toBe(`AlfaCRM lists no customer subscription ${subscription} of customer ${MIA}`);
			expect(description).toBe(
				"Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago. Nothing was saved.",
			);
		},
	);

	it('Take Payment does not check the subscription of a payment when the user may not see subscriptions', async () => {
		school.settings.forbiddenCalls = ['customer-tariff/index'];
		const subscription = school.addSubscription(MIA, { until: '31.05.2035' });

		const { json } = await school.run(paymentForm({ additionalFields: { ctt_id: subscription } }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('Take Payment does not check the subscription of a payment when AlfaCRM does not return the whole list', async () => {
		const subscription = school.addSubscription(MIA, { until: '31.05.2035' });
		school.answerIncompletely('customer-tariff/index');

		const { json } = await school.run(paymentForm({ additionalFields: { ctt_id: subscription } }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});
});

describe('Sell Subscription', () => {
	it('Sell Subscription sends the customer of the subscription in the body and in the query of the call', async () => {
		await school.run(subscriptionForm({ additionalFields: { balance: 100 } }));

		expect(school.readRequests('customer-tariff/create')).toMatchObject([
			{
				query: { customer_id: MIA },
				body: {
					customer_id: MIA,
					tariff_id: PLAN.eightLessons,
					b_date: '10.02.2026',
					balance: 100,
				},
			},
		]);
	});

	it.each([
		{ balance: 'another balance', additionalFields: { balance: 50 } },
		{ balance: 'no balance', additionalFields: {} },
	])(
		'Sell Subscription sells a subscription only once, although the second form has $balance',
		async ({ additionalFields }) => {
			const results = await school.runInTurn(
				subscriptionForm({ additionalFields: { balance: 100 } }),
				subscriptionForm({ additionalFields }),
			);

			expect(results).toBe('created, unchanged');
		},
	);

	it.each([
		{ difference: 'subjects', first: { subject_ids: [1, 2] }, second: { subject_ids: [1] } },
		{ difference: 'lesson types', first: { lesson_type_ids: [1] }, second: { lesson_type_ids: [2] } },
		{ difference: 'a note', first: { note: 'Первый ребёнок' }, second: { note: 'Второй ребёнок' } },
		{ difference: 'a first day', first: { b_date: '2026-03-01' }, second: { b_date: '2026-03-02' } },
		{ difference: 'a last day', first: { e_date: '2026-03-31' }, second: { e_date: '2026-04-30' } },
	])(
		'Sell Subscription sells each of two subscriptions only once when they differ in $difference',
		async ({ first, second }) => {
			const results = await school.runInTurn(
				subscriptionForm({ additionalFields: first }),
				subscriptionForm({ additionalFields: second }),
				subscriptionForm({ additionalFields: first }),
				subscriptionForm({ additionalFields: second }),
			);

			expect(results).toBe('created, created, unchanged, unchanged');
		},
	);

	it('Sell Subscription takes a subscription with is_separate_balance: null for one without a separate balance', async () => {
		await school.run(subscriptionForm({ additionalFields: { is_separate_balance: false } }));
		school.changeRecord('customer-tariff', 1, { is_separate_balance: null });

		const results = await school.runInTurn(
			subscriptionForm({ additionalFields: { is_separate_balance: false } }),
			subscriptionForm({ additionalFields: { is_separate_balance: true } }),
		);

		expect(results).toBe('unchanged, created');
	});
});

describe('Add Comment at noon', () => {
	it.each([
		{ added: '2026-02-10 11:50:01', age: 'is less than ten minutes old' },
		{ added: '2026-02-10 19:00:00', age: 'lies in the future, as in another time zone' },
		{ added: '2026-02-11 14:00:00', age: 'lies 26 hours in the future, the most that time zones differ' },
		{ added: null, age: 'has no time' },
		{ added: 'вчера', age: 'has an unreadable time' },
	])('Add Comment adds nothing when the same comment $age: $added', async ({ added }) => {
		const comment = school.addComment({ added });

		const { json } = await school.run(commentForm());

		expect(json).toMatchObject([{ id: comment, operationResult: 'unchanged' }]);
	});

	it.each([
		{ added: '2026-02-10 11:49:00', age: 'is eleven minutes old' },
		{ added: '2026-02-09 12:00:00', age: 'is a day old' },
		{ added: '2026-02-11 14:01:00', age: 'lies more than 26 hours in the future' },
	])('Add Comment adds the comment when the same one $age: $added', async ({ added }) => {
		school.addComment({ added });

		const { json } = await school.run(commentForm());

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it('Add Comment adds nothing when the same comment is not older than Same Within (Minutes)', async () => {
		school.addComment({ added: '2026-02-10 10:30:00' });

		const { json } = await school.run(commentForm({ sameWithin: 120 }));

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('Add Comment adds the comment when the same one is older than Same Within (Minutes)', async () => {
		school.addComment({ added: '2026-02-10 10:30:00' });

		const { json } = await school.run(commentForm({ sameWithin: 60 }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('Add Comment names the comment that was there already in a hint, with its time', async () => {
		await school.run(commentForm());

		const { hints } = await school.run(commentForm());

		expect(hints).toEqual([
			'This communication was there already; nothing was added: communication 1 of 2026-02-10 12:00:00',
		]);
	});
});

describe('Create Task', () => {
	/** The ID of the first task that a test creates. */
	const FIRST_TASK = 1;

	it('Create Task asks for the tasks without a due date when the form has none', async () => {
		await school.run(taskForm());

		const [{ body }] = school.readRequests('task/index');
		expect(body).toMatchObject({ due_date_is_null: true });
	});

	it('Create Task asks for the tasks of the due date when the form has one', async () => {
		await school.run(taskForm({ additionalFields: { due_date: '2026-02-11' } }));

		const [{ body }] = school.readRequests('task/index');
		expect(body).toMatchObject({ due_date_from: '11.02.2026', due_date_to: '11.02.2026' });
		expect(body).not.toHaveProperty('due_date_is_null');
	});

	it.each([
		{ state: 'done', values: { is_done: 1 } },
		{ state: 'archived', values: { is_done: 0, is_archive: 1 } },
	])('Create Task creates the task again when the same one is $state', async ({ values }) => {
		await school.run(taskForm());
		school.changeRecord('task', FIRST_TASK, values);

		const { json } = await school.run(taskForm());

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it('Create Task creates a task in branch 2 only once', async () => {
		const form = taskForm({ additionalFields: { branch_ids: [2], due_date: '2026-02-20' } });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});

	it('Create Task creates one task for each due date, and one without a due date', async () => {
		const results = await school.runInTurn(
			taskForm({ additionalFields: { due_date: '2026-02-11' } }),
			taskForm({ additionalFields: { due_date: '2026-02-11' } }),
			taskForm(),
			taskForm({ additionalFields: { due_date: '2026-02-12' } }),
		);

		expect(results).toBe('created, unchanged, created, created');
	});

	it('Create Task creates a task without a due date only once, although AlfaCRM lists tasks with due dates, too', async () => {
		school.settings.ignoredFilters.push('task.due_date_is_null');
		await school.run(taskForm({ additionalFields: { due_date: '2026-02-11' } }));

		const results = await school.runInTurn(taskForm(), taskForm());

		expect(results).toBe('created, unchanged');
	});

	it.each([
		{ name: 'Mia', customer: MIA },
		{ name: 'Yana', customer: YANA },
	])(
		'Create Task finds a task that is about Mia and Yana when the form is about $name',
		async ({ customer }) => {
			await school.run(taskForm());
			school.changeRecord('task', FIRST_TASK, { customer_ids: [YANA, MIA] });

			const { json } = await school.run(taskForm({ id: customer }));

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		},
	);

	it('Create Task creates a task for a third customer when an equal task is about two others', async () => {
		const thirdCustomer = school.addLead();
		await school.run(taskForm());
		school.changeRecord('task', FIRST_TASK, { customer_ids: [YANA, MIA] });

		const { json } = await school.run(taskForm({ id: thirdCustomer }));

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it('Create Task names the task that was there already in a hint', async () => {
		const first = await school.run(taskForm());
		const second = await school.run(taskForm());

		expect(first.hints).toEqual([]);
		expect(second.hints).toEqual(['This task was there already; nothing was added: task 1']);
	});
});

describe('A task without a title', () => {
	const EMPTY_TITLES = [
		{ kind: 'an empty text', title: '' },
		{ kind: 'a space', title: ' ' },
		{ kind: 'null', title: null },
		{ kind: 'undefined', title: undefined },
	];

	/** Fills the form of Task → Create. */
	function createForm({ title, text }: { title: unknown; text: string }): IDataObject {
		return customerForm('create', {
			resource: 'task',
			title: title as string,
			additionalFields: { text },
		});
	}

	it.each(EMPTY_TITLES)(
		'Task → Create refuses $kind as the title when the text is empty as well',
		async ({ title }) => {
			const { message } = await school.expectRefusedUnsent(createForm({ title, text: '' }));

			expect(message).toBe("'Title' and 'Text' are both empty");
		},
	);

	it.each(EMPTY_TITLES)(
		'Create Task refuses $kind as the title when the text is empty as well',
		async ({ title }) => {
			const { message } = await school.expectRefusedUnsent(
				taskForm({ title, additionalFields: { text: '' } }),
			);

			expect(message).toBe("'Title' and 'Text' are both empty");
		},
	);

	it.each(EMPTY_TITLES)(
		'Task → Create creates a task that has a text and $kind as the title',
		async ({ title }) => {
			await school.run(createForm({ title, text: 'Уточнить группу' }));

			expect(school.readRecords('task')).toMatchObject([{ title: null, text: 'Уточнить группу' }]);
		},
	);

	it.each(EMPTY_TITLES)(
		'Create Task creates one task for each text when $kind is the title',
		async ({ title }) => {
			const results = await school.runInTurn(
				taskForm({ title, additionalFields: { text: 'Уточнить группу' } }),
				taskForm({ title, additionalFields: { text: 'Уточнить группу' } }),
				taskForm({ title, additionalFields: { text: 'Спросить о лагере' } }),
			);

			expect(results).toBe('created, unchanged, created');
		},
	);

	it('Task → Create names the title in the error when AlfaCRM requires one', async () => {
		school.settings.requiredFields = { 'task.title': true };

		const { error } = await school.runToEnd(createForm({ title: '', text: 'Уточнить группу' }));

		expect(error?.message).toBe('AlfaCRM did not create the task: Title – Необходимо заполнить «Заголовок».');
	});
});

describe('The author of a new record', () => {
	const COMMENT_TYPE = 1;
	const MANAGER = 3;
	const MANAGER_EMAIL = 'manager@school.example';
	/** The option of an execution whose credential belongs to the manager. */
	const CREDENTIAL_OF_MANAGER = { credential: { email: MANAGER_EMAIL } };
	const TWO_ITEMS_OF_MANAGER = { ...CREDENTIAL_OF_MANAGER, items: [{}, {}] };

	/** Fills the form of Communication → Create: a comment on Mia. */
	function communicationCreateForm(parameters: IDataObject = {}): IDataObject {
		return customerForm('create', {
			resource: 'communication',
			class: 'Customer',
			related_id: MIA,
			comment: 'Звонили',
			type_id: COMMENT_TYPE,
			...parameters,
		});
	}

	/** Fills the form of Task → Create. */
	function taskCreateForm(parameters: IDataObject = {}): IDataObject {
		return customerForm('create', { resource: 'task', title: 'Звонок', ...parameters });
	}

	const OPERATIONS = [
		{ operation: 'Communication → Create', path: 'communication', makeForm: communicationCreateForm },
		{ operation: 'Task → Create', path: 'task', makeForm: taskCreateForm },
		{ operation: 'Add Comment', path: 'communication', makeForm: commentForm },
		{ operation: 'Create Task', path: 'task', makeForm: taskForm },
	];
	const OPERATIONS_ON_CUSTOMERS = [
		{ operation: 'Add Comment', path: 'communication', makeForm: commentForm },
		{ operation: 'Create Task', path: 'task', makeForm: taskForm },
	];

	beforeEach(() => {
		// AlfaCRM's filter finds parts of addresses, and AlfaCRM may know the address with other capitals.
		school.settings.ignoredFilters = ['user.email'];
		school.addRecord('user', { id: 2, name: 'Бухгалтер', email: `x${MANAGER_EMAIL}` });
		school.addRecord('user', { id: MANAGER, name: 'Менеджер', email: 'Manager@School.Example' });
	});

	it.each(OPERATIONS)(
		'$operation makes the user of the credential the author',
		async ({ makeForm, path }) => {
			await school.run(makeForm(), CREDENTIAL_OF_MANAGER);

			expect(school.readRecords(path)).toMatchObject([{ user_id: MANAGER }]);
		},
	);

	it.each(OPERATIONS)(
		'$operation looks up the author only once for two items',
		async ({ makeForm, path }) => {
			await school.run(makeForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			expect(school.readRecords(path)).toMatchObject([{ user_id: MANAGER }, { user_id: MANAGER }]);
			expect(school.readRequests('user/index')).toHaveLength(1);
		},
	);

	it.each(OPERATIONS)(
		'$operation saves the author in the form, and does not look up the user of the credential',
		async ({ makeForm, path }) => {
			await school.run(makeForm({ additionalFields: { user_id: API_USER } }), CREDENTIAL_OF_MANAGER);

			expect(school.readRecords(path)).toMatchObject([{ user_id: API_USER }]);
			expect(school.readRequests('user/index')).toEqual([]);
		},
	);

	it.each(OPERATIONS_ON_CUSTOMERS)(
		'$operation finds an equal record of another author when the form has no author',
		async ({ makeForm }) => {
			await school.run(makeForm({ additionalFields: { user_id: API_USER } }));

			const { json } = await school.run(makeForm(), CREDENTIAL_OF_MANAGER);

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		},
	);

	it.each(OPERATIONS_ON_CUSTOMERS)(
		'$operation adds a record when the form has another author than the existing record',
		async ({ makeForm, path }) => {
			await school.run(makeForm({ additionalFields: { user_id: API_USER } }));

			const { json } = await school.run(makeForm({ additionalFields: { user_id: MANAGER } }));

			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(school.readRecords(path)).toHaveLength(2);
		},
	);

	describe('when AlfaCRM takes comments without an author', () => {
		beforeEach(() => {
			school.settings.requiredFields = { 'communication.user_id': false };
		});

		it('Add Comment sends no author when the user may not read the users', async () => {
			school.settings.forbiddenCalls = ['user/index'];

			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			const [firstComment, secondComment] = school.readRequests('communication/create');
			expect(firstComment.body).not.toHaveProperty('user_id');
			expect(secondComment.body).not.toHaveProperty('user_id');
		});

		it('Add Comment sends no author when no user has the login of the credential', async () => {
			school.changeRecord('user', MANAGER, { email: 'somebody@school.example' });

			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			const [firstComment, secondComment] = school.readRequests('communication/create');
			expect(firstComment.body).not.toHaveProperty('user_id');
			expect(secondComment.body).not.toHaveProperty('user_id');
		});

		it('Add Comment looks for the author again in the next execution when no user had the login', async () => {
			school.changeRecord('user', MANAGER, { email: 'somebody@school.example' });
			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);
			school.forgetCalls();

			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			expect(school.readRequests('user/index')).toHaveLength(1);
		});

		it('Add Comment finds the author in the next execution when the user may read the users by then', async () => {
			school.settings.forbiddenCalls = ['user/index'];
			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);
			school.settings.forbiddenCalls = [];
			school.forgetCalls();

			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			expect(school.readLastWrittenBody()).toMatchObject({ user_id: MANAGER });
			expect(school.readRequests('user/index')).toHaveLength(1);
		});

		it('Add Comment finds the author in the next execution when a user has the login by then', async () => {
			school.changeRecord('user', MANAGER, { email: 'somebody@school.example' });
			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);
			school.changeRecord('user', MANAGER, { email: MANAGER_EMAIL });
			school.forgetCalls();

			await school.run(commentForm({ skipIfThere: false }), TWO_ITEMS_OF_MANAGER);

			expect(school.readLastWrittenBody()).toMatchObject({ user_id: MANAGER });
			expect(school.readRequests('user/index')).toHaveLength(1);
		});
	});

	describe('when AlfaCRM requires an author', () => {
		it('Add Comment asks for the author in the error when the user may not read the users', async () => {
			school.settings.forbiddenCalls = ['user/index'];

			const { error } = await school.runToEnd(commentForm(), CREDENTIAL_OF_MANAGER);

			expect(error?.message).toBe(
				'AlfaCRM did not create the communication: Author – Необходимо заполнить «Пользователь».',
			);
			expect(error?.description).toBe("Fill 'Author' (user_id) and run it again. Nothing was saved.");
		});

		it('Add Comment asks for the author in the error when no user has the login', async () => {
			school.changeRecord('user', MANAGER, { email: 'somebody@school.example' });

			const { error } = await school.runToEnd(commentForm(), CREDENTIAL_OF_MANAGER);

			expect(error?.message).toBe(
				'AlfaCRM did not create the communication: Author – Необходимо заполнить «Пользователь».',
			);
			expect(error?.description).toBe("Fill 'Author' (user_id) and run it again. Nothing was saved.");
		});

		it('Add Comment hides the email of the credential when the user may not read the users', async () => {
			school.settings.forbiddenCalls = ['user/index'];

			const { error, json } = await school.runToEnd(commentForm(), CREDENTIAL_OF_MANAGER);

			expect(error).toBeDefined();
			expect(JSON.stringify([json, error])).not.toContain(MANAGER_EMAIL);
		});

		it('Add Comment hides the email of the credential when no user has the login', async () => {
			school.changeRecord('user', MANAGER, { email: 'somebody@school.example' });

			const { error, json } = await school.runToEnd(commentForm(), CREDENTIAL_OF_MANAGER);

			expect(error).toBeDefined();
			expect(JSON.stringify([json, error])).not.toContain(MANAGER_EMAIL);
		});
	});
});

describe('A text of 3000 characters', () => {
	const LONG_TEXT = 'ы'.repeat(3000);
	const CUT_TO_50 = `${'ы'.repeat(49)}…`;
	const CUT_TO_2048 = `${'ы'.repeat(2047)}…`;

	const OPERATIONS = [
		{
			operation: 'Customer → Create',
			form: customerForm('create', { name: LONG_TEXT, is_study: CUSTOMER_TYPE.lead }),
			label: 'Name',
			maxLength: 50,
			shortened: { name: CUT_TO_50 },
		},
		{
			operation: 'Create or Update by phone and name',
			form: customerForm('upsert', {
				matchBy: 'phoneAndName',
				phone: '8 900 555 00 01',
				name: LONG_TEXT,
			}),
			label: 'Name',
			maxLength: 50,
			shortened: { name: CUT_TO_50 },
		},
		{
			operation: 'Take Payment',
			form: paymentForm({ additionalFields: { payer_name: LONG_TEXT } }),
			label: 'Payer Name',
			maxLength: 50,
			shortened: { payer_name: CUT_TO_50 },
		},
		{
			operation: 'Add Comment',
			form: commentForm({ comment: LONG_TEXT }),
			label: 'Comment',
			maxLength: 2048,
			shortened: { comment: CUT_TO_2048 },
		},
	];

	it.each(OPERATIONS)(
		'$operation refuses a long $label and advises to turn on Shorten Long Texts',
		async ({ form, label, maxLength }) => {
			const { message, description } = await school.expectRefusedUnsent(form);

			expect(message).toBe(`'${label}' has 3000 characters; AlfaCRM accepts at most ${maxLength}`);
			expect(description).toBe(
				"Shorten it, or turn on 'Shorten Long Texts' in 'Options'. Nothing was sent to AlfaCRM.",
			);
		},
	);

	it.each(OPERATIONS)(
		'$operation cuts a long $label to $maxLength characters when Shorten Long Texts is on',
		async ({ form, shortened }) => {
			await school.run({ ...form, options: { shortenTexts: true } });

			expect(school.readLastWrittenBody()).toMatchObject(shortened);
		},
	);

	it.each(OPERATIONS)(
		'$operation says in a hint that it has cut a long $label to $maxLength characters',
		async ({ form, label, maxLength }) => {
			const { hints } = await school.run({ ...form, options: { shortenTexts: true } });

			expect(hints).toContain(
				`Texts that are longer than AlfaCRM takes were shortened: '${label}' to ${maxLength} characters`,
			);
		},
	);

	it.each([
		{
			operation: 'Create Correction or Refund',
			form: refundForm({ additionalFields: { payer_name: LONG_TEXT } }),
		},
		{
			operation: 'Customer → Update',
			form: customerForm('update', { id: MIA, updateFields: { legal_name: LONG_TEXT } }),
		},
	])(
		'$operation refuses a long text without advice to turn on an option that it does not have',
		async ({ form }) => {
			const { description } = await school.expectRefusedUnsent(form);

			expect(description).toBe('Shorten it. Nothing was sent to AlfaCRM.');
		},
	);
});

import type { IDataObject } from 'n8n-workflow';

import { LIVE_PAY_TYPE, PAY_TYPE } from '../../support/codes';
import {
	AdditionSchool,
	BANK_ACCOUNT,
	CASH_BOX,
	MIA,
	NOW,
	PAYMENT_ITEM,
	paymentForm,
	paymentUpdateForm,
	paymentWithId,
	paymentWithIdInField,
	refundForm,
	refundWithId,
	YANA,
} from './additionSchool';

/** Payment types that a school has added itself. They may be incomes. */
const ONLINE_PAYMENT = 10;
const CARD_PAYMENT = 13;

let school: AdditionSchool;

/** Adds 45 payments of Yana, with the external IDs inv-10, inv-11, … inv-144. */
function addPaymentsOfYana(): void {
	for (let number = 0; number < 45; number += 1) {
		school.addPayment({ customer_id: YANA, note: `[ID inv-1${number}]` });
	}
}

/** Runs a form that must enter a new payment, and returns the ID of the payment. */
async function enterPayment(form: IDataObject): Promise<number> {
	const { json } = await school.run(form);

	expect(json).toMatchObject([{ operationResult: 'created' }]);
	return Number(json[0].id);
}

/** Fills the form of Take Payment for a payment of this day, such as "2026-02-10". */
function paymentOn(date: string, externalId: string): IDataObject {
	return paymentWithId(externalId, { additionalFields: { document_date: date } });
}

/** Makes the message of the error for an external ID that a payment of another customer has. */
function otherPayerMessage(payment: number, payer: number, newPayer: number): string {
	return `Payment ${payment} of customer ${payer} has the External ID "inv-1" already, so it was not entered for customer ${newPayer}`;
}

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new AdditionSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Take Payment with an External ID that the note keeps', () => {
	it.each([
		{ note: '', storedNote: '[ID inv-1]' },
		{ note: 'Оплата за март', storedNote: '[ID inv-1] Оплата за март' },
		{ note: ' Оплата [ID inv-1] за март', storedNote: 'Оплата [ID inv-1] за март' },
	])(
		'Take Payment stores the note "$storedNote" for the external ID inv-1 and the note "$note"',
		async ({ note, storedNote }) => {
			const { json } = await school.run(paymentWithId('inv-1', { additionalFields: { note } }));

			expect(school.readNotes()).toEqual([storedNote]);
			expect(json).toMatchObject([{ operationResult: 'created', note: storedNote }]);
		},
	);

	it('Take Payment stores the external ID without the spaces and line breaks around it', async () => {
		await school.run(paymentWithId(' inv-1\n'));

		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});

	it('Take Payment lists the note among the changed fields when it stores the external ID in it', async () => {
		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json[0].changedFields).toContain('note');
	});

	it('Take Payment sends the external ID to AlfaCRM only as a part of the note', async () => {
		await school.run(paymentWithId('inv-1'));

		const [{ body }] = school.readRequests('pay/create');
		expect(body).toMatchObject({ note: '[ID inv-1]' });
		expect(body).not.toHaveProperty('externalId');
	});
});

describe('Update of a payment with an external ID', () => {
	it('Update keeps the external ID of a payment in front of a new note', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: 'Чек отправлен' }));

		expect(school.readNotes()).toEqual(['[ID inv-1] Чек отправлен']);
	});

	it('Update keeps the external ID of a payment when the new note has brackets without an ID', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: '[ID ] Чек' }));

		expect(school.readNotes()).toEqual(['[ID inv-1] [ID ] Чек']);
	});

	it('Update replaces the external ID of a payment when the new note has another one', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: '[ID inv-7] Чек' }));

		expect(school.readNotes()).toEqual(['[ID inv-7] Чек']);
	});

	it('Update of the amount of a payment sends no note, and does not read the payment first', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { income: 4000 }));

		expect(school.calls).toEqual(['pay/update']);
		expect(school.requests[0].body).toEqual({ income: 4000 });
		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});
});

describe('Take Payment with an External ID', () => {
	it("Take Payment enters a second payment with the same external ID when 'Skip If It Already Exists' is off", async () => {
		await school.run(paymentWithId('inv-1'));

		const { json } = await school.run(paymentWithId('inv-1', { skipIfThere: false }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readNotes()).toEqual(['[ID inv-1]', '[ID inv-1]']);
	});

	// A workflow that imports the bank's list each night sends a payment again, and somebody may have edited its payment type.
	const TYPE_CHANGES = [
		{
			change: 'from the default to a type of the school',
			firstType: {},
			secondType: { pay_type_id: ONLINE_PAYMENT },
		},
		{
			change: 'from a type of the school to the default',
			firstType: { pay_type_id: ONLINE_PAYMENT },
			secondType: {},
		},
		{
			change: 'from one type of the school to another',
			firstType: { pay_type_id: ONLINE_PAYMENT },
			secondType: { pay_type_id: CARD_PAYMENT },
		},
	];

	it.each(TYPE_CHANGES)(
		'Take Payment finds the payment with its external ID although the payment type of the form changes $change',
		async ({ firstType, secondType }) => {
			const payment = await enterPayment(paymentWithId('inv-1', { additionalFields: firstType }));

			const { json } = await school.run(paymentWithId('inv-1', { additionalFields: secondType }));

			expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
		},
	);

	it.each(TYPE_CHANGES)(
		'Take Payment refuses the external ID of another customer although the payment type of the form changes $change',
		async ({ firstType, secondType }) => {
			const payment = await enterPayment(paymentWithId('inv-1', { id: MIA, additionalFields: firstType }));

			const { message } = await school.expectRefused(
				paymentWithId('inv-1', { id: YANA, additionalFields: secondType }),
			);

			expect(message).toBe(otherPayerMessage(payment, MIA, YANA));
		},
	);

	it.each([
		{ account: 'filters payments', ignoredFilters: [] },
		{ account: 'ignores all filters of payments', ignoredFilters: ['pay.*'] },
	])(
		'Take Payment enters a payment once although two refunds have its external ID, in an AlfaCRM that $account',
		async ({ ignoredFilters }) => {
			school.settings.ignoredFilters = ignoredFilters;
			school.addPayment({ customer_id: MIA, pay_type_id: LIVE_PAY_TYPE.refund, note: '[ID inv-1]' });
			school.addPayment({ customer_id: YANA, pay_type_id: LIVE_PAY_TYPE.refund, note: '[ID inv-1]' });

			const results = await school.runInTurn(paymentWithId('inv-1'), paymentWithId('inv-1'));

			expect(results).toBe('created, unchanged');
		},
	);

	it.each([
		{ direction: 'into', pay_type_id: LIVE_PAY_TYPE.cashCollectionIn },
		{ direction: 'out of', pay_type_id: LIVE_PAY_TYPE.cashCollectionOut },
	])(
		'Take Payment enters a payment once although an entry of cash put $direction the till has its external ID',
		async ({ pay_type_id }) => {
			school.addPayment({ customer_id: null, pay_type_id, note: '[ID inv-1]' });

			const results = await school.runInTurn(paymentWithId('inv-1'), paymentWithId('inv-1'));

			expect(results).toBe('created, unchanged');
		},
	);

	it.each([
		{ note: 'проверено [ID inv-1]' },
		{ note: '[ID inv-1] сверено, А. П.' },
		{ note: 'чек [ ID inv-1 ]\nвыдан' },
		{ note: 'x[y][ID inv-1]z' },
	])(
		'Take Payment finds a payment by its external ID after the staff has changed its note to $note',
		async ({ note }) => {
			const payment = await enterPayment(paymentWithId('inv-1'));
			school.changeRecord('pay', payment, { note });

			const { json } = await school.run(paymentWithId('inv-1'));

			expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
		},
	);

	it('Take Payment finds a payment by an external ID that Update has put into its note', async () => {
		const payment = school.addPayment({ note: '[ID inv-7]' });
		await school.run(paymentUpdateForm(payment, { note: '[ID inv-1]' }));

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment finds a payment by its external ID after AlfaCRM has cut off the end of its note', async () => {
		const form = paymentWithId('inv-1', { additionalFields: { note: 'я'.repeat(250) } });
		const payment = await enterPayment(form);
		const first255Characters = `[ID inv-1] ${'я'.repeat(244)}`;
		school.changeRecord('pay', payment, { note: first255Characters });

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment searches no payments of other customers when the payer has one with the external ID', async () => {
		school.addPayment({ note: '[ID inv-1]' });

		const { json } = await school.run(paymentWithId('inv-1'));

		// One list of customers, and one list of payments: those of the payer.
		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.calls).toEqual(['customer/index', 'pay/index']);
	});
});

describe('Take Payment with an External ID that is similar to others', () => {
	const SIMILAR_IDS = ['inv-1', 'inv-10', 'xinv-1', 'INV-1', 'nv-1', '1', '10', 'inv-1 а', 'счёт 1й'];

	/** Runs Take Payment once with each of the similar IDs, and returns the results. */
	async function takeSimilarPayments(): Promise<string> {
		return await school.runInTurn(...SIMILAR_IDS.map((externalId) => paymentWithId(externalId)));
	}

	it('Take Payment enters a payment for each external ID although one contains another or differs in capitals', async () => {
		const results = await takeSimilarPayments();

		expect(results).toBe('created, created, created, created, created, created, created, created, created');
		expect(school.readNotes()).toEqual([
			'[ID inv-1]',
			'[ID inv-10]',
			'[ID xinv-1]',
			'[ID INV-1]',
			'[ID nv-1]',
			'[ID 1]',
			'[ID 10]',
			'[ID inv-1 а]',
			'[ID счёт 1й]',
		]);
	});

	it('Take Payment finds each payment by its external ID among similar ones', async () => {
		await takeSimilarPayments();

		const results = await takeSimilarPayments();

		expect(results).toBe(
			'unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged',
		);
	});

	it('Take Payment finds the payments with the external IDs "1" and "10" by the numbers 1 and 10', async () => {
		await takeSimilarPayments();

		const results = await school.runInTurn(paymentWithId(1), paymentWithId(10));

		expect(results).toBe('unchanged, unchanged');
	});

	it('Take Payment finds a payment by its external ID with more spaces and decomposed letters', async () => {
		await takeSimilarPayments();

		const { json } = await school.run(paymentWithId(' счёт  1й'.normalize('NFD')));

		expect(json).toMatchObject([{ operationResult: 'unchanged', note: '[ID счёт 1й]' }]);
	});
});

describe('Take Payment with an External ID when the staff has entered a payment by hand', () => {
	const NOTES_WITHOUT_ID = [
		{ note: '' },
		{ note: 'inv-1' },
		{ note: 'оплата inv-1' },
		{ note: '(inv-1)' },
		{ note: 'заказ [inv-1]' },
		{ note: '[ID ] чек' },
	];

	it.each(NOTES_WITHOUT_ID)(
		'Take Payment with an external ID stops when the staff has entered an equal payment with the note "$note"',
		async ({ note }) => {
			const paymentByHand = school.addPayment({ note });

			const { message, description } = await school.expectRefused(paymentWithId('inv-1'));

			expect(message).toBe(
				`Payment ${paymentByHand} of that day and sum has no External ID, so it may be the one that is to be entered`,
			);
			expect(description).toBe(
				'If it is, add [ID inv-1] to its note; if not, enter this one by hand, with [ID inv-1] in its note. Nothing was saved.',
			);
		},
	);

	it.each(NOTES_WITHOUT_ID)(
		'Take Payment returns the payment of the staff once its note "$note" has the external ID behind it',
		async ({ note }) => {
			const payment = school.addPayment({ note: `${note} [ID inv-1]` });

			const { json } = await school.run(paymentWithId('inv-1'));

			expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
		},
	);

	it('Take Payment enters a payment beside an equal one to which the staff has given another external ID', async () => {
		school.addPayment({ note: 'оплата [ID inv-1]' });

		const { json } = await school.run(paymentWithId('inv-2'));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecords('pay')).toHaveLength(2);
	});

	it.each([
		{ branch: 'the former branch of the customer', branchId: 1 },
		{ branch: 'the present branch of the customer', branchId: 2 },
	])(
		'Take Payment in $branch stops when the staff has entered an equal payment in the former branch',
		async ({ branchId }) => {
			const paymentByHand = school.addPayment({ branch_id: 1, note: 'наличные' });
			school.changeRecord('customer', MIA, { branch_ids: [2] });

			const { message } = await school.expectRefused(paymentWithId('inv-1', { branchId }));

			expect(message).toBe(
				`Payment ${paymentByHand} of that day and sum has no External ID, so it may be the one that is to be entered`,
			);
		},
	);

	it('Take Payment stops when a payment of the staff differs only in the name of the payer and the payment item', async () => {
		const paymentByHand = school.addPayment({ payer_name: 'Бабушка', pay_item_id: 2 });

		const { message } = await school.expectRefused(
			paymentWithId('inv-1', {
				additionalFields: { payer_name: 'Орлова Анна', pay_item_id: PAYMENT_ITEM },
			}),
		);

		expect(message).toBe(
			`Payment ${paymentByHand} of that day and sum has no External ID, so it may be the one that is to be entered`,
		);
	});

	it('Take Payment with an external ID stops when it has entered an equal payment without an external ID before', async () => {
		const paymentWithoutId = await enterPayment(paymentForm());

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			`Payment ${paymentWithoutId} of that day and sum has no External ID, so it may be the one that is to be entered`,
		);
	});

	it.each([
		{ difference: 'has another amount', paymentByHand: { income: '3872.69' } },
		{ difference: 'is of another day', paymentByHand: { document_date: '09.02.2026' } },
		{ difference: 'went into another account', paymentByHand: { pay_account_id: BANK_ACCOUNT } },
		{ difference: 'has another external ID', paymentByHand: { note: '[ID x]' } },
	])(
		'Take Payment enters a payment when the one that the staff has entered $difference',
		async ({ paymentByHand }) => {
			school.addPayment(paymentByHand);

			const { json } = await school.run(paymentWithId('inv-1'));

			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(school.readRecords('pay')).toHaveLength(2);
		},
	);
});

describe('Take Payment without an External ID', () => {
	it('Take Payment without an external ID enters an equal payment only once', async () => {
		const results = await school.runInTurn(paymentForm(), paymentForm());

		expect(results).toBe('created, unchanged');
	});

	it('Take Payment without an external ID finds the equal payment beside one of another amount with an external ID', async () => {
		const payment = await enterPayment(paymentForm());
		await enterPayment(paymentWithId('inv-1', { income: 1 }));

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment without an external ID and a note stops when an equal payment has an external ID', async () => {
		const payment = await enterPayment(paymentWithId('inv-1'));

		const { message, description } = await school.expectRefused(paymentForm());

		expect(message).toBe(
			`Payment ${payment} of that day and sum has the External ID "inv-1", so it may be the one that is to be entered`,
		);
		expect(description).toBe(
			'If it is, nothing is left to do; if not, give it a note, or an External ID of its own. Nothing was saved.',
		);
	});

	it('Take Payment without an external ID finds a payment of the staff that is newer than an equal one with an external ID', async () => {
		await school.run(paymentWithId('inv-1'));
		const paymentByHand = school.addPayment();

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: paymentByHand, operationResult: 'unchanged' }]);
	});

	it('Take Payment without an external ID finds a payment of the staff that is older than an equal one with an external ID', async () => {
		const paymentByHand = school.addPayment();
		await school.run(paymentWithId('inv-1', { skipIfThere: false }));

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: paymentByHand, operationResult: 'unchanged' }]);
	});

	it('Take Payment without an external ID enters a payment with a note once beside an equal one with an external ID', async () => {
		await school.run(paymentWithId('inv-1'));
		const form = paymentForm({ additionalFields: { note: 'Наличные' } });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});
});

describe.each([
	{ operation: 'Take Payment', makeFormWithId: paymentWithId },
	{ operation: 'Take Payment with an External ID Field', makeFormWithId: paymentWithIdInField },
	{ operation: 'Create Correction or Refund', makeFormWithId: refundWithId },
])('$operation', ({ makeFormWithId }) => {
	it.each([
		{ value: 'an empty text', externalId: '' },
		{ value: 'a space', externalId: ' ' },
		{ value: 'null', externalId: null },
		{ value: 'undefined', externalId: undefined },
		{ value: 'an invisible character', externalId: '\u200b' },
		{ value: 'an empty list', externalId: [] },
	])('a form of a payment is refused when its external ID is $value', async ({ externalId }) => {
		const { message, description } = await school.expectRefusedUnsent(makeFormWithId(externalId));

		expect(message).toBe("'External ID' is set but came out empty");
		expect(description).toBe(
			'Check the expression that fills it, or remove it. Nothing was sent to AlfaCRM.',
		);
	});

	it.each([
		{ externalId: NaN, message: '\'External ID\' must be a text, but it is "NaN"' },
		{ externalId: 1e21, message: '\'External ID\' must be a text, but it is "1e+21"' },
		{
			externalId: '7,90056E+10',
			message:
				'\'External ID\' must be a text, but it is "7,90056E+10", a number that was rounded: its last digits are lost',
		},
		{ externalId: {}, message: '\'External ID\' must be a text, but it is "{}"' },
	])(
		'a form of a payment is refused when its external ID is $externalId, which is no text',
		async ({ externalId, message }) => {
			const error = await school.expectRefusedUnsent(makeFormWithId(externalId));

			expect(error.message).toBe(message);
		},
	);

	it.each([{ externalId: '[inv-1]' }, { externalId: 'inv]1' }])(
		'a form of a payment is refused when its external ID has square brackets: $externalId',
		async ({ externalId }) => {
			const { message } = await school.expectRefusedUnsent(makeFormWithId(externalId));

			expect(message).toBe(
				`'External ID' must contain no square brackets, since the payment's note stores it inside them, but it is "${externalId}"`,
			);
		},
	);

	// The expression inv-{{ $json.id }} gives "inv-" for every payment without an ID, so two equal payments would be one.
	it.each([
		{ externalId: 'inv-' },
		{ externalId: 'inv-undefined' },
		{ externalId: 'undefined' },
		{ externalId: 'null' },
		{ externalId: 'Счёт №' },
		{ externalId: true },
		{ externalId: false },
		{ externalId: 0 },
		{ externalId: 'robokassa-0' },
	])(
		'a form of a payment is refused when its external ID has no digit other than 0: $externalId',
		async ({ externalId }) => {
			const { message, description } = await school.expectRefusedUnsent(makeFormWithId(externalId));

			expect(message).toBe(`'External ID' must hold a digit other than 0, but it is "${externalId}"`);
			expect(description).toBe('Correct it, or the expression that fills it. Nothing was sent to AlfaCRM.');
		},
	);

	it.each([
		{ externalId: 'bank-5,001E+11', requirement: 'hold no number that a sheet has rounded' },
		{ externalId: '05.02.2026 5.001E+11', requirement: 'hold no number that a sheet has rounded' },
		{ externalId: 'zakaz-2026-', requirement: 'not end with a separator' },
		{ externalId: 'Счёт 2026/02 №', requirement: 'not end with a separator' },
	])(
		'a form of a payment is refused when its external ID is one that many payments would share: $externalId',
		async ({ externalId, requirement }) => {
			const { message } = await school.expectRefusedUnsent(makeFormWithId(externalId));

			expect(message).toBe(`'External ID' must ${requirement}, but it is "${externalId}"`);
		},
	);
});

describe('Take Payment with the External ID of another payment', () => {
	it('Take Payment refuses the external ID of a payment of another customer, and names that payment', async () => {
		const paymentOfYana = await enterPayment(paymentWithId('inv-1', { id: YANA }));

		const { message, description } = await school.expectRefused(paymentWithId('inv-1', { id: MIA }));

		expect(message).toBe(otherPayerMessage(paymentOfYana, YANA, MIA));
		expect(description).toBe(
			"Correct 'Customer' or 'External ID'; if that payment is wrong, correct it in AlfaCRM. Nothing was saved.",
		);
	});

	it('Take Payment refuses the external ID of a payment without a customer in another branch', async () => {
		const paymentOfNobody = school.addPayment({ customer_id: null, branch_id: 2, note: '[ID inv-1]' });

		const { message } = await school.expectRefused(paymentWithId('inv-1', { id: MIA }));

		expect(message).toBe(
			`Payment ${paymentOfNobody} of nobody has the External ID "inv-1" already, so it was not entered for customer ${MIA}`,
		);
	});

	it('Take Payment refuses the external ID of a payment of another amount, and names both amounts', async () => {
		const payment = await enterPayment(paymentWithId('inv-1', { income: 3872.7 }));

		const { message, description } = await school.expectRefused(paymentWithId('inv-1', { income: '4 000' }));

		expect(message).toBe(
			`Payment ${payment} has the External ID "inv-1" already, with the amount 3872.70 instead of 4000`,
		);
		expect(description).toBe(
			"Give each payment and each refund a number of its own, or correct 'Amount'. If the staff has changed that payment, nothing is left to do. Nothing was saved.",
		);
	});

	it('Take Payment refuses the external ID of a payment a year earlier, and names both dates', async () => {
		const payment = await enterPayment(paymentOn('2025-02-10', '17'));

		const { message, description } = await school.expectRefused(paymentOn('2026-02-10', '17'));

		expect(message).toBe(
			`Payment ${payment} of 2025-02-10 has the External ID "17" already, and this one is of 2026-02-10, so it may be another payment`,
		);
		expect(description).toBe(
			'If it is another one, add the month or the date to its ID: 17-2026-02. If it is the same, correct the date, or nothing is left to do. Nothing was saved.',
		);
	});

	it.each([
		{ existingDate: '2026-02-10', newDate: '2026-03-10' },
		{ existingDate: '2026-03-10', newDate: '2026-02-10' },
		{ existingDate: '2026-02-10', newDate: '2026-04-10' },
		{ existingDate: '2026-04-10', newDate: '2026-02-10' },
		{ existingDate: '2025-12-20', newDate: '2026-02-10' },
	])(
		'Take Payment refuses a payment of $newDate with the external ID of one of $existingDate, which is at least 28 days away',
		async ({ existingDate, newDate }) => {
			const payment = await enterPayment(paymentOn(existingDate, '17'));

			const { message } = await school.expectRefused(paymentOn(newDate, '17'));

			expect(message).toBe(
				`Payment ${payment} of ${existingDate} has the External ID "17" already, and this one is of ${newDate}, so it may be another payment`,
			);
		},
	);

	it.each([
		{ existingDate: '2026-02-10', newDate: '2026-03-09' },
		{ existingDate: '2026-03-09', newDate: '2026-02-10' },
		{ existingDate: '2025-12-31', newDate: '2026-01-01' },
	])(
		'Take Payment returns the payment of $existingDate for one of $newDate with its external ID, which is at most 27 days away',
		async ({ existingDate, newDate }) => {
			const payment = await enterPayment(paymentOn(existingDate, '17'));

			const { json } = await school.run(paymentOn(newDate, '17'));

			expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
		},
	);

	it('Take Payment enters a payment each month when the external ID contains the month', async () => {
		const results = await school.runInTurn(
			paymentOn('2026-02-10', 'abon-501-2026-02'),
			paymentOn('2026-03-10', 'abon-501-2026-03'),
		);

		expect(results).toBe('created, created');
	});

	it('Take Payment enters a payment each year when the external ID begins with the year', async () => {
		const results = await school.runInTurn(
			paymentOn('2025-02-10', '2025-17'),
			paymentOn('2026-02-10', '2026-17'),
		);

		expect(results).toBe('created, created');
	});

	it('two executions that enter a payment with one external ID at the same moment enter it once', async () => {
		const executions = await Promise.all([
			school.run(paymentWithId('inv-1')),
			school.run(paymentWithId('inv-1')),
		]);

		expect(executions).toMatchObject([
			{ json: [{ operationResult: 'created' }] },
			{ json: [{ operationResult: 'unchanged' }] },
		]);
		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});

	it('two executions that enter one external ID for two customers at the same moment enter only the first payment', async () => {
		const [executionForMia, executionForYana] = await Promise.all([
			school.runToEnd(paymentWithId('inv-1', { id: MIA })),
			school.runToEnd(paymentWithId('inv-1', { id: YANA })),
		]);

		expect(executionForMia.json).toMatchObject([{ operationResult: 'created' }]);
		const paymentOfMia = Number(executionForMia.json[0].id);
		expect(executionForYana.error?.message).toBe(otherPayerMessage(paymentOfMia, MIA, YANA));
		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});
});

describe('Take Payment with an External ID in a school with several branches', () => {
	it('Take Payment finds a payment by its external ID after the customer has moved to another branch', async () => {
		const payment = await enterPayment(paymentWithId('inv-1', { branchId: 1 }));
		school.changeRecord('customer', MIA, { branch_ids: [2] });

		const { json } = await school.run(paymentWithId('inv-1', { branchId: 2 }));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment finds a payment by its external ID after it was moved to a branch without the customer', async () => {
		const branchWithoutMia = school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
		const payment = await enterPayment(paymentWithId('inv-1', { branchId: 1 }));
		school.changeRecord('pay', payment, { branch_id: branchWithoutMia });

		const { json } = await school.run(paymentWithId('inv-1', { branchId: 1 }));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment enters a payment and warns in a hint when the user may not see one of the branches', async () => {
		const thirdBranch = school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
		school.settings.forbiddenBranches = [thirdBranch];

		const { json, hints } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([
			`This user may not see all branches, so records there cannot be found: branch ${thirdBranch}`,
		]);
	});
});

describe.each([
	{ account: 'ignores the filter by note', ignoredFilters: ['pay.note'] },
	{ account: 'ignores all filters of payments', ignoredFilters: ['pay.*'] },
])('Take Payment with an External ID among many payments when AlfaCRM $account', ({ ignoredFilters }) => {
	beforeEach(() => {
		school.settings.ignoredFilters = ignoredFilters;
		addPaymentsOfYana();
	});

	it('Take Payment enters a payment once when two items of an execution have its external ID', async () => {
		const { json } = await school.run(
			{},
			{
				parametersByItem: [
					paymentWithId('inv-1'),
					paymentWithId('inv-2'),
					paymentWithId('inv-1'),
					paymentWithId('inv-2'),
				],
			},
		);

		// Yana has made payments 1 to 45.
		expect(json).toMatchObject([
			{ id: 46, operationResult: 'created' },
			{ id: 47, operationResult: 'created' },
			{ id: 46, operationResult: 'unchanged' },
			{ id: 47, operationResult: 'unchanged' },
		]);
		expect(school.readRecords('pay')).toHaveLength(47);
	});

	it('Take Payment refuses an external ID that one of 45 payments of another customer has', async () => {
		const { message } = await school.expectRefused(paymentWithId('inv-144', { id: MIA }));

		const lastPaymentOfYana = 45;
		expect(message).toBe(
			`Payment ${lastPaymentOfYana} of customer ${YANA} has the External ID "inv-144" already, so it was not entered for customer ${MIA}`,
		);
	});
});

describe('Take Payment with an External ID when AlfaCRM answers a search by note unusually', () => {
	/** Makes AlfaCRM answer each search for a note with these payments. */
	function answerSearchesByNote(payments: IDataObject[]): void {
		school.onCall = (call, { body }) => {
			const isSearchByNote = call === 'pay/index' && body.note !== undefined;
			return isSearchByNote ? { items: payments, total: payments.length } : undefined;
		};
	}

	it('Take Payment finds a payment of the customer by its external ID although a search by note finds nothing', async () => {
		answerSearchesByNote([]);
		const form = paymentWithId('inv-1', { additionalFields: { note: 'Март' } });
		const payment = await enterPayment(form);

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment stops when the payments in the answer to a search by note have no notes', async () => {
		const paymentWithoutNote = {
			id: 7,
			customer_id: MIA,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: CASH_BOX,
		};
		answerSearchesByNote([paymentWithoutNote]);

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			"AlfaCRM's payments show no field \"note\", so the 'External ID' would not be found again",
		);
	});

	it('Take Payment stops when rows are missing in the answer to a search by note', async () => {
		school.answerIncompletely('pay/index', ({ body }) => body.note !== undefined);

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			"AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
		);
	});
});

describe('Take Payment with an External ID Field', () => {
	it('Take Payment with an External ID Field stores the external ID in the custom field, and not in the note', async () => {
		await school.run(paymentWithIdInField('inv-1', { additionalFields: { note: 'Март' } }));

		expect(school.readRecords('pay')).toMatchObject([{ note: 'Март', custom_md_order: 'inv-1' }]);
	});

	it('Take Payment with an External ID Field enters one payment for each external ID', async () => {
		const results = await school.runInTurn(
			paymentWithIdInField('inv-1'),
			paymentWithIdInField('inv-10'),
			paymentWithIdInField('inv-1'),
			paymentWithIdInField('Inv-1'),
			paymentWithIdInField('inv-10'),
		);

		expect(results).toBe('created, created, unchanged, created, unchanged');
	});

	it('Take Payment with an External ID Field finds a payment by its external ID although the notes differ', async () => {
		const form = paymentWithIdInField('inv-1', { additionalFields: { note: 'Март' } });
		const payment = await enterPayment(form);

		const { json } = await school.run(paymentWithIdInField('inv-1'));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment with an External ID Field finds a payment that has the external ID only in its note', async () => {
		const payment = await enterPayment(paymentWithId('inv-1'));

		const { json } = await school.run(paymentWithIdInField('inv-1'));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('Take Payment with an External ID Field refuses the external ID of a payment of another customer', async () => {
		const paymentOfMia = await enterPayment(paymentWithIdInField('inv-1', { id: MIA }));

		const { message } = await school.expectRefused(paymentWithIdInField('inv-1', { id: YANA }));

		expect(message).toBe(otherPayerMessage(paymentOfMia, MIA, YANA));
	});

	it('Take Payment with an unknown External ID Field enters the first payment of an account, and warns in a hint', async () => {
		const { json, hints } = await school.run(
			paymentWithId('inv-1', { additionalFields: { externalIdField: 'custom_unknown' } }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([
			'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name: custom_unknown',
		]);
	});

	it('Take Payment with an unknown External ID Field stops when the account has payments without that field', async () => {
		school.addPayment({ note: '[ID inv-7]' });

		const { message } = await school.expectRefused(
			paymentWithId('inv-1', { additionalFields: { externalIdField: 'custom_unknown' } }),
		);

		expect(message).toBe(
			"AlfaCRM's payments show no field \"custom_unknown\", so the 'External ID' would not be found again",
		);
	});

	it.each([{ externalIdField: 'note' }, { externalIdField: 'custom' }, { externalIdField: 'custom_a b' }])(
		'Take Payment refuses the External ID Field "$externalIdField", which is no name of a custom field',
		async ({ externalIdField }) => {
			const { message } = await school.expectRefusedUnsent(
				paymentWithId('inv-1', { additionalFields: { externalIdField } }),
			);

			expect(message).toBe(`'External ID Field' is no name of a custom field: "${externalIdField}"`);
		},
	);

	it.each([
		{ value: 'an empty text', externalIdField: '' },
		{ value: 'null', externalIdField: null },
		{ value: 'undefined', externalIdField: undefined },
	])('Take Payment refuses an empty External ID Field: $value', async ({ externalIdField }) => {
		const { message } = await school.expectRefusedUnsent(
			paymentWithId('inv-1', { additionalFields: { externalIdField } }),
		);

		expect(message).toBe("'External ID Field' is set but came out empty");
	});

	it.each([{ externalIdField: 'note' }, { externalIdField: 'custom_order' }])(
		'Take Payment refuses the External ID Field "$externalIdField" when the form has no external ID',
		async ({ externalIdField }) => {
			const { message } = await school.expectRefusedUnsent(
				paymentForm({ additionalFields: { externalIdField } }),
			);

			expect(message).toBe("'External ID Field' is given, but no 'External ID'");
		},
	);
});

describe('Create Correction or Refund with an External ID', () => {
	it('Create Correction or Refund enters two refunds with one external ID when they have different types', async () => {
		const results = await school.runInTurn(
			refundWithId('r-1', { pay_type_id: PAY_TYPE.refund }),
			refundWithId('r-1', { pay_type_id: LIVE_PAY_TYPE.earlierRefund }),
		);

		expect(results).toBe('created, created');
	});

	it('Create Correction or Refund refuses a refund of another amount with the external ID of an earlier refund', async () => {
		const refund = await enterPayment(refundWithId('r-1', { income: 500 }));

		const { message } = await school.expectRefused(refundWithId('r-1', { income: 600 }));

		expect(message).toBe(
			`Payment ${refund} has the External ID "r-1" already, with the amount 500.00 instead of 600`,
		);
	});

	it('Create Correction or Refund refuses a refund with the external ID of a refund a year earlier', async () => {
		const refund = await enterPayment(refundWithId('r-17', { document_date: '2025-02-10' }));

		const { message } = await school.expectRefused(refundWithId('r-17', { document_date: '2026-02-10' }));

		expect(message).toBe(
			`Payment ${refund} of 2025-02-10 has the External ID "r-17" already, and this one is of 2026-02-10, so it may be another payment`,
		);
	});

	it('Create Correction or Refund refuses a refund for Yana when Mia has made the payment with the external ID', async () => {
		const paymentOfMia = await enterPayment(paymentWithId('inv-1', { id: MIA }));

		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: YANA }));

		expect(message).toBe(otherPayerMessage(paymentOfMia, MIA, YANA));
	});
});

describe('Create Correction or Refund without a Customer', () => {
	it.each([
		{ value: 'an empty text', customer_id: '' },
		{ value: 'null', customer_id: null },
		{ value: 'an empty picker', customer_id: { __rl: true, mode: 'id', value: '' } },
	])(
		'Create Correction or Refund enters a refund for the payer of the payment with the external ID when Customer is $value',
		async ({ customer_id }) => {
			school.changeRecord('customer', MIA, { branch_ids: [2] });
			school.addPayment({ branch_id: 2, note: '[ID inv-1]' });

			await school.run(refundWithId('inv-1', { customer_id }));

			expect(school.readRecords('pay')).toMatchObject([
				{ pay_type_id: PAY_TYPE.income },
				{
					pay_type_id: PAY_TYPE.refund,
					branch_id: 2,
					customer_id: MIA,
					income: '500.00',
					note: '[ID inv-1]',
				},
			]);
		},
	);

	it('Create Correction or Refund without a customer enters a refund only once', async () => {
		school.addPayment({ note: '[ID inv-1]' });

		const results = await school.runInTurn(
			refundWithId('inv-1', { customer_id: '' }),
			refundWithId('inv-1', { customer_id: '' }),
		);

		expect(results).toBe('created, unchanged');
	});

	it('Create Correction or Refund without a customer stops when no payment has the external ID', async () => {
		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe('AlfaCRM shows no payment with the External ID "inv-1", so its payer is not known');
	});

	it('Create Correction or Refund without a customer stops when payments of two customers have the external ID', async () => {
		const paymentOfMia = school.addPayment({ customer_id: MIA, note: '[ID inv-1]' });
		const paymentOfYana = school.addPayment({ customer_id: YANA, note: '[ID inv-1]' });

		const { message, description } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe(
			`The External ID "inv-1" does not tell the payer: payments ${paymentOfMia}, ${paymentOfYana}`,
		);
		expect(description).toBe("Fill 'Customer'. Nothing was saved.");
	});

	it('Create Correction or Refund without a customer names each payment with the external ID once although two branches list it', async () => {
		// Branch 2 lists the payments of all branches.
		school.settings.pooledBranches = [2];
		const paymentOfMia = school.addPayment({ customer_id: MIA, note: '[ID inv-1]' });
		const paymentOfYana = school.addPayment({ customer_id: YANA, note: '[ID inv-1]' });

		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe(
			`The External ID "inv-1" does not tell the payer: payments ${paymentOfMia}, ${paymentOfYana}`,
		);
	});

	it('Create Correction or Refund refuses a refund that has neither a customer nor an external ID', async () => {
		const { message } = await school.expectRefusedUnsent(refundForm({ customer_id: '' }));

		expect(message).toBe("'Customer' and 'External ID' are both empty");
	});
});

describe('Create Correction or Refund without an External ID', () => {
	it('Create Correction or Refund without an external ID enters an equal refund in each execution', async () => {
		const results = await school.runInTurn(refundForm(), refundForm());

		expect(results).toBe('created, created');
	});
});

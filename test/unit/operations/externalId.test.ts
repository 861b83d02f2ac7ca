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

/** Types that a school has added to its list. They may be incomes. */
const ONLINE_PAYMENT = 10;
const CARD_PAYMENT = 13;

let school: AdditionSchool;

/** Adds 45 payments of Yana, with the external IDs inv-10, inv-11, … inv-144. */
function addPaymentsOfYana(): void {
	for (let n = 0; n < 45; n++) {
		school.addPayment({ customer_id: YANA, note: `[ID inv-1${n}]` });
	}
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
		'stores the note "$storedNote" for the external ID inv-1 and the note "$note"',
		async ({ note, storedNote }) => {
			const { json } = await school.run(paymentWithId('inv-1', { additionalFields: { note } }));

			expect(school.readNotes()).toEqual([storedNote]);
			expect(json).toMatchObject([{ operationResult: 'created', note: storedNote }]);
		},
	);

	it('stores the external ID without the spaces and line breaks around it', async () => {
		await school.run(paymentWithId(' inv-1\n'));

		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});

	it('reports the note as a changed field', async () => {
		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json[0].changedFields).toContain('note');
	});

	it('sends the external ID to AlfaCRM only as a part of the note', async () => {
		await school.run(paymentWithId('inv-1'));

		const [{ body }] = school.readRequests('pay/create');
		expect(body).toMatchObject({ note: '[ID inv-1]' });
		expect(body).not.toHaveProperty('externalId');
	});
});

describe('Update of a payment with an external ID', () => {
	it('keeps the external ID in front of a new note', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: 'Чек отправлен' }));

		expect(school.readNotes()).toEqual(['[ID inv-1] Чек отправлен']);
	});

	it('keeps the external ID when the new note has brackets without an ID', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: '[ID ] Чек' }));

		expect(school.readNotes()).toEqual(['[ID inv-1] [ID ] Чек']);
	});

	it('replaces the external ID when the new note has another one', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { note: '[ID inv-7] Чек' }));

		expect(school.readNotes()).toEqual(['[ID inv-7] Чек']);
	});

	it('sends no note and reads nothing when the user changes only the amount', async () => {
		const payment = school.addPayment({ note: '[ID inv-1]' });

		await school.run(paymentUpdateForm(payment, { income: 4000 }));

		expect(school.calls).toEqual(['pay/update']);
		expect(school.requests[0].body).toEqual({ income: 4000 });
		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});
});

describe('Take Payment with an External ID', () => {
	it('enters a payment with the same external ID again when Skip If It Already Exists is off', async () => {
		await school.run(paymentWithId('inv-1'));

		const { json } = await school.run(paymentWithId('inv-1', { skipIfThere: false }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readNotes()).toEqual(['[ID inv-1]', '[ID inv-1]']);
	});

	// A workflow that imports a bank statement each night may be given another type of payment one day.
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
		'enters a payment once when its type changes $change',
		async ({ firstType, secondType }) => {
			await school.run(paymentWithId('inv-1', { additionalFields: firstType }));

			const { json } = await school.run(paymentWithId('inv-1', { additionalFields: secondType }));

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		},
	);

	it.each(TYPE_CHANGES)(
		'refuses the external ID for another customer when the type changes $change',
		async ({ firstType, secondType }) => {
			await school.run(paymentWithId('inv-1', { id: MIA, additionalFields: firstType }));

			const { message } = await school.expectRefused(
				paymentWithId('inv-1', { id: YANA, additionalFields: secondType }),
			);

			expect(message).toBe(
				'Payment 1 of customer 1 has the External ID "inv-1" already, so it was not entered for customer 2',
			);
		},
	);

	it.each([
		{ account: 'filters payments', ignoredFilters: [] },
		{ account: 'ignores all filters of payments', ignoredFilters: ['pay.*'] },
	])(
		'enters a payment once although refunds have its external ID, if AlfaCRM $account',
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
		'enters a payment once although cash collected $direction the till has its external ID',
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
	])('finds a payment by its external ID after the staff has changed its note to $note', async ({ note }) => {
		await school.run(paymentWithId('inv-1'));
		school.changeRecord('pay', 1, { note });

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('finds a payment by the external ID that an update has put into its note', async () => {
		const payment = school.addPayment({ note: '[ID inv-7]' });
		await school.run(paymentUpdateForm(payment, { note: '[ID inv-1]' }));

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
	});

	it('finds a payment by its external ID after AlfaCRM has cut off the end of its note', async () => {
		const longNote = 'я'.repeat(250);
		await school.run(paymentWithId('inv-1', { additionalFields: { note: longNote } }));
		const first255Characters = `[ID inv-1] ${'я'.repeat(244)}`;
		school.changeRecord('pay', 1, { note: first255Characters });

		const { json } = await school.run(paymentWithId('inv-1', { additionalFields: { note: longNote } }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('finds the payment of a customer by its external ID without searching those of other customers', async () => {
		school.addPayment({ note: '[ID inv-1]' });

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.calls).toEqual(['customer/index', 'pay/index']);
	});
});

describe('Take Payment with an External ID that is similar to others', () => {
	const SIMILAR_IDS = ['inv-1', 'inv-10', 'xinv-1', 'INV-1', 'nv-1', '1', '10', 'inv-1 а', 'счёт 1й'];

	async function takeSimilarPayments(): Promise<string> {
		return await school.runInTurn(...SIMILAR_IDS.map((externalId) => paymentWithId(externalId)));
	}

	it('enters a payment for each external ID that contains another or differs in capitals', async () => {
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

	it('finds each payment by its external ID among similar ones', async () => {
		await takeSimilarPayments();

		const results = await takeSimilarPayments();

		expect(results).toBe(
			'unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged',
		);
	});

	it('finds the payment with the external ID "1" by the number 1', async () => {
		await takeSimilarPayments();

		const results = await school.runInTurn(paymentWithId(1), paymentWithId(10));

		expect(results).toBe('unchanged, unchanged');
	});

	it('finds a payment by its external ID with more spaces and decomposed letters', async () => {
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
		'refuses a payment with an external ID when one entered by hand, with the note "$note", may be the same',
		async ({ note }) => {
			school.addPayment({ note });

			const { message, description } = await school.expectRefused(paymentWithId('inv-1'));

			expect(message).toBe(
				'Payment 1 of that day and sum has no External ID, so it may be the one that is to be entered',
			);
			expect(description).toBe(
				'If it is, add [ID inv-1] to its note; if not, enter this one by hand, with [ID inv-1] in its note. Nothing was saved.',
			);
		},
	);

	it.each(NOTES_WITHOUT_ID)(
		'returns the payment entered by hand once the staff has added the external ID to its note "$note"',
		async ({ note }) => {
			const payment = school.addPayment({ note: `${note} [ID inv-1]` });

			const { json } = await school.run(paymentWithId('inv-1'));

			expect(json).toMatchObject([{ id: payment, operationResult: 'unchanged' }]);
		},
	);

	it('enters a payment with an external ID beside an equal one to which the staff has given another ID', async () => {
		school.addPayment({ note: 'оплата [ID inv-1]' });

		const { json } = await school.run(paymentWithId('inv-2'));

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it.each([
		{ branch: 'the former branch of the customer', branchId: 1 },
		{ branch: 'the present branch of the customer', branchId: 2 },
	])(
		'refuses a payment in $branch when the staff has entered an equal one in the former branch',
		async ({ branchId }) => {
			school.addPayment({ branch_id: 1, note: 'наличные' });
			school.changeRecord('customer', MIA, { branch_ids: [2] });

			const { message } = await school.expectRefused(paymentWithId('inv-1', { branchId }));

			expect(message).toBe(
				'Payment 1 of that day and sum has no External ID, so it may be the one that is to be entered',
			);
		},
	);

	it('refuses a payment with an external ID when one entered by hand differs only in payer name and item', async () => {
		school.addPayment({ payer_name: 'Бабушка', pay_item_id: 2 });

		const { message } = await school.expectRefused(
			paymentWithId('inv-1', {
				additionalFields: { payer_name: 'Орлова Анна', pay_item_id: PAYMENT_ITEM },
			}),
		);

		expect(message).toBe(
			'Payment 1 of that day and sum has no External ID, so it may be the one that is to be entered',
		);
	});

	it('refuses a payment with an external ID after it has entered an equal one without an ID', async () => {
		await school.run(paymentForm());

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			'Payment 1 of that day and sum has no External ID, so it may be the one that is to be entered',
		);
	});

	it.each([
		{ difference: 'has another amount', payment: { income: '3872.69' } },
		{ difference: 'is of another day', payment: { document_date: '09.02.2026' } },
		{ difference: 'went into another account', payment: { pay_account_id: BANK_ACCOUNT } },
		{ difference: 'has another external ID', payment: { note: '[ID x]' } },
	])('enters a payment with an external ID when the one entered by hand $difference', async ({ payment }) => {
		school.addPayment(payment);

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});
});

describe('Take Payment without an External ID', () => {
	it('enters a payment without an external ID once', async () => {
		const results = await school.runInTurn(paymentForm(), paymentForm());

		expect(results).toBe('created, unchanged');
	});

	it('finds a payment without an external ID beside one of another amount that has one', async () => {
		await school.run(paymentForm());
		await school.run(paymentWithId('inv-1', { income: 1 }));

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('refuses a payment without a note when an equal one has an external ID', async () => {
		await school.run(paymentWithId('inv-1'));

		const { message, description } = await school.expectRefused(paymentForm());

		expect(message).toBe(
			'Payment 1 of that day and sum has the External ID "inv-1", so it may be the one that is to be entered',
		);
		expect(description).toBe(
			'If it is, nothing is left to do; if not, give it a note, or an External ID of its own. Nothing was saved.',
		);
	});

	it('finds a payment entered by hand after an equal one with an external ID', async () => {
		await school.run(paymentWithId('inv-1'));
		const paymentByHand = school.addPayment();

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: paymentByHand, operationResult: 'unchanged' }]);
	});

	it('finds a payment entered by hand before an equal one with an external ID', async () => {
		const paymentByHand = school.addPayment();
		await school.run(paymentWithId('inv-1', { skipIfThere: false }));

		const { json } = await school.run(paymentForm());

		expect(json).toMatchObject([{ id: paymentByHand, operationResult: 'unchanged' }]);
	});

	it('enters a payment with a note once beside an equal one with an external ID', async () => {
		await school.run(paymentWithId('inv-1'));
		const form = paymentForm({ additionalFields: { note: 'Наличные' } });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});
});

describe.each([
	{ operation: 'Take Payment', formWithId: paymentWithId },
	{ operation: 'Take Payment with an External ID Field', formWithId: paymentWithIdInField },
	{ operation: 'Create Correction or Refund', formWithId: refundWithId },
])('$operation', ({ formWithId }) => {
	it.each([
		{ value: 'an empty text', externalId: '' },
		{ value: 'a space', externalId: ' ' },
		{ value: 'null', externalId: null },
		{ value: 'undefined', externalId: undefined },
		{ value: 'an invisible character', externalId: '\u200b' },
		{ value: 'an empty list', externalId: [] },
	])('refuses an empty external ID: $value', async ({ externalId }) => {
		const { message, description } = await school.expectRefusedUnsent(formWithId(externalId));

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
	])('refuses the external ID $externalId, which is no text', async ({ externalId, message }) => {
		const error = await school.expectRefusedUnsent(formWithId(externalId));

		expect(error.message).toBe(message);
	});

	it.each([{ externalId: '[inv-1]' }, { externalId: 'inv]1' }])(
		'refuses the external ID $externalId because of its square brackets',
		async ({ externalId }) => {
			const { message } = await school.expectRefusedUnsent(formWithId(externalId));

			expect(message).toBe(
				`'External ID' must contain no square brackets, since the payment's note stores it inside them, but it is "${externalId}"`,
			);
		},
	);

	// Such as inv-{{ $json.id }}: the second payment of a customer with the same sum would be taken for the first.
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
	])('refuses the external ID $externalId, which has no digit other than 0', async ({ externalId }) => {
		const { message, description } = await school.expectRefusedUnsent(formWithId(externalId));

		expect(message).toBe(`'External ID' must hold a digit other than 0, but it is "${externalId}"`);
		expect(description).toBe('Correct it, or the expression that fills it. Nothing was sent to AlfaCRM.');
	});

	it.each([
		{ externalId: 'bank-5,001E+11', requirement: 'hold no number that a sheet has rounded' },
		{ externalId: '05.02.2026 5.001E+11', requirement: 'hold no number that a sheet has rounded' },
		{ externalId: 'zakaz-2026-', requirement: 'not end with a separator' },
		{ externalId: 'Счёт 2026/02 №', requirement: 'not end with a separator' },
	])(
		'refuses the external ID $externalId, which many payments would share',
		async ({ externalId, requirement }) => {
			const { message } = await school.expectRefusedUnsent(formWithId(externalId));

			expect(message).toBe(`'External ID' must ${requirement}, but it is "${externalId}"`);
		},
	);
});

describe('Take Payment with the External ID of another payment', () => {
	it('refuses the external ID of a payment of another customer and names that payment', async () => {
		await school.run(paymentWithId('inv-1', { id: YANA }));

		const { message, description } = await school.expectRefused(paymentWithId('inv-1', { id: MIA }));

		expect(message).toBe(
			'Payment 1 of customer 2 has the External ID "inv-1" already, so it was not entered for customer 1',
		);
		expect(description).toBe(
			"Correct 'Customer' or 'External ID'; if that payment is wrong, correct it in AlfaCRM. Nothing was saved.",
		);
	});

	it('refuses the external ID of a payment of nobody in another branch', async () => {
		school.addPayment({ customer_id: null, branch_id: 2, note: '[ID inv-1]' });

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			'Payment 1 of nobody has the External ID "inv-1" already, so it was not entered for customer 1',
		);
	});

	it('refuses the external ID of a payment of another amount and names both amounts', async () => {
		await school.run(paymentWithId('inv-1', { income: 3872.7 }));

		const { message, description } = await school.expectRefused(paymentWithId('inv-1', { income: '4 000' }));

		expect(message).toBe(
			'Payment 1 has the External ID "inv-1" already, with the amount 3872.70 instead of 4000',
		);
		expect(description).toBe(
			"Give each payment and each refund a number of its own, or correct 'Amount'. If the staff has changed that payment, nothing is left to do. Nothing was saved.",
		);
	});

	it('refuses the external ID of a payment a year earlier and names both dates', async () => {
		await school.run(paymentWithId('17', { additionalFields: { document_date: '2025-02-10' } }));

		const { message, description } = await school.expectRefused(
			paymentWithId('17', { additionalFields: { document_date: '2026-02-10' } }),
		);

		expect(message).toBe(
			'Payment 1 of 2025-02-10 has the External ID "17" already, and this one is of 2026-02-10, so it may be another payment',
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
		'refuses a payment of $newDate with the external ID of one of $existingDate, 28 days away or more',
		async ({ existingDate, newDate }) => {
			await school.run(paymentWithId('17', { additionalFields: { document_date: existingDate } }));

			const { message } = await school.expectRefused(
				paymentWithId('17', { additionalFields: { document_date: newDate } }),
			);

			expect(message).toBe(
				`Payment 1 of ${existingDate} has the External ID "17" already, and this one is of ${newDate}, so it may be another payment`,
			);
		},
	);

	it.each([
		{ existingDate: '2026-02-10', newDate: '2026-03-09' },
		{ existingDate: '2026-03-09', newDate: '2026-02-10' },
		{ existingDate: '2025-12-31', newDate: '2026-01-01' },
	])(
		'returns the payment of $existingDate for one of $newDate with its external ID, 27 days away or less',
		async ({ existingDate, newDate }) => {
			await school.run(paymentWithId('17', { additionalFields: { document_date: existingDate } }));

			const { json } = await school.run(
				paymentWithId('17', { additionalFields: { document_date: newDate } }),
			);

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		},
	);

	it('enters a payment each month when the external ID contains the month', async () => {
		const results = await school.runInTurn(
			paymentWithId('abon-501-2026-02', { additionalFields: { document_date: '2026-02-10' } }),
			paymentWithId('abon-501-2026-03', { additionalFields: { document_date: '2026-03-10' } }),
		);

		expect(results).toBe('created, created');
	});

	it('enters a payment each year when the external ID begins with the year', async () => {
		const results = await school.runInTurn(
			paymentWithId('2025-17', { additionalFields: { document_date: '2025-02-10' } }),
			paymentWithId('2026-17', { additionalFields: { document_date: '2026-02-10' } }),
		);

		expect(results).toBe('created, created');
	});

	it('enters one payment when two executions enter it at the same moment', async () => {
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

	it('enters one payment when two executions enter it for two customers at the same moment', async () => {
		const [executionForMia, executionForYana] = await Promise.all([
			school.runToEnd(paymentWithId('inv-1', { id: MIA })),
			school.runToEnd(paymentWithId('inv-1', { id: YANA })),
		]);

		expect(executionForMia.error).toBeUndefined();
		expect(executionForYana.error?.message).toBe(
			'Payment 1 of customer 1 has the External ID "inv-1" already, so it was not entered for customer 2',
		);
		expect(school.readNotes()).toEqual(['[ID inv-1]']);
	});
});

describe('Take Payment with an External ID in a school with several branches', () => {
	it('finds a payment by its external ID after the customer has moved to another branch', async () => {
		await school.run(paymentWithId('inv-1', { branchId: 1 }));
		school.changeRecord('customer', MIA, { branch_ids: [2] });

		const { json } = await school.run(paymentWithId('inv-1', { branchId: 2 }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('finds a payment by its external ID after it was moved to a branch in which the customer is not', async () => {
		const thirdBranch = school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
		await school.run(paymentWithId('inv-1', { branchId: 1 }));
		school.changeRecord('pay', 1, { branch_id: thirdBranch });

		const { json } = await school.run(paymentWithId('inv-1', { branchId: 1 }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('enters the payment and warns in a hint when the user may not see one of the branches', async () => {
		const thirdBranch = school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
		school.settings.forbiddenBranches = [thirdBranch];

		const { json, hints } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual(['This user may not see all branches, so records there cannot be found: branch 3']);
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

	it('enters a payment once when two items of one execution have its external ID', async () => {
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

		expect(json).toMatchObject([
			{ id: 46, operationResult: 'created' },
			{ id: 47, operationResult: 'created' },
			{ id: 46, operationResult: 'unchanged' },
			{ id: 47, operationResult: 'unchanged' },
		]);
		expect(school.readRecords('pay')).toHaveLength(47);
	});

	it('refuses the external ID of a payment of another customer among many payments', async () => {
		const { message } = await school.expectRefused(paymentWithId('inv-144', { id: MIA }));

		expect(message).toBe(
			'Payment 45 of customer 2 has the External ID "inv-144" already, so it was not entered for customer 1',
		);
	});
});

describe('Take Payment with an External ID when AlfaCRM answers a search by note unusually', () => {
	it('finds a payment among those of the customer when a search by note finds only whole notes', async () => {
		school.onCall = (call, { body }) =>
			call === 'pay/index' && body.note !== undefined ? { items: [], total: 0 } : undefined;
		await school.run(paymentWithId('inv-1', { additionalFields: { note: 'Март' } }));

		const { json } = await school.run(paymentWithId('inv-1'));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('refuses a payment when the answer to the search by note shows no notes', async () => {
		const paymentWithoutNote = {
			id: 7,
			customer_id: MIA,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: CASH_BOX,
		};
		school.onCall = (call, { body }) =>
			call === 'pay/index' && body.note !== undefined ? { items: [paymentWithoutNote], total: 1 } : undefined;

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			"AlfaCRM's payments show no field \"note\", so the 'External ID' would not be found again",
		);
	});

	it('refuses a payment when rows are missing in the answer to the search by note', async () => {
		school.answerIncompletely('pay/index', ({ body }) => body.note !== undefined);

		const { message } = await school.expectRefused(paymentWithId('inv-1'));

		expect(message).toBe(
			"AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
		);
	});
});

describe('Take Payment with an External ID Field', () => {
	it('stores the external ID in the custom field and leaves the note as the form has it', async () => {
		await school.run(paymentWithIdInField('inv-1', { additionalFields: { note: 'Март' } }));

		expect(school.readRecords('pay')).toMatchObject([{ note: 'Март', custom_md_order: 'inv-1' }]);
	});

	it('enters one payment for each external ID in the custom field', async () => {
		const results = await school.runInTurn(
			paymentWithIdInField('inv-1'),
			paymentWithIdInField('inv-10'),
			paymentWithIdInField('inv-1'),
			paymentWithIdInField('Inv-1'),
			paymentWithIdInField('inv-10'),
		);

		expect(results).toBe('created, created, unchanged, created, unchanged');
	});

	it('finds a payment by the external ID in the custom field when the notes differ', async () => {
		await school.run(paymentWithIdInField('inv-1', { additionalFields: { note: 'Март' } }));

		const { json } = await school.run(paymentWithIdInField('inv-1'));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('finds the payment that has the external ID in its note and not in the custom field', async () => {
		await school.run(paymentWithId('inv-1'));

		const { json } = await school.run(paymentWithIdInField('inv-1'));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('refuses the external ID that the custom field of another customer has', async () => {
		await school.run(paymentWithIdInField('inv-1', { id: MIA }));

		const { message } = await school.expectRefused(paymentWithIdInField('inv-1', { id: YANA }));

		expect(message).toBe(
			'Payment 1 of customer 1 has the External ID "inv-1" already, so it was not entered for customer 2',
		);
	});

	it('enters the first payment of an account with an unknown External ID Field and warns in a hint', async () => {
		const { json, hints } = await school.run(
			paymentWithId('inv-1', { additionalFields: { externalIdField: 'custom_unknown' } }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([
			'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name: custom_unknown',
		]);
	});

	it('refuses an unknown External ID Field when the account has payments', async () => {
		school.addPayment({ note: '[ID inv-7]' });

		const { message } = await school.expectRefused(
			paymentWithId('inv-1', { additionalFields: { externalIdField: 'custom_unknown' } }),
		);

		expect(message).toBe(
			"AlfaCRM's payments show no field \"custom_unknown\", so the 'External ID' would not be found again",
		);
	});

	it.each([{ externalIdField: 'note' }, { externalIdField: 'custom' }, { externalIdField: 'custom_a b' }])(
		'refuses the External ID Field "$externalIdField", which is no name of a custom field',
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
	])('refuses an empty External ID Field: $value', async ({ externalIdField }) => {
		const { message } = await school.expectRefusedUnsent(
			paymentWithId('inv-1', { additionalFields: { externalIdField } }),
		);

		expect(message).toBe("'External ID Field' is set but came out empty");
	});

	it.each([{ externalIdField: 'note' }, { externalIdField: 'custom_order' }])(
		'refuses the External ID Field "$externalIdField" without an External ID',
		async ({ externalIdField }) => {
			const { message } = await school.expectRefusedUnsent(
				paymentForm({ additionalFields: { externalIdField } }),
			);

			expect(message).toBe("'External ID Field' is given, but no 'External ID'");
		},
	);
});

describe('Create Correction or Refund with an External ID', () => {
	it('enters two refunds of different types with one external ID', async () => {
		const results = await school.runInTurn(
			refundWithId('r-1', { pay_type_id: PAY_TYPE.refund }),
			refundWithId('r-1', { pay_type_id: LIVE_PAY_TYPE.earlierRefund }),
		);

		expect(results).toBe('created, created');
	});

	it('refuses a refund of another amount with the external ID of an earlier one', async () => {
		await school.run(refundWithId('r-1', { income: 500 }));

		const { message } = await school.expectRefused(refundWithId('r-1', { income: 600 }));

		expect(message).toBe(
			'Payment 1 has the External ID "r-1" already, with the amount 500.00 instead of 600',
		);
	});

	it('refuses a refund with the external ID of one a year earlier', async () => {
		await school.run(refundWithId('r-17', { document_date: '2025-02-10' }));

		const { message } = await school.expectRefused(refundWithId('r-17', { document_date: '2026-02-10' }));

		expect(message).toBe(
			'Payment 1 of 2025-02-10 has the External ID "r-17" already, and this one is of 2026-02-10, so it may be another payment',
		);
	});

	it('refuses a refund for a customer who has not made the payment with the external ID', async () => {
		await school.run(paymentWithId('inv-1', { id: MIA }));

		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: YANA }));

		expect(message).toBe(
			'Payment 1 of customer 1 has the External ID "inv-1" already, so it was not entered for customer 2',
		);
	});
});

describe('Create Correction or Refund without a Customer', () => {
	it.each([
		{ value: 'an empty text', customer_id: '' },
		{ value: 'null', customer_id: null },
		{ value: 'an empty picker', customer_id: { __rl: true, mode: 'id', value: '' } },
	])(
		'enters the refund for the payer of the payment with the external ID when Customer is $value',
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

	it('enters a refund once when the external ID alone tells its payer', async () => {
		school.addPayment({ note: '[ID inv-1]' });

		const results = await school.runInTurn(
			refundWithId('inv-1', { customer_id: '' }),
			refundWithId('inv-1', { customer_id: '' }),
		);

		expect(results).toBe('created, unchanged');
	});

	it('refuses a refund without a customer when no payment has the external ID', async () => {
		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe('AlfaCRM shows no payment with the External ID "inv-1", so its payer is not known');
	});

	it('refuses a refund without a customer when payments of two customers have the external ID', async () => {
		school.addPayment({ customer_id: MIA, note: '[ID inv-1]' });
		school.addPayment({ customer_id: YANA, note: '[ID inv-1]' });

		const { message, description } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe('The External ID "inv-1" does not tell the payer: payments 1, 2');
		expect(description).toBe("Fill 'Customer'. Nothing was saved.");
	});

	it('names each payment with the external ID once although several branches list it', async () => {
		school.settings.pooledBranches = [2];
		school.addPayment({ customer_id: MIA, note: '[ID inv-1]' });
		school.addPayment({ customer_id: YANA, note: '[ID inv-1]' });

		const { message } = await school.expectRefused(refundWithId('inv-1', { customer_id: '' }));

		expect(message).toBe('The External ID "inv-1" does not tell the payer: payments 1, 2');
	});

	it('refuses a refund that has neither a customer nor an external ID', async () => {
		const { message } = await school.expectRefusedUnsent(refundForm({ customer_id: '' }));

		expect(message).toBe("'Customer' and 'External ID' are both empty");
	});
});

describe('Create Correction or Refund without an External ID', () => {
	it('enters a refund without an external ID in each execution', async () => {
		const results = await school.runInTurn(refundForm(), refundForm());

		expect(results).toBe('created, created');
	});
});

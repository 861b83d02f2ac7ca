import type { IDataObject } from 'n8n-workflow';

import { PAY_TYPE } from '../../../nodes/AlfaCrm/entities/pay';
import { customerForm, SmallSchool } from './school';

/** A payment provider's number, by which a payment is entered once: on any day, whatever else differs. */
let school: SmallSchool;
let customer: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
	for (const name of ['Касса', 'Счёт']) school.addRecord('pay-account', { name });
	customer = school.addLead({ name: 'Орлова Мия' });
});
afterEach(() => jest.useRealTimers());

const take = (externalId: unknown, more: IDataObject = {}, additional: IDataObject = {}) =>
	customerForm('takePayment', {
		...{ id: customer, income: 3872.7, pay_account_id: 1 },
		additionalFields: { externalId, ...additional } as IDataObject,
		...more,
	});
const refund = (externalId: unknown, more: IDataObject = {}, additional: IDataObject = {}) =>
	customerForm('createCorrection', {
		...{ resource: 'pay', customer_id: customer, income: 500, pay_account_id: 1, pay_type_id: 2 },
		...{ document_date: '2026-02-10', additionalFields: { externalId, ...additional } as IDataObject },
		...more,
	});
const notes = () => school.readRecords('pay').map(({ note }) => note);

describe('a payment with a number', () => {
	it.each([
		['Оплата за март', '[ID inv-1] Оплата за март'],
		['', '[ID inv-1]'],
		[' Оплата [ID inv-1] за март', 'Оплата [ID inv-1] за март'],
	])('keeps it in its note beside %j', async (note, kept) => {
		const { json } = await school.run(take(' inv-1\n', {}, { note }));
		expect(notes()).toEqual([kept]);
		expect(json[0]).toMatchObject({ operationResult: 'created', note: kept });
		expect(json[0].changedFields).toContain('note');
		expect(school.readRequests('pay/create')[0].body).not.toHaveProperty('externalId');
	});

	// A statement that is imported each night comes with the type that the node has by now.
	it.each([
		[{ pay_type_id: 10 }, {}],
		[{}, { pay_type_id: 10 }],
		[{ pay_type_id: 10 }, { pay_type_id: 13 }],
	])('is entered once, whatever type of income it has: first %j, then %j', async (first, then) => {
		expect(await school.runInTurn(take('inv-1', {}, first), take('inv-1', {}, then))).toBe(
			'created, unchanged',
		);
		const sister = school.addLead();
		expect((await school.expectRefused(take('inv-1', { id: sister }, then))).message).toContain(
			'Payment 1 of ',
		);
	});

	it.each([[[]], [['pay.*']]])(
		'is none of its refund, whoever has that, where %j is ignored',
		async (ignored) => {
			school.settings.ignoredFilters = ignored;
			for (const customer_id of [customer, school.addLead()])
				school.addRecord('pay', { ...PAID, customer_id, pay_type_id: 5, note: '[ID inv-1]' });
			expect(await school.runInTurn(take('inv-1'), take('inv-1'))).toBe('created, unchanged');
		},
	);

	it.each([PAY_TYPE.cashCollectionIn, PAY_TYPE.cashCollectionOut])(
		'is entered though a cash collection (type %i) has its number',
		async (pay_type_id) => {
			school.addRecord('pay', { ...PAID, customer_id: null, pay_type_id, note: '[ID inv-1]' });

			expect(await school.runInTurn(take('inv-1'), take('inv-1'))).toBe('created, unchanged');
		},
	);

	it.each([
		'проверено [ID inv-1]',
		'[ID inv-1] сверено, А. П.',
		'чек [ ID inv-1 ]\nвыдан',
		'x[y][ID inv-1]z',
	])('is found where the staff has made of its note %j', async (note) => {
		await school.run(take('inv-1'));
		school.changeRecord('pay', 1, { note });
		expect(await school.runInTurn(take('inv-1'))).toBe('unchanged');
	});

	it('has no part of another number, in no other case', async () => {
		const numbers = ['inv-1', 'inv-10', 'xinv-1', 'INV-1', 'nv-1', '1', 1, 10, 'inv-1 а', 'счёт 1й'];
		for (const number of numbers) await school.runToEnd(take(number));
		const kept = ['inv-1', 'inv-10', 'xinv-1', 'INV-1', 'nv-1', '1', '10', 'inv-1 а', 'счёт 1й'];
		expect(notes()).toEqual(kept.map((number) => `[ID ${number}]`));
		const again = [...numbers, ' счёт  1й'.normalize('NFD')].map((number) => take(number));
		expect(await school.runInTurn(...again)).toBe(again.map(() => 'unchanged').join(', '));
	});

	it.each(['', 'inv-1', 'оплата inv-1', '(inv-1)', 'заказ [inv-1]', '[ID ] чек'])(
		'may be one of that day and sum that the staff has typed in, so it stops: note %j',
		async (note) => {
			const id = school.addRecord('pay', { ...PAID, customer_id: customer, note });
			const { message, description } = await school.expectRefused(take('inv-1'));
			expect(message).toBe(
				`Payment ${id} of that day and sum has no External ID, so it may be the one that is to be entered`,
			);
			expect(description).toMatch(/^If it is, add \[ID inv-1\] to its note; if not, .* Nothing was saved\.$/);
			school.changeRecord('pay', id, { note: `${note} [ID inv-1]` });
			expect(await school.runInTurn(take('inv-1'), take('inv-2'))).toBe('unchanged, created');
		},
	);

	it('is found among those of the customer without a look into other branches', async () => {
		school.addRecord('pay', { ...PAID, customer_id: customer, note: '[ID inv-1]' });
		expect(await school.runInTurn(take('inv-1'))).toBe('unchanged');
		expect(school.calls).toEqual(['customer/index', 'pay/index']);
	});

	it('may be one of a branch that the customer has left since', async () => {
		school.addRecord('pay', { ...PAID, customer_id: customer, note: 'наличные' });
		school.changeRecord('customer', customer, { branch_ids: [2] });
		for (const branchId of [1, 2]) {
			const { message } = await school.expectRefused(take('inv-1', { branchId }));
			expect(message).toContain('so it may be the one');
		}
	});

	it('may be one for which the staff has written other things', async () => {
		school.addRecord('pay', {
			...PAID,
			customer_id: customer,
			note: null,
			payer_name: 'Бабушка',
			pay_item_id: 2,
		});
		const { message } = await school.expectRefused(
			take('inv-1', {}, { payer_name: 'Орлова Анна', pay_item_id: 1 }),
		);
		expect(message).toContain('so it may be the one');
	});

	it.each([
		{ income: '3872.69' },
		{ document_date: '09.02.2026' },
		{ pay_account_id: 2 },
		{ note: '[ID x]' },
	])('is another one than what the staff has typed in with %j', async (more) => {
		school.addRecord('pay', { ...PAID, customer_id: customer, note: null, ...more });
		expect(await school.runInTurn(take('inv-1'))).toBe('created');
	});

	it('stays when its note is changed here', async () => {
		await school.run(take('inv-1'));
		const change = { resource: 'pay', id: '1', updateFields: { note: 'Чек отправлен' } as IDataObject };
		await school.run(customerForm('update', change));
		expect(notes()).toEqual(['[ID inv-1] Чек отправлен']);
		// What does not change it costs no reading, and sends none.
		const calls = school.calls.length;
		await school.run(customerForm('update', { ...change, updateFields: { income: 3872.7 } as IDataObject }));
		expect(school.calls.slice(calls)).toEqual(['pay/update']);
		expect(notes()).toEqual(['[ID inv-1] Чек отправлен']);
		// An expression in brackets that has found nothing is no number.
		await school.run(
			customerForm('update', { ...change, updateFields: { note: '[ID ] Чек' } as IDataObject }),
		);
		expect(notes()).toEqual(['[ID inv-1] [ID ] Чек']);
		await school.run(
			customerForm('update', { ...change, updateFields: { note: '[ID inv-7] Чек' } as IDataObject }),
		);
		expect(notes()).toEqual(['[ID inv-7] Чек']);
		await school.run(
			customerForm('update', { ...change, updateFields: { note: '[ID inv-1]' } as IDataObject }),
		);
		expect(await school.runInTurn(take('inv-1', {}, { document_date: '2026-02-11' }))).toBe('unchanged');
	});

	it('without a number is told as before', async () => {
		const form = take('x1');
		delete (form.additionalFields as IDataObject).externalId;
		expect(await school.runInTurn(form, form)).toBe('created, unchanged');
		expect((await school.expectRefused(take('x1'))).message).toContain('Payment 1 of that day and sum');
		expect(await school.runInTurn(take('x1', { income: 1 }), form)).toBe('created, unchanged');
	});

	it('is not taken for the one that is given without number and note, nor is that one entered beside it', async () => {
		const cash = take('inv-1');
		delete (cash.additionalFields as IDataObject).externalId;
		expect(await school.runInTurn(take('inv-1'))).toBe('created');
		const { message, description } = await school.expectRefused(cash);
		expect(message).toBe(
			'Payment 1 of that day and sum has the External ID "inv-1", so it may be the one that is to be entered',
		);
		expect(description).toContain('give it a note');
		expect(school.readRecords('pay')).toHaveLength(1);
		// The one that the staff has entered by hand is found, wherever it stands in the list.
		school.addRecord('pay', { ...school.readRecords('pay')[0], id: 50, note: '' });
		expect(await school.runInTurn(cash)).toBe('unchanged');
		await school.run(take('inv-3', { skipIfThere: false }));
		expect(await school.runInTurn(cash)).toBe('unchanged');
		const noted = { ...cash, additionalFields: { note: 'Наличные' } };
		expect(await school.runInTurn(noted, noted)).toBe('created, unchanged');
	});

	it('is entered again where that is wanted, with the number', async () => {
		expect(await school.runInTurn(take('inv-1'), take('inv-1', { skipIfThere: false }))).toBe(
			'created, created',
		);
		expect(notes()).toEqual(['[ID inv-1]', '[ID inv-1]']);
	});
});

const PAID = {
	branch_id: 1,
	pay_type_id: 1,
	pay_account_id: 1,
	income: '3872.70',
	document_date: '10.02.2026',
};

describe('a number', () => {
	it.each(['', ' ', null, undefined, '\u200b', []])('that came out as %j is refused', async (number) => {
		for (const form of [take(number), refund(number)])
			expect(await school.expectRefusedUnsent(form)).toMatchObject({
				message: "'External ID' is set but came out empty",
				description: 'Check the expression that fills it, or remove it. Nothing was sent to AlfaCRM.',
			});
	});

	it.each([NaN, 1e21, '7,90056E+10', {}])('cannot be %j', async (number) => {
		for (const form of [take(number), refund(number)])
			expect((await school.expectRefusedUnsent(form)).message).toContain("'External ID' must ");
	});

	it.each(['[inv-1]', 'inv]1'])('with square brackets is refused: %s', async (number) => {
		const takeError = await school.expectRefusedUnsent(take(number));
		const refundError = await school.expectRefusedUnsent(refund(number));

		const message = `'External ID' must contain no square brackets, since the payment's note stores it inside them, but it is "${number}"`;
		expect(takeError.message).toBe(message);
		expect(refundError.message).toBe(message);
	});

	// Such as inv-{{ $json.id }}: the second payment of a customer with the same sum would be taken for the first.
	it.each(['inv-', 'inv-undefined', 'undefined', 'null', 'Счёт №', true, false, 0, 'robokassa-0'])(
		'in which an expression has found nothing is refused: %j',
		async (number) => {
			for (const form of [
				take(number),
				take(number, {}, { externalIdField: 'custom_md_order' }),
				refund(number),
			])
				expect(await school.expectRefusedUnsent(form)).toMatchObject({
					message: `'External ID' must hold a digit other than 0, but it is "${number}"`,
					description: 'Correct it, or the expression that fills it. Nothing was sent to AlfaCRM.',
				});
		},
	);

	it.each([
		['bank-5,001E+11', 'hold no number that a sheet has rounded'],
		['05.02.2026 5.001E+11', 'hold no number that a sheet has rounded'],
		['zakaz-2026-', 'not end with a separator'],
		['Счёт 2026/02 №', 'not end with a separator'],
	])('that would be the same for many is refused: %s', async (number, fault) => {
		expect((await school.expectRefusedUnsent(take(number))).message).toBe(
			`'External ID' must ${fault}, but it is "${number}"`,
		);
	});

	it.each(['note', 'custom_order'])('is needed where a field is to keep it: %s', async (name) => {
		const additionalFields = { externalIdField: name };
		const { message } = await school.expectRefusedUnsent(take('', { additionalFields }));
		expect(message).toBe("'External ID Field' is given, but no 'External ID'");
	});

	it('of somebody else stops, whoever asks, and names that payment', async () => {
		const sister = school.addLead({ name: 'Орлова Яна' });
		await school.run(take('inv-1', { id: sister }));
		expect(await school.expectRefused(take('inv-1'))).toMatchObject({
			message: `Payment 1 of customer ${sister} has the External ID "inv-1" already, so it was not entered for customer ${customer}`,
			description:
				"Correct 'Customer' or 'External ID'; if that payment is wrong, correct it in AlfaCRM. Nothing was saved.",
		});
		school.changeRecord('pay', 1, { customer_id: null, branch_id: 2 });
		expect((await school.expectRefused(take('inv-1'))).message).toMatch(/^Payment 1 of nobody has /);
	});

	it('of another sum stops and names that payment', async () => {
		await school.run(take('inv-1'));
		expect(await school.expectRefused(take('inv-1', { income: '4 000' }))).toMatchObject({
			message: 'Payment 1 has the External ID "inv-1" already, with the amount 3872.70 instead of 4000',
			description: expect.stringMatching(/^Give each payment .* Nothing was saved\.$/) as string,
		});
	});

	it('of a payment that is months away stops and names both dates', async () => {
		await school.run(take('17', {}, { document_date: '2025-02-10' }));

		const error = await school.expectRefused(take('17', {}, { document_date: '2026-02-10' }));

		expect(error).toMatchObject({
			message:
				'Payment 1 of 2025-02-10 has the External ID "17" already, and this one is of 2026-02-10, so it may be another payment',
			description:
				'If it is another one, add the month or the date to its ID: 17-2026-02. If it is the same, correct the date, or nothing is left to do. Nothing was saved.',
		});
		expect(school.readRecords('pay')).toHaveLength(1);
	});

	it.each([
		{ first: '2026-02-10', second: '2026-03-10' },
		{ first: '2026-03-10', second: '2026-02-10' },
		{ first: '2026-02-10', second: '2026-04-10' },
		{ first: '2026-04-10', second: '2026-02-10' },
		{ first: '2025-12-20', second: '2026-02-10' },
	])('of payments of $first and $second is that of two, so the second stops', async ({ first, second }) => {
		await school.run(take('17', {}, { document_date: first }));

		const error = await school.expectRefused(take('17', {}, { document_date: second }));

		expect(error.message).toContain(`Payment 1 of ${first} has the External ID "17" already`);
	});

	it.each([
		{ first: '2026-02-10', second: '2026-03-09' },
		{ first: '2026-03-09', second: '2026-02-10' },
		{ first: '2025-12-31', second: '2026-01-01' },
	])(
		'of payments of $first and $second is that of one, so the second is unchanged',
		async ({ first, second }) => {
			const results = await school.runInTurn(
				take('17', {}, { document_date: first }),
				take('17', {}, { document_date: second }),
			);

			expect(results).toBe('created, unchanged');
		},
	);

	it('with the month in it is another one in another month', async () => {
		const results = await school.runInTurn(
			take('abon-501-2026-02', {}, { document_date: '2026-02-10' }),
			take('abon-501-2026-03', {}, { document_date: '2026-03-10' }),
		);

		expect(results).toBe('created, created');
	});

	it('with its year before it is another one in another year', async () => {
		const results = await school.runInTurn(
			take('2025-17', {}, { document_date: '2025-02-10' }),
			take('2026-17', {}, { document_date: '2026-02-10' }),
		);

		expect(results).toBe('created, created');
	});

	it('of a refund stops too where the refund with it is months away', async () => {
		await school.run(refund('r-17', { document_date: '2025-02-10' }));

		const error = await school.expectRefused(refund('r-17', { document_date: '2026-02-10' }));

		expect(error.message).toContain('Payment 1 of 2025-02-10 has the External ID "r-17" already');
	});

	it('is found in any branch, and where its payer has moved, or the payment', async () => {
		const branch = school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
		await school.run(take('inv-1'));
		school.changeRecord('customer', customer, { branch_ids: [2] });
		expect(await school.runInTurn(take('inv-1', { branchId: 2 }))).toBe('unchanged');
		school.changeRecord('pay', 1, { branch_id: branch });
		expect(await school.runInTurn(take('inv-1'))).toBe('unchanged');
		school.settings.forbiddenBranches = [branch];
		const { json, hints } = await school.run(take('inv-2'));
		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([expect.stringMatching(/^This user may not see all branches/)]);
	});

	it.each([
		['the filter by note does nothing', ['pay.note']],
		['no filter does anything', ['pay.*']],
	])('is found among many, and no other one, where %s', async (_what, ignoredFilters) => {
		school.settings.ignoredFilters = ignoredFilters;
		const other = school.addLead();
		for (let n = 0; n < 45; n++)
			school.addRecord('pay', { ...PAID, customer_id: other, note: `[ID inv-1${n}]` });
		const numbers = ['inv-1', 'inv-2', 'inv-1', 'inv-2'];
		const { json } = await school.run({}, { parametersByItem: numbers.map((number) => take(number)) });
		expect(json.map(({ operationResult }) => operationResult)).toEqual([
			...['created', 'created', 'unchanged', 'unchanged'],
		]);
		expect((await school.expectRefused(take('inv-144'))).message).toContain(`of customer ${other}`);
		expect(school.readRecords('pay')).toHaveLength(47);
	});

	it('is found where the filter by note finds whole notes only', async () => {
		school.onCall = (call, { body }) =>
			call === 'pay/index' && body.note !== undefined ? { items: [], total: 0 } : undefined;
		expect(await school.runInTurn(take('inv-1', {}, { note: 'Март' }), take('inv-1'))).toBe(
			'created, unchanged',
		);
	});

	it('is not entered where no payment shows its note', async () => {
		school.onCall = (call, { body }) => {
			if (call !== 'pay/index' || body.note === undefined) return undefined;
			return { items: [{ ...PAID, id: 7, customer_id: customer }], total: 1 };
		};
		expect((await school.expectRefused(take('inv-1'))).message).toContain('show no field "note"');
	});

	it('stands first in the note, so that one which is cut off keeps it', async () => {
		await school.run(take('inv-1', {}, { note: 'я'.repeat(250) }));
		const [{ id, note }] = school.readRecords('pay');
		school.changeRecord('pay', Number(id), { note: String(note).slice(0, 255) });
		expect(await school.runInTurn(take('inv-1', {}, { note: 'я'.repeat(250) }))).toBe('unchanged');
	});

	it('of a list that does not come whole enters nothing', async () => {
		school.onCall = (call, request) =>
			call === 'pay/index' && request.body.note ? school.answerWithUnstableList(request) : undefined;
		expect((await school.expectRefused(take('inv-1'))).message).toContain(
			'not sure that this payment is new',
		);
	});

	it('is entered once by two at the same moment, for one person or for two', async () => {
		const sister = school.addLead();
		const both = await Promise.all([
			school.runToEnd(take('inv-1')),
			school.runToEnd(take('inv-1', { income: 3872.7 })),
		]);
		expect(both.map(({ json }) => json[0].operationResult).sort()).toEqual(['created', 'unchanged']);
		const two = await Promise.all([
			school.runToEnd(take('inv-2')),
			school.runToEnd(take('inv-2', { id: sister })),
		]);
		expect(two.map(({ error }) => error?.message ?? '')).toEqual(['', expect.stringContaining('inv-2')]);
		expect(school.readRecords('pay')).toHaveLength(2);
	});
});

describe('a field of its own', () => {
	const FIELD = { externalIdField: 'custom_md_order' };

	it('keeps the number, and finds it', async () => {
		expect(await school.runInTurn(take('inv-1', {}, { ...FIELD, note: 'Март' }))).toBe('created');
		expect(school.readRecords('pay')).toMatchObject([{ note: 'Март', custom_md_order: 'inv-1' }]);
		const numbers = ['inv-1', 'inv-10', 'inv-1', 'Inv-1', 'inv-10'];
		const results = await school.runInTurn(...numbers.map((number) => take(number, {}, FIELD)));
		expect(results).toBe('unchanged, created, unchanged, created, unchanged');
		const sister = school.addLead();
		expect((await school.expectRefused(take('inv-1', { id: sister }, FIELD))).message).toMatch(
			/^Payment 1 of customer/,
		);
	});

	it('does not enter again what the note keeps', async () => {
		expect(await school.runInTurn(take('inv-1'), take('inv-1', {}, FIELD))).toBe('created, unchanged');
	});

	it('that AlfaCRM does not have is refused before anything is entered twice', async () => {
		const unknown = { externalIdField: 'custom_unknown' };
		// In an account without any payment nobody can know.
		const { hints } = await school.run(take('inv-1', {}, unknown));
		expect(hints).toEqual([expect.stringMatching(/^AlfaCRM shows no such custom field/)]);
		expect(await school.expectRefused(take('inv-1', {}, unknown))).toMatchObject({
			message:
				"AlfaCRM's payments show no field \"custom_unknown\", so the 'External ID' would not be found again",
		});
	});

	it.each(['note', 'custom', 'custom_a b'])('is no %j', async (externalIdField) => {
		const { message } = await school.expectRefusedUnsent(take('inv-1', {}, { externalIdField }));
		expect(message).toBe(`'External ID Field' is no name of a custom field: "${externalIdField}"`);
	});

	it.each(['', null, undefined])('that came out as %j is refused', async (externalIdField) => {
		const { message } = await school.expectRefusedUnsent(take('inv-1', {}, { externalIdField }));
		expect(message).toBe("'External ID Field' is set but came out empty");
	});
});

describe('a refund or correction with a number', () => {
	it('of another type is another one, of another sum none', async () => {
		expect(await school.runInTurn(refund('r-1'), refund('r-1', { pay_type_id: 3 }))).toBe('created, created');
		expect((await school.expectRefused(refund('r-1', { income: 600 }))).message).toContain(
			'500.00 instead of 600',
		);
	});

	it('is not entered for another than the one who has paid', async () => {
		await school.run(take('inv-1'));
		const sister = school.addLead();
		expect((await school.expectRefused(refund('inv-1', { customer_id: sister }))).message).toMatch(
			`Payment 1 of customer ${customer} has`,
		);
	});

	it('without a customer is for the one who has paid, in the branch of that', async () => {
		school.changeRecord('customer', customer, { branch_ids: [2] });
		await school.run(take('inv-1'));
		for (const customer_id of ['', null, { __rl: true, mode: 'id', value: '' }])
			await school.run(refund('inv-1', { customer_id } as IDataObject));
		expect(school.readRecords('pay')).toMatchObject([
			{ pay_type_id: 1, branch_id: 2 },
			{ pay_type_id: 2, branch_id: 2, customer_id: customer, income: '500.00', note: '[ID inv-1]' },
		]);
	});

	it('names each payment once if several branches list it', async () => {
		school.settings.pooledBranches = [2];
		for (const customer_id of [customer, school.addLead()])
			school.addRecord('pay', { ...PAID, customer_id, note: '[ID inv-1]' });

		const { message } = await school.expectRefused(refund('inv-1', { customer_id: '' }));

		expect(message).toBe('The External ID "inv-1" does not tell the payer: payments 1, 2');
	});

	it('without a customer stops where nobody has paid that number, or two have', async () => {
		const whose = refund('inv-1', { customer_id: '' });
		expect((await school.expectRefused(whose)).message).toBe(
			'AlfaCRM shows no payment with the External ID "inv-1", so its payer is not known',
		);
		for (const customer_id of [customer, school.addLead()])
			school.addRecord('pay', { ...PAID, customer_id, note: '[ID inv-1]' });
		expect(await school.expectRefused(whose)).toMatchObject({
			message: 'The External ID "inv-1" does not tell the payer: payments 1, 2',
			description: "Fill 'Customer'. Nothing was saved.",
		});
		expect(
			(await school.expectRefusedUnsent(refund('x', { customer_id: '', additionalFields: {} }))).message,
		).toBe("'Customer' and 'External ID' are both empty");
	});

	it('without a number is sent each time', async () => {
		const form = refund('x', { additionalFields: {} });
		expect(await school.runInTurn(form, form)).toBe('created, created');
	});
});

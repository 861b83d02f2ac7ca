import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { NULL, UNDEFINED, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, patch, refused, row, rows, run } = officeOf(school);

const DAY = '2026-02-09';
const pay = (customer: unknown, income: unknown, more: IDataObject = {}): INodeParameters => {
	const { skipIfThere, branchId = 1, ...additionalFields } = more;
	return {
		resource: 'customer',
		operation: 'takePayment',
		branchId,
		id: pick(customer),
		income,
		pay_account_id: 1,
		additionalFields: { document_date: DAY, ...additionalFields },
		...(skipIfThere === undefined ? {} : { skipIfThere }),
	} as INodeParameters;
};
const client = () => lead({ is_study: 1 });
const paid = (customer: unknown) => rows('pay').filter((one) => one.customer_id === customer);

describe('a sum that is no payment', () => {
	it.each<[string, unknown]>([
		['the zero that the form begins with', 0],
		['a zero in a text', '0'],
		['a zero with decimals', '0.00'],
		['a minus', -500],
		['a minus in a text', '-500'],
		['less than a cent', 0.004],
		['more than there is', 1e21],
	])('is refused before a call: %s', async (_what, income) => {
		await refused(pay(1, given(income)), "'Amount'");
	});

	const fields = { customer_id: 1, document_date: DAY, pay_account_id: 1, pay_type_id: 1 };

	it.each<[string, (income: number | string) => IDataObject]>([
		['form', (income) => ({ ...fields, customer_id: pick(1), income: given(income), additionalFields: {} })],
		['json', (income) => ({ json: JSON.stringify({ ...fields, income }) })],
		['map', (income) => ({ columns: { mappingMode: 'defineBelow', value: { ...fields, income } } })],
	])('is refused by Payment → Create too: %s', async (inputMode, how) => {
		for (const income of [0, '0.00', 0.004, -500, '-500']) {
			const parameters = { resource: 'pay', operation: 'create', branchId: 1, inputMode, ...how(income) };
			await refused(parameters as INodeParameters, "'Amount'");
		}
	});

	it('is not there before somebody gives it, neither in Take Payment nor in Create', async () => {
		const create = { resource: 'pay', operation: 'create', branchId: 1, ...fields, customer_id: pick(1) };
		await refused(create, "'Amount'");
		const { id, resource, operation } = pay(1, '') as Record<string, never>;
		await refused({ id, resource, operation, branchId: 1, pay_account_id: 1 }, "'Amount'");
	});

	it('is refused by Payment → Update too', async () => {
		const [{ id }] = rows('pay');
		await refused(
			{ resource: 'pay', operation: 'update', branchId: 1, id: String(id), updateFields: { income: 0 } },
			"'Amount'",
		);
	});

	it('but may be negative in an update, as corrections are', async () => {
		const [{ id }] = rows('pay');
		const updateFields = { income: -500 };
		await run({ resource: 'pay', operation: 'update', branchId: 1, id: String(id), updateFields });
		expect(Number(row('pay', id as number).income)).toBe(-500);
	});

	it.each([0, -50, 0.004])('%j is no bonus either, to add or to spend', async (amount) => {
		for (const operation of ['addBonus', 'spendBonus']) {
			const parameters = { resource: 'customer', operation, branchId: 1, id: pick(1) };
			await refused({ ...parameters, amount, note: 'Подарок', additionalFields: {} }, "'Amount'");
		}
	});
});

describe('a sum that was computed', () => {
	it.each<[number, string]>([
		[1290.9 * 3, '3872.70'],
		[0.1 + 0.2, '0.30'],
		[19.9 * 3, '59.70'],
		[4.35 * 100, '435.00'],
		[1.1 * 1.1, '1.21'],
	])('%d is taken once, as %s', async (income, stored) => {
		const id = client();
		const [first] = await run(pay(id, income));
		const [second] = await run(pay(id, income));
		const [third] = await run(pay(id, stored));
		expect(first.operationResult).toBe('created');
		expect([second, third]).toMatchObject([
			{ id: first.id, operationResult: 'unchanged' },
			{ id: first.id, operationResult: 'unchanged' },
		]);
		expect(paid(id)).toMatchObject([{ income: stored }]);
		// What is sent is the money that is meant, not the float.
		const [{ body }] = school.entries('pay/create');
		expect(Number((body as IDataObject).income)).toBe(Number(stored));
	});
});

describe('the branch of a payment', () => {
	it.each<[string, IDataObject, IDataObject]>([
		['the same call again', { branch_id: 2 }, { branch_id: 2 }],
		['a call in another branch', { branchId: 2 }, { branchId: 1, branch_id: 2 }],
	])('is where the payment is looked for by %s', async (_what, first, again) => {
		const id = lead({ is_study: 1, branch_ids: [1, 2] });
		await run(pay(id, 600, first));
		expect(await run(pay(id, 600, again))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(paid(id)).toMatchObject([{ branch_id: 2 }]);
	});

	it('tells two payments apart', async () => {
		const id = client();
		await run(pay(id, 600));
		expect(await run(pay(id, 600, { branch_id: 2 }))).toMatchObject([{ operationResult: 'created' }]);
		expect(paid(id).map(({ branch_id }) => branch_id)).toEqual([1, 2]);
	});
});

describe('a second payment of the same day and sum', () => {
	it.each<[string, IDataObject, IDataObject]>([
		['a note', { note: 'За февраль' }, { note: 'За март' }],
		['a note where there was none', {}, { note: 'За март' }],
		['a payer', { payer_name: 'Бабушка' }, { payer_name: 'Дедушка' }],
		['an item', { pay_item_id: 1 }, { pay_item_id: 2 }],
		['a location', { location_id: 1 }, { location_id: 2 }],
	])('is another one with another value: %s', async (_what, first, second) => {
		const id = client();
		const [one] = await run(pay(id, 600, first));
		const [two] = await run(pay(id, 600, second));
		expect([one.operationResult, two.operationResult]).toEqual(['created', 'created']);
		expect(paid(id)).toHaveLength(2);
		// Each of both is known when it comes again.
		for (const again of [second, ...(Object.keys(first).length > 0 ? [first] : [])]) {
			expect(await run(pay(id, 600, again))).toMatchObject([{ operationResult: 'unchanged' }]);
		}
		expect(paid(id)).toHaveLength(2);
	});
});

describe('a payment that was confirmed meanwhile', () => {
	it.each<[string, IDataObject, number]>([
		['was taken without a word of that', {}, 1],
		['was taken unconfirmed', { is_confirmed: false }, 1],
		['was taken confirmed and is unconfirmed now', { is_confirmed: true }, 0],
	])('is the same one that %s', async (_what, fields, is_confirmed) => {
		const id = client();
		const [first] = await run(pay(id, 600, fields));
		patch('pay', first.id, { is_confirmed });
		expect(await run(pay(id, 600, fields))).toMatchObject([{ id: first.id, operationResult: 'unchanged' }]);
		expect(paid(id)).toMatchObject([{ id: first.id, is_confirmed }]);
		// What tells two payments apart does so all the same.
		await run(pay(id, 600, { ...fields, note: 'За март' }));
		expect(paid(id)).toHaveLength(2);
	});

	it('is taken once in one execution with two opinions of it', async () => {
		const id = client();
		await run(
			{ ...pay(id, 600), additionalFields: { document_date: DAY, is_confirmed: '={{ $json.sure }}' } },
			{
				items: [{ sure: true }, { sure: false }],
			},
		);
		expect(paid(id)).toHaveLength(1);
	});
});

describe('Skip If It Already Exists', () => {
	const second = async (value: unknown) => {
		const id = client();
		await run(pay(id, 600));
		await run(pay(id, 600, { skipIfThere: given(value) }));
		return paid(id).length;
	};

	it.each(['true', 1, '1'])('given as %j is on', async (value) => {
		expect(await second(value)).toBe(1);
	});

	it.each<[string, string]>([
		['undefined', UNDEFINED],
		['null', NULL],
		['an empty text', '={{ "" }}'],
		['a word', 'yes'],
		['a list', '={{ [] }}'],
		['another number', '={{ 2 }}'],
	])('that cannot be read is refused before a call: %s', async (_what, value) => {
		await refused(pay(1, 600, { skipIfThere: value }), "'Skip If It Already Exists'");
	});

	it.each<[string, INodeParameters]>([
		['sellSubscription', { tariff_id: 1 }],
		['addComment', { comment: 'Просил позвонить' }],
		['createTask', { title: 'Перезвонить' }],
	])('works so for %s too', async (operation, fields) => {
		const parameters = { resource: 'customer', operation, branchId: 1, id: pick(client()), ...fields };
		await refused({ ...parameters, skipIfThere: UNDEFINED }, "'Skip If It Already Exists'");
		await run({ ...parameters, skipIfThere: '={{ "true" }}' });
		expect(await run({ ...parameters, skipIfThere: '={{ 1 }}' })).toMatchObject([
			{ operationResult: 'unchanged' },
		]);
	});
});

it('a payment that somebody booked by hand is the same one, however its sum is written', async () => {
	const id = client();
	const values = { customer_id: id, branch_id: 1, pay_type_id: 1, pay_account_id: 1 };
	const held = add('pay', { ...values, document_date: '09.02.2026', income: '3872.70', payer_name: 'Мама' });
	expect(await run(pay(id, 1290.9 * 3))).toMatchObject([{ id: held, operationResult: 'unchanged' }]);
	expect(row('pay', held)).toMatchObject({ income: '3872.70', payer_name: 'Мама' });
});

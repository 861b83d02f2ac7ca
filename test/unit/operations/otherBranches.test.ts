import type { IDataObject } from 'n8n-workflow';

import { answered } from '../../support/nodeErrors';
import { SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => {
	school = new SmallSchool({ otherBranch: 'missing' });
});

const job = (operation: string, id: number, more: IDataObject = {}): IDataObject => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id,
	...more,
});
/** The branches in whose paths a call was sent. */
const branchesOf = (call: string) =>
	school.sent
		.filter(({ url }) => url.endsWith(call))
		.map(({ url }) => Number(/v2api\/(\d+)\//.exec(url)?.[1]));
const refuse = (status: number, isMeant: (call: string, url: string) => boolean) => {
	school.onCall = (call, { url }) => {
		if (isMeant(call, url)) throw answered(status);
		return undefined;
	};
};
const alone = () => school.store.remove('branch', 2);
const empty = () => {
	school.onCall = (call) => (call === 'branch/index' ? { items: [], total: 0 } : undefined);
};

const ON_A_CUSTOMER: Array<[string, IDataObject]> = [
	['moveToStage', { lead_status_id: 1 }],
	['takePayment', { income: 500, pay_account_id: 1 }],
	['archive', {}],
	['convertToClient', {}],
	['assignManager', { assigned_id: 1 }],
	['addComment', { comment: 'Звонили' }],
	['createTask', { title: 'Перезвонить' }],
	['get', {}],
	['update', { updateFields: { note: 'x' } }],
	['delete', {}],
];

describe.each(ON_A_CUSTOMER)('a customer who is not there, for %s', (operation, more) => {
	const SEARCHED = ' in the branches that could be searched';

	it.each<[string, () => unknown, where?: string]>([
		['an account with several branches', () => {}, ''],
		['an account with one branch', alone, ''],
		['a user who may not list the branches', () => refuse(403, (call) => call === 'branch/index')],
		['a list of branches that is not found', () => refuse(404, (call) => call === 'branch/index')],
		['a list of branches that is empty', empty],
		['a user who may not see the other branch', () => refuse(403, (_call, url) => url.includes('/v2api/2/'))],
	])('is said to be none in %s', async (_what, begin, where = SEARCHED) => {
		begin();
		const { error } = await school.run(job(operation, 999, more));
		expect(error?.message).toBe(`AlfaCRM has no customer with ID 999${where}`);
		expect(error).toMatchObject({ httpCode: '404' });
		expect(school.rows('customer')).toEqual([]);
		expect([...school.rows('pay'), ...school.rows('task')]).toEqual([]);
	});
});

describe('a customer of another branch', () => {
	it('is got there', async () => {
		const id = school.lead({ branch_ids: [2] });
		const { json } = await school.done(job('get', id));
		expect(json).toMatchObject([{ id, branch_ids: 2 }]);
	});

	it('is updated there, and in the branch of the form at the cost of one call', async () => {
		const other = school.lead({ branch_ids: [2] });
		await school.done(job('update', other, { updateFields: { note: 'x' } }));
		expect(school.row('customer', other).note).toBe('x');
		expect(branchesOf('/customer/update')).toEqual([1, 2]);
		school.calls.splice(0);
		const own = school.lead();
		await school.done(job('update', own, { updateFields: { note: 'y' } }));
		expect(school.row('customer', own).note).toBe('y');
		expect(school.calls).toEqual(['customer/update']);
	});

	it('is updated there where lists are added to', async () => {
		const id = school.lead({ branch_ids: [2], teacher_ids: [1] });
		const listMode = { listMode: 'add', updateFields: { web: 'https://school.example' } };
		await school.done(job('update', id, listMode));
		expect(branchesOf('/customer/update')).toEqual([2]);
	});

	it('is deleted there, and in the branch of the form at the cost of one call', async () => {
		const other = school.lead({ branch_ids: [2] });
		const own = school.lead();
		await school.done(job('delete', other));
		expect(branchesOf('/customer/delete')).toEqual([1, 2]);
		school.calls.splice(0);
		await school.done(job('delete', own));
		expect(school.calls).toEqual(['customer/delete']);
		expect(school.rows('customer')).toEqual([]);
	});

	it.each(['addComment', 'createTask', 'sellSubscription'])('is what %s is sent to', async (operation) => {
		school.add('tariff', { name: 'x', branch_ids: [1, 2] });
		school.add('user', { name: 'A', email: 'api@school.example' });
		const id = school.lead({ branch_ids: [2] });
		await school.done(job(operation, id, { comment: 'x', title: 'x', tariff_id: 1 }));
		expect(branchesOf('/create')).toEqual([2]);
		if (operation === 'createTask') expect(school.rows('task')).toMatchObject([{ branch_ids: [2] }]);
	});
});

describe('the branch of a payment', () => {
	type Form = (id: number, branch?: number) => IDataObject;
	const take: Form = (id, branch_id) =>
		job('takePayment', id, {
			income: 500,
			pay_account_id: 1,
			additionalFields: branch_id === undefined ? {} : { branch_id },
		});
	const create =
		(operation: string): Form =>
		(customer_id, branch_id) => ({
			...{ resource: 'pay', operation, branchId: 1, customer_id, document_date: '2026-02-05', income: 500 },
			...{ pay_account_id: 1, pay_type_id: 1 },
			additionalFields: branch_id === undefined ? {} : { branch_id },
		});
	const forms: Array<[string, Form]> = [
		['Take Payment', take],
		['Payment → Create', create('create')],
		['Create Correction or Refund', create('createCorrection')],
	];
	const third = () => school.add('branch', { name: 'Филиал 3', is_active: 1 });
	/** Where a payment went, by its path and by what it says. */
	const booked = () => [branchesOf('/pay/create').at(-1), school.rows('pay').at(-1)?.branch_id];

	describe.each(forms)('by %s', (_name, form) => {
		it("is that of the form if the payer is in it, else the payer's only one", async () => {
			const { hints } = await school.done(form(school.lead({ branch_ids: [2, 1] })));
			expect(booked()).toEqual([1, 1]);
			await school.done(form(school.lead({ branch_ids: [2] })));
			expect(booked()).toEqual([2, 2]);
			expect(hints).toEqual([]);
		});

		it('is the one that is given, with a hint where the payer is in others', async () => {
			const id = school.lead({ branch_ids: [1] });
			const { hints } = await school.done(form(id, 2));
			expect(booked()).toEqual([2, 2]);
			expect(hints).toEqual([
				`'Branch of Payment' is a branch that the customer is not in: customer ${id} is in 1, not in 2`,
			]);
			const { hints: none } = await school.done(form(school.lead({ branch_ids: [1, 2] }), 2));
			expect(none).toEqual([]);
		});

		it('has to be chosen if the payer is in several others, and nothing is saved', async () => {
			const id = school.lead({ branch_ids: [2, third()] });
			const { error } = await school.run(form(id));
			expect(error).toMatchObject({
				message: `Customer ${id} is in the branches 2, 3, and not in branch 1`,
				description: "Choose one of them in 'Branch of Payment'. Nothing was saved.",
			});
			expect(school.writes()).toEqual([]);
			await school.done(form(id, 3));
			expect(booked()).toEqual([3, 3]);
		});

		it('is that of the form where the card names none, or may not be read', async () => {
			const id = school.lead();
			school.onCall = (call, { body }) =>
				call === 'customer/index'
					? { items: body.page === 0 ? [{ id, name: 'Мия' }] : [], total: 1 }
					: undefined;
			await school.done(form(id));
			expect(booked()).toEqual([1, 1]);
			refuse(403, (call) => call === 'customer/index');
			const named = { payer_name: 'Мия', note: 'x' };
			const { additionalFields, ...rest } = form(id);
			await school.done({ ...rest, additionalFields: { ...(additionalFields as IDataObject), ...named } });
			expect(booked()).toEqual([1, 1]);
		});
	});

	it('is where the same payment is looked for, and the branch of the form too', async () => {
		const id = school.lead({ branch_ids: [2] });
		const results = [];
		for (const form of [take(id), take(id), take(id, 2)])
			results.push((await school.done(form)).json[0].operationResult);
		expect(results).toEqual(['created', 'unchanged', 'unchanged']);
		// Somebody has moved since.
		school.store.patch('customer', id, { branch_ids: [1] });
		expect((await school.done({ ...take(id), branchId: 2 })).json).toMatchObject([
			{ operationResult: 'unchanged' },
		]);
		expect(school.rows('pay')).toHaveLength(1);
	});
});

describe('a customer who is in a closed branch as well', () => {
	it.each([
		[403, /may not see all branches/],
		[404, /did not find a branch/],
	])('pays all the same, once, where it answers %i', async (status, hint) => {
		const id = school.lead({ branch_ids: [1, 2] });
		refuse(status, (_call, url) => url.includes('/v2api/2/'));
		const payment = job('takePayment', id, { income: 500, pay_account_id: 1 });
		const { json, hints } = await school.done(payment);
		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([expect.stringMatching(hint)]);
		expect((await school.done(payment)).json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.rows('pay')).toHaveLength(1);
	});

	it('does not pay twice while it fails', async () => {
		const id = school.lead({ branch_ids: [2] });
		const payment = job('takePayment', id, { income: 500, pay_account_id: 1 });
		await school.done(payment);
		school.store.patch('customer', id, { branch_ids: [2, 1] });
		refuse(502, (call, url) => call === 'pay/index' && url.includes('/v2api/2/'));
		expect((await school.run(payment)).error?.message).toBe(
			"AlfaCRM's list of payments in branch 2 did not come whole, so it is not sure that this payment is new",
		);
		expect(school.rows('pay')).toHaveLength(1);
	});

	it('has no payment twice that is in another one of the branches', async () => {
		const id = school.lead({ branch_ids: [2] });
		const payment = job('takePayment', id, { income: 500, pay_account_id: 1 });
		await school.done(payment);
		school.store.patch('customer', id, { branch_ids: [2, 1] });
		expect((await school.done(payment)).json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.rows('pay')).toMatchObject([{ branch_id: 2 }]);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { pay } from '../../../nodes/AlfaCrm/entities/pay';
import { completeFromOwner } from '../../../nodes/AlfaCrm/run/owner';
import { makeAnswerError } from '../../support/nodeErrors';
import { upsertByPhoneForm, findByPhoneForm, customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool({ otherBranch: 'missing' })));
afterEach(() => jest.useRealTimers());

const ONE_BY_ONE = { credential: { callsAtOnce: 1 } };
const branchIn = (url: string) => Number(/v2api\/(\d+)\//.exec(url)?.[1]);
/** The branches in whose paths a call was sent. */
const branchesOf = (call: string) =>
	school.requests.filter(({ url }) => url.endsWith(call)).map(({ url }) => branchIn(url));
const refuse = (status: number, isMeant: (call: string, branch: number) => boolean) => {
	school.onCall = (call, { url }) => {
		if (isMeant(call, branchIn(url))) throw makeAnswerError(status);
		return undefined;
	};
};
/** Lists of customers fail in these branches. */
const failing = (status: number, ...branches: number[]) =>
	refuse(status, (call, branch) => call === 'customer/index' && branches.includes(branch));
const unlisted = (status: number) => () => refuse(status, (call) => call === 'branch/index');
const empty = () => {
	school.onCall = (call) => (call === 'branch/index' ? { items: [], total: 0 } : undefined);
};
/** The list of branches shows another one at each reading. */
const restlessBranches = () => {
	let reading = 0;
	school.onCall = (call, { body }) =>
		call === 'branch/index'
			? { items: body.page === 0 ? [{ id: 1 + (reading++ % 2) }] : [], total: 3 }
			: undefined;
};
const third = () => school.addRecord('branch', { name: 'Филиал 3', is_active: 1 });
const assign = (id: number) => customerForm('assignManager', { id, assigned_id: 1 });

describe.each<[string, IDataObject]>([
	['takePayment', { income: 500, pay_account_id: 1 }],
	['archive', {}],
	['addComment', { comment: 'Звонили' }],
	['get', {}],
	['update', { updateFields: { note: 'x' } }],
	['delete', {}],
])('a customer who is not there, for %s', (operation, more) => {
	it.each<[string, () => unknown]>([
		['an account with several branches', () => {}],
		['an account with one branch', () => school.store.remove('branch', 2)],
		['a user who may not list the branches', unlisted(403)],
		['a list of branches that is not found', unlisted(404)],
		['a list of branches that is empty', empty],
		['a user who may not see the other branch', () => refuse(403, (_call, branch) => branch === 2)],
	])('is said to be none in %s', async (_what, begin) => {
		begin();
		const { error } = await school.runToEnd(customerForm(operation, { id: 999, ...more }));
		const message = 'AlfaCRM has no customer with ID 999 in the branches that could be searched';
		expect(error?.message).toBe(message);
		expect(error).toMatchObject({ httpCode: '404' });
		for (const path of ['customer', 'pay', 'task']) expect(school.readRecords(path)).toEqual([]);
	});
});

describe('a customer of another branch', () => {
	const update = (id: number, updateFields: IDataObject, more: IDataObject = {}) =>
		customerForm('update', { id, updateFields, ...more });

	it('is got there', async () => {
		const id = school.addLead({ branch_ids: [2] });
		expect((await school.run(customerForm('get', { id }))).json).toMatchObject([{ id, branch_ids: [2] }]);
	});

	it.each<[string, (id: number) => IDataObject]>([
		['update', (id) => update(id, { note: 'x' })],
		['delete', (id) => customerForm('delete', { id })],
	])('is reached there by %s, and in the branch of the form at the cost of one call', async (name, form) => {
		await school.run(form(school.addLead({ branch_ids: [2] })));
		expect(branchesOf(`/customer/${name}`)).toEqual([1, 2]);
		school.calls.splice(0);
		const own = school.addLead();
		await school.run(form(own));
		expect(school.calls).toEqual([`customer/${name}`]);
		if (name === 'delete') expect(school.readRecords('customer')).toEqual([]);
		else expect(school.readRecords('customer')).toMatchObject([{ note: 'x' }, { id: own, note: 'x' }]);
	});

	it('is updated there where lists are added to, and by Create or Update', async () => {
		const id = school.addLead({ branch_ids: [2], teacher_ids: [1], phone: [PHONE] });
		await school.run(update(id, { web: 'https://school.example' }, { listMode: 'add' }));
		expect((await school.run(upsertByPhoneForm({ note: 'b' }))).json).toMatchObject([{ id, note: 'b' }]);
		expect(branchesOf('/customer/update')).toEqual([2, 2]);
	});

	it.each(['addComment', 'createTask', 'sellSubscription'])('is what %s is sent to', async (operation) => {
		school.addRecord('tariff', { name: 'x', branch_ids: [1, 2] });
		school.addRecord('user', { name: 'A', email: 'api@school.example' });
		const id = school.addLead({ branch_ids: [2] });
		await school.run(customerForm(operation, { id, comment: 'x', title: 'x', tariff_id: 1 }));
		expect(branchesOf('/create')).toEqual([2]);
		if (operation === 'createTask') expect(school.readRecords('task')).toMatchObject([{ branch_ids: [2] }]);
	});
});

it('a hint about a hidden branch does not say that a customer of a later branch was not found', async () => {
	const id = school.addLead({ branch_ids: [2] });
	// The list of branches has the newest one first, so branch 3 is searched before branch 2.
	const hiddenBranch = third();
	refuse(403, (_call, branch) => branch === hiddenBranch);

	const { json, hints } = await school.run(customerForm('get', { id }));

	expect(json).toMatchObject([{ id }]);
	expect(hints).toEqual(['This user may not see all branches, so records there cannot be found: branch 3']);
});

describe('the branch of a payment', () => {
	type Form = (id: number, branch?: number) => IDataObject;
	const inBranch = (branch_id?: number) => (branch_id === undefined ? {} : { branch_id });
	const take: Form = (id, branch) =>
		customerForm('takePayment', { id, income: 500, pay_account_id: 1, additionalFields: inBranch(branch) });
	const correct: Form = (customer_id, branch) =>
		customerForm('createCorrection', {
			...{ resource: 'pay', customer_id, document_date: '2026-02-05', income: 500, pay_account_id: 1 },
			...{ pay_type_id: 1, additionalFields: inBranch(branch) },
		});
	const forms: Array<[string, Form]> = [
		['Take Payment', take],
		['Create Correction or Refund', correct],
	];
	/** Where a payment went, by its path and by what it says. */
	const booked = () => [branchesOf('/pay/create').at(-1), school.readRecords('pay').at(-1)?.branch_id];
	describe.each(forms)('by %s', (_name, form) => {
		it("is that of the form if the payer is in it, else the payer's only one", async () => {
			const { hints } = await school.run(form(school.addLead({ branch_ids: [2, 1] })));
			expect(booked()).toEqual([1, 1]);
			await school.run(form(school.addLead({ branch_ids: [2] })));
			expect(booked()).toEqual([2, 2]);
			expect(hints).toEqual([]);
		});

		it('is the one that is given, with a hint where the payer is in others', async () => {
			const id = school.addLead({ branch_ids: [1] });
			expect((await school.run(form(id, 2))).hints).toEqual([
				`'Branch of Payment' is a branch that the customer is not in: customer ${id} is in 1, not in 2`,
			]);
			expect(booked()).toEqual([2, 2]);
			expect((await school.run(form(school.addLead({ branch_ids: [1, 2] }), 2))).hints).toEqual([]);
		});

		it('has to be chosen if the payer is in several others, and nothing is saved', async () => {
			const id = school.addLead({ branch_ids: [2, third()] });
			expect(await school.expectRefused(form(id))).toMatchObject({
				message: `Customer ${id} is in the branches 2, 3, and not in branch 1`,
				description: "Choose one of them in 'Branch of Payment'. Nothing was saved.",
			});
			await school.run(form(id, 3));
			expect(booked()).toEqual([3, 3]);
		});

		it('is that of the form where the card names none, or may not be read', async () => {
			const id = school.addLead();
			school.onCall = (call, { body }) =>
				call === 'customer/index'
					? { items: body.page === 0 ? [{ id, name: 'Мия' }] : [], total: 1 }
					: undefined;
			await school.run(form(id));
			expect(booked()).toEqual([1, 1]);
			refuse(403, (call) => call === 'customer/index');
			await school.run({ ...form(id), additionalFields: { payer_name: 'Мия', note: 'x' } });
			expect(booked()).toEqual([1, 1]);
		});
	});

	it("is the payer's only one where no branch is chosen, else has to be chosen", async () => {
		const { desk } = await school.runToEnd(findByPhoneForm());
		const place = async (...branch_ids: number[]) => {
			const body = { customer_id: school.addLead({ branch_ids }), payer_name: 'Мия' };
			return await completeFromOwner(desk.item, { fields: pay.fields, input: body, body, branch: undefined });
		};
		expect(await place(2)).toMatchObject({ branch: 2, body: { branch_id: 2 } });
		await expect(place(1, 2)).rejects.toMatchObject({
			message: "Customer 2 is in the branches 1, 2, and 'Branch' is empty",
			description: "Choose one of them in 'Branch of Payment'. Nothing was saved.",
		});
	});

	it('is where the same payment is looked for, and the branch of the form too', async () => {
		const id = school.addLead({ branch_ids: [2] });
		expect(await school.runInTurn(take(id), take(id), take(id, 2))).toBe('created, unchanged, unchanged');
		// Somebody has moved since, or joined another branch.
		school.store.patch('customer', id, { branch_ids: [1] } as never);
		expect(await school.runInTurn({ ...take(id), branchId: 2 })).toBe('unchanged');
		school.store.patch('customer', id, { branch_ids: [2, 1] } as never);
		expect(await school.runInTurn(take(id))).toBe('unchanged');
		expect(school.readRecords('pay')).toMatchObject([{ branch_id: 2 }]);
	});

	it.each([403, 404])(
		'may be a closed one beside, which answers %i: it is taken all the same, once',
		async (status) => {
			const id = school.addLead({ branch_ids: [1, 2] });
			refuse(status, (_call, branch) => branch === 2);
			const { hints } = await school.run(take(id));
			expect(hints).toEqual([expect.stringMatching(/may not see all branches/)]);
			expect(await school.runInTurn(take(id))).toBe('unchanged');
			expect(school.readRecords('pay')).toHaveLength(1);
		},
	);

	it('that fails does not make it twice', async () => {
		const id = school.addLead({ branch_ids: [2] });
		await school.run(take(id));
		school.store.patch('customer', id, { branch_ids: [2, 1] } as never);
		refuse(502, (call, branch) => call === 'pay/index' && branch === 2);
		jest.useFakeTimers();
		const [{ error }] = await Promise.all([school.runToEnd(take(id)), jest.advanceTimersByTimeAsync(60_000)]);
		expect(error).toMatchObject({ httpCode: '502' });
		expect(school.readRecords('pay')).toHaveLength(1);
	});
});

describe('a search', () => {
	it('goes through all branches, that of the form first, and each record comes once', async () => {
		const id = school.addLead({ phone: [PHONE], branch_ids: [1, 2] });
		const { json } = await school.run(
			{ ...findByPhoneForm(), branchId: 2 },
			{ items: [{}, {}], ...ONE_BY_ONE },
		);
		expect(json).toMatchObject([{ id }, { id }]);
		expect([...new Set(branchesOf('/customer/index'))]).toEqual([2, 1]);
		expect(school.calls.filter((call) => call === 'branch/index')).toHaveLength(1);
	});

	it('stays in the branches that are chosen', async () => {
		for (const branch_ids of [[2], [third()]]) school.addLead({ phone: [PHONE], branch_ids });
		expect((await school.run(findByPhoneForm({ searchBranches: [3] }))).json).toMatchObject([{ id: 2 }]);
		const { json } = await school.run(upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [1] }));
		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.calls).not.toContain('branch/index');
	});

	describe.each([403, 404])('of a branch that answers %i', (status) => {
		const hint = 'This user may not see all branches, so records there cannot be found: branch 2';

		it.each<[string, IDataObject, unknown]>([
			['Find', findByPhoneForm(), undefined],
			['Create or Update', upsertByPhoneForm({ name: 'Мия' }), 'unchanged'],
			['Overview', { ...findByPhoneForm(), operation: 'getOverview' }, undefined],
		])(
			'stops no %s of who is in another, unless it is that of the form',
			async (_what, form, operationResult) => {
				const id = school.addLead({ phone: [PHONE], name: 'Мия' });
				failing(status, 2);
				const { json, hints } = await school.run(form);
				expect(json).toMatchObject([{ id }]);
				expect(json[0].operationResult).toBe(operationResult);
				expect(hints).toContain(hint);
				failing(status, 1);
				expect(await school.expectRefused(form)).toMatchObject({ httpCode: String(status) });
			},
		);

		it('leaves it that there is nobody', async () => {
			failing(status, 2);
			expect((await school.run(findByPhoneForm({ ifNone: 'item' }))).json).toEqual([{ matchFound: false }]);
			for (const form of [findByPhoneForm({ ifNone: 'refuse' }), assign(77)]) {
				const { error } = await school.runToEnd(form);
				expect(error?.message).toMatch(/^AlfaCRM has no customer with .* in the branches that could/);
			}
		});

		it('lets Create or Update create one, with a hint', async () => {
			failing(status, 2);
			const { json, hints } = await school.run(upsertByPhoneForm({ name: 'Мия' }));
			expect([json[0].operationResult, hints]).toEqual(['created', [hint]]);
		});

		it('finds for a job who is in a third', async () => {
			const id = school.addLead({ branch_ids: [third()] });
			failing(status, 2);
			expect((await school.run(assign(id))).json).toMatchObject([{ id, assigned_id: 1 }]);
		});
	});

	it('in which AlfaCRM fails to look into a branch says nothing of anybody, and creates nobody', async () => {
		failing(500, 2);
		for (const form of [findByPhoneForm({ ifNone: 'item' }), assign(77), upsertByPhoneForm({ name: 'Мия' })])
			expect(await school.expectRefused(form)).toMatchObject({ httpCode: '500' });
		expect(school.readRecords('customer')).toEqual([]);
	});
});

describe('a list of branches', () => {
	it.each<[string, IDataObject]>([
		['Create or Update', upsertByPhoneForm({ name: 'Мия' })],
		['Find', findByPhoneForm({ ifNone: 'item' })],
		['Create or Update by ID', customerForm('upsert', { matchBy: 'id', id: 77 })],
		['a job', assign(77)],
	])('that never comes whole stops %s', async (what, form) => {
		restlessBranches();
		expect(await school.expectRefused(form)).toMatchObject({
			message: "AlfaCRM's list of branches did not come whole, so it is not sure which ones there are",
			description: what === 'Find' ? 'Run it again.' : 'Run it again. Nothing was saved.',
		});
	});

	it('that failed for an item is read again for the next one', async () => {
		const id = school.addLead({ phone: [OTHER_PHONE], branch_ids: [2] });
		const each = [upsertByPhoneForm({ name: 'Мия' }), upsertByPhoneForm({ name: 'Мия' }, {}, OTHER_PHONE)];
		school.onCall = (call) => {
			if (call === 'branch/index' && school.calls.length <= 1) throw makeAnswerError(500);
			return undefined;
		};
		const { json } = await school.run({}, { parametersByItem: each, continueOnFail: true, ...ONE_BY_ONE });
		expect(json).toMatchObject([{ error: 'AlfaCRM could not list the branches (HTTP 500)' }, { id }]);
	});

	const ONLY = 'so only the one that is chosen was searched: branch 1';

	it.each<[string, () => void, looks: number | undefined, string]>([
		// How often that is asked after a new login is a matter of n8n, see test/engine/upsert.test.ts.
		['may not be listed', unlisted(403), undefined, `This user may not list the branches, ${ONLY}`],
		['are not found', unlisted(404), 2, `This user may not list the branches, ${ONLY}`],
		['are none', empty, 1, `This user may not list the branches, ${ONLY}`],
	])('whose branches %s stands for the chosen one alone', async (_what, begin, looks, hint) => {
		const id = school.addLead({ phone: [PHONE] });
		begin();
		const { json, hints } = await school.run(findByPhoneForm(), { items: [{}, {}, {}], ...ONE_BY_ONE });
		expect(json).toMatchObject([{ id }, { id }, { id }]);
		expect(hints).toEqual([hint]);
		if (looks) expect(branchesOf('/branch/index')).toHaveLength(looks);
		const made = await school.run(upsertByPhoneForm({ name: 'Мия' }, {}, OTHER_PHONE));
		expect(made.json).toMatchObject([{ operationResult: 'created' }]);
		expect(made.hints).toEqual([hint]);
		const none = await school.runToEnd(findByPhoneForm({ ifNone: 'refuse' }, '+7 900 555 00 03'));
		expect(none.error?.message).toMatch(/^AlfaCRM has no customer with this phone/);
		expect(none.error?.description).not.toContain('Hostname');
	});

	it('that is refused until a new login is read whole', async () => {
		const id = school.addLead({ phone: [PHONE], branch_ids: [2] });
		school.onCall = (call, { token }) => {
			if (call === 'branch/index' && token === 'old') throw makeAnswerError(403);
			return undefined;
		};
		const credential = { hostname: 'expired', token: 'old' };
		const logIn = () => ({ token: 'new' });
		const { json, hints } = await school.run(upsertByPhoneForm({ note: 'x' }), { credential, logIn });
		expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		// Without a branch, in that of the form, and there with the new token.
		expect(branchesOf('/branch/index')).toHaveLength(3);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { pay } from '../../../nodes/AlfaCrm/entities/pay';
import { completeFromOwner } from '../../../nodes/AlfaCrm/run/owner';
import {
	assignManagerForm,
	BranchSchool,
	CHOSEN_BRANCH,
	correctionForm,
	ONE_BY_ONE,
	OTHER_BRANCH,
	takePaymentForm,
	THIRD_BRANCH,
	UNKNOWN_CUSTOMER,
} from './branchSchool';
import { customerForm, findByPhoneForm, OTHER_PHONE, PHONE, upsertByPhoneForm } from './school';

const THIRD_PHONE = '+7(900)555-00-03';

/** Hints about a search that could not include every branch. */
const OTHER_BRANCH_HIDDEN = 'This user may not see all branches, so records there cannot be found: branch 2';
const ONLY_CHOSEN_BRANCH_SEARCHED =
	'This user may not list the branches, so only the one that is chosen was searched: branch 1';

let school: BranchSchool;

beforeEach(() => {
	school = new BranchSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe.each<{ operation: string; parameters: IDataObject }>([
	{ operation: 'takePayment', parameters: { income: 500, pay_account_id: 1 } },
	{ operation: 'archive', parameters: {} },
	{ operation: 'addComment', parameters: { comment: 'Звонили' } },
	{ operation: 'get', parameters: {} },
	{ operation: 'update', parameters: { updateFields: { note: 'x' } } },
	{ operation: 'delete', parameters: {} },
])('the operation $operation', ({ operation, parameters }) => {
	it.each<{ account: string; prepareAccount: () => void }>([
		{ account: 'the account has several branches', prepareAccount: () => {} },
		{ account: 'the account has one branch', prepareAccount: () => school.removeOtherBranch() },
		{
			account: 'the user may not list the branches',
			prepareAccount: () => school.failCall('branch/index', 403),
		},
		{
			account: 'AlfaCRM does not find the list of branches',
			prepareAccount: () => school.failCall('branch/index', 404),
		},
		{ account: 'the list of branches is empty', prepareAccount: () => school.emptyListOfBranches() },
		{
			account: 'the user may not see the other branch',
			prepareAccount: () => school.hideBranch(OTHER_BRANCH),
		},
	])(
		`${operation} refuses the ID of a customer whom AlfaCRM does not have when $account`,
		async ({ prepareAccount }) => {
			prepareAccount();

			const form = customerForm(operation, { id: UNKNOWN_CUSTOMER, ...parameters });
			const { error } = await school.runToEnd(form);

			expect(error).toMatchObject({
				message: 'AlfaCRM has no customer with ID 999 in the branches that could be searched',
				httpCode: '404',
			});
			expect(school.readRecords('customer')).toEqual([]);
			expect(school.readRecords('pay')).toEqual([]);
			expect(school.readRecords('task')).toEqual([]);
		},
	);
});

describe('an operation on a customer of another branch', () => {
	it('Get returns a customer of another branch than the chosen one', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		const { json } = await school.run(customerForm('get', { id: customer }));

		expect(json).toMatchObject([{ id: customer, branch_ids: [OTHER_BRANCH] }]);
	});

	it('Get finds a customer of another branch and warns that a branch before it could not be searched', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });
		// The list of branches has the newest one first, so branch 3 is searched before branch 2.
		school.addThirdBranch();
		school.hideBranch(THIRD_BRANCH);

		const { json, hints } = await school.run(customerForm('get', { id: customer }));

		expect(json).toMatchObject([{ id: customer }]);
		expect(hints).toEqual(['This user may not see all branches, so records there cannot be found: branch 3']);
	});

	it('Update changes a customer of another branch after it has tried the chosen branch', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		await school.run(customerForm('update', { id: customer, updateFields: { note: 'x' } }));

		expect(school.readBranchesOf('customer/update')).toEqual([CHOSEN_BRANCH, OTHER_BRANCH]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'x' });
	});

	it('Update changes a customer of the chosen branch with one call', async () => {
		const customer = school.addLead({ branch_ids: [CHOSEN_BRANCH] });

		await school.run(customerForm('update', { id: customer, updateFields: { note: 'x' } }));

		expect(school.calls).toEqual(['customer/update']);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'x' });
	});

	it('Delete deletes a customer of another branch after it has tried the chosen branch', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		await school.run(customerForm('delete', { id: customer }));

		expect(school.readBranchesOf('customer/delete')).toEqual([CHOSEN_BRANCH, OTHER_BRANCH]);
		expect(school.readRecords('customer')).toEqual([]);
	});

	it('Delete deletes a customer of the chosen branch with one call', async () => {
		const customer = school.addLead({ branch_ids: [CHOSEN_BRANCH] });

		await school.run(customerForm('delete', { id: customer }));

		expect(school.calls).toEqual(['customer/delete']);
		expect(school.readRecords('customer')).toEqual([]);
	});

	it('Update writes only to the branch of the customer when it adds to lists', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		await school.run(
			customerForm('update', {
				id: customer,
				listMode: 'add',
				updateFields: { web: 'https://school.example' },
			}),
		);

		expect(school.readBranchesOf('customer/update')).toEqual([OTHER_BRANCH]);
	});

	it('Create or Update writes only to the branch of the customer', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH], phone: [PHONE] });

		const { json } = await school.run(upsertByPhoneForm({ note: 'b' }));

		expect(json).toMatchObject([{ id: customer, note: 'b' }]);
		expect(school.readBranchesOf('customer/update')).toEqual([OTHER_BRANCH]);
	});

	it.each([
		{ operation: 'addComment', call: 'communication/create', parameters: { comment: 'x' } },
		{ operation: 'createTask', call: 'task/create', parameters: { title: 'x' } },
		{ operation: 'sellSubscription', call: 'customer-tariff/create', parameters: { tariff_id: 1 } },
	])('$operation sends $call to the branch of the customer', async ({ operation, call, parameters }) => {
		school.addRecord('tariff', { name: 'x', branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });
		school.addRecord('user', { name: 'A', email: 'api@school.example' });
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		await school.run(customerForm(operation, { id: customer, ...parameters }));

		expect(school.readWrites()).toEqual([call]);
		expect(school.readBranchesOf(call)).toEqual([OTHER_BRANCH]);
	});

	it('Create Task puts the task into the branch of the customer', async () => {
		const customer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		await school.run(customerForm('createTask', { id: customer, title: 'x' }));

		expect(school.readRecords('task')).toMatchObject([{ branch_ids: [OTHER_BRANCH] }]);
	});
});

describe.each([
	{ operation: 'Take Payment', paymentForm: takePaymentForm },
	{ operation: 'Create Correction or Refund', paymentForm: correctionForm },
])('$operation', ({ operation, paymentForm }) => {
	it(`${operation} enters the payment in the chosen branch when that is one of several branches of the payer`, async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH, CHOSEN_BRANCH] });

		const { hints } = await school.run(paymentForm(payer));

		school.expectOnePaymentIn(CHOSEN_BRANCH);
		expect(hints).toEqual([]);
	});

	it(`${operation} enters the payment in the only branch of the payer, although another branch is chosen`, async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		const { hints } = await school.run(paymentForm(payer));

		school.expectOnePaymentIn(OTHER_BRANCH);
		expect(hints).toEqual([]);
	});

	it(`${operation} enters the payment in the Branch of Payment and warns that the payer is not in it`, async () => {
		const payer = school.addLead({ branch_ids: [CHOSEN_BRANCH] });

		const { hints } = await school.run(paymentForm(payer, { branch_id: OTHER_BRANCH }));

		school.expectOnePaymentIn(OTHER_BRANCH);
		expect(hints).toEqual([
			"'Branch of Payment' is a branch that the customer is not in: customer 1 is in 1, not in 2",
		]);
	});

	it(`${operation} enters the payment in the Branch of Payment without a hint when the payer is in it`, async () => {
		const payer = school.addLead({ branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });

		const { hints } = await school.run(paymentForm(payer, { branch_id: OTHER_BRANCH }));

		school.expectOnePaymentIn(OTHER_BRANCH);
		expect(hints).toEqual([]);
	});

	it(`${operation} refuses a payment when the payer is in several branches and not in the chosen one`, async () => {
		school.addThirdBranch();
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH, THIRD_BRANCH] });

		const { message, description } = await school.expectRefused(paymentForm(payer));

		expect(message).toBe('Customer 1 is in the branches 2, 3, and not in branch 1');
		expect(description).toBe("Choose one of them in 'Branch of Payment'. Nothing was saved.");
	});

	it(`${operation} enters the payment in the Branch of Payment when that is one of two branches of the payer`, async () => {
		school.addThirdBranch();
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH, THIRD_BRANCH] });

		await school.run(paymentForm(payer, { branch_id: THIRD_BRANCH }));

		school.expectOnePaymentIn(THIRD_BRANCH);
	});

	it(`${operation} enters the payment in the chosen branch when the card of the payer shows no branches`, async () => {
		const payer = school.addLead();
		school.hideBranchesOfCustomer(payer);

		await school.run(paymentForm(payer));

		school.expectOnePaymentIn(CHOSEN_BRANCH);
	});

	it(`${operation} enters the payment in the chosen branch when the user may not list customers`, async () => {
		const payer = school.addLead();
		school.failCall('customer/index', 403);

		await school.run(paymentForm(payer, { payer_name: 'Мия', note: 'x' }));

		school.expectOnePaymentIn(CHOSEN_BRANCH);
	});
});

/** `completeFromOwner` completes a new record with what its owner shows, such as the branch of the payer. */
describe('completeFromOwner without a chosen branch', () => {
	/**
	 * Completes a new payment with the branch of its payer, as an execution does when no branch is chosen.
	 */
	async function completePaymentOf(payer: number) {
		const { execution } = await school.runToEnd(findByPhoneForm());
		const payment = { customer_id: payer, payer_name: 'Мия' };
		return await completeFromOwner(execution.item, {
			fields: pay.fields,
			input: payment,
			body: payment,
			branch: undefined,
		});
	}

	it('completeFromOwner puts a payment into the only branch of the payer', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		const payment = await completePaymentOf(payer);

		expect(payment).toMatchObject({ branch: OTHER_BRANCH, body: { branch_id: OTHER_BRANCH } });
	});

	it('completeFromOwner refuses a payment when the payer is in several branches', async () => {
		const payer = school.addLead({ branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });

		await expect(completePaymentOf(payer)).rejects.toMatchObject({
			message: "Customer 1 is in the branches 1, 2, and 'Branch' is empty",
			description: "Choose one of them in 'Branch of Payment'. Nothing was saved.",
		});
	});
});

describe('Take Payment when the payment was entered before', () => {
	it('Take Payment finds an earlier payment in the branch of the payer', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		const results = await school.runInTurn(takePaymentForm(payer), takePaymentForm(payer));

		expect(results).toBe('created, unchanged');
		school.expectOnePaymentIn(OTHER_BRANCH);
	});

	it('Take Payment finds an earlier payment when only the second form names its branch', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });

		const results = await school.runInTurn(
			takePaymentForm(payer),
			takePaymentForm(payer, { branch_id: OTHER_BRANCH }),
		);

		expect(results).toBe('created, unchanged');
		school.expectOnePaymentIn(OTHER_BRANCH);
	});

	it('Take Payment finds an earlier payment in the chosen branch after the payer has moved to another one', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });
		await school.run(takePaymentForm(payer));
		school.moveCustomerTo(payer, [CHOSEN_BRANCH]);

		const { json } = await school.run({ ...takePaymentForm(payer), branchId: OTHER_BRANCH });

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		school.expectOnePaymentIn(OTHER_BRANCH);
	});

	it('Take Payment finds an earlier payment in the other branch of a payer who has joined the chosen one since', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });
		await school.run(takePaymentForm(payer));
		school.moveCustomerTo(payer, [OTHER_BRANCH, CHOSEN_BRANCH]);

		const { json } = await school.run(takePaymentForm(payer));

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		school.expectOnePaymentIn(OTHER_BRANCH);
	});

	it.each([403, 404])(
		'Take Payment enters the payment and warns when another branch of the payer answers %i',
		async (status) => {
			const payer = school.addLead({ branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });
			school.hideBranch(OTHER_BRANCH, status);

			const { json, hints } = await school.run(takePaymentForm(payer));

			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(hints).toEqual([OTHER_BRANCH_HIDDEN]);
		},
	);

	it.each([403, 404])(
		'Take Payment finds an earlier payment in the chosen branch when another branch of the payer answers %i',
		async (status) => {
			const payer = school.addLead({ branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });
			school.hideBranch(OTHER_BRANCH, status);

			const results = await school.runInTurn(takePaymentForm(payer), takePaymentForm(payer));

			expect(results).toBe('created, unchanged');
			school.expectOnePaymentIn(CHOSEN_BRANCH);
		},
	);

	it('Take Payment enters no second payment when AlfaCRM fails to list the payments of one branch', async () => {
		const payer = school.addLead({ branch_ids: [OTHER_BRANCH] });
		await school.run(takePaymentForm(payer));
		school.moveCustomerTo(payer, [OTHER_BRANCH, CHOSEN_BRANCH]);
		school.failCallInBranch('pay/index', { branch: OTHER_BRANCH, status: 502 });
		jest.useFakeTimers();

		// The client repeats a call that AlfaCRM answers with 502, and waits before it does.
		const [{ error }] = await Promise.all([
			school.runToEnd(takePaymentForm(payer)),
			jest.advanceTimersByTimeAsync(60_000),
		]);

		expect(error).toMatchObject({ httpCode: '502' });
		school.expectOnePaymentIn(OTHER_BRANCH);
	});
});

describe('a search over branches', () => {
	it('Find returns a customer of two branches once', async () => {
		const customer = school.addLead({ phone: [PHONE], branch_ids: [CHOSEN_BRANCH, OTHER_BRANCH] });

		const { json } = await school.run(findByPhoneForm());

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Find searches the chosen branch before the other one', async () => {
		await school.run({ ...findByPhoneForm(), branchId: OTHER_BRANCH });

		const searchedBranches = new Set(school.readBranchesOf('customer/index'));
		expect([...searchedBranches]).toEqual([OTHER_BRANCH, CHOSEN_BRANCH]);
	});

	it('Find reads the list of branches once for two items', async () => {
		await school.run(findByPhoneForm(), { items: [{}, {}], ...ONE_BY_ONE });

		expect(school.readRequests('branch/index')).toHaveLength(1);
	});

	it('Find returns only customers of the branches in Search in Branch', async () => {
		school.addThirdBranch();
		school.addLead({ phone: [PHONE], branch_ids: [OTHER_BRANCH] });
		const customer = school.addLead({ phone: [PHONE], branch_ids: [THIRD_BRANCH] });

		const { json } = await school.run(findByPhoneForm({ searchBranches: [THIRD_BRANCH] }));

		expect(json).toMatchObject([{ id: customer }]);
		expect(school.calls).not.toContain('branch/index');
	});

	it('Create or Update creates a customer when only a branch outside of Search in Branch has one with the phone', async () => {
		school.addLead({ phone: [PHONE], branch_ids: [OTHER_BRANCH] });

		const { json } = await school.run(
			upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [CHOSEN_BRANCH] }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.calls).not.toContain('branch/index');
	});
});

describe.each([403, 404])('a search over branches of which one answers %i', (status) => {
	it(`Find returns a customer of the chosen branch and warns of another branch that answers ${status}`, async () => {
		const customer = school.addLead({ phone: [PHONE] });
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json, hints } = await school.run(findByPhoneForm());

		expect(json).toMatchObject([{ id: customer }]);
		expect(hints).toEqual([OTHER_BRANCH_HIDDEN]);
	});

	it(`Create or Update finds a customer of the chosen branch and warns of another branch that answers ${status}`, async () => {
		const customer = school.addLead({ phone: [PHONE], name: 'Мия' });
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json, hints } = await school.run(upsertByPhoneForm({ name: 'Мия' }));

		expect(json).toMatchObject([{ id: customer, operationResult: 'unchanged' }]);
		expect(hints).toEqual([OTHER_BRANCH_HIDDEN, 'Nothing of this customer had to be changed: customer 1']);
	});

	it(`Get Overview returns a customer of the chosen branch and warns of another branch that answers ${status}`, async () => {
		const customer = school.addLead({ phone: [PHONE] });
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json, hints } = await school.run({ ...findByPhoneForm(), operation: 'getOverview' });

		expect(json).toMatchObject([{ id: customer }]);
		expect(hints).toContain(OTHER_BRANCH_HIDDEN);
	});

	it.each<{ operation: string; form: IDataObject }>([
		{ operation: 'Find', form: findByPhoneForm() },
		{ operation: 'Create or Update', form: upsertByPhoneForm({ name: 'Мия' }) },
		{ operation: 'Get Overview', form: { ...findByPhoneForm(), operation: 'getOverview' } },
	])(`$operation fails when the chosen branch answers ${status}`, async ({ form }) => {
		school.failCallInBranch('customer/index', { branch: CHOSEN_BRANCH, status });

		const { httpCode } = await school.expectRefused(form);

		expect(httpCode).toBe(String(status));
	});

	it(`Find returns an item without a customer when another branch answers ${status} and nobody matches`, async () => {
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json } = await school.run(findByPhoneForm({ ifNone: 'item' }));

		expect(json).toEqual([{ matchFound: false }]);
	});

	it(`Find refuses an unknown phone and says that not every branch was searched when one answers ${status}`, async () => {
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { message } = await school.expectRefused(findByPhoneForm({ ifNone: 'refuse' }));

		expect(message).toBe('AlfaCRM has no customer with this phone in the branches that could be searched');
	});

	it(`Assign Manager refuses an unknown ID and says that not every branch was searched when one answers ${status}`, async () => {
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { error } = await school.runToEnd(assignManagerForm(UNKNOWN_CUSTOMER));

		expect(error?.message).toBe('AlfaCRM has no customer with ID 999 in the branches that could be searched');
	});

	it(`Create or Update creates a customer and warns of another branch that answers ${status}`, async () => {
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json, hints } = await school.run(upsertByPhoneForm({ name: 'Мия' }));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([OTHER_BRANCH_HIDDEN]);
	});

	it(`Assign Manager finds a customer of the third branch when the second one answers ${status}`, async () => {
		school.addThirdBranch();
		const customer = school.addLead({ branch_ids: [THIRD_BRANCH] });
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status });

		const { json } = await school.run(assignManagerForm(customer));

		expect(json).toMatchObject([{ id: customer, assigned_id: 1 }]);
	});
});

describe('a search over branches of which AlfaCRM fails to search one', () => {
	it.each<{ operation: string; form: IDataObject }>([
		{ operation: 'Find', form: findByPhoneForm({ ifNone: 'item' }) },
		{ operation: 'Assign Manager', form: assignManagerForm(UNKNOWN_CUSTOMER) },
		{ operation: 'Create or Update', form: upsertByPhoneForm({ name: 'Мия' }) },
	])('$operation fails and creates nobody when another branch answers 500', async ({ form }) => {
		school.failCallInBranch('customer/index', { branch: OTHER_BRANCH, status: 500 });

		const { httpCode } = await school.expectRefused(form);

		expect(httpCode).toBe('500');
		expect(school.readRecords('customer')).toEqual([]);
	});
});

describe('a search when the list of branches cannot be read', () => {
	it.each<{ operation: string; form: IDataObject; description: string }>([
		{
			operation: 'Create or Update',
			form: upsertByPhoneForm({ name: 'Мия' }),
			description: 'Run it again. Nothing was saved.',
		},
		{
			operation: 'Find',
			form: findByPhoneForm({ ifNone: 'item' }),
			description: 'Run it again.',
		},
		{
			operation: 'Create or Update by ID',
			form: customerForm('upsert', { matchBy: 'id', id: UNKNOWN_CUSTOMER }),
			description: 'Run it again. Nothing was saved.',
		},
		{
			operation: 'Assign Manager',
			form: assignManagerForm(UNKNOWN_CUSTOMER),
			description: 'Run it again. Nothing was saved.',
		},
	])('$operation fails when the list of branches never comes whole', async ({ form, description }) => {
		school.makeListOfBranchesUnstable();

		const error = await school.expectRefused(form);

		expect(error).toMatchObject({
			message: "AlfaCRM's list of branches did not come whole, so it is not sure which ones there are",
			description,
		});
	});

	it('Create or Update reads the list of branches again for the next item when it failed for the first one', async () => {
		const customer = school.addLead({ phone: [OTHER_PHONE], branch_ids: [OTHER_BRANCH] });
		school.failFirstListOfBranches(500);
		const firstItem = upsertByPhoneForm({ name: 'Мия' }, {}, PHONE);
		const secondItem = upsertByPhoneForm({ name: 'Мия' }, {}, OTHER_PHONE);

		const { json } = await school.run(
			{},
			{ parametersByItem: [firstItem, secondItem], continueOnFail: true, ...ONE_BY_ONE },
		);

		expect(json).toMatchObject([
			{ error: 'AlfaCRM could not list the branches (HTTP 500)' },
			{ id: customer },
		]);
	});

	it('Create or Update finds a customer of another branch when the list of branches can be read after a new login', async () => {
		const customer = school.addLead({ phone: [PHONE], branch_ids: [OTHER_BRANCH] });
		school.refuseListOfBranchesTo('old');

		const { json, hints } = await school.run(upsertByPhoneForm({ note: 'x' }), {
			credential: { hostname: 'expired', token: 'old' },
			logIn: () => ({ token: 'new' }),
		});

		expect(json).toMatchObject([{ id: customer, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		// The branches are listed without a branch, then in the chosen branch, and there again with the new
		// token.
		expect(school.readBranchesOf('branch/index')).toEqual([undefined, CHOSEN_BRANCH, CHOSEN_BRANCH]);
	});
});

describe.each<{ account: string; prepareAccount: () => void }>([
	{
		account: 'the user may not list the branches',
		prepareAccount: () => school.failCall('branch/index', 403),
	},
	{
		account: 'AlfaCRM does not find the list of branches',
		prepareAccount: () => school.failCall('branch/index', 404),
	},
	{ account: 'the list of branches is empty', prepareAccount: () => school.emptyListOfBranches() },
])('a search when $account', ({ account, prepareAccount }) => {
	it(`Find returns a customer of the chosen branch for each of three items and warns once when ${account}`, async () => {
		const customer = school.addLead({ phone: [PHONE] });
		prepareAccount();

		const { json, hints } = await school.run(findByPhoneForm(), {
			items: [{}, {}, {}],
			...ONE_BY_ONE,
		});

		expect(json).toMatchObject([{ id: customer }, { id: customer }, { id: customer }]);
		expect(hints).toEqual([ONLY_CHOSEN_BRANCH_SEARCHED]);
	});

	it(`Create or Update creates a customer and warns when ${account}`, async () => {
		prepareAccount();

		const { json, hints } = await school.run(upsertByPhoneForm({ name: 'Мия' }, {}, OTHER_PHONE));

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(hints).toEqual([ONLY_CHOSEN_BRANCH_SEARCHED]);
	});

	it(`Find refuses an unknown phone without advice about the Hostname when ${account}`, async () => {
		prepareAccount();

		const { error } = await school.runToEnd(findByPhoneForm({ ifNone: 'refuse' }, THIRD_PHONE));

		expect(error?.message).toBe(
			'AlfaCRM has no customer with this phone in the branches that could be searched',
		);
		expect(error?.description).not.toContain('Hostname');
	});
});

// n8n decides how often a list that answers 403 is read after a new login: see test/engine/upsert.test.ts.
describe('a search for three items', () => {
	it('Find reads the list of branches without a branch and in the chosen branch when AlfaCRM answers 404', async () => {
		school.failCall('branch/index', 404);

		await school.run(findByPhoneForm(), { items: [{}, {}, {}], ...ONE_BY_ONE });

		expect(school.readBranchesOf('branch/index')).toEqual([undefined, CHOSEN_BRANCH]);
	});

	it('Find reads the list of branches once when it is empty', async () => {
		school.emptyListOfBranches();

		await school.run(findByPhoneForm(), { items: [{}, {}, {}], ...ONE_BY_ONE });

		expect(school.readBranchesOf('branch/index')).toEqual([undefined]);
	});
});

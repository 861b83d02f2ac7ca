import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';
import { findByPhoneForm, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/**
 * Create or Update of a customer and Find, run by n8n. `unit/operations` shows which customers match,
 * and what is written.
 */
const school = useSchool({ customers: 40 });
const { addLead, readRecords, readWrites, run, runToEnd } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const OTHER_PHONE = '+7(900)555-00-02';

/** The form of a site, filled in for a child. */
const SITE_FORM = upsertByPhoneForm('8 900 555 00 01', {
	name: 'Орлова Мия',
	email: ['mia@example.org'],
	note: 'С сайта',
	is_study: 0,
});

describe('Create or Update by phone', () => {
	it('Create or Update creates a lead and names the fields that it has set', async () => {
		const customers = await run(SITE_FORM);

		expect(customers).toMatchObject([{ operationResult: 'created', name: 'Орлова Мия', phone: PHONE }]);
		expect(new Set(customers[0].changedFields as string[])).toEqual(
			new Set(['branch_ids', 'email', 'is_study', 'legal_type', 'name', 'note', 'phone']),
		);
	});

	it('Create or Update changes nothing when it runs again', async () => {
		const [{ id }] = await run(SITE_FORM);

		const customers = await run(SITE_FORM);

		expect(customers).toMatchObject([{ id, operationResult: 'unchanged', changedFields: [] }]);
		expect(readCustomersWithPhone()).toHaveLength(1);
		expect(readWrites()).toEqual(['customer/create']);
	});

	it('Create or Update sends a login, a list of branches, a search in each branch and a creation', async () => {
		await run(SITE_FORM);

		// Branch 1 is searched by the last eight digits of the phone and by the last four, the other two
		// branches by the last eight.
		expect(school.readCalls()).toEqual([
			'auth/login',
			'branch/index',
			'customer/index',
			'customer/index',
			'customer/index',
			'customer/index',
			'customer/create',
		]);
	});

	it('Create or Update saves one customer for three items with one phone, and adds the email and branch of each', async () => {
		const form = upsertByPhoneForm('={{ $json.phone }}', {
			name: 'Орлова Мия',
			email: '={{ [$json.email] }}',
			branch_ids: '={{ [$json.branch] }}',
		});

		const customers = await run(form, {
			items: [
				{ phone: '+7 900 555-00-01', email: 'mia@example.org', branch: 1 },
				{ phone: '89005550001', email: 'mama@example.org', branch: 2 },
				{ phone: '9005550001', email: 'papa@example.org', branch: 1 },
			],
		});

		expect(customers).toMatchObject([
			{ operationResult: 'created' },
			{ operationResult: 'updated', changedFields: ['email', 'branch_ids'] },
			{ operationResult: 'updated', changedFields: ['email'] },
		]);
		expect(readCustomersWithPhone()).toMatchObject([
			{ email: ['mia@example.org', 'mama@example.org', 'papa@example.org'], branch_ids: [1, 2] },
		]);
	});
});

describe('Create or Update by phone for a user who may not list the branches', () => {
	const FORM_BY_ITEM = upsertByPhoneForm('={{ $json.phone }}', { name: 'Орлова Мия' });
	const ITEMS = [{ phone: '+7(900)555-00-11' }, { phone: OTHER_PHONE }, { phone: '+7(900)555-00-13' }];

	let lead: number;

	beforeEach(async () => {
		await logInBefore();
		school.sandbox.faults.add({ kind: 'status', status: 403, match: { entity: 'branch' }, times: 0 });
		lead = addLead({ phone: [OTHER_PHONE] });
	});

	it('Create or Update searches only the branch of the form, with a hint, when the user may not list the branches', async () => {
		const { json, error, hints } = await runToEnd(FORM_BY_ITEM, { items: ITEMS });

		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ operationResult: 'created' },
			{ id: lead, operationResult: 'unchanged' },
			{ operationResult: 'created' },
		]);
		expect(hints).toEqual([
			expect.stringContaining('not list the branches'),
			`Nothing of this customer had to be changed: customer ${lead}`,
		]);
		expect(readBranchesOf('customer/index')).toEqual(new Set([1]));
	});

	it('Create or Update tries to list the branches once per execution, and once more after a new login', async () => {
		await run(FORM_BY_ITEM, { items: ITEMS });

		// The first two calls are sent with the old token: one without a branch, one in the branch of the form.
		expect(school.readJournal('branch/index')).toMatchObject([
			{ branch: null },
			{ branch: 1 },
			{ branch: 1 },
		]);
		expect(school.readJournal('auth/login')).toHaveLength(1);
	});
});

describe('Find by phone', () => {
	it('Find finds the lead that Create or Update has created by another spelling of the phone', async () => {
		const [{ id }] = await run(SITE_FORM);

		const customers = await run(findByPhoneForm('9005550001'));

		expect(customers).toMatchObject([{ id, phone: PHONE }]);
	});

	it('Find returns at most ten fields of AlfaCRM when Simplify is on', async () => {
		await run(SITE_FORM);
		const [unsimplifiedCustomer] = await run(rawFindForm('9005550001'));

		const [customer] = await run(findByPhoneForm('9005550001'));

		const fieldsOfAlfaCrm = Object.keys(customer).filter((field) => field in unsimplifiedCustomer);
		expect(fieldsOfAlfaCrm.length).toBeLessThanOrEqual(10);
	});

	it('Find returns more than 25 fields when Simplify is off', async () => {
		await run(SITE_FORM);

		const [customer] = await run(rawFindForm('9005550001'));

		expect(Object.keys(customer).length).toBeGreaterThan(25);
	});

	it('Find returns an item without a customer when nobody has the phone and the form asks for an item', async () => {
		const customers = await run(findByPhoneForm('+7 900 555 00 77', { ifNone: 'item' }));

		expect(customers).toEqual([{ matchFound: false }]);
	});
});

/** Fills the form of Find by phone, without Simplify. */
function rawFindForm(phone: string): INodeParameters {
	return { ...findByPhoneForm(phone), simplify: false };
}

/**
 * Leaves the token of an earlier execution behind, and nothing else that the node has learned. With an
 * old token a 403 may mean that the token has expired.
 */
async function logInBefore(): Promise<void> {
	await run(findByPhoneForm(PHONE));
	forgetAccounts();
	school.sandbox.clearJournal();
}

function readCustomersWithPhone(): IDataObject[] {
	return readRecords('customer').filter(({ phone }) => (phone as string[]).includes(PHONE));
}

/** Reads in which branches a call was sent. */
function readBranchesOf(call: string): Set<unknown> {
	return new Set(school.readJournal(call).map(({ branch }) => branch));
}

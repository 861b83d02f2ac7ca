import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';
import { findByPhoneForm, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

// What matches, and what is made of it, is proven without n8n in test/unit/operations; here are the ways through n8n.
const school = useSchool({ customers: 40 });
const { addLead, readRecords, run, runToEnd } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const form = (fieldsToSet: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	...upsertByPhoneForm('8 900 555 00 01', { name: 'Орлова Мия', ...fieldsToSet }),
	...more,
});
const holders = () => readRecords('customer').filter(({ phone }) => (phone as string[]).includes(PHONE));
const resultsOf = (json: IDataObject[]) => json.map(({ operationResult }) => operationResult);

describe('the job that makes a lead of a form', () => {
	const job = form({ email: ['mia@example.org'], note: 'С сайта', is_study: 0 });

	it('leaves one customer when it is run twice, says what it did, and Find finds it', async () => {
		const [first] = await run(job);
		const [second] = await run(job);
		expect(first).toMatchObject({ operationResult: 'created', name: 'Орлова Мия', phone: PHONE });
		expect([...(first.changedFields as string[])].sort()).toEqual(
			['branch_ids', 'email', 'is_study', 'legal_type', 'name', 'note', 'phone'].sort(),
		);
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', changedFields: [] });
		expect(holders()).toHaveLength(1);
		expect(school.readJournal('customer/update')).toHaveLength(0);
		const [found] = await run(findByPhoneForm('9005550001'));
		expect(found).toMatchObject({ id: first.id, phone: PHONE });
		// The card is small unless the raw record is asked for.
		const [raw] = await run({ ...findByPhoneForm('9005550001'), simplify: false });
		expect(Object.keys(found).filter((name) => name in raw).length).toBeLessThanOrEqual(10);
		expect(Object.keys(raw).length).toBeGreaterThan(25);
		expect(await run(findByPhoneForm('+7 900 555 00 77', { ifNone: 'item' }))).toEqual([
			{ matchFound: false },
		]);
	});

	it('costs a login, a list of branches, a look into each by each spelling and a create', async () => {
		await run(job);
		const looks = Array.from({ length: 4 }, () => 'customer/index');
		expect(school.readCalls()).toEqual(['auth/login', 'branch/index', ...looks, 'customer/create']);
	});

	it('leaves one customer when several items are about it', async () => {
		const fields = { email: '={{ [$json.email] }}', branch_ids: '={{ [$json.branch] }}' };
		const json = await run(form(fields, { phone: '={{ $json.phone }}' }), {
			items: [
				{ phone: '+7 900 555-00-01', email: 'mia@example.org', branch: 1 },
				{ phone: '89005550001', email: 'mama@example.org', branch: 2 },
				{ phone: '9005550001', email: 'papa@example.org', branch: 1 },
			],
		});
		expect(resultsOf(json)).toEqual(['created', 'updated', 'updated']);
		expect(json.map(({ changedFields }) => changedFields).slice(1)).toEqual([
			['email', 'branch_ids'],
			['email'],
		]);
		expect(holders()).toMatchObject([
			{ email: ['mia@example.org', 'mama@example.org', 'papa@example.org'], branch_ids: [1, 2] },
		]);
	});
});

it('a user who may not list the branches is asked for them once more after one new login, for all items', async () => {
	// A token of an earlier execution, so that a 403 may mean that it has expired.
	await run(findByPhoneForm(PHONE));
	forgetAccounts();
	school.sandbox.clearJournal();
	school.sandbox.faults.add({ kind: 'status', status: 403, match: { entity: 'branch' }, times: 0 });
	const items = ['11', '12', '13'].map((end) => ({ phone: `+7(900)555-00-${end}` }));
	const known = addLead({ phone: [items[1].phone] });
	const { json, error, hints } = await runToEnd(form({}, { phone: '={{ $json.phone }}' }), { items });
	expect(error).toBeUndefined();
	expect(resultsOf(json)).toEqual(['created', 'unchanged', 'created']);
	expect(json[1].id).toBe(known);
	expect(hints).toEqual([
		expect.stringContaining('not list the branches'),
		`Nothing of this customer had to be changed: customer ${known}`,
	]);
	expect(new Set(school.readJournal('customer/index').map(({ branch }) => branch))).toEqual(new Set([1]));
	// In no branch, in that of the call, there again after the login, and by no other item.
	expect(school.readJournal('branch/index').map(({ branch }) => branch)).toEqual([null, 1, 1]);
	expect(school.readJournal('auth/login')).toHaveLength(1);
});

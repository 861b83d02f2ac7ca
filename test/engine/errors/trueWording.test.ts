import type { INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { byPhone, officeOf } from '../support/office';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const server = useRawServer();
const { customer, lead, patch, set, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';

it('Update All says what it has saved when a later record does not match any more', async () => {
	const [second, first] = [lead({ phone: [PHONE] }), lead({ phone: [PHONE] })];
	const elsewhere: INodeParameters = {
		resource: 'customer',
		operation: 'update',
		branchId: 1,
		id: String(second),
		listMode: 'replace',
		updateFields: { phone: '+7(900)555-00-77' },
		options: {},
	};
	let other: Promise<unknown> | undefined;
	school.sandbox.onSend = async ({ entity, action }) => {
		if (other || entity !== 'customer' || action !== 'update') return;
		other = whole(elsewhere);
		await other;
	};
	const { error } = await whole(byPhone(PHONE, { note: 'x' }, { ifSeveral: 'all' }));
	expect([customer(first).note, customer(second).note]).toEqual(['x', null]);
	expect(error?.description).toContain(`Saved before: update customer ${first}.`);
});

it('an archived match that the item restores is not said to stay in the archive', async () => {
	const id = lead({ phone: [PHONE], removed: 1, e_date: '2024-01-01' });
	const parameters = byPhone(PHONE, { removed: false }, { searchBranches: [1] });
	const { error, hints } = await whole(parameters);
	expect(error).toBeUndefined();
	expect(school.entries('customer/update')).toMatchObject([{ body: { removed: 0 } }]);
	expect(hints.join()).not.toMatch(/stay in the archive/);
	patch('customer', id, { removed: 1, e_date: '2024-01-01' });
	expect((await whole(byPhone(PHONE, { note: 'x' }))).hints).toEqual([
		expect.stringMatching(/stay in the archive/),
	]);
});

it('a list that is always the same is not to be run once more', async () => {
	set({ total: 'oneTooHigh' });
	const { json, hints } = await whole({
		resource: 'customer',
		operation: 'getAll',
		branchId: 1,
		returnAll: true,
		filters: {},
		simplify: true,
	});
	expect(json.length).toBeGreaterThan(5);
	expect(hints).toEqual([expect.stringMatching(/counts more rows than it shows/)]);
	expect(hints[0]).not.toMatch(/once more/);
});

it('an odd answer to an API Call that may write leaves open whether it was carried out', async () => {
	const call: INodeParameters = {
		resource: 'apiCall',
		operation: 'send',
		callBranch: '1',
		callPath: 'subject',
		callAction: 'create',
		callBody: '{"name":"Лепка"}',
		callQuery: '{}',
		allPages: false,
	};
	server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'of odd answers' } : [1, 2] });
	const engine = new Engine({ ...school.credential, hostname: server.url });
	const { error } = await engine.run({ parameters: call });
	expect(error?.description).toMatch(/may have carried it out/);
});

import type { INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { byPhone, officeOf, pick } from '../support/office';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';
import { tellsCause } from '../support/version';

const school = useSchool({ customers: 40 });
const office = officeOf(school);
const list: INodeParameters = { resource: 'leadStatus', operation: 'getAll', branchId: 1, returnAll: true };
const call: INodeParameters = {
	resource: 'apiCall',
	operation: 'send',
	callBranch: '1',
	callPath: 'customer',
	callAction: 'index',
	callQuery: '{}',
	callBody: '{}',
};

// Older n8n loses how long AlfaCRM asks to wait.
(tellsCause ? it : it.skip)(
	'a 429 that is not waited for speaks of the time that AlfaCRM asks for',
	async () => {
		school.sandbox.faults.add({ kind: 'tooMany', retryAfter: 301, match: { entity: 'lead-status' } });
		const error = await office.stopped(list);
		expect(school.calls().filter((one) => one === 'lead-status/index')).toHaveLength(1);
		expect(error.message).toMatch(/asks to wait for 301 seconds/);
	},
);

it.each(['[1, null, "x"]', '[null]'])(
	'an API Call answered with %s is an error in plain words',
	async (html) => {
		school.sandbox.faults.add({ kind: 'html', status: 200, html, match: { entity: 'customer' } });
		const error = await office.stopped(call);
		expect(error.message).toMatch(/AlfaCRM sent something unexpected/);
		school.sandbox.faults.add({ kind: 'html', status: 200, html, match: { entity: 'customer' } });
		const { json, errorItems } = await office.whole(call, { onError: 'continueErrorOutput' });
		expect(json).toEqual([]);
		expect(errorItems).toHaveLength(1);
	},
);

it.each([400, 404, 500])(
	'words of AlfaCRM with HTTP %s do not carry the token or the key',
	async (status) => {
		await office.run(list);
		const { apiKey } = school.credential as { apiKey: string };
		const [token] = school.sandbox.tokens() as unknown as string[];
		const message = `Bad token ${token}, key ${apiKey}`;
		school.sandbox.faults.add({
			kind: 'status',
			status,
			message,
			match: { entity: 'lead-status' },
			times: 3,
		});
		const { error, run } = await office.whole(list);
		const all = `${error?.message} ${error?.description} ${JSON.stringify(run.data.resultData)}`;
		expect(error?.message).toBeDefined();
		expect(all).not.toContain(token);
		expect(all).not.toContain(apiKey);
	},
);

it('a customer that AlfaCRM counts and does not show is not said to be missing', async () => {
	const id = office.lead();
	school.sandbox.faults.add({ kind: 'emptyItems', match: { entity: 'customer', action: 'index' }, times: 0 });
	const error = await office.stopped({ resource: 'customer', operation: 'get', branchId: 1, id: pick(id) });
	expect(error.message).not.toMatch(/has no customer/);
});

it.each(['get', 'delete'])('the address of a group is refused as a customer by %s', async (operation) => {
	const id = office.lead();
	const url = { __rl: true, mode: 'url', value: `${school.sandbox.url}/company/1/group/view?id=${id}` };
	await office.refused({ resource: 'customer', operation, branchId: 1, id: url }, 'Customer');
});

it.each(['customer', 'lead'])('the address of a %s is taken as a customer', async (page) => {
	const id = office.lead();
	const url = { __rl: true, mode: 'url', value: `${school.sandbox.url}/company/1/${page}/view?id=${id}` };
	expect(await office.run({ resource: 'customer', operation: 'get', branchId: 1, id: url })).toMatchObject([
		{ id },
	]);
});

it('a new customer is not made where AlfaCRM counts one with that phone and does not show it', async () => {
	office.lead({ phone: ['+7(900)555-00-01'] });
	school.sandbox.faults.add({ kind: 'emptyItems', match: { entity: 'customer', action: 'index' }, times: 0 });
	await office.stopped({
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		phone: '+7 900 555-00-01',
		fieldsToSet: { name: 'Орлова Мия' },
	});
});

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

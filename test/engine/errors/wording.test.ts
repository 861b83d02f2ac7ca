import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
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
(tellsCause ? it : it.skip)('a 429 that is not waited for speaks of the seconds, not of tries', async () => {
	school.sandbox.faults.add({ kind: 'tooMany', retryAfter: 61, match: { entity: 'lead-status' } });
	const error = await office.stopped(list);
	expect(school.calls().filter((one) => one === 'lead-status/index')).toHaveLength(1);
	expect(error.message).not.toMatch(/5 tries/);
	expect(error.message).toMatch(/61 seconds/);
});

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

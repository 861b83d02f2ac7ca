import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { delay } from '../../../sandbox/http/delay';
import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { customer, lead, rows, run, whole, writes } = officeOf(school);

const PHONE = '+7(900)555-00-01';

const byContract: INodeParameters = {
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'customField',
	matchField: 'custom_dogovor',
	matchValue: '={{ $json.value }}',
	fieldsToSet: { name: 'Гость', note: 'Новое' },
	options: {},
};
const apiCall = (callAction: string, query: IDataObject, body: IDataObject): INodeParameters => ({
	resource: 'apiCall',
	operation: 'send',
	callBranch: '1',
	callPath: 'customer',
	callAction,
	callQuery: JSON.stringify(query),
	callBody: JSON.stringify(body),
	allPages: false,
});
const contracts = () => ['Д-1', 'Д-2', 'Д-3'].map((custom_dogovor) => lead({ custom_dogovor }));

it('Create or Update finds a record by what an API Call of another execution has just given it', async () => {
	const [, , third] = contracts();
	const before = rows('customer').length;
	let updates = 0;
	school.sandbox.onSend = async ({ action }) => {
		if (action !== 'update') return;
		updates += 1;
		if (updates === 2) await run(apiCall('update', { id: third }, { custom_dogovor: 'Д-9' }));
	};
	const out = await run(byContract, { items: [{ value: 'Д-1' }, { value: 'Д-2' }, { value: 'Д-9' }] });
	expect(out[2]).toMatchObject({ id: third, operationResult: 'updated' });
	expect(rows('customer')).toHaveLength(before);
});

it('an API Call waits for who has read a record and will write it', async () => {
	const id = lead({ phone: [PHONE] });
	let call: Promise<unknown> | undefined;
	school.sandbox.onSend = async ({ entity, action }) => {
		if (call || entity !== 'customer' || action !== 'index') return;
		call = run(apiCall('update', { id }, { phone: [PHONE, '+7(900)555-00-09'] }));
		// It does not end before the other one has saved; one that would not wait ends at once.
		await Promise.race([call, delay(500, new AbortController().signal)]);
	};
	await run({
		resource: 'customer',
		operation: 'update',
		branchId: 1,
		id: pick(id),
		listMode: 'add',
		updateFields: { phone: '={{ ["+7(900)555-00-02"] }}' },
		options: {},
	});
	await call;
	expect(writes()).toHaveLength(2);
	expect(customer(id).phone).toEqual([PHONE, '+7(900)555-00-09']);
});

it('an error tells which API Calls before it were carried out', async () => {
	const body = (name?: string) => ({ name, is_study: 0, legal_type: 1, branch_ids: [1] });
	const before = rows('customer').length;
	const { error } = await whole(
		{ ...apiCall('create', {}, {}), callBody: '={{ $json.body }}' },
		{ items: [{ body: body('А') }, { body: body('Б') }, { body: body() }, { body: body('В') }] },
	);
	expect(rows('customer')).toHaveLength(before + 2);
	expect(error?.description).toMatch(/Of this item nothing was saved\. Carried out: items 0 to 1\.$/);
});

it('an error after API Calls that only list says nothing of them', async () => {
	const { error } = await whole(
		{ ...apiCall('index', {}, {}), callBody: '={{ $json.body }}' },
		{ items: [{ body: {} }, { body: 'x' }] },
	);
	expect(error?.description).toMatch(/Nothing was sent to AlfaCRM\.$/);
});

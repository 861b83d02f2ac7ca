import type { INodeParameters } from 'n8n-workflow';

import { delay } from '../../../sandbox/http/delay';
import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { customer, lead, refused, rows, run, set, whole, writes } = officeOf(school);
const last = () => school.sandbox.journal.at(-1);

/** With the branch of another resource that was chosen before, which does not count here. */
const call = (callPath: string, callAction: string, more: object = {}): INodeParameters => ({
	...{ resource: 'apiCall', operation: 'send', branchId: 1, callPath, callAction, allPages: false, ...more },
});
const update = (id: number, fields: object) =>
	call('customer', 'update', {
		...{ callBranch: '1', callQuery: JSON.stringify({ id }), callBody: JSON.stringify(fields) },
	});

describe('an API Call', () => {
	it('sends any call with the login, and returns the answer', async () => {
		const [answer] = await run(update(5, { note: 'x' }));
		expect(last()).toMatchObject({
			...{ path: '/v2api/1/customer/update', query: { id: '5' }, body: { note: 'x' } },
		});
		expect(answer).toMatchObject({ success: true, model: { id: 5, note: 'x' } });
	});

	it.each([
		[{ callPath: '../auth' }, "'Entity' is not a part of an API address"],
		[{ callBody: '{oops' }, "'Body' is not a JSON object"],
		[{ callBranch: 'x' }, "'Branch ID' must be the number of a record"],
		...['={{ undefined }}', '={{ null }}', '={{ "" }}', 'yes'].map((allPages): [INodeParameters, string] => [
			{ allPages },
			"'Page Through All'",
		]),
	])('with %j is refused before it is sent', async (more, message) => {
		await refused(call('customer', 'index', more), message);
	});
});

describe('Page Through All', () => {
	it('walks all pages, also without a branch', async () => {
		const callBody = { is_study: 2, removed: 1 };
		const found = await run(call('customer', 'index', { callBody, allPages: true }));
		expect(last()?.path).toBe('/v2api/customer/index');
		expect(found).toHaveLength(rows('customer').length);
	});

	it.each([
		['customer', 'create'],
		['customer', 'update'],
		['customer', 'delete'],
		['lesson', 'teach'],
		['bonus', 'bonus-add'],
		['bonus', 'balance-bonus'],
		['calendar', 'teacher'],
		['task', 'view'],
	])('refuses %s/%s before it is sent', async (path, action) => {
		await refused(call(path, action, { callBranch: '1', allPages: true }), "'Page Through All'");
	});

	it.each([
		['cgi', 'customer', { callQuery: '={{ $json }}' }],
		['teacher', 'working-hour', {}],
		['teacher', 'teacher-rate', {}],
		['customer', 'index', {}],
	])('walks %s/%s, and says when rows are missing', async (path, action, more) => {
		const member = rows('cgi').find(({ e_date }) => String(e_date).endsWith('2035'));
		const items = [{ customer_id: member?.customer_id }];
		const walk = async () =>
			await whole(call(path, action, { callBranch: '1', allPages: true, ...more }), { items });
		expect(await walk()).toMatchObject({ error: undefined, hints: [] });
		set({ total: 'oneTooHigh' });
		const { json, error, hints } = await walk();
		expect([error, hints.length]).toEqual([undefined, 1]);
		expect(json.length).toBeGreaterThan(0);
	});
});

describe('an API Call among other executions', () => {
	it('gives a record what Create or Update finds it by a moment later', async () => {
		const [, , third] = ['Д-1', 'Д-2', 'Д-3'].map((custom_dogovor) => lead({ custom_dogovor }));
		const before = rows('customer').length;
		let updates = 0;
		school.sandbox.onSend = async ({ action }) => {
			if (action !== 'update') return;
			updates += 1;
			if (updates === 2) await run(update(third, { custom_dogovor: 'Д-9' }));
		};
		const byContract = {
			...{ resource: 'customer', operation: 'upsert', branchId: 1, matchBy: 'customField' },
			...{ matchField: 'custom_dogovor', matchValue: '={{ $json.value }}', options: {} },
			fieldsToSet: { name: 'Гость', note: 'Новое' },
		};
		const out = await run(byContract, { items: [{ value: 'Д-1' }, { value: 'Д-2' }, { value: 'Д-9' }] });
		expect(out[2]).toMatchObject({ id: third, operationResult: 'updated' });
		expect(rows('customer')).toHaveLength(before);
	});

	it('waits for who has read a record and will write it', async () => {
		const phone = ['+7(900)555-00-01'];
		const id = lead({ phone });
		const after = [...phone, '+7(900)555-00-09'];
		let sent: Promise<unknown> | undefined;
		school.sandbox.onSend = async ({ entity, action }) => {
			if (sent || entity !== 'customer' || action !== 'index') return;
			sent = run(update(id, { phone: after }));
			// It does not end before the other one has saved; one that would not wait ends at once.
			await Promise.race([sent, delay(500, new AbortController().signal)]);
		};
		const more = { listMode: 'add', updateFields: { phone: '={{ ["+7(900)555-00-02"] }}' }, options: {} };
		await run({ resource: 'customer', operation: 'update', branchId: 1, id: pick(id), ...more });
		await sent;
		expect(writes()).toHaveLength(2);
		expect(customer(id).phone).toEqual(after);
	});
});

describe('an error', () => {
	const failing = async (action: string, bodies: unknown[]) => {
		const form = call('customer', action, { callBranch: '1', callBody: '={{ $json.body }}' });
		const { error } = await whole(form, { items: bodies.map((body) => ({ body: body as string })) });
		return error?.description;
	};

	it('tells which API Calls before it were carried out', async () => {
		const person = (name?: string) => ({ name, is_study: 0, legal_type: 1, branch_ids: [1] });
		const before = rows('customer').length;
		const bodies = [person('А'), person('Б'), person(), person('В')];
		expect(await failing('create', bodies)).toMatch(
			/Of this item nothing was saved\. Carried out: items 0 to 1\.$/,
		);
		expect(rows('customer')).toHaveLength(before + 2);
	});

	it('says nothing of API Calls that only list', async () => {
		expect(await failing('index', [{}, 'x'])).toMatch(/Nothing was sent to AlfaCRM\.$/);
	});
});

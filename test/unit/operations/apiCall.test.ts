import type { IDataObject } from 'n8n-workflow';

import { customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

/** With the branch of another resource that was chosen before, which does not count here. */
const call = (callPath: string, callAction: string, more: object = {}): IDataObject => ({
	...{ resource: 'apiCall', operation: 'send', branchId: 2, callPath, callAction, ...more },
});
const update = (id: number, fields: object) =>
	call('customer', 'update', { callBranch: '1', callQuery: { id }, callBody: JSON.stringify(fields) });

describe('an API Call', () => {
	it('sends any call with the login, and returns the answer', async () => {
		const id = school.addLead();
		const { json } = await school.run(update(id, { note: 'x' }));
		const url = expect.stringMatching(/\/v2api\/1\/customer\/update$/) as string;
		expect(school.requests).toMatchObject([{ url, query: { id }, body: { note: 'x' } }]);
		expect(json).toMatchObject([{ success: true, model: { id, note: 'x' } }]);
	});

	it.each<[object, string]>([
		[{ callPath: '../auth' }, "'Entity' is not a part of an API address"],
		[{ callBody: '{oops' }, "'Body' is not a JSON object"],
		[{ callBranch: 'x' }, "'Branch ID' must be the number of a record"],
		// An expression that finds no branch.
		[{ callBranch: null }, "'Branch ID'"],
		...[undefined, null, '', 'yes'].map((allPages): [object, string] => [{ allPages }, "'Page Through All'"]),
		...['create', 'teach', 'bonus-add', 'teacher'].map((callAction): [object, string] => [
			{ callAction, allPages: true },
			"'Page Through All' is for actions that list",
		]),
	])('with %j is refused before it is sent', async (more, message) => {
		expect((await school.expectRefusedUnsent(call('customer', 'index', more))).message).toContain(message);
	});

	it('gives a record what Create or Update finds it by a moment later', async () => {
		const [, , third] = ['Д-1', 'Д-2', 'Д-3'].map((custom_dogovor) => school.addLead({ custom_dogovor }));
		school.onCall = async (name) => {
			if (name === 'customer/update' && school.readWrites().length === 2)
				await school.run(update(third, { custom_dogovor: 'Д-9' }));
		};
		const each = ['Д-1', 'Д-2', 'Д-9'].map((matchValue) =>
			customerForm('upsert', {
				...{ matchBy: 'customField', matchField: 'custom_dogovor', matchValue },
				fieldsToSet: { name: 'Гость', note: 'Новое' },
			}),
		);
		const { json } = await school.run({}, { parametersByItem: each, credential: { callsAtOnce: 1 } });
		expect(json[2]).toMatchObject({ id: third, operationResult: 'updated' });
		expect(school.readRecords('customer')).toHaveLength(3);
	});

	it('waits for who has read a record and will write it', async () => {
		const id = school.addLead({ phone: [PHONE] });
		let late: Promise<unknown> | undefined;
		school.onCall = async (name) => {
			if (late !== undefined || name !== 'customer/index') return;
			late = school.run(update(id, { note: 'x' }));
			for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
			expect(school.readWrites()).toEqual([]);
		};
		await school.run(customerForm('update', { id, listMode: 'add', updateFields: { phone: [OTHER_PHONE] } }));
		await late;
		expect(school.readRecord('customer', id)).toMatchObject({ note: 'x', phone: [PHONE, OTHER_PHONE] });
	});
});

describe('Page Through All', () => {
	it.each<[path: string, action: string, more: object]>([
		['cgi', 'customer', { callBranch: 1, callQuery: { customer_id: 1 } }],
		['teacher', 'working-hour', { callBranch: 1 }],
		['teacher', 'teacher-rate', { callBranch: 1 }],
		['customer', 'index', { callBody: { is_study: 2, removed: 1 } }],
	])('walks %s/%s, and says when rows are missing', async (path, action, more) => {
		school.addLead({ is_study: 1 });
		school.addRecord('group', { name: 'A', branch_ids: [1] });
		school.addRecord('teacher', { name: 'A', branch_ids: [1] });
		for (let one = 0; one < 25; one++) {
			school.addLead();
			school.addRecord('cgi', {
				customer_id: 1,
				group_id: 1,
				branch_id: 1,
				b_date: '01.01.2026',
				e_date: '31.12.2035',
			});
			for (const list of ['working-hour', 'teacher-rate'])
				school.addRecord(list, {
					teacher_id: 1,
					branch_id: 1,
					weekday: 2,
					time_from: '10:00',
					time_to: '11:00',
				});
		}
		const form = call(path, action, { allPages: true, ...more });
		const { json, hints } = await school.run(form);
		expect([json.length >= 25, hints]).toEqual([true, []]);
		const place = path === 'customer' ? '/v2api/customer/index' : `/v2api/1/${path}/${action}`;
		expect(school.requests.at(-1)?.url).toMatch(new RegExp(`${place}$`));
		const listed = path === 'teacher' ? action : path;
		school.store.hide(listed, Number(school.readRecords(listed)[0].id), 'counted');
		const again = await school.run(form);
		expect([again.json.length, again.hints.length]).toEqual([json.length - 1, 1]);
	});
});

it.each([
	['create', /Of this item nothing was saved\. Carried out: items 0 to 1\.$/],
	['index', /Nothing was sent to AlfaCRM\.$/],
])('an error tells which API Calls before it were carried out: %s', async (action, note) => {
	const person = (name?: string) => ({ name, is_study: 0, legal_type: 1, branch_ids: [1] });
	const bodies = action === 'create' ? [person('А'), person('Б'), person(), person('В')] : [{}, 'x'];
	const each = bodies.map((callBody) => call('customer', action, { callBranch: '1', callBody }));
	expect((await school.runToEnd({}, { parametersByItem: each })).error?.description).toMatch(note);
	expect(school.readRecords('customer')).toHaveLength(action === 'create' ? 2 : 0);
});

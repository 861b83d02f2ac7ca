import type { IDataObject } from 'n8n-workflow';

import { answered } from '../../support/nodeErrors';
import { SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

describe('the archive', () => {
	const act = (operation: string, id: number, resource = 'customer') => ({
		resource,
		operation,
		branchId: 1,
		id,
		simplify: false,
		additionalFields: {},
	});

	it('takes a record once, and gives it back once', async () => {
		const id = school.lead({ e_date: '2030-12-31' });
		expect((await school.done(act('archive', id))).json).toMatchObject([
			{ operationResult: 'updated', changedFields: ['removed'] },
		]);
		expect((await school.done(act('archive', id))).json).toMatchObject([
			{ operationResult: 'unchanged', changedFields: [] },
		]);
		expect((await school.done(act('unarchive', id))).json).toMatchObject([{ operationResult: 'updated' }]);
		expect((await school.done(act('unarchive', id))).json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.sent.filter(({ url }) => url.endsWith('/update')).map(({ body }) => body.removed)).toEqual([
			1, 0,
		]);
	});

	it('that only seems to take a record is told of', async () => {
		school.settings.removedWrite = 'ignored';
		const id = school.lead({ e_date: '2030-12-31' });
		expect((await school.done(act('archive', id))).hints).toEqual([
			`AlfaCRM took the change, but shows a customer as active still. Archive it there by hand: customer ${id}`,
		]);
		const gone = school.lead({ removed: 1, e_date: '2024-01-01' });
		expect((await school.done(act('unarchive', gone))).hints).toEqual([
			`AlfaCRM took the change, but shows a customer as archived still. Restore it there by hand: customer ${gone}`,
		]);
	});

	it('whose filter AlfaCRM ignores is not claimed to hold a group', async () => {
		school.settings.ignoredFilters = ['group.removed'];
		const id = school.add('group', { name: 'A', branch_ids: [1] });
		const hint = `AlfaCRM took the change, but its lists do not tell whether a group is archived. Look there: group ${id}`;
		const unclear = async (operation: string) => {
			const { json, hints } = await school.done(act(operation, id, 'group'));
			expect(json).toMatchObject([{ operationResult: 'updated' }]);
			expect(hints).toEqual([hint]);
		};
		await unclear('unarchive');
		await unclear('archive');
		expect(school.row('group', id).removed).toBe(1);
	});

	it('that cannot be asked afterwards has taken the change all the same', async () => {
		const id = school.add('group', { name: 'A', branch_ids: [1] });
		school.onCall = (call) => {
			if (call === 'group/index' && school.writes().length > 0) throw answered(403);
			return undefined;
		};
		const { json, hints } = await school.done(act('archive', id, 'group'));
		expect(json).toMatchObject([{ operationResult: 'updated' }]);
		expect(hints).toEqual([
			`AlfaCRM took the change, but could not be asked what became of it. Look there: group ${id}`,
		]);
	});

	it('is not asked where there is none, or nothing of it is changed', async () => {
		const id = school.lead();
		const upsert = { ...act('upsert', id), matchBy: 'id', fieldsToSet: { note: 'x' }, options: {} };
		await school.done(upsert);
		expect(school.calls.filter((call) => call === 'customer/index').length).toBeLessThanOrEqual(3);
		const subject = school.add('subject', { name: 'A' });
		const named = { ...upsert, resource: 'subject', matchBy: 'name', name: 'a', fieldsToSet: { weight: 3 } };
		const { json } = await school.done(named);
		expect(json).toMatchObject([{ id: subject, operationResult: 'updated' }]);
		expect(school.sent.some(({ url, body }) => url.includes('subject') && 'removed' in body)).toBe(false);
	});

	it('says nothing where its flag is not told, and the day says that it is not in it', async () => {
		const id = school.lead({ e_date: '2030-12-31' });
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index' || body.removed === 2) return undefined;
			return { items: [{ ...school.row('customer', id), removed: null }], total: 1 };
		};
		await school.done(act('unarchive', id));
		expect(school.sent.filter(({ body }) => body.removed === 2)).toEqual([]);
		school.store.patch('customer', id, { e_date: '2024-01-01' } as never);
		await school.run(act('unarchive', id));
		expect(school.sent.filter(({ body }) => body.removed === 2).length).toBeGreaterThan(0);
	});
});

describe('Update', () => {
	const update = (updateFields: IDataObject, more: IDataObject = {}): IDataObject => ({
		resource: 'customer',
		operation: 'update',
		branchId: 1,
		id: 1,
		updateFields,
		options: {},
		...more,
	});

	it('needs something to save', async () => {
		school.lead();
		const { error } = await school.run(update({ note: '' }));
		expect(error).toMatchObject({
			message: 'There is nothing to update: no field was given a value',
			description:
				"Give at least one field of the record. To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. Nothing was sent to AlfaCRM.",
		});
		expect(school.calls).toEqual([]);
	});

	it('sends what is given and reads nothing where it need not', async () => {
		school.lead({ phone: ['1234567'] });
		expect((await school.done(update({ note: 'x' }, { listMode: 'add' }))).json).toMatchObject([
			{ id: 1, note: 'x' },
		]);
		expect(school.calls).toEqual(['customer/update']);
		await school.done(update({ phone: '7654321' }, { listMode: 'replace' }));
		expect(school.calls).toEqual(['customer/update', 'customer/update']);
		expect(school.sent.at(-1)?.body).toEqual({ phone: ['7654321'] });
	});

	it('adds to a list what is given, and leaves the other lists out', async () => {
		school.lead({ phone: ['1234567'], web: ['a.example'] });
		await school.done(update({ phone: '7654321', note: 'x' }, { listMode: 'add' }));
		expect(school.calls).toEqual(['customer/index', 'customer/update']);
		expect(school.sent.at(-1)?.body).toEqual({ phone: ['1234567', '7654321'], note: 'x' });
	});

	it('keeps the branch and the ID that were given', async () => {
		school.lead();
		await school.done(update({ note: 'x' }));
		expect(school.sent[0]).toMatchObject({ query: { id: 1 } });
		expect(school.sent[0].url).toContain('/v2api/1/customer/update');
	});

	it('of what belongs to somebody refuses another owner', async () => {
		const customer = school.lead();
		const group = school.add('group', { name: 'A', branch_ids: [1] });
		const id = school.add('cgi', {
			customer_id: customer,
			group_id: group,
			branch_id: 1,
			b_date: '2026-01-01',
			e_date: '2030-01-01',
		});
		const membership = (fields: IDataObject) => update(fields, { resource: 'cgi', id, group_id: group });
		const { error } = await school.run(membership({ customer_id: 99, e_date: '2029-01-01' }));
		expect(error).toMatchObject({
			message: `Group Member ${id} is that of customer ${customer}, not of customer 99`,
			description: "Correct the ID, or 'Customer'. Nothing was saved.",
		});
		expect(school.writes()).toEqual([]);
		await school.done(membership({ customer_id: String(customer), e_date: '2029-01-01' }));
		await school.done(membership({ e_date: '2028-01-01' }));
		expect(school.row('cgi', id)).toMatchObject({ customer_id: customer, e_date: '01.01.2028' });
	});
});

describe('fields', () => {
	const create = (more: IDataObject) => ({
		resource: 'customer',
		operation: 'create',
		branchId: 1,
		name: 'Мия',
		legal_type: 1,
		is_study: 0,
		additionalFields: {},
		...more,
	});
	const custom = (...values: IDataObject[]) => create({ additionalFields: { customFields: { values } } });

	it.each<[IDataObject, IDataObject]>([
		[create({}), {}],
		[create({ additionalFields: { note: 'x' } }), { note: 'x' }],
		[
			custom({ name: ' custom_a ', value: 'x' }, { name: 'custom_b', value: 2 }),
			{ custom_a: 'x', custom_b: 2 },
		],
		[create({ additionalFields: { customFields: {} } }), {}],
		[
			create({ inputMode: 'json', json: '{"name": "Мия", "legal_type": 1, "is_study": 1, "custom_a": 1}' }),
			{ is_study: 1, custom_a: 1 },
		],
	])('%j are saved', async (parameters, saved) => {
		await school.done(parameters);
		expect(school.sent[0].body).toEqual({
			name: 'Мия',
			legal_type: 1,
			is_study: 0,
			branch_ids: [1],
			...saved,
		});
	});

	it.each<[IDataObject, string, string]>([
		[
			create({ additionalFields: { shoe: 1, size: 2 } }),
			`AlfaCRM's customer has no field "shoe", "size" that can be set`,
			'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
		],
		[
			custom({ name: ' ', value: 1 }),
			"'Name' of a custom field is empty",
			"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
		],
		[
			custom({ name: 'school', value: 1 }),
			'"school" is not the name of a custom field',
			'Names of custom fields',
		],
		[custom({ name: 5, value: 1 }), '"5" is not the name of a custom field', 'Names of custom fields'],
		[
			custom({ name: 'custom_a', value: 1 }, { name: 'custom_a ', value: 2 }),
			"'custom_a' is given twice",
			'Only one of the values could be saved. Remove the other. Nothing was sent to AlfaCRM.',
		],
		[
			create({ inputMode: 'json', json: '{"shoe": 1}' }),
			`AlfaCRM's customer has no field "shoe" that can be set`,
			"Remove it, or set 'If a Field Is Unknown' to Leave Out. Nothing was sent to AlfaCRM.",
		],
	])('%j are refused: %s', async (parameters, message, description) => {
		const { error } = await school.run(parameters);
		expect(error?.message).toBe(message);
		expect(error?.description).toContain(description);
		expect(school.calls).toEqual([]);
	});
});

describe('a list that AlfaCRM shows in a form that is not known', () => {
	const MAP = { 0: { phone: '+7(900)555-00-01' } };
	const shownAs = (phone: unknown) => {
		const id = school.lead({ phone: ['+7(900)555-00-01'], email: ['mia@example.org'], e_date: '2030-12-31' });
		const row = { ...school.row('customer', id), phone };
		school.onCall = (call, { body }) =>
			call === 'customer/index' ? { items: body.page === 0 ? [row] : [], total: 1 } : undefined;
		return id;
	};
	const phone = ['+7(900)555-00-02'];
	const update = (id: number, listMode: string): IDataObject => ({
		...{ resource: 'customer', operation: 'update', branchId: 1, id, inputMode: 'form', listMode },
		...{ updateFields: { phone }, options: {} },
	});
	const REFUSED = {
		message: "Nothing can be added to 'Phone', because AlfaCRM shows it in an unknown format",
		description: expect.stringMatching(
			/set 'Multi-Value Fields' to Replace All Values\. Nothing was saved\.$/,
		),
	};

	it.each([[MAP], [[MAP]], [['+7(900)555-00-01', { value: '+7(900)555-00-03' }]]])(
		'is added to by no Update, nor by Create or Update: %j',
		async (shown) => {
			const id = shownAs(shown);
			expect((await school.run(update(id, 'add'))).error).toMatchObject(REFUSED);
			const upsert = (options: IDataObject, fieldsToSet: IDataObject): IDataObject => ({
				...{ resource: 'customer', operation: 'upsert', branchId: 1, inputMode: 'form', matchBy: 'email' },
				...{ email: 'mia@example.org', fieldsToSet, options: { searchBranches: [1], ...options } },
			});
			expect((await school.run(upsert({}, { phone }))).error).toMatchObject(REFUSED);
			expect(school.writes()).toEqual([]);
		},
	);

	it('is not sent back with the key by which it was found', async () => {
		shownAs(['+7(900)555-00-01', { value: '+7(900)555-00-03' }]);
		const { error } = await school.run({
			...{ resource: 'customer', operation: 'upsert', branchId: 1, inputMode: 'form', matchBy: 'phone' },
			...{ phone: '8 900 555 00 01', fieldsToSet: { note: 'x' } },
			options: { searchBranches: [1], listMode: 'replace' },
		});
		expect(error).toMatchObject(REFUSED);
		expect(school.writes()).toEqual([]);
	});

	it('can be replaced', async () => {
		const id = shownAs(MAP);
		await school.done(update(id, 'replace'));
		expect(school.row('customer', id).phone).toEqual(phone);
	});
});

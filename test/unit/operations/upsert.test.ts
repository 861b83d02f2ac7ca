import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

const PHONE = '+7(900)555-00-01';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const byPhone = (
	fieldsToSet: IDataObject = {},
	options: IDataObject = {},
	phone: unknown = PHONE,
): IDataObject => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'phone',
	phone: phone as string,
	simplify: false,
	fieldsToSet,
	options,
});

it('creates once, then changes only what differs', async () => {
	const first = await school.done(byPhone({ name: 'Мия', note: 'a' }));
	expect(first.json).toMatchObject([{ name: 'Мия', note: 'a', phone: [PHONE], operationResult: 'created' }]);
	const second = await school.done(byPhone({ name: 'Ия', note: 'b' }));
	expect(second.json).toMatchObject([
		{ name: 'Мия', note: 'b', operationResult: 'updated', changedFields: ['note'] },
	]);
	const third = await school.done(byPhone({ name: 'Ия', note: 'b' }));
	expect(third.json).toMatchObject([{ operationResult: 'unchanged', changedFields: [] }]);
	expect(school.writes()).toEqual(['customer/create', 'customer/update']);
	expect(school.rows('customer')).toHaveLength(1);
});

describe('a name that is longer than AlfaCRM takes', () => {
	const long = 'Орлова Александра Константиновна, 7 лет, мама Анастасия';
	const form = (options: IDataObject, fieldsToSet: IDataObject = {}): IDataObject => ({
		...byPhone(fieldsToSet, options),
		matchBy: 'phoneAndName',
		name: long,
	});

	it('is refused before anything is sent, also where it is what is looked for', async () => {
		for (const one of [form({}), byPhone({ name: long }), byPhone({ name: long }, { shortenTexts: false })]) {
			const { error } = await school.run(one);
			expect(error).toMatchObject({
				message: "'Name' has 55 characters; AlfaCRM accepts at most 50",
				description: "Shorten it, or turn on 'Shorten Long Texts' in 'Options'. Nothing was sent to AlfaCRM.",
			});
		}
		expect(school.calls).toEqual([]);
	});

	it('is shortened where that is wanted, and found again by what is left of it', async () => {
		for (const given of [{}, { name: long }]) {
			const { json, hints } = await school.done(form({ shortenTexts: true }, given));
			expect(json).toMatchObject([{ name: `${long.slice(0, 49)}…`, id: 1 }]);
			expect(hints).toEqual([
				"Texts that are longer than AlfaCRM takes were shortened: 'Name' to 50 characters",
			]);
		}
		expect(school.writes()).toEqual(['customer/create']);
	});

	it('may be what a record holds already, which stays so and is found', async () => {
		const id = school.lead({ name: long, phone: [PHONE] });
		const { json } = await school.done(byPhone({ note: 'x' }));
		expect(json).toMatchObject([{ id, name: long, operationResult: 'updated' }]);
		expect((await school.done({ ...form({}), operation: 'find', options: {} })).json).toMatchObject([{ id }]);
	});
});

describe('fields only for new ones', () => {
	it('are set at first and left alone later: type and name, unless others are chosen', async () => {
		const id = school.lead({ phone: [PHONE], note: 'a' });
		await school.done(byPhone({ name: 'Ия', is_study: 1, note: 'b' }));
		expect(school.row('customer', id)).toMatchObject({ name: 'Орлова Мия', is_study: 0, note: 'b' });
		await school.done(byPhone({ name: 'Ия', is_study: 1, note: 'c' }, { onlyForNew: ['note'] }));
		expect(school.row('customer', id)).toMatchObject({ name: 'Ия', is_study: 1, note: 'b' });
		await school.done(byPhone({ name: 'Мия', note: 'c' }, { onlyForNew: [] }));
		expect(school.row('customer', id)).toMatchObject({ name: 'Мия', note: 'c' });
	});

	it('are none where a record is matched by its ID', async () => {
		const id = school.lead({ phone: [PHONE] });
		const byId = { ...byPhone({ name: 'Ия', is_study: 1 }), matchBy: 'id', id };
		expect((await school.done(byId)).json).toMatchObject([{ changedFields: ['name', 'is_study'] }]);
		expect(school.writes()).toEqual(['customer/update']);
		expect(school.sent.at(-1)?.body).not.toHaveProperty('id');
	});
});

describe('a key', () => {
	it('that is empty stops, or creates where that is chosen', async () => {
		const { error } = await school.run(byPhone({ name: 'Мия' }, {}, ' '));
		expect(error?.message).toBe("'Phone' is empty, so no customer can be looked for");
		expect(error?.description).toContain("or let 'If Match Value Is Empty' create a record");
		expect(school.calls).toEqual([]);
		await school.done(byPhone({ name: 'Мия' }, { ifKeyEmpty: 'create' }, ' '));
		await school.done(byPhone({ name: 'Мия' }, { ifKeyEmpty: 'create' }, ' '));
		expect(school.calls).toEqual(['customer/create', 'customer/create']);
		// One that is filled is looked for all the same.
		await school.done(byPhone({ name: 'Мия' }, { ifKeyEmpty: 'create' }));
		await school.done(byPhone({ name: 'Мия' }, { ifKeyEmpty: 'create' }));
		expect(school.rows('customer')).toHaveLength(3);
	});

	it('by ID creates nobody', async () => {
		const nobody = { ...byPhone({ name: 'Мия' }), matchBy: 'id', id: 77 };
		const { error } = await school.run(nobody);
		expect(error).toMatchObject({ message: 'AlfaCRM has no customer with ID 77', httpCode: '404' });
		const id = school.lead({ removed: 1, e_date: '2024-01-01' });
		const archived = await school.run({ ...nobody, id, options: { ifArchived: 'create' } });
		expect(archived.error).toMatchObject({
			message: `Customer ${id} is archived, and a match by ID creates nothing`,
			description: "Choose in 'If the Match Is Archived' to update or skip it. Nothing was saved.",
		});
		expect(school.writes()).toEqual([]);
	});

	it('joins a list that does not hold it, and takes the spelling that is given', async () => {
		const id = school.lead({ phone: ['8 900 555 00 01'] });
		await school.done(byPhone({ note: 'a' }));
		expect(school.sent.at(-1)?.body).toEqual({ note: 'a' });
		await school.done(byPhone({ phone: '+7 900 555 00 01, 123-45-67' }));
		expect(school.row('customer', id).phone).toEqual([PHONE, '123-45-67']);
		const replace = { listMode: 'replace' };
		await school.done(byPhone({ note: 'b' }, replace));
		expect(school.row('customer', id).phone).toEqual([PHONE, '123-45-67']);
		await school.done(byPhone({ phone: '765-43-21' }, replace));
		expect(school.row('customer', id).phone).toEqual([PHONE, '765-43-21']);
	});

	it('of a text gives way to another value that is given, and keeps its own spelling otherwise', async () => {
		const id = school.lead({ name: 'орлова мия', dob: '04.09.2015' });
		const byName = (fieldsToSet: IDataObject) => ({
			...byPhone(fieldsToSet, { onlyForNew: [] }),
			matchBy: 'nameAndBirthDate',
			name: 'Орлова Мия',
			dob: '2015-09-04',
		});
		await school.done(byName({ note: 'a' }));
		expect(school.row('customer', id)).toMatchObject({ name: 'орлова мия', note: 'a' });
		await school.done(byName({ name: 'Орлова Мия' }));
		expect(school.row('customer', id).name).toBe('Орлова Мия');
		// A new record takes the spelling that is given, and is found by the key the next time.
		school.store.remove('customer', id);
		await school.done(byName({ name: 'ОРЛОВА МИЯ' }));
		expect(school.rows('customer')).toMatchObject([{ name: 'ОРЛОВА МИЯ', dob: '04.09.2015' }]);
		school.store.remove('customer', Number(school.rows('customer')[0].id));
		await school.done(byName({ name: 'Иванов' }));
		expect(school.rows('customer')).toMatchObject([{ name: 'Орлова Мия' }]);
	});
});

describe('empty values', () => {
	it('are left out of a new record, and of a change unless that is chosen', async () => {
		await school.done(byPhone({ name: 'Мия', note: '', dob: null, web: [], legal_type: '' }));
		expect(school.sent.at(-1)?.body).toEqual({
			name: 'Мия',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			phone: [PHONE],
		});
		const [{ id }] = school.rows('customer');
		school.store.patch('customer', Number(id), { note: 'a' } as never);
		await school.done(byPhone({ note: '' }));
		expect(school.row('customer', Number(id)).note).toBe('a');
		await school.done(byPhone({ note: '' }, { overwriteWithEmpty: true }));
		expect(school.row('customer', Number(id)).note).toBeNull();
	});
});

describe('several matches', () => {
	beforeEach(() => {
		for (const note of ['a', 'b', 'c']) school.lead({ phone: [PHONE], note });
	});

	it('stop, with their IDs', async () => {
		const { error } = await school.run(byPhone({ note: 'x' }));
		expect(error).toMatchObject({
			message: '3 customers match by Phone: 3 (lead), 2 (lead), 1 (lead)',
			description:
				"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM. Nothing was saved.",
		});
		expect(school.writes()).toEqual([]);
	});

	it('are all changed, or the first', async () => {
		const first = await school.done(byPhone({ note: 'x' }, { ifSeveral: 'newest' }));
		expect(first.json).toMatchObject([{ id: 3, operationResult: 'updated' }]);
		const all = await school.done(byPhone({ note: 'x' }, { ifSeveral: 'all' }));
		expect(all.json.map(({ id, operationResult }) => [id, operationResult])).toEqual([
			[3, 'unchanged'],
			[2, 'updated'],
			[1, 'updated'],
		]);
	});
});

describe('an archived match', () => {
	const archived = () => school.lead({ phone: [PHONE], removed: 1, e_date: '2024-01-01', note: 'a' });

	it.each<[string, string, string[], string[]]>([
		['update', 'updated', ['note'], ['customer/update']],
		['restore', 'updated', ['removed', 'note'], ['customer/update']],
		['skip', 'skipped', [], []],
	])('is treated as chosen: %s', async (ifArchived, operationResult, changedFields, writes) => {
		const id = archived();
		const { json, hints } = await school.done(byPhone({ note: 'b' }, { ifArchived }));
		expect(json).toMatchObject([{ id, operationResult, changedFields }]);
		expect(school.writes()).toEqual(writes);
		const hint =
			"Archived records match and stay in the archive; choose in 'If the Match Is Archived' to restore them: customer ";
		expect(hints).toEqual(ifArchived === 'update' ? [`${hint}${id}`] : []);
	});

	it.each(['update', 'restore', 'create', 'skip'])(
		'is another matter than an active one, which is updated: %s',
		async (ifArchived) => {
			const id = school.lead({ phone: [PHONE], note: 'a' });
			const { json } = await school.done(byPhone({ note: 'b' }, { ifArchived }));
			expect(json).toMatchObject([{ id, operationResult: 'updated', changedFields: ['note'] }]);
		},
	);

	it('is left alone for a new one', async () => {
		archived();
		const { json } = await school.done(byPhone({ name: 'Мия' }, { ifArchived: 'create' }));
		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.rows('customer')).toHaveLength(2);
	});

	it('that the item itself restores is not said to stay there', async () => {
		archived();
		const { json, hints } = await school.done(byPhone({ removed: false }));
		expect(json).toMatchObject([{ changedFields: ['removed'] }]);
		expect(hints).toEqual([]);
	});

	it.each([
		['update', true],
		['restore', false],
		['create', false],
		['skip', false],
	])(
		'that nobody knows to be one is changed only where that makes no difference: %s',
		async (ifArchived, isSaved) => {
			const id = school.lead({ phone: [PHONE], note: 'a', e_date: '2100-01-01' });
			school.onCall = (call, request) =>
				call === 'customer/index' && request.body.removed === 2 ? school.restless(request) : undefined;
			const { json, error } = await school.run(byPhone({ note: 'b' }, { ifArchived }));
			expect(school.row('customer', id).note).toBe(isSaved ? 'b' : 'a');
			if (isSaved) expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
			else
				expect(error).toMatchObject({
					message: `AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer ${id} is archived`,
					description: 'Run it again. Nothing was saved.',
				});
		},
	);

	it('of another branch is looked for there', async () => {
		const id = school.lead({ phone: [PHONE], branch_ids: [2] });
		const { json } = await school.done(byPhone({ note: 'b' }));
		expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(school.sent.at(-1)?.url).toContain('/v2api/2/customer/update');
	});
});

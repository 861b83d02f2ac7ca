import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { decide } from '../../nodes/AlfaCrm/operations/matching/decide';
import { random, spelled } from './support/phones';
import { useSchool } from './support/school';

const school = useSchool({ customers: 40 });

type Rows = readonly IDataObject[];
const customers = () => school.sandbox.store.rows('customer') as unknown as Rows;
const stored = (id: unknown) => school.sandbox.store.find('customer', id as number) as unknown as IDataObject;
const NATIONAL = '9005550001';
const FORMATTED = '+7(900)555-00-01';
const holders = () => customers().filter(({ phone }) => (phone as string[]).includes(FORMATTED));

const form = (
	fieldsToSet: INodeParameters = {},
	options: INodeParameters = {},
	more: INodeParameters = {},
) => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'phone',
	phone: '8 900 555 00 01',
	fieldsToSet: { name: 'Орлова Мия', ...fieldsToSet },
	options,
	...more,
});
const run = async (parameters: INodeParameters, items?: IDataObject[]) => {
	const { json, error } = await school.engine.run({ parameters, items });
	expect(error).toBeUndefined();
	return json;
};
const failing = async (parameters: INodeParameters) => {
	const before = school.records();
	const { error, status } = await school.engine.run({ parameters });
	expect(status).toBe('error');
	expect(school.records()).toEqual(before);
	return error;
};
const add = (row: IDataObject = {}) =>
	school.sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		is_study: 0,
		legal_type: 1,
		branch_ids: [1],
		phone: [FORMATTED],
		...row,
	} as never).id;
const ARCHIVED = '2025-01-31';
/** What comes to nothing only when the node runs; n8n itself refuses an empty field. */
const EMPTY = '={{ "" }}';

// ---------------------------------------------------------------- the table of decisions

const NUMBERS = [0, 1, 2];
const SEVERAL = ['refuse', 'newest', 'all'] as const;
const WHEN_ARCHIVED = ['update', 'restore', 'create', 'skip'] as const;
const TABLE = NUMBERS.flatMap((active) =>
	NUMBERS.flatMap((archived) =>
		SEVERAL.flatMap((ifSeveral) =>
			WHEN_ARCHIVED.map((ifArchived) => ({ active, archived, ifSeveral, ifArchived })),
		),
	),
);

/** The table of the README: what must come of so many active and archived matches. */
function expected({ active, archived, ifSeveral, ifArchived }: (typeof TABLE)[number]) {
	if (active === 0 && archived === 0) return { result: 'created', touched: 0 };
	if (active === 0 && ifArchived === 'create') return { result: 'created', touched: 0 };
	if (active === 0 && ifArchived === 'skip') return { result: 'skipped', touched: 1 };
	const candidates = active > 0 ? active : archived;
	if (candidates > 1 && ifSeveral === 'refuse') return { result: 'refused', touched: candidates };
	return { result: 'updated', touched: ifSeveral === 'all' ? candidates : 1 };
}

describe.each(TABLE)(
	'$active active and $archived archived matches, $ifSeveral, archived: $ifArchived',
	(row) => {
		const { active, archived, ifSeveral, ifArchived } = row;
		const { result, touched } = expected(row);

		it(`end as ${result}`, async () => {
			const ids = [
				...Array.from({ length: active }, () => add()),
				// Archived last, so that the newest of all is never the active one.
				...Array.from({ length: archived }, () => add({ e_date: ARCHIVED, is_study: 1 })),
			];
			const candidates = (active > 0 ? ids.slice(0, active) : ids).reverse();
			const parameters = form({ note: 'С сайта' }, { ifSeveral, ifArchived });

			if (result === 'refused') {
				const error = await failing(parameters);
				expect(error?.message).toBe(`${touched} customers match by Phone: ${candidates.join(', ')}`);
				return;
			}
			const before = customers().length;
			const json = await run(parameters);

			expect(json).toHaveLength(Math.max(1, touched));
			for (const one of json) expect(one.operationResult).toBe(result);
			expect(customers()).toHaveLength(before + (result === 'created' ? 1 : 0));
			const written = holders()
				.filter(({ note }) => note === 'С сайта')
				.map(({ id }) => id);
			if (result === 'created') return expect(written).toEqual([json[0].id]);
			expect(json.map(({ id }) => id)).toEqual(candidates.slice(0, touched));
			expect(written.sort()).toEqual(result === 'updated' ? candidates.slice(0, touched).sort() : []);
			for (const { id } of json) {
				const restored = active > 0 || ifArchived === 'restore';
				expect(stored(id).e_date).toBe(restored ? '2030-12-31' : ARCHIVED);
			}
		});
	},
);

it('the decision itself follows the same table', () => {
	for (const row of TABLE) {
		const matches = Array.from({ length: row.active + row.archived }, (_, id) => ({
			row: { id },
			at: 0,
			archived: id >= row.active,
		}));
		const decision = decide(matches, row);
		const { result, touched } = expected(row);
		const act = { created: 'create', skipped: 'skip', refused: 'refuse', updated: 'update' }[result];
		expect([row, decision.act]).toEqual([row, act]);
		if (decision.act !== 'create') expect(decision.matches).toHaveLength(touched);
	}
});

// ---------------------------------------------------------------- phones

describe('200 random spellings of one number', () => {
	const next = random(20_260_210);
	const spellings = Array.from({ length: 200 }, () => spelled(NATIONAL, next));

	it('are really different', () => {
		expect(new Set(spellings).size).toBeGreaterThan(150);
	});

	it.each(['digits', 'text'] as const)(
		'make one customer where the server looks at the %s of a number',
		async (phoneSearch) => {
			school.sandbox.settings.phoneSearch = phoneSearch;
			const before = customers().length;
			const json = await run(
				form({}, {}, { phone: '={{ $json.phone }}' }),
				spellings.map((phone) => ({ phone })),
			);
			expect(json.map(({ operationResult }) => operationResult)).toEqual([
				'created',
				...Array.from({ length: 199 }, () => 'unchanged'),
			]);
			expect(customers()).toHaveLength(before + 1);
			expect(school.entries('customer/create')).toHaveLength(1);
			expect(school.entries('customer/update')).toHaveLength(0);
		},
	);

	it('find any of the stored forms, each in a run of its own', async () => {
		const forms = [FORMATTED, '89005550001', '9005550001', '+7 900 555-00-01', '7 (900) 555 00 01'];
		const id = add();
		for (const [index, phone] of forms.entries()) {
			school.sandbox.store.patch('customer', id, { phone: [phone] });
			for (const spelling of spellings.slice(index * 8, index * 8 + 8)) {
				expect(await run(form({}, {}, { phone: spelling }))).toMatchObject([
					{ id, operationResult: 'unchanged' },
				]);
			}
		}
	});
});

// ---------------------------------------------------------------- the same job twice

describe('the job that makes a lead of a form', () => {
	const job = form({ email: ['mia@example.org'], note: 'С сайта', is_study: 0 });

	it('leaves one customer when it is run twice, and says what it did', async () => {
		const [first] = await run(job);
		const [second] = await run(job);
		expect(first).toMatchObject({ operationResult: 'created', name: 'Орлова Мия', phone: FORMATTED });
		expect(first.changedFields).toEqual(
			expect.arrayContaining(['name', 'phone', 'email', 'note', 'is_study', 'legal_type', 'branch_ids']),
		);
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', changedFields: [] });
		expect(holders()).toHaveLength(1);
		expect(school.entries('customer/update')).toHaveLength(0);
	});

	it('leaves one customer when the answer to its create is lost and it is run again', async () => {
		school.sandbox.faults.add({
			kind: 'reset',
			match: { entity: 'customer', action: 'create' },
			when: 'after',
		});
		const { status } = await school.engine.run({ parameters: job });
		expect(status).toBe('error');
		expect(await run(job)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(holders()).toHaveLength(1);
	});

	it('leaves one customer when it runs twice at the same moment', async () => {
		const results = await Promise.all([run(job), run(form(job.fieldsToSet, {}, { phone: '+79005550001' }))]);
		expect(results.flat().map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged']);
		expect(holders()).toHaveLength(1);
	});

	it('leaves one customer when two jobs at the same moment share a part of their keys', async () => {
		const both = { matchBy: 'phoneOrEmail', email: 'mia@example.org' };
		const results = await Promise.all([
			run(form({}, {}, both)),
			run(form({}, {}, { matchBy: 'email', email: 'MIA@example.org' })),
			run(form({}, {}, { phone: '+79005550001' })),
		]);
		expect(results.flat().map(({ operationResult }) => operationResult)).toEqual([
			'created',
			'unchanged',
			'unchanged',
		]);
		expect(holders()).toHaveLength(1);
	});

	it('loses nothing when lists show a customer as it was before the last item', async () => {
		const id = add();
		school.sandbox.faults.add({
			kind: 'mutate',
			match: { entity: 'customer', action: 'update' },
			when: 'after',
			changes: [{ entity: 'customer', id, patch: { email: [] } }],
		});
		const json = await run(form({ email: '={{ [$json.email] }}' }), [
			{ email: 'mia@example.org' },
			{ email: 'mama@example.org' },
		]);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['updated', 'updated']);
		expect(stored(id).email).toEqual(['mia@example.org', 'mama@example.org']);
	});

	it('leaves one customer when two items are about it and lists show it late', async () => {
		const { sandbox } = school;
		const original = sandbox.store.onChange;
		sandbox.store.onChange = (change) => {
			original(change);
			if (change.entity.path === 'customer' && change.after) sandbox.store.hide('customer', change.after.id);
		};
		try {
			const parameters = form(
				{ email: '={{ [$json.email] }}', branch_ids: '={{ [$json.branch] }}' },
				{},
				{ phone: '={{ $json.phone }}' },
			);
			const json = await run(parameters, [
				{ phone: '+7 900 555-00-01', email: 'mia@example.org', branch: 1 },
				{ phone: '89005550001', email: 'mama@example.org', branch: 2 },
				{ phone: '9005550001', email: 'papa@example.org', branch: 1 },
			]);
			expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'updated', 'updated']);
			expect(json.map(({ changedFields }) => changedFields).slice(1)).toEqual([
				['branch_ids', 'email'],
				['email'],
			]);
		} finally {
			sandbox.store.onChange = original;
		}
		expect(holders()).toMatchObject([
			{ email: ['mia@example.org', 'mama@example.org', 'papa@example.org'], branch_ids: [1, 2] },
		]);
	});
});

// ---------------------------------------------------------------- where it looks

describe('the search', () => {
	it('finds leads and clients in every branch of the account, and saves there', async () => {
		school.sandbox.settings.otherBranch = 'missing';
		const id = add({ branch_ids: [3], is_study: 1 });
		expect(await run(form({ note: 'Новое' }))).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(school.entries('customer/update').map(({ path }) => path)).toEqual(['/v2api/3/customer/update']);
		expect(stored(id)).toMatchObject({ note: 'Новое', branch_ids: [3], is_study: 1 });
	});

	it('stays in the chosen branches', async () => {
		add({ branch_ids: [3] });
		expect(await run(form({}, { searchBranches: [1, 2] }))).toMatchObject([{ operationResult: 'created' }]);
		expect(school.calls()).not.toContain('branch/index');
		expect(holders()).toHaveLength(2);
	});

	it('takes a customer of several branches for one', async () => {
		const id = add({ branch_ids: [1, 2, 3] });
		expect(await run(form())).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('believes no filter: a longer number with the same end is another customer', async () => {
		add({ phone: ['+375 44 9005550001'] });
		const near = add({ phone: ['+7(901)555-00-01'] });
		const [made] = await run(form());
		expect(made.operationResult).toBe('created');
		expect(made.id).not.toBe(near);
	});

	it('finds the customer where AlfaCRM ignores the filter', async () => {
		school.sandbox.settings.ignoredFilters = ['customer.phone'];
		const id = add();
		expect(await run(form())).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('costs one call for each branch once AlfaCRM showed how it looks for phones, one for the list of branches and one to create', async () => {
		await run(form());
		expect(school.calls()).toEqual([
			'auth/login',
			'branch/index',
			...Array.from({ length: 4 }, () => 'customer/index'),
			'customer/create',
		]);
	});

	it('lists the branches once for all items', async () => {
		await run(form({}, {}, { phone: '={{ $json.phone }}' }), [
			{ phone: '89005550001' },
			{ phone: '89005550002' },
			{ phone: '89005550003' },
		]);
		expect(school.entries('branch/index')).toHaveLength(1);
	});
});

// ---------------------------------------------------------------- keys

describe('keys', () => {
	const by = (matchBy: string, values: INodeParameters, fields: INodeParameters = {}) => ({
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy,
		fieldsToSet: { note: 'Найден', ...fields },
		...values,
	});
	const one = () =>
		add({
			name: 'Артём  Соколов',
			email: ['Family@Example.org'],
			dob: '04.09.2015',
			custom_dogovor: 'Д-77',
		});

	it.each<[string, INodeParameters]>([
		['email', { email: 'family@example.ORG' }],
		['nameAndBirthDate', { name: 'артем соколов', dob: '2015-09-04' }],
		['phoneAndName', { phone: '8(900)5550001', name: 'Артём Соколов' }],
		['phoneOrEmail', { phone: '', email: 'family@example.org' }],
		['phoneOrEmail', { phone: '9005550001', email: 'someone@example.org' }],
		['customField', { matchField: 'custom_dogovor', matchValue: 'Д-77' }],
	])('%s finds %j', async (matchBy, values) => {
		const id = one();
		const [saved] = await run(by(matchBy, values));
		expect(saved).toMatchObject({ id, operationResult: 'updated' });
		expect(stored(id)).toMatchObject({ name: 'Артём  Соколов', note: 'Найден' });
	});

	it.each<[string, INodeParameters]>([
		['email', { email: 'family@example.orgs' }],
		['nameAndBirthDate', { name: 'Артём Соколов', dob: '2015-09-05' }],
		['phoneAndName', { phone: '89005550001', name: 'Артём Соколовский' }],
		['phoneOrEmail', { phone: '89005550009', email: 'other@example.org' }],
		['customField', { matchField: 'custom_dogovor', matchValue: 'Д-7' }],
	])('%s takes no other for %j', async (matchBy, values) => {
		const id = one();
		const [saved] = await run(by(matchBy, values, 'name' in values ? {} : { name: 'Новый Лид' }));
		expect(saved.operationResult).toBe('created');
		expect(saved.id).not.toBe(id);
	});

	it('id updates what is there and creates nothing in its place', async () => {
		const id = one();
		const pick = (value: number) => ({ id: { __rl: true, mode: 'id', value: String(value) } });
		expect(await run(by('id', pick(id)))).toMatchObject([{ id, operationResult: 'updated' }]);
		const error = await failing(by('id', pick(9_999)));
		expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
	});

	it('adds what the other half of the key did not have', async () => {
		const id = one();
		const [saved] = await run(by('phoneOrEmail', { phone: '9005550009', email: 'family@example.org' }));
		expect(saved).toMatchObject({ id, changedFields: ['note', 'phone'] });
		expect(stored(id).phone).toEqual([FORMATTED, '+7(900)555-00-09']);
	});

	it.each<[string, INodeParameters, RegExp]>([
		['phone', { phone: EMPTY }, /^'Phone' is empty, so no customer can be looked for$/],
		['phone', { phone: ' - ' }, /^'Phone' is empty/],
		['nameAndBirthDate', { name: 'Мия', dob: EMPTY }, /^'Name' and 'Date of Birth' are not both filled/],
		['nameAndBirthDate', { name: 'Мия', dob: 'весной' }, /^'Date of Birth' must be a date/],
		['phoneOrEmail', { phone: '', email: '' }, /^Neither 'Phone' nor 'Email' is filled, so no customer/],
		['customField', { matchField: 'school', matchValue: '1' }, /no name of a custom field: "school"/],
		['customField', { matchField: 'custom_school', matchValue: EMPTY }, /^'custom_school' is empty/],
	])('%s refuses %j before a call', async (matchBy, values, message) => {
		const error = await failing(by(matchBy, values, { name: 'Мия' }));
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});

	it('that are empty create a record only if that is chosen', async () => {
		const before = customers().length;
		const json = await run({
			...by('phone', { phone: EMPTY }, { name: 'Без Телефона' }),
			options: { ifKeyEmpty: 'create' },
		});
		expect(json).toMatchObject([{ name: 'Без Телефона', operationResult: 'created' }]);
		expect(customers()).toHaveLength(before + 1);
		expect(school.calls().filter((call) => call.endsWith('index'))).toEqual([]);
	});
});

// ---------------------------------------------------------------- what it writes

describe('the update', () => {
	it('sends nothing when everything is the same in another spelling', async () => {
		add({
			dob: '04.09.2015',
			email: ['MIA@example.org'],
			teacher_ids: [2, 1],
			assigned_id: 4,
			custom_school: '12',
			is_study: 1,
		});
		const [saved] = await run(
			form({
				dob: '2015-09-04T00:00:00.000+03:00',
				email: ['mia@example.org'],
				teacher_ids: ['1', '2'],
				assigned_id: '4',
				legal_type: '1',
				removed: false,
				customFields: { values: [{ name: 'custom_school', value: ' 12 ' }] },
			}),
		);
		expect(saved).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.entries('customer/update')).toEqual([]);
	});

	it('sends only what differs', async () => {
		const id = add({ note: 'Старое', assigned_id: 4 });
		const [saved] = await run(form({ note: 'Новое', assigned_id: 4 }));
		expect(saved).toMatchObject({ id, operationResult: 'updated', changedFields: ['note'] });
		expect(school.entries('customer/update').map(({ body }) => body)).toEqual([{ note: 'Новое' }]);
	});

	it('passes over empty values unless they are to empty the field', async () => {
		const id = add({ note: 'Важное', email: ['mia@example.org'], lead_source_id: 1 });
		const empty = {
			note: '',
			email: [],
			lead_source_id: '',
			customFields: { values: [{ name: 'custom_school', value: '' }] },
		};
		expect(await run(form(empty))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id)).toMatchObject({ note: 'Важное', email: ['mia@example.org'], lead_source_id: 1 });

		const [saved] = await run(form(empty, { overwriteWithEmpty: true }));
		expect([...(saved.changedFields as string[])].sort()).toEqual(['email', 'lead_source_id', 'note']);
		expect(stored(id)).toMatchObject({ note: null, email: [], lead_source_id: null });
	});

	it('does not take the empty half of a key for a value that empties a field', async () => {
		const id = add({ email: ['mia@example.org'] });
		const parameters = form(
			{},
			{ overwriteWithEmpty: true },
			{ matchBy: 'phoneOrEmail', email: 'mia@example.org' },
		);
		for (const phone of [EMPTY, ' - ']) {
			expect(await run({ ...parameters, phone })).toMatchObject([{ id, operationResult: 'unchanged' }]);
		}
		expect(stored(id).phone).toEqual([FORMATTED]);
	});

	it('adds to lists, or replaces them if that is chosen', async () => {
		const id = add({ phone: [FORMATTED, '+7(900)555-00-02'], branch_ids: [1] });
		await run(form({ phone: ['8 900 555-00-02', '8 900 555-00-03'], branch_ids: [2] }));
		expect(stored(id)).toMatchObject({
			phone: [FORMATTED, '+7(900)555-00-02', '+7(900)555-00-03'],
			branch_ids: [1, 2],
		});
		await run(form({ branch_ids: [3] }, { listMode: 'replace' }));
		// The key finds the record; it does not stand in for its list.
		expect(stored(id)).toMatchObject({
			phone: [FORMATTED, '+7(900)555-00-02', '+7(900)555-00-03'],
			branch_ids: [3],
		});
	});

	it('does not turn a client back into a lead, unless that is chosen', async () => {
		const id = add({ is_study: 1 });
		expect(await run(form({ is_study: 0 }))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id).is_study).toBe(1);
		expect(await run(form({ is_study: 0 }, { onlyForNew: [] }))).toMatchObject([
			{ changedFields: ['is_study'] },
		]);
		expect(stored(id).is_study).toBe(0);
	});

	it('leaves alone what is only for new ones', async () => {
		const id = add({ lead_status_id: 3 });
		const options = { onlyForNew: ['is_study', 'lead_status_id'] };
		expect(await run(form({ lead_status_id: 1 }, options))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id).lead_status_id).toBe(3);
		const [made] = await run(form({ lead_status_id: 1 }, options, { phone: '89005550077' }));
		expect(stored(made.id).lead_status_id).toBe(1);
	});

	it.each(['full', 'partial'] as const)('keeps the phone where an update is %s', async (updateMode) => {
		school.sandbox.settings.updateMode = updateMode;
		const id = add();
		const { error } = await school.engine.run({ parameters: form({ note: 'Новое' }) });
		if (updateMode === 'full') expect(error?.message).toContain('AlfaCRM did not update customer');
		expect(stored(id).phone).toEqual([FORMATTED]);
	});
});

describe('bad input', () => {
	it.each<[string, INodeParameters, RegExp]>([
		['a field that is no date', form({ dob: 'скоро' }), /^'Date of Birth' must be a date/],
		[
			'a key that there is not',
			form({}, {}, { matchBy: 'shoeSize' }),
			/^'Match By' must be one of .*"shoeSize"/,
		],
		[
			'an unknown field in JSON',
			form({}, {}, { inputMode: 'json', json: '{"fone":"1"}' }),
			/has no field "fone"/,
		],
		[
			'an ID in JSON, which is no field',
			form({}, {}, { inputMode: 'json', json: '{"id":1}' }),
			/has no field "id"/,
		],
	])('%s is refused before a call', async (_what, parameters, message) => {
		const error = await failing(parameters);
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});

	it('a new customer without a name is refused after the search, and nothing is saved', async () => {
		const error = await failing(form({ name: '' }));
		expect(error?.message).toBe("'Name' is empty, but AlfaCRM requires it");
		expect(school.calls()).not.toContain('customer/create');
	});
});

it('takes the other fields as JSON, as an AI agent gives them', async () => {
	const json = await run(
		form({}, {}, { inputMode: 'json', json: { name: 'Из Агента', email: 'agent@example.org' } as never }),
	);
	expect(json).toMatchObject([
		{ name: 'Из Агента', phone: FORMATTED, email: 'agent@example.org', operationResult: 'created' },
	]);
	expect(Object.keys(json[0]).length).toBeLessThanOrEqual(12);
});

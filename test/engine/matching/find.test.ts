import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });

const PHONE = '+7(900)555-00-01';
const add = (row: IDataObject = {}) =>
	school.sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		is_study: 0,
		legal_type: 1,
		branch_ids: [1],
		phone: [PHONE],
		...row,
	} as never).id;
const form = (options: INodeParameters = {}, more: INodeParameters = {}) => ({
	resource: 'customer',
	operation: 'find',
	branchId: 1,
	matchBy: 'phone',
	phone: '8 900 555 00 01',
	options,
	...more,
});
const run = async (parameters: INodeParameters) => {
	const before = school.records();
	const { json, error } = await school.engine.run({ parameters });
	expect(error).toBeUndefined();
	// Finding changes nothing.
	expect(school.records()).toEqual(before);
	return json;
};

describe('find a customer', () => {
	it('returns all that match if that is chosen: active ones first, clients before leads, the newest first', async () => {
		const ids = [add({ is_study: 1, branch_ids: [3] }), add(), add({ is_study: 1, e_date: '2025-01-31' })];
		const all = { ifSeveral: 'all' };
		expect((await run(form(all))).map(({ id }) => id)).toEqual(ids);
		expect((await run(form({ ...all, archived: false }))).map(({ id }) => id)).toEqual([ids[0], ids[1]]);
		expect((await run(form({ ifSeveral: 'newest' }))).map(({ id }) => id)).toEqual([ids[0]]);
		school.sandbox.store.remove('customer', ids[0]);
		school.sandbox.store.remove('customer', ids[1]);
		const archived = add({ is_study: 1, e_date: '2025-02-28' });
		expect((await run(form({ ifSeveral: 'newest' }))).map(({ id }) => id)).toEqual([archived]);
	});

	it('looks in the branches that are chosen', async () => {
		const ids = [add(), add({ branch_ids: [3] }), add({ branch_ids: [2] })];
		expect((await run(form({ searchBranches: [3] }))).map(({ id }) => id)).toEqual([ids[1]]);
	});

	it('stops at several unless it is told otherwise, says what each is, and how siblings are told apart', async () => {
		const ids = [add(), add({ is_study: 1 }), add({ e_date: '2025-01-31' })];
		const { error } = await school.engine.run({ parameters: form() });
		expect(error?.message).toBe(
			`3 customers match by Phone: ${ids[1]} (client), ${ids[0]} (lead), ${ids[2]} (lead, archived)`,
		);
		expect(error?.description).toBe(
			"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM. Nothing was saved.",
		);
		expect(
			await run(
				form(
					{},
					{ matchBy: 'phoneAndName', name: 'Орлова Мия', options: { archived: false, ifSeveral: 'newest' } },
				),
			),
		).toMatchObject([{ id: ids[1] }]);
		// One that is not to be returned does not count.
		school.sandbox.store.remove('customer', ids[0]);
		expect(await run(form({ archived: false }))).toMatchObject([{ id: ids[1] }]);
	});

	it('has a hint where several go on', async () => {
		const ids = [add(), add({ is_study: 1 })];
		const { hints } = await school.engine.run({ parameters: form({ ifSeveral: 'all' }) });
		expect(hints).toEqual([
			`Several customers match and all are returned, so the next nodes, such as a payment, run once for each: ${ids[1]} (client), ${ids[0]} (lead)`,
		]);
		expect((await school.engine.run({ parameters: form({ ifSeveral: 'newest' }) })).hints).toEqual([]);
		const update = form({ ifSeveral: 'all' }, { operation: 'upsert', fieldsToSet: { note: 'С сайта' } });
		expect((await school.engine.run({ parameters: update })).hints).toHaveLength(1);
	});

	it('says that there is none', async () => {
		const { error } = await school.engine.run({ parameters: form() });
		expect(error?.message).toBe('AlfaCRM has no customer with this phone');
		expect(error?.description).toContain("'If None Matches'");
		expect(error?.httpCode).toBe('404');
	});

	it.each<[string, IDataObject[]]>([
		['nothing', []],
		['item', [{ matchFound: false }]],
	])('goes on without one when %s is chosen', async (ifNone, wanted) => {
		expect(await run(form({ ifNone }))).toEqual(wanted);
	});

	it('refuses an empty key, whatever is to happen when none matches', async () => {
		const { error } = await school.engine.run({
			parameters: form({ ifNone: 'nothing' }, { phone: '={{ "" }}' }),
		});
		expect(error?.message).toBe("'Phone' is empty, so no customer can be looked for");
		expect(school.calls()).toEqual([]);
	});

	it('is small unless the raw record is asked for', async () => {
		add();
		const [simple] = await run(form());
		const [raw] = await run(form({}, { simplify: false }));
		const fields = Object.keys(simple).filter((name) => name in raw);
		expect(fields.length).toBeLessThanOrEqual(10);
		expect(Object.keys(raw).length).toBeGreaterThan(25);
	});
});

/** A record of each other entity that can be told by a key. */
const NAMED = entities.filter(({ resource, match }) => match && resource !== 'customer');
const EXTRA: Record<string, INodeParameters> = {
	room: { color_id: '3', weight: 7 },
	leadSource: { code: 'fair' },
};

describe.each(NAMED.map(({ resource, path, scope }) => [resource, path, scope] as const))(
	'%s',
	(resource, path, scope) => {
		const branch: INodeParameters = scope === 'branch' ? { branchId: 2 } : {};
		const by = { resource, ...branch, matchBy: 'name' };
		const rows = () => school.sandbox.store.rows(path) as unknown as IDataObject[];

		it('is created once, then found by its name, and then only what differs is saved', async () => {
			const before = rows().length;
			const upsert = async (name: string, more: INodeParameters = {}) => {
				const { json, error } = await school.engine.run({
					parameters: {
						...by,
						operation: 'upsert',
						name,
						fieldsToSet: { ...EXTRA[resource], ...more },
						options: {},
					},
				});
				expect(error).toBeUndefined();
				return json[0];
			};
			const made = await upsert('Новая Запись');
			expect(made.operationResult).toBe('created');
			expect(rows()).toHaveLength(before + 1);
			expect(await upsert('новая запись ')).toMatchObject({ id: made.id, operationResult: 'unchanged' });
			expect(rows()).toHaveLength(before + 1);
			expect(school.entries(`${path}/update`)).toEqual([]);

			const [found] = (
				await school.engine.run({
					parameters: { ...by, operation: 'find', name: 'НОВАЯ ЗАПИСЬ', options: {} },
				})
			).json;
			expect(found.id).toBe(made.id);

			const field = resource === 'group' ? 'limit' : 'weight';
			expect(await upsert('Новая Запись', { [field]: 9 })).toMatchObject({
				id: made.id,
				operationResult: 'updated',
				changedFields: [field],
			});
			expect(rows().find(({ id }) => id === made.id)).toMatchObject({ name: 'Новая Запись', [field]: 9 });
		});
	},
);

it('a subject that is not active is found too, and not made a second time', async () => {
	school.sandbox.settings.subjectDefault = 'active';
	const [{ id, name }] = school.sandbox.store.rows('subject');
	for (const row of school.sandbox.store.rows('subject')) {
		school.sandbox.store.patch('subject', row.id, { is_active: 0 });
	}
	const { json } = await school.engine.run({
		parameters: {
			resource: 'subject',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'name',
			name: name as string,
			fieldsToSet: {},
			options: {},
		},
	});
	expect(json).toMatchObject([{ id, operationResult: 'unchanged' }]);
});

it('a lead source is told by its code', async () => {
	const [source] = school.sandbox.store.rows('lead-source');
	const { json } = await school.engine.run({
		parameters: {
			resource: 'leadSource',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'code',
			code: source.code as string,
			fieldsToSet: { name: 'Другое имя' },
			options: {},
		},
	});
	expect(json).toMatchObject([{ id: source.id, operationResult: 'updated', changedFields: ['name'] }]);
});

describe('a group', () => {
	const upsert = async (fieldsToSet: INodeParameters, options: INodeParameters = {}) =>
		await school.engine.run({
			parameters: {
				resource: 'group',
				operation: 'upsert',
				branchId: 1,
				matchBy: 'name',
				name: 'Шахматы Сб 10:00',
				fieldsToSet,
				options,
			},
		});
	const add = (row: IDataObject) =>
		school.sandbox.store.insert('group', { name: 'Шахматы Сб 10:00', branch_ids: [1], ...row } as never).id;
	const stored = (id: number) => school.sandbox.store.find('group', id) as unknown as IDataObject;

	it('that is archived is restored if chosen, and one whose last day has come is not taken for archived', async () => {
		const id = add({ removed: 1, e_date: '2025-05-31' });
		expect((await upsert({ limit: 8 }, { ifArchived: 'restore' })).json).toMatchObject([
			{ id, operationResult: 'updated', changedFields: ['removed', 'limit'] },
		]);
		expect(stored(id)).toMatchObject({ removed: 0, limit: 8, e_date: '2025-05-31' });
		expect((await upsert({ limit: 8 })).json).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('in another branch is another group', async () => {
		const id = add({ branch_ids: [2] });
		const { json } = await upsert({});
		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(json[0].id).not.toBe(id);
	});

	it('whose teachers AlfaCRM shows by name gets none added, and nothing is saved', async () => {
		const id = add({ teacher_ids: [1] });
		school.sandbox.settings.groupTeachers = 'names';
		const { error } = await upsert({ teacher_ids: [2] });
		expect(error?.message).toBe("Nothing can be added to 'Teacher', because AlfaCRM shows no IDs in it");
		expect(school.calls()).not.toContain('group/update');
		expect((await upsert({ teacher_ids: [2] }, { listMode: 'replace' })).error).toBeUndefined();
		expect(stored(id).teacher_ids).toEqual([2]);
	});
});

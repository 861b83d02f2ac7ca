import type { IDataObject } from 'n8n-workflow';

import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

interface Row {
	resource: string;
	path: string;
	/** Where calls go: the branch in the URL, none for global entities. */
	branch?: number;
	create: { given: IDataObject; sent: IDataObject };
	update: { given: IDataObject; sent: IDataObject };
}

const rows: Row[] = [
	{
		resource: 'branch',
		path: 'branch',
		create: {
			given: { name: 'Южный', is_active: true, additionalFields: { subject_ids: [1, 2], weight: 40 } },
			sent: { name: 'Южный', is_active: 1, subject_ids: [1, 2], weight: 40 },
		},
		update: { given: { is_active: false }, sent: { is_active: 0 } },
	},
	{
		resource: 'location',
		path: 'location',
		branch: 2,
		create: {
			given: { name: 'ул. Примерная, 7', is_active: true, additionalFields: { weight: 3 } },
			sent: { name: 'ул. Примерная, 7', is_active: 1, branch_id: 2, weight: 3 },
		},
		update: { given: { name: 'ул. Примерная, 9' }, sent: { name: 'ул. Примерная, 9' } },
	},
	{
		resource: 'customer',
		path: 'customer',
		branch: 1,
		create: {
			given: { name: 'Пробный Лид', is_study: 0, legal_type: 1, additionalFields: { note: 'С сайта' } },
			sent: { name: 'Пробный Лид', is_study: 0, legal_type: 1, branch_ids: [1], note: 'С сайта' },
		},
		update: {
			given: { lead_status_id: 2, note: 'Перезвонить' },
			sent: { lead_status_id: 2, note: 'Перезвонить' },
		},
	},
	{
		resource: 'subject',
		path: 'subject',
		branch: 1,
		create: {
			given: { name: 'Шахматы', additionalFields: { weight: 9 } },
			sent: { name: 'Шахматы', weight: 9 },
		},
		update: { given: { name: 'Шашки' }, sent: { name: 'Шашки' } },
	},
	{
		resource: 'studyStatus',
		path: 'study-status',
		branch: 1,
		create: { given: { name: 'В отпуске', is_enabled: true }, sent: { name: 'В отпуске', is_enabled: 1 } },
		update: { given: { is_enabled: false }, sent: { is_enabled: 0 } },
	},
	{
		resource: 'leadStatus',
		path: 'lead-status',
		branch: 1,
		create: {
			given: { name: 'Перезвонить', is_enabled: true, additionalFields: { weight: 5 } },
			sent: { name: 'Перезвонить', is_enabled: 1, weight: 5 },
		},
		update: { given: { name: 'Перезвонить завтра' }, sent: { name: 'Перезвонить завтра' } },
	},
	{
		resource: 'leadSource',
		path: 'lead-source',
		branch: 1,
		create: {
			given: { name: 'Выставка', code: 'expo', is_enabled: false },
			sent: { name: 'Выставка', code: 'expo', is_enabled: 0 },
		},
		update: { given: { code: 'expo2' }, sent: { code: 'expo2' } },
	},
];

describe.each(rows)('$resource', ({ resource, path, branch, create, update }) => {
	const run = async (operation: string, more: IDataObject) => {
		const branchId = branch === undefined ? {} : { branchId: branch };
		const result = await school.engine.run({
			parameters: { resource, operation, simplify: false, ...branchId, ...more } as never,
		});
		expect(result.error).toBeUndefined();
		return result.json;
	};
	const url = (action: string) =>
		['/v2api', branch, path, action].filter((part) => part !== undefined).join('/');
	const last = () => school.sandbox.journal.at(-1);
	const stored = (id: unknown) => school.sandbox.store.find(path, id as number);

	it('is created, read, listed, updated and deleted', async () => {
		const before = school.sandbox.store.rows(path).length;

		const [created] = await run('create', create.given);
		expect(last()).toMatchObject({ path: url('create'), query: {}, body: create.sent });
		expect(school.sandbox.store.rows(path)).toHaveLength(before + 1);
		expect(stored(created.id)).toMatchObject(create.sent);
		expect(created).toMatchObject(create.sent);

		const [read] = await run('get', { id: created.id });
		expect(last()).toMatchObject({ path: url('index'), body: { id: created.id, page: 0 } });
		expect(read).toEqual(created);

		const views = resource === 'customer' ? { is_study: 2, removed: 1 } : {};
		const list = await run('getAll', { returnAll: true, ...views });
		const visible = (school.sandbox.store.rows(path) as unknown as IDataObject[]).filter(
			(row) => branch === undefined || [row.branch_ids ?? row.branch_id ?? branch].flat().includes(branch),
		);
		expect(list.map(({ id }) => id).sort()).toEqual(visible.map(({ id }) => id).sort());

		const [updated] = await run('update', { id: created.id, updateFields: update.given });
		expect(last()).toMatchObject({
			path: url('update'),
			query: { id: String(created.id) },
			body: update.sent,
		});
		expect(stored(created.id)).toMatchObject({ ...create.sent, ...update.sent });
		expect(updated).toMatchObject({ id: created.id, ...update.sent });

		expect(await run('delete', { id: created.id })).toEqual([{ id: created.id, deleted: true }]);
		expect(last()).toMatchObject({ path: url('delete'), query: { id: String(created.id) } });
		expect(stored(created.id)).toBeUndefined();
	});
});

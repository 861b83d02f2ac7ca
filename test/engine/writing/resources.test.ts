import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Sandbox } from '../../../sandbox';
import { pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });

/** Some record of the school. */
const any = (
	sandbox: Sandbox,
	path: string,
	wanted: (row: IDataObject) => boolean = () => true,
): IDataObject => {
	const found = (sandbox.store.rows(path) as unknown as IDataObject[]).find(wanted);
	if (found === undefined) throw new Error(`The school has no such ${path}`);
	return found;
};
const inBranch1 = (row: IDataObject) =>
	[row.branch_ids ?? row.branch_id ?? 1].flat().some((branch) => Number(branch) === 1);
const client = (sandbox: Sandbox) =>
	any(sandbox, 'customer', (row) => row.is_study === 1 && row.e_date === '2030-12-31' && inBranch1(row))
		.id as number;
const group = (sandbox: Sandbox) => any(sandbox, 'group', inBranch1).id as number;
const of = (sandbox: Sandbox, path: string) => any(sandbox, path, inBranch1).id as number;

interface Writable {
	resource: string;
	/** IDs that the form asks for and the query carries. */
	keys?: (sandbox: Sandbox) => IDataObject;
	create: (sandbox: Sandbox) => INodeParameters;
	/** Where the wire differs from what was given, besides the branch. */
	sent?: (sandbox: Sandbox) => IDataObject;
	/** Fields of the stored record, where they differ from what was sent. */
	stored?: (sandbox: Sandbox) => IDataObject;
	/** What shows it in a list that would leave it out. */
	list?: INodeParameters;
	update: INodeParameters;
	updated?: IDataObject;
	/** In the body of a create besides the given fields. */
	branch?: IDataObject;
}

const writable: Writable[] = [
	{
		resource: 'branch',
		create: () => ({ name: 'Южный', is_active: true, subject_ids: [1, 2], weight: 40 }),
		sent: () => ({ is_active: 1 }),
		update: { is_active: false },
		updated: { is_active: 0 },
	},
	{
		resource: 'location',
		create: () => ({ name: 'ул. Примерная, 7', is_active: true, weight: 3 }),
		sent: () => ({ is_active: 1 }),
		branch: { branch_id: 1 },
		update: { name: 'ул. Примерная, 9' },
	},
	{
		resource: 'customer',
		create: () => ({ name: 'Пробный Лид', is_study: 0, legal_type: 1, note: 'С сайта' }),
		branch: { branch_ids: [1] },
		list: { is_study: 2 },
		update: { lead_status_id: 2, note: 'Перезвонить' },
	},
	{ resource: 'subject', create: () => ({ name: 'Шахматы', weight: 9 }), update: { name: 'Шашки' } },
	{
		resource: 'studyStatus',
		create: () => ({ name: 'В отпуске', is_enabled: true }),
		sent: () => ({ is_enabled: 1 }),
		update: { is_enabled: false },
		updated: { is_enabled: 0 },
	},
	{
		resource: 'leadStatus',
		create: () => ({ name: 'Перезвонить', is_enabled: true, weight: 5 }),
		sent: () => ({ is_enabled: 1 }),
		update: { name: 'Перезвонить завтра' },
	},
	{
		resource: 'leadSource',
		create: () => ({ name: 'Выставка', code: 'expo', is_enabled: false }),
		sent: () => ({ is_enabled: 0 }),
		update: { code: 'expo2' },
	},
	{
		resource: 'leadReject',
		create: () => ({ name: 'Дорого', is_enabled: true }),
		sent: () => ({ is_enabled: 1 }),
		update: { name: 'Далеко' },
	},
	{
		resource: 'group',
		create: () => ({ name: 'Шахматы Ср 18:00', limit: 6, b_date: '2026-01-12', e_date: '2026-06-30' }),
		sent: () => ({ b_date: '12.01.2026', e_date: '30.06.2026' }),
		stored: () => ({ b_date: '2026-01-12', e_date: '2026-06-30' }),
		branch: { branch_ids: [1] },
		update: { limit: 9 },
	},
	{
		resource: 'room',
		create: () => ({ name: 'Кабинет 5', color_id: 2, weight: 7, is_enabled: true }),
		sent: () => ({ is_enabled: 1 }),
		branch: { branch_id: 1 },
		update: { name: 'Кабинет 6' },
	},
	{
		resource: 'task',
		create: (sandbox) => ({
			title: 'Перезвонить',
			text: 'Уточнить группу',
			customer_ids: String(client(sandbox)),
		}),
		sent: (sandbox) => ({ customer_ids: [client(sandbox)] }),
		branch: { branch_ids: [1] },
		update: { title: 'Написать' },
	},
	{
		resource: 'pay',
		create: (sandbox) => ({
			customer_id: pick(client(sandbox)),
			pay_type_id: of(sandbox, 'pay-type'),
			pay_account_id: of(sandbox, 'pay-account'),
			document_date: '2026-02-05',
			income: 5000,
			payer_name: 'Орлова А.',
		}),
		sent: (sandbox) => ({ customer_id: client(sandbox), document_date: '05.02.2026' }),
		stored: () => ({ income: '5000.00' }),
		branch: { branch_id: 1 },
		update: { note: 'Наличными' },
	},
	{
		resource: 'lesson',
		create: (sandbox) => ({
			lesson_date: '2026-03-10',
			time_from: '17:00',
			time_to: '18:00',
			lesson_type_id: 2,
			subject_id: of(sandbox, 'subject'),
			group_ids: String(group(sandbox)),
			topic: 'Датчики',
		}),
		sent: (sandbox) => ({ lesson_date: '10.03.2026', group_ids: [group(sandbox)] }),
		stored: () => ({
			lesson_date: undefined,
			date: '2026-03-10',
			time_from: '2026-03-10 17:00:00',
			time_to: '2026-03-10 18:00:00',
		}),
		update: { topic: 'Моторы' },
	},
	{
		resource: 'regularLesson',
		create: (sandbox) => ({
			related_class: 'Group',
			related_id: String(group(sandbox)),
			lesson_type_id: 2,
			subject_id: of(sandbox, 'subject'),
			days: [2],
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date_v: '2026-09-01',
			e_date_v: '2027-05-31',
		}),
		sent: (sandbox) => ({ related_id: group(sandbox), b_date_v: '01.09.2026', e_date_v: '31.05.2027' }),
		stored: () => ({
			days: undefined,
			b_date_v: undefined,
			e_date_v: undefined,
			b_date: '2026-09-01',
			e_date: '2027-05-31',
		}),
		branch: { branch_id: 1 },
		update: { time_from_v: '17:30' },
	},
	{
		resource: 'customerTariff',
		keys: (sandbox) => ({ customer_id: client(sandbox) }),
		create: (sandbox) => ({ tariff_id: of(sandbox, 'tariff'), b_date: '2026-03-01', balance: 3200 }),
		sent: () => ({ b_date: '01.03.2026' }),
		stored: () => ({ balance: '3200.00' }),
		update: { note: 'Продлён' },
	},
	{
		resource: 'cgi',
		keys: (sandbox) => ({ group_id: group(sandbox) }),
		create: (sandbox) => {
			const members = sandbox.store.rows('cgi').filter((row) => row.group_id === group(sandbox));
			const outsider = any(
				sandbox,
				'customer',
				(row) => inBranch1(row) && !members.some((member) => member.customer_id === row.id),
			);
			return { customer_id: pick(outsider.id) };
		},
		sent: () => ({ customer_id: expect.any(Number) as unknown as number }),
		update: { e_date: '2026-12-31' },
		updated: { e_date: '31.12.2026' },
	},
	{
		resource: 'communication',
		keys: (sandbox) => ({ class: 'Customer', related_id: client(sandbox) }),
		create: () => ({ comment: 'Просил позвонить вечером' }),
		update: { comment: 'Позвонили' },
	},
];

const run = async (parameters: INodeParameters) => {
	const result = await school.engine.run({ parameters: { branchId: 1, ...parameters } });
	expect(result.error).toBeUndefined();
	return result.json;
};
const last = () => school.sandbox.journal.at(-1);
const asQuery = (keys: IDataObject) =>
	Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, String(value)]));
const keysFor = (resource: string, operation: string, keys: IDataObject): IDataObject => {
	const declared = (entityOf(resource).keys ?? []).filter((key) =>
		(key.in as readonly string[]).includes(operation),
	);
	return Object.fromEntries(declared.map(({ name }) => [name, keys[name]]));
};

/** Rows as AlfaCRM sends them, after one request. */
const asSent = { simplify: false, addNames: false };

describe.each(writable)('$resource', (row) => {
	const { resource } = row;
	const { path, operations, scope } = entityOf(resource);
	const url = (action: string) => `/v2api/${scope === 'global' ? '' : '1/'}${path}/${action}`;

	it('is created, read, listed, updated and deleted, each with its request and its effect', async () => {
		const { sandbox } = school;
		const plain = row.keys?.(sandbox) ?? {};
		const isPicked = (name: string) => name === 'customer_id' || name === 'group_id';
		const keys = Object.fromEntries(
			Object.entries(plain).map(([name, id]) => [name, isPicked(name) ? pick(id) : String(id)]),
		);
		const given = row.create(sandbox);
		const shown = entityOf(resource).fields.filter(({ required, prominent }) => required || prominent);
		const isShown = ([name]: [string, unknown]) => shown.some((field) => field.name === name);
		const required = Object.fromEntries(Object.entries(given).filter(isShown));
		const additionalFields = Object.fromEntries(Object.entries(given).filter((one) => !isShown(one)));
		const sent = { ...given, ...row.sent?.(sandbox) } as IDataObject;
		const stored = Object.entries({ ...sent, ...row.stored?.(sandbox) });
		const expected = Object.fromEntries(stored.filter(([, value]) => value !== undefined));
		const find = (id: unknown) => sandbox.store.find(path, id as number);

		const [{ id }] = await run({ resource, operation: 'create', ...keys, ...required, additionalFields });
		expect(last()).toMatchObject({
			path: url('create'),
			query: asQuery(keysFor(resource, 'create', plain)),
			body: { ...sent, ...row.branch, ...keysFor(resource, 'create', plain) },
		});
		expect(find(id)).toMatchObject(expected);

		const list = await run({
			resource,
			operation: 'getAll',
			returnAll: true,
			...asSent,
			...row.list,
			...keys,
		});
		expect(list.map((record) => record.id)).toContain(id);
		expect(last()?.query).toEqual(asQuery(keysFor(resource, 'getAll', plain)));
		if (operations.includes('get')) {
			const [read] = await run({ resource, operation: 'get', id: id as number, ...asSent, ...keys });
			expect(read).toEqual(list.find((record) => record.id === id));
			expect(last()).toMatchObject({
				path: url('index'),
				query: asQuery(keysFor(resource, 'get', plain)),
			});
		}

		await run({ resource, operation: 'update', id: id as number, updateFields: row.update, ...keys });
		expect(last()).toMatchObject({
			path: url('update'),
			query: { id: String(id), ...asQuery(keysFor(resource, 'update', plain)) },
			body: row.updated ?? row.update,
		});
		expect(find(id)).toMatchObject(row.updated ?? row.update);

		expect(await run({ resource, operation: 'delete', id: id as number, ...keys })).toEqual([
			{ id, deleted: true },
		]);
		expect(last()).toMatchObject({
			path: url('delete'),
			query: { id: String(id), ...asQuery(keysFor(resource, 'delete', plain)) },
		});
		expect(find(id)).toBeUndefined();
	});
});

const readOnly = entities.filter(({ operations }) => !operations.includes('create'));

it('no resource that can be written is left out of these tests', () => {
	const written = entities
		.filter(({ operations }) => operations.includes('create'))
		.map(({ resource }) => resource);
	expect(writable.map(({ resource }) => resource).sort()).toEqual([...written].sort());
});

describe.each(readOnly.map(({ resource }) => ({ resource })))('$resource', ({ resource }) => {
	const entity = entityOf(resource);

	it('is listed to the end, and read by ID', async () => {
		const parameters: INodeParameters = { resource, operation: 'getAll', returnAll: true, ...asSent };
		const list = await run(parameters);
		expect(list.length).toBeGreaterThan(0);
		const base = entity.scope === 'global' ? '/v2api' : '/v2api/1';
		const [first] = school.entries(`${entity.path}/index`);
		expect(first).toMatchObject({ path: `${base}/${entity.path}/index`, query: {}, body: { page: 0 } });
		expect(new Set(list.map((row) => JSON.stringify(row))).size).toBe(list.length);

		if (entity.operations.includes('get')) {
			const [, second = list[0]] = list;
			const [read] = await run({ resource, operation: 'get', id: second.id as number, ...asSent });
			expect(read).toEqual(second);
		}
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { listingOf } from '../support/form';
import { recordWithId } from './support/forms';
import { useSchool } from './support/school';

const school = useSchool({ customers: 80 });

/** Some record of the school. */
const any = (path: string, wanted: (row: IDataObject) => boolean): IDataObject => {
	const found = (school.sandbox.store.rows(path) as unknown as IDataObject[]).find(wanted);
	if (found === undefined) throw new Error(`The school has no such ${path}`);
	return found;
};
const inBranch1 = (row: IDataObject) =>
	[row.branch_ids ?? row.branch_id ?? 1].flat().some((branch) => Number(branch) === 1);
const of = (path: string) => Number(any(path, inBranch1).id);
const group = () => of('group');
const client = () =>
	Number(any('customer', (row) => row.is_study === 1 && row.e_date === '2030-12-31' && inBranch1(row)).id);

interface Writable {
	resource: string;
	/** IDs that the form asks for and the query carries. */
	keys?: () => IDataObject;
	create: () => INodeParameters;
	/** Where the wire differs from what was given, besides the branch, days and flags. */
	sent?: () => IDataObject;
	/** Fields of the stored record, where they differ from what was sent. */
	stored?: () => IDataObject;
	/** What shows it in a list that would leave it out. */
	list?: INodeParameters;
	update: INodeParameters;
	/** In the body of a create besides the given fields. */
	branch?: IDataObject;
}

/** As AlfaCRM is sent it: a flag is a number, a day has dots. */
const wire = (value: unknown): unknown => {
	if (typeof value === 'boolean') return Number(value);
	return typeof value === 'string' ? value.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3.$2.$1') : value;
};
const asWire = (values: object) =>
	Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wire(value)])) as IDataObject;

const writable: Writable[] = [
	{
		resource: 'branch',
		create: () => ({ name: 'Южный', is_active: true, subject_ids: [1, 2] }),
		update: { is_active: false },
	},
	{
		resource: 'location',
		create: () => ({ name: 'ул. Примерная, 7', is_active: true }),
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
	{ resource: 'subject', create: () => ({ name: 'Шахматы' }), update: { name: 'Шашки' } },
	...['studyStatus', 'leadStatus', 'leadReject'].map((resource) => ({
		resource,
		create: () => ({ name: 'Перезвонить', is_enabled: true }),
		update: { name: 'Перезвонить завтра', is_enabled: false },
	})),
	{
		resource: 'leadSource',
		create: () => ({ name: 'Выставка', code: 'expo', is_enabled: false }),
		update: { code: 'expo2' },
	},
	{
		resource: 'group',
		create: () => ({ name: 'Шахматы Ср 18:00', limit: 6, b_date: '2026-01-12', e_date: '2026-06-30' }),
		stored: () => ({ b_date: '2026-01-12', e_date: '2026-06-30' }),
		branch: { branch_ids: [1] },
		update: { limit: 9 },
	},
	{
		resource: 'room',
		create: () => ({ name: 'Кабинет 5', color_id: 2, is_enabled: true }),
		sent: () => ({ weight: 0 }),
		branch: { branch_id: 1 },
		update: { name: 'Кабинет 6' },
	},
	{
		resource: 'task',
		create: () => ({
			title: 'Перезвонить',
			text: 'Уточнить группу',
			customer_ids: String(client()),
		}),
		sent: () => ({ customer_ids: [client()] }),
		branch: { branch_ids: [1] },
		update: { title: 'Написать' },
	},
	{
		resource: 'pay',
		create: () => ({
			customer_id: recordWithId(client()),
			pay_type_id: of('pay-type'),
			pay_account_id: of('pay-account'),
			document_date: '2026-02-05',
			income: '5000.00',
			payer_name: 'Орлова А.',
		}),
		sent: () => ({ customer_id: client() }),
		branch: { branch_id: 1 },
		update: { note: 'Наличными' },
	},
	{
		resource: 'lesson',
		create: () => ({
			lesson_date: '2026-03-10',
			time_from: '17:00',
			time_to: '18:00',
			lesson_type_id: 2,
			subject_id: of('subject'),
			group_ids: String(group()),
			topic: 'Датчики',
		}),
		sent: () => ({ group_ids: [group()] }),
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
		create: () => ({
			related_class: 'Group',
			related_id: String(group()),
			lesson_type_id: 2,
			subject_id: of('subject'),
			days: [2],
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date_v: '2026-09-01',
			e_date_v: '2027-05-31',
		}),
		sent: () => ({ related_id: group() }),
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
		keys: () => ({ customer_id: client() }),
		create: () => ({ tariff_id: of('tariff'), b_date: '2026-03-01', balance: '3200.00' }),
		update: { note: 'Продлён' },
	},
	{
		resource: 'communication',
		keys: () => ({ class: 'Customer', related_id: client() }),
		create: () => ({ comment: 'Просил позвонить вечером' }),
		update: {},
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
	const { parentFields: all = [], operations } = entityOf(resource);
	const declared = operations.some((one) => one === operation) ? all : [];
	return Object.fromEntries(declared.map(({ name }) => [name, keys[name]]));
};

/** Wide rows as AlfaCRM sends them. */
const asSent = { simplify: false };

describe.each(writable)('$resource', (row) => {
	const { resource } = row;
	const { path, operations, scope } = entityOf(resource);
	const url = (action: string) => `/v2api/${scope === 'global' ? '' : '1/'}${path}/${action}`;

	it('is created, read, listed, updated and deleted, each with its request and its effect', async () => {
		const plain = row.keys?.() ?? {};
		const isPicked = (name: string) => name === 'customer_id' || name === 'group_id';
		const keys = Object.fromEntries(
			Object.entries(plain).map(([name, id]) => [name, isPicked(name) ? recordWithId(id) : String(id)]),
		);
		const given = row.create();
		const shown = entityOf(resource).fields.filter(({ required, prominent }) => required || prominent);
		const isShown = ([name]: [string, unknown]) => shown.some((field) => field.name === name);
		const required = Object.fromEntries(Object.entries(given).filter(isShown));
		const additionalFields = Object.fromEntries(Object.entries(given).filter((one) => !isShown(one)));
		const sent = { ...asWire(given), ...row.sent?.() };
		const updated = asWire(row.update);
		const stored = Object.entries({ ...sent, ...row.stored?.() });
		const expected = Object.fromEntries(stored.filter(([, value]) => value !== undefined));
		// Those that have names come after it.
		const listed = () => school.readJournal(`${path}/index`).at(-1);
		const find = (id: unknown) => school.sandbox.store.find(path, id as number);
		const form = (operation: string, more: INodeParameters = {}): INodeParameters => ({
			...{ resource, operation, ...keys, ...more },
		});
		const asked = (operation: string, action: string, more: IDataObject = {}) => ({
			path: url(action),
			query: asQuery({ ...more, ...keysFor(resource, operation, plain) }),
		});

		let id: unknown;
		if (operations.includes('create')) {
			[{ id }] = await run(form('create', { ...required, additionalFields }));
			expect(last()).toMatchObject({
				...asked('create', 'create'),
				body: { ...sent, ...row.branch, ...keysFor(resource, 'create', plain) },
			});
		} else id = school.sandbox.store.insert(path, { ...sent, ...row.branch, ...plain } as never).id;
		expect(find(id)).toMatchObject(expected);

		const list = await run(form('getAll', { returnAll: true, ...asSent, ...row.list }));
		expect(list.map((record) => record.id)).toContain(id);
		expect(listed()?.query).toEqual(asked('getAll', 'index').query);
		const one = { id: Number(id) };
		if (operations.includes('get')) {
			const [read] = await run(form('get', { ...one, ...asSent }));
			expect(read).toEqual(list.find((record) => record.id === id));
			expect(listed()).toMatchObject(asked('get', 'index'));
		}

		if (!operations.includes('update')) return;
		await run(form('update', { ...one, updateFields: row.update }));
		expect(last()).toMatchObject({ ...asked('update', 'update', one), body: updated });
		expect(find(id)).toMatchObject(updated);

		expect(await run(form('delete', one))).toEqual([{ id, deleted: true }]);
		expect(last()).toMatchObject(asked('delete', 'delete', one));
		expect(find(id)).toBeUndefined();
	});
});

const isWritten = ({ operations }: Entity) =>
	(['create', 'update'] as const).some((one) => operations.includes(one));
const readOnly = entities.filter((entity) => !isWritten(entity));

it('no resource that can be written is left out of these tests', () => {
	const written = resourceEntities.filter(isWritten).map(({ resource }) => resource);
	expect(writable.map(({ resource }) => resource).sort()).toEqual([...written].sort());
});

describe.each(readOnly.map(({ resource }) => ({ resource })))('$resource', ({ resource }) => {
	const entity = entityOf(resource);

	it('is listed to the end, and read by ID', async () => {
		const keys = Object.fromEntries(
			(entity.parentFields ?? []).map(({ name }) => [name, recordWithId(group())]),
		);
		const list = await run({ ...listingOf(entity), ...keys, returnAll: true, ...asSent });
		expect(list.length).toBeGreaterThan(0);
		const base = entity.scope === 'global' ? '/v2api' : '/v2api/1';
		const [first] = school.readJournal(`${entity.path}/index`);
		expect(first).toMatchObject({ path: `${base}/${entity.path}/index`, body: { page: 0 } });
		expect(new Set(list.map((row) => JSON.stringify(row))).size).toBe(list.length);

		if (entity.operations.includes('get')) {
			const [, second = list[0]] = list;
			const [read] = await run({ resource, operation: 'get', id: second.id as number, ...asSent });
			expect(read).toEqual(second);
		}
	});
});

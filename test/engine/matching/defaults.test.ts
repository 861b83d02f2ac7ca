import type { INodeParameters } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { OPEN_END, byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, row, run, set } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const EMAIL = 'family@example.org';
const FIELDS = { name: 'Соколов Артём', note: 'С сайта' };
const held = { phone: [PHONE], email: [EMAIL], custom_dogovor: 'Д-77' };

describe('the name of who is found', () => {
	it.each<[string, INodeParameters]>([
		['phone', { phone: '8 900 555 00 01' }],
		['email', { email: EMAIL }],
		['phoneOrEmail', { phone: '8 900 555 00 01', email: 'other@example.org' }],
		['customField', { matchField: 'custom_dogovor', matchValue: 'Д-77' }],
	])('is left alone when matched by %s', async (matchBy, key) => {
		const id = lead(held);
		const [saved] = await run({ ...byPhone('', FIELDS), matchBy, ...key });
		expect(saved).toMatchObject({ id, operationResult: 'updated' });
		expect(saved.changedFields).not.toContain('name');
		expect(customer(id)).toMatchObject({ name: 'Орлова Мия', note: 'С сайта' });
	});

	it('is changed where that is chosen, and where the ID says who it is', async () => {
		const id = lead(held);
		const byId = { ...byPhone('', FIELDS), matchBy: 'id', id: pick(id) };
		await run(byPhone(PHONE, FIELDS));
		expect(customer(id).name).toBe('Орлова Мия');
		await run(byId);
		expect(customer(id).name).toBe('Соколов Артём');
		const fields = { ...FIELDS, name: 'Лисова Ева', is_study: 1 };
		await run(byPhone(PHONE, fields, { onlyForNew: [] }));
		expect(customer(id)).toMatchObject({ name: 'Лисова Ева', is_study: 1 });
	});

	it('is that of a new one', async () => {
		const [made] = await run(byPhone(PHONE, FIELDS));
		expect(customer(made.id).name).toBe('Соколов Артём');
		// And stays, when somebody else of the family fills in the form.
		await run(byPhone(PHONE, { ...FIELDS, name: 'Соколова Анна', note: 'Ещё раз' }));
		expect(customer(made.id)).toMatchObject({ name: 'Соколов Артём', note: 'Ещё раз' });
	});

	it('does not keep a client from staying one', async () => {
		const id = lead({ ...held, is_study: 1 });
		await run(byPhone(PHONE, { ...FIELDS, is_study: 0 }));
		expect(customer(id)).toMatchObject({ is_study: 1, name: 'Орлова Мия', note: 'С сайта' });
	});
});

describe('an archived match', () => {
	const OLD = '2025-01-31';

	it('is updated without being restored', async () => {
		const id = lead({ ...held, e_date: OLD });
		expect(await run(byPhone(PHONE, FIELDS))).toMatchObject([
			{ id, operationResult: 'updated', changedFields: ['note'] },
		]);
		expect(customer(id)).toMatchObject({ note: 'С сайта', e_date: OLD });
		expect(await run(byPhone(PHONE, FIELDS))).toMatchObject([{ id, operationResult: 'unchanged' }]);
		await run(byPhone(PHONE, { note: 'Новее' }, { ifArchived: 'update' }));
		expect(customer(id)).toMatchObject({ note: 'Новее', e_date: OLD });
	});

	it('is restored where that is chosen', async () => {
		const id = lead({ ...held, e_date: OLD });
		await run(byPhone(PHONE, { note: 'Новое' }));
		expect(customer(id)).toMatchObject({ note: 'Новое', e_date: OLD });
		await run(byPhone(PHONE, { note: 'Новое' }, { ifArchived: 'restore' }));
		expect(customer(id).e_date).toBe(OPEN_END);
	});

	it('may be a group, which stays archived', async () => {
		set({ rowsShowRemoved: ['group'] });
		const id = add('group', { name: 'Сборка роботов', branch_ids: [1], removed: 1 });
		const fieldsToSet = { limit: 9 };
		const parameters = { resource: 'group', operation: 'upsert', branchId: 1, matchBy: 'name' };
		expect(await run({ ...parameters, name: 'Сборка роботов', fieldsToSet, options: {} })).toMatchObject([
			{ id, operationResult: 'updated' },
		]);
		expect(row('group', id)).toMatchObject({ limit: 9, removed: 1 });
	});
});

it('the form offers these defaults, and shows what they are', () => {
	const { properties } = new AlfaCrm().description;
	const shown = properties.find(
		({ name, displayOptions }) =>
			name === 'options' &&
			displayOptions?.show?.resource?.includes('customer') &&
			displayOptions.show.operation?.includes('upsert'),
	);
	const option = (name: string) =>
		(shown?.options as Array<{ name: string; default: unknown }>).find((one) => one.name === name);
	expect(option('ifArchived')?.default).toBe('update');
	expect([...(option('onlyForNew')?.default as string[])].sort()).toEqual(['is_study', 'name']);
	expect(option('ifSeveral')?.default).toBe('refuse');
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { recordSchema } from '../../../nodes/AlfaCrm/operations/output/recordSchema';
import { failing } from '../support/nothingChanges';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });

const base: INodeParameters = { resource: 'customer', operation: 'create', branchId: 1 };
const body = () => school.sandbox.journal.at(-1)?.body;
const create = async (parameters: INodeParameters, items?: IDataObject[]) => {
	const result = await school.engine.run({ parameters: { ...base, ...parameters }, items });
	expect(result.error).toBeUndefined();
	return result;
};

describe('JSON input', () => {
	const json = {
		name: 'Из JSON',
		is_study: 0,
		legal_type: 1,
		dob: '2015-09-04',
		phone: '89000000101',
		custom_school: '12',
	};

	it.each([
		['a text', JSON.stringify(json)],
		['an object from an expression', `={{ ${JSON.stringify(json)} }}`],
	])('given as %s is checked and sent like the form', async (_what, given) => {
		await create({ inputMode: 'json', json: given });
		expect(body()).toEqual({
			name: 'Из JSON',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			dob: '04.09.2015',
			phone: ['89000000101'],
			custom_school: '12',
		});
	});

	it('without a required field, with an unknown one or with none at all is refused', async () => {
		const input = async (given: object | string) =>
			(
				await failing(school, {
					...base,
					inputMode: 'json',
					json: typeof given === 'string' ? given : JSON.stringify(given),
				})
			).message;
		expect(await input({ is_study: 0, legal_type: 1 })).toBe("'Name' is empty, but AlfaCRM requires it");
		expect(await input({ ...json, telefon: '1' })).toBe(
			'AlfaCRM\'s customer has no field "telefon" that can be set',
		);
		expect(await input('[1]')).toBe("'JSON' is not a JSON object");
		expect(school.calls()).toEqual([]);
	});

	it('can leave unknown fields out, and says which', async () => {
		const { hints } = await create({
			inputMode: 'json',
			json: JSON.stringify({ ...json, telefon: '1' }),
			unknownFields: 'leaveOut',
		});
		expect(body()).not.toHaveProperty('telefon');
		expect(hints).toEqual([
			'Left out, since AlfaCRM\'s customer has no such field that can be set: "telefon"',
		]);
	});

	it('updates only what it names', async () => {
		const before = school.sandbox.store.find('customer', 5);
		await school.engine.run({
			parameters: { ...base, operation: 'update', id: 5, inputMode: 'json', json: '{"note":"Новая"}' },
		});
		expect(body()).toEqual({ note: 'Новая' });
		expect(school.sandbox.store.find('customer', 5)).toMatchObject({ name: before?.name, note: 'Новая' });
	});
});

describe('the field mapper', () => {
	it('offers the declared fields and the custom ones of the account, required ones at create', async () => {
		const columns = await school.engine.columns('getCustomerColumns', base);
		const byId = Object.fromEntries(columns.map((column) => [column.id, column]));
		expect(byId.name).toMatchObject({ displayName: 'Name', required: true, type: 'string' });
		expect(byId.dob).toMatchObject({ type: 'dateTime', required: false });
		expect(byId.phone).toMatchObject({ type: 'string' });
		expect(columns.map(({ id }) => id).filter((id) => id.startsWith('custom_'))).toEqual([
			'custom_dogovor',
			'custom_interesy',
			'custom_school',
		]);
		const forUpdate = await school.engine.columns('getCustomerColumns', { ...base, operation: 'update' });
		expect(forUpdate.filter(({ required }) => required)).toEqual([]);
	});

	it('begins with what must be given, choices made as in the form, and says where an ID is wanted', async () => {
		const columns = await school.engine.columns('getCustomerColumns', base);
		const needed = columns.filter(({ required }) => required);
		expect(columns.slice(0, needed.length)).toEqual(needed);
		expect(needed.map(({ displayName, defaultValue }) => [displayName, defaultValue])).toEqual([
			['Name', undefined],
			['Customer Type', 0],
		]);
		const optional = columns.filter(({ id, required }) => !required && !id.startsWith('custom_'));
		const labels = optional.map(({ displayName }) => displayName);
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		expect(labels).toEqual(expect.arrayContaining(['Stage ID', 'Teacher IDs', 'Note']));

		const forUpdate = await school.engine.columns('getCustomerColumns', { ...base, operation: 'update' });
		expect(forUpdate.filter(({ defaultValue }) => defaultValue !== undefined)).toEqual([]);
	});

	it('exists for every resource with custom fields', async () => {
		for (const entity of entities.filter(({ custom }) => custom)) {
			const columns = await school.engine.columns(`get${entity.label.replace(/ /g, '')}Columns`, {
				resource: entity.resource,
				operation: 'create',
				branchId: 1,
			});
			expect(columns.map(({ id }) => id)).toEqual(
				expect.arrayContaining(entity.fields.map(({ name }) => name)),
			);
			expect(columns.some(({ id }) => id.startsWith('custom_'))).toBe(true);
		}
	});

	it('sends what is mapped below', async () => {
		const value = { name: '={{ $json.who }}', is_study: '0', legal_type: 1, custom_school: '7', note: null };
		await create({ inputMode: 'map', columns: { mappingMode: 'defineBelow', value } as never }, [
			{ who: 'Мапов' },
		]);
		expect(body()).toEqual({
			name: 'Мапов',
			is_study: 0,
			legal_type: 1,
			branch_ids: [1],
			custom_school: '7',
		});
	});

	it.each([
		['+7(900)000-22-33', ['+7(900)000-22-33']],
		['["+7(900)000-22-33", "+7(900)000-22-34"]', ['+7(900)000-22-33', '+7(900)000-22-34']],
	])('takes %s typed into a column that holds several values', async (typed, phone) => {
		const value = { name: 'Типов', is_study: 0, legal_type: 1, phone: typed, teacher_ids: '1, 2' };
		await create({ inputMode: 'map', columns: { mappingMode: 'defineBelow', value } as never });
		expect(body()).toMatchObject({ phone, teacher_ids: [1, 2] });
	});

	it('maps the input by name, and refuses what AlfaCRM does not know', async () => {
		const columns = { mappingMode: 'autoMapInputData', value: null } as never;
		const item = { name: 'Сам', is_study: 0, legal_type: 1, custom_school: '3' };
		await create({ inputMode: 'map', columns }, [item]);
		expect(body()).toMatchObject(item);

		const { error } = await school.engine.run({
			parameters: { ...base, inputMode: 'map', columns },
			items: [{ ...item, extra: 1 }],
		});
		expect(error?.message).toBe('AlfaCRM\'s customer has no field "extra" that can be set');
	});
});

describe('pickers', () => {
	it('search customers by part of the name, page by page', async () => {
		const [someone] = school.sandbox.store.rows('customer');
		const { results } = await school.engine.search('searchCustomers', base, String(someone.name).slice(0, 5));
		const name = expect.stringContaining(String(someone.name)) as string;
		expect(results).toContainEqual({ name, value: someone.id });

		const all: unknown[] = [];
		let page: string | undefined;
		do {
			const found = await school.engine.search('searchCustomers', base, '', page);
			all.push(...found.results.map(({ value }) => value));
			page = found.paginationToken as string | undefined;
		} while (page !== undefined);
		const inBranch = school.sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		expect(all.sort()).toEqual(inBranch.map(({ id }) => id).sort());
	});

	it('search lessons of all statuses, page by page, and by day or ID', async () => {
		const form = { resource: 'lesson', operation: 'get', branchId: 1 };
		const everything = async (typed: string) => {
			const values: unknown[] = [];
			let token: string | undefined;
			do {
				const found = await school.engine.search('searchLessons', form, typed, token);
				values.push(...found.results.map(({ value }) => value));
				token = found.paginationToken as string | undefined;
			} while (token !== undefined);
			return values.sort();
		};
		const lessons = school.sandbox.store.rows('lesson').filter(({ branch_id }) => branch_id === 1);
		const [one] = lessons;
		const sameDay = lessons.filter(({ date }) => date === one.date);

		expect(await everything('')).toEqual(lessons.map(({ id }) => id).sort());
		expect(await everything(String(one.date))).toEqual(sameDay.map(({ id }) => id).sort());
		expect(await everything(String(one.id))).toEqual([one.id]);
		expect(await everything('no lesson is called so')).toEqual([]);
	});

	it('search by phone when digits are typed', async () => {
		const someone = school.sandbox.store
			.rows('customer')
			.find(
				({ phone, branch_ids }) => (phone as string[]).length > 0 && (branch_ids as number[]).includes(1),
			);
		const digits = String((someone?.phone as string[])[0])
			.replace(/\D/g, '')
			.slice(-7);
		const { results } = await school.engine.search('searchCustomers', base, digits);
		expect(results.map(({ value }) => value)).toContain(someone?.id);
	});

	it.each([
		[{ __rl: true, mode: 'list', value: 5 }],
		[{ __rl: true, mode: 'id', value: '5' }],
		[{ __rl: true, mode: 'url', value: '/company/1/customer/view?id=5' }],
	])('name a record as %j', async (picked) => {
		const id = picked.mode === 'url' ? { ...picked, value: `${school.sandbox.url}${picked.value}` } : picked;
		const { json } = await school.engine.run({ parameters: { ...base, operation: 'get', id } });
		expect(json).toMatchObject([{ id: 5 }]);
	});

	it('refuse an address without a number', async () => {
		const id = { __rl: true, mode: 'url', value: `${school.sandbox.url}/company/1/customer` };
		const { message } = await failing(school, { ...base, operation: 'delete', id });
		expect(message).toMatch(/^'Customer' must be the number of a record/);
	});
});

describe('a picker that holds no number', () => {
	it.each<[operation: string, more: INodeParameters]>([
		['get', {}],
		['find', { matchBy: 'id' }],
		['getOverview', { matchBy: 'id', leaveOut: [] }],
		['addComment', { comment: 'Звонили' }],
	])('is named as in the form, with what is in it: %s', async (operation, more) => {
		const id = { __rl: true, mode: 'id', value: '={{ "ученик 5" }}' };
		const { message } = await failing(school, { ...base, operation, id, ...more });
		expect(message).toBe(`'Customer' must be the number of a record, but it is "ученик 5"`);
	});
});

describe('the preview of the output', () => {
	const kinds: Record<string, (value: unknown) => boolean> = {
		integer: Number.isInteger,
		string: (value) => typeof value === 'string',
		boolean: (value) => typeof value === 'boolean',
		array: Array.isArray,
	};

	it.each(entities.map(({ resource }) => ({ resource })))(
		'of $resource agrees with what AlfaCRM sends',
		({ resource }) => {
			const entity = entities.find((candidate) => candidate.resource === resource);
			const { properties } = recordSchema(entity as Entity);
			const rows = school.sandbox.store.rows(entity?.path ?? '') as unknown as IDataObject[];
			const wrong = rows.slice(0, 40).flatMap((row) =>
				Object.entries(row)
					.filter(([name, value]) => name in properties && value !== null && value !== undefined)
					.filter(([name, value]) => kinds[String(properties[name].type)]?.(value) === false)
					.map(([name, value]) => `${name}: ${JSON.stringify(value)} is no ${String(properties[name].type)}`),
			);
			expect([...new Set(wrong)]).toEqual([]);
			expect(rows.length).toBeGreaterThan(0);
		},
	);
});

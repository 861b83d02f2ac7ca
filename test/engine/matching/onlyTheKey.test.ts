import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, rows, run } = officeOf(school);

const CHILD = '+7(900)555-00-01';
const MOTHER = '+7(900)555-00-02';
const mother = (row: IDataObject = {}) =>
	lead({ name: 'Соколова Анна', phone: [MOTHER], email: ['anna@example.org'], note: 'Мама', ...row });
/** A form that gives the child's phone as the key, and the mother's only to be saved. */
const FIELDS = { name: 'Соколов Артём', phone: given([MOTHER]), note: 'С сайта' };

/** The same fields in each way in which they can be given. */
const WAYS: Array<[string, INodeParameters]> = [
	['the form', { fieldsToSet: FIELDS }],
	[
		'JSON',
		{
			inputMode: 'json',
			json: JSON.stringify({ name: 'Соколов Артём', phone: [MOTHER], note: 'С сайта' }),
		},
	],
	[
		'the mapper',
		{
			inputMode: 'map',
			columns: {
				mappingMode: 'defineBelow',
				value: { name: 'Соколов Артём', phone: MOTHER, note: 'С сайта' },
			} as never,
		},
	],
];

describe.each(WAYS)('a phone that %s gives only to be saved', (_way, parameters) => {
	it('matches nobody: the child is created with both, the mother stays as she is', async () => {
		const id = mother();
		const before = customer(id);
		const [made] = await run({ ...byPhone('8 900 555 00 01'), ...parameters });
		expect(made.operationResult).toBe('created');
		expect(made.id).not.toBe(id);
		expect(customer(made.id)).toMatchObject({ name: 'Соколов Артём', phone: [CHILD, MOTHER] });
		expect(customer(id)).toEqual(before);
	});

	it('leaves the mother alone where all that match are updated', async () => {
		const before = customer(mother());
		const child = lead({ name: 'Соколов Артём', phone: [CHILD] });
		const json = await run({ ...byPhone(CHILD), ...parameters, options: { ifSeveral: 'all' } });
		expect(json.map(({ id }) => id)).toEqual([child]);
		expect(customer(child).phone).toEqual([CHILD, MOTHER]);
		expect(customer(before.id)).toEqual(before);
	});

	it('does not make one match two', async () => {
		const before = customer(mother());
		const child = lead({ name: 'Соколов Артём', phone: [CHILD] });
		expect(await run({ ...byPhone(CHILD), ...parameters })).toMatchObject([
			{ id: child, operationResult: 'updated' },
		]);
		expect(customer(before.id)).toEqual(before);
	});

	it('makes one customer of the same form sent twice', async () => {
		const id = mother();
		const [first] = await run({ ...byPhone(CHILD), ...parameters });
		const [second] = await run({ ...byPhone(CHILD), ...parameters });
		expect(first.id).not.toBe(id);
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged' });
	});
});

it('Find and Create or Update agree on who is there', async () => {
	mother();
	expect(await run(findByPhone(CHILD))).toEqual([]);
	const [made] = await run(byPhone(CHILD, FIELDS));
	expect(made.operationResult).toBe('created');
	expect((await run(findByPhone(CHILD))).map(({ id }) => id)).toEqual([made.id]);
});

it.each<[string, INodeParameters, INodeParameters]>([
	['email', { email: 'artem@example.org' }, { email: given(['anna@example.org']) }],
	[
		'phoneOrEmail',
		{ phone: CHILD, email: 'artem@example.org' },
		{ email: given(['anna@example.org']), phone: given([MOTHER]) },
	],
	['phoneOrEmail', { phone: CHILD, email: '' }, { phone: given([MOTHER]) }],
	['phoneAndName', { phone: CHILD, name: 'Соколова Анна' }, { phone: given([MOTHER]) }],
])('by %s only %j is looked for, not %j besides', async (matchBy, key, fields) => {
	const before = customer(mother());
	const [made] = await run({
		...byPhone('', { ...('name' in key ? {} : { name: 'Соколов Артём' }), ...fields }),
		phone: '',
		matchBy,
		...key,
	});
	expect(made.operationResult).toBe('created');
	expect(customer(before.id)).toEqual(before);
	expect(await run({ ...findByPhone(''), phone: '', matchBy, ...key })).toMatchObject([{ id: made.id }]);
});

it('a family of three with one phone in common keeps three customers, whoever comes first', async () => {
	const before = rows('customer').length;
	const items = [
		{ key: CHILD, more: [MOTHER], name: 'Соколов Артём' },
		{ key: MOTHER, more: [], name: 'Соколова Анна' },
		{ key: '+7(900)555-00-03', more: [MOTHER], name: 'Соколова Ева' },
	];
	const fields = { name: '={{ $json.name }}', phone: '={{ $json.more }}' };
	const json = await run(byPhone('={{ $json.key }}', fields, { ifSeveral: 'refuse' }), {
		items: [items[1], items[0], items[2]],
	});
	expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'created', 'created']);
	expect(rows('customer')).toHaveLength(before + 3);
	expect(json.map(({ id }) => customer(id).name)).toEqual(['Соколова Анна', 'Соколов Артём', 'Соколова Ева']);
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, EMPTY, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, refused, row, rows, run } = officeOf(school);

const byEmail = (email: string, fields: INodeParameters = {}, options: INodeParameters = {}) => ({
	...byPhone('', fields, options),
	phone: '',
	matchBy: 'email',
	email,
});

const UNUSABLE = "'Email' holds no usable email address";

describe.each(['-', 'нет', '@', '.', 'n/a', 'no@', '@mail.example', '-@mail.example', 'a@1', 'нет почты'])(
	'the email %j',
	(email) => {
		it('finds nobody, not even who holds the very same', async () => {
			lead({ email: [email] });
			await refused({ ...findByPhone(''), matchBy: 'email', email }, UNUSABLE);
			await refused(byEmail(email, { name: 'Соколов Артём' }), UNUSABLE);
		});

		it('makes a customer for each visitor where an empty key is to', async () => {
			const before = customer(lead({ email: [email], note: 'Первый' }));
			const json = await run(
				byEmail(email, { name: '={{ $json.name }}', note: 'Новый' }, { ifKeyEmpty: 'create' }),
				{ items: [{ name: 'Соколов Артём' }, { name: 'Лисова Ева' }] },
			);
			expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'created']);
			expect(new Set(json.map(({ id }) => id)).size).toBe(2);
			expect(customer(before.id)).toEqual(before);
		});

		it('beside a phone is passed over', async () => {
			const before = customer(lead({ email: [email] }));
			const [made] = await run({
				...byPhone('8 900 555 00 01', { name: 'Соколов Артём' }),
				matchBy: 'phoneOrEmail',
				email,
			});
			expect(made).toMatchObject({ operationResult: 'created' });
			expect(customer(made.id)).toMatchObject({ phone: ['+7(900)555-00-01'] });
			expect(customer(before.id)).toEqual(before);
		});

		it('beside another email in one list matches nobody', async () => {
			const before = customer(lead({ email: [email] }));
			const [made] = await run(byEmail(given([email, 'artem@example.org']), { name: 'Соколов Артём' }));
			expect(made).toMatchObject({ operationResult: 'created' });
			expect(customer(before.id)).toEqual(before);
		});
	},
);

describe('an email among other text', () => {
	it.each(['Anna@Example.org', 'Анна <anna@example.org>', 'mailto:anna@example.org', ' anna@example.org.'])(
		'%j is found as anna@example.org, and the other way round',
		async (spelling) => {
			const id = lead({ email: [spelling] });
			expect(await run(byEmail('anna@example.org', { note: 'Новое' }))).toMatchObject([
				{ id, operationResult: 'updated' },
			]);
			const other = lead({ email: ['eva@example.org'] });
			const email = spelling.replace(/anna@/i, 'eva@');
			expect(await run(byEmail(email, { note: 'Новое' }))).toMatchObject([
				{ id: other, operationResult: 'updated' },
			]);
		},
	);

	it.each(['anna@example.org, eva@example.org', 'anna@example.org eva@example.org'])(
		'two in one text, %j, are two values of the key and of a record',
		async (both) => {
			const anna = lead({ email: ['anna@example.org'] });
			expect(await run({ ...findByPhone(''), matchBy: 'email', email: both })).toMatchObject([{ id: anna }]);
			const family = lead({ email: [both.replaceAll('a@', 'o@')] });
			expect(await run({ ...findByPhone(''), matchBy: 'email', email: 'evo@example.org' })).toMatchObject([
				{ id: family },
			]);
		},
	);
});

describe.each(['-', '—', '...', '***', '?', '( )'])('the key %j, which has no letter and no digit', (key) => {
	it('is no value of a custom field', async () => {
		const before = customer(lead({ custom_contract: key }));
		const parameters = { ...byPhone('', { name: 'Соколов Артём' }), matchBy: 'customField' };
		await refused({ ...parameters, matchField: 'custom_contract', matchValue: key }, 'holds no usable value');
		expect(customer(before.id)).toEqual(before);
	});

	it('is no name', async () => {
		const id = add('subject', { name: key });
		const before: IDataObject = { ...row('subject', id) };
		const count = rows('subject').length;
		await refused(
			{ resource: 'subject', operation: 'upsert', branchId: 1, matchBy: 'name', name: key },
			"'Name' holds no usable value",
		);
		expect(row('subject', id)).toEqual(before);
		expect(rows('subject')).toHaveLength(count);
	});
});

const by = (matchBy: string, key: INodeParameters, fields: INodeParameters = {}): INodeParameters => ({
	...byPhone('', fields, { ifKeyEmpty: 'create' }),
	matchBy,
	...key,
});

/** A sheet in which some have no phone, or no day of birth. */
describe('the half of a key that is filled', () => {
	it.each<[string, INodeParameters, INodeParameters, Record<string, unknown>]>([
		['phoneAndName', { phone: EMPTY, name: 'Лисова Ева' }, {}, { name: 'Лисова Ева', phone: [] }],
		['phoneAndName', { phone: '+7', name: 'Лисова Ева' }, {}, { name: 'Лисова Ева', phone: [] }],
		[
			'phoneAndName',
			{ phone: '8 900 555 00 01', name: EMPTY },
			{ name: 'Мама' },
			{ name: 'Мама', phone: ['+7(900)555-00-01'] },
		],
		['nameAndBirthDate', { name: 'Лисова Ева', dob: EMPTY }, {}, { name: 'Лисова Ева', dob: null }],
		[
			'nameAndBirthDate',
			{ name: EMPTY, dob: '2015-03-02' },
			{ name: 'Ева' },
			{ name: 'Ева', dob: '02.03.2015' },
		],
	])('is saved in the new one: %s %j', async (matchBy, key, fields, expected) => {
		const like = customer(lead({ name: 'Лисова Ева', phone: ['+7(900)555-00-01'], dob: '2015-03-02' }));
		const [made] = await run(by(matchBy, key, fields));
		expect(made).toMatchObject({ operationResult: 'created' });
		expect(made.id).not.toBe(like.id);
		expect(customer(made.id)).toMatchObject(expected);
		expect(customer(like.id)).toEqual(like);
	});

	it('does not stand in for a name that must be given', async () => {
		const before = rows('customer').length;
		await refused(by('nameAndBirthDate', { name: EMPTY, dob: '2015-03-02' }), "'Name' is empty");
		expect(rows('customer')).toHaveLength(before);
	});
});

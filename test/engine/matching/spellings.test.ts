import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, rows, run, set, stopped } = officeOf(school);

const NFD = 'Йося Зайцев'.normalize('NFD');
/** Two spellings of one name that comparing takes for the same. */
const PAIRS: Array<[stored: string, typed: string]> = [
	['Пётр Семёнов', 'Петр Семенов'],
	['Петр Семенов', 'Пётр Семёнов'],
	['Семен Семёнов', 'Семён Семенов'],
	['Мия  Орлова', 'Мия Орлова'],
	['Мия Орлова', ' мия   орлова\n'],
	['Мия\u00a0Орлова', 'Мия Орлова'],
	['Мия Орлова\u200b', 'Мия Орлова'],
	['Мия Орлова', '\ufeffМия Ор\u200bлова'],
	[NFD, NFD.normalize('NFC')],
	[NFD.normalize('NFC'), NFD],
	['Е Ё', 'Ё Е'],
	['Ёж'.normalize('NFD'), 'еж'],
	['Зёэ', 'Зеэ'],
];

describe.each(PAIRS)('who is stored as %j is found as %j', (stored, typed) => {
	it('by name and date of birth', async () => {
		const id = lead({ name: stored, dob: '2015-09-04' });
		const before = rows('customer').length;
		const parameters = { ...byPhone('', { note: 'Новое' }), matchBy: 'nameAndBirthDate' };
		const [json] = await run({ ...parameters, name: given(typed), dob: '2015-09-04' });
		expect(json).toMatchObject({ id, operationResult: 'updated' });
		expect(rows('customer')).toHaveLength(before);
	});

	it('by name, without another of the same', async () => {
		const id = add('group', { name: stored, branch_ids: [1] });
		const before = rows('group').length;
		const [json] = await run({
			resource: 'group',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'name',
			name: given(typed),
			fieldsToSet: { note: 'Новое' },
		});
		expect(json).toMatchObject({ id });
		expect(rows('group')).toHaveLength(before);
	});

	it('by a custom field', async () => {
		const id = lead({ custom_school: stored });
		set({ ignoredFilters: [] });
		const parameters = { ...findByPhone(''), matchBy: 'customField', matchField: 'custom_school' };
		expect((await run({ ...parameters, matchValue: given(typed) })).map((one) => one.id)).toEqual([id]);
	});
});

it.each([
	['04.09.2015', '2015-09-04'],
	['2015-09-04', '04.09.2015'],
])('a custom day stored as %s is found as %s', async (stored, typed) => {
	set({ ignoredFilters: [] });
	const id = lead({ custom_start: stored });
	const parameters = { ...findByPhone(''), matchBy: 'customField', matchField: 'custom_start' };
	expect((await run({ ...parameters, matchValue: typed })).map((one) => one.id)).toEqual([id]);
});

const PHONE = '+7(900)555-00-01';

describe.each(['digits', 'text'])('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	beforeEach(() => set({ phoneSearch }));

	it.each([
		[PHONE, '89005550001'],
		['89005550001', '8 900 555 00 01'],
		['8 900 555 00 01', PHONE],
		['+375 29 123-45-67', '80291234567'],
		['+49 170 1234567', '0049 170 12 345 67'],
		['00491701234567', '+49 170 1234567'],
		['+49 170 123 45 67', '+491701234567'],
	])('who holds %s is found as %s', async (stored, typed) => {
		const id = lead({ phone: [stored] });
		expect((await run(findByPhone(typed))).map((one) => one.id)).toEqual([id]);
	});

	it('two who hold the number in two spellings are two', async () => {
		const both: IDataObject[] = [lead({ phone: [PHONE] }), lead({ phone: ['8 900 555 00 01'] })].map(
			customer,
		);
		for (const typed of [PHONE, '8 900 555 00 01', '9005550001']) {
			const parameters: INodeParameters = byPhone(typed, { note: 'Новое' }, { ifSeveral: 'refuse' });
			const error = await stopped(parameters);
			for (const { id } of both) expect(`${error.message} ${error.description}`).toContain(String(id));
		}
	});
});

it('a name and a date of birth are asked for both, so that a second of the same is seen', async () => {
	const ids = [
		lead({ name: 'Зоя Лис', dob: '2015-09-04' }),
		// What nobody sees is in the middle of a word.
		lead({ name: 'Зоя Л\u200bис', dob: '2015-09-04' }),
	];
	const parameters = { ...findByPhone('', { ifSeveral: 'all' }), matchBy: 'nameAndBirthDate' };
	const found = await run({ ...parameters, name: 'зоя лис', dob: '2015-09-04' });
	expect(found.map(({ id }) => id).sort()).toEqual(ids);
});

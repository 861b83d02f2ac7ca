import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { findByPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { lead, rows, set, stopped, whole } = officeOf(school);

const WRONG = 'custom_dogvor';
const RIGHT = 'custom_dogovor';
const given = (name: string): IDataObject => ({
	name: 'Орлова Мия',
	is_study: 0,
	legal_type: 1,
	[name]: 'Д-новый',
});
const collection = (name: string): INodeParameters => ({
	name: 'Орлова Мия',
	customFields: { values: [{ name, value: 'Д-новый' }] },
});
const modes = (form: string, name: string): INodeParameters[] => [
	form === 'additionalFields'
		? { name: 'Орлова Мия', [form]: { customFields: { values: [{ name, value: 'Д-новый' }] } } }
		: { [form]: collection(name) },
	{ inputMode: 'json', json: JSON.stringify(given(name)), unknownFields: 'refuse' },
	{
		inputMode: 'map',
		columns: { mappingMode: 'defineBelow', value: given(name) } as unknown as INodeParameters,
		unknownFields: 'refuse',
	},
];
const forms = (name: string): Array<[string, INodeParameters]> => {
	const id = () => pick(lead({ name: 'Орлова Мия' }));
	const base = { resource: 'customer', branchId: 1, options: {} };
	return [
		...modes('additionalFields', name).map((mode): [string, INodeParameters] => [
			'create',
			{ ...base, operation: 'create', is_study: 0, legal_type: 1, ...mode },
		]),
		...modes('updateFields', name).map((mode): [string, INodeParameters] => [
			'update',
			{ ...base, operation: 'update', id: id(), listMode: 'replace', ...mode },
		]),
		...modes('fieldsToSet', name).map((mode): [string, INodeParameters] => [
			'upsert',
			{ ...base, operation: 'upsert', matchBy: 'phone', phone: '+7(900)555-00-01', ...mode },
		]),
	];
};
const byCustom = (operation: string, matchField: string): INodeParameters => ({
	...findByPhone(''),
	operation,
	matchBy: 'customField',
	matchField,
	matchValue: 'Д-новый',
	...(operation === 'upsert' ? { fieldsToSet: { name: 'Орлова Мия' }, options: {} } : {}),
});

describe('a custom field that the account does not have', () => {
	it('is named by a hint, whichever way it was given', async () => {
		for (const [operation, parameters] of forms(WRONG)) {
			const { error, hints } = await whole(parameters);
			expect([operation, error?.message]).toEqual([operation, undefined]);
			expect([operation, hints]).toEqual([operation, [expect.stringContaining(WRONG)]]);
		}
	});

	it('is no matter where it was saved', async () => {
		for (const [operation, parameters] of forms(RIGHT)) {
			const { error, hints } = await whole(parameters);
			expect([operation, error?.message, hints]).toEqual([operation, undefined, []]);
		}
		expect(rows('customer').filter((row) => row[RIGHT] === 'Д-новый').length).toBeGreaterThan(2);
	});

	it.each(['upsert', 'find'])('to match by stops %s', async (operation) => {
		const error = await stopped(byCustom(operation, WRONG));
		expect(error.message).toContain(WRONG);
		expect((await whole(byCustom(operation, RIGHT))).error).toBeUndefined();
	});

	it('to match by stops each item', async () => {
		const parameters = byCustom('upsert', WRONG);
		const before = rows('customer').length;
		const { json } = await whole(parameters, { items: [{}, {}, {}], onError: 'continueRegularOutput' });
		expect(json.map(({ error }) => String(error))).toEqual(Array(3).fill(expect.stringContaining(WRONG)));
		expect(rows('customer')).toHaveLength(before);
	});

	it('to match by is not told from a known one by a list without rows', async () => {
		set({ ignoredFilters: [] });
		const { json, error } = await whole(byCustom('upsert', RIGHT));
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});
});

it('a custom field that is given twice loses neither value without a word', async () => {
	const id = lead({ name: 'Орлова Мия', [RIGHT]: 'Д-старый' });
	const values = ['Д-1', 'Д-2'].map((value) => ({ name: RIGHT, value }));
	const update = { resource: 'customer', operation: 'update', branchId: 1, id: pick(id) };
	const error = await stopped({ ...update, updateFields: { customFields: { values } } } as INodeParameters);
	expect(error.message).toBe(`'${RIGHT}' is given twice`);
});

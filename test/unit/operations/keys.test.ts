import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import {
	emptyKeyError,
	keyField,
	keyOf,
	locksOf,
	searchOf,
} from '../../../nodes/AlfaCrm/operations/matching/keys';
import { isMatch } from '../../../nodes/AlfaCrm/operations/matching/search';
import { deskOf } from './support';

const customer = entityOf('customer');

/** What the form looks for. */
function searchFor(parameters: IDataObject, entity = customer) {
	const { item } = deskOf(undefined, { parameters });
	return searchOf(item, entity, keyOf(item, entity));
}
const keyNamed = (name: string) => customer.match!.keys.find((key) => key.name === name)!;

describe('the values of a key', () => {
	it.each<[IDataObject, IDataObject, boolean]>([
		// The first key is the one that the form begins with.
		[{ phone: ' 8 900 555 00 01 ' }, { phone: ['+7(900)555-00-01'] }, true],
		[{ matchBy: 'phone', phone: ['8 900 555 00 01', 'нет'] }, { phone: ['+7(900)555-00-01'] }, true],
		[{ matchBy: 'phone', phone: 'нет' }, {}, false],
		[{ matchBy: 'phone', phone: '+7 (___) ___-__-__' }, {}, false],
		[{ matchBy: 'phone', phone: null, email: 'a@example.org' }, {}, false],
		[{ matchBy: 'phoneOrEmail', phone: '', email: 'a@example.org' }, { email: ['a@example.org'] }, true],
		[
			{ matchBy: 'phoneOrEmail', phone: '123-45-67', email: 'a@example.org' },
			{ phone: ['123-45-67'], email: ['a@example.org'] },
			true,
		],
		[{ matchBy: 'phoneOrEmail', phone: '-', email: 'нет' }, {}, false],
		[
			{ matchBy: 'nameAndBirthDate', name: 'Мия', dob: '2015-09-04' },
			{ name: 'Мия', dob: '04.09.2015' },
			true,
		],
		[{ matchBy: 'nameAndBirthDate', name: 'Мия', dob: '' }, { name: 'Мия' }, false],
		[{ matchBy: 'nameAndBirthDate', name: '---', dob: '2015-09-04' }, { dob: '04.09.2015' }, false],
		[{ matchBy: 'id', id: '7' }, { id: 7 }, true],
		[{ matchBy: 'id', id: '' }, {}, false],
		[
			{ matchBy: 'customField', matchField: ' custom_school ', matchValue: ' A-12 ' },
			{ custom_school: 'A-12' },
			true,
		],
		[{ matchBy: 'customField', matchField: 'custom_school', matchValue: ' ' }, {}, false],
	])('%j are %j, which is enough: %j', (parameters, wanted, isEnough) => {
		const search = searchFor(parameters);
		expect(search).toMatchObject({ wanted, isEnough });
		expect(search.fields.map(({ name }) => name)).toEqual(Object.keys(wanted));
	});

	it('are those of a custom field that the form names', () => {
		expect(() => searchFor({ matchBy: 'customField', matchField: 'school', matchValue: 'x' })).toThrow(
			`'Custom Field' is no name of a custom field: "school"`,
		);
		expect(() => searchFor({ matchBy: 'customField', matchField: 'school' })).toThrow(
			expect.objectContaining({
				description: "It starts with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			}),
		);
	});

	it('are of no key that the form does not have', () => {
		expect(() => searchFor({ matchBy: 'shoeSize' })).toThrow("'Match By' must be one of");
	});

	it.each<[string, string]>([
		['phone', "'Phone' is empty"],
		['id', "'Customer' is empty"],
		['phoneOrEmail', "Neither 'Phone' nor 'Email' is filled"],
		['nameAndBirthDate', "'Name' and 'Date of Birth' are not both filled"],
	])('of %s, where they are not enough, are said to be: %s', (name, words) => {
		const error = emptyKeyError(deskOf().item, customer, keyNamed(name), ', or go on');
		expect(error.message).toBe(`${words}, so no customer can be looked for`);
		expect(error).toMatchObject({
			description: 'Fill it, or check the expression in it, or go on. Nothing was sent to AlfaCRM.',
		});
	});

	it.each<[IDataObject, string]>([
		[{ matchBy: 'phone', phone: 'неизвестно' }, `'Phone' holds no usable phone number: "неизвестно"`],
		[
			{ matchBy: 'phone', phone: '+7 999 999 99 99' },
			`'Phone' holds no usable phone number: "+7 999 999 99 99"`,
		],
		[{ matchBy: 'phone', phone: '120363041234567890@g.us' }, `'Phone' holds no usable phone number: "1203`],
		[{ matchBy: 'phone', phone: 'tg://user?id=123456789' }, `'Phone' holds no usable phone number: "tg://`],
		[{ matchBy: 'phone', phone: ' ' }, "'Phone' is empty"],
		[{ matchBy: 'email', email: 'нет' }, `'Email' holds no usable email address: "нет"`],
		[
			{ matchBy: 'phoneOrEmail', phone: 'нет', email: '-' },
			`'Phone' holds no usable phone number: "нет" and 'Email' holds no usable email address: "-"`,
		],
		[{ matchBy: 'phoneOrEmail', phone: 'нет', email: '' }, `'Phone' holds no usable phone number: "нет"`],
		[{ matchBy: 'phoneAndName', phone: 'нет', name: 'Мия' }, `'Phone' holds no usable phone number: "нет"`],
		[{ matchBy: 'phoneAndName', phone: '', name: 'Мия' }, "'Phone' and 'Name' are not both filled"],
		[
			{ matchBy: 'customField', matchField: 'custom_a', matchValue: '-' },
			`'custom_a' holds no usable value: "-"`,
		],
	])('%j are said to be given where they are: %s', (parameters, words) => {
		const { item } = deskOf(undefined, { parameters });
		const error = emptyKeyError(item, customer, keyOf(item, customer));
		expect(error.message.startsWith(words)).toBe(true);
		expect(error.message).toMatch(/, so no customer can be looked for$/);
	});

	it('have the fields of the record, the ID or a custom field', () => {
		expect(keyField(customer, 'id')).toEqual({
			type: 'id',
			entity: 'customer',
			name: 'id',
			label: 'Customer',
		});
		expect(keyField(customer, 'dob').label).toBe('Date of Birth');
		expect(keyField(customer, 'custom_a')).toEqual({ type: 'custom', name: 'custom_a', label: 'custom_a' });
	});
});

describe('a row fits', () => {
	const two = { matchBy: 'nameAndBirthDate', name: 'Мия', dob: '2015-09-04' };
	const any = { matchBy: 'phoneOrEmail', phone: '1234567, 7654321', email: 'a@example.org' };

	it.each<[IDataObject, IDataObject, boolean]>([
		[two, { name: 'мия', dob: '2015-09-04' }, true],
		[two, { name: 'мия', dob: '2015-09-05' }, false],
		[two, { name: 'мия' }, false],
		[any, { phone: ['765-43-21'], email: [] }, true],
		[any, { phone: [], email: ['нет', 'A@example.org'] }, true],
		[any, { phone: ['7654322'], email: ['b@example.org'] }, false],
		[any, {}, false],
		[{ matchBy: 'id', id: 7 }, { id: '7' }, true],
		[{ matchBy: 'id', id: 7 }, { id: 8 }, false],
	])('%j: %j, %j', (parameters, row, wanted) => {
		expect(isMatch(searchFor(parameters), row)).toBe(wanted);
	});
});

describe('who writes a record holds a lock', () => {
	it('for each value by which it could be looked for, the same in any spelling', () => {
		const values = {
			name: 'Мия',
			phone: ['8 900 555 00 01', '123-45-67', 'нет'],
			email: 'A@example.org',
			note: 'x',
			custom_a: 'B',
			dob: null,
		};
		expect(locksOf(customer, values)).toEqual([
			['customer', 'name', 'мия'],
			['customer', 'phone', '79005550001'],
			['customer', 'phone', '1234567'],
			['customer', 'email', 'a@example.org'],
			['customer', 'custom_a', 'b'],
		]);
		expect(locksOf(customer, { phone: '+7(900)555-00-01' })).toEqual([['customer', 'phone', '79005550001']]);
		expect(locksOf(customer, { id: 7 })).toEqual([['customer', 'id', '7']]);
	});
});

import { DateTime } from 'luxon';

import type { ApiValue, Field, ShownField, ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import {
	addItems,
	clearedValue,
	findWebAddresses,
	isBlank,
	jsonHint,
	kindOf,
	normalForms,
	objectSchema,
	serialize,
	toColumn,
	toParameter,
	toProperty,
	toSingleProperty,
} from '../../../nodes/AlfaCrm/fields/field';
import { normalizeText } from '../../../nodes/AlfaCrm/fields/normalizeText';
import { quoted, unreadable, UnreadableValue } from '../../../nodes/AlfaCrm/fields/unreadable';
import { isDeep } from '../../support/depth';
import { ZONE } from './samples';

/** Makes a field with the name "sample" and the label "Sample". */
const makeField = (type: ShownType): ShownField =>
	({ name: 'sample', label: 'Sample', ...type }) as ShownField;

const DAY_CHOICES = [
	{ value: 1, label: 'Monday' },
	{ value: 7, label: 'Sunday' },
];

const TEXT = makeField({ type: 'text' });
const LONG_TEXT = makeField({ type: 'longText' });
const TEXTS = makeField({ type: 'texts' });
const ADDRESSES = makeField({ type: 'texts', split: false });
const PHONES = makeField({ type: 'phones' });
const EMAILS = makeField({ type: 'emails' });
const EMAIL_FILTER = makeField({ type: 'emailPart' });
const CUSTOM = makeField({ type: 'custom' });
const NUMBER = makeField({ type: 'number' });
const SUM = makeField({ type: 'number', min: 0.01 });
const CORRECTION = makeField({ type: 'number', nonZero: true });
const INTEGER = makeField({ type: 'integer' });
const FLAG = makeField({ type: 'flag' });
const BOOLEAN = makeField({ type: 'boolean' });
const DATE = makeField({ type: 'date', format: 'dotted' });
const TIME = makeField({ type: 'time' });
const CHOICE = makeField({ type: 'choice', choices: DAY_CHOICES, default: 1 });
const CHOICES = makeField({ type: 'choices', choices: DAY_CHOICES });
const ID = makeField({ type: 'id' });
const IDS = makeField({ type: 'ids' });
const CUSTOMER_ID = makeField({ type: 'id', entity: 'customer' });
const STAGE = makeField({ type: 'reference', entity: 'leadStatus' });
const STAGES = makeField({ type: 'references', entity: 'leadStatus' });
const USER = makeField({ type: 'reference', entity: 'user' });
const USERS = makeField({ type: 'references', entity: 'user' });
const TEACHERS = makeField({ type: 'references', entity: 'teacher' });
const CUSTOMER_OF_LESSON = makeField({
	type: 'reference',
	entity: 'customer',
	loadMethod: 'lessonCustomers',
});
const CUSTOMER = makeField({ type: 'record', entity: 'customer' });
const CUSTOMERS = makeField({ type: 'records', entity: 'customer' });
const OBJECT = makeField({ type: 'object' });
const ROWS = makeField({
	type: 'rows',
	fields: [
		{ type: 'id', name: 'customer_id', label: 'Customer ID', required: true },
		{ type: 'flag', name: 'is_attend', label: 'Attended' },
		{ type: 'text', name: 'note', label: 'Note' },
	],
	readOnly: ['ctt_id'],
});

/** Makes the column that a required field has in the field mapper. */
const toRequiredColumn = (field: ShownField) => toColumn(field as Field, true);

/** Makes the column that an optional field has in the field mapper. */
const toOptionalColumn = (field: ShownField) => toColumn(field as Field, false);

/** Writes the address of a customer's page on AlfaCRM's website. */
const pageOfCustomer = (id: number): string => `https://demo.s20.online/company/1/customer/view?id=${id}`;

/** Fills n8n's picker with a record by its ID. */
const pickedById = (value: unknown) => ({ __rl: true, mode: 'id', value });

/** Fills n8n's picker with the address of a record. */
const pickedByAddress = (value: string) => ({ __rl: true, mode: 'url', value });

/** Fills n8n's picker with the phone of a record, whose digits are no ID. */
const PICKED_BY_PHONE = { __rl: true, mode: 'phone', value: '501' };

describe('serialize', () => {
	it.each<{ rule: string; field: ShownField; value: unknown; apiValue: ApiValue }>([
		{ rule: 'trims a text', field: TEXT, value: ' Мия \n', apiValue: 'Мия' },
		{
			rule: 'keeps a text with a rounded number and a word',
			field: TEXT,
			value: '7,9E+10 ₽',
			apiValue: '7,9E+10 ₽',
		},
		{
			rule: 'splits texts at a semicolon and leaves out empty ones',
			field: TEXTS,
			value: ['a@example.org;b@example.org', ' '],
			apiValue: ['a@example.org', 'b@example.org'],
		},
		{
			rule: 'keeps a comma in a web address',
			field: TEXTS,
			value: 'https://a.example/?x=1,2',
			apiValue: ['https://a.example/?x=1,2'],
		},
		{
			rule: 'splits two web addresses at a comma',
			field: TEXTS,
			value: 'https://a.example,https://b.example',
			apiValue: ['https://a.example', 'https://b.example'],
		},
		{
			rule: 'leaves out commas and semicolons around texts',
			field: TEXTS,
			value: ['-,', 'a;;', ';b'],
			apiValue: ['-', 'a', 'b'],
		},
		{
			rule: 'keeps commas and semicolons in an address',
			field: ADDRESSES,
			value: 'ул. Мира, 5; кв. 2',
			apiValue: ['ул. Мира, 5; кв. 2'],
		},
		{
			rule: 'leaves out addresses of commas alone',
			field: ADDRESSES,
			value: [' ,; ', ',a,'],
			apiValue: [',a,'],
		},
		{
			rule: 'reads the number in an address of WhatsApp',
			field: PHONES,
			value: '79005550001:12@s.whatsapp.net',
			apiValue: ['+79005550001'],
		},
		{ rule: 'sends true in a custom field as 1', field: CUSTOM, value: true, apiValue: 1 },
		{
			rule: 'leaves out empty items of a custom list and sends false as 0',
			field: CUSTOM,
			value: ['a', '', 2, false],
			apiValue: ['a', 2, 0],
		},
		{
			rule: 'reads the day of a DateTime in the time zone of the workflow',
			field: CUSTOM,
			value: DateTime.fromISO('2026-02-04T23:00', { zone: 'UTC' }),
			apiValue: '05.02.2026',
		},
		{
			rule: 'reads the day of a Date',
			field: CUSTOM,
			value: new Date('2026-02-04T00:00:00.000Z'),
			apiValue: '04.02.2026',
		},
		{
			rule: 'keeps a text with a time in a custom field',
			field: CUSTOM,
			value: '2026-02-04T23:00:00.000Z',
			apiValue: '2026-02-04T23:00:00.000Z',
		},
		{ rule: 'reads the stage "none" as null', field: STAGE, value: 'none', apiValue: null },
		{ rule: 'reads "none" among stages as null', field: STAGES, value: ['none', 2], apiValue: [null, 2] },
		{ rule: 'rounds a sum to kopecks', field: NUMBER, value: 1290.9 * 3, apiValue: 3872.7 },
		{ rule: 'rounds half a kopeck up', field: NUMBER, value: 1.005, apiValue: 1.01 },
		{ rule: 'rounds a small negative number to 0', field: NUMBER, value: -0.001, apiValue: 0 },
		{
			rule: 'writes a day with dots',
			field: DATE,
			value: '2015-09-04T00:00:00.000Z',
			apiValue: '04.09.2015',
		},
		{ rule: 'reads choices from a text', field: CHOICES, value: '1, 7', apiValue: [1, 7] },
		{ rule: 'reads the ID in an address', field: CUSTOMER_ID, value: pageOfCustomer(501), apiValue: 501 },
		{ rule: 'reads the ID in a picker', field: STAGE, value: pickedById('4'), apiValue: 4 },
		{
			rule: 'reads the ID in the address in a picker',
			field: CUSTOMER,
			value: pickedByAddress('https://demo.s20.online/company/1/customer/view?tab=1&id=501'),
			apiValue: 501,
		},
		{ rule: 'reads IDs from lists in a list', field: IDS, value: [[1], '[2, 3]'], apiValue: [1, 2, 3] },
		{
			rule: 'leaves out empty and read-only fields of a row',
			field: ROWS,
			value: [{ customer_id: '7', is_attend: true, note: '', ctt_id: 77 }],
			apiValue: [{ customer_id: 7, is_attend: 1 }],
		},
		{
			rule: 'reads rows from the form',
			field: ROWS,
			value: { values: [{ customer_id: 7 }, { customer_id: 8 }] },
			apiValue: [{ customer_id: 7 }, { customer_id: 8 }],
		},
		{
			rule: 'reads rows from JSON',
			field: ROWS,
			value: '[{"customer_id": 7, "note": " x "}]',
			apiValue: [{ customer_id: 7, note: 'x' }],
		},
		{ rule: 'reads an object from JSON', field: OBJECT, value: '{"b": 1}', apiValue: { b: 1 } },
	])('serialize $rule', ({ field, value, apiValue }) => {
		expect(isBlank(field, value)).toBe(false);
		expect(serialize(field, value, ZONE)).toEqual(apiValue);
	});

	it.each<{ refusedValue: string; field: ShownField; value: unknown; message: string }>([
		{
			refusedValue: 'the phone of a record in place of its ID',
			field: CUSTOMER,
			value: PICKED_BY_PHONE,
			message: `'Sample' must be the number of a record, but it is "501"`,
		},
		{
			refusedValue: 'the phone of a record in place of several IDs',
			field: CUSTOMERS,
			value: PICKED_BY_PHONE,
			message: `'Sample' must be one or more numbers of records, but it is "501"`,
		},
		{
			refusedValue: 'a phone in place of a stage',
			field: STAGE,
			value: PICKED_BY_PHONE,
			message: `'Sample' must be the name or the ID of a record, or none, but it is "501"`,
		},
		{
			refusedValue: 'NaN in place of a text',
			field: TEXT,
			value: NaN,
			message: `'Sample' must be a text, but it is "NaN"`,
		},
		{
			refusedValue: 'an empty text',
			field: TEXT,
			value: '',
			message: "'Sample' must be a text, but it is empty",
		},
		{
			refusedValue: 'an object among texts',
			field: TEXTS,
			value: [{}],
			message: "'Sample' must be a text or a list of texts",
		},
		{
			refusedValue: 'NaN in a custom field',
			field: CUSTOM,
			value: NaN,
			message: `'Sample' must be a text, a number, yes or no, a date, or a list of those, but it is "NaN"`,
		},
		{
			refusedValue: 'a rounded number in place of a text',
			field: TEXT,
			value: '7,90056E+10',
			message: `'Sample' must be a text, but it is "7,90056E+10", a number that was rounded: its last digits are lost`,
		},
		{
			refusedValue: 'a rounded phone behind a word',
			field: PHONES,
			value: 'мама 7.90056E+10',
			message: `'Sample' must be a phone number or a list of phone numbers, but it is "мама 7.90056E+10", a number that was rounded: its last digits are lost`,
		},
		{
			refusedValue: 'a number with a comma before three digits',
			field: NUMBER,
			value: '1,290',
			message: `'Sample' must be a number, such as 1290.90 or 1 290,90, but it is "1,290"`,
		},
		{
			refusedValue: 'a sum below the least one',
			field: SUM,
			value: 0.004,
			message: "'Sample' must be a number of at least 0.01",
		},
		{
			refusedValue: 'a correction by 0',
			field: CORRECTION,
			value: '0.00',
			message: "'Sample' must be a number other than 0, such",
		},
		{
			refusedValue: 'a whole number above the greatest one',
			field: makeField({ type: 'integer', min: 1, max: 5 }),
			value: 6,
			message: `'Sample' must be a whole number of at least 1 and of at most 5, but it is "6"`,
		},
		{
			refusedValue: 'a word in place of a flag',
			field: FLAG,
			value: 'yes',
			message: `'Sample' must be true or false, but it is "yes"`,
		},
		{
			refusedValue: 'an address with two IDs',
			field: CUSTOMER_ID,
			value: 'https://demo.s20.online/company/1/customer/view?id=1&id=2',
			message: "'Sample' must be the number of a record",
		},
		{
			refusedValue: 'a day that does not exist',
			field: DATE,
			value: '30.02.2026',
			message: `'Sample' must be a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "30.02.2026"`,
		},
		{
			refusedValue: 'a year of which a browser got two digits',
			field: DATE,
			value: '0016-09-01',
			message: `'Sample' must be a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "0016-09-01"`,
		},
		{
			refusedValue: 'a value that is no choice',
			field: CHOICE,
			value: 2,
			message: `'Sample' must be one of 1 (Monday), 7 (Sunday), but it is "2"`,
		},
		{
			refusedValue: 'a list with a value that is no choice',
			field: CHOICES,
			value: '1, 2',
			message: `'Sample' must be some of 1 (Monday), 7 (Sunday), but it is "1, 2"`,
		},
		{
			refusedValue: 'an address without an ID',
			field: STAGE,
			value: 'https://demo.s20.online/company/1/customer',
			message: "'Sample' must be the name or the ID of a record, or none, but",
		},
		{
			refusedValue: 'an address in a field of an unknown entity',
			field: ID,
			value: pageOfCustomer(501),
			message: "'Sample' must be the number of a record",
		},
		{
			refusedValue: 'a word among IDs',
			field: IDS,
			value: '1, x',
			message: `'Sample' must be one or more numbers of records, but it is "1, x"`,
		},
		{
			refusedValue: 'a word in place of rows',
			field: ROWS,
			value: 'x',
			message: `'Sample' must be a list of rows, each an object, but it is "x"`,
		},
		{
			refusedValue: 'a list in place of an object',
			field: OBJECT,
			value: [1],
			message: "'Sample' must be an object",
		},
		{
			refusedValue: 'a stage with the ID 0',
			field: STAGE,
			value: 0,
			message: "'Sample' must be the name or the ID of a record, or none, but",
		},
		{
			refusedValue: 'an object in place of a record',
			field: USER,
			value: {},
			message: "'Sample' must be the name or the ID of a record, but",
		},
		{
			refusedValue: 'the ID 0 among records',
			field: USERS,
			value: [0],
			message: "'Sample Names or IDs' must be one or more names or IDs of records, but",
		},
		{
			refusedValue: 'the name of a customer in a lesson',
			field: CUSTOMER_OF_LESSON,
			value: 'Мия',
			message: "'Sample' must be the number of a record, but",
		},
	])('serialize refuses $refusedValue', ({ field, value, message }) => {
		expect(() => serialize(field, value, ZONE)).toThrow(UnreadableValue);
		expect(() => serialize(field, value, ZONE)).toThrow(message);
	});

	it.each([
		{
			mistake: 'without a required field',
			row: { is_attend: 1 },
			message: "'Customer ID' is empty in a row, but it is required",
		},
		{
			mistake: 'with an unknown field',
			row: { customer_id: 7, isAttend: 1 },
			message: 'There is no field "isAttend" in a row',
		},
		{
			mistake: 'with an unreadable value',
			row: { customer_id: 7, is_attend: 'yes' },
			message: `'Attended' must be true or false, but it is "yes"`,
		},
	])('serialize refuses a row $mistake', ({ row, message }) => {
		expect(() => serialize(ROWS, [row], ZONE)).toThrow(message);
	});

	it('serialize quotes the first 60 characters of a long value in its error, and gives advice', () => {
		const expectedError = expect.objectContaining({
			message: `'Sample' must be the number of a record, but it is "${'x'.repeat(60)}…"`,
			description: "Correct it in this node, or the expression that fills 'Sample'.",
			label: 'Sample',
		}) as Error;

		expect(() => serialize(ID, 'x'.repeat(100), ZONE)).toThrow(expectedError);
	});
});

describe('Long values', () => {
	it('a field of IDs reads a text with 20,000 IDs', () => {
		const ids = Array.from({ length: 20_000 }, (_, index) => index + 1);

		expect(serialize(IDS, ids.join(', '), ZONE)).toEqual(ids);
	});

	/** Reads a value as forms, searches and calls do. The field may refuse the value. */
	function readInAllWays(field: ShownField, value: string): void {
		isBlank(field, value);
		normalForms(field, value);
		try {
			serialize(field, value, ZONE);
		} catch (error) {
			expect(error).toBeInstanceOf(UnreadableValue);
		}
	}

	it.each([
		{ part: 'a,' },
		{ part: '1 ' },
		{ part: ',' },
		{ part: ' ' },
		{ part: '8 900 555 00 01, ' },
		{ part: '_' },
		{ part: 'https://a.example/,' },
		{ part: '[' },
		{ part: '(' },
		{ part: '\u200b' },
		{ part: '0.' },
	])('seven fields read a text that repeats "$part" 10,000 times in less than ten seconds', ({ part }) => {
		const text = part.repeat(isDeep ? 20_000 : 10_000);
		const start = performance.now();

		for (const field of [TEXT, TEXTS, PHONES, IDS, CUSTOM, NUMBER, TIME]) {
			readInAllWays(field, text);
		}

		// It takes less than a second. With the square of the length it would take minutes.
		expect(performance.now() - start).toBeLessThan(10_000);
	});
});

describe('unreadable', () => {
	it.each([
		{
			rule: 'says that digits are lost in a text with a rounded number',
			value: '7.90056E+10',
			message: `'Sample' must be a number, but it is "7.90056E+10", a number that was rounded: its last digits are lost`,
		},
		{
			rule: 'does not say that digits are lost in a large number',
			value: 1e21,
			message: `'Sample' must be a number, but it is "1e+21"`,
		},
		{
			rule: 'quotes the content of a picker',
			value: pickedById('ученик 5'),
			message: `'Sample' must be a number, but it is "ученик 5"`,
		},
	])('unreadable $rule', ({ value, message }) => {
		expect(unreadable({ label: 'Sample' }, 'a number', value).message).toBe(message);
	});
});

describe('quoted', () => {
	it('quoted returns the number that a picker holds', () => {
		expect(quoted(pickedById(0))).toBe('"0"');
	});

	it('quoted returns the list that a picker holds as JSON', () => {
		expect(quoted(pickedById([1, 2]))).toBe('"[1,2]"');
	});

	it('quoted returns "an object" for an object whose JSON is undefined', () => {
		expect(quoted({ toJSON: () => undefined })).toBe('"an object"');
	});

	it('quoted returns "an object" for a list that contains itself', () => {
		const circle: unknown[] = [];
		circle.push(circle);

		expect(quoted(circle)).toBe('"an object"');
	});
});

describe('isBlank', () => {
	const ALWAYS_EMPTY: unknown[] = [
		undefined,
		null,
		'',
		' ',
		'\u00a0\n',
		'\u200b',
		[],
		{ mode: 'list', value: '' },
		{ __rl: true, mode: 'id', value: null },
	];
	const EMPTY_LISTS: unknown[] = [' [ ] ', ' , ;\n', [[], null], '["", null]'];
	const PHONES_WITHOUT_DIGITS: unknown[] = [
		'+7 (___) ___-__-__',
		'+7',
		0,
		['8', ''],
		'+7, +7 (___) ___-__-__',
	];

	/** Makes a row of the table for each value of a field. */
	const makeCases = (name: string, field: ShownField, values: unknown[]) =>
		values.map((value) => ({ name, field, value }));

	it.each([
		...makeCases('text', TEXT, ALWAYS_EMPTY),
		...makeCases('date', DATE, ALWAYS_EMPTY),
		...makeCases('list of texts', TEXTS, [...ALWAYS_EMPTY, ...EMPTY_LISTS]),
		...makeCases('list of addresses', ADDRESSES, [...ALWAYS_EMPTY, ...EMPTY_LISTS]),
		...makeCases('list of choices', CHOICES, [...ALWAYS_EMPTY, ...EMPTY_LISTS]),
		...makeCases('list of phones', PHONES, [...ALWAYS_EMPTY, ...EMPTY_LISTS, ...PHONES_WITHOUT_DIGITS]),
		...makeCases('list of rows', ROWS, [...ALWAYS_EMPTY, '[]', {}, { values: [] }, { values: '' }]),
		...makeCases('object', OBJECT, [...ALWAYS_EMPTY, {}, '{}']),
		...makeCases('custom field', CUSTOM, [...ALWAYS_EMPTY, [''], [null, ' ']]),
	])('isBlank is true for an empty $name: $value', ({ field, value }) => {
		expect(isBlank(field, value)).toBe(true);
	});

	it.each([
		...makeCases('text', TEXT, ['0', 0, false, '[]', ',', {}, [undefined], NaN]),
		...makeCases('list of phones', PHONES, ['нет', '12345', NaN, {}, true]),
		...makeCases('list of rows', ROWS, [{ values: [{}] }, [{}], 'x', 0]),
		...makeCases('custom field', CUSTOM, ['[]', 0, false, {}]),
	])('isBlank is false for a filled or unreadable $name: $value', ({ field, value }) => {
		expect(isBlank(field, value)).toBe(false);
	});
});

describe('clearedValue', () => {
	it.each([
		{ name: 'a text', field: TEXT, value: '' },
		{ name: 'a number', field: NUMBER, value: null },
		{ name: 'a list of phones', field: PHONES, value: [] },
		{ name: 'a list of rows', field: ROWS, value: [] },
	])('clearedValue empties $name with $value', ({ field, value }) => {
		expect(clearedValue(field)).toEqual(value);
	});
});

describe('normalForms', () => {
	it.each([
		{ result: 'a text in small letters', field: TEXT, value: ' Алёна  ОРЛОВА', forms: ['алена орлова'] },
		{
			result: 'a phone with its country code',
			field: PHONES,
			value: '8 900 555 00 01',
			forms: ['79005550001'],
		},
		{ result: 'nothing for a word among phones', field: PHONES, value: 'мама', forms: [] },
		{ result: 'each text of a custom list', field: CUSTOM, value: ['a', 'B'], forms: ['a', 'b'] },
		{ result: 'a date from the year on', field: DATE, value: '04.09.2015', forms: ['2015-09-04'] },
		{ result: 'a date in a custom field', field: CUSTOM, value: '04.09.2015', forms: ['2015-09-04'] },
	])('normalForms returns $result', ({ field, value, forms }) => {
		expect(normalForms(field, value)).toEqual(forms);
	});
});

describe('makeSearchFilters', () => {
	it.each([
		{ searchedPart: 'an ID itself', field: ID, value: 7, filters: [{ sample: 7 }] },
		{
			searchedPart: 'a date by a period of one day',
			field: DATE,
			value: '04.09.2015',
			filters: [{ sample_from: '04.09.2015', sample_to: '04.09.2015' }],
		},
		{
			searchedPart: 'a phone by its last digits',
			field: PHONES,
			value: '8 900 555 00 01',
			filters: [{ sample: '05550001' }, { sample: '0001' }, { sample: '00-01' }, { sample: '00 01' }],
		},
		{
			searchedPart: 'the number in a custom field itself',
			field: CUSTOM,
			value: 12,
			filters: [{ sample: 12 }],
		},
		{
			searchedPart: 'a date in a custom field in two formats',
			field: CUSTOM,
			value: '04.09.2015',
			filters: [{ sample: '2015-09-04' }, { sample: '04.09.2015' }],
		},
	])('makeSearchFilters searches for $searchedPart', ({ field, value, filters }) => {
		expect(kindOf(field).makeSearchFilters(field, 'sample', value)).toEqual(filters);
	});

	it('makeSearchFilters makes no filter for a word in a field of phones', () => {
		expect(kindOf(PHONES).makeSearchFilters(PHONES, 'sample', 'мама')).toEqual([]);
	});
});

describe('normalizeText', () => {
	it.each([
		{ rule: 'reduces blanks', text: '  Мия \t Орлова\n', normalizedText: 'мия орлова' },
		{ rule: 'composes accents and replaces ё', text: 'АЛЁНА'.normalize('NFD'), normalizedText: 'алена' },
		{ rule: 'removes invisible characters', text: 'a\u00adb\u200bc', normalizedText: 'abc' },
	])('normalizeText $rule', ({ text, normalizedText }) => {
		expect(normalizeText(text)).toBe(normalizedText);
		expect(normalizeText(normalizedText)).toBe(normalizedText);
	});
});

describe('Email addresses', () => {
	it.each([
		{
			searchedPart: 'addresses in small letters',
			value: 'Anna@Example.org',
			forms: ['anna@example.org'],
			filters: [{ email: 'anna@example.org' }],
		},
		{
			searchedPart: 'addresses without names and brackets',
			value: 'Anna <anna@example.org>, (boris@example.org)',
			forms: ['anna@example.org', 'boris@example.org'],
			filters: [{ email: 'anna@example.org' }, { email: 'boris@example.org' }],
		},
		{
			// AlfaCRM's search tells е from ё, so it is asked for the longest part without е.
			searchedPart: 'a part of an address that has only one spelling',
			value: '1@пример.рф',
			forms: ['1@пример.рф'],
			filters: [{ email: '1@прим' }],
		},
	])('a search by email looks for $searchedPart: $value', ({ value, forms, filters }) => {
		expect(normalForms(EMAILS, value)).toEqual(forms);
		expect(kindOf(EMAILS).makeSearchFilters(EMAILS, 'email', value)).toEqual(filters);
	});

	it.each([{ value: 'anna@example@org' }, { value: '-@example.org' }, { value: 'нет' }])(
		'a text without an email address is neither matched nor searched for: $value',
		({ value }) => {
			expect(normalForms(EMAILS, value)).toEqual([]);
			expect(kindOf(EMAILS).makeSearchFilters(EMAILS, 'email', value)).toEqual([]);
		},
	);

	it.each([
		{
			rule: 'splits addresses at a blank',
			value: 'anna@example.org boris@example.org',
			addresses: ['anna@example.org', 'boris@example.org'],
		},
		{
			rule: 'keeps a word in brackets behind an address',
			value: 'anna@example.org (мама)',
			addresses: ['anna@example.org (мама)'],
		},
		{ rule: 'keeps a slash in an address', value: 'a/b@example.org', addresses: ['a/b@example.org'] },
		{
			rule: 'keeps the name before and the words behind an address',
			value: 'Анна <anna@example.org> писать после 18',
			addresses: ['Анна <anna@example.org> писать после 18'],
		},
	])('a field of emails $rule', ({ value, addresses }) => {
		expect(serialize(EMAILS, value, 'UTC')).toEqual(addresses);
	});

	it.each<{ sender: unknown; addresses: string[] }>([
		{ sender: 'Anna Petrova <Anna@example.org>', addresses: ['Anna@example.org'] },
		{ sender: '<anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: '"Petrova, Anna" <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: 'Petrova, Anna <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: '"Петрова; Анна"\r\n <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: '"Anna \\"Anya\\" Petrova" <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: '"anna@old.example, work" <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: 'anna@example.org <anna@example.org>', addresses: ['anna@example.org'] },
		{ sender: 'mailto:anna@example.org', addresses: ['anna@example.org'] },
		{
			sender: '"Petrova, Anna" <anna@example.org>, Boris <boris@example.org>; eva@example.org',
			addresses: ['anna@example.org', 'boris@example.org', 'eva@example.org'],
		},
		{
			sender: 'Anna <anna@example.org> Boris <boris@example.org>',
			addresses: ['anna@example.org', 'boris@example.org'],
		},
		{
			sender: ['Petrova, Anna <anna@example.org>', 'boris@example.org'],
			addresses: ['anna@example.org', 'boris@example.org'],
		},
		{ sender: '["Anna <anna@example.org>"]', addresses: ['anna@example.org'] },
	])('a field of emails saves the address of a sender without the name: $sender', ({ sender, addresses }) => {
		expect(serialize(EMAILS, sender, 'UTC')).toEqual(addresses);
	});

	it('addItems does not add an email address with a name when the list has the address', () => {
		const emails = addItems(EMAILS, ['anna@example.org'], ['"Petrova, Anna" <Anna@Example.org>']);

		expect(emails).toEqual(['anna@example.org']);
	});

	it('addItems does not add an email address when the list has it with a name', () => {
		const emails = addItems(
			EMAILS,
			['Anna Petrova <anna@example.org>'],
			['anna@example.org', 'Anna <anna@example.org>'],
		);

		expect(emails).toEqual(['Anna Petrova <anna@example.org>']);
	});

	it('a filter by email leaves out the name of the sender', () => {
		const filterValue = serialize(EMAIL_FILTER, '"anna@example.org, Anna" <anna@example.org>', 'UTC');

		expect(filterValue).toBe('anna@example.org');
	});
});

describe('findWebAddresses', () => {
	const LESSON_ROWS = makeField({
		type: 'rows',
		fields: [
			{ type: 'id', name: 'customer_id', label: 'Customer', entity: 'customer' },
			{ type: 'text', name: 'note', label: 'Note' },
		],
	});

	it.each([
		{
			foundAddress: 'an address between blanks',
			value: ` ${pageOfCustomer(1)}\n`,
			address: pageOfCustomer(1),
		},
		{
			foundAddress: 'an address in a picker',
			value: pickedByAddress(pageOfCustomer(1)),
			address: pageOfCustomer(1),
		},
		{ foundAddress: 'an address in capitals', value: 'HTTP://demo', address: 'HTTP://demo' },
	])('findWebAddresses finds $foundAddress', ({ value, address }) => {
		expect(findWebAddresses(CUSTOMER_ID, value)).toEqual([{ label: 'Sample', address }]);
	});

	it('findWebAddresses finds no address behind a word', () => {
		expect(findWebAddresses(CUSTOMER_ID, `см. ${pageOfCustomer(1)}`)).toEqual([]);
	});

	it('findWebAddresses finds the addresses in a list of IDs', () => {
		const addresses = findWebAddresses(makeField({ type: 'ids', entity: 'customer' }), [
			pageOfCustomer(1),
			2,
			pageOfCustomer(3),
		]);

		expect(addresses).toEqual([
			{ label: 'Sample', address: pageOfCustomer(1) },
			{ label: 'Sample', address: pageOfCustomer(3) },
		]);
	});

	it('findWebAddresses finds the addresses in the IDs of rows, but not in their texts', () => {
		const addresses = findWebAddresses(LESSON_ROWS, [
			{ customer_id: pageOfCustomer(1), note: pageOfCustomer(2) },
			{ customer_id: 3 },
			{ customer_id: pageOfCustomer(4) },
		]);

		expect(addresses).toEqual([
			{ label: 'Customer', address: pageOfCustomer(1) },
			{ label: 'Customer', address: pageOfCustomer(4) },
		]);
	});
});

describe('The form', () => {
	it('the form shows an empty input for a sum, and takes no sum below 0.01', () => {
		expect(toProperty(SUM)).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'number',
			default: '',
			typeOptions: { minValue: 0.01, numberPrecision: 2 },
		});
	});

	it('the form shows an empty input for a number that must not be 0', () => {
		expect(toProperty(CORRECTION).default).toBe('');
	});

	it('the form shows 0 for a number that may be 0', () => {
		expect(toProperty(NUMBER).default).toBe(0);
	});

	it('the form shows the default of a whole number, and takes numbers between its bounds only', () => {
		const property = toProperty(makeField({ type: 'integer', min: 1, max: 500, default: 60 }));

		expect(property).toMatchObject({
			typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
			default: 60,
		});
	});

	it('the form takes a whole number without a lower bound up to its upper bound', () => {
		const { typeOptions } = toProperty(makeField({ type: 'integer', max: 5 }));

		expect(typeOptions).toEqual({ maxValue: 5, numberPrecision: 0 });
	});

	it('the form adds rows one by one, and shows the required fields of a row at once', () => {
		expect(toProperty(ROWS)).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'fixedCollection',
			default: {},
			typeOptions: {
				multipleValues: true,
				hideOptionalFields: true,
				addOptionalFieldButtonText: 'Add Field',
			},
			placeholder: 'Add Sample',
			options: [
				{
					displayName: 'Sample',
					name: 'values',
					values: [
						expect.objectContaining({ name: 'is_attend', type: 'boolean', default: true }) as object,
						{
							displayName: 'Customer ID',
							name: 'customer_id',
							type: 'string',
							default: '',
							typeOptions: { showEvenWhenOptional: true },
						},
						{ displayName: 'Note', name: 'note', type: 'string', default: '' },
					],
				},
			],
		});
	});

	it.each([
		{
			choice: 'a record of a short list from the list, by name or by ID',
			field: STAGE,
			searchMethod: 'stages',
			modes: [{ name: 'list' }, { name: 'name' }, { name: 'id' }],
		},
		{
			choice: 'a customer of a lesson from the list, by ID or by address',
			field: CUSTOMER_OF_LESSON,
			searchMethod: 'lessonCustomers',
			modes: [{ name: 'list' }, { name: 'id' }, { name: 'url' }],
		},
	])('the form lets the user choose $choice', ({ field, searchMethod, modes }) => {
		const property = toProperty(field);

		expect(property).toMatchObject({
			displayName: 'Sample',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			modes,
		});
		expect(property.modes?.[0].typeOptions?.searchListMethod).toBe(searchMethod);
	});

	it('the form lets the user tick several records in a collection', () => {
		expect(toProperty(TEACHERS)).toMatchObject({
			displayName: 'Sample Names or IDs',
			type: 'multiOptions',
			description:
				'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
			default: [],
		});
	});

	it('the form adds the hint on expressions to the description of a field for several records', () => {
		const { description } = toProperty({ ...TEACHERS, description: 'Who teaches.' });

		expect(description).toBe(
			'Who teaches. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		);
	});

	it('the form lets the user choose or type several records outside of a collection', () => {
		expect(toParameter(TEACHERS as Field)).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			modes: [
				expect.objectContaining({ name: 'list', placeholder: 'Select a teacher...' }),
				expect.objectContaining({ name: 'name', placeholder: expect.stringMatching(/^e\.g\. /) as string }),
				expect.objectContaining({ name: 'id', placeholder: 'e.g. 501, 502' }),
			],
		});
	});

	it('the form shows three lines of a long text', () => {
		expect(toProperty(LONG_TEXT).typeOptions).toEqual({ rows: 3 });
	});

	it('the form shows one line of a text', () => {
		expect(toProperty(TEXT).typeOptions).toBeUndefined();
	});

	it.each([
		{ name: 'texts', field: TEXTS },
		{ name: 'phones', field: PHONES },
	])('the form lets the user add inputs to a list of $name', ({ field }) => {
		expect(toProperty(field)).toMatchObject({ default: [''], typeOptions: { multipleValues: true } });
	});

	it.each([
		{ name: 'texts', field: TEXTS },
		{ name: 'phones', field: PHONES },
	])('the form shows a single input when the user searches for one of the $name', ({ field }) => {
		expect(toSingleProperty(field)).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'string',
			default: '',
		});
	});

	it('the form shows rows in the same way when it asks for a single value', () => {
		expect(toSingleProperty(ROWS)).toEqual(toProperty(ROWS));
	});
});

describe('The field mapper', () => {
	const DAY_OPTIONS = [
		{ name: 'Monday', value: 1 },
		{ name: 'Sunday', value: 7 },
	];

	it('the field mapper shows the default of a required choice', () => {
		expect(toRequiredColumn(CHOICE)).toMatchObject({ options: DAY_OPTIONS, defaultValue: 1 });
	});

	it('the field mapper shows no default of an optional choice', () => {
		expect(toOptionalColumn(CHOICE)).toEqual({
			id: 'sample',
			displayName: 'Sample',
			required: false,
			display: true,
			type: 'options',
			options: DAY_OPTIONS,
			defaultMatch: false,
			canBeUsedToMatch: false,
		});
	});

	it.each([
		{ referredRecord: 'a record of a short list', field: STAGE, label: 'Sample Name or ID' },
		{ referredRecord: 'several records of a short list', field: TEACHERS, label: 'Sample Names or IDs' },
		{ referredRecord: 'a customer', field: CUSTOMER, label: 'Sample ID' },
	])('the field mapper asks for $referredRecord as "$label"', ({ field, label }) => {
		expect(toOptionalColumn(field).displayName).toBe(label);
	});
});

describe.each([
	{ name: 'text', field: TEXT, column: 'string', schema: 'string', hint: 'sample' },
	{ name: 'list of phones', field: PHONES, column: 'string', schema: 'array', hint: 'sample (list)' },
	{ name: 'number', field: NUMBER, column: 'number', schema: 'string', hint: 'sample (number)' },
	{
		name: 'whole number',
		field: INTEGER,
		column: 'number',
		schema: 'integer',
		hint: 'sample (whole number)',
	},
	{ name: 'flag', field: FLAG, column: 'boolean', schema: 'integer', hint: 'sample (0 or 1)' },
	{ name: 'boolean', field: BOOLEAN, column: 'boolean', schema: 'boolean', hint: 'sample (true or false)' },
	{ name: 'date', field: DATE, column: 'dateTime', schema: 'string', hint: 'sample (date)' },
	{ name: 'time', field: TIME, column: 'string', schema: 'string', hint: 'sample (hh:mm)' },
	{
		name: 'choice',
		field: CHOICE,
		column: 'options',
		schema: 'integer',
		hint: 'sample (1 Monday, 7 Sunday)',
	},
	{
		name: 'stage',
		field: STAGE,
		column: 'string',
		schema: 'integer',
		hint: 'sample (name or ID, "none" = Not Sorted)',
	},
	{
		name: 'customer of a lesson',
		field: CUSTOMER_OF_LESSON,
		column: 'string',
		schema: 'integer',
		hint: 'sample (ID)',
	},
	{
		name: 'list of teachers',
		field: TEACHERS,
		column: 'string',
		schema: 'array',
		hint: 'sample (list of names or IDs)',
	},
	{
		name: 'list of rows',
		field: ROWS,
		column: 'array',
		schema: 'array',
		hint: 'sample (list of objects with customer_id, is_attend, note)',
	},
])('A field with a $name', ({ name, field, column, schema, hint }) => {
	it(`a field with a ${name} has the type "${column}" in the field mapper`, () => {
		expect(toOptionalColumn(field).type).toBe(column);
	});

	it(`a field with a ${name} has the type "${schema}" in the output schema`, () => {
		expect(kindOf(field).schema(field).type).toBe(schema);
	});

	it(`the help for JSON describes a field with a ${name} as "${hint}"`, () => {
		expect(jsonHint(field)).toBe(hint);
	});
});

describe('A dropdown with several records', () => {
	const LISTS_OF_ALL_BRANCHES = entities.filter(({ scope }) => scope !== 'branch');
	const LISTS_OF_ONE_BRANCH = entities.filter(({ scope }) => scope === 'branch');

	it.each(entities)('a dropdown has a method that loads the records of $resource', ({ resource }) => {
		const property = toProperty(makeField({ type: 'references', entity: resource }));

		expect(property.typeOptions?.loadOptionsMethod).toMatch(/^[a-z]+[A-Za-z]*$/);
	});

	it.each(LISTS_OF_ONE_BRANCH)(
		'a dropdown loads the records of $resource again when the user changes the branch',
		({ resource }) => {
			const property = toProperty(makeField({ type: 'references', entity: resource }));

			expect(property.typeOptions?.loadOptionsDependsOn).toEqual(['branchId.value']);
		},
	);

	it.each(LISTS_OF_ALL_BRANCHES)(
		'a dropdown keeps the records of $resource when the user changes the branch',
		({ resource }) => {
			const property = toProperty(makeField({ type: 'references', entity: resource }));

			expect(property.typeOptions?.loadOptionsDependsOn).toBeUndefined();
		},
	);
});

describe('objectSchema', () => {
	it.each([
		{
			choiceTypes: 'numbers as integers',
			choices: [
				{ value: 1, label: 'Day 1' },
				{ value: 2, label: 'Day 2' },
			],
			type: 'integer',
		},
		{
			choiceTypes: 'texts as strings',
			choices: [
				{ value: 'a', label: 'a' },
				{ value: 'b', label: 'b' },
			],
			type: 'string',
		},
		{
			choiceTypes: 'numbers and texts as strings',
			choices: [
				{ value: 1, label: '1' },
				{ value: 'b', label: 'b' },
			],
			type: 'string',
		},
	])('objectSchema describes $choiceTypes', ({ choices, type }) => {
		const schema = objectSchema([{ type: 'choices', name: 'days', choices }]);

		expect(schema.properties?.days).toEqual({ type: 'array', items: { type } });
	});
});

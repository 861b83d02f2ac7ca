import { DateTime } from 'luxon';

import type {
	Field,
	FieldType,
	ShownField,
	ShownType,
	ApiValue,
} from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import {
	findWebAddresses,
	clearedValue,
	isBlank,
	jsonHint,
	kindOf,
	normalForms,
	objectSchema,
	serialize,
	toColumn,
	toParameters,
	toProperty,
	toSingleProperty,
	addItems,
} from '../../../nodes/AlfaCrm/fields/field';
import { normalizeText } from '../../../nodes/AlfaCrm/fields/normalizeText';
import { quoted, unreadable, UnreadableValue } from '../../../nodes/AlfaCrm/fields/unreadable';
import { isDeep } from '../../support/depth';
import { ZONE } from './samples';

/** A field that is declared so. */
const field = <T extends ShownType>(type: T): ShownField =>
	({ name: 'sample', label: 'Sample', ...type }) as ShownField;

const SUM = { type: 'number', min: 0.01 } as const;
const STAGE = { type: 'reference', entity: 'leadStatus' } as const;
const PRESENT: FieldType = { type: 'reference', entity: 'customer', loadMethod: 'lessonCustomers' };
const DAYS = [
	{ value: 1, label: 'Monday' },
	{ value: 7, label: 'Sunday' },
];
const CHOICE = { type: 'choice', choices: DAYS, default: 1 } as const;
const CHOICES = { type: 'choices', choices: DAYS } as const;
const DOTTED = { type: 'date', format: 'dotted' } as const;
const ROWS: FieldType = {
	type: 'rows',
	fields: [
		{ type: 'id', name: 'customer_id', label: 'Customer ID', required: true },
		{ type: 'flag', name: 'is_attend', label: 'Attended' },
		{ type: 'text', name: 'note', label: 'Note' },
	],
	readOnly: ['ctt_id'],
};

const read = (type: ShownType, value: unknown): ApiValue => serialize(field(type), value, ZONE);

describe('is read', () => {
	it.each<[ShownType, unknown, ApiValue]>([
		[{ type: 'text' }, ' Мия \n', 'Мия'],
		[{ type: 'texts' }, ['a@example.org;b@example.org', ' '], ['a@example.org', 'b@example.org']],
		[{ type: 'texts' }, 'https://a.example/?x=1,2', ['https://a.example/?x=1,2']],
		[{ type: 'texts' }, 'https://a.example,https://b.example', ['https://a.example', 'https://b.example']],
		[{ type: 'texts', split: false }, 'ул. Мира, 5; кв. 2', ['ул. Мира, 5; кв. 2']],
		[{ type: 'text' }, '7,9E+10 ₽', '7,9E+10 ₽'],
		[{ type: 'phones' }, '79005550001:12@s.whatsapp.net', ['+79005550001']],
		[{ type: 'texts' }, ['-,', 'a;;', ';b'], ['-', 'a', 'b']],
		[{ type: 'texts', split: false }, [' ,; ', ',a,'], [',a,']],
		[{ type: 'custom' }, true, 1],
		[{ type: 'custom' }, ['a', '', 2, false], ['a', 2, 0]],
		[{ type: 'custom' }, DateTime.fromISO('2026-02-04T23:00', { zone: 'UTC' }), '05.02.2026'],
		[{ type: 'custom' }, new Date('2026-02-04T00:00:00.000Z'), '04.02.2026'],
		[{ type: 'custom' }, '2026-02-04T23:00:00.000Z', '2026-02-04T23:00:00.000Z'],
		[STAGE, 'none', null],
		[{ type: 'references', entity: 'leadStatus' }, ['none', 2], [null, 2]],
		[{ type: 'number' }, 1290.9 * 3, 3872.7],
		[{ type: 'number' }, 1.005, 1.01],
		[{ type: 'number' }, -0.001, 0],
		[DOTTED, '2015-09-04T00:00:00.000Z', '04.09.2015'],
		[CHOICES, '1, 7', [1, 7]],
		[{ type: 'id', entity: 'customer' }, 'https://demo.s20.online/company/1/customer/view?id=501', 501],
		[STAGE, { __rl: true, mode: 'id', value: '4' }, 4],
		[
			{ type: 'record', entity: 'customer' },
			{ __rl: true, mode: 'url', value: 'https://demo.s20.online/company/1/customer/view?tab=1&id=501' },
			501,
		],
		[{ type: 'ids' }, [[1], '[2, 3]'], [1, 2, 3]],
		[ROWS, [{ customer_id: '7', is_attend: true, note: '', ctt_id: 77 }], [{ customer_id: 7, is_attend: 1 }]],
		[ROWS, { values: [{ customer_id: 7 }, { customer_id: 8 }] }, [{ customer_id: 7 }, { customer_id: 8 }]],
		[ROWS, '[{"customer_id": 7, "note": " x "}]', [{ customer_id: 7, note: 'x' }]],
		[{ type: 'object' }, '{"b": 1}', { b: 1 }],
	])('%j: %j as %j', (type, value, wire) => {
		expect(isBlank(type, value)).toBe(false);
		expect(read(type, value)).toEqual(wire);
	});
});

describe('is refused', () => {
	const BY_PHONE = { __rl: true, mode: 'phone', value: '501' };
	it.each<[ShownType, unknown, string]>([
		// The digits of a phone are no number of a record.
		[{ type: 'record', entity: 'customer' }, BY_PHONE, 'the number of a record, but it is "501"'],
		[{ type: 'records', entity: 'customer' }, BY_PHONE, 'one or more numbers of records, but it is "501"'],
		[STAGE, BY_PHONE, 'the name or the ID of a record, or none, but it is "501"'],
		[{ type: 'text' }, NaN, 'a text, but it is "NaN"'],
		[{ type: 'text' }, 'x'.repeat(0), 'a text, but it is empty'],
		[{ type: 'texts' }, [{}], 'a text or a list of texts'],
		[{ type: 'custom' }, NaN, 'a text, a number, yes or no, a date, or a list of those, but it is "NaN"'],
		[
			{ type: 'text' },
			'7,90056E+10',
			'a text, but it is "7,90056E+10", a number that was rounded: its last digits are lost',
		],
		[
			{ type: 'phones' },
			'мама 7.90056E+10',
			'a phone number or a list of phone numbers, but it is "мама 7.90056E+10", a number that was rounded: its last digits are lost',
		],
		[{ type: 'number' }, '1,290', 'a number, such as 1290.90 or 1 290,90, but it is "1,290"'],
		[SUM, 0.004, 'a number of at least 0.01'],
		[{ type: 'number', nonZero: true }, '0.00', 'a number other than 0, such'],
		[{ type: 'integer', min: 1, max: 5 }, 6, 'a whole number of at least 1 and of at most 5, but it is "6"'],
		[{ type: 'flag' }, 'yes', 'true or false, but it is "yes"'],
		[
			{ type: 'id', entity: 'customer' },
			'https://demo.s20.online/company/1/customer/view?id=1&id=2',
			'the number of a record',
		],
		[DOTTED, '30.02.2026', 'a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "30.02.2026"'],
		// What a browser makes of a year of which two digits were typed.
		[DOTTED, '0016-09-01', 'a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "0016-09-01"'],
		[CHOICE, 2, 'one of 1 (Monday), 7 (Sunday), but it is "2"'],
		[CHOICES, '1, 2', 'some of 1 (Monday), 7 (Sunday), but it is "1, 2"'],
		[STAGE, 'https://demo.s20.online/company/1/customer', 'the name or the ID of a record, or none, but'],
		[{ type: 'id' }, 'https://demo.s20.online/company/1/customer/view?id=501', 'the number of a record'],
		[{ type: 'ids' }, '1, x', 'one or more numbers of records, but it is "1, x"'],
		[ROWS, 'x', 'a list of rows, each an object, but it is "x"'],
		[{ type: 'object' }, [1], 'an object'],
		[STAGE, 0, 'the name or the ID of a record, or none, but'],
		[{ type: 'reference', entity: 'user' }, {}, 'the name or the ID of a record, but'],
		[{ type: 'references', entity: 'user' }, [0], 'one or more names or IDs of records, but'],
		[PRESENT, 'Мия', 'the number of a record, but'],
	])('%j: %j', (type, value, expected) => {
		expect(() => read(type, value)).toThrow(UnreadableValue);
		const label = type.type === 'references' ? 'Sample Names or IDs' : 'Sample';
		expect(() => read(type, value)).toThrow(`'${label}' must be ${expected}`);
	});

	it.each([
		[[{ is_attend: 1 }], "'Customer ID' is empty in a row, but it is required"],
		[[{ customer_id: 7, isAttend: 1 }], 'There is no field "isAttend" in a row'],
		[[{ customer_id: 7, is_attend: 'yes' }], `'Attended' must be true or false, but it is "yes"`],
	])('a row %j', (rows, message) => {
		expect(() => read(ROWS, rows)).toThrow(message);
	});

	it('with advice, and a long value cut', () => {
		expect(() => read({ type: 'id' }, 'x'.repeat(100))).toThrow(
			expect.objectContaining({
				message: `'Sample' must be the number of a record, but it is "${'x'.repeat(60)}…"`,
				description: "Correct it in this node, or the expression that fills 'Sample'.",
				label: 'Sample',
			}) as Error,
		);
	});
});

it('takes no time for long values', () => {
	const begin = performance.now();
	const ids = Array.from({ length: 20_000 }, (_, index) => index + 1);
	expect(read({ type: 'ids' }, ids.join(', '))).toEqual(ids);
	const parts = [
		...['a,', '1 ', ',', ' ', '8 900 555 00 01, ', '_', 'https://a.example/,', '[', '(', '\u200b', '0.'],
	];
	for (const text of parts.map((part) => part.repeat(isDeep ? 20_000 : 10_000))) {
		for (const type of ['text', 'texts', 'phones', 'ids', 'custom', 'number', 'time'] as const) {
			isBlank({ type }, text);
			normalForms({ type }, text);
			try {
				read({ type }, text);
			} catch (error) {
				expect(error).toBeInstanceOf(UnreadableValue);
			}
		}
	}
	// Some 1 s; what takes time with the square of the length takes minutes. Other work beside makes it slower.
	expect(performance.now() - begin).toBeLessThan(25_000);
});

it('a text that holds a rounded number has lost digits, a number has not; of a picker is shown what is in it', () => {
	const picked = (value: unknown) => ({ __rl: true, mode: 'id', value });
	const said = (value: unknown) => unreadable({ label: 'Sample' }, 'a number', value).message;
	const words = "'Sample' must be a number, but it is";
	expect(said('7.90056E+10')).toBe(
		`${words} "7.90056E+10", a number that was rounded: its last digits are lost`,
	);
	expect(said(1e21)).toBe(`${words} "1e+21"`);
	expect(said(picked('ученик 5'))).toBe(`${words} "ученик 5"`);
	expect([picked(0), picked([1, 2])].map(quoted)).toEqual(['"0"', '"[1,2]"']);
});

it('what has no text is shown as an object', () => {
	const circle: unknown[] = [];
	circle.push(circle);
	expect([{ toJSON: () => undefined }, circle].map(quoted)).toEqual(['"an object"', '"an object"']);
});

describe('is empty', () => {
	const always = [
		...[undefined, null, '', ' ', '\u00a0\n', '\u200b', []],
		{ mode: 'list', value: '' },
		{ __rl: true, mode: 'id', value: null },
	];
	const lists = [' [ ] ', ' , ;\n', [[], null], '["", null]'];
	const phones = ['+7 (___) ___-__-__', '+7', 0, ['8', ''], '+7, +7 (___) ___-__-__'];

	it.each<[ShownType, unknown[]]>([
		[{ type: 'text' }, always],
		[DOTTED, always],
		[{ type: 'texts' }, [...always, ...lists]],
		[{ type: 'texts', split: false }, [...always, ...lists]],
		[CHOICES, [...always, ...lists]],
		[{ type: 'phones' }, [...always, ...lists, ...phones]],
		[ROWS, [...always, '[]', {}, { values: [] }, { values: '' }]],
		[{ type: 'object' }, [...always, {}, '{}']],
		[{ type: 'custom' }, [...always, [''], [null, ' ']]],
	])('%j', (type, values) => {
		for (const value of values) expect([value, isBlank(type, value)]).toEqual([value, true]);
	});

	it.each<[ShownType, unknown[]]>([
		[{ type: 'text' }, ['0', 0, false, '[]', ',', {}, [undefined], NaN]],
		[{ type: 'phones' }, ['нет', '12345', NaN, {}, true]],
		[ROWS, [{ values: [{}] }, [{}], 'x', 0]],
		[{ type: 'custom' }, ['[]', 0, false, {}]],
	])('%j, but not by %j', (type, values) => {
		for (const value of values) expect([value, isBlank(type, value)]).toEqual([value, false]);
	});

	it.each<[ShownType, ApiValue]>([
		[{ type: 'text' }, ''],
		[{ type: 'number' }, null],
		[{ type: 'phones' }, []],
		[ROWS, []],
	])('%j, and emptied by %j', (type, wire) => {
		expect(clearedValue(type)).toEqual(wire);
	});
});

describe('is looked up', () => {
	it.each<[ShownType, ApiValue, string[]]>([
		[{ type: 'text' }, ' Алёна  ОРЛОВА', ['алена орлова']],
		[{ type: 'phones' }, '8 900 555 00 01', ['79005550001']],
		[{ type: 'phones' }, 'мама', []],
		[{ type: 'custom' }, ['a', 'B'], ['a', 'b']],
		[DOTTED, '04.09.2015', ['2015-09-04']],
		[{ type: 'custom' }, '04.09.2015', ['2015-09-04']],
	])('%j: %j as %j', (type, value, readings) => {
		expect(normalForms(type, value)).toEqual(readings);
	});

	it.each<[ShownType, ApiValue, unknown]>([
		[{ type: 'id' }, 7, [{ sample: 7 }]],
		[DOTTED, '04.09.2015', [{ sample_from: '04.09.2015', sample_to: '04.09.2015' }]],
		[
			{ type: 'phones' },
			'8 900 555 00 01',
			[{ sample: '05550001' }, { sample: '0001' }, { sample: '00-01' }, { sample: '00 01' }],
		],
		[{ type: 'phones' }, 'мама', []],
		[{ type: 'custom' }, 12, [{ sample: 12 }]],
		[{ type: 'custom' }, '04.09.2015', [{ sample: '2015-09-04' }, { sample: '04.09.2015' }]],
	])('%j: %j by %j', (type, value, forms) => {
		expect(kindOf(type).makeSearchFilters(type, 'sample', value)).toEqual(forms);
	});
});

it.each([
	['  Мия \t Орлова\n', 'мия орлова'],
	['АЛЁНА'.normalize('NFD'), 'алена'],
	['a\u00adb\u200bc', 'abc'],
])('%j folds to %j', (text, folded) => {
	expect(normalizeText(text)).toBe(folded);
	expect(normalizeText(folded)).toBe(folded);
});

const EMAILS = { type: 'emails', name: 'email', label: 'Email' } as const;

describe('addresses of email', () => {
	it.each<[unknown, string[]]>([
		['Anna@Example.org', ['anna@example.org']],
		['Anna <anna@example.org>, (boris@example.org)', ['anna@example.org', 'boris@example.org']],
		['1@пример.рф', ['1@пример.рф']],
		['anna@example@org', []],
		['-@example.org', []],
		['нет', []],
	])('%j is looked up as %j', (value, addresses) => {
		expect(normalForms(EMAILS, value)).toEqual(addresses);
		const forms = kindOf(EMAILS)
			.makeSearchFilters(EMAILS, 'email', value as string)
			.map(({ email }) => String(email));
		expect(addresses.filter((address) => !forms.some((form) => address.includes(form)))).toEqual([]);
		expect(forms.length > 0).toBe(addresses.length > 0);
	});

	it.each<[string, string[]]>([
		['anna@example.org boris@example.org', ['anna@example.org', 'boris@example.org']],
		['anna@example.org (мама)', ['anna@example.org (мама)']],
		['a/b@example.org', ['a/b@example.org']],
	])('%j is saved as %j', (value, addresses) => {
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
	])('a sender of a mail is saved as the address alone: $sender', ({ sender, addresses }) => {
		const saved = serialize(EMAILS, sender, 'UTC');

		expect(saved).toEqual(addresses);
	});

	it('an address with words behind it keeps them', () => {
		const saved = serialize(EMAILS, 'Анна <anna@example.org> писать после 18', 'UTC');

		expect(saved).toEqual(['Анна <anna@example.org> писать после 18']);
	});

	it('a list that holds an address does not grow by the sender of a mail', () => {
		const grown = addItems(EMAILS, ['anna@example.org'], ['"Petrova, Anna" <Anna@Example.org>']);

		expect(grown).toEqual(['anna@example.org']);
	});

	it('a list that holds the sender of a mail does not grow by the address', () => {
		const grown = addItems(
			EMAILS,
			['Anna Petrova <anna@example.org>'],
			['anna@example.org', 'Anna <anna@example.org>'],
		);

		expect(grown).toEqual(['Anna Petrova <anna@example.org>']);
	});

	it('the filter of a list takes the sender of a mail for one address', () => {
		const filter = { type: 'emailPart', name: 'email', label: 'Email' } as const;

		const sent = serialize(filter, '"anna@example.org, Anna" <anna@example.org>', 'UTC');

		expect(sent).toBe('anna@example.org');
	});
});

describe('addresses of pages', () => {
	const page = (id: number) => `https://demo.s20.online/company/1/customer/view?id=${id}`;
	const customer = { type: 'id', name: 'customer_id', label: 'Customer', entity: 'customer' } as const;
	const found = (label: string, ...ids: number[]) => ids.map((id) => ({ label, address: page(id) }));

	it.each<[ShownType, unknown, ReturnType<typeof found>]>([
		[customer, ` ${page(1)}\n`, found('Customer', 1)],
		[customer, { __rl: true, mode: 'url', value: page(1) }, found('Customer', 1)],
		[customer, 'HTTP://demo', [{ label: 'Customer', address: 'HTTP://demo' }]],
		[customer, `см. ${page(1)}`, []],
		[{ ...customer, type: 'ids' }, [page(1), 2, page(3)], found('Customer', 1, 3)],
		[
			{ type: 'rows', fields: [customer, { type: 'text', name: 'note', label: 'Note' }] },
			[{ customer_id: page(1), note: page(2) }, { customer_id: 3 }, { customer_id: page(4) }],
			found('Customer', 1, 4),
		],
	])('%j: in %j are %j', (type, value, addresses) => {
		expect(findWebAddresses({ label: 'Customer', ...type }, value)).toEqual(addresses);
	});
});

describe('in the form', () => {
	it('a number is bounded, and empty at first where a zero is refused', () => {
		expect(toProperty(field(SUM))).toEqual({
			...{ displayName: 'Sample', name: 'sample', type: 'number', default: '' },
			typeOptions: { minValue: 0.01, numberPrecision: 2 },
		});
		expect(toProperty(field({ type: 'number', nonZero: true })).default).toBe('');
		expect(toProperty(field({ type: 'number' })).default).toBe(0);
		expect(toProperty(field({ type: 'integer', min: 1, max: 500, default: 60 }))).toMatchObject({
			typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
			default: 60,
		});
		const { typeOptions } = toProperty(field({ type: 'integer', max: 5 }));
		expect(typeOptions).toEqual({ maxValue: 5, numberPrecision: 0 });
	});

	it('rows are added one by one, each with its required fields at once', () => {
		const values = [
			expect.objectContaining({ name: 'is_attend', type: 'boolean', default: true }) as object,
			{
				...{ displayName: 'Customer ID', name: 'customer_id', type: 'string', default: '' },
				typeOptions: { showEvenWhenOptional: true },
			},
			{ displayName: 'Note', name: 'note', type: 'string', default: '' },
		];
		const typeOptions = { multipleValues: true, hideOptionalFields: true };
		expect(toProperty(field(ROWS))).toEqual({
			...{ displayName: 'Sample', name: 'sample', type: 'fixedCollection', default: {} },
			typeOptions: { ...typeOptions, addOptionalFieldButtonText: 'Add Field' },
			placeholder: 'Add Sample',
			options: [{ displayName: 'Sample', name: 'values', values }],
		});
	});

	it('a choice that must be made begins with one in the mapper, too', () => {
		const options = [
			{ name: 'Monday', value: 1 },
			{ name: 'Sunday', value: 7 },
		];
		expect(toColumn(field(CHOICE) as Field, true)).toMatchObject({ options, defaultValue: 1 });
		expect(toColumn(field(CHOICE) as Field, false)).toEqual({
			...{ id: 'sample', displayName: 'Sample', required: false, display: true, type: 'options', options },
			...{ defaultMatch: false, canBeUsedToMatch: false },
		});
	});

	it('a record of a short list is picked in it, or given by its name or its ID; one of a lesson by its ID', () => {
		const modesOf = (type: FieldType) => {
			const { modes = [], ...property } = toProperty(field(type));
			expect(property).toMatchObject({
				...{ displayName: 'Sample', type: 'resourceLocator', default: { mode: 'list', value: '' } },
			});
			const [{ typeOptions }] = modes;
			return [typeOptions?.searchListMethod, ...modes.map(({ name }) => name)];
		};
		expect(modesOf(STAGE)).toEqual(['stages', 'list', 'name', 'id']);
		expect(modesOf(PRESENT)).toEqual(['lessonCustomers', 'list', 'id', 'url']);
	});

	it('several of them are ticked in a collection, picked or typed elsewhere, and mapped by names or IDs', () => {
		const teachers: FieldType = { type: 'references', entity: 'teacher' };
		const hint =
			'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';
		expect(toProperty(field(teachers))).toMatchObject({
			...{ displayName: 'Sample Names or IDs', type: 'multiOptions', description: hint, default: [] },
		});
		const described = toProperty({ ...field(teachers), description: 'Who teaches.' });
		expect(described.description).toBe(`Who teaches. ${hint}.`);
		const [{ modes = [], ...standing }] = toParameters(field(teachers) as Field);
		expect(standing).toEqual({
			...{ displayName: 'Sample', name: 'sample', type: 'resourceLocator' },
			default: { mode: 'list', value: '' },
		});
		expect(modes.map(({ name, placeholder }) => [name, placeholder])).toEqual([
			...[
				['list', 'Select a teacher...'],
				['name', expect.stringMatching(/^e\.g\. /)],
			],
			['id', 'e.g. 501, 502'],
		]);
		const nameOf = (type: FieldType) => toColumn(field(type) as Field, false).displayName;
		const names = [STAGE, teachers, { type: 'record', entity: 'customer' } as const].map(nameOf);
		expect(names).toEqual(['Sample Name or ID', 'Sample Names or IDs', 'Sample ID']);
	});

	it('a long text has three lines, a text has one', () => {
		expect(toProperty(field({ type: 'longText' })).typeOptions).toEqual({ rows: 3 });
		expect(toProperty(field({ type: 'text' })).typeOptions).toBeUndefined();
	});

	it('a list of texts that is looked for asks for one', () => {
		for (const type of ['texts', 'phones'] as const) {
			const several = { default: [''], typeOptions: { multipleValues: true } };
			const one = { displayName: 'Sample', name: 'sample', type: 'string', default: '' };
			expect(toProperty(field({ type }))).toMatchObject(several);
			expect(toSingleProperty(field({ type }))).toEqual(one);
		}
		expect(toSingleProperty(field(ROWS))).toEqual(toProperty(field(ROWS)));
	});
});

it.each<[ShownType, string, string, string]>([
	[{ type: 'text' }, 'string', 'string', 'sample'],
	[{ type: 'phones' }, 'string', 'array', 'sample (list)'],
	[{ type: 'number' }, 'number', 'string', 'sample (number)'],
	[{ type: 'integer' }, 'number', 'integer', 'sample (whole number)'],
	[{ type: 'flag' }, 'boolean', 'integer', 'sample (0 or 1)'],
	[{ type: 'boolean' }, 'boolean', 'boolean', 'sample (true or false)'],
	[DOTTED, 'dateTime', 'string', 'sample (date)'],
	[{ type: 'time' }, 'string', 'string', 'sample (hh:mm)'],
	[CHOICE, 'options', 'integer', 'sample (1 Monday, 7 Sunday)'],
	[STAGE, 'string', 'integer', 'sample (name or ID, "none" = Not Sorted)'],
	[PRESENT, 'string', 'integer', 'sample (ID)'],
	[{ type: 'references', entity: 'teacher' }, 'string', 'array', 'sample (list of names or IDs)'],
	[ROWS, 'array', 'array', 'sample (list of objects with customer_id, is_attend, note)'],
])('%j is a %s in the mapper, comes as %s and is explained as %s', (type, column, schema, help) => {
	expect(toColumn(field(type) as Field, false).type).toBe(column);
	expect(kindOf(type).schema(type).type).toBe(schema);
	expect(jsonHint(field(type))).toBe(help);
});

it.each(entities.map(({ resource, scope }) => [resource, scope] as const))(
	'a dropdown of %s is filled again for another branch only if its records belong to one: %s',
	(entity, scope) => {
		const { loadOptionsMethod, loadOptionsDependsOn } =
			toProperty(field({ type: 'references', entity })).typeOptions ?? {};
		expect(loadOptionsMethod).toMatch(/^[a-z]+[A-Za-z]*$/);
		expect(loadOptionsDependsOn).toEqual(scope === 'branch' ? ['branchId.value'] : undefined);
	},
);

it.each<[string, Array<{ value: number | string; label: string }>, string]>([
	['numbers', [1, 2].map((value) => ({ value, label: `Day ${value}` })), 'integer'],
	['texts', ['a', 'b'].map((value) => ({ value, label: value })), 'string'],
	['both', [1, 'b'].map((value) => ({ value, label: String(value) })), 'string'],
])('choices of %s come as a list of them', (_what, choices, type) => {
	expect(objectSchema([{ type: 'choices', name: 'days', choices }]).properties?.days).toEqual({
		type: 'array',
		items: { type },
	});
});

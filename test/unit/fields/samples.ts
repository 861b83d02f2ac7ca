import { DateTime } from 'luxon';

import type { Field, ShownField, TypeName } from '../../../nodes/AlfaCrm/entities/fieldTypes';

export const ZONE = 'Europe/Moscow';
export const LABEL = 'Sample of Field';

const basics = { name: 'sample', label: LABEL };
const choices = [
	{ value: 1, label: 'One' },
	{ value: 2, label: 'Two' },
];
const rowFields: Field[] = [
	{ ...basics, name: 'customer_id', label: 'Customer ID', type: 'id', required: true },
	{ ...basics, name: 'is_attend', label: 'Attended', type: 'flag' },
	{ ...basics, name: 'note', label: 'Note', type: 'text' },
];

/** Declares at least one field of each type. A type that is missing here does not compile. */
const samples: { [K in TypeName]: Array<Extract<ShownField, { type: K }>> } = {
	text: [
		{ ...basics, type: 'text' },
		{ ...basics, type: 'text', isPersonName: true },
	],
	longText: [{ ...basics, type: 'longText' }],
	texts: [
		{ ...basics, type: 'texts' },
		{ ...basics, type: 'texts', split: false },
	],
	links: [{ ...basics, type: 'links' }],
	emailPart: [{ ...basics, type: 'emailPart' }],
	emails: [{ ...basics, type: 'emails' }],
	phones: [{ ...basics, type: 'phones' }],
	phonePart: [{ ...basics, type: 'phonePart' }],
	custom: [{ ...basics, type: 'custom' }],
	number: [
		{ ...basics, type: 'number' },
		{ ...basics, type: 'number', min: 0.01 },
		{ ...basics, type: 'number', nonZero: true },
		{ ...basics, type: 'number', min: -5, max: 5 },
	],
	integer: [
		{ ...basics, type: 'integer' },
		{ ...basics, type: 'integer', min: 1, max: 500 },
		{ ...basics, type: 'integer', min: 1, default: 60 },
	],
	flag: [{ ...basics, type: 'flag' }],
	boolean: [{ ...basics, type: 'boolean' }],
	date: [
		{ ...basics, type: 'date', format: 'dotted' },
		{ ...basics, type: 'date', format: 'iso' },
	],
	time: [{ ...basics, type: 'time' }],
	choice: [
		{ ...basics, type: 'choice', choices, default: 1 },
		{
			...basics,
			type: 'choice',
			choices: [
				{ value: 'end', label: 'End' },
				{ value: 'delete', label: 'Delete' },
			],
			default: 'end',
		},
	],
	choices: [{ ...basics, type: 'choices', choices }],
	id: [{ ...basics, type: 'id' }],
	ids: [{ ...basics, type: 'ids' }],
	reference: [{ ...basics, type: 'reference', entity: 'leadStatus' }],
	references: [{ ...basics, type: 'references', entity: 'branch' }],
	record: [{ ...basics, type: 'record', entity: 'customer' }],
	records: [{ ...basics, type: 'records', entity: 'customer' }],
	owner: [{ ...basics, type: 'owner', by: 'kind', entities: { Group: 'group', Customer: 'customer' } }],
	rows: [{ ...basics, type: 'rows', fields: rowFields, readOnly: ['ctt_id'] }],
	object: [{ ...basics, type: 'object' }],
};

/** Sample fields of all types, several where the declaration of a type has variants. */
export const SAMPLE_FIELDS: ShownField[] = Object.values(samples).flat();

/** Writes the declaration of a sample field without the name and label that all have. */
export const describeField = (field: ShownField): string =>
	JSON.stringify({ ...field, name: undefined, label: undefined });

/** Makes an object that contains itself, so that it has no JSON. */
function makeCircularObject(): Record<string, unknown> {
	const circular: Record<string, unknown> = {};
	circular.self = circular;
	return circular;
}

const EMPTY_VALUES: unknown[] = [
	undefined,
	null,
	'',
	' ',
	'\u00a0',
	'\u200b',
	[],
	'[]',
	' [ ] ',
	',',
	', ;',
	{},
	[''],
	'[null]',
	'[""]',
];

const FLAGS: unknown[] = ['true', 'false', 'TRUE', true, false, 'yes', 'on'];

const NUMBERS: unknown[] = [
	0,
	-0,
	'0',
	1,
	'1',
	-1,
	1.5,
	NaN,
	Infinity,
	1e21,
	-1e21,
	2 ** 53,
	1e-7,
	1290.9 * 3,
	'1 290,90',
	'1e3',
	'0x10',
	'007',
	'9'.repeat(400),
	10n,
];

const IDS: unknown[] = [
	'501',
	' 501\n',
	'#501',
	['501', 502],
	'501, 502',
	'501;502',
	'[501, "502"]',
	'[501',
	{ __rl: true, mode: 'list', value: '' },
	{ __rl: true, mode: 'url', value: 'https://demo.s20.online/company/1/customer/view?id=501' },
	{ __rl: true, mode: 'id', value: { __rl: true, value: 501 } },
	'https://demo.s20.online/company/1/customer/view?id=501',
];

const EMAILS: unknown[] = [
	'Анна <a@example.org>',
	'a@example.org, b@example.org',
	'a@example.org;b@example.org\nc@example.org',
	['a@example.org, b@example.org', 'c@example.org'],
];

const TEXTS: unknown[] = [
	'https://school.example/?day=1,2, https://school.example',
	'One',
	'null',
	'undefined',
	'мама',
	'Алёна',
	'Алёна'.normalize('NFD'),
	'Мия  Орлова',
	'ﬃ İ',
	'-'.repeat(2_000),
];

const TIMES: unknown[] = [
	new Date('2026-02-04T10:00:00.000Z'),
	new Date(NaN),
	DateTime.fromISO('2026-02-04T10:00:00', { zone: 'America/New_York' }),
	DateTime.invalid('for this test'),
	{ toISO: () => '2026-02-04T10:00:00.000Z' },
	'2026-02-04',
	'2026-02-04T10:00:00+03:00',
	'2026-02-04T00:00:00.000Z',
	'2026-02-04 17:00:00',
	'30.02.2026',
	'2026-02-04T24:00:00',
	'17:00',
	'24:00',
	'7:05:30',
];

const PHONES: unknown[] = [
	'+7 (___) ___-__-__',
	'+7 (900) 5__-__-__',
	'+7 (XXX) XXX-XX-XX',
	'+7',
	'8',
	'+375 29',
	'8 900 555 00 01',
	89005550001,
	'+7 900 555-00-01 доб. 12',
	'8 900 555 00 01, 8 900 555 00 02',
	['8 900 555 00 01', '+7 (___) ___-__-__'],
	'+375/29/111/22/33',
];

const ROWS: unknown[] = [
	{ values: [{}] },
	{ values: [{ customer_id: '7', is_attend: true }] },
	[{ customer_id: 7, is_attend: 0, ctt_id: 77 }],
	'[{"customer_id": 7, "note": "x"}]',
];

const OBJECTS: unknown[] = [makeCircularObject(), Symbol('sample'), () => 1, Object.create(null), '{"a":1}'];

/** Values that expressions, forms, spreadsheets and models may put into any field. */
export const HOSTILE_VALUES: unknown[] = [
	...EMPTY_VALUES,
	...FLAGS,
	...NUMBERS,
	...IDS,
	...EMAILS,
	...TEXTS,
	...TIMES,
	...PHONES,
	...ROWS,
	...OBJECTS,
];

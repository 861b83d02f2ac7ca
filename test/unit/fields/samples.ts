import { DateTime } from 'luxon';

import type { Field, ShownField, TypeName } from '../../../nodes/AlfaCrm/entities/fieldTypes';

export const ZONE = 'Europe/Moscow';
export const LABEL = 'Sample of Field';

const basics = { name: 'sample', label: LABEL };
const choices = [
	{ value: 1, label: 'One' },
	{ value: 2, label: 'Two' },
];
const row: Field[] = [
	{ ...basics, name: 'customer_id', label: 'Customer ID', type: 'id', required: true },
	{ ...basics, name: 'is_attend', label: 'Attended', type: 'flag' },
	{ ...basics, name: 'note', label: 'Note', type: 'text' },
];

/** At least one field of each type; one that is missing here does not compile. */
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
	rows: [{ ...basics, type: 'rows', fields: row, readOnly: ['ctt_id'] }],
	object: [{ ...basics, type: 'object' }],
};

export const FIELDS: ShownField[] = Object.values(samples).flat();
export const named = (field: ShownField): string =>
	JSON.stringify({ ...field, name: undefined, label: undefined });

const circular: Record<string, unknown> = {};
circular.self = circular;

/** What a value may turn out to be, by whichever way it comes. */
export const HOSTILE: unknown[] = [
	...[undefined, null, '', ' ', '\u00a0', '\u200b', [], '[]', ' [ ] ', ',', ', ;', {}],
	[''],
	...['[null]', '[""]', 'true', 'false', 'TRUE', true, false, 'yes', 0, -0, '0', 1, '1', -1, 1.5, NaN],
	...[Infinity, 1e21, -1e21],
	2 ** 53,
	1e-7,
	1290.9 * 3,
	...['1 290,90', '1e3', '0x10', '007', '501', ' 501\n', '#501'],
	['501', 502],
	...['501, 502', '501;502', '[501, "502"]', '[501', 'Анна <a@example.org>'],
	...['a@example.org, b@example.org', 'a@example.org;b@example.org\nc@example.org'],
	['a@example.org, b@example.org', 'c@example.org'],
	...['https://school.example/?day=1,2, https://school.example', 'One', 'on', 'null', 'undefined'],
	new Date('2026-02-04T10:00:00.000Z'),
	new Date(NaN),
	DateTime.fromISO('2026-02-04T10:00:00', { zone: 'America/New_York' }),
	DateTime.invalid('for this test'),
	...['2026-02-04', '2026-02-04T10:00:00+03:00', '2026-02-04T00:00:00.000Z', '2026-02-04 17:00:00'],
	...['30.02.2026', '2026-02-04T24:00:00', '17:00', '24:00', '7:05:30', '+7 (___) ___-__-__'],
	...['+7 (900) 5__-__-__', '+7 (XXX) XXX-XX-XX', '+7', '8', '+375 29', '8 900 555 00 01', 89005550001],
	...['+7 900 555-00-01 доб. 12', '8 900 555 00 01, 8 900 555 00 02'],
	['8 900 555 00 01', '+7 (___) ___-__-__'],
	'мама',
	'+375/29/111/22/33',
	'Алёна',
	'Алёна'.normalize('NFD'),
	'Мия  Орлова',
	'ﬃ İ',
	{ values: [{}] },
	{ values: [{ customer_id: '7', is_attend: true }] },
	[{ customer_id: 7, is_attend: 0, ctt_id: 77 }],
	'[{"customer_id": 7, "note": "x"}]',
	{ __rl: true, mode: 'list', value: '' },
	{ __rl: true, mode: 'url', value: 'https://demo.s20.online/company/1/customer/view?id=501' },
	{ __rl: true, mode: 'id', value: { __rl: true, value: 501 } },
	'https://demo.s20.online/company/1/customer/view?id=501',
	circular,
	Symbol('sample'),
	10n,
	() => 1,
	Object.create(null),
	{ toISO: () => '2026-02-04T10:00:00.000Z' },
	'{"a":1}',
	'-'.repeat(2_000),
	'9'.repeat(400),
];

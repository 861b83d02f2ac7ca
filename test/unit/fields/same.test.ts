import type { ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { addItems, isStored, areSameItems, areSameValues } from '../../../nodes/AlfaCrm/fields/field';
import { findSearchFragments, normalizeText } from '../../../nodes/AlfaCrm/fields/normalizeText';
import { seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import { ZONE } from './samples';

const TEXT: ShownType = { type: 'text' };
const LONG_TEXT: ShownType = { type: 'longText' };
const TEXTS: ShownType = { type: 'texts' };
const ADDRESSES: ShownType = { type: 'texts', split: false };
const PHONES: ShownType = { type: 'phones' };
const CUSTOM: ShownType = { type: 'custom' };
const NUMBER: ShownType = { type: 'number' };
const FLAG: ShownType = { type: 'flag' };
const TIME: ShownType = { type: 'time' };
const OBJECT: ShownType = { type: 'object' };
const DAY: ShownType = { type: 'date', format: 'dotted' };
const STAGE: ShownType = { type: 'reference', entity: 'leadStatus' };
const TEACHERS: ShownType = { type: 'references', entity: 'teacher' };
const GENDER: ShownType = { type: 'choice', choices: [{ value: 1, label: 'Male' }], default: 1 };
const ROWS: ShownType = {
	type: 'rows',
	fields: [
		{ type: 'id', name: 'customer_id', label: 'Customer ID' },
		{ type: 'text', name: 'note', label: 'Note' },
	],
};

/** Writes each accent as a character of its own, as some programs write й. */
const decompose = (text: string): string => text.normalize('NFD');

interface ComparedValues {
	/** What the two values are, as a part of the title. */
	subject: string;
	field: ShownType;
	value: unknown;
	otherValue: unknown;
}

describe('areSameValues', () => {
	it.each<ComparedValues>([
		{
			subject: 'a name, which differ in capitals, ё and blanks',
			field: TEXT,
			value: 'Алёна  Орлова',
			otherValue: 'алена орлова',
		},
		{ subject: 'an accented letter', field: TEXT, value: 'Андрей', otherValue: decompose('Андрей') },
		{ subject: 'an empty text', field: TEXT, value: null, otherValue: '' },
		{ subject: 'a date', field: DAY, value: '04.09.2015', otherValue: '2015-09-04' },
		{
			subject: 'midnight in Moscow',
			field: DAY,
			value: '04.09.2015',
			otherValue: '2015-09-03T21:00:00.000Z',
		},
		{ subject: 'a time of day', field: TIME, value: '2026-02-10 17:00:00', otherValue: '17:00' },
		{ subject: 'a flag', field: FLAG, value: 1, otherValue: true },
		{ subject: 'the checkbox of a website', field: FLAG, value: ' On ', otherValue: 1 },
		{ subject: 'a sum', field: NUMBER, value: '575.00', otherValue: 575 },
		{ subject: 'an ID', field: STAGE, value: '4', otherValue: 4 },
		{ subject: 'a choice', field: GENDER, value: ' 1', otherValue: 1 },
		{ subject: 'a value that is not among the choices', field: GENDER, value: 5, otherValue: '5' },
		{ subject: 'a list of IDs in another order', field: TEACHERS, value: [2, 1], otherValue: ['1', 2] },
		{
			subject: 'a list of texts in one text',
			field: TEXTS,
			value: ['a@example.org', 'b@example.org'],
			otherValue: 'b@example.org, a@example.org',
		},
		{
			subject: 'a list of texts with commas in one text',
			field: TEXTS,
			value: ['ул. Мира, 5', 'b'],
			otherValue: 'ул. Мира, 5, b',
		},
		{
			subject: 'a list of addresses, which are not split at commas, in one text',
			field: ADDRESSES,
			value: ['ул. Мира, 5', 'ул. Лесная, 2'],
			otherValue: 'ул. Мира, 5, ул. Лесная, 2',
		},
		{ subject: 'a phone', field: PHONES, value: ['+7(900)555-00-01'], otherValue: ['8 900 555 00 01'] },
		{
			subject: 'a word and a short number',
			field: PHONES,
			value: ['мама', '123-45-67'],
			otherValue: ['Мама', '1234567'],
		},
		{ subject: 'a date in a custom field', field: CUSTOM, value: '2015-09-04', otherValue: '04.09.2015' },
		{
			subject: 'a date between blanks in a custom field',
			field: CUSTOM,
			value: ' 2015-09-04 ',
			otherValue: '04.09.2015',
		},
		{
			subject: 'a custom list with empty items',
			field: CUSTOM,
			value: ['a', '', null],
			otherValue: 'a',
		},
		{
			subject: 'the values of a row',
			field: ROWS,
			value: [{ customer_id: 1, note: 'a' }],
			otherValue: [{ customer_id: '1', note: 'A' }],
		},
		{
			subject: 'rows in another order',
			field: ROWS,
			value: [{ customer_id: 1 }, { customer_id: 2 }],
			otherValue: { values: [{ customer_id: 2 }, { customer_id: 1 }] },
		},
		{
			subject: 'rows that differ in an undeclared property',
			field: ROWS,
			value: [{ customer_id: 1, other: 1 }],
			otherValue: [{ customer_id: 1, other: 2 }],
		},
		{
			subject: 'an object with its properties in another order',
			field: OBJECT,
			value: { a: 1, b: { c: 2, d: 3 } },
			otherValue: '{"b": {"d": 3, "c": 2}, "a": 1}',
		},
	])(
		'areSameValues is true for two spellings of $subject: $value and $otherValue',
		({ field, value, otherValue }) => {
			expect(areSameValues(field, value, otherValue, ZONE)).toBe(true);
			expect(areSameValues(field, otherValue, value, ZONE)).toBe(true);
		},
	);

	it.each<ComparedValues>([
		{ subject: 'two days', field: DAY, value: '04.09.2015', otherValue: '2015-09-04T21:00:00.000Z' },
		{ subject: 'no flag and a flag that is off', field: FLAG, value: null, otherValue: false },
		{ subject: 'an unreadable flag and a flag', field: FLAG, value: 'maybe', otherValue: true },
		{ subject: 'two unreadable numbers', field: NUMBER, value: 'a', otherValue: 'b' },
		{
			subject: 'a stage and an empty picker',
			field: STAGE,
			value: '1',
			otherValue: { mode: 'id', value: '' },
		},
		{ subject: 'unreadable choices', field: GENDER, value: true, otherValue: 'true' },
		{
			subject: 'a phone and two phones',
			field: PHONES,
			value: ['+7(900)555-00-01'],
			otherValue: ['8 900 555 00 01', '8 900 555 00 02'],
		},
		{
			subject: 'two texts with commas',
			field: TEXTS,
			value: ['ул. Мира, 5', 'b'],
			otherValue: 'ул. Мира, 6, b',
		},
		{
			subject: 'two times of a day in a custom field',
			field: CUSTOM,
			value: '2015-09-04 17:00',
			otherValue: '2015-09-04 18:00',
		},
		{
			subject: 'two spellings of a date behind a word in a custom field',
			field: CUSTOM,
			value: 'см. 2015-09-04',
			otherValue: 'см. 04.09.2015',
		},
		{
			subject: 'two spellings of a phone in a custom field',
			field: CUSTOM,
			value: '79005550001',
			otherValue: '89005550001',
		},
		{ subject: 'unreadable objects in a custom field', field: CUSTOM, value: {}, otherValue: {} },
		{
			subject: 'two rows',
			field: ROWS,
			value: [{ customer_id: 1 }, { customer_id: 2 }],
			otherValue: [{ customer_id: 1 }, { customer_id: 3 }],
		},
		{
			subject: 'rows and an object with more than rows',
			field: ROWS,
			value: [{ customer_id: 1 }],
			otherValue: { values: [{ customer_id: 1 }], more: 1 },
		},
		{ subject: 'lists in place of an object', field: OBJECT, value: [1], otherValue: [1] },
	])('areSameValues is false for $subject: $value and $otherValue', ({ field, value, otherValue }) => {
		expect(areSameValues(field, value, otherValue, ZONE)).toBe(false);
		expect(areSameValues(field, otherValue, value, ZONE)).toBe(false);
	});
});

interface StoredValue {
	/** The part in which the new value differs from the stored one. */
	difference: string;
	field: ShownType;
	storedValue: unknown;
	value: unknown;
}

describe('isStored', () => {
	it.each<StoredValue>([
		{ difference: 'the dots of ё', field: TEXT, storedValue: 'Алена', value: 'Алёна' },
		{ difference: 'a blank too many', field: TEXT, storedValue: 'Мия  Орлова', value: 'Мия Орлова' },
		{ difference: 'a capital in a custom field', field: CUSTOM, storedValue: 'a', value: 'A' },
		{ difference: 'a capital in a word among phones', field: PHONES, storedValue: ['мама'], value: ['Мама'] },
		{
			difference: 'a capital in a row',
			field: ROWS,
			storedValue: [{ customer_id: 1, note: 'a' }],
			value: [{ customer_id: 1, note: 'A' }],
		},
		{ difference: 'an empty line', field: LONG_TEXT, storedValue: 'a\n\nb', value: 'a\nb' },
		{
			difference: 'a digit of a phone',
			field: PHONES,
			storedValue: ['+7(900)555-00-01'],
			value: '8 900 555 00 02',
		},
	])(
		'isStored is false when the user may want to correct $difference: $storedValue to $value',
		({ field, storedValue, value }) => {
			expect(isStored(field, storedValue, value, ZONE)).toBe(false);
		},
	);

	it.each<StoredValue>([
		{ difference: 'only outer blanks differ', field: TEXT, storedValue: ' Мия\n', value: 'Мия' },
		{
			difference: 'only the encoding of an accent differs',
			field: TEXT,
			storedValue: 'Андрей',
			value: decompose('Андрей'),
		},
		{
			difference: 'only the kind of line breaks differs',
			field: LONG_TEXT,
			storedValue: 'a\r\nb\rc',
			value: 'a\nb\nc',
		},
		{
			difference: 'only the spelling of a phone differs',
			field: PHONES,
			storedValue: ['+7(900)555-00-01'],
			value: '8 900 555 00 01',
		},
		{
			difference: 'only types and outer blanks of a row differ',
			field: ROWS,
			storedValue: [{ customer_id: '1', note: 'a ' }],
			value: [{ customer_id: 1, note: 'a' }],
		},
		{ difference: 'both are empty', field: TEXT, storedValue: null, value: '' },
	])(
		'isStored is true when $difference, which no user would correct: $storedValue and $value',
		({ field, storedValue, value }) => {
			expect(isStored(field, storedValue, value, ZONE)).toBe(true);
		},
	);
});

describe('areSameItems', () => {
	it('areSameItems is true for two empty items', () => {
		expect(areSameItems(TEXTS, '', null)).toBe(true);
	});

	it.each([
		{ field: TEXTS, item: '', otherItem: 'a' },
		{ field: TEXTS, item: 'a', otherItem: '' },
		{ field: CUSTOM, item: null, otherItem: 'null' },
	])(
		'areSameItems is false for an empty item and a text: $item and $otherItem',
		({ field, item, otherItem }) => {
			expect(areSameItems(field, item, otherItem)).toBe(false);
		},
	);
});

describe('addItems', () => {
	it('addItems adds the phones that the list lacks, and keeps the spelling of those that it has', () => {
		const phones = addItems(PHONES, ['+7(900)555-00-01'], ['89005550001', '123-45', '12345']);

		expect(phones).toEqual(['+7(900)555-00-01', '123-45']);
	});

	it('addItems adds the IDs that the list lacks', () => {
		const teachers = addItems(TEACHERS, [1, 2], ['2', 3]);

		expect(teachers).toEqual([1, 2, 3]);
	});
});

/**
 * Writes a text in a random spelling that the node treats as equal: with е for ё or ё for е, with accents as
 * characters of their own, and with double blanks. Capitals stay, because AlfaCRM's search ignores them.
 */
function respell(text: string, random: () => number): string {
	const exchangedLetters: Record<string, string> = { е: 'ё', ё: 'е', Е: 'Ё', Ё: 'Е' };
	const respellLetter = (letter: string): string => {
		if (letter === ' ') return random() < 0.5 ? '  ' : ' ';
		const exchanged = random() < 0.5 ? (exchangedLetters[letter] ?? letter) : letter;
		return random() < 0.5 ? decompose(exchanged) : exchanged;
	};
	return Array.from(text.normalize('NFC'), respellLetter).join('');
}

describe('findSearchFragments', () => {
	it.each([
		{ text: 'Пётр Семёнов' },
		{ text: 'ПЁТР' },
		{ text: 'Ёе' },
		{ text: 'Йод' },
		{ text: 'елене её ежевечерне' },
		{ text: 'Ведение  учёта' },
		{ text: 'é' },
		{ text: 'Zoë Brontë' },
		{ text: 'Орлова' },
	])(
		'findSearchFragments finds for "$text" fragments of which each random spelling contains at least one',
		({ text }) => {
			const random = randomFrom(seed);

			const fragments = findSearchFragments(text).map((fragment) => fragment.toLowerCase());

			for (let count = 0; count < 50; count++) {
				const spelling = respell(text, random);
				expect(normalizeText(spelling)).toBe(normalizeText(text));
				expect(fragments.filter((fragment) => spelling.toLowerCase().includes(fragment))).not.toEqual([]);
			}
		},
	);

	it.each([
		{ text: 'Орлова', fragments: ['Орлова'] },
		{ text: 'ЁЖ', fragments: ['ЁЖ', 'Е\u0308Ж', 'ЕЖ'] },
		{ text: '', fragments: [] },
	])('findSearchFragments finds $fragments for "$text"', ({ text, fragments }) => {
		expect(findSearchFragments(text)).toEqual(fragments);
	});

	it.each([
		{ repetition: 'ё and е alternate', text: 'еёеёеёеёеё' },
		{ repetition: 'each word has two ё', text: 'Ёё Ёё' },
		{ repetition: 'most letters are е', text: 'ежевечерне еле-еле' },
		{ repetition: 'it has 40 й', text: 'й'.repeat(40) },
	])('findSearchFragments finds at most six fragments for a text in which $repetition', ({ text }) => {
		expect(findSearchFragments(text).length).toBeLessThanOrEqual(6);
	});
});

import fc from 'fast-check';

import { isStored, normalForms, areSameItems } from '../../../nodes/AlfaCrm/fields/field';
import { hasExtraWords, normalizeName } from '../../../nodes/AlfaCrm/fields/personName';
import { depth, seed } from '../../support/depth';

const NAME = { type: 'text', name: 'name', label: 'Name', isPersonName: true } as const;
const GROUP_NAME = { type: 'text', name: 'name', label: 'Name' } as const;

describe('The name of a person', () => {
	/** Generates a name of two to four words, and the same words in another order. */
	const nameInTwoOrders = fc
		.uniqueArray(
			fc.constantFrom('Колычев', 'Павел', 'Игоревич', 'Пётр', 'Алёна', 'Анна-Мария', 'Zoë', "O'Neil", 'Йод'),
			{ minLength: 2, maxLength: 4 },
		)
		.chain((words) => fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length })));
	const separator = fc.constantFrom(' ', '  ', ', ', '\u00a0');
	const normalization = fc.constantFrom<'NFC' | 'NFD'>('NFC', 'NFD');

	it('the name of a person matches the same words in every order and spelling', () => {
		const property = fc.property(
			nameInTwoOrders,
			separator,
			normalization,
			([words, shuffledWords], separatorOfWords, form) => {
				const storedName = words.join(' ');
				const typedName = shuffledWords
					.join(separatorOfWords)
					.toUpperCase()
					.replace(/Ё/g, 'Е')
					.normalize(form);

				expect(normalForms(NAME, typedName)).toEqual(normalForms(NAME, storedName));
				expect(areSameItems(NAME, storedName, typedName)).toBe(true);
				expect(hasExtraWords(storedName, typedName)).toBe(false);
			},
		);
		fc.assert(property, { seed, numRuns: depth.fieldValues });
	});

	it('isStored is false for the name of a person with its words in another order, so that a user can correct the order', () => {
		expect(isStored(NAME, 'Колычев Павел', 'Павел Колычев', 'UTC')).toBe(false);
	});
});

describe('The name of a group', () => {
	it('the name of a group does not match the same words in another order', () => {
		expect(areSameItems(GROUP_NAME, 'Группа старшая', 'старшая Группа')).toBe(false);
	});
});

describe('hasExtraWords', () => {
	it.each([
		{
			difference: 'the second name has a patronymic as well',
			name: 'Колычев Павел',
			otherName: 'Павел Игоревич Колычев',
		},
		{
			difference: 'the second name has a surname as well',
			name: 'Павел',
			otherName: 'Колычев Павел',
		},
		{
			difference: 'the first name has a surname as well',
			name: 'Колычев Павел',
			otherName: 'Павел',
		},
	])('hasExtraWords is true when $difference: "$name" and "$otherName"', ({ name, otherName }) => {
		expect(hasExtraWords(name, otherName)).toBe(true);
	});

	it.each([
		{ difference: 'the given names differ', name: 'Колычев Павел', otherName: 'Колычев Пётр' },
		{
			difference: 'all words differ in their endings',
			name: 'Колычев Павел',
			otherName: 'Колычева Павла Игоревна',
		},
		{ difference: 'only capitals and order differ', name: 'Колычев Павел', otherName: 'павел колычев' },
		{ difference: 'one name is empty', name: '', otherName: 'Колычев Павел' },
	])('hasExtraWords is false when $difference: "$name" and "$otherName"', ({ name, otherName }) => {
		expect(hasExtraWords(name, otherName)).toBe(false);
	});
});

describe('normalizeName', () => {
	it('normalizeName returns an empty text for a name without words', () => {
		expect(normalizeName(' , ')).toBe('');
	});
});

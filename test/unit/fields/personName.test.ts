import fc from 'fast-check';

import { isStored, normalForms, sameItem } from '../../../nodes/AlfaCrm/fields/field';
import { hasExtraWords, normalizeName } from '../../../nodes/AlfaCrm/fields/personName';
import { depth, seed } from '../../support/depth';

const NAME = { type: 'text', name: 'name', label: 'Name', isPersonName: true } as const;
const TITLE = { type: 'text', name: 'name', label: 'Name' } as const;
const words = fc.uniqueArray(
	fc.constantFrom('Колычев', 'Павел', 'Игоревич', 'Пётр', 'Алёна', 'Анна-Мария', 'Zoë', "O'Neil", 'Йод'),
	{ minLength: 2, maxLength: 4 },
);

it('every order and spelling of the words of a name is one name', () => {
	const property = fc.property(
		words.chain((name) => fc.tuple(fc.constant(name), fc.shuffledSubarray(name, { minLength: name.length }))),
		fc.constantFrom(' ', '  ', ', ', '\u00a0'),
		fc.constantFrom<'NFC' | 'NFD'>('NFC', 'NFD'),
		([name, shuffledName], separator, form) => {
			const stored = name.join(' ');
			const typed = shuffledName.join(separator).toUpperCase().replace(/Ё/g, 'Е').normalize(form);

			expect(normalForms(NAME, typed)).toEqual(normalForms(NAME, stored));
			expect(sameItem(NAME, stored, typed)).toBe(true);
			expect(hasExtraWords(stored, typed)).toBe(false);
		},
	);
	fc.assert(property, { seed, numRuns: depth.fieldValues });
});

it.each([
	{ name: 'Колычев Павел', otherName: 'Павел Игоревич Колычев', differs: true },
	{ name: 'Павел', otherName: 'Колычев Павел', differs: true },
	{ name: 'Колычев Павел', otherName: 'Колычев Пётр', differs: false },
	{ name: 'Колычев Павел', otherName: 'Колычева Павла Игоревна', differs: false },
	{ name: 'Колычев Павел', otherName: 'павел колычев', differs: false },
	{ name: '', otherName: 'Колычев Павел', differs: false },
])('$name and $otherName differ in words alone: $differs', ({ name, otherName, differs }) => {
	const result = hasExtraWords(name, otherName);

	expect(result).toBe(differs);
});

it('a name in another order is a change that can be saved', () => {
	const isHeld = isStored(NAME, 'Колычев Павел', 'Павел Колычев', 'UTC');

	expect(isHeld).toBe(false);
});

it('the words of a text that is no name keep their order', () => {
	const isSame = sameItem(TITLE, 'Группа старшая', 'старшая Группа');

	expect(isSame).toBe(false);
});

it('a name without words has an empty form', () => {
	const form = normalizeName(' , ');

	expect(form).toBe('');
});

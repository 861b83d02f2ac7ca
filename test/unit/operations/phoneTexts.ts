import fc from 'fast-check';

/** Numbers as people in Russia type them; each # is a digit. */
const RUSSIAN_MASKS = [
	'+7 9## ###-##-##',
	'8 (9##) ###-##-##',
	'89#########',
	'9#########',
	'79#########',
	'8-9##-###-##-##',
	'8.9##.###.##.##',
	'+7 8 9## ### ## ##',
	'(9##) ###-##-##',
	'8 (495) ###-##-##',
	'8 701 ### ## ##',
];
const FOREIGN_MASKS = [
	'+375 29 ###-##-##',
	'+992 90 ###-##-##',
	'+49 (0) 151 ########',
	'998901######',
	'97254#######',
];
/** Two of three numbers are Russian. */
const MASKS = [...RUSSIAN_MASKS, ...RUSSIAN_MASKS, ...FOREIGN_MASKS];

const TEXTS_BEFORE = ['', '', 'Тел.: ', '1) ', 'мама '];
const TEXTS_AFTER = [
	'',
	'',
	' (мама)',
	' звонить с 18 до 20',
	' (18:00-20:00)',
	' доб. 12',
	', Telegram @anna',
];
/** A blank or a dash is no separator: two numbers with only that between them may be one number. */
const SEPARATORS = [', ', '; ', ' / ', '\n', ' и ', ' | '];

/** Puts digits in place of each # of a mask. */
function fillMask(mask: string, digits: readonly number[]): string {
	let index = 0;
	return mask.replace(/#/g, () => {
		const digit = String(digits[index]);
		index += 1;
		return digit;
	});
}

const tenDigits = fc.array(fc.nat(9), { minLength: 10, maxLength: 10 });

const phoneNumbers = fc
	.tuple(fc.constantFrom(...MASKS), tenDigits)
	.map(([mask, digits]) => fillMask(mask, digits));

const numbersWithWords = fc.record({
	number: phoneNumbers,
	textAfter: fc.constantFrom(...TEXTS_AFTER),
});

/** Texts with one to three phone numbers, as people type them into the field of a form. */
export const phoneTexts = fc
	.record({
		parts: fc.array(numbersWithWords, { minLength: 1, maxLength: 3 }),
		textBefore: fc.constantFrom(...TEXTS_BEFORE),
		separator: fc.constantFrom(...SEPARATORS),
	})
	.map(({ parts, textBefore, separator }) => {
		const texts = parts.map(({ number, textAfter }) => number + textAfter);
		return {
			numbers: parts.map(({ number }) => number),
			text: textBefore + texts.join(separator),
		};
	});

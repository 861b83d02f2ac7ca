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

const PREFIXES = ['+7', '7', '8', '', '+ 7', '007', '8-', '+7 '];
const BLANKS = ['', ' ', '-', '.', '\u00a0', ' - ', '–'];
const WORDS_BEFORE = ['', ' ', 'тел. ', 'Мама: '];
const WORDS_AFTER = ['', ' ', ' доб. 12', ' (мама)', ' 2 ребёнка'];

/**
 * Spells +7(900)555-00-01 in one of the many ways in which people write a Russian number.
 *
 * @param next returns the next random number from 0 to below 1
 */
export function spellPhoneRandomly(next: () => number): string {
	const pick = (texts: readonly string[]): string => texts[Math.floor(next() * texts.length)];
	const prefix = pick(PREFIXES);
	const code = pick(['900', '(900)', ' (900) ', ' 900 ', '-900-']);
	const blank = pick(BLANKS);
	const lastBlank = pick(['', ' ', '-', blank]);
	return `${pick(WORDS_BEFORE)}${prefix}${code}555${blank}00${lastBlank}01${pick(WORDS_AFTER)}`;
}

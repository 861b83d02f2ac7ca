import fc from 'fast-check';

/** Forms in which people in Russia type phones. Each # stands for a digit. */
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
/** Lists the Russian masks twice, so that most phones are Russian. */
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
/** Separates phones. A space or a dash is no separator, because it may stand within a phone. */
const SEPARATORS = [', ', '; ', ' / ', '\n', ' и ', ' | '];

/** Puts the digits in place of the # of a mask, such as "8 (495) ###-##-##". */
function fillMask(mask: string, digits: readonly number[]): string {
	let index = 0;
	return mask.replace(/#/g, () => {
		const digit = String(digits[index]);
		index += 1;
		return digit;
	});
}

const tenDigits = fc.array(fc.nat(9), { minLength: 10, maxLength: 10 });

const randomPhones = fc
	.record({ mask: fc.constantFrom(...MASKS), digits: tenDigits })
	.map(({ mask, digits }) => fillMask(mask, digits));

const phonesWithNotes = fc.record({
	phone: randomPhones,
	note: fc.constantFrom(...TEXTS_AFTER),
});

/** Generates texts with one to three phones, such as "мама 8 (495) 123-45-67; 9001234567 доб. 12", and their phones. */
export const phoneTexts = fc
	.record({
		entries: fc.array(phonesWithNotes, { minLength: 1, maxLength: 3 }),
		textBefore: fc.constantFrom(...TEXTS_BEFORE),
		separator: fc.constantFrom(...SEPARATORS),
	})
	.map(({ entries, textBefore, separator }) => {
		const phones = entries.map(({ phone }) => phone);
		const phonesAndNotes = entries.map(({ phone, note }) => phone + note);
		return { phones, text: textBefore + phonesAndNotes.join(separator) };
	});

const COUNTRY_CODES = ['+7', '7', '8', '', '+ 7', '007', '8-', '+7 '];
const AREA_CODES = ['900', '(900)', ' (900) ', ' 900 ', '-900-'];
const MARKS_WITHIN = ['', ' ', '-', '.', '\u00a0', ' - ', '–'];
const WORDS_BEFORE = ['', ' ', 'тел. ', 'Мама: '];
const WORDS_AFTER = ['', ' ', ' доб. 12', ' (мама)', ' 2 ребёнка'];

/**
 * Spells +7(900)555-00-01 in one of many ways, such as "тел. 8 (900) 555 00-01 доб. 12".
 *
 * @param random returns the next random number, from 0 to below 1
 */
export function spellPhoneRandomly(random: () => number): string {
	const pick = (texts: readonly string[]): string => texts[Math.floor(random() * texts.length)];

	const wordsBefore = pick(WORDS_BEFORE);
	const countryCode = pick(COUNTRY_CODES);
	const areaCode = pick(AREA_CODES);
	const mark = pick(MARKS_WITHIN);
	const lastMark = pick(['', ' ', '-', mark]);
	const wordsAfter = pick(WORDS_AFTER);

	return `${wordsBefore}${countryCode}${areaCode}555${mark}00${lastMark}01${wordsAfter}`;
}

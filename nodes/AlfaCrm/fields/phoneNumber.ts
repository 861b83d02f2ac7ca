import {
	KNOWN_CODES,
	DIGITS_BEFORE_NUMBER,
	EMPTY_FRACTION,
	FULL_WIDTH,
	MIN_DIGITS,
	MIN_DIGITS_WITH_COUNTRY,
	NATIONAL_LENGTH,
	DIGITS_OF_OTHER_THINGS,
	NUMBER,
	MASKED_DIGITS,
	SLIP_CODES,
	SLIP_LENGTH,
} from './phonePatterns';
import { ROUNDED_NUMBER } from './unreadable';

/**
 * Reads phone numbers as people write them. Their digits decide, not their spelling:
 *
 * | text | number |
 * | --- | --- |
 * | `+7 900 111-22-33`, `8 (900) 111-22-33`, `9001112233`, `9001112233.0` | 79001112233 |
 * | `+7 8 900 111-22-33` (typed after the +7 of an input) | 79001112233 |
 * | `9001112233 2 ребёнка`, `дом 15 8 900 111-22-33`, `18.00-20.00 8 900 111-22-33` | 79001112233 |
 * | `8 495 111-22-33 доб. 12` | 74951112233 |
 * | `79001112233@c.us` (WhatsApp) | 79001112233 |
 * | `80291112233` | 375291112233 (Belarus), or 70291112233, as AlfaCRM writes it |
 * | `+49 30 901820`, `0049 30 901820` | 4930901820 |
 * | `2 11 22 33` (without a city) | 2112233 |
 * | `+7 9** ***-12-34`, `+7 (XXX) XXX-XX-XX`, `доб. 12`, `11111`, `7,90056E+10` | none |
 * | `tg://user?id=123456789`, `120363041234567890@g.us` | none |
 */

/** The digits of a number, as in the text or in international form: `9001112233`, `79001112233`. */
type Digits = string;

/** The digits of a phone number, and what they tell about it. */
interface NumberDigits {
	digits: Digits;
	/**
	 * Whether the digits certainly begin with the code of a country, because a plus, 00 or 8 10 is
	 * before them.
	 */
	hasCountry: boolean;
	/** Whether there are at least as many digits as numbers of this country have. */
	isComplete: boolean;
	/** Whether there are exactly as many digits as numbers of this country have. */
	hasExactLength: boolean;
}

/** A number within a text. */
interface PhoneNumber extends NumberDigits {
	/** Where the number begins and ends in the text. */
	begin: number;
	end: number;
}

/**
 * Only the first 1,000 characters of a text are searched for numbers. A longer text is a message.
 */
const MAX_TEXT = 1_000;

/**
 * Accepts the last comma, semicolon or line break of a text: the second comma of `, мама, `.
 * Rejects ` / `.
 */
const LAST_SEPARATOR = /[,;\r\n](?=[^,;\r\n]*$)/;
/**
 * Accepts the signs at the end of a text that belong to the number after it: ` (` at the end of
 * `900 111-22-33 (`, or the number of a line in a list, ` 2. ` at the end of `900 111-22-33 2. `.
 * Rejects the word in ` папа (`, and accepts only ` (`.
 */
const NUMBER_OPENING = /((?<=\d)\s\d[.)])?[+([\s]*$/;
/**
 * Accepts the words after the last number of a text: ` папа` of `89001112233 папа`. Rejects words
 * before a number.
 */
const TRAILING_WORDS = /(?<=[\d)])[^\d)]*$/;
/** Accepts a text with a word before its first number: `мама 8900…`. Rejects `8900… мама`. */
const WORD_BEFORE_NUMBER = /^[^\d+]*\p{L}/u;

/**
 * Tells whether two phone numbers are equal, in whatever spelling: whether they have an
 * international form in common.
 */
export function areSamePhones(phone: unknown, otherPhone: unknown): boolean {
	const forms = normalizePhone(phone);
	return normalizePhone(otherPhone).some((digits) => forms.includes(digits));
}

/**
 * Returns the international forms of the numbers in a value, without the plus. The list is empty if
 * the value holds no number. The table above has examples.
 */
export const normalizePhone = (value: unknown): Digits[] => [
	...new Set(findMainNumbers(value).flatMap(makeInternationalForms)),
];

/** Removes the .0 that a spreadsheet adds to a phone: 9001112233.0. */
export const removeEmptyFraction = (text: string): string => text.replace(EMPTY_FRACTION, '');

/** Tells whether a text holds a phone number. An extension alone does not count as one. */
export const hasNumber = (text: string): boolean => findNumbers(text).length > 0;

/**
 * Tells whether a text has signs in place of digits, as an empty input mask or `9** ***-12-34` has.
 */
export const hasMaskedDigits = (text: string): boolean => MASKED_DIGITS.test(text);

/**
 * Splits a text that holds several phone numbers. Each part holds one number with the words beside
 * it. Commas, semicolons and line breaks separate numbers. Without such a sign, two numbers are
 * separated only if both are complete.
 *
 * - `900-111-22-33, 900-444-55-66` → `900-111-22-33,` and ` 900-444-55-66`
 * - `мама 89001112233 папа 89004445566` → `мама 89001112233` and ` папа 89004445566`
 */
export function splitNumbers(text: string): string[] {
	const numbers = findNumbers(text);
	const parts: string[] = [];
	let partBegin = 0;
	for (let index = 1; index < numbers.length; index += 1) {
		const partEnd = findSplitIndex(text, numbers[index - 1], numbers[index]);
		const staysTogether = partEnd === undefined;
		if (staysTogether) continue;

		parts.push(text.slice(partBegin, partEnd));
		partBegin = partEnd;
	}

	parts.push(text.slice(partBegin));
	return parts;
}

/**
 * Finds the index at which to split a text between two neighbouring numbers:
 *
 * - after a comma, semicolon or line break: `89001112233,| 89004445566`
 * - before a label of the next number: `мама 89001112233| папа 89004445566`
 * - after a note on the number before it: `89001112233 мама| 89004445566 папа`
 *
 * @returns undefined if the two may be parts of a single number
 */
function findSplitIndex(
	text: string,
	number: PhoneNumber,
	nextNumber: PhoneNumber,
): number | undefined {
	const textBetween = text.slice(number.end, nextNumber.begin);
	const separatorIndex = textBetween.search(LAST_SEPARATOR);
	const hasSeparator = separatorIndex >= 0;
	if (hasSeparator) return number.end + separatorIndex + 1;

	const areBothComplete = number.isComplete && nextNumber.isComplete;
	if (!areBothComplete) return undefined;

	// A bracket before the next number is a part of that number.
	const textBeforeNext = text.slice(0, nextNumber.begin).replace(NUMBER_OPENING, '');
	// A text that begins with a word has a label before each number: "мама 8900… папа 8900…".
	const hasLabels = WORD_BEFORE_NUMBER.test(text);
	return hasLabels ? textBeforeNext.search(TRAILING_WORDS) : textBeforeNext.length;
}

/**
 * Makes the texts by which AlfaCRM is searched for the numbers in a value. AlfaCRM may compare the
 * digits, or the characters as they are stored, so each number is searched for in several ways. For
 * `8 (900) 111-22-33` they are:
 *
 * - the last eight digits: `01112233`
 * - the last four digits, as people write them: `2233`, `22-33`, `22 33`
 *
 * A value that contains none of these texts, such as `8 9001 11 223 3`, is also searched for as it
 * is.
 */
export function makeSearchTexts(value: unknown): string[] {
	const numbers = findMainNumbers(value);
	if (numbers.length === 0) return [];

	const searchTexts = new Set<string>();
	for (const number of numbers) {
		const [digits] = makeInternationalForms(number);
		searchTexts.add(digits.slice(-8));
		for (const lastDigits of writeLastDigits(digits)) {
			searchTexts.add(lastDigits);
		}
	}

	// AlfaCRM may have stored the number in the same unusual spelling.
	const text = String(value).trim();
	const containsSearchText = [...searchTexts].some((searchText) => text.includes(searchText));
	if (!containsSearchText) searchTexts.add(text);
	return [...searchTexts];
}

/** Writes the last four digits of a number in three ways: `2233`, `22-33`, `22 33`. */
export function writeLastDigits(digits: Digits): string[] {
	const firstPair = digits.slice(-4, -2);
	const secondPair = digits.slice(-2);
	return [firstPair + secondPair, `${firstPair}-${secondPair}`, `${firstPair} ${secondPair}`];
}

/**
 * Accepts a Russian or Kazakh number, 79001112233, with a group for each part that AlfaCRM writes:
 * 900, 111, 22 and 33. Rejects numbers of other countries, such as 375291112233.
 */
const RUSSIAN_OR_KAZAKH = /^7([1-9]\d\d)(\d{3})(\d\d)(\d\d)$/;
/**
 * Accepts what people dial before the code of a country: 00, or the 810 of 81079001112233. Rejects
 * the 810 of 8105552233, a number without a country.
 */
const DIALLED_PREFIX = /^(?:00|810(?=\d{11}))/;

/**
 * Writes a Russian or Kazakh number as AlfaCRM does: `8 900 111 22 33` becomes `+7(900)111-22-33`.
 * Returns any other value unchanged: a foreign number, or a number beside words or further digits.
 */
export function formatPhone<Value>(value: Value): Value | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const isRussianOrKazakh = RUSSIAN_OR_KAZAKH.test(digits);
	if (!isRussianOrKazakh || !isNumberAlone(text)) return value;

	// Ten digits without a code may be a foreign number, unless they begin as Russian mobiles do.
	const hasCode = readDialledDigits(text).length > NATIONAL_LENGTH;
	const isMobile = digits.startsWith('79');
	if (!hasCode && !isMobile) return value;

	return digits.replace(RUSSIAN_OR_KAZAKH, '+7($1)$2-$3-$4');
}

/** Tells whether a text is a phone number without words or further digits beside it. */
function isNumberAlone(text: string): boolean {
	const hasWords = /[\p{L}#:,;]/u.test(text);
	if (hasWords) return false;

	// `\d` counts no digits of East Asian keyboards, so a number with these digits is not alone.
	const [number] = findNumbers(text);
	return readDialledDigits(text).length === number.digits.length;
}

/** Reads all digits of a text, without 00 or 810 before them: `00 7 900…` becomes `7900…`. */
const readDialledDigits = (text: string): Digits =>
	text.replace(/\D/g, '').replace(DIALLED_PREFIX, '');

/**
 * Finds the numbers by which a value is compared and searched for: its longest number, even if
 * digits are missing, and all other numbers that are complete. If several numbers are equally long,
 * the first counts as the longest.
 */
function findMainNumbers(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];

	const numbersByLength = [...findNumbers(String(value))];
	numbersByLength.sort((a, b) => b.digits.length - a.digits.length);
	const [longestNumber, ...shorterNumbers] = numbersByLength;
	if (longestNumber === undefined) return [];

	const completeNumbers = shorterNumbers.filter(({ isComplete }) => isComplete);
	return [longestNumber, ...completeNumbers];
}

/**
 * The numbers of the texts that were searched last, by text. A search takes a dozen regular
 * expressions, and the checks of one input item read the same phone about thirty times.
 */
const numbersByText = new Map<string, readonly PhoneNumber[]>();
const MAX_REMEMBERED_TEXTS = 100;

/**
 * Finds the numbers in a text, in the order of the text. Remembers the numbers of up to 100 texts,
 * because the same text is read again and again, and a search is slow.
 */
function findNumbers(value: string): readonly PhoneNumber[] {
	const text = value.slice(0, MAX_TEXT);
	const rememberedNumbers = numbersByText.get(text);
	if (rememberedNumbers !== undefined) return rememberedNumbers;

	const numbers = searchTextForNumbers(text);
	const isMemoryFull = numbersByText.size >= MAX_REMEMBERED_TEXTS;
	if (isMemoryFull) numbersByText.clear();
	numbersByText.set(text, numbers);
	return numbers;
}

/** Searches a text for numbers. Call `findNumbers`, which remembers the result. */
function searchTextForNumbers(value: string): PhoneNumber[] {
	const text = replaceOtherDigits(value);
	const isMasked = hasMaskedDigits(text);

	const numbers: PhoneNumber[] = [];
	for (const match of text.matchAll(NUMBER)) {
		const number = readMatchedNumber(match);
		if (number === undefined) continue;
		// Beside masked digits, as in 9** ***-12-34, only a number of full length is certain.
		if (isMasked && !number.hasExactLength) continue;

		const begin = match.index;
		const [matchedText] = match;
		numbers.push({ ...number, begin, end: begin + matchedText.length });
	}
	return numbers;
}

/**
 * Reads the digits of a match of NUMBER. Returns undefined for an extension, such as "доб. 12", and
 * for digits that are no phone number.
 */
function readMatchedNumber({ groups }: RegExpExecArray): NumberDigits | undefined {
	const numberText = groups?.withCountry ?? groups?.withoutCountry;
	const isExtension = numberText === undefined;
	if (isExtension) return undefined;

	const digits = numberText.replace(/\D/g, '');
	const hasCountry = groups?.withCountry !== undefined;
	return readNumber(digits, hasCountry);
}

/**
 * Replaces digits that are not part of a phone number, such as those of a time, with signs that end
 * a number: `@`, or `E` for a number that a spreadsheet has rounded, as in 7,9E+10. The text keeps
 * its length, so that the places of the numbers in it stay the same. Digits of East Asian keyboards
 * become plain digits.
 */
function replaceOtherDigits(value: string): string {
	return value
		.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(EMPTY_FRACTION, (fraction) => '@'.repeat(fraction.length))
		.replace(DIGITS_OF_OTHER_THINGS, (digits) => '@'.repeat(digits.length))
		.replace(DIGITS_BEFORE_NUMBER, (digits) => '@'.repeat(digits.length))
		.replace(ROUNDED_NUMBER, (digits) => 'E'.repeat(digits.length));
}

/**
 * Reads digits as a phone number, and finds out whether digits are missing: 79001112233 is
 * complete, 1112233 is not. Returns undefined if they are no phone number: too few digits, or a
 * filler such as 11111.
 *
 * @param hasCountry whether the digits begin with the code of a country, because a plus, 00 or 8 10
 * is before them
 */
function readNumber(digits: Digits, hasCountry: boolean): NumberDigits | undefined {
	const country = findCountry(digits, hasCountry);
	if (hasTooFewDigits(digits, hasCountry, country)) return undefined;

	const exactLength = findExactLength(digits, hasCountry, country);
	const minLength = exactLength ?? NATIONAL_LENGTH;
	const isComplete = digits.length >= minLength;
	const hasExactLength = digits.length === exactLength;
	const number = { digits, hasCountry, isComplete, hasExactLength };
	return isFiller(number, country) ? undefined : number;
}

/**
 * Accepts digits, without the code of the country, that are all equal: 11111. People type them who
 * do not want to give their number. Rejects 11112.
 */
const FILLER = /^(\d)\1*$/;
/**
 * Accepts a filler after the code of an unknown country, which has at most three digits: one digit
 * at least seven times, as in 441111111. Rejects 44111111, because some real numbers end in up to
 * six equal digits.
 */
const FILLER_WITH_UNKNOWN_CODE = /^\d{0,3}(\d)\1{6,}$/;

/** Tells whether somebody typed one digit again and again in place of a number: 11111. */
function isFiller(
	{ digits, hasCountry, isComplete }: NumberDigits,
	country: Country | undefined,
): boolean {
	const isCodeUnknown = hasCountry && country === undefined;
	if (isCodeUnknown) return FILLER_WITH_UNKNOWN_CODE.test(digits);

	// In 71111111111, the filler is behind the code 7. Digits that are too few for a whole number,
	// such as 77777, may have no code.
	const hasCode = isComplete && country !== undefined;
	const digitsAfterCode = hasCode ? digits.slice(country.code.length) : digits;
	return FILLER.test(digitsAfterCode);
}

/** The code of a country, and how many digits its numbers have with the code. */
type Country = (typeof KNOWN_CODES)[number];

/** Finds the country to which digits belong. Returns undefined if the country is not known. */
function findCountry(digits: Digits, hasCountry: boolean): Country | undefined {
	// People in Russia and Kazakhstan write 8 in place of +7. Both codes have one digit.
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	return KNOWN_CODES.find(({ code }) => digits.startsWith(code));
}

/**
 * Tells whether digits are too few for a phone number. At least five are needed, after a plus at
 * least seven, and at least five after the code of a known country.
 */
function hasTooFewDigits(
	digits: Digits,
	hasCountry: boolean,
	country: Country | undefined,
): boolean {
	if (!hasCountry) return digits.length < MIN_DIGITS;

	const minDigitsAfterCode = (country?.code.length ?? 0) + MIN_DIGITS;
	return digits.length < Math.max(MIN_DIGITS_WITH_COUNTRY, minDigitsAfterCode);
}

/**
 * Finds how many digits a number has when it is complete:
 *
 * - `+375 29 111…`: 12, because numbers of Belarus have 12 digits
 * - `8 900 111…`: 11, and `900 111…`: 10, because these are Russian numbers
 * - `+49 30 901…`: undefined, because numbers of a country that is not known here can have any length
 */
function findExactLength(
	digits: Digits,
	hasCountry: boolean,
	country: Country | undefined,
): number | undefined {
	if (hasCountry) return country?.length;

	// Ten digits that begin with 9 are a Russian mobile number without its code, even if they begin
	// like the code of another country, such as 992.
	const isRussianMobile = /^9\d{9}$/.test(digits);
	// Without a plus, digits of no known country can only be a Russian number without its code.
	const hasNoCode = country === undefined;
	if (isRussianMobile || hasNoCode) return NATIONAL_LENGTH;

	return country.length;
}

/**
 * Makes the international forms of a number: 9001112233 becomes 79001112233. Without the code of a
 * country, the same digits can be a number in several countries, so there are several forms.
 */
function makeInternationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	if (!mayBeRussianOrKazakh(digits, hasCountry)) return [digits];

	const nationalDigits = digits.slice(-NATIONAL_LENGTH);
	const forms = [`7${nationalDigits}`];
	// People in Belarus dial 80 in place of +375, and AlfaCRM writes their number as +7(0XX)…
	const mayBeBelarusian = nationalDigits.startsWith('0');
	if (mayBeBelarusian) forms.push(`375${nationalDigits.slice(1)}`);
	// No Russian or Kazakh number begins with 0, 1, 2 or 5.
	const mayBeForeign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits);
	if (mayBeForeign) forms.push(digits);
	return forms;
}

/** Accepts 79001112233, and +8 9… as a slip, because no country has +89. Rejects Vietnam's +84. */
const RUSSIAN_AFTER_PLUS = /^(?:7\d|89)\d{9}$/;
/** Accepts 79001112233, 89001112233 and 9001112233. Rejects 375291112233. */
const RUSSIAN_WITHOUT_PLUS = /^[78]?\d{10}$/;

/** Tells whether digits can be read as a Russian or Kazakh number, perhaps with a slip. */
function mayBeRussianOrKazakh(digits: Digits, hasCountry: boolean): boolean {
	// The whole number was typed after the +7 of an input: +7 8 900 111-22-33.
	const isSlip =
		digits.length === SLIP_LENGTH && SLIP_CODES.some((code) => digits.startsWith(code));
	if (isSlip) return true;

	return hasCountry ? RUSSIAN_AFTER_PLUS.test(digits) : RUSSIAN_WITHOUT_PLUS.test(digits);
}

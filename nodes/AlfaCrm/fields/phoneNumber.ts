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

/** A number within a text. */
interface PhoneNumber {
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
	/** Where the number begins and ends in the text. */
	begin: number;
	end: number;
}

/** Only so many characters of a text are searched for numbers. A longer text is a message. */
const MAX_TEXT = 1_000;

/** Accepts the last comma, semicolon or line break of a text. */
const LAST_SEPARATOR = /[,;\r\n](?=[^,;\r\n]*$)/;
/**
 * Accepts the signs that belong to the number after them: a plus, a bracket, or the number of a
 * line in a list, such as the `2.` in `1. 900 111-22-33 2. 900 444-55-66`.
 */
const NUMBER_OPENING = /((?<=\d)\s\d[.)])?[+([\s]*$/;
/** Accepts the words after the last number of a text. */
const TRAILING_WORDS = /(?<=[\d)])[^\d)]*$/;

/**
 * Tells whether two phone numbers are equal, in whatever spelling: whether they have an
 * international form in common.
 */
export function samePhone(phone: unknown, otherPhone: unknown): boolean {
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
 * Splits a text into one text for each number, which keeps the words beside the number. Two numbers
 * are separated by a comma, a semicolon or a line break. Without such a sign, they are separated
 * only if both are complete.
 *
 * - `900-111-22-33, 900-444-55-66` → two texts
 * - `мама 89001112233 папа 89004445566` → `мама 89001112233` and `папа 89004445566`
 */
export function splitNumbers(text: string): string[] {
	const numbers = findNumbers(text);
	const splitTexts: string[] = [];
	let begin = 0;
	for (let index = 1; index < numbers.length; index += 1) {
		const end = findPlaceToSplit(text, numbers[index - 1], numbers[index]);
		// Without such a place, the two numbers stay in one text.
		if (end === undefined) continue;

		splitTexts.push(text.slice(begin, end));
		begin = end;
	}

	splitTexts.push(text.slice(begin));
	return splitTexts;
}

/**
 * Finds the place between two numbers at which the text is split: after the last comma, semicolon
 * or line break or, without such a sign, before or after the words between the numbers.
 *
 * @returns undefined if the two may be parts of a single number
 */
function findPlaceToSplit(
	text: string,
	number: PhoneNumber,
	nextNumber: PhoneNumber,
): number | undefined {
	const textBetween = text.slice(number.end, nextNumber.begin);
	const separatorIndex = textBetween.search(LAST_SEPARATOR);
	const hasSeparator = separatorIndex >= 0;
	if (hasSeparator) return number.end + separatorIndex + 1;
	if (!nextNumber.isComplete || !number.isComplete) return undefined;

	const textBeforeNext = text.slice(0, nextNumber.begin).replace(NUMBER_OPENING, '');
	// If the text begins with a word, the words are labels: "мама 8900… папа 8900…". A label belongs
	// to the number after it. Otherwise the words belong to the number before them.
	const hasLabels = /^[^\d+]*\p{L}/u.test(text);
	return hasLabels ? textBeforeNext.search(TRAILING_WORDS) : textBeforeNext.length;
}

/**
 * Makes the texts by which AlfaCRM is searched for the numbers in a value. AlfaCRM may compare the
 * digits, or the characters as they are stored. So there are these searches:
 *
 * - the last eight digits
 * - the last four digits, as people write them
 * - the whole value, if it contains none of these texts
 */
export function makeSearchTexts(value: unknown): string[] {
	const searchTexts = new Set<string>();
	for (const number of findMainNumbers(value)) {
		const [digits] = makeInternationalForms(number);
		searchTexts.add(digits.slice(-8));
		for (const lastDigits of writeLastDigits(digits)) {
			searchTexts.add(lastDigits);
		}
	}
	if (searchTexts.size === 0) return [];

	const text = String(value).trim();
	const isInUsualSpelling = [...searchTexts].some((searchText) => text.includes(searchText));
	if (!isInUsualSpelling) searchTexts.add(text);
	return [...searchTexts];
}

/** Writes the last four digits of a number in three ways: `2233`, `22-33`, `22 33`. */
export function writeLastDigits(digits: Digits): string[] {
	const firstPair = digits.slice(-4, -2);
	const secondPair = digits.slice(-2);
	return [firstPair + secondPair, `${firstPair}-${secondPair}`, `${firstPair} ${secondPair}`];
}

/**
 * Reads the four groups of a Russian or Kazakh number: `900`, `111`, `22` and `33` of 79001112233.
 */
const RUSSIAN_OR_KAZAKH = /^7([1-9]\d\d)(\d{3})(\d\d)(\d\d)$/;
/** Accepts what people dial before the code of a country: 00, or 810 before eleven digits. */
const DIALLED_PREFIX = /^(?:00|810(?=\d{11}))/;

/**
 * Writes a Russian or Kazakh number as AlfaCRM does: `+7(900)111-22-33`. Returns a foreign number
 * unchanged, and also a value with words or with further digits beside the number.
 */
export function formatPhone<T>(value: T): T | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const [, city, first, second, third] = RUSSIAN_OR_KAZAKH.exec(digits) ?? [];
	if (city === undefined) return value;

	const digitsInText = text.replace(/\D/g, '').replace(DIALLED_PREFIX, '');
	const [firstNumber] = findNumbers(text);
	// The text has further digits, or digits of an East Asian keyboard, which are not counted here.
	const hasOtherDigits = digitsInText.length !== firstNumber.digits.length;
	const hasWords = /[\p{L}#:,;]/u.test(text);
	const isNumberAlone = !hasOtherDigits && !hasWords;
	// Ten digits may be a foreign number without the plus. Only a Russian mobile number is certain.
	const isRussianOrKazakh = digitsInText.length > NATIONAL_LENGTH || digits.startsWith('79');
	if (!isNumberAlone || !isRussianOrKazakh) return value;

	return `+7(${city})${first}-${second}-${third}`;
}

/**
 * Finds the numbers by which a value is compared and searched for: the longest number, even if
 * digits are missing, and all other numbers that are complete. If several numbers are equally long,
 * the first counts as the longest.
 */
function findMainNumbers(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];

	const numbers = [...findNumbers(String(value))];
	numbers.sort((a, b) => b.digits.length - a.digits.length);
	const [longestNumber, ...shorterNumbers] = numbers;
	if (longestNumber === undefined) return [];

	return [longestNumber, ...shorterNumbers.filter(({ isComplete }) => isComplete)];
}

/**
 * The numbers of the texts that were searched last, by text. A search takes a dozen regular
 * expressions, and the checks of one input item read the same phone about thirty times.
 */
const numbersByText = new Map<string, readonly PhoneNumber[]>();
const MOST_REMEMBERED_TEXTS = 100;

/**
 * Finds the numbers in a text, in the order of the text. Remembers the numbers of up to 100 texts,
 * because the same text is read again and again, and a search is slow.
 */
function findNumbers(value: string): readonly PhoneNumber[] {
	const text = value.slice(0, MAX_TEXT);
	const rememberedNumbers = numbersByText.get(text);
	if (rememberedNumbers !== undefined) return rememberedNumbers;

	const numbers = searchTextForNumbers(text);
	const isMemoryFull = numbersByText.size >= MOST_REMEMBERED_TEXTS;
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
		// An extension matches neither group. So it has no digits here, and is skipped below.
		const { withCountry, withoutCountry } = match.groups ?? {};
		const digits = (withCountry ?? withoutCountry ?? '').replace(/\D/g, '');
		const number = readNumber(digits, withCountry !== undefined);
		if (number === undefined) continue;
		// Beside masked digits, as in 9** ***-12-34, only a number of full length is certain.
		if (isMasked && !number.hasExactLength) continue;

		numbers.push({ ...number, begin: match.index, end: match.index + match[0].length });
	}
	return numbers;
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
 * Reads digits as a phone number, and finds out whether digits are missing. Returns undefined if
 * they are no number: too few digits, or a filler such as 11111.
 *
 * @param hasCountry whether the digits begin with the code of a country, because a plus, 00 or 8 10
 * is before them
 */
function readNumber(
	digits: Digits,
	hasCountry: boolean,
): Omit<PhoneNumber, 'begin' | 'end'> | undefined {
	const country = findCountry(digits, hasCountry);
	const codeLength = country.code?.length ?? 0;
	const minDigits = hasCountry
		? Math.max(MIN_DIGITS_WITH_COUNTRY, codeLength + MIN_DIGITS)
		: MIN_DIGITS;
	if (digits.length < minDigits) return undefined;

	// Without a country, ten digits that begin with 9 are a Russian mobile number.
	const isRussianMobile = !hasCountry && /^9\d{9}$/.test(digits);
	const expectedLength = isRussianMobile ? NATIONAL_LENGTH : country.length;
	const isComplete = digits.length >= (expectedLength ?? NATIONAL_LENGTH);
	// If the country is not known, the digits without a plus can only be a Russian number without its
	// code. After a plus, its numbers can have any length, so no length is exact.
	const lengthWithoutCountry = hasCountry ? undefined : NATIONAL_LENGTH;
	const exactLength = expectedLength ?? lengthWithoutCountry;
	const hasExactLength = digits.length === exactLength;

	const isCodeUnknown = hasCountry && country.code === undefined;
	const digitsWithoutCode = isComplete ? digits.slice(codeLength) : digits;
	const isFiller = isCodeUnknown
		? FILLER_WITH_UNKNOWN_CODE.test(digits)
		: FILLER.test(digitsWithoutCode);
	return isFiller ? undefined : { digits, hasCountry, isComplete, hasExactLength };
}

/**
 * Accepts a filler: people who do not want to give their number type one digit again and again. The
 * digits are without the code of the country, if that is known.
 */
const FILLER = /^(\d)\1*$/;
/**
 * Accepts a filler after the code of an unknown country, which has at most three digits: one digit
 * at least seven times. Some real numbers end in up to six equal digits.
 */
const FILLER_WITH_UNKNOWN_CODE = /^\d{0,3}(\d)\1{6,}$/;

/**
 * Finds the code of a number's country, and the length of that country's numbers with the code.
 * Returns an empty object if the country is not known.
 */
function findCountry(digits: string, hasCountry: boolean): { code?: string; length?: number } {
	// People in Russia and Kazakhstan write 8 in place of +7. Both codes have one digit.
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	return KNOWN_CODES.find(({ code }) => digits.startsWith(code)) ?? {};
}

/**
 * Makes the international forms of a number: 9001112233 becomes 79001112233. Without the code of a
 * country, the same digits can be a number in several countries, so there are several forms.
 */
function makeInternationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	const nationalDigits = digits.slice(-NATIONAL_LENGTH);
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const isRussianOrKazakh = (hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]?\d{10}$/).test(digits);
	// The whole number was typed after the +7 of an input: +7 8 900 555-00-01.
	const isSlip =
		digits.length === SLIP_LENGTH && SLIP_CODES.some((code) => digits.startsWith(code));
	if (!isRussianOrKazakh && !isSlip) return [digits];

	// People in Belarus dial 80 in place of +375. AlfaCRM writes such a number as
	// +7(0XX)…
	const belarusian = nationalDigits.startsWith('0') ? [`375${nationalDigits.slice(1)}`] : [];
	// No Russian or Kazakh number begins with 0, 1, 2 or 5, so ten digits that begin so may be a
	// foreign number.
	const foreign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits) ? [digits] : [];
	return [`7${nationalDigits}`, ...belarusian, ...foreign];
}

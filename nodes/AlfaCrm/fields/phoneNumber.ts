import {
	KNOWN_CODES,
	BEFORE_NUMBER,
	EMPTY_FRACTION,
	FULL_WIDTH,
	MIN_DIGITS,
	MIN_DIGITS_WITH_COUNTRY,
	NATIONAL_LENGTH,
	OTHER_DIGITS,
	NUMBER,
	MASKED_DIGITS,
	SLIP_CODES,
	SLIP_LENGTH,
} from './phonePatterns';
import { ROUNDED } from './unreadable';

/**
 * Reads phone numbers as people write them. Their digits decide, not their spelling:
 *
 * | text | number |
 * | --- | --- |
 * | `+7 900 111-22-33`, `8 (900) 111-22-33`, `9001112233`, `9001112233.0` | 79001112233 |
 * | `+7 8 900 111-22-33` (typed behind the +7 of a form) | 79001112233 |
 * | `9001112233 2 ребёнка`, `дом 15 8 900 111-22-33`, `18.00-20.00 8 900 111-22-33` | 79001112233 |
 * | `8 495 111-22-33 доб. 12` | 74951112233 |
 * | `79001112233@c.us` (WhatsApp) | 79001112233 |
 * | `80291112233` | 375291112233 (Belarus), or 70291112233, as AlfaCRM writes it |
 * | `+49 30 901820`, `0049 30 901820` | 4930901820 |
 * | `2 11 22 33` (without a city) | 2112233 |
 * | `+7 9** ***-12-34`, `+7 (XXX) XXX-XX-XX`, `доб. 12`, `11111`, `7,90056E+10` | none |
 * | `tg://user?id=123456789`, `120363041234567890@g.us` | none |
 */

/** The digits of a number in international form, without the plus: `79001112233`. */
type Digits = string;

/** A number within a text. */
interface PhoneNumber {
	digits: Digits;
	/** Whether it begins with the code of its country. */
	hasCountry: boolean;
	/** Whether it has at least as many digits as a number needs, so that none is missing. */
	isComplete: boolean;
	/** Whether it has as many digits as the numbers of its country have, so that none is hidden. */
	hasExactLength: boolean;
	/** Where it begins and ends in the text. */
	begin: number;
	end: number;
}

/** A longer text is a letter. Only its first characters are searched for numbers. */
const MAX_TEXT = 1_000;

/** Accepts the last comma, semicolon or line break of a text. */
const LAST_SEPARATOR = /[,;\r\n](?=[^,;\r\n]*$)/;
/** Accepts what stands right before the next number: a plus, a bracket, or the `2.` of a list. */
const NUMBER_OPENING = /((?<=\d)\s\d[.)])?[+([\s]*$/;
/** Accepts the words behind the last number of a text. */
const TRAILING_WORDS = /(?<=[\d)])[^\d)]*$/;

/**
 * Tells whether two phone numbers are the same: whether they have an international form in common.
 */
export function samePhone(phone: unknown, otherPhone: unknown): boolean {
	const forms = normalizePhone(phone);
	return normalizePhone(otherPhone).some((digits) => forms.includes(digits));
}

/**
 * Returns the international forms of a phone number, without the plus; none if it holds no number.
 * The table above has examples.
 */
export const normalizePhone = (value: unknown): Digits[] => [
	...new Set(findCertainNumbers(value).flatMap(makeInternationalForms)),
];

/** Removes the .0 that a spreadsheet adds to a phone: 9001112233.0. */
export const removeEmptyFraction = (text: string): string => text.replace(EMPTY_FRACTION, '');

/** Tells whether a text holds a phone number. An extension alone is none. */
export const hasNumber = (text: string): boolean => findNumbers(text).length > 0;

/**
 * Tells whether a text has places without a digit, as in an empty input mask or a hidden number.
 */
export const hasMaskedDigits = (text: string): boolean => MASKED_DIGITS.test(text);

/**
 * Splits a text into one text for each number, together with the words beside it. A comma, a
 * semicolon or a line break separates two numbers. Other numbers are separated only if both are
 * whole.
 *
 * - `900-111-22-33, 900-444-55-66` → two texts
 * - `мама 89001112233 папа 89004445566` → `мама 89001112233` and `папа 89004445566`
 */
export function splitNumbers(text: string): string[] {
	const numbers = findNumbers(text);
	const cuts: number[] = [];
	for (let index = 1; index < numbers.length; index += 1) {
		const cut = findCut(text, numbers[index - 1], numbers[index]);
		if (cut !== undefined) {
			cuts.push(cut);
		}
	}

	const begins = [0, ...cuts];
	return begins.map((begin, index) => text.slice(begin, cuts[index]));
}

/**
 * Finds the place between two numbers at which a text is cut. Returns undefined if they may be
 * parts of one number.
 */
function findCut(text: string, number: PhoneNumber, next: PhoneNumber): number | undefined {
	const separator = text.slice(number.end, next.begin).search(LAST_SEPARATOR);
	if (separator >= 0) return number.end + separator + 1;
	if (!next.isComplete || !number.isComplete) return undefined;

	const textBefore = text.slice(0, next.begin).replace(NUMBER_OPENING, '');
	// If the text begins with a word, words are labels and belong to the number behind them.
	const hasLabels = /^[^\d+]*\p{L}/u.test(text);
	return hasLabels ? textBefore.search(TRAILING_WORDS) : textBefore.length;
}

/**
 * Makes the texts by which AlfaCRM is searched for a number. AlfaCRM may compare the digits, or the
 * characters as they are written. So one search is for the last eight digits, and others are for
 * the last four digits as people write them. The text itself is added if it contains none of these.
 */
export function makeSearchTexts(value: unknown): string[] {
	const numbers = findCertainNumbers(value).map((number) => makeInternationalForms(number)[0]);
	const searchTexts = numbers.flatMap((digits) => [digits.slice(-8), ...writeLastDigits(digits)]);
	if (searchTexts.length === 0) return [];

	const text = String(value).trim();
	const isInUsualSpelling = searchTexts.some((searchText) => text.includes(searchText));
	return [...new Set(isInUsualSpelling ? searchTexts : [...searchTexts, text])];
}

/** Writes the last four digits in three ways: `2233`, `22-33`, `22 33`. */
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
 * Writes a Russian or Kazakh number as AlfaCRM does: `+7(900)111-22-33`. A value with anything
 * besides the number stays as it is, and so does a foreign number.
 */
export function formatPhone<T>(value: T): T | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const [, city, first, second, third] = RUSSIAN_OR_KAZAKH.exec(digits) ?? [];
	if (city === undefined) return value;

	const digitsInText = text.replace(/\D/g, '').replace(DIALLED_PREFIX, '');
	const hasOnlyNumber = findNumbers(text)[0]?.digits.length === digitsInText.length;
	const isAlone = hasOnlyNumber && !/[\p{L}#:,;]/u.test(text);
	// Ten digits may be a foreign number without its plus, unless they are those of a mobile phone.
	const isCertain = digitsInText.length > NATIONAL_LENGTH || digits.startsWith('79');
	if (!isAlone || !isCertain) return value;

	return `+7(${city})${first}-${second}-${third}`;
}

/**
 * Finds the numbers of a value that are certain: the longest number, and all other numbers that are
 * whole. Of two numbers of one length, the first counts as the longest.
 */
function findCertainNumbers(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];

	const numbers = [...findNumbers(String(value))];
	const [longestNumber, ...otherNumbers] = numbers.sort(
		(a, b) => b.digits.length - a.digits.length,
	);
	if (longestNumber === undefined) return [];

	return [longestNumber, ...otherNumbers.filter(({ isComplete }) => isComplete)];
}

/**
 * The numbers of the texts that were read last. The checks of one item read its phone some thirty
 * times, and each search costs a dozen regular expressions.
 */
const recentTexts = new Map<string, readonly PhoneNumber[]>();
const MAX_RECENT_TEXTS = 100;

/** Finds the numbers in a text, in the order of the text. */
function findNumbers(value: string): readonly PhoneNumber[] {
	const text = value.slice(0, MAX_TEXT);
	const knownNumbers = recentTexts.get(text);
	if (knownNumbers !== undefined) return knownNumbers;

	const numbers = searchNumbers(text);
	if (recentTexts.size >= MAX_RECENT_TEXTS) recentTexts.clear();
	recentTexts.set(text, numbers);
	return numbers;
}

/** Searches a text for numbers. */
function searchNumbers(value: string): PhoneNumber[] {
	const text = replaceOtherDigits(value);
	const hasHiddenDigits = hasMaskedDigits(text);

	const numbers: PhoneNumber[] = [];
	for (const { 0: match, index, groups: { abroad, home } = {} } of text.matchAll(NUMBER)) {
		// The match of an extension has no group, and gives no digits and no number.
		const digits = (abroad ?? home ?? '').replace(/\D/g, '');
		const number = readNumber(digits, abroad !== undefined);
		if (number === undefined) continue;
		// If the text hides digits, as in 9** ***-12-34, only a number of full length is certain.
		if (hasHiddenDigits && !number.hasExactLength) continue;

		numbers.push({ ...number, begin: index, end: index + match.length });
	}
	return numbers;
}

/**
 * Replaces digits that belong to no phone number, such as those of a time, with other signs. Each
 * sign takes the place of one digit, so that the places of the numbers stay the same. Digits of
 * East Asian keyboards become plain digits.
 */
function replaceOtherDigits(value: string): string {
	return value
		.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(EMPTY_FRACTION, (fraction) => '@'.repeat(fraction.length))
		.replace(OTHER_DIGITS, (digits) => '@'.repeat(digits.length))
		.replace(BEFORE_NUMBER, (digits) => '@'.repeat(digits.length))
		.replace(ROUNDED, (digits) => 'E'.repeat(digits.length));
}

/**
 * Reads digits as a phone number. Returns undefined if they cannot be one.
 *
 * @param hasCountry whether the digits begin with the code of a country, because a plus, 00 or 8 10
 * stands before them
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
	const isHomeMobile = !hasCountry && /^9\d{9}$/.test(digits);
	const expectedLength = isHomeMobile ? NATIONAL_LENGTH : country.length;
	const isComplete = digits.length >= (expectedLength ?? NATIONAL_LENGTH);
	// The numbers of an unknown country may have any length.
	const exactLength = expectedLength ?? (hasCountry ? undefined : NATIONAL_LENGTH);
	const hasExactLength = digits.length === exactLength;

	const isFiller =
		hasCountry && country.code === undefined
			? FILLER_ABROAD.test(digits)
			: FILLER.test(isComplete ? digits.slice(codeLength) : digits);
	return isFiller ? undefined : { digits, hasCountry, isComplete, hasExactLength };
}

/**
 * Accepts what people type who do not want to give their number: one digit again and again. The
 * code of the country has been removed.
 */
const FILLER = /^(\d)\1*$/;
/**
 * Accepts one digit at least seven times, behind the code of an unknown country, which has at most
 * three digits. Some real numbers end in several equal digits, so fewer are accepted as a number.
 */
const FILLER_ABROAD = /^\d{0,3}(\d)\1{6,}$/;

/**
 * Finds the code of a number's country, and the length of its numbers with the code. Returns an
 * empty object if the country is not known.
 */
function findCountry(digits: string, hasCountry: boolean): { code?: string; length?: number } {
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	return KNOWN_CODES.find(({ code }) => digits.startsWith(code)) ?? {};
}

/**
 * Makes the international forms of a number. A number without the code of its country may mean
 * several numbers.
 */
function makeInternationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	const national = digits.slice(-NATIONAL_LENGTH);
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const isHomeNumber = (hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]?\d{10}$/).test(digits);
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	const isSlip =
		digits.length === SLIP_LENGTH && SLIP_CODES.some((code) => digits.startsWith(code));
	if (!isHomeNumber && !isSlip) return [digits];

	// In Belarus, numbers are dialled with 80 in place of +375. AlfaCRM writes such a number as
	// +7(0XX)…
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	// No Russian or Kazakh number begins with 0, 1, 2 or 5, so ten such digits may be a foreign
	// number.
	const foreign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits) ? [digits] : [];
	return [`7${national}`, ...belarusian, ...foreign];
}

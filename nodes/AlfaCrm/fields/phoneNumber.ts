import {
	COUNTRIES,
	BEFORE_NUMBER,
	EMPTY_FRACTION,
	FULL_WIDTH,
	MIN_DIGITS,
	MIN_DIGITS_WITH_COUNTRY,
	NATIONAL_LENGTH,
	NO_NUMBER,
	NUMBER,
	PLACES,
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

/** A number in international form, without its plus. */
type Digits = string;

/** A number within a text. */
interface PhoneNumber {
	digits: Digits;
	/** Whether it begins with the code of its country. */
	hasCountry: boolean;
	/** Whether none of its digits is missing, as far as one can know. */
	isWhole: boolean;
	/** Whether it is as long as the numbers of its country, so that no digit can be hidden. */
	isExact: boolean;
	/** Where it begins and ends in the text. */
	begin: number;
	end: number;
}

/** A longer text is a letter. Only so much of it is searched for numbers. */
const MAX_TEXT = 1_000;

/** Accepts the last comma, semicolon or line break of a text. */
const LAST_SEPARATOR = /[,;\r\n](?=[^,;\r\n]*$)/;
/** Accepts what opens the next number: a plus, a bracket, or the `2.` of a list. */
const NUMBER_OPENING = /((?<=\d)\s\d[.)])?[+([\s]*$/;
/** Accepts the words behind the last number of a text. */
const TRAILING_WORDS = /(?<=[\d)])[^\d)]*$/;

/** Tells whether two phone numbers are the same: they have an international form in common. */
export function samePhone(phone: unknown, otherPhone: unknown): boolean {
	const forms = normalizePhone(phone);
	return normalizePhone(otherPhone).some((digits) => forms.includes(digits));
}

/**
 * Returns the international forms of a phone number, without the plus; none if it holds no number.
 * The table above has examples.
 */
export const normalizePhone = (value: unknown): Digits[] => [
	...new Set(numbersOf(value).flatMap(internationalForms)),
];

/** Removes the .0 that a spreadsheet adds to a phone: 9001112233.0. */
export const removeEmptyFraction = (text: string): string => text.replace(EMPTY_FRACTION, '');

/** Tells whether a text holds a phone number. An extension alone is none. */
export const hasNumber = (text: string): boolean => numbersIn(text).length > 0;

/**
 * Tells whether a text has places without a digit, as in an empty input mask or a hidden number.
 */
export const isHidden = (text: string): boolean => PLACES.test(text);

/**
 * Splits a text into one text for each number, together with the words beside it. A comma, a
 * semicolon or a line break separates two numbers. Other numbers are separated only if both are
 * whole.
 *
 * - `900-111-22-33, 900-444-55-66` → two texts
 * - `мама 89001112233 папа 89004445566` → `мама 89001112233` and `папа 89004445566`
 */
export function splitNumbers(text: string): string[] {
	const numbers = numbersIn(text);
	const cuts = numbers.slice(1).flatMap((next, index) => {
		const cut = placeBetween(text, numbers[index], next);
		return cut === undefined ? [] : [cut];
	});
	if (cuts.length === 0) return [text];

	return [0, ...cuts].map((cut, index) => text.slice(cut, cuts[index]));
}

/**
 * Finds the place between two numbers at which a text is cut; undefined if they may be parts of one
 * number.
 */
function placeBetween(text: string, number: PhoneNumber, next: PhoneNumber): number | undefined {
	const separator = text.slice(number.end, next.begin).search(LAST_SEPARATOR);
	if (separator >= 0) return number.end + separator + 1;
	if (!next.isWhole || !number.isWhole) return undefined;

	const textBefore = text.slice(0, next.begin).replace(NUMBER_OPENING, '');
	// If the text begins with a word, words are labels and belong to the number behind them.
	const hasLabels = /^[^\d+]*\p{L}/u.test(text);
	return hasLabels ? textBefore.search(TRAILING_WORDS) : textBefore.length;
}

/**
 * Returns the texts by which AlfaCRM is searched for a number. It may compare digits, or the very
 * characters: so a search asks for the last eight digits, and for the last four as people write
 * them. The text itself is added if it has none of these.
 */
export function phoneForms(value: unknown): string[] {
	const numbers = numbersOf(value).map((number) => internationalForms(number)[0]);
	const forms = numbers.flatMap((digits) => [digits.slice(-8), ...ends(digits)]);
	const text = String(value).trim();
	const isWrittenOtherwise = forms.length > 0 && !forms.some((form) => text.includes(form));
	return [...new Set(isWrittenOtherwise ? [...forms, text] : forms)];
}

/** Writes the last four digits in three ways: `2233`, `22-33`, `22 33`. */
export function ends(digits: Digits): string[] {
	const tens = digits.slice(-4, -2);
	const ones = digits.slice(-2);
	return [tens + ones, `${tens}-${ones}`, `${tens} ${ones}`];
}

/**
 * Writes a Russian or Kazakh number as AlfaCRM does: `+7(900)111-22-33`. A value with anything
 * besides the number stays as it is, and so does a foreign number.
 */
export function formatPhone<T>(value: T): T | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const [, ...parts] = /^7([1-9]\d\d)(\d{3})(\d\d)(\d\d)$/.exec(digits) ?? [];
	if (parts.length === 0) return value;

	const digitsInText = text.replace(/\D/g, '').replace(/^(?:00|810(?=\d{11}))/, '');
	const isAlone =
		!/[\p{L}#:,;]/u.test(text) && numbersIn(text)[0]?.digits.length === digitsInText.length;
	// Ten digits may be a foreign number without its plus, unless they are those of a mobile phone.
	const isCertain = digitsInText.length > NATIONAL_LENGTH || digits.startsWith('79');
	if (!isAlone || !isCertain) return value;

	const [city, first, second, third] = parts;
	return `+7(${city})${first}-${second}-${third}`;
}

/**
 * Returns the longest number of a text (the first one of equal length), and the other numbers that
 * are whole.
 */
function numbersOf(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];

	const numbers = [...numbersIn(String(value))];
	const [longest, ...others] = numbers.sort((a, b) => b.digits.length - a.digits.length);
	return longest === undefined ? [] : [longest, ...others.filter(({ isWhole }) => isWhole)];
}

/**
 * The numbers of the texts that were read last. The checks of one item read its phone some thirty
 * times, and each search costs a dozen regular expressions.
 */
const recentTexts = new Map<string, readonly PhoneNumber[]>();
const MOST_RECENT_TEXTS = 100;

/** Finds the numbers in a text, in its order. */
function numbersIn(value: string): readonly PhoneNumber[] {
	const text = value.slice(0, MAX_TEXT);
	const knownNumbers = recentTexts.get(text);
	if (knownNumbers !== undefined) return knownNumbers;

	const numbers = searchNumbers(text);
	if (recentTexts.size >= MOST_RECENT_TEXTS) recentTexts.clear();
	recentTexts.set(text, numbers);
	return numbers;
}

/**
 * Searches a text for numbers. Digits that belong to no number are replaced by other signs of the
 * same length first, so that the places of the numbers stay the same.
 */
function searchNumbers(value: string): PhoneNumber[] {
	const text = value
		.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(EMPTY_FRACTION, (fraction) => '@'.repeat(fraction.length))
		.replace(NO_NUMBER, (digits) => '@'.repeat(digits.length))
		.replace(BEFORE_NUMBER, (digits) => '@'.repeat(digits.length))
		.replace(ROUNDED, (digits) => 'E'.repeat(digits.length));
	const hasHiddenDigits = isHidden(text);

	return [...text.matchAll(NUMBER)].flatMap(
		({ 0: match, index, groups: { abroad, home } = {} }) => {
			const number = numberOf((abroad ?? home ?? '').replace(/\D/g, ''), abroad !== undefined);
			if (!number || (hasHiddenDigits && !number.isExact)) return [];

			return [{ ...number, begin: index, end: index + match.length }];
		},
	);
}

/** Reads digits as a phone number; undefined if they cannot be one. */
function numberOf(digits: Digits, hasCountry: boolean) {
	const { code, length: usual } = countryOf(digits, hasCountry);
	const isHomeMobile = !hasCountry && /^9\d{9}$/.test(digits);
	const length = isHomeMobile ? NATIONAL_LENGTH : usual;
	const isWhole = digits.length >= (length ?? NATIONAL_LENGTH);
	const isExact = digits.length === (length ?? (hasCountry ? NaN : NATIONAL_LENGTH));
	const fewest = hasCountry
		? Math.max(MIN_DIGITS_WITH_COUNTRY, (code?.length ?? 0) + MIN_DIGITS)
		: MIN_DIGITS;
	// People who do not want to give their number type one digit again and again. Some real numbers
	// end like that.
	const ownDigits = isWhole ? digits.slice(code?.length ?? 0) : digits;
	const isFiller =
		hasCountry && code === undefined
			? /^\d{0,3}(\d)\1{6,}$/.test(digits)
			: /^(\d)\1*$/.test(ownDigits);
	if (digits.length < fewest || isFiller) return undefined;

	return { digits, hasCountry, isWhole, isExact };
}

/**
 * Finds the code of a number's country and the length of its numbers; neither if the country is not
 * known.
 */
function countryOf(digits: string, hasCountry: boolean): { code?: string; length?: number } {
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	return COUNTRIES.find(({ code }) => digits.startsWith(code)) ?? {};
}

/**
 * Returns the numbers that digits may mean in international form. Without a country, they may mean
 * several.
 */
function internationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	const national = digits.slice(-NATIONAL_LENGTH);
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]?\d{10}$/;
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	const isSlip =
		digits.length === SLIP_LENGTH && SLIP_CODES.some((code) => digits.startsWith(code));
	if (!home.test(digits) && !isSlip) return [digits];
	// In Belarus, numbers are dialled with 80 in place of +375. AlfaCRM writes such a number as
	// +7(0XX)…
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	// No Russian or Kazakh number begins with 0, 1, 2 or 5, so ten such digits may be a foreign
	// number.
	const foreign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits) ? [digits] : [];
	return [`7${national}`, ...belarusian, ...foreign];
}

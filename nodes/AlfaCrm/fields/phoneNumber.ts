import { ROUNDED } from './unreadable';

/**
 * Whether two phone numbers are one: their digits decide, not their spelling. A number that shows its country counts
 * with it; one without is read as those are meant that leave it out: 8XXXXXXXXXX and XXXXXXXXXX stand for
 * +7XXXXXXXXXX, 80XXXXXXXXX for the Belarusian +375XXXXXXXXX as well, and anything else for itself.
 */
export function samePhone(one: unknown, other: unknown): boolean {
	const forms = normalizePhone(one);
	return normalizePhone(other).some((digits) => forms.includes(digits));
}

/** What a number may be in full; none where there are too few digits to be one. */
export function normalizePhone(value: unknown): Digits[] {
	return [...new Set(numbersOf(value).flatMap(formsOf))];
}

/** Whether there is a number in a text, which begins no extension. */
export const hasNumber = (text: string): boolean => numbersIn(text).length > 0;

const completeIn = (text: string): Digits[] =>
	numbersIn(text)
		.filter(({ complete }) => complete)
		.map(({ digits }) => digits);

/** Whether several numbers are in a text. */
export const hasSeveral = (text: string): boolean => completeIn(text).length > 1;

/** A text with several numbers as one text for each, with the words that stand beside it: before it where the text begins so. */
export function splitNumbers(text: string): string[] {
	const numbers = text.length > MAX_TEXT ? [] : completeIn(text);
	if (numbers.length < 2) return [text];
	// Some of the digits of a long number would do for one already.
	const places = [...text.matchAll(/\(?\+|(?<!\d)\(?\d/gu)].filter(({ index }) => {
		const [first, ...others] = [text.slice(0, index), text.slice(index)].map(completeIn);
		return first.length === 1 && String([...first, ...others.flat()]) === String(numbers);
	});
	// An extension belongs to the number before it.
	const next = places.find(({ index }) => !isExtensionNext(text.slice(0, index))) ?? places[0];
	if (next === undefined) return [text];
	const first = text.slice(0, next.index);
	const end = /^[^\d+]*\p{L}/u.test(text) ? first.search(/(?<=\d\)?)(?!\))\D*$/u) : first.length;
	return [text.slice(0, end), ...splitNumbers(text.slice(end))];
}

/**
 * How AlfaCRM may be asked for a number: by its last digits, and, where it looks for the very characters, by the end of
 * the number as people write it. The number as it was given is of use where it ends otherwise.
 */
export function phoneForms(value: unknown): string[] {
	const numbers = numbersOf(value);
	if (numbers.length === 0) return [];
	const forms = numbers
		.map((number) => formsOf(number)[0])
		.flatMap((digits) => [digits.slice(-8), ...ends(digits)]);
	const text = String(value).trim();
	return [...new Set(forms.some((form) => text.includes(form)) ? forms : [...forms, text])];
}

/** The last four digits of a number, in pairs or together. */
export function ends(digits: Digits): string[] {
	const [tens, ones] = [digits.slice(-4, -2), digits.slice(-2)];
	return [`${tens}-${ones}`, `${tens} ${ones}`, tens + ones];
}

/** A number as AlfaCRM writes those of its own country; whatever else is there stays as it is. */
export function formatPhone<T>(value: T): T | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const [, ...parts] = /^7([1-9]\d\d)(\d{3})(\d\d)(\d\d)$/.exec(digits) ?? [];
	const isAlone = !/[\p{L}#:,;]/u.test(text) && numbersIn(text)[0]?.digits.length === digitsOf(text).length;
	// Ten digits may be a foreign number without its plus, unless they are those of a mobile phone.
	const isSure = digitsOf(text).length > NATIONAL_LENGTH || digits.startsWith('79');
	return isAlone && isSure && parts.length > 0 ? `+7(${parts[0]})${parts[1]}-${parts[2]}-${parts[3]}` : value;
}

function digitsOf(text: string): Digits {
	const digits = text.replace(/\D/g, '');
	return digits.slice(exitCodeOf(digits).length);
}

const formsOf = ({ digits, hasCountry }: PhoneNumber): Digits[] => internationalForms(digits, hasCountry);

/** The longest number in the text, of equals the first, and what else is complete in it. */
function numbersOf(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];
	const [main, ...others] = numbersIn(String(value)).sort((a, b) => b.digits.length - a.digits.length);
	return main ? [main, ...others.filter(({ complete }) => complete)] : [];
}

/** A number that stands in a text. */
interface PhoneNumber {
	digits: Digits;
	/** It begins with its country. */
	hasCountry: boolean;
	/** All of it is there, as far as that can be known. */
	complete: boolean;
	/** As long as the numbers of its country are, so that none of it is hidden. */
	certain: boolean;
}

/** What may stand between the digits of a number. Letters, `#`, `:`, `,`, `;`, a plus and a line break end it. */
const BETWEEN = '[^\\S\\r\\n]|\\p{Cf}|\\p{Pd}|[()\\[\\]{}<>./\\\\|_·•‧*~=\'’`"\u2212]';
const RUN = new RegExp(`\\d(?:(?:${BETWEEN})*\\d)*`, 'gu');
const PLUS = /\+[\s([]*$/;
const EXTENSION =
	/(?:(?<!\p{L})(?:доб|добав|добавочный|вн|внутр|внутренний|ext|extn|extension|x|х)[.:\s]*|#\s*)$/iu;
/** Places of an input mask that nobody filled, or digits that somebody hid: +7 9** ***-12-34. A bullet in front is none. */
const PLACES = /(?<!^)(?:(?<!\d)[_*•·‧●]|[_*•·‧●](?!\d))|[xх#?]{2,}|\.{2,}(?=\D*\d)/imu;
/** A group of WhatsApp, an account of it without its number, an account of Telegram: their digits are no number. */
const ADDRESS = /\d[\d:-]*@(?:g\.us|lid)(?![\w.])|tg:\/\/\S*/giu;
/** Two numbers, not one in parts. */
const APART = /\s[/\\|]\s/;
const MAX_DIGITS = 15;
/** What goes on after that is no phone number but a letter. */
const MAX_TEXT = 1_000;
/** Fewer digits are no number: a house, an extension, an input mask nobody filled. */
const MIN_DIGITS = 5;
const MIN_DIGITS_WITH_COUNTRY = 7;
const LONGEST_LEAD = 20;

/** The numbers in a text, in its order. */
function numbersIn(value: string): PhoneNumber[] {
	const text = withoutAddresses(value.slice(0, MAX_TEXT).normalize('NFKC')).replace(ROUNDED, 'E');
	const isPartial = isHidden(text);
	known = new Map();
	return [...text.matchAll(RUN)]
		.flatMap(({ 0: run, index }) => {
			const lead = text.slice(Math.max(0, index - LONGEST_LEAD), index);
			const parts = partsOf(run);
			return isExtensionNext(lead) ? behindExtension(parts) : numbersOfRun(parts, PLUS.test(lead));
		})
		.filter(({ certain }) => certain || !isPartial);
}

const withoutAddresses = (text: string): string => text.replace(ADDRESS, '@');

/** Whether a text has places for digits that are not there, as an input mask has that nobody filled. */
export const isHidden = (text: string): boolean => PLACES.test(text);

/** Whether digits that follow are an extension. */
const isExtensionNext = (lead: string): boolean => EXTENSION.test(lead);

/** Digits in a row, and what stands before them. */
interface Part {
	digits: string;
	gap: string;
}

const partsOf = (run: string): Part[] =>
	[...run.matchAll(/(\D*)(\d+)/gu)].map(([, gap, digits]) => ({ gap, digits }));

const joined = (parts: readonly Part[]): string => parts.map(({ digits }) => digits).join('');

/** How many digits there are up to the end of each part. */
function endsOf(parts: readonly Part[]): number[] {
	let end = 0;
	return parts.map(({ digits }) => (end += digits.length));
}

/** What was read of the text so far, by the digits in question: each end of a long list is looked at from many places. */
let known = new Map<string, PhoneNumber[]>();

function numbersOfRun(parts: readonly Part[], hasPlus: boolean): PhoneNumber[] {
	const key = `${hasPlus} ${parts.map(({ gap, digits }) => gap + digits).join('')}`;
	const numbers = known.get(key) ?? readRun(parts, hasPlus);
	known.set(key, numbers);
	return numbers;
}

/** A run of digits is one number, or one and what follows it: another one, an extension. */
function readRun(parts: readonly Part[], hasPlus: boolean): PhoneNumber[] {
	if (!hasPlus && isLabelled(parts)) return numbersOfRun(parts.slice(1), false);
	const all = joined(parts);
	const exitCode = hasPlus ? '' : exitCodeOf(all);
	const run = { parts, before: exitCode.length, digits: all.slice(exitCode.length) };
	const hasCountry = hasPlus || exitCode !== '';
	const end = endOfFirst({ ...run, hasCountry });
	if (end < parts.length)
		return [...numbersOfRun(parts.slice(0, end), hasPlus), ...numbersOfRun(parts.slice(end), false)];
	return numberOf(run.digits, hasCountry);
}

/** The number that the digits are, if they can be one. */
function numberOf(digits: Digits, hasCountry: boolean): PhoneNumber[] {
	const code = countryCodeOf(digits, hasCountry);
	const length = lengthOf(digits, hasCountry);
	const fewest = hasCountry
		? Math.max(MIN_DIGITS_WITH_COUNTRY, (code?.length ?? 0) + MIN_DIGITS)
		: MIN_DIGITS;
	const isLong = digits.length >= (length ?? NATIONAL_LENGTH);
	const certain = isLong && (length !== undefined || (!hasCountry && digits.length === NATIONAL_LENGTH));
	if (digits.length < fewest || isFiller(digits, code, hasCountry, isLong)) return [];
	return [{ digits, hasCountry, complete: isLong || isHomeMobile(digits, hasCountry), certain }];
}

/** One digit again and again is what people type, or a form sends, in place of a number; some end that way. */
function isFiller(digits: Digits, code: string | undefined, hasCountry: boolean, isLong: boolean): boolean {
	if (hasCountry && code === undefined) return /^\d{0,3}(\d)\1{6,}$/.test(digits);
	return /^(\d)\1*$/.test(isLong ? digits.slice(code?.length ?? 0) : digits);
}

/** An extension is no number, but one may follow it, with nothing but a blank between them. */
function behindExtension(parts: readonly Part[]): PhoneNumber[] {
	const begin = parts.findIndex((_part, index) => areNumbers(parts.slice(index)));
	const numbers = numbersOfRun(parts.slice(Math.max(begin, 0)), false);
	return numbers.filter(({ digits }) => digits.length >= NATIONAL_LENGTH);
}

/** Whether nothing else is there: each number is neither shorter nor longer than those of its country. */
function areNumbers(parts: readonly Part[]): boolean {
	const numbers = numbersOfRun(parts, false);
	const digits = numbers.map((number) => number.digits).join('');
	const all = joined(parts);
	return digits === all.slice(exitCodeOf(all).length) && numbers.every(isWhole);
}

const isWhole = ({ digits, hasCountry }: PhoneNumber): boolean =>
	isHomeMobile(digits, hasCountry) || digits.length === (lengthOf(digits, hasCountry) ?? NATIONAL_LENGTH);

/** "1) 8 900 555 00 01", "12 8 900 555 00 01": no country begins so, and a mobile phone of home is behind it. */
function isLabelled([label, ...others]: readonly Part[]): boolean {
	const number = joined(others);
	const isApart = label.digits.length === 1 || (label.digits.length === 2 && others[0]?.digits.length === 1);
	if (!isApart || countryCodeOf(label.digits + number, false) !== undefined) return false;
	return /^[78]9/.test(number) && endsOf(others).includes(HOME_LENGTH);
}

interface Run {
	parts: readonly Part[];
	/** Digits of the exit code, which are no part of the number. */
	before: number;
	digits: Digits;
	hasCountry: boolean;
}

/** How many of the parts belong to the first number. */
function endOfFirst({ parts, before, digits, hasCountry }: Run): number {
	const ends = endsOf(parts).map((end) => end - before);
	const exact = ends.indexOf(lengthOf(digits, hasCountry) ?? NaN);
	if (exact >= 0) return exact + 1;
	const total = digits.length;
	if (hasCountry && total <= MAX_DIGITS) return parts.length;
	const mobile = ends.indexOf(NATIONAL_LENGTH) + 1;
	const isFirst = isHomeMobile(joined(parts.slice(0, mobile)), hasCountry || before > 0);
	if (total > MAX_DIGITS && isFirst && areNumbers(parts.slice(mobile))) return mobile;
	const apart = parts.findIndex(
		({ gap }, index) =>
			APART.test(gap) && ends[index - 1] >= MIN_DIGITS_WITH_COUNTRY && total - ends[index - 1] >= MIN_DIGITS,
	);
	return apart > 0 ? apart : parts.length;
}

/** A number in international form, without its plus. */
type Digits = string;

/** Digits of a number of home: with the code of the country, and without. */
const HOME_LENGTH = 11;
const NATIONAL_LENGTH = 10;

/** How long numbers are with the code of their country, of those that schools write without a plus or in parts. */
const LENGTHS: Record<string, number> = {
	7: HOME_LENGTH,
	89: 11,
	373: 11,
	374: 11,
	375: 12,
	380: 12,
	992: 12,
	993: 11,
	994: 12,
	995: 12,
	996: 12,
	998: 12,
};
const CODES = Object.keys(LENGTHS);

const ABROAD = /^(?:00|810(?=\d{11}))/;

/** What is dialled before the code of another country. */
const exitCodeOf = (digits: string): string => ABROAD.exec(digits)?.[0] ?? '';

/** At home a number begins with 8 as well as with 7. */
function countryCodeOf(digits: string, hasCountry: boolean): string | undefined {
	if (!hasCountry && digits.startsWith('8')) return '7';
	return CODES.find((code) => digits.startsWith(code));
}

/** How long the numbers of the country are; undefined if that is not known. */
function lengthOf(digits: string, hasCountry: boolean): number | undefined {
	const code = countryCodeOf(digits, hasCountry);
	return code === undefined ? undefined : LENGTHS[code];
}

/** Of home, without its country; such numbers begin as those of some other countries do. */
const isHomeMobile = (digits: string, hasCountry: boolean): boolean =>
	!hasCountry && digits.length === NATIONAL_LENGTH && digits.startsWith('9');

/** What a number stands for in full: itself, or those numbers that people mean who leave their country out. */
function internationalForms(digits: Digits, hasCountry: boolean): Digits[] {
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]\d{10}$/;
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	if (/^7[78]9\d{9}$/.test(digits)) return homeForms(digits.slice(-NATIONAL_LENGTH));
	if (home.test(digits)) return homeForms(digits.slice(-NATIONAL_LENGTH));
	// Without its country a number is one of home, unless none there begins like that.
	if (!hasCountry && digits.length === NATIONAL_LENGTH)
		return /^[0125]/.test(digits) ? [...homeForms(digits), digits] : homeForms(digits);
	return [digits];
}

/** A Belarusian number begins with 80 at home; AlfaCRM writes such a one as +7(0XX)... */
function homeForms(national: string): Digits[] {
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	return [`7${national}`, ...belarusian];
}

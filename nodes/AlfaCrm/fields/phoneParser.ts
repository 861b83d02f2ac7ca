import type { Digits } from './phoneCountry';
import {
	countryCodeOf,
	exitCodeOf,
	HOME_LENGTH,
	isHomeMobile,
	lengthOf,
	NATIONAL_LENGTH,
} from './phoneCountry';
import { ROUNDED } from './rounded';

/** A number that stands in a text. */
export interface PhoneNumber {
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
export const MAX_TEXT = 1_000;
/** Fewer digits are no number: a house, an extension, an input mask nobody filled. */
const MIN_DIGITS = 5;
const MIN_DIGITS_WITH_COUNTRY = 7;
const LONGEST_LEAD = 20;

/** The numbers in a text, in its order. */
export function numbersIn(value: string): PhoneNumber[] {
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
export const isExtensionNext = (lead: string): boolean => EXTENSION.test(lead);

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

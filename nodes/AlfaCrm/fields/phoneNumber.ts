import { ROUNDED } from './rounded';

/** A number in international form, without its plus. */
type Digits = string;

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
/** Two numbers, not one in parts. */
const APART = /\s[/\\|]\s/;
/** How long numbers are with the code of their country, of those that schools write without a plus or in parts. */
const LENGTHS: Record<string, number> = {
	7: 11,
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
const LONGEST = 15;
/** What goes on after that is no phone number but a letter. */
const LONGEST_TEXT = 1_000;
/** Fewer digits are no number: a house, an extension, an input mask nobody filled. */
const FEWEST = 5;
const FEWEST_WITH_COUNTRY = 7;
const COMPLETE = 10;

/**
 * Whether two phone numbers are one: their digits decide, not their spelling. A number that shows its country counts
 * with it; one without is read as those are meant that leave it out: 8XXXXXXXXXX and XXXXXXXXXX stand for
 * +7XXXXXXXXXX, 80XXXXXXXXX for the Belarusian +375XXXXXXXXX as well, and anything else for itself.
 */
export function samePhone(one: unknown, other: unknown): boolean {
	const readings = normalizePhone(one);
	return normalizePhone(other).some((digits) => readings.includes(digits));
}

/** What a number may be in full; none where there are too few digits to be one. */
export function normalizePhone(value: unknown): Digits[] {
	return [...new Set(numbersOf(value).flatMap(readings))];
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
	const numbers = text.length > LONGEST_TEXT ? [] : completeIn(text);
	if (numbers.length < 2) return [text];
	// Some of the digits of a long number would do for one already.
	const places = [...text.matchAll(/\(?\+|(?<!\d)\(?\d/gu)].filter(({ index }) => {
		const [first, ...others] = [text.slice(0, index), text.slice(index)].map(completeIn);
		return first.length === 1 && String([...first, ...others.flat()]) === String(numbers);
	});
	// An extension belongs to the number before it.
	const next = places.find(({ index }) => !EXTENSION.test(text.slice(0, index))) ?? places[0];
	if (next === undefined) return [text];
	const first = text.slice(0, next.index);
	const end = /^[^\d+]*\p{L}/u.test(text) ? first.search(/(?<=\d\)?)(?!\))\D*$/u) : first.length;
	return [text.slice(0, end), ...splitNumbers(text.slice(end))];
}

/** Whether a text has places for digits that are not there, as an input mask has that nobody filled. */
export const isHidden = (text: string): boolean => PLACES.test(text);

/**
 * How AlfaCRM may be asked for a number: by its last digits, and, where it looks for the very characters, by the end of
 * the number as people write it. The number as it was given is of use where it ends otherwise.
 */
export function phoneForms(value: unknown): string[] {
	const numbers = numbersOf(value);
	if (numbers.length === 0) return [];
	const forms = numbers
		.map((number) => readings(number)[0])
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
	const isSure = digitsOf(text).length > COMPLETE || digits.startsWith('79');
	return isAlone && isSure && parts.length > 0 ? `+7(${parts[0]})${parts[1]}-${parts[2]}-${parts[3]}` : value;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '').replace(ABROAD, '');

function readings({ digits, hasCountry }: PhoneNumber): Digits[] {
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]\d{10}$/;
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	if (/^7[78]9\d{9}$/.test(digits)) return ofHome(digits.slice(-COMPLETE));
	if (home.test(digits)) return ofHome(digits.slice(-COMPLETE));
	// Without its country a number is one of home, unless none there begins like that.
	if (!hasCountry && digits.length === COMPLETE)
		return /^[0125]/.test(digits) ? [...ofHome(digits), digits] : ofHome(digits);
	return [digits];
}

/** A Belarusian number begins with 80 at home; AlfaCRM writes such a one as +7(0XX)... */
function ofHome(national: string): Digits[] {
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	return [`7${national}`, ...belarusian];
}

/** The longest number in the text, of equals the first, and what else is complete in it. */
function numbersOf(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];
	const [main, ...others] = numbersIn(String(value)).sort((a, b) => b.digits.length - a.digits.length);
	return main ? [main, ...others.filter(({ complete }) => complete)] : [];
}

function numbersIn(value: string): PhoneNumber[] {
	const text = value.slice(0, LONGEST_TEXT).normalize('NFKC').replace(ROUNDED, 'E');
	const isPartial = isHidden(text);
	return [...text.matchAll(RUN)]
		.flatMap(({ 0: run, index }) => {
			const lead = text.slice(Math.max(0, index - 20), index);
			const parts = partsOf(run);
			return EXTENSION.test(lead) ? behindExtension(parts) : cut(parts, PLUS.test(lead));
		})
		.filter(({ certain }) => certain || !isPartial);
}

/** An extension is no number, but one may follow it, with nothing but a blank between them. */
function behindExtension(parts: readonly Part[]): PhoneNumber[] {
	const begin = parts.findIndex((_part, index) => areNumbers(parts.slice(index)));
	return cut(parts.slice(Math.max(begin, 0)), false).filter(({ digits }) => digits.length >= COMPLETE);
}

/** Whether nothing else is there: each number is neither shorter nor longer than those of its country. */
function areNumbers(parts: readonly Part[]): boolean {
	const numbers = cut(parts, false);
	const digits = numbers.map((number) => number.digits).join('');
	return digits === joined(parts).replace(ABROAD, '') && numbers.every(isWhole);
}

function isWhole({ digits, hasCountry }: PhoneNumber): boolean {
	const code = codeOf(digits, hasCountry);
	return isMobile(digits, hasCountry) || digits.length === (code === undefined ? COMPLETE : LENGTHS[code]);
}

/** Of home, without its country; such numbers begin as those of some other countries do. */
const isMobile = (digits: string, shown: boolean): boolean =>
	!shown && digits.length === COMPLETE && digits.startsWith('9');

interface Part {
	digits: string;
	/** What stands before it. */
	gap: string;
}

const partsOf = (run: string): Part[] =>
	[...run.matchAll(/(\D*)(\d+)/gu)].map(([, gap, digits]) => ({ gap, digits }));

const joined = (parts: readonly Part[]): string => parts.map(({ digits }) => digits).join('');

const ABROAD = /^(?:00|810(?=\d{11}))/;

/** "1) 8 900 555 00 01", "12 8 900 555 00 01": no country begins so, and a mobile phone of home is behind it. */
function isLabelled([label, ...others]: readonly Part[]): boolean {
	const all = label.digits + joined(others);
	const isApart = label.digits.length === 1 || (label.digits.length === 2 && others[0]?.digits.length === 1);
	if (!isApart || codeOf(all, false) !== undefined) return false;
	let end = 0;
	const ends = others.map(({ digits }) => (end += digits.length));
	return /^[78]9/.test(joined(others)) && ends.includes(LENGTHS[7]);
}

/** A run of digits is one number, or one and what follows it: another one, an extension. */
function cut(parts: readonly Part[], plus: boolean): PhoneNumber[] {
	if (!plus && isLabelled(parts)) return cut(parts.slice(1), false);
	const all = joined(parts);
	const [abroad = ''] = plus ? [] : (ABROAD.exec(all) ?? []);
	const digits = all.slice(abroad.length);
	const hasCountry = plus || abroad !== '';
	const code = codeOf(digits, hasCountry);
	const length = code === undefined ? undefined : LENGTHS[code];
	const end = endOf(parts, abroad.length, digits.length, length, hasCountry);
	if (end < parts.length) return [...cut(parts.slice(0, end), plus), ...cut(parts.slice(end), false)];
	const fewest = hasCountry ? Math.max(FEWEST_WITH_COUNTRY, (code?.length ?? 0) + FEWEST) : FEWEST;
	const complete = digits.length >= (length ?? COMPLETE);
	const certain = complete && (length !== undefined || (!hasCountry && digits.length === COMPLETE));
	return digits.length < fewest || isFiller(digits, code, hasCountry, complete)
		? []
		: [{ digits, hasCountry, complete: complete || isMobile(digits, hasCountry), certain }];
}

/** One digit again and again is what people type, or a form sends, in place of a number; some end that way. */
function isFiller(digits: string, code: string | undefined, shown: boolean, complete: boolean): boolean {
	if (shown && code === undefined) return /^\d{0,3}(\d)\1{6,}$/.test(digits);
	return /^(\d)\1*$/.test(complete ? digits.slice(code?.length ?? 0) : digits);
}

/** At home a number begins with 8 as well as with 7. */
function codeOf(digits: string, shown: boolean): string | undefined {
	if (!shown && digits.startsWith('8')) return '7';
	return CODES.find((code) => digits.startsWith(code));
}

/** How many of the parts belong to the first number. */
function endOf(
	parts: readonly Part[],
	before: number,
	total: number,
	length: number | undefined,
	shown: boolean,
): number {
	let end = -before;
	const ends = parts.map(({ digits }) => (end += digits.length));
	const exact = ends.findIndex((end) => end === length);
	if (exact >= 0) return exact + 1;
	if (shown && total <= LONGEST) return parts.length;
	const mobile = ends.indexOf(COMPLETE) + 1;
	const isFirst = isMobile(joined(parts.slice(0, mobile)), shown || before > 0);
	if (total > LONGEST && isFirst && areNumbers(parts.slice(mobile))) return mobile;
	const apart = parts.findIndex(
		({ gap }, index) =>
			APART.test(gap) && ends[index - 1] >= FEWEST_WITH_COUNTRY && total - ends[index - 1] >= FEWEST,
	);
	return apart > 0 ? apart : parts.length;
}

import { ROUNDED } from './unreadable';

/** A number in international form, without its plus. */
type Digits = string;

/** A number that stands in a text. */
interface PhoneNumber {
	digits: Digits;
	/** It begins with its country. */
	hasCountry: boolean;
	/** None of its digits is missing, as far as that can be known. */
	isWhole: boolean;
	/** As long as the numbers of its country are, so that none of it is hidden. */
	isExact: boolean;
	/** Where it stands in the text. */
	begin: number;
	end: number;
}

/** Digits of a number of home without the code of the country. */
const NATIONAL_LENGTH = 10;
/** Codes of countries whose numbers schools write without a plus or in parts: those with 11 digits, and with 12. */
const ELEVEN = /^(?:7|89|373|374|993)/;
const TWELVE = /^(?:375|380|992|994|995|996|998)/;
/** What is dialled before the code of another country. */
const EXIT_CODE = /^(?:00|810(?=\d{11}))/;
/** Fewer digits are no number: a house, an extension, an input mask nobody filled. */
const MIN_DIGITS = 5;
const MIN_DIGITS_WITH_COUNTRY = 7;
const MAX_DIGITS = 15;
/** What goes on after that is no phone number but a letter. */
const MAX_TEXT = 1_000;

/** What may stand between the digits of a number. Letters, `#`, `:`, `,`, `;`, a plus and a line break end it. */
const BETWEEN = '[^\\S\\r\\n]|\\p{Cf}|\\p{Pd}|[()\\[\\]{}<>./\\\\|_·•‧*~=\'’`"\u2212]';
const RUN = new RegExp(`\\d(?:(?:${BETWEEN})*\\d)*`, 'gu');
/** Signs as East Asian keyboards type them, such as ＋７. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const PLUS = /\+[\s([]*$/;
const EXTENSION =
	/(?:(?<!\p{L})(?:доб|добав|добавочный|вн|внутр|внутренний|ext|extn|extension|x|х)[.:\s]*|#\s*)$/iu;
/** Places of an input mask that nobody filled, or digits that somebody hid: +7 9** ***-12-34. A bullet in front is none. */
const PLACES = /(?<!^)(?:(?<!\d)[_*•·‧●]|[_*•·‧●](?!\d))|[xх#?]{2,}|\.{2,}(?=\D*\d)/imu;
/** Digits that are no number: a group of WhatsApp, an account of it without its number, one of Telegram, the 1) before a mobile number. */
const NO_NUMBER =
	/\d[\d:-]*@(?:g\.us|lid)(?![\w.])|tg:\/\/\S*|(?<![\d(+][^\S\n]?)\d(?=\D{1,3}[78]\D{0,2}9(?:\D{0,3}\d){9}(?!\d))/giu;
/** Two numbers, not one in parts. */
const APART = /\s[/\\|]\s/;

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
export const normalizePhone = (value: unknown): Digits[] => [
	...new Set(numbersOf(value).flatMap(internationalForms)),
];

/** Whether there is a number in a text, which begins no extension. */
export const hasNumber = (text: string): boolean => numbersIn(text).length > 0;

/** Whether a text has places for digits that are not there, as an input mask has that nobody filled. */
export const isHidden = (text: string): boolean => PLACES.test(text);

/**
 * A text as one text for each number, with the words beside it. Numbers behind a comma, a semicolon or a line break are
 * apart, others if all of them are whole: then words go with the number behind them where the text begins with some.
 */
export function splitNumbers(text: string): string[] {
	const numbers = numbersIn(text);
	const cuts = numbers.slice(1).flatMap((next, index) => {
		const { end, isWhole } = numbers[index];
		const separator = text.slice(end, next.begin).search(/[,;\r\n](?=[^,;\r\n]*$)/);
		if (separator >= 0) return [end + separator + 1];
		if (!next.isWhole || !isWhole) return [];
		const before = text.slice(0, next.begin).replace(/[+([\s]+$/, '');
		return [/^[^\d+]*\p{L}/u.test(text) ? before.search(/(?<=[\d)])[^\d)]*$/) : before.length];
	});
	return cuts.length === 0 ? [text] : [0, ...cuts].map((cut, index) => text.slice(cut, cuts[index]));
}

/**
 * How AlfaCRM may be asked for a number: by its last digits, and, where it looks for the very characters, by the end of
 * the number as people write it. The number as it was given is of use where it ends otherwise.
 */
export function phoneForms(value: unknown): string[] {
	const numbers = numbersOf(value).map((number) => internationalForms(number)[0]);
	const forms = numbers.flatMap((digits) => [digits.slice(-8), ...ends(digits)]);
	const text = String(value).trim();
	const isOther = forms.length > 0 && !forms.some((form) => text.includes(form));
	return [...new Set(isOther ? [...forms, text] : forms)];
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
	const given = text.replace(/\D/g, '').replace(EXIT_CODE, '');
	const isAlone = !/[\p{L}#:,;]/u.test(text) && numbersIn(text)[0]?.digits.length === given.length;
	// Ten digits may be a foreign number without its plus, unless they are those of a mobile phone.
	const isSure = given.length > NATIONAL_LENGTH || digits.startsWith('79');
	return isAlone && isSure && parts.length > 0 ? `+7(${parts[0]})${parts[1]}-${parts[2]}-${parts[3]}` : value;
}

/** The longest number in the text, of equals the first, and what else is whole in it. */
function numbersOf(value: unknown): PhoneNumber[] {
	if (typeof value !== 'string' && typeof value !== 'number') return [];
	const [main, ...others] = numbersIn(String(value)).sort((a, b) => b.digits.length - a.digits.length);
	return main ? [main, ...others.filter(({ isWhole }) => isWhole)] : [];
}

/** Digits in a row, and what stands before them. */
interface Part {
	digits: string;
	gap: string;
	begin: number;
}

/** The numbers in a text, in its order. */
function numbersIn(value: string): PhoneNumber[] {
	const text = value
		.slice(0, MAX_TEXT)
		.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(NO_NUMBER, (some) => '@'.repeat(some.length))
		.replace(ROUNDED, (some) => 'E'.repeat(some.length));
	const isPartial = isHidden(text);
	return [...text.matchAll(RUN)]
		.flatMap(({ 0: run, index }) => {
			const lead = text.slice(0, index);
			const parts = [...run.matchAll(/(\D*)(\d+)/gu)].map(({ 0: part, 1: gap, 2: digits, index: at }) => ({
				...{ gap, digits },
				begin: index + at + part.length - digits.length,
			}));
			if (!EXTENSION.test(lead)) return numbersOfRun(parts, PLUS.test(lead));
			return numbersOfRun(parts.slice(1), false).filter(({ digits }) => digits.length >= NATIONAL_LENGTH);
		})
		.filter(({ isExact }) => isExact || !isPartial);
}

/** A run of digits is one number, or one and what follows it: another one, an extension. */
function numbersOfRun(parts: readonly Part[], hasPlus: boolean): PhoneNumber[] {
	if (parts.length === 0) return [];
	const exitCode = hasPlus ? '' : (EXIT_CODE.exec(joined(parts))?.[0] ?? '');
	const hasCountry = hasPlus || exitCode !== '';
	const count = countOfFirst(parts, exitCode.length, hasCountry);
	const own = parts.slice(0, count);
	const digits = joined(own).slice(exitCode.length);
	const last = own[own.length - 1];
	const place = { begin: own[0].begin, end: last.begin + last.digits.length };
	const number = numberOf(digits, hasCountry);
	return [...(number ? [{ ...number, ...place }] : []), ...numbersOfRun(parts.slice(count), false)];
}

const joined = (parts: readonly Part[]): string => parts.map(({ digits }) => digits).join('');

/** How many digits there are up to the end of each part. */
function endsOf(parts: readonly Part[]): number[] {
	let end = 0;
	return parts.map(({ digits }) => (end += digits.length));
}

/** How many of the parts belong to the first number. */
function countOfFirst(parts: readonly Part[], before: number, hasCountry: boolean): number {
	const digits = joined(parts).slice(before);
	const total = digits.length;
	const reached = endsOf(parts).map((end) => end - before);
	const exact = reached.indexOf(countryOf(digits, hasCountry).length ?? NaN);
	if (exact >= 0) return exact + 1;
	if (hasCountry && total <= MAX_DIGITS) return parts.length;
	// A mobile number without its country begins as those of some countries do, so another one must follow.
	const mobile = reached.indexOf(NATIONAL_LENGTH) + 1;
	const next = digits.slice(NATIONAL_LENGTH);
	const nextLength = countryOf(next, false).length ?? (next.startsWith('9') ? NATIONAL_LENGTH : NaN);
	const isMobile = mobile > 0 && !hasCountry && digits.startsWith('9');
	const isFollowed = next.length === NATIONAL_LENGTH || endsOf(parts.slice(mobile)).includes(nextLength);
	if (isMobile && isFollowed) return mobile;
	const apart = parts.findIndex(({ gap }, index) => {
		const end = reached[index - 1];
		return APART.test(gap) && end >= MIN_DIGITS_WITH_COUNTRY && total - end >= MIN_DIGITS;
	});
	return apart > 0 ? apart : parts.length;
}

/** The number that the digits are, if they can be one. */
function numberOf(digits: Digits, hasCountry: boolean) {
	const { code, length: usual } = countryOf(digits, hasCountry);
	const isHomeMobile = !hasCountry && /^9\d{9}$/.test(digits);
	const length = isHomeMobile ? NATIONAL_LENGTH : usual;
	const isWhole = digits.length >= (length ?? NATIONAL_LENGTH);
	const isExact = digits.length === (length ?? (hasCountry ? NaN : NATIONAL_LENGTH));
	const fewest = hasCountry
		? Math.max(MIN_DIGITS_WITH_COUNTRY, (code?.length ?? 0) + MIN_DIGITS)
		: MIN_DIGITS;
	// One digit again and again is what people type, or a form sends, in place of a number; some end that way.
	const own = isWhole ? digits.slice(code?.length ?? 0) : digits;
	const isFiller =
		hasCountry && code === undefined ? /^\d{0,3}(\d)\1{6,}$/.test(digits) : /^(\d)\1*$/.test(own);
	return digits.length < fewest || isFiller ? undefined : { digits, hasCountry, isWhole, isExact };
}

/** The code of the country, and how long its numbers are; neither where that is not known. */
function countryOf(digits: string, hasCountry: boolean): { code?: string; length?: number } {
	// At home a number begins with 8 as well as with 7.
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	const [code] = ELEVEN.exec(digits) ?? [];
	if (code !== undefined) return { code, length: 11 };
	const [longer] = TWELVE.exec(digits) ?? [];
	return longer === undefined ? {} : { code: longer, length: 12 };
}

/** What a number stands for in full: itself, or those numbers that people mean who leave their country out. */
function internationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	const national = digits.slice(-NATIONAL_LENGTH);
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]?\d{10}$/;
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	if (!home.test(digits) && !/^7[78]9\d{9}$/.test(digits)) return [digits];
	// A Belarusian number begins with 80 at home; AlfaCRM writes such a one as +7(0XX)...
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	// Without its country a number is one of home, unless none there begins like that.
	const foreign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits) ? [digits] : [];
	return [`7${national}`, ...belarusian, ...foreign];
}

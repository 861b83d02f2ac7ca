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
/** Countries whose numbers schools write without a plus or in parts: the code, and how many digits a number has with it. */
const COUNTRIES: Array<{ code: string; length: number }> = [
	...['7', '89', '373', '374', '993'].map((code) => ({ code, length: 11 })),
	...['375', '380', '992', '994', '995', '996', '998'].map((code) => ({ code, length: 12 })),
];
/** Fewer digits are no number: a house, an extension, an input mask nobody filled. */
const MIN_DIGITS = 5;
const MIN_DIGITS_WITH_COUNTRY = 7;
/** What goes on after that is no phone number but a letter. */
const MAX_TEXT = 1_000;

/** What may stand between the digits of a number. Letters, `#`, `:`, `,`, `;`, a plus and a line break end it. */
const GAP = '[\\t\\v\\f\\p{Zs}\\p{Cf}\\p{Pd}()\\[\\]{}<>./\\\\|_·•‧*~=\'’`"\u2212]*';
/** So many digits more. */
const more = (count: number | string): string => `(?:${GAP}\\d){${count}}`;
/** A number that begins so and has as many digits as it is to have. */
const exactly = (code: string, length: number): string =>
	`${[...code].join(GAP)}${more(length - code.length)}(?!\\d)`;
const KNOWN = COUNTRIES.map(({ code, length }) => exactly(code, length)).join('|');
/** At home a number begins with 8 as well as with 7. */
const AT_HOME = `${exactly('8', 11)}|${KNOWN}`;
/**
 * Finds a whole Russian number typed behind the +7 of a form: +7 8 495 111-22-33. No number of +7 has twelve digits. After
 * 7 7 only codes that Kazakhstan does not have count.
 */
const SLIP_CODES = ['783', '784', '787', '788', '789', '773', '774', '778', '779'];
const SLIP_LENGTH = 12;
const SLIP = SLIP_CODES.map((code) => exactly(code, SLIP_LENGTH)).join('|');
/** Ten digits in one piece that begin with 9. No country writes its code and a number so, whatever follows: "9001112233 2 детей". */
const SOLID_MOBILE = '9\\d{9}(?!\\d)';
/** The words that follow a count of two digits: "12 лет", "11-й класс", "10 kids". Names such as Клим and Yolanda are none. */
const COUNTED_STEMS =
	'год|мес|недел|дней|реб[её]н|дет[еи]|чел|учен|урок|занят|класс|year|month|week|child|student|pupil|lesson|class|grade';
const COUNTED_WORDS = 'лет|г|кл|час|часов|yo|y|day|days|hour|hours|kid|kids';
const COUNTED = `(?:${COUNTED_STEMS})|(?:${COUNTED_WORDS})(?!\\p{L})`;
/**
 * Digits behind a mobile number in groups that cannot belong to it: one digit before any word, two before a counted thing, or
 * too many for any number. Two digits before another word may be the end of a foreign number: "919 876 54 32 10 Radj".
 */
const UNRELATED_DIGITS = `(?=\\s+(?:\\d[\\s-]*\\p{L}|\\d\\d[\\s-]*(?:(?:й|th)\\s*)?(?:${COUNTED})|\\d${more('5,')}))`;
/** A mobile number in the groups of Russia, 900 111-22-33, whose next digits are not its own. */
const GROUPED_MOBILE = `9\\d\\d${GAP}\\d{3}${GAP}\\d\\d${GAP}\\d\\d(?!\\d)${UNRELATED_DIGITS}`;
/** A mobile number without its country begins as those of some countries do, so another one must follow. */
const MOBILE = exactly('9', NATIONAL_LENGTH);
const FOLLOWED = `(?=${GAP}(?:${AT_HOME}|${MOBILE}|\\d${more(9)}(?!${GAP}\\d)))`;
/** All digits, up to those that are apart: two numbers, not one in parts. */
const REST = `\\d(?:${more('6,')}?(?=\\s[/\\\\|]\\s${GAP}\\d${more(MIN_DIGITS - 1)})|${more('0,')})`;
/** A plus, or what is dialled before the code of another country. */
const SIGN = `\\+[\\s([]*|0${GAP}0${GAP}|8${GAP}1${GAP}0${GAP}(?=\\d${more(10)})`;
/** What stands behind it is part of no number, unless that is whole. */
const EXTENSION =
	'(?:(?<!\\p{L})(?:доб|добав|добавочный|вн|внутр|внутренний|ext|extn|extension|x|х)[.:\\s]*|#\\s*)';
/** An extension, or a number: with its country, or without. Of a foreign one the end is that of the digits. */
const NUMBER = new RegExp(
	`${EXTENSION}\\d+(?:${more('0,9')}(?!${GAP}\\d))?` +
		`|(?<sign>${SIGN})(?<abroad>${KNOWN}|${SLIP}|\\d${more('0,14')}(?!${GAP}\\d)|${REST})` +
		`|(?<home>${AT_HOME}|${SLIP}|${SOLID_MOBILE}|${GROUPED_MOBILE}|${MOBILE}${FOLLOWED}|${REST})`,
	'giu',
);

/** Signs as East Asian keyboards type them, such as ＋７. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
/** Places of an input mask that nobody filled, or digits that somebody hid: +7 9** ***-12-34. A bullet in front is none. */
const PLACES = /(?<!^)(?:(?<!\d)[_*•·‧●]|[_*•·‧●](?!\d))|[xх#?]{2,}|\.{2,}(?=\D*\d)/imu;
/** The empty fraction with which a sheet or a table shows a phone that it takes for a number: 9001112233.0. */
const EMPTY_FRACTION = new RegExp(`(?<=(?<!\\d)\\d{7,15})\\.0+(?!${GAP}\\d)`, 'gu');
/** A word before digits that are no part of the number behind them, such as "house 15"; a day or a time needs none: "18.00-20.00". */
const WORDED = '(?<=[\\p{L}№#][ \\t.:№#]{0,3})(?!0)\\d{1,5}(?:[.-]\\d{1,4}){0,3}';
const DATED = '(?<=(?:^|[,;\\r\\n])[ \\t]{0,3})\\d{1,4}(?:[.-]\\d{1,4}){1,3}';
/** At most eight of them, and one whole number behind. */
const BEFORE_NUMBER = new RegExp(
	`(?!(?:[.-]?\\d){9})(?:${WORDED}|${DATED})(?=[ \\t]+\\+?[78]${GAP}[3489]${more(9)}(?!${GAP}\\d))`,
	'gu',
);
/** Digits that are no number: a group, a list or a channel of WhatsApp, an account of it without its number, a link of Telegram that is not made of one, a time, 1) at the beginning, the 1. before a mobile number. */
const NO_NUMBER =
	/\d[\d:-]*@(?:g\.us|lid|broadcast|newsletter)(?![\w.])|tg:\/\/[^\s,;]*|(?<![\w.])(?:t|telegram)\.me\/(?!\+?\d{10,15}(?!\d))[^\s,;]*|(?<!\d)[012]?\d:[0-5]\d(?!\d)|(?<![\d(+][^\S\n]?)\d(?=\)\s)|(?:(?<![\d(+][^\S\n]?)\d|(?<=\d[^\S\n])\d(?=[.)]))(?=\D{1,3}[78]\D{0,2}9(?:\D{0,4}\d){9}(?!\d))/giu;

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

/** Removes the empty fraction of phones that came as numbers, so that they are saved as phones. */
export const removeEmptyFraction = (text: string): string => text.replace(EMPTY_FRACTION, '');

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
		// A label belongs to the number behind it.
		const before = text.slice(0, next.begin).replace(/((?<=\d)\s\d[.)])?[+([\s]*$/, '');
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

/**
 * The last four digits of a number, together or in pairs. Together they find most people where AlfaCRM looks at digits,
 * which shows by any of them that it does.
 */
export function ends(digits: Digits): string[] {
	const [tens, ones] = [digits.slice(-4, -2), digits.slice(-2)];
	return [tens + ones, `${tens}-${ones}`, `${tens} ${ones}`];
}

/** A number as AlfaCRM writes those of its own country; whatever else is there stays as it is. */
export function formatPhone<T>(value: T): T | string {
	const text = String(value);
	const [digits = ''] = normalizePhone(text);
	const [, ...parts] = /^7([1-9]\d\d)(\d{3})(\d\d)(\d\d)$/.exec(digits) ?? [];
	const given = text.replace(/\D/g, '').replace(/^(?:00|810(?=\d{11}))/, '');
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

/** The numbers in a text, in its order. */
function numbersIn(value: string): PhoneNumber[] {
	const text = value
		.slice(0, MAX_TEXT)
		.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(EMPTY_FRACTION, (fraction) => '@'.repeat(fraction.length))
		.replace(NO_NUMBER, (some) => '@'.repeat(some.length))
		.replace(BEFORE_NUMBER, (some) => '@'.repeat(some.length))
		.replace(ROUNDED, (some) => 'E'.repeat(some.length));
	const isPartial = isHidden(text);
	return [...text.matchAll(NUMBER)].flatMap(({ 0: match, index, groups: { abroad, home } = {} }) => {
		const number = numberOf((abroad ?? home ?? '').replace(/\D/g, ''), abroad !== undefined);
		if (!number || (isPartial && !number.isExact)) return [];
		return [{ ...number, begin: index, end: index + match.length }];
	});
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
	if (!hasCountry && digits.startsWith('8')) return { code: '7', length: 11 };
	return COUNTRIES.find(({ code }) => digits.startsWith(code)) ?? {};
}

/** What a number stands for in full: itself, or those numbers that people mean who leave their country out. */
function internationalForms({ digits, hasCountry }: PhoneNumber): Digits[] {
	const national = digits.slice(-NATIONAL_LENGTH);
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = hasCountry ? /^(?:7\d|89)\d{9}$/ : /^[78]?\d{10}$/;
	// Many forms begin with +7, and people type their whole number behind it: +7 8 900 555-00-01.
	const isSlip = digits.length === SLIP_LENGTH && SLIP_CODES.some((code) => digits.startsWith(code));
	if (!home.test(digits) && !isSlip) return [digits];
	// A Belarusian number begins with 80 at home; AlfaCRM writes such a one as +7(0XX)...
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	// Without its country a number is one of home, unless none there begins like that.
	const foreign = digits.length === NATIONAL_LENGTH && /^[0125]/.test(digits) ? [digits] : [];
	return [`7${national}`, ...belarusian, ...foreign];
}

/**
 * The regular expressions that find phone numbers in a text, mostly Russian numbers as schools
 * write them: 8 900 111-22-33. The table in `phoneNumber.ts` shows the results. The comment of each
 * expression has an example that it accepts and, if needed, one that it rejects.
 */

/** A Russian or Kazakh number without the code of its country has ten digits: 900 111-22-33. */
export const NATIONAL_LENGTH = 10;

/**
 * The first digits of the numbers that people in Russia write without a plus, and how many digits
 * such a number has. All are codes of countries, except `89`: a Russian mobile number that is
 * written with 8 in place of 7 begins with it.
 */
export const KNOWN_CODES: ReadonlyArray<{ code: string; length: number }> = [
	{ code: '7', length: 11 },
	{ code: '89', length: 11 },
	{ code: '373', length: 11 },
	{ code: '374', length: 11 },
	{ code: '993', length: 11 },
	{ code: '375', length: 12 },
	{ code: '380', length: 12 },
	{ code: '992', length: 12 },
	{ code: '994', length: 12 },
	{ code: '995', length: 12 },
	{ code: '996', length: 12 },
	{ code: '998', length: 12 },
];

/**
 * Fewer digits are not a phone number, but a house number, an extension, or an empty input mask.
 */
export const MIN_DIGITS = 5;
export const MIN_DIGITS_WITH_COUNTRY = 7;

/**
 * Accepts the signs between two digits of a number: none, one or several, as the ` (` of `8 (900`.
 * Rejects letters, `#`, `:`, `,`, `;`, a plus and a line break, which end a number.
 */
const GAP = '[\\t\\v\\f\\p{Zs}\\p{Cf}\\p{Pd}()\\[\\]{}<>./\\\\|_·•‧*~=\'’`"\u2212]*';
/**
 * Makes the expression for further digits of a number, with any gap before each of them. For
 * example, `more(2)` accepts "-3 4" in "12-3 4".
 *
 * @param count how many digits: a number, or a range such as `'5,'` for at least five
 */
const more = (count: number | string): string => `(?:${GAP}\\d){${count}}`;
/**
 * Makes the expression for a number of exactly `length` digits that begins with the digits of
 * `code`, with any gaps between the digits. For example, `exactly('375', 12)` accepts "375 29
 * 111-22-33".
 */
const exactly = (code: string, length: number): string => {
	const codeWithGaps = [...code].join(GAP);
	const digitsAfterCode = more(length - code.length);
	return `${codeWithGaps}${digitsAfterCode}(?!\\d)`;
};
/**
 * Accepts 7 900 111-22-33 and 375 29 111-22-33; rejects numbers of other countries and of other
 * lengths.
 */
const WITH_KNOWN_CODE = KNOWN_CODES.map(({ code, length }) => exactly(code, length)).join('|');
/**
 * Accepts a number with a known code, or with 8 in place of 7: 8 900 111-22-33. Rejects
 * 900 111-22-33.
 */
const WITHOUT_PLUS = `${exactly('8', 11)}|${WITH_KNOWN_CODE}`;
/**
 * The first digits of a slip: an input on a website begins with +7, and somebody types the whole
 * number after it, as in +7 8 495 111-22-33 or +7 7 495 111-22-33. A correct number with +7 has
 * eleven digits, a slip has twelve.
 *
 * A slip is the 7 of the input, the 8 or 7 of the number, and the first digit of an area code: 3,
 * 4, 7, 8 or 9. 777 is missing, because the number may be Kazakh.
 */
export const SLIP_CODES = ['783', '784', '787', '788', '789', '773', '774', '778', '779'];
export const SLIP_LENGTH = 12;
/** Accepts a slip after the plus: 7 8 495 111-22-33. Rejects 7 495 111-22-33. */
const SLIP = SLIP_CODES.map((code) => exactly(code, SLIP_LENGTH)).join('|');
/**
 * Accepts a Russian mobile number without gaps, before any text: 9001112233 in "9001112233 2
 * детей".
 */
const MOBILE_WITHOUT_GAPS = '9\\d{9}(?!\\d)';
/**
 * Words that follow a count, as in "12 лет", "11-й класс" and "10 kids". A word that begins with a
 * stem is accepted. The others must be complete: `кл` would accept the name Клим, and `yo` Yolanda.
 */
const COUNTED_STEMS =
	'год|мес|недел|дней|реб[её]н|дет[еи]|чел|учен|урок|занят|класс|year|month|week|child|student|pupil|lesson|class|grade';
const COUNTED_WORDS = 'лет|г|кл|час|часов|yo|y|day|days|hour|hours|kid|kids';
/** Accepts "лет", "детей" and "kids"; rejects other words, such as the name "Radj". */
const COUNTED = `(?:${COUNTED_STEMS})|(?:${COUNTED_WORDS})(?!\\p{L})`;
/**
 * Accepts the place before digits that cannot belong to the mobile number to the left:
 *
 * - one digit before any word: "2 ребёнка"
 * - two digits before a counted thing: "12 лет"
 * - six digits or more: another number
 *
 * Rejects two digits before another word: in "919 876 54 32 10 Radj" they may be the end of a
 * foreign number.
 */
const UNRELATED_DIGITS =
	'(?=\\s+(?:' +
	['\\d[\\s-]*\\p{L}', `\\d\\d[\\s-]*(?:(?:й|th)\\s*)?(?:${COUNTED})`, `\\d${more('5,')}`].join(
		'|',
	) +
	'))';
/**
 * Accepts a mobile number in Russian groups before digits that do not belong to it: 900 111-22-33
 * in "900 111-22-33 12 лет". Rejects 900 111-22-33 alone.
 */
const MOBILE_BEFORE_UNRELATED_DIGITS = `9\\d\\d${GAP}\\d{3}${GAP}\\d\\d${GAP}\\d\\d(?!\\d)${UNRELATED_DIGITS}`;
/**
 * Accepts ten digits that begin with 9, with gaps: 900 111-22-33. A foreign number can begin like
 * that, so NUMBER uses this expression only before another complete number.
 */
const MOBILE_WITH_GAPS = exactly('9', NATIONAL_LENGTH);
/** Accepts the place before another complete number, but not the end of a text. */
const BEFORE_COMPLETE_NUMBER = `(?=${GAP}(?:${WITHOUT_PLUS}|${MOBILE_WITH_GAPS}|\\d${more(9)}(?!${GAP}\\d)))`;
/**
 * Accepts a number of unknown length. If a slash between blanks and another number follow, as in
 * "111 22 33 / 44 55 66", takes at least seven digits, but no more than needed (the `?` after
 * `more('6,')` makes the expression lazy). Without a second number, takes all digits.
 */
const OTHER_NUMBER = `\\d(?:${more('6,')}?(?=\\s[/\\\\|]\\s${GAP}\\d${more(MIN_DIGITS - 1)})|${more('0,')})`;
/**
 * Accepts the sign or digits before the code of a country: a plus, or 00 or 8 10, which people
 * dial. Rejects the 8 10 of 8 105 55-22-33, because too few digits follow.
 */
const INTERNATIONAL_PREFIX = `\\+[\\s([]*|0${GAP}0${GAP}|8${GAP}1${GAP}0${GAP}(?=\\d${more(10)})`;
/**
 * Accepts the word before an extension: "доб. 12", "ext 12", "#12". Both `x` and `х` are there: the
 * second letter is Cyrillic.
 */
const EXTENSION =
	'(?:(?<!\\p{L})(?:доб|добав|добавочный|вн|внутр|внутренний|ext|extn|extension|x|х)[.:\\s]*|#\\s*)';
/** Accepts an extension with its word: "доб. 12". Rejects "12". */
const EXTENSION_WITH_DIGITS = `${EXTENSION}\\d+(?:${more('0,9')}(?!${GAP}\\d))?`;
/** Accepts up to fifteen digits after a plus: 49 30 901820. Rejects the first digits of sixteen. */
const UP_TO_FIFTEEN_DIGITS = `\\d${more('0,14')}(?!${GAP}\\d)`;
/** Accepts the digits after a plus, 00 or 8 10, which begin with the code of a country. */
const DIGITS_WITH_COUNTRY = [WITH_KNOWN_CODE, SLIP, UP_TO_FIFTEEN_DIGITS, OTHER_NUMBER].join('|');
/** Accepts the digits of a number without a plus: 8 900 111-22-33, 900 111-22-33, 111-22-33. */
const DIGITS_WITHOUT_COUNTRY = [
	WITHOUT_PLUS,
	SLIP,
	MOBILE_WITHOUT_GAPS,
	MOBILE_BEFORE_UNRELATED_DIGITS,
	`${MOBILE_WITH_GAPS}${BEFORE_COMPLETE_NUMBER}`,
	OTHER_NUMBER,
].join('|');
/**
 * Finds the numbers in a text. The group tells which number it is:
 *
 * - no group: an extension, such as "доб. 12"
 * - `withCountry`: the digits after a plus, 00 or 8 10
 * - `withoutCountry`: the digits of any other number
 */
export const NUMBER = new RegExp(
	[
		EXTENSION_WITH_DIGITS,
		`(?:${INTERNATIONAL_PREFIX})(?<withCountry>${DIGITS_WITH_COUNTRY})`,
		`(?<withoutCountry>${DIGITS_WITHOUT_COUNTRY})`,
	].join('|'),
	'giu',
);

/** Accepts characters of East Asian keyboards, such as ＋７. Rejects +7. */
export const FULL_WIDTH = /[\uff01-\uff5e]/g;
/**
 * Accepts signs in place of digits, in an empty input mask or a masked number:
 *
 * - a star, a bullet or an underscore that is not between two digits: `+7 9** ***-12-34`. One at
 *   the beginning of a line is a bullet before a number.
 * - letters x (Latin or Cyrillic), `#` or `?`, at least two: `+7 (XXX) XXX-XX-XX`
 * - two dots or more before further digits: `8 900 ...12-34`
 *
 * Rejects the signs of `8_900*111-22-33` and `8.900.111`.
 */
export const MASKED_DIGITS =
	/(?<!^)(?:(?<!\d)[_*•·‧●]|[_*•·‧●](?!\d))|[xх#?]{2,}|\.{2,}(?=\D*\d)/imu;
/**
 * Accepts the .0 of 9001112233.0, which a spreadsheet adds to a phone that it takes for a number.
 * Rejects the .0 of 1.0 and of 9001112.01.
 */
export const EMPTY_FRACTION = new RegExp(`(?<=(?<!\\d)\\d{7,15})\\.0+(?!${GAP}\\d)`, 'gu');
/**
 * Accepts digits after a word, such as the 15 of "дом 15 8 900 111-22-33". Rejects digits that
 * begin with 0.
 */
const AFTER_WORD = '(?<=[\\p{L}№#][ \\t.:№#]{0,3})(?!0)\\d{1,5}(?:[.-]\\d{1,4}){0,3}';
/**
 * Accepts a day or a time, such as 18.00-20.00, at the beginning or after a comma or line break.
 * Rejects a single number, such as 18.
 */
const DAY_OR_TIME = '(?<=(?:^|[,;\\r\\n])[ \\t]{0,3})\\d{1,4}(?:[.-]\\d{1,4}){1,3}';
/**
 * Accepts at most eight digits, after a word or as a day or time, that stand before a complete
 * Russian number: the 15 of "дом 15 8 900 111-22-33". They are not part of that number.
 */
export const DIGITS_BEFORE_NUMBER = new RegExp(
	`(?!(?:[.-]?\\d){9})(?:${AFTER_WORD}|${DAY_OR_TIME})(?=[ \\t]+\\+?[78]${GAP}[3489]${more(9)}(?!${GAP}\\d))`,
	'gu',
);
/**
 * Accepts WhatsApp's groups, lists, channels and hidden accounts: `120363041234567890@g.us`.
 * Rejects a person: `79001112233@c.us`.
 */
const WHATSAPP_WITHOUT_NUMBER = /\d[\d:-]*@(?:g\.us|lid|broadcast|newsletter)(?![\w.])/u;
/**
 * Accepts a link of the Telegram program: `tg://user?id=123456789`. Rejects `tg: 9001112233`.
 */
const TELEGRAM_PROGRAM_LINK = /tg:\/\/[^\s,;]*/u;
/**
 * Accepts a link to Telegram: `t.me/name`. Rejects one with a phone number: `t.me/+79001112233`.
 */
const TELEGRAM_LINK = /(?<![\w.])(?:t|telegram)\.me\/(?!\+?\d{10,15}(?!\d))[^\s,;]*/u;
/** Accepts a time: `18:00`. Rejects `18:60` and `118:00`. */
const TIME = /(?<!\d)[012]?\d:[0-5]\d(?!\d)/u;
/** Accepts the number of a line in a list: the `1` of `1) 900…`. Rejects the `1` of `(1) 900…`. */
const LINE_NUMBER = /(?<![\d(+][^\S\n]?)\d(?=\)\s)/u;
/**
 * Accepts the number of a line before a Russian mobile number: the `1` of `1. 8 900 111-22-33`. The
 * second alternative accepts the `2` in `8 900 111-22-33 2. 8 900 444-55-66`. Rejects the `1` of
 * `1. 900 111-22-33`.
 */
const LINE_NUMBER_BEFORE_MOBILE =
	/(?:(?<![\d(+][^\S\n]?)\d|(?<=\d[^\S\n])\d(?=[.)]))(?=\D{1,3}[78]\D{0,2}9(?:\D{0,4}\d){9}(?!\d))/u;

/**
 * Accepts digits that are not part of a phone number, such as those of a time. The flags of this
 * expression replace those of the expressions of which it is made.
 */
export const DIGITS_OF_OTHER_THINGS = new RegExp(
	[
		WHATSAPP_WITHOUT_NUMBER,
		TELEGRAM_PROGRAM_LINK,
		TELEGRAM_LINK,
		TIME,
		LINE_NUMBER,
		LINE_NUMBER_BEFORE_MOBILE,
	]
		.map(({ source }) => source)
		.join('|'),
	'giu',
);

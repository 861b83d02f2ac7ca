/** A number in international form, without its plus. */
export type Digits = string;

/** Digits of a number of home: with the code of the country, and without. */
export const HOME_LENGTH = 11;
export const NATIONAL_LENGTH = 10;

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
export const exitCodeOf = (digits: string): string => ABROAD.exec(digits)?.[0] ?? '';

/** At home a number begins with 8 as well as with 7. */
export function countryCodeOf(digits: string, hasCountry: boolean): string | undefined {
	if (!hasCountry && digits.startsWith('8')) return '7';
	return CODES.find((code) => digits.startsWith(code));
}

/** How long the numbers of the country are; undefined if that is not known. */
export function lengthOf(digits: string, hasCountry: boolean): number | undefined {
	const code = countryCodeOf(digits, hasCountry);
	return code === undefined ? undefined : LENGTHS[code];
}

/** Of home, without its country; such numbers begin as those of some other countries do. */
export const isHomeMobile = (digits: string, hasCountry: boolean): boolean =>
	!hasCountry && digits.length === NATIONAL_LENGTH && digits.startsWith('9');

/** What a number stands for in full: itself, or those numbers that people mean who leave their country out. */
export function internationalForms(digits: Digits, hasCountry: boolean): Digits[] {
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

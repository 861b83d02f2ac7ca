/** A number in international form, without its plus. */
type Digits = string;

const DASHES = '\\-\u2010-\u2015\u2212';
/** A number in a text; letters end it, and so an extension is none of it. */
const NUMBER = new RegExp(`[(+\\s]*\\d[\\d\\s().${DASHES}]*`, 'g');

/**
 * Whether two phone numbers are one: their digits decide, not their spelling. A number that shows its country counts
 * with it; one without is read as those are meant that leave it out: 8XXXXXXXXXX and XXXXXXXXXX stand for
 * +7XXXXXXXXXX, 80XXXXXXXXX for the Belarusian +375XXXXXXXXX as well, and anything else for itself.
 */
export function samePhone(one: unknown, other: unknown): boolean {
	const readings = readingsOf(one);
	return readingsOf(other).some((digits) => readings.includes(digits));
}

/** What a number may be in full; none where there are no digits. */
export function readingsOf(value: unknown): Digits[] {
	const { digits, shown } = split(value);
	if (digits === '') return [];
	// No country has +89, so a plus before 8 9 is a slip; +84 and the like are other countries.
	const home = shown ? /^(?:7\d|89)\d{9}$/ : /^[78]\d{10}$/;
	if (home.test(digits)) return ofHome(digits.slice(-10));
	if (!shown && digits.length === 10) return [...ofHome(digits), digits];
	return [digits];
}

/** How AlfaCRM may be asked for a number: by its last digits, as it writes it, in full, and as it was given. */
export function phoneForms(value: unknown): string[] {
	const [digits] = readingsOf(value);
	if (digits === undefined) return [];
	return [...new Set([digits.slice(-8), inBrackets(digits), String(value).trim()])];
}

/** A number as AlfaCRM writes those of its own country; whatever else is there stays as it is. */
export function writtenPhone(value: unknown): unknown {
	const text = String(value).trim();
	const [digits = ''] = readingsOf(text);
	const isPlain = /^[\d\s()+.-]+$/.test(text) && /^7[1-9]\d{9}$/.test(digits);
	// Ten digits may be a foreign number without its plus, unless they are those of a mobile phone.
	const isSure = text.replace(/\D/g, '').length > 10 || digits.startsWith('79');
	return isPlain && isSure ? inBrackets(digits) : value;
}

function inBrackets(digits: Digits): string {
	const [, ...parts] = /^7(\d{3})(\d{3})(\d\d)(\d\d)$/.exec(digits) ?? [];
	return parts.length > 0 ? `+7(${parts[0]})${parts[1]}-${parts[2]}-${parts[3]}` : `+${digits}`;
}

/** A Belarusian number begins with 80 at home; AlfaCRM writes such a one as +7(0XX)... */
function ofHome(national: string): Digits[] {
	const belarusian = national.startsWith('0') ? [`375${national.slice(1)}`] : [];
	return [`7${national}`, ...belarusian];
}

/** The longest number in the text, of equals the first. `shown`: it begins with its country. */
function split(value: unknown): { digits: string; shown: boolean } {
	const numbers = (String(value ?? '').match(NUMBER) ?? []).map((text) => ({
		digits: text.replace(/\D/g, ''),
		plus: /^[(\s]*\+/.test(text),
	}));
	const [{ digits, plus } = { digits: '', plus: false }] = numbers.sort(
		(a, b) => b.digits.length - a.digits.length,
	);
	const abroad = /^(?:00|810(?=\d{11}))/.exec(digits)?.[0] ?? '';
	return { digits: digits.slice(abroad.length), shown: plus || abroad !== '' };
}

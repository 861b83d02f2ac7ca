import type { Digits } from './phoneCountry';
import { exitCodeOf, internationalForms, NATIONAL_LENGTH } from './phoneCountry';
import type { PhoneNumber } from './phoneParser';
import { isExtensionNext, MAX_TEXT, numbersIn } from './phoneParser';

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

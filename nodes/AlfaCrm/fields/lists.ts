import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

/**
 * Splits lists into items. Users, n8n and the output option *Simplify* write lists in several ways,
 * such as `a, b`.
 */

/** Accepts one or more line breaks, or one or more commas and semicolons. */
const SEPARATORS = /([\r\n]+|[,;]+)/;
/** Accepts a web address without blanks. */
const WEB_ADDRESS = /^\s*https?:\/\/\S*$/i;
/**
 * Accepts the text after a comma if it does not belong to the web address before the comma: the
 * text begins with a blank or with another address, or is empty (`$`).
 */
const START_OF_NEXT_TEXT = /^(\s|$|https?:\/\/|www\.)/i;

/**
 * Splits a text at commas, semicolons and line breaks: `a, b` gives `a` and ` b`.
 *
 * A web address may contain commas and semicolons, and is not split there. For example,
 * `https://a.ru/1,2, b` gives `https://a.ru/1,2` and ` b`: only the second comma, before a blank,
 * ends the address.
 */
export function splitText(text: string): string[] {
	// The group of SEPARATORS makes `split` return the separators too: text, separator, text, …
	const pieces = text.split(SEPARATORS);
	const texts = [pieces[0]];
	for (let index = 1; index < pieces.length; index += 2) {
		const separator = pieces[index];
		const nextText = pieces[index + 1];
		const lastText = texts[texts.length - 1];

		// A comma after an address is a part of the address, unless a new text begins after it.
		const isAfterAddress = WEB_ADDRESS.test(lastText);
		const isCommaOrSemicolon = /[,;]/.test(separator);
		const beginsNewText = START_OF_NEXT_TEXT.test(nextText);
		const continuesAddress = isAfterAddress && isCommaOrSemicolon && !beginsNewText;
		if (continuesAddress) {
			texts[texts.length - 1] = `${lastText}${separator}${nextText}`;
		} else {
			texts.push(nextText);
		}
	}
	return texts;
}

/**
 * Reads the items of a list, which users write in several ways: `[1, 2]`, `'[1, 2]'` and `'1, 2'`
 * all have the items 1 and 2. A list inside a list adds its items. Empty items are left out.
 *
 * @param split splits a text that is not JSON; usually `splitText`
 */
export function readItems(value: unknown, split: (text: string) => string[]): unknown[] {
	if (Array.isArray(value)) return value.flatMap((item) => readItems(item, split));
	if (typeof value !== 'string') return isEmpty(value) ? [] : [value];

	const jsonList = parseJsonList(value);
	if (jsonList) return readItems(jsonList, split);

	// A `split` that keeps the text whole may return a comma alone.
	const hasOnlySeparators = (text: string) => /^[,;\s]+$/.test(text);
	const texts = split(value)
		.map((text) => text.trim())
		.filter((text) => !isEmpty(text) && !hasOnlySeparators(text));
	// A text may itself be a list in JSON, as in `1\n[2, 3]`.
	return texts.flatMap((text) => (parseJsonList(text) ? readItems(text, split) : [text]));
}

/**
 * Reads a list that is written as JSON, as n8n's field mapper keeps lists: `'[1, 2]'`. Returns
 * undefined for any other value.
 */
export function parseJsonList(text: unknown): unknown[] | undefined {
	if (typeof text !== 'string' || !text.trim().startsWith('[')) return undefined;
	const value = parseJson(text);
	return Array.isArray(value) ? value : undefined;
}

/**
 * Tells whether each item of one list has an equal item in the other list, in any order. How often
 * an item stands in a list makes no difference.
 */
export function haveEqualItems<T>(
	items: readonly T[],
	otherItems: readonly T[],
	areEqual: (item: T, otherItem: T) => boolean,
): boolean {
	const isIn = (list: readonly T[], item: T) => list.some((candidate) => areEqual(item, candidate));
	const areItemsInOtherList = items.every((item) => isIn(otherItems, item));
	return areItemsInOtherList && otherItems.every((item) => isIn(items, item));
}

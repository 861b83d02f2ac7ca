import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

/**
 * Splits lists into items. Users, n8n and the output option *Simplify* write lists in several ways,
 * such as `a, b`.
 */

/** Accepts one or more line breaks, or one or more commas and semicolons. */
const SEPARATORS = /[\r\n]+|[,;]+/g;
/** Accepts a web address without blanks: `https://a.ru/1`. Rejects `see https://a.ru/1`. */
const WEB_ADDRESS = /^\s*https?:\/\/\S*$/i;
/**
 * Accepts the beginning of a text that cannot continue a web address: ` b`, `www.b.ru`, or nothing.
 * Rejects `2`, which continues `https://a.ru/1,2`.
 */
const START_OF_NEXT_TEXT = /^(\s|$|https?:\/\/|www\.)/i;
/** Accepts a text without content: `,`, `; `. */
const ONLY_SEPARATORS = /^[,;\s]+$/;

/**
 * Splits a text at commas, semicolons and line breaks: `a, b` gives `a` and ` b`.
 *
 * A web address may contain commas and semicolons, and is not split there. For example,
 * `https://a.ru/1,2, b` gives `https://a.ru/1,2` and ` b`: only the second comma, before a blank,
 * ends the address.
 */
export function splitText(text: string): string[] {
	const parts: string[] = [];
	let partBegin = 0;
	for (const match of text.matchAll(SEPARATORS)) {
		const [separator] = match;
		const part = text.slice(partBegin, match.index);
		const nextBegin = match.index + separator.length;
		if (isInsideAddress(separator, part, text.slice(nextBegin))) continue;

		parts.push(part);
		partBegin = nextBegin;
	}

	parts.push(text.slice(partBegin));
	return parts;
}

/** Tells whether a separator is a part of a web address, as the comma of `https://a.ru/1,2` is. */
function isInsideAddress(separator: string, textBefore: string, textAfter: string): boolean {
	const isLineBreak = /[\r\n]/.test(separator);
	if (isLineBreak || !WEB_ADDRESS.test(textBefore)) return false;

	const beginsNextText = START_OF_NEXT_TEXT.test(textAfter);
	return !beginsNextText;
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
	if (jsonList !== undefined) return readItems(jsonList, split);

	const items: unknown[] = [];
	for (const part of split(value)) {
		const text = part.trim();
		// A `split` that keeps the text whole may return a comma alone.
		const hasNoContent = isEmpty(text) || ONLY_SEPARATORS.test(text);
		if (hasNoContent) continue;

		// A line may be a list in JSON, as the second line of `1\n[2, 3]`.
		const innerList = parseJsonList(text);
		const innerItems = innerList === undefined ? [text] : readItems(innerList, split);
		items.push(...innerItems);
	}
	return items;
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
 * Tells whether two lists have the same items, in any order and however often: [1, 2] and [2, 1, 1]
 * do. The caller says which items are equal.
 */
export function haveEqualItems<Item>(
	items: readonly Item[],
	otherItems: readonly Item[],
	areEqual: (item: Item, otherItem: Item) => boolean,
): boolean {
	return areAllIncluded(items, otherItems, areEqual) && areAllIncluded(otherItems, items, areEqual);
}

/** Tells whether each item has an equal item in another list. */
function areAllIncluded<Item>(
	items: readonly Item[],
	otherItems: readonly Item[],
	areEqual: (item: Item, otherItem: Item) => boolean,
): boolean {
	return items.every((item) => otherItems.some((otherItem) => areEqual(item, otherItem)));
}

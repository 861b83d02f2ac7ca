import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

/** Reads lists, which users, n8n and *Simplify* write in several ways. */

/** Accepts line breaks, and commas and semicolons. Two in a row count as one. */
const SEPARATORS = /([\r\n]+|[,;]+)/;
/** Accepts a web address without blanks. */
const WEB_ADDRESS = /^\s*https?:\/\/\S*$/i;
/** Accepts the beginning of a new text behind a comma: a blank or another address. */
const START_OF_NEXT_TEXT = /^(\s|$|https?:\/\/|www\.)/i;

/**
 * Splits a text at commas, semicolons and line breaks: `a, b` gives `a` and ` b`. *Simplify* writes
 * lists like that. A comma or a semicolon inside a web address does not split it.
 */
export function splitText(text: string): string[] {
	// The group of SEPARATORS makes `split` return the separators too: text, separator, text, …
	const pieces = text.split(SEPARATORS);
	const texts = [pieces[0]];
	for (let index = 1; index < pieces.length; index += 2) {
		const separator = pieces[index];
		const nextText = pieces[index + 1];
		const lastText = texts[texts.length - 1];
		const isInsideAddress =
			WEB_ADDRESS.test(lastText) && /[,;]/.test(separator) && !START_OF_NEXT_TEXT.test(nextText);
		if (isInsideAddress) {
			texts[texts.length - 1] = `${lastText}${separator}${nextText}`;
		} else {
			texts.push(nextText);
		}
	}
	return texts;
}

/**
 * Reads the items of a list, however the list is written: `[1, 2]`, `'[1, 2]'`, `'1, 2'` or `1`.
 * Lists may stand inside lists. Empty items are left out.
 *
 * @param split splits a text that is not JSON, such as `splitText`
 */
export function readItems(value: unknown, split: (text: string) => string[]): unknown[] {
	if (Array.isArray(value)) return value.flatMap((item) => readItems(item, split));
	if (typeof value !== 'string') return isEmpty(value) ? [] : [value];

	const jsonList = parseJsonList(value);
	if (jsonList) return readItems(jsonList, split);

	const isSeparatorOnly = (text: string) => /^[,;\s]+$/.test(text);
	const texts = split(value)
		.map((text) => text.trim())
		.filter((text) => !isEmpty(text) && !isSeparatorOnly(text));
	// A text of the list may itself be a list as JSON.
	return texts.flatMap((text) => (parseJsonList(text) ? readItems(text, split) : [text]));
}

/**
 * Reads a list that was written as JSON. n8n's field mapper keeps it as a text. Returns undefined
 * for any other text.
 */
export function parseJsonList(text: unknown): unknown[] | undefined {
	if (typeof text !== 'string' || !text.trim().startsWith('[')) return undefined;
	const value = parseJson(text);
	return Array.isArray(value) ? value : undefined;
}

/**
 * Tells whether each item of one list has an equal item in the other list, in any order. An item
 * may stand in one list more often than in the other.
 */
export function haveEqualItems<T>(
	items: readonly T[],
	otherItems: readonly T[],
	areEqual: (item: T, otherItem: T) => boolean,
): boolean {
	const isIn = (list: readonly T[], item: T) => list.some((candidate) => areEqual(item, candidate));
	return (
		items.every((item) => isIn(otherItems, item)) && otherItems.every((item) => isIn(items, item))
	);
}

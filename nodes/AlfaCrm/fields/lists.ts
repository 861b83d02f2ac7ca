import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

const SEPARATORS = /([\r\n]+|[,;]+)/;
/** Accepts a web address without blanks. */
const WEB_ADDRESS = /^\s*https?:\/\/\S*$/i;
/** Accepts the beginning of a new text behind a comma: a blank or another address. */
const NEW_TEXT = /^(\s|$|https?:\/\/|www\.)/i;

/** Splits a text at commas, semicolons and line breaks, as *Simplify* writes a list. */
export function parts(text: string): string[] {
	const [first, ...others] = text.split(SEPARATORS);
	const texts = [first];
	for (let index = 0; index < others.length; index += 2) {
		const [separator, next] = others.slice(index, index + 2);
		const last = texts[texts.length - 1];
		const isPartOfAddress =
			WEB_ADDRESS.test(last) && /[,;]/.test(separator) && !NEW_TEXT.test(next);
		if (isPartOfAddress) {
			texts[texts.length - 1] = `${last}${separator}${next}`;
		} else {
			texts.push(next);
		}
	}
	return texts;
}

/**
 * Returns the values of a list, however the list is written: as an array, in JSON, as one text that
 * `split` splits, or as a single value. Empty values are left out.
 */
export function itemsOf(value: unknown, split: (text: string) => string[]): unknown[] {
	if (Array.isArray(value)) return value.flatMap((item) => itemsOf(item, split));
	if (typeof value !== 'string') return isEmpty(value) ? [] : [value];
	const list = listIn(value);
	if (list) return itemsOf(list, split);

	return split(value)
		.map((text) => text.trim())
		.filter((text) => !isEmpty(text) && !/^[,;\s]+$/.test(text))
		.flatMap((text) => (listIn(text) ? itemsOf(text, split) : [text]));
}

/**
 * Reads a list that was written as JSON, which n8n's field mapper keeps as a text. Returns
 * undefined for any other text.
 */
export function listIn(text: unknown): unknown[] | undefined {
	if (typeof text !== 'string' || !text.trim().startsWith('[')) return undefined;
	const value = parseJson(text);
	return Array.isArray(value) ? value : undefined;
}

import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

/** A comma inside an address of a website is a part of it, unless a blank or another address follows. */
const SEPARATORS = /[\r\n]+|(?<!https?:\/\/\S*)[,;]+|[,;]+(?=\s|$|https?:\/\/|www\.)/i;

/** The texts in one text, as Simplify writes a list. */
export const parts = (text: string): string[] => text.split(SEPARATORS);

/**
 * The values of a list however it is written: a list, in JSON, one text that `split` takes apart, or a single value.
 * What is empty is none.
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

/** The field mapper holds what is typed there as a text. */
function listIn(text: string): unknown[] | undefined {
	if (!text.trim().startsWith('[')) return undefined;
	const value = parseJson(text);
	return Array.isArray(value) ? value : undefined;
}

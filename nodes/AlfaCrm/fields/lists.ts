import { parseJson } from '../values/formats';
import { isEmpty } from './blank';

const SEPARATORS = /([\r\n]+|[,;]+)/;
const ADDRESS = /^\s*https?:\/\/\S*$/i;
const BEGINS_ANEW = /^(\s|$|https?:\/\/|www\.)/i;

/** The texts in one text, as Simplify writes a list. */
export function parts(text: string): string[] {
	const [first, ...others] = text.split(SEPARATORS);
	const texts = [first];
	for (let index = 0; index < others.length; index += 2) {
		const [separator, next] = others.slice(index, index + 2);
		const last = texts[texts.length - 1];
		// A comma inside an address of a website is a part of it, unless a blank or another address follows.
		const isWithin = ADDRESS.test(last) && /[,;]/.test(separator) && !BEGINS_ANEW.test(next);
		if (isWithin) texts[texts.length - 1] = `${last}${separator}${next}`;
		else texts.push(next);
	}
	return texts;
}

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
export function listIn(text: unknown): unknown[] | undefined {
	if (typeof text !== 'string' || !text.trim().startsWith('[')) return undefined;
	const value = parseJson(text);
	return Array.isArray(value) ? value : undefined;
}

import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../api/formats';
import type { Entity } from '../entities/types';
import { folded } from './titles';

/** How what was typed into a picker is looked for. */
interface Search {
	/** Filters to ask with, one after the other until something is found. */
	questions: readonly IDataObject[];
	/** For what the server finds too much of. */
	fits: (row: IDataObject, title: string) => boolean;
}

const EVERYTHING: Search = { questions: [{}], fits: () => true };
/** Numbers are written differently in front, so that the last digits find them all. */
const LAST_DIGITS = 8;

export function searchFor({ search }: Entity, typed: string, zone: string): Search {
	if (typed === '' || search === undefined) return EVERYTHING;
	const day = search.day && formatDay(typed, 'iso', zone);
	if (search.day && day !== undefined) {
		return { ...EVERYTHING, questions: [Object.fromEntries(search.day.map((name) => [name, day]))] };
	}
	const digits = /^[\d\s()+./\u2010-\u2015-]+$/.test(typed) ? digitsOf(typed) : '';
	if (search.digits === 'id' && digits !== '') {
		return { questions: [{ id: Number(digits) }], fits: ({ id }) => Number(id) === Number(digits) };
	}
	if (search.digits && digits.length >= 4) return byPhone(search.digits, digits);
	if (search.by) return { ...EVERYTHING, questions: [{ [search.by]: typed }] };
	// No filter of the API can find it.
	const looked = folded(typed);
	return { questions: [{}], fits: (_row, title) => folded(title).includes(looked) };
}

/** AlfaCRM writes `+7(900)123-45-67` and looks for the digits or, in some accounts, for the very characters. */
function byPhone(field: string, digits: string): Search {
	const isWhole = digits.length > LAST_DIGITS;
	const tail = digits.slice(-LAST_DIGITS);
	// 8 900 ... and 7 900 ... are +7(900)...
	const national = /^[78]\d{3,10}$/.test(digits) ? digits.slice(1) : undefined;
	const fromStart = national ?? (digits.length <= 10 ? digits : undefined);
	const texts = [
		isWhole ? tail : (national ?? digits),
		fromStart && asBegun(fromStart),
		isWhole ? asEnded(tail.slice(-7)) : asEnded(digits),
	];
	const asked = [...new Set(texts.filter((text) => text !== undefined))];
	const fits = (held: string) =>
		held.includes(isWhole ? tail : digits) || (national !== undefined && held.startsWith(`7${national}`));
	return {
		questions: asked.map((text) => ({ [field]: text })),
		fits: (row) => [row[field]].flat().some((phone) => fits(digitsOf(phone))),
	};
}

/** The first digits of a number within the country, as AlfaCRM writes them. */
function asBegun(digits: string): string {
	const [, ...parts] = /^(\d{1,3})(\d{0,3})(\d{0,2})(\d{0,2})$/.exec(digits) ?? [];
	const [city, ...rest] = parts;
	if (city === undefined) return digits;
	return `(${city}${city.length === 3 ? ')' : ''}${rest.filter((part) => part !== '').join('-')}`;
}

/** The last digits of a number, as AlfaCRM writes them. */
function asEnded(digits: string): string {
	const [, ...parts] = /^(\d{0,3}?)(\d{2})(\d{2})$/.exec(digits) ?? [];
	return parts.length === 0 ? digits : parts.filter((part) => part !== '').join('-');
}

function digitsOf(value: unknown): string {
	return String(value ?? '').replace(/\D/g, '');
}

import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../api/formats';
import type { Entity } from '../entities/types';
import { holdsPhone, isTooLittle, partForms } from '../fields/phonePart';
import { fold } from '../fields/fold';

/** How what was typed into a picker is looked for. */
interface Search {
	/** Filters to ask with, one after the other until something is found. */
	questions: readonly IDataObject[];
	/** For what the server finds too much of. */
	fits: (row: IDataObject, title: string) => boolean;
}

const EVERYTHING: Search = { questions: [{}], fits: () => true };

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
	if (search.digits && digits !== '' && !isTooLittle(typed)) return byPhone(search.digits, typed);
	if (search.by) return { ...EVERYTHING, questions: [{ [search.by]: typed }] };
	// No filter of the API can find it.
	const looked = fold(typed);
	return { questions: [{}], fits: (_row, title) => fold(title).includes(looked) };
}

function byPhone(field: string, typed: string): Search {
	return {
		questions: partForms(typed).map((form) => ({ [field]: form })),
		fits: (row) => [row[field]].flat().some((phone) => holdsPhone(phone ?? '', typed)),
	};
}

function digitsOf(value: string): string {
	return value.replace(/\D/g, '');
}

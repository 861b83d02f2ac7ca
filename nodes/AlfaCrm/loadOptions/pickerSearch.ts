import type { IDataObject } from 'n8n-workflow';

import { formatDay, nearestDay } from '../values/formats';
import type { Entity } from '../entities/types';
import { digitsIn, holdsPhone, isTooShort, partForms } from '../fields/phones';
import { normalizeText } from '../fields/normalizeText';

/** How what was typed into a picker is looked for. */
interface Search {
	/** Filters to ask with, one after the other until something is found. */
	queries: readonly IDataObject[];
	/** For what the server finds too much of. */
	matches: (row: IDataObject, title: string) => boolean;
}

const EVERYTHING: Search = { queries: [{}], matches: () => true };

export function searchFor({ listed: { search } = {} }: Entity, typed: string, zone: string): Search {
	if (typed === '' || search === undefined) return EVERYTHING;
	const day = search.day && (formatDay(typed, 'iso', zone) ?? nearestDay(typed, zone));
	if (search.day && day !== undefined) {
		return { ...EVERYTHING, queries: [Object.fromEntries(search.day.map((name) => [name, day]))] };
	}
	if (search.digits === 'id') {
		const id = Number(typed);
		if (/^\d+$/.test(typed)) return { queries: [{ id }], matches: (row) => Number(row.id) === id };
	} else if (search.digits && looksLikePhone(typed)) {
		return byPhone(search.digits, typed);
	}
	if (search.by) return { ...EVERYTHING, queries: [{ [search.by]: typed }] };
	// No filter of the API can find it.
	const looked = normalizeText(typed);
	return { queries: [{}], matches: (_row, title) => normalizeText(title).includes(looked) };
}

const looksLikePhone = (typed: string): boolean =>
	/^[\d\s()+./\u2010-\u2015-]+$/.test(typed) && digitsIn(typed) !== '' && !isTooShort(typed);

function byPhone(field: string, typed: string): Search {
	return {
		queries: partForms(typed).map((form) => ({ [field]: form })),
		matches: (row) => [row[field]].flat().some((phone) => holdsPhone(phone ?? '', typed)),
	};
}

import type { IDataObject } from 'n8n-workflow';

import type { Entity, Listed } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { digitsIn, holdsPhone, isTooShort, partForms } from '../fields/phones';
import { formatDay, nearestDay } from '../values/formats';

/** Decides how AlfaCRM is searched for the text that a user types into a list of the form. */

export interface Search {
	/** The filters to ask AlfaCRM with, one after the other until one of them finds something. */
	queries: readonly IDataObject[];
	/** Whether a record has what was typed. AlfaCRM may find more. */
	matches: (row: IDataObject, title: string) => boolean;
}

/**
 * Makes the search for a typed text. What may be a day, an ID or a phone number is taken for that.
 */
export function makeSearch({ listed }: Entity, typedText: string, zone: string): Search {
	const searchedBy = listed?.search;
	if (typedText === '' || searchedBy === undefined) return searchAll();

	return (
		searchByDay(searchedBy, typedText, zone) ??
		searchById(searchedBy, typedText) ??
		searchByPhone(searchedBy, typedText) ??
		searchByName(searchedBy, typedText) ??
		searchInTitles(typedText)
	);
}

type SearchedBy = NonNullable<Listed['search']>;

const matchesAlways = (): boolean => true;

function searchAll(): Search {
	return { queries: [{}], matches: matchesAlways };
}

/** "10.02" is the nearest such day, before or after today. */
function searchByDay({ day: dayFilters }: SearchedBy, typedText: string, zone: string) {
	const day = formatDay(typedText, 'iso', zone) ?? nearestDay(typedText, zone);
	if (dayFilters === undefined || day === undefined) return undefined;
	const query = Object.fromEntries(dayFilters.map((filterName) => [filterName, day]));
	return { queries: [query], matches: matchesAlways };
}

function searchById({ digits }: SearchedBy, typedText: string): Search | undefined {
	if (digits !== 'id' || !/^\d+$/.test(typedText)) return undefined;
	const id = Number(typedText);
	return { queries: [{ id }], matches: (row) => Number(row.id) === id };
}

/**
 * AlfaCRM may compare a phone number as it was written, so each usual way to write it is tried. API
 * notes 5.3.
 */
function searchByPhone({ digits: phoneField }: SearchedBy, typedText: string): Search | undefined {
	if (phoneField === undefined || phoneField === 'id' || !isLikePhone(typedText)) return undefined;
	return {
		queries: partForms(typedText).map((spelling) => ({ [phoneField]: spelling })),
		matches: (row) => [row[phoneField]].flat().some((phone) => holdsPhone(phone ?? '', typedText)),
	};
}

/** Whether a text has nothing but digits and what people write between them. */
function isLikePhone(text: string): boolean {
	const hasOnlyPhoneCharacters = /^[\d\s()+./\u2010-\u2015-]+$/.test(text);
	return hasOnlyPhoneCharacters && digitsIn(text) !== '' && !isTooShort(text);
}

function searchByName({ by: nameFilter }: SearchedBy, typedText: string): Search | undefined {
	if (nameFilter === undefined) return undefined;
	return { queries: [{ [nameFilter]: typedText }], matches: matchesAlways };
}

/**
 * Lists all records and looks for the text in their titles, because no filter of AlfaCRM finds it.
 */
function searchInTitles(typedText: string): Search {
	const normalText = normalizeText(typedText);
	return { queries: [{}], matches: (_row, title) => normalizeText(title).includes(normalText) };
}

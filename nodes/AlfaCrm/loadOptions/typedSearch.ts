import type { IDataObject } from 'n8n-workflow';

import type { Entity, Listed } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { digitsIn, holdsPhone, isTooShort, partForms } from '../fields/phones';
import { formatDay, nearestDay } from '../values/formats';

/** Decides how AlfaCRM is searched for the text that a user types into a list of the form. */

export interface Search {
	/** The filters to ask AlfaCRM with, one after the other until one of them finds something. */
	filters: readonly IDataObject[];
	/** Whether a record has what was typed. AlfaCRM may find more. */
	matches: (row: IDataObject, title: string) => boolean;
}

/**
 * Makes the search for a typed text. What may be a day, an ID or a phone number is taken for that.
 */
export function makeSearch({ listed }: Entity, typedText: string, zone: string): Search {
	const searchSettings = listed?.search;
	if (typedText === '' || searchSettings === undefined) return makeSearchForAll();

	return (
		makeDaySearch(searchSettings, typedText, zone) ??
		makeIdSearch(searchSettings, typedText) ??
		makePhoneSearch(searchSettings, typedText) ??
		makeNameSearch(searchSettings, typedText) ??
		makeTitleSearch(typedText)
	);
}

type SearchSettings = NonNullable<Listed['search']>;

const matchesAnything = (): boolean => true;

function makeSearchForAll(): Search {
	return { filters: [{}], matches: matchesAnything };
}

/** Searches by a day. "10.02" is the nearest such day, before or after today. */
function makeDaySearch(
	{ day: dayFilters }: SearchSettings,
	typedText: string,
	zone: string,
): Search | undefined {
	const day = formatDay(typedText, 'iso', zone) ?? nearestDay(typedText, zone);
	if (dayFilters === undefined || day === undefined) return undefined;

	const filter = Object.fromEntries(dayFilters.map((name) => [name, day]));
	return { filters: [filter], matches: matchesAnything };
}

/** Searches by ID, for an entity of which digits mean that. */
function makeIdSearch({ digits }: SearchSettings, typedText: string): Search | undefined {
	if (digits !== 'id' || !/^\d+$/.test(typedText)) return undefined;

	const id = Number(typedText);
	return { filters: [{ id }], matches: (row) => Number(row.id) === id };
}

/**
 * Searches by a phone number or a part of one. AlfaCRM may compare the number as it was written, so
 * each usual way to write it is tried. API notes 5.3.
 */
function makePhoneSearch(
	{ digits: phoneField }: SearchSettings,
	typedText: string,
): Search | undefined {
	if (phoneField === undefined || phoneField === 'id' || !isLikePhone(typedText)) return undefined;

	return {
		filters: partForms(typedText).map((spelling) => ({ [phoneField]: spelling })),
		matches: (row) => [row[phoneField]].flat().some((phone) => holdsPhone(phone ?? '', typedText)),
	};
}

/** Whether a text has nothing but digits and what people write between them. */
function isLikePhone(text: string): boolean {
	const hasOnlyPhoneCharacters = /^[\d\s()+./\u2010-\u2015-]+$/.test(text);
	return hasOnlyPhoneCharacters && digitsIn(text) !== '' && !isTooShort(text);
}

function makeNameSearch({ by: nameFilter }: SearchSettings, typedText: string): Search | undefined {
	if (nameFilter === undefined) return undefined;
	return { filters: [{ [nameFilter]: typedText }], matches: matchesAnything };
}

/**
 * Lists all records and looks for the text in their titles, because no filter of AlfaCRM finds it.
 */
function makeTitleSearch(typedText: string): Search {
	const normalText = normalizeText(typedText);
	return { filters: [{}], matches: (_row, title) => normalizeText(title).includes(normalText) };
}

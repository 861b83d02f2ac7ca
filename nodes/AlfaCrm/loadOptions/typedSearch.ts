/** Decides how AlfaCRM is searched for the text that a user types into a list of the form. */

import type { IDataObject } from 'n8n-workflow';

import type { Entity, Listed } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { digitsIn, holdsPhone, isTooShort, partForms } from '../fields/phones';
import { formatDay, nearestDay } from '../values/formats';

export interface Search {
	/**
	 * The filters with which AlfaCRM is asked, one after the other until one of them finds something.
	 */
	filters: readonly IDataObject[];
	/** Whether a record matches the typed text. AlfaCRM may return more records than match. */
	matches: (row: IDataObject, title: string) => boolean;
}

/**
 * Makes the search for a typed text. The text is read as a day, an ID, a phone number or a name:
 * the first of these that it can be and that the entity is searched by. If it is none of them, the
 * search looks for the text in titles.
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

/**
 * Searches by a day. A day without a year, such as "10.02", means the nearest one, before or after
 * today.
 */
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

/** Searches by ID, if the text consists of digits and the entity is searched by ID then. */
function makeIdSearch({ digits }: SearchSettings, typedText: string): Search | undefined {
	if (digits !== 'id' || !/^\d+$/.test(typedText)) return undefined;

	const id = Number(typedText);
	return { filters: [{ id }], matches: (row) => Number(row.id) === id };
}

/**
 * Searches by a phone number or by some digits of one. AlfaCRM may compare the number as it was
 * written in the record, so each usual spelling is tried. API notes 5.3.
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

/** Searches by name, if AlfaCRM has a filter for the names of the entity. */
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

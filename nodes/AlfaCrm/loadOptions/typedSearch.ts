/** Decides how AlfaCRM is searched for the text that a user types into a list of the form. */

import type { IDataObject } from 'n8n-workflow';

import type { Entity, Listed } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import {
	digitsIn,
	isFoundByPhone,
	wouldFindEverybody,
	makePartSearchTexts,
} from '../fields/phones';
import { formatDay, nearestDay } from '../values/formats';

export interface Search {
	/**
	 * The filters for AlfaCRM's list. They are tried one after the other until one finds something.
	 */
	filters: readonly IDataObject[];
	/** Whether a record matches the typed text. AlfaCRM may return more records than match. */
	matches: (row: IDataObject, title: string) => boolean;
}

/**
 * Makes the search for a typed text. The text is read as a day, an ID, a phone number or a name:
 * the first of these that is possible for the text and the entity. If none is possible, the search
 * looks for the text in titles.
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

/** Used where AlfaCRM's filter is enough, so that no row has to be compared. */
const matchesAnything = (): boolean => true;

function makeSearchForAll(): Search {
	const noFilter = {};
	return { filters: [noFilter], matches: matchesAnything };
}

/**
 * Searches by a day, if the entity has filters for days. A day without a year, such as "10.02",
 * means the nearest one, before or after today.
 */
function makeDaySearch(
	settings: SearchSettings,
	typedText: string,
	zone: string,
): Search | undefined {
	const day = formatDay(typedText, 'iso', zone) ?? nearestDay(typedText, zone);
	if (settings.dayFilters === undefined || day === undefined) return undefined;

	const [firstDayFilter, lastDayFilter] = settings.dayFilters;
	const filter = { [firstDayFilter]: day, [lastDayFilter]: day };
	return { filters: [filter], matches: matchesAnything };
}

/** Searches by ID, if the text consists of digits and digits are IDs for this entity. */
function makeIdSearch(settings: SearchSettings, typedText: string): Search | undefined {
	const consistsOfDigits = /^\d+$/.test(typedText);
	if (settings.digitsFilter !== 'id' || !consistsOfDigits) return undefined;

	const id = Number(typedText);
	return { filters: [{ id }], matches: (row) => Number(row.id) === id };
}

/**
 * Searches by a phone number or by some digits of one, if digits are a phone for this entity.
 * AlfaCRM may compare the number with the spelling in the record, so each usual spelling is tried.
 * See docs/alfacrm-api.md 5.3.
 */
function makePhoneSearch(settings: SearchSettings, typedText: string): Search | undefined {
	// The name of the filter and of the field, such as `phone`.
	const phoneField = settings.digitsFilter;
	if (phoneField === undefined || phoneField === 'id' || !isLikePhone(typedText)) return undefined;

	const spellings = makePartSearchTexts(typedText);
	return {
		filters: spellings.map((spelling) => ({ [phoneField]: spelling })),
		matches: (row) => hasPhone(row, phoneField, typedText),
	};
}

/** Whether one of the phones of a row contains the typed digits. */
function hasPhone(row: IDataObject, phoneField: string, typedText: string): boolean {
	const phones = [row[phoneField]].flat();
	return phones.some((phone) => isFoundByPhone(phone ?? '', typedText));
}

/** Whether a text consists of digits and the characters between them, as in "+7 (999) 123-45". */
function isLikePhone(text: string): boolean {
	const hasOnlyPhoneCharacters = /^[\d\s()+./\u2010-\u2015-]+$/.test(text);
	return hasOnlyPhoneCharacters && digitsIn(text) !== '' && !wouldFindEverybody(text);
}

/** Searches by name, if AlfaCRM has a filter for the names of the entity. */
function makeNameSearch(settings: SearchSettings, typedText: string): Search | undefined {
	const nameFilter = settings.textFilter;
	if (nameFilter === undefined) return undefined;
	return { filters: [{ [nameFilter]: typedText }], matches: matchesAnything };
}

/**
 * Lists all records and looks for the text in their titles, because no filter of AlfaCRM finds it.
 */
function makeTitleSearch(typedText: string): Search {
	const noFilter = {};
	const normalText = normalizeText(typedText);
	return {
		filters: [noFilter],
		matches: (_row, title) => normalizeText(title).includes(normalText),
	};
}

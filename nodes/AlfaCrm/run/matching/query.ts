/*
 * Asks AlfaCRM for the rows that a search has to compare. For example, a user looks for a customer
 * by the match key 'Phone' (a key is a choice of fields) with the match value +7 900 111-22-33.
 *
 * A filter is the part of a call's body that asks for a value, by the name of the field:
 * `{ phone: '1112233' }`.
 *
 * AlfaCRM compares a phone either by its digits or as the text that is stored: it is not known
 * which. So one match value can need several filters, one for each spelling. If an answer shows
 * that AlfaCRM compares digits, or ignores the filter, no call is made for the other spellings.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field, ApiValue } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isCustom } from '../../fields/custom';
import { isBlank, kindOf, listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import type { Target } from '../../store/located';
import type { Execution } from '../execution';
import type { BehaviourKey } from '../keys';
import type { Item } from '../item';
import type { FieldFilter } from '../readList';
import { readFiltered } from '../readList';
import { hasMatchValue } from './compare';
import type { Search } from './readSearch';
import { findField } from './readSearch';

/** How a list is asked for the records with one match value. */
interface MatchQuery {
	entity: Entity;
	field: Field;
	matchValue: unknown;
	/**
	 * Filters for the body of the call. Each finds the match value in another spelling. If the list
	 * has no filter by the field, there is a single empty filter, with which the whole list is read.
	 */
	filters: IDataObject[];
}

/**
 * Makes the queries of a search: one for each match value of a field. If the key of the search
 * names the fields to query (`queriedFields`), AlfaCRM is asked only for these fields. The other
 * fields of the key are only compared with the rows.
 */
export function makeQueries(entity: Entity, search: Search): MatchQuery[] {
	const { key, matchValues } = search;
	const queries: MatchQuery[] = [];
	for (const name of key.queriedFields ?? key.fields) {
		const hasValue = name in matchValues;
		if (!hasValue) continue;

		const field = findField(entity, name);
		for (const matchValue of listOf(matchValues[name])) {
			queries.push(makeQuery(entity, field, matchValue));
		}
	}
	return queries;
}

/** A filter that leaves nothing out, so that the whole list is read. */
const NO_FILTER: IDataObject = {};

/**
 * Makes the filters by which AlfaCRM is asked for one match value, one for each spelling. If the
 * list takes no filter by the field, the whole list is read instead.
 */
function makeQuery(entity: Entity, field: Field, matchValue: unknown): MatchQuery {
	// `readSearch` has already converted the value to AlfaCRM's format.
	const wireValue = matchValue as ApiValue;
	const filters = kindOf(field).makeSearchFilters(field, field.name, wireValue);
	const filterNames = filters.flatMap((filter) => Object.keys(filter));
	const listTakesFilters = filterNames.every((name) => takesFilter(entity, name));
	return { entity, field, matchValue, filters: listTakesFilters ? filters : [NO_FILTER] };
}

/** Whether the list of an entity takes the filter with a name. */
function takesFilter(entity: Entity, name: string): boolean {
	return name === 'id' || isCustom(name) || entity.filters.some((filter) => filter.name === name);
}

/** Rows that may have a match value. The caller compares them. */
interface Candidates {
	rows: IDataObject[];
	/** Whether the rows come from a list that was read once for all items. */
	isCached: boolean;
}

/**
 * Reads the rows that can have a match value, such as a phone, by one of the filters of its query.
 *
 * @throws NodeOperationError if no row shows the field, or if AlfaCRM counts more rows than it has
 * sent. Then a record that matches could be overlooked, and a wrong record be taken or a duplicate
 * be created.
 */
export async function readCandidates(
	item: Item,
	target: Target,
	query: MatchQuery,
	filter: IDataObject,
): Promise<Candidates> {
	const { entity, field, matchValue } = query;
	// `hidden.show` lists the records that AlfaCRM leaves out by default, such as archived ones.
	const list = {
		...target,
		body: { ...target.query, ...entity.hidden?.bodyShowingAll },
		task: `look for the ${entity.label.toLowerCase()}`,
	};
	const fieldFilter: FieldFilter = {
		fieldName: field.name,
		filterBody: filter,
		mayMatch: (row) => mayBeFoundBy(query, filter, row[field.name]),
		fieldMissingError: () => missingFieldError(item, entity, field),
	};
	// For the error if rows are missing: what cannot be certain then.
	const uncertainFact = `which ${entity.plural.toLowerCase()} match`;
	const reading = await readFiltered(item, entity, list, fieldFilter, uncertainFact);

	const { rows, wholeList } = reading;
	if (isEveryValueHidden(field, filter, rows)) throw hiddenFieldError(item, entity, field);
	if (wholeList === undefined) return { rows, isCached: false };
	// `rows` are all rows of the whole list, which was read without the filter. Most do not match.
	return { rows: wholeList.findCandidates(field, matchValue), isCached: true };
}

/**
 * Whether a filter that works may find a stored value: the value matches, or contains the text of
 * the filter. For example, 9005550001 is a part of 79005550001. A row with any other value shows
 * that AlfaCRM ignores the filter.
 */
function mayBeFoundBy(query: MatchQuery, filter: IDataObject, storedValue: unknown): boolean {
	const { field, matchValue } = query;
	if (hasMatchValue(field, storedValue, matchValue)) return true;
	return containsAnyPart(field, storedValue, filter);
}

/**
 * Makes the error for a field that no row shows. A custom field probably does not exist; any other
 * field is hidden from the credential's user.
 */
function missingFieldError(item: Item, entity: Entity, field: Field): Error {
	if (isCustom(field.name)) return unknownFieldError(item, entity, field);
	return hiddenFieldError(item, entity, field);
}

/** Makes the error for a custom field that no record of the entity has. */
function unknownFieldError(item: Item, { label }: Entity, { name }: Field): Error {
	return item.error(
		`AlfaCRM's ${label.toLowerCase()} has no field "${name}"`,
		`Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.`,
	);
}

/**
 * Makes the error for a field that AlfaCRM does not show to the credential's user. Without its
 * values no record matches, so each run would create a new one.
 */
function hiddenFieldError(item: Item, { plural }: Entity, { label }: Field): Error {
	return item.error(
		`AlfaCRM finds ${plural.toLowerCase()} by '${label}' but shows it on none of them, so it is not sure which one is meant`,
		`Let the role of the credential's user see it, or match by something that this user sees.`,
	);
}

/**
 * The declared filters for which docs/alfacrm-api.md (5.3) has only one source. It is possible that
 * AlfaCRM ignores them and lists all customers.
 */
const UNCONFIRMED_FILTERS = ['email'];

/**
 * Whether AlfaCRM has found records by a field, but shows its value on none of them. A filter by a
 * declared field works (API notes 5.3), so such records have a value, and AlfaCRM hides the value
 * from the credential's user. An unconfirmed filter or a filter by a custom field proves nothing,
 * because AlfaCRM could have ignored the filter.
 */
function isEveryValueHidden(
	field: Field,
	filter: IDataObject,
	rows: readonly IDataObject[],
): boolean {
	const isFiltered = Object.keys(filter).length > 0;
	const isFilterKnownToWork = !isCustom(field.name) && !UNCONFIRMED_FILTERS.includes(field.name);
	if (!isFiltered || !isFilterKnownToWork || rows.length === 0) return false;

	return rows.every((row) => {
		const storedValue = row[field.name];
		// `isBlank` takes a dummy phone such as +7(999)999-99-99 for blank, but AlfaCRM does show it. A
		// dummy phone is recognized by the text of the filter, such as 9999, which it contains.
		const isShown = containsAnyPart(field, storedValue, filter);
		return isBlank(field, storedValue) && !isShown;
	});
}

/**
 * Notes that AlfaCRM need not be asked for further spellings, if the rows that a filter found show
 * that.
 *
 * A row without the text of the filter shows that: for example, the filter `1112233` finds the
 * phone `+7(900)111-22-33`. There are two possible reasons:
 *
 * - AlfaCRM compares digits: all such rows have the digits of the filter in another spelling. This
 *   is proven, so it is noted for other executions too.
 * - AlfaCRM ignores the filter, and lists all records anyway. This is noted for this execution
 *   only.
 *
 * API notes 10.
 */
export function noteSpellings(
	execution: Execution,
	query: MatchQuery,
	filter: IDataObject,
	rows: readonly IDataObject[],
): void {
	const { entity, field } = query;
	const rowsWithoutText = rows.filter((row) => lacksFilterText(row, filter));
	if (rowsWithoutText.length === 0) return;

	const comparesDigits = rowsWithoutText.every((row) => hasFilterDigits(field, row, filter));
	execution.noteBehaviour(spellingsKey(entity, filter), { holdsForAccount: comparesDigits });
}

/**
 * Whether AlfaCRM was seen to find every spelling by a filter with the same names, so that no call
 * is needed for the other spellings.
 */
export function findsEverySpelling(
	execution: Execution,
	{ entity }: MatchQuery,
	filter: IDataObject,
): boolean {
	return execution.knowsBehaviour(spellingsKey(entity, filter));
}

/** Makes the key by which an execution remembers that a filter finds every spelling. */
const spellingsKey = ({ path }: Entity, filter: IDataObject): BehaviourKey => [
	path,
	'finds all spellings',
	...Object.keys(filter),
];

/**
 * Whether a row shows the filtered field, and its value does not contain the text of the filter as
 * it was written.
 */
function lacksFilterText(row: IDataObject, filter: IDataObject): boolean {
	return Object.entries(filter).some(([name, filterText]) => {
		if (row[name] === undefined) return false;

		const searchedText = normalizeText(String(filterText));
		const storedTexts = listOf(row[name]).map((stored) => normalizeText(String(stored)));
		return !storedTexts.some((storedText) => storedText.includes(searchedText));
	});
}

/** Whether a filter consists of digits, and the row has these digits in any spelling. */
function hasFilterDigits(field: Field, row: IDataObject, filter: IDataObject): boolean {
	return Object.values(filter).every((filterText) => {
		const hasOnlyDigits = /^\d+$/.test(String(filterText));
		return hasOnlyDigits && containsPart(field, row[field.name], filterText);
	});
}

/** Whether AlfaCRM may have found a stored value by one of the texts of a filter. */
function containsAnyPart(field: Field, storedValue: unknown, filter: IDataObject): boolean {
	return Object.values(filter).some((filterText) => containsPart(field, storedValue, filterText));
}

/**
 * Whether AlfaCRM may have found a stored value by a text of a filter. AlfaCRM's filters find
 * values that contain the text; of a text with several words, each word is looked for by itself.
 * API notes 10.
 */
function containsPart(field: Field, storedValue: unknown, filterText: unknown): boolean {
	// Some types of fields compare in a way of their own, such as phones by their digits.
	const canFind = kindOf(field).filterMayFind ?? containsWords;
	return listOf(storedValue).some((stored) => canFind(stored, filterText));
}

/** Whether a stored text contains each word of a filter's text, in any order. */
function containsWords(stored: unknown, filterText: unknown): boolean {
	const storedText = normalizeText(String(stored));
	const words = normalizeText(String(filterText)).split(' ');
	return words.every((word) => storedText.includes(word));
}

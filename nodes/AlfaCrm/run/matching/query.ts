/*
 * Asks AlfaCRM's lists for the records that may have a match value.
 *
 * AlfaCRM may compare a phone by its digits, or as the text that is stored. So one match value may
 * need several filters, one for each spelling. If an answer shows that AlfaCRM compares digits, or
 * ignores the filter, no call is made for the other spellings.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isCustom } from '../../fields/custom';
import { isBlank, kindOf, listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import type { Target } from '../../store/located';
import type { Execution } from '../execution';
import type { LockKey } from '../keys';
import type { Item } from '../item';
import { readFiltered } from '../readList';
import { hasMatchValue } from './compare';
import type { Search } from './readSearch';
import { findField } from './readSearch';

/** How a list is asked for the records with one match value. */
interface MatchQuery {
	field: Field;
	matchValue: unknown;
	/**
	 * Filters for the body of the call. Each finds the match value in another spelling. If the list
	 * has no filter by the field, there is a single empty filter, with which the whole list is read.
	 */
	filters: IDataObject[];
}

/**
 * Makes the queries of a search: one for each match value of a field. A key may name the fields to
 * query (`queriedFields`), because its other fields are only compared.
 */
export function makeQueries(entity: Entity, { key, matchValues }: Search): MatchQuery[] {
	const queriedNames = (key.queriedFields ?? key.fields).filter((name) => name in matchValues);
	return queriedNames.flatMap((name) => {
		const field = findField(entity, name);
		return listOf(matchValues[name]).map((matchValue) => makeQuery(entity, field, matchValue));
	});
}

/** A filter that leaves nothing out, so that the whole list is read. */
const NO_FILTER: IDataObject = {};

function makeQuery(entity: Entity, field: Field, matchValue: unknown): MatchQuery {
	const filters = kindOf(field).makeSearchFilters(field, field.name, matchValue as Wire);
	const filterNames = filters.flatMap((filter) => Object.keys(filter));
	const doesListTakeFilters = filterNames.every((name) => takesFilter(entity, name));
	return { field, matchValue, filters: doesListTakeFilters ? filters : [NO_FILTER] };
}

/** Tells whether the list of an entity takes a filter by a field. */
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
 * Reads the rows that may have a match value.
 *
 * @throws NodeOperationError if no row shows the field, or if rows are missing. Then a record that
 * matches could be overlooked, and a wrong record could be taken or a second one be created.
 */
export async function readCandidates(
	item: Item,
	entity: Entity,
	target: Target,
	{ field, matchValue }: MatchQuery,
	filter: IDataObject,
): Promise<Candidates> {
	const fieldMissingError = () =>
		isCustom(field.name)
			? unknownFieldError(item, entity, field)
			: hiddenFieldError(item, entity, field);
	// A row that does not match is no proof that AlfaCRM ignores the filter, if it contains the text
	// of the filter: 9005550001 is a part of 79005550001, for example.
	const mayMatch = (row: IDataObject) => {
		const storedValue = row[field.name];
		return (
			hasMatchValue(field, storedValue, matchValue) || containsAnyPart(field, storedValue, filter)
		);
	};
	const list = {
		...target,
		body: { ...target.query, ...entity.hidden?.show },
		task: `look for the ${entity.label.toLowerCase()}`,
	};
	const fieldFilter = {
		fieldName: field.name,
		query: filter,
		mayMatch,
		fieldMissingError,
	};
	const claim = `which ${entity.plural.toLowerCase()} match`;

	const { rows, whole } = await readFiltered(item, entity, list, fieldFilter, claim);
	if (isEveryValueHidden(field, filter, rows)) throw hiddenFieldError(item, entity, field);
	if (whole === undefined) return { rows, isCached: false };
	return { rows: whole.findCandidates(field, matchValue), isCached: true };
}

function unknownFieldError(item: Item, { label }: Entity, { name }: Field): Error {
	return item.error(
		`AlfaCRM's ${label.toLowerCase()} has no field "${name}"`,
		`Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.`,
	);
}

/**
 * Makes the error for a field that AlfaCRM does not show to this user. Without its values no record
 * matches, so each run would create a new one.
 */
function hiddenFieldError(item: Item, { plural }: Entity, { label }: Field): Error {
	return item.error(
		`AlfaCRM finds ${plural.toLowerCase()} by '${label}' but shows it on none of them, so it is not sure which one is meant`,
		`Let the role of the credential's user see it, or match by something that this user sees.`,
	);
}

/**
 * The declared filters that only one source names, so that AlfaCRM may ignore them and list all
 * customers. API notes 5.3.
 */
const UNCONFIRMED_FILTERS = ['email'];

/**
 * Tells whether AlfaCRM has found records by a field, but shows its value on none of them. A filter
 * by a declared field works (API notes 5.3), so such records have a value, and AlfaCRM hides it
 * from this user. An unconfirmed filter, or one by a custom field, proves nothing: AlfaCRM may have
 * ignored it.
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
		// A dummy phone such as +7(999)999-99-99 counts as blank. If AlfaCRM has found it by 9999, its
		// value is not hidden.
		return isBlank(field, storedValue) && !containsAnyPart(field, storedValue, filter);
	});
}

/**
 * Notes that a filter needs no further spellings, if the rows that it found prove that.
 *
 * A row that does not contain the text of the filter proves it. For example, the filter `1112233`
 * finds the phone `+7(900)111-22-33`. There are two possible reasons:
 *
 * - All such rows have the digits of the filter in another spelling: AlfaCRM compares digits. Other
 *   executions can rely on that too.
 * - Otherwise AlfaCRM ignores the filter, so it lists all records anyway. That is noted for this
 *   execution only.
 *
 * API notes 10.
 */
export function noteSpellings(
	execution: Execution,
	entity: Entity,
	{ field }: MatchQuery,
	filter: IDataObject,
	rows: readonly IDataObject[],
): void {
	const rowsWithoutText = rows.filter((row) => lacksFilterText(row, filter));
	if (rowsWithoutText.length === 0) return;

	const comparesDigits = rowsWithoutText.every((row) => hasFilterDigits(field, row, filter));
	const isForAllExecutions = comparesDigits;
	execution.noteBehaviour(spellingsKey(entity, filter), isForAllExecutions);
}

/**
 * Whether AlfaCRM was seen to find every spelling by a filter with the same names, so that no call
 * is needed for the other spellings.
 */
export function findsEverySpelling(
	execution: Execution,
	entity: Entity,
	filter: IDataObject,
): boolean {
	return execution.knowsBehaviour(spellingsKey(entity, filter));
}

/** Makes the key under which `noteBehaviour` keeps that a filter finds every spelling. */
const spellingsKey = ({ path }: Entity, filter: IDataObject): LockKey => [
	path,
	'finds all spellings',
	...Object.keys(filter),
];

/**
 * Whether a row shows the filtered field, and its value does not contain the text of the filter as
 * it was written.
 */
function lacksFilterText(row: IDataObject, filter: IDataObject): boolean {
	return Object.entries(filter).some(([name, text]) => {
		if (row[name] === undefined) return false;
		const searchedText = normalizeText(String(text));
		return !listOf(row[name]).some((stored) =>
			normalizeText(String(stored)).includes(searchedText),
		);
	});
}

/** Whether a filter consists of digits, and the row has these digits in any spelling. */
function hasFilterDigits(field: Field, row: IDataObject, filter: IDataObject): boolean {
	return Object.values(filter).every(
		(part) => /^\d+$/.test(String(part)) && containsPart(field, row[field.name], part),
	);
}

/** Whether AlfaCRM may have found a stored value by one of the texts of a filter. */
function containsAnyPart(field: Field, storedValue: unknown, filter: IDataObject): boolean {
	return Object.values(filter).some((part) => containsPart(field, storedValue, part));
}

/**
 * Whether AlfaCRM may have found a stored value by a text of a filter. AlfaCRM's filters find
 * values that contain the text. API notes 10.
 */
function containsPart(field: Field, storedValue: unknown, part: unknown): boolean {
	const words = normalizeText(String(part)).split(' ');
	const hasWords = (stored: unknown) =>
		words.every((word) => normalizeText(String(stored)).includes(word));
	const canFind = kindOf(field).mayFind ?? hasWords;
	return listOf(storedValue).some((stored) => canFind(stored, part));
}

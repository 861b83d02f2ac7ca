import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isCustom } from '../../fields/custom';
import { isBlank, kindOf, listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import type { Target } from '../../store/located';
import type { Execution, LockKey } from '../execution';
import type { Item } from '../item';
import { readFiltered } from '../readList';
import { hasMatchValue } from './compare';
import type { Search } from './keys';
import { findField } from './keys';

/*
 * Asks AlfaCRM's lists for the records that may have a match value. AlfaCRM may compare a phone as digits or as the text
 * that is stored, so one match value may need several filters, one for each spelling. If an answer shows that AlfaCRM
 * compares digits, or ignores the filter, the other spellings need no call.
 */

/** What a list is asked for one match value. */
interface MatchQuery {
	field: Field;
	matchValue: unknown;
	/**
	 * Filters that find the match value, each in another spelling. A single empty one if the list has
	 * no such filter.
	 */
	filters: IDataObject[];
}

/**
 * Makes the queries of a search: one for each match value of each field that the key asks the list
 * for.
 */
export function makeQueries(entity: Entity, { key, matchValues }: Search): MatchQuery[] {
	const queriedNames = (key.queriedFields ?? key.fields).filter((name) => name in matchValues);
	return queriedNames.flatMap((name) => {
		const field = findField(entity, name);
		return listOf(matchValues[name]).map((matchValue): MatchQuery => {
			const filters = kindOf(field).searchForms(field, name, matchValue as Wire);
			const isFilterKnown = filters.every((filter) =>
				Object.keys(filter).every((filterName) => hasFilter(entity, filterName)),
			);
			return { field, matchValue, filters: isFilterKnown ? filters : [{}] };
		});
	});
}

function hasFilter(entity: Entity, name: string): boolean {
	return name === 'id' || isCustom(name) || entity.filters.some((filter) => filter.name === name);
}

/** Rows that may have a match value; the caller compares them. */
interface Candidates {
	rows: IDataObject[];
	/** Whether the rows come from a list that was read for all items. */
	isCached: boolean;
}

/**
 * Reads the rows that may have a match value.
 *
 * @throws NodeOperationError if the list shows the field on no record, or did not come whole. Then
 * a record that matches could be missed, and the wrong record taken or a second one made.
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
	const unsureOf = `which ${entity.plural.toLowerCase()} match`;

	const { rows, whole } = await readFiltered(item, entity, list, fieldFilter, unsureOf);
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
 * Makes the error for a field that this user may not see. Without it no record matches, and each
 * run would make a new one.
 */
function hiddenFieldError(item: Item, { plural }: Entity, { label }: Field): Error {
	return item.error(
		`AlfaCRM finds ${plural.toLowerCase()} by '${label}' but shows it on none of them, so it is not sure which one is meant`,
		`Let the role of the credential's user see it, or match by something that this user sees.`,
	);
}

/**
 * Filters that a single source knows. AlfaCRM may ignore them and list everybody. API notes 5.3.
 */
const UNSURE_FILTERS = ['email'];

/**
 * Tells whether AlfaCRM has found records by a field and hides its value on all of them. The
 * filters of most declared fields work (API notes 5.3), so such records have values that this user
 * may not see. Filters by custom fields may be ignored.
 */
function isEveryValueHidden(
	field: Field,
	filter: IDataObject,
	rows: readonly IDataObject[],
): boolean {
	const isFiltered = Object.keys(filter).length > 0;
	const isFilterSure = !isCustom(field.name) && !UNSURE_FILTERS.includes(field.name);
	if (!isFiltered || !isFilterSure || rows.length === 0) return false;

	return rows.every((row) => {
		const storedValue = row[field.name];
		// A filler such as +7(999)999-99-99 is no phone, but it is what AlfaCRM has found by 9999.
		return isBlank(field, storedValue) && !containsAnyPart(field, storedValue, filter);
	});
}

/**
 * Notes if the rows show that one filter finds every spelling. They show it if a row lacks the text
 * of the filter as it was written: AlfaCRM then compares digits alone, or it ignores the filter. It
 * compares digits if all such rows have the digits in another spelling. This is noted for other
 * executions as well, an ignored filter for this execution only. API notes 10.
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
	execution.noteBehaviour(everySpelling(entity, filter), comparesDigits);
}

/**
 * Whether AlfaCRM was seen to find every spelling by a filter of this kind, so that the other
 * spellings need no call.
 */
export function findsEverySpelling(
	execution: Execution,
	entity: Entity,
	filter: IDataObject,
): boolean {
	return execution.knowsBehaviour(everySpelling(entity, filter));
}

/** Names what was seen, for `Execution.noteSeen`: a filter of this kind finds every spelling. */
const everySpelling = ({ path }: Entity, filter: IDataObject): LockKey => [
	path,
	'finds all spellings',
	...Object.keys(filter),
];

/**
 * Whether a row shows a filtered field, and the field does not contain the text of the filter as it
 * was written.
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

/** Whether the filter consists of digits, and a row has them in any spelling. */
function hasFilterDigits(field: Field, row: IDataObject, filter: IDataObject): boolean {
	return Object.values(filter).every(
		(part) => /^\d+$/.test(String(part)) && containsPart(field, row[field.name], part),
	);
}

/** Whether AlfaCRM can have found a stored value by one of the texts of a filter. */
function containsAnyPart(field: Field, storedValue: unknown, filter: IDataObject): boolean {
	return Object.values(filter).some((part) => containsPart(field, storedValue, part));
}

/**
 * Whether AlfaCRM can have found a stored value by a text: its filters look for a part of the
 * value. API notes 10.
 */
function containsPart(field: Field, storedValue: unknown, part: unknown): boolean {
	const words = normalizeText(String(part)).split(' ');
	const hasWords = (stored: unknown) =>
		words.every((word) => normalizeText(String(stored)).includes(word));
	const canFind = kindOf(field).finds ?? hasWords;
	return listOf(storedValue).some((stored) => canFind(stored, part));
}

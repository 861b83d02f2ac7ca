import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../../entities/fieldTypes';
import { isBlank, isList, listOf, sameItem, union } from '../../../fields/field';
import type { LockKey } from '../../../run/execution';
import type { Item } from '../../../run/item';
import { hasMatchValue } from '../../../run/matching/compare';
import { findField, locksFor } from '../../../run/matching/keys';
import type { Match } from '../../../run/matching/search';
import type { UpsertRequest } from './request';

/*
 * What the match values mean for the record that is saved. A field can get values from two places: the match values, and
 * the fields to save. A phone in 'Match By' finds the record, and another phone in 'Fields' is to be saved in it.
 */

/** Locks all values of a request by which another item may look for the same new record. */
export function locksForRequest({ entity, changes, search }: UpsertRequest): LockKey[] {
	return [...locksFor(entity, changes), ...locksFor(entity, search.matchValues)];
}

/**
 * Returns the match values for a new record, together with the values that the user gave for the same fields. They are all
 * saved, so that the next run finds the record. Where the user wrote a match value in another spelling among the fields to
 * save, that spelling is saved.
 */
export function matchValuesForNewRecord(request: UpsertRequest): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of savedMatchValues(request)) {
		if (isList(field)) {
			const spelledValues = listOf(matchValue).map((value) => spellAsIn(field, value, fieldValues));
			values[field.name] = union(field, [], [...spelledValues, ...fieldValues]) as Wire;
		} else {
			values[field.name] = spellAsIn(field, matchValue, fieldValues) as Wire;
		}
	}
	return values;
}

/**
 * Returns the match values for a record that matched. The record keeps the spelling that it has, unless the user gave
 * another value for the field. A list keeps what it has, unless other values replace it; they are joined by the match value.
 */
export function matchValuesForMatch(request: UpsertRequest, row: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of savedMatchValues(request)) {
		const { name } = field;
		const hasFieldValues = fieldValues.length > 0;
		if (isList(field)) {
			const keepsStored = !request.rules.addsToLists && !hasFieldValues;
			const storedValues = keepsStored ? listOf(row[name]) : [];
			const spelledValues = listOf(matchValue).map((value) => spellAsIn(field, value, fieldValues));
			values[name] = union(field, storedValues, [...spelledValues, ...fieldValues]) as Wire;
		} else if (!hasFieldValues) {
			// With a key such as 'Phone or Email', the record may lack the value that did not find it.
			values[name] = isBlank(field, row[name]) ? (matchValue as Wire) : row[name];
		}
	}
	return values;
}

/** A field of the match key: its match value, and the values that the user gave for it among the fields to save. */
interface SavedMatchValue {
	field: Field;
	matchValue: unknown;
	fieldValues: unknown[];
}

/** Lists the match values that can be saved. An ID cannot. */
function savedMatchValues({ item, entity, input, search }: UpsertRequest): SavedMatchValue[] {
	return Object.entries(search.matchValues)
		.filter(([name]) => name !== 'id')
		.map(([name, matchValue]) => {
			const field = findField(entity, name);
			return { field, matchValue, fieldValues: readFieldValues(item, field, input[name]) };
		});
}

function readFieldValues(item: Item, field: Field, inputValue: unknown): unknown[] {
	return isBlank(field, inputValue) ? [] : listOf(item.toWire(field, inputValue));
}

/** Returns a match value in the spelling that it has among the given values of its field, if it is one of them. */
function spellAsIn(field: Field, matchValue: unknown, fieldValues: readonly unknown[]): unknown {
	return fieldValues.find((value) => sameItem(field, matchValue, value)) ?? matchValue;
}

/**
 * Leaves out of a request the values that only other matches have. If one text has the phones of both parents and matches
 * the cards of both, neither card gets the phone of the other parent.
 */
export function leaveOutValuesOfOthers(
	request: UpsertRequest,
	match: Match,
	allMatches: readonly Match[],
): UpsertRequest {
	const { search, input, changes } = request;
	const otherMatches = allMatches.filter(({ row }) => row.id !== match.row.id);
	if (otherMatches.length === 0) return request;

	const keepOwn = (values: IDataObject) => keepOwnValues(request, values, match, otherMatches);
	return {
		...request,
		search: { ...search, matchValues: keepOwn(search.matchValues) },
		input: keepOwn(input),
		changes: keepOwn(changes),
	};
}

/** Keeps the values that a match has or that no other match has. Only fields with several match values are looked at. */
function keepOwnValues(
	{ item, entity, search }: UpsertRequest,
	values: IDataObject,
	match: Match,
	otherMatches: readonly Match[],
): IDataObject {
	const keptValues: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = findField(entity, name);
		const hasSeveralMatchValues = listOf(search.matchValues[name]).length > 1;
		if (!hasSeveralMatchValues || isBlank(field, value)) {
			keptValues[name] = value;
			continue;
		}

		const isHeldBy = ({ row }: Match, single: unknown) => hasMatchValue(field, row[name], single);
		const ownValues = listOf(item.toWire(field, value)).filter(
			(single) => isHeldBy(match, single) || !otherMatches.some((other) => isHeldBy(other, single)),
		);
		// An empty list would empty the list of the record.
		if (ownValues.length > 0) keptValues[name] = ownValues as Wire;
	}
	return keptValues;
}

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
 * Says what the match values mean for the record that is saved. Values of one field can stand in two places of the form:
 * the phone under 'Match By' finds the record, and the phones among the fields to save are to be stored in it. Here
 * both become the values that the record gets.
 */

/** Returns the locks on all values by which another item may look for the same new record. */
export function locksForRequest({ entity, changes, search }: UpsertRequest): LockKey[] {
	return [...locksFor(entity, changes), ...locksFor(entity, search.matchValues)];
}

/**
 * Returns the values of the key's fields for a new record. A new record gets every match value, so
 * that the next run finds it, and a list gets the values among the fields to save as well. If a
 * match value stands there in another spelling, that spelling is saved.
 */
export function matchValuesForNewRecord(request: UpsertRequest): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of listKeyFields(request)) {
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
 * Returns the values of the key's fields for a record that matches. A field keeps the spelling that
 * the record has, unless another value stands among the fields to save. A list keeps its values,
 * unless values among the fields to save replace them. Then the match value is saved as well, so
 * that the next run finds the record.
 */
export function matchValuesForMatch(request: UpsertRequest, row: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of listKeyFields(request)) {
		const { name } = field;
		const hasFieldValues = fieldValues.length > 0;
		if (isList(field)) {
			// If the user adds to lists, `saveChanges` puts the stored values in front.
			const keepsStored = !request.rules.addsToLists && !hasFieldValues;
			const storedValues = keepsStored ? listOf(row[name]) : [];
			const spelledValues = listOf(matchValue).map((value) => spellAsIn(field, value, fieldValues));
			values[name] = union(field, storedValues, [...spelledValues, ...fieldValues]) as Wire;
			continue;
		}

		// `changes` has the value among the fields to save.
		if (hasFieldValues) continue;
		// A record that was found by phone may lack the email of the key 'Phone or Email'.
		values[name] = isBlank(field, row[name]) ? (matchValue as Wire) : row[name];
	}
	return values;
}

/** A field of the match key, with the values from both places of the form. */
interface KeyField {
	field: Field;
	matchValue: unknown;
	/** The values among the fields to save, as they are sent. */
	fieldValues: unknown[];
}

/** Lists the fields of the match key that can be saved. The ID cannot. */
function listKeyFields({ item, entity, input, search }: UpsertRequest): KeyField[] {
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

/**
 * Returns a match value in the spelling that it has among the fields to save, if it stands there
 * too.
 */
function spellAsIn(field: Field, matchValue: unknown, fieldValues: readonly unknown[]): unknown {
	return fieldValues.find((value) => sameItem(field, matchValue, value)) ?? matchValue;
}

/**
 * Leaves out of a request the values that only other matches have. If one text has the phones of
 * both parents and matches the cards of both, neither card gets the phone of the other parent.
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

/**
 * Keeps the values that a match has, and those that no other match has. Fields with one match value
 * keep all values.
 */
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

		const isHeldBy = ({ row }: Match, singleValue: unknown) =>
			hasMatchValue(field, row[name], singleValue);
		const ownValues = listOf(item.toWire(field, value)).filter(
			(singleValue) =>
				isHeldBy(match, singleValue) || !otherMatches.some((other) => isHeldBy(other, singleValue)),
		);
		// An empty list would empty the list of the record.
		if (ownValues.length > 0) keptValues[name] = ownValues as Wire;
	}
	return keptValues;
}

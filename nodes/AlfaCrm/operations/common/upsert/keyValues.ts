/*
 * Decides which values of the key's fields are saved.
 *
 * The user can give values of one field in two parts of the form. A phone under 'Match By' is a
 * match value: it finds the record. Phones under 'Fields' are to be saved in the record. Both parts
 * together give the value that the record gets.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../../entities/fieldTypes';
import { isBlank, isList, listOf, sameItem, addItems } from '../../../fields/field';
import type { LockKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { hasMatchValue } from '../../../run/matching/compare';
import { findField, locksFor } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import type { UpsertRequest } from './request';

/**
 * Returns the locks on all values of a new record by which another item may search for it. The
 * items take turns, so that only one of them creates the record.
 */
export function locksForRequest({ entity, changes, search }: UpsertRequest): LockKey[] {
	return [...locksFor(entity, changes), ...locksFor(entity, search.matchValues)];
}

/**
 * Makes the values of the key's fields for a new record. It gets every match value, so that the
 * next run finds it. A list also gets the values among the fields to save. If the fields to save
 * have a match value in another spelling, that spelling is saved.
 */
export function makeKeyValuesForNewRecord(request: UpsertRequest): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of listKeyFields(request)) {
		if (isList(field)) {
			const spelledValues = listOf(matchValue).map((value) => spellAsIn(field, value, fieldValues));
			values[field.name] = addItems(field, [], [...spelledValues, ...fieldValues]) as Wire;
		} else {
			values[field.name] = spellAsIn(field, matchValue, fieldValues) as Wire;
		}
	}
	return values;
}

/**
 * Makes the values of the key's fields for the update of a match.
 *
 * - A field with one value keeps the spelling that the record has. An empty one gets the match
 *   value. If the fields to save have a value for it, it is left out here.
 * - A list keeps its values, unless the fields to save have values that replace them. The match
 *   value is in the new list in any case, so that the next run finds the record.
 */
export function makeKeyValuesForUpdate(request: UpsertRequest, row: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const { field, matchValue, fieldValues } of listKeyFields(request)) {
		const { name } = field;
		const hasFieldValues = fieldValues.length > 0;
		if (isList(field)) {
			// If the user adds values to lists, the stored values are left to `saveChanges`: it puts them
			// before the new ones.
			const keepsStored = !request.rules.addsToLists && !hasFieldValues;
			const storedValues = keepsStored ? listOf(row[name]) : [];
			const spelledValues = listOf(matchValue).map((value) => spellAsIn(field, value, fieldValues));
			values[name] = addItems(field, storedValues, [...spelledValues, ...fieldValues]) as Wire;
			continue;
		}

		// The value among the fields to save is in `UpsertRequest.changes` already.
		if (hasFieldValues) continue;
		// A record that was found by phone may lack the email of the key 'Phone or Email'.
		values[name] = isBlank(field, row[name]) ? (matchValue as Wire) : row[name];
	}
	return values;
}

/** A field of the match key, with the values from both parts of the form. */
interface KeyField {
	field: Field;
	matchValue: unknown;
	/** The values among the fields to save, in AlfaCRM's format. */
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
	return isBlank(field, inputValue) ? [] : listOf(item.toRequestValue(field, inputValue));
}

/** Returns a match value, in the spelling of the fields to save if they have the same value. */
function spellAsIn(field: Field, matchValue: unknown, fieldValues: readonly unknown[]): unknown {
	return fieldValues.find((value) => sameItem(field, matchValue, value)) ?? matchValue;
}

/**
 * Leaves out of a request the values that other matches have and this match has not. For example, a
 * text with the phones of two people matches the records of both. Then neither record gets the
 * phone of the other person.
 */
export function leaveOutValuesOfOtherMatches(
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
 * Keeps the values that the match has, and those that no other match has. Only fields with several
 * match values are concerned, because a single match value belongs to every match.
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
		const ownValues = listOf(item.toRequestValue(field, value)).filter(
			(singleValue) =>
				isHeldBy(match, singleValue) || !otherMatches.some((other) => isHeldBy(other, singleValue)),
		);
		// An empty list in the update would empty the list that the record has.
		if (ownValues.length > 0) keptValues[name] = ownValues as Wire;
	}
	return keptValues;
}

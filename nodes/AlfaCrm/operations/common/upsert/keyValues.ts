/*
 * Decides which values are saved in the fields of the match key, such as the phone.
 *
 * The user can give values of one field in two parts of the form. A phone under 'Match By' is a
 * match value: the record is found by it. Phones under 'Fields' are saved in the record. Both parts
 * together give the value that the record gets.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../../entities/fieldTypes';
import { isBlank, isList, listOf, sameItem, addItems } from '../../../fields/field';
import type { LockKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { hasMatchValue } from '../../../run/matching/compare';
import { findField, makeValueLockKeys } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import type { UpsertRequest } from './request';

/**
 * Makes the locks on all values of a new record by which another item may search for it. The items
 * take turns, so that only one of them creates the record.
 */
export function makeRequestLocks({ entity, changes, search }: UpsertRequest): LockKey[] {
	return [...makeValueLockKeys(entity, changes), ...makeValueLockKeys(entity, search.matchValues)];
}

/**
 * Makes the values that a new record gets in the fields of the match key, such as the phone. It
 * gets every match value, so that the next run finds it. A list, such as phones, also gets the
 * values of this field under 'Fields'. If a match value is there in another spelling, that spelling
 * is saved.
 */
export function makeKeyValuesForNewRecord(request: UpsertRequest): IDataObject {
	const values: IDataObject = {};
	for (const keyField of listKeyFields(request)) {
		const { field, matchValue } = keyField;
		values[field.name] = isList(field)
			? joinLists(keyField, { storedValues: [] })
			: (useGivenSpelling(keyField, matchValue) as Wire);
	}
	return values;
}

/**
 * Makes the values that a match gets in the fields of the match key, such as the phone.
 *
 * - A field with one value keeps the spelling that the record has. If it is empty, it gets the
 *   match value. If the user gives a value for it under 'Fields', it is left out here.
 * - A list keeps its values, unless the user gives values under 'Fields' that replace them. The
 *   list always gets the match value, so that the next run finds the record.
 */
export function makeKeyValuesForUpdate(request: UpsertRequest, row: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const keyField of listKeyFields(request)) {
		const { field, matchValue, fieldValues } = keyField;
		const storedValue = row[field.name];
		if (isList(field)) {
			const storedValues = keepsStoredList(request, keyField) ? listOf(storedValue) : [];
			values[field.name] = joinLists(keyField, { storedValues });
		} else if (fieldValues.length === 0) {
			// A record that was found by phone may lack the email of the key 'Phone or Email'.
			values[field.name] = isBlank(field, storedValue) ? (matchValue as Wire) : storedValue;
		}
		// Otherwise, `UpsertRequest.changes` has the value from 'Fields' already.
	}
	return values;
}

/** A field of the match key, with the values from both parts of the form. */
interface KeyField {
	field: Field;
	/** The value under 'Match By'. */
	matchValue: unknown;
	/** The values under 'Fields', in AlfaCRM's format. */
	fieldValues: unknown[];
}

/** Lists the fields of the match key that can be saved. The ID cannot. */
function listKeyFields({ item, entity, input, search }: UpsertRequest): KeyField[] {
	const keyFields: KeyField[] = [];
	for (const [name, matchValue] of Object.entries(search.matchValues)) {
		if (name === 'id') continue;

		const field = findField(entity, name);
		const fieldValues = readFieldValues(item, field, input[name]);
		keyFields.push({ field, matchValue, fieldValues });
	}
	return keyFields;
}

function readFieldValues(item: Item, field: Field, inputValue: unknown): unknown[] {
	return isBlank(field, inputValue) ? [] : listOf(item.toRequestValue(field, inputValue));
}

/**
 * Whether the new list begins with the values that the record has. It does not if the values under
 * 'Fields' replace them. If the user adds values to lists, `saveChanges` puts the stored values in
 * front.
 */
function keepsStoredList({ rules }: UpsertRequest, { fieldValues }: KeyField): boolean {
	return fieldValues.length === 0 && !rules.addsToLists;
}

/** Joins stored values, match values and the values under 'Fields' into a list. */
function joinLists(
	keyField: KeyField,
	{ storedValues }: { storedValues: readonly unknown[] },
): Wire {
	const { field, matchValue, fieldValues } = keyField;
	const matchValues = listOf(matchValue).map((value) => useGivenSpelling(keyField, value));
	// `union` adds no value that the list has already.
	return addItems(field, storedValues, [...matchValues, ...fieldValues]) as Wire;
}

/** Returns a match value in the spelling that it has under 'Fields', if it is there as well. */
function useGivenSpelling({ field, fieldValues }: KeyField, matchValue: unknown): unknown {
	const sameValue = fieldValues.find((value) => sameItem(field, matchValue, value));
	return sameValue ?? matchValue;
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
 * Keeps the values that the match has, and those that no other match has. Looks only at fields with
 * several match values, such as two phones.
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

		const ownValues = listOf(item.toRequestValue(field, value)).filter((singleValue) =>
			isOwnValue(field, singleValue, match, otherMatches),
		);
		// An empty list in the update would empty the list that the record has.
		if (ownValues.length > 0) keptValues[name] = ownValues as Wire;
	}
	return keptValues;
}

/** Whether a match has a value, or may get it because no other match has it. */
function isOwnValue(
	field: Field,
	value: unknown,
	match: Match,
	otherMatches: readonly Match[],
): boolean {
	const hasValue = ({ row }: Match) => hasMatchValue(field, row[field.name], value);
	return hasValue(match) || !otherMatches.some(hasValue);
}

/*
 * Decides which values are saved in the fields of the match key: the fields by which *Create or
 * Update* finds a record, such as the phone.
 *
 * The user can give a phone, for example, in two parts of the form. The phone under 'Match By' is
 * the match value, by which the record is found. The phones under 'Fields' are saved in the record.
 * The functions of this file combine both.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field, ApiValue } from '../../../entities/fieldTypes';
import { isBlank, isList, listOf, areSameItems, addItems } from '../../../fields/field';
import type { LockKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { hasMatchValue } from '../../../run/matching/compare';
import { findField, makeValueLockKeys } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import type { UpsertRequest } from './request';

/**
 * Makes the keys of the locks under which an item searches and saves: one for each value by which
 * another item could find the same record, such as each phone. Items with a common value take
 * turns, so that only the first of them creates the record.
 */
export function makeRequestLocks({ entity, changes, search }: UpsertRequest): LockKey[] {
	return [...makeValueLockKeys(entity, changes), ...makeValueLockKeys(entity, search.matchValues)];
}

/**
 * Makes the values that a new record gets in the fields of the match key. They contain every match
 * value, so that the next run finds the record. If the user has given a match value under 'Fields'
 * as well, in another spelling, the spelling under 'Fields' is saved.
 *
 * A list field also gets the other values under 'Fields'. For example, phone 1 under 'Match By' and
 * phone 2 under 'Fields' give a record with both phones.
 */
export function makeKeyValuesForNewRecord(request: UpsertRequest): IDataObject {
	const values: IDataObject = {};
	for (const keyField of listKeyFields(request)) {
		const { field, matchValue } = keyField;
		values[field.name] = isList(field)
			? joinLists(keyField, { storedValues: [] })
			: useGivenSpelling(keyField, matchValue);
	}
	return values;
}

/**
 * Makes the values that a match gets in the fields of the match key.
 *
 * - A list field always gets the match values, so that the next run finds the record. It also keeps
 *   the values of the record, unless the user replaces them with values under 'Fields'.
 * - A field with a single value stays as it is, and gets the match value only if it is empty. It is
 *   left out here if the user gives a value under 'Fields': `UpsertRequest.changes` has that value.
 *
 * @param row the match as AlfaCRM shows it
 */
export function makeKeyValuesForUpdate(request: UpsertRequest, row: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const keyField of listKeyFields(request)) {
		const { field, matchValue, fieldValues } = keyField;
		const storedValue = row[field.name];
		if (isList(field)) {
			const storedValues = startsWithStoredValues(request, keyField) ? listOf(storedValue) : [];
			values[field.name] = joinLists(keyField, { storedValues });
			continue;
		}
		if (fieldValues.length > 0) continue;

		// The field is empty, for example, in a record that has the phone but not the email of the key
		// 'Phone or Email'.
		values[field.name] = isBlank(field, storedValue) ? matchValue : storedValue;
	}
	return values;
}

/** A field of the match key, with the values from both parts of the form. */
interface KeyField {
	field: Field;
	/** The value under 'Match By', in AlfaCRM's format. A list if the field is a list. */
	matchValue: ApiValue;
	/** The values under 'Fields', in AlfaCRM's format. */
	fieldValues: ApiValue[];
}

/** Lists the fields of the match key that can be saved. The ID of a record cannot be saved. */
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

/** Converts the value that the user has given under 'Fields' to a list of values to send. */
function readFieldValues(item: Item, field: Field, inputValue: unknown): ApiValue[] {
	if (isBlank(field, inputValue)) return [];

	return listOf(item.toRequestValue(field, inputValue)) as ApiValue[];
}

/**
 * Whether the new list of a match starts with the values that the record has. It does not in two
 * cases:
 *
 * - The user replaces the values of the record with values under 'Fields'.
 * - The user adds values to lists. Then `saveChanges` puts the values of the record in front.
 */
function startsWithStoredValues({ rules }: UpsertRequest, { fieldValues }: KeyField): boolean {
	return fieldValues.length === 0 && !rules.addsToLists;
}

/** Joins stored values, match values and the values under 'Fields' into a list without repeats. */
function joinLists(
	keyField: KeyField,
	{ storedValues }: { storedValues: readonly unknown[] },
): ApiValue {
	const { field, matchValue, fieldValues } = keyField;
	const matchValues = listOf(matchValue) as ApiValue[];
	const spelledValues = matchValues.map((value) => useGivenSpelling(keyField, value));
	return addItems(field, storedValues, [...spelledValues, ...fieldValues]);
}

/** Returns a match value in the spelling under 'Fields', if the user has given it there as well. */
function useGivenSpelling({ field, fieldValues }: KeyField, matchValue: ApiValue): ApiValue {
	const givenSpelling = fieldValues.find((value) => areSameItems(field, matchValue, value));
	return givenSpelling ?? matchValue;
}

/**
 * Removes from a request the match values that belong to other matches. For example, a field with
 * the phones of a mother and a father matches the records of both. Then the record of the mother
 * does not get the phone of the father.
 *
 * @param match the record that the request will update
 */
export function leaveOutValuesOfOtherMatches(
	request: UpsertRequest,
	match: Match,
	allMatches: readonly Match[],
): UpsertRequest {
	const { search, input, changes } = request;
	const otherMatches = allMatches.filter(({ row }) => row.id !== match.row.id);
	if (otherMatches.length === 0) return request;

	const removeValuesOfOthers = (values: IDataObject) =>
		keepValuesOfMatch(request, values, match, otherMatches);
	return {
		...request,
		search: { ...search, matchValues: removeValuesOfOthers(search.matchValues) },
		input: removeValuesOfOthers(input),
		changes: removeValuesOfOthers(changes),
	};
}

/**
 * Keeps the values that the match has, and the values that no match has yet. Values are removed
 * only from fields with several match values, such as two phones.
 */
function keepValuesOfMatch(
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

		const singleValues = listOf(item.toRequestValue(field, value));
		const valuesOfMatch = singleValues.filter((singleValue) =>
			canBelongToMatch(field, singleValue, match, otherMatches),
		);
		// An update with an empty list would remove the values that the record has.
		if (valuesOfMatch.length > 0) keptValues[name] = valuesOfMatch;
	}
	return keptValues;
}

/** Whether a value belongs to a match, or to no match yet. */
function canBelongToMatch(
	field: Field,
	value: unknown,
	match: Match,
	otherMatches: readonly Match[],
): boolean {
	const hasValue = ({ row }: Match) => hasMatchValue(field, row[field.name], value);
	return hasValue(match) || !otherMatches.some(hasValue);
}

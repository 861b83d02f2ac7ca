import type { IDataObject } from 'n8n-workflow';

import type { Field, ApiValue } from '../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { customField, isCustom } from '../../fields/custom';
import {
	canonicalize,
	isBlank,
	splitItems,
	listOf,
	normalForms,
	describeUnusable,
} from '../../fields/field';
import type { LockKey } from '../keys';
import type { Item } from '../item';
import { idParameter } from '../target';
import { readMatchValue } from './matchForm';

/** A match key, and the match values that the user gave for the fields of the key. */
export interface Search {
	key: MatchKey;
	/** The fields of the key that have a match value. */
	fields: readonly Field[];
	/** The match values by field name, in AlfaCRM's format and spelling. */
	matchValues: IDataObject;
	/**
	 * Whether there are enough match values to search by: one for each field of the key or, for a key
	 * such as 'Phone or Email', one at all.
	 */
	isUsable: boolean;
}

interface SearchOptions {
	/**
	 * Cuts a match value to the length that AlfaCRM accepts. By default, match values are not cut. A
	 * new record is saved with the cut value, so the next run must search by the cut value too.
	 */
	shorten?: (field: Field, value: ApiValue) => ApiValue;
	/** Reads the match value of a field. By default from the parameters below 'Match By'. */
	readValue?: (field: Field) => unknown;
}

/**
 * Reads the match values of a key: the values by which the user looks for a record, such as a
 * phone. Nothing is thrown for match values that are missing or unusable: callers look at
 * `isUsable`.
 *
 * @throws NodeOperationError if a match value cannot be read, such as the text "soon" for a day
 */
export function readSearch(
	item: Item,
	entity: Entity,
	key: MatchKey,
	options: SearchOptions = {},
): Search {
	const { shorten, readValue = (field) => readMatchValue(item, field) } = options;
	const fields: Field[] = [];
	const matchValues: IDataObject = {};
	for (const fieldName of key.fields) {
		const field = findField(entity, fieldName);
		const input = readValue(field);
		if (isBlank(field, input)) continue;

		const value = item.toRequestValue(field, input);
		const shortValue = shorten ? shorten(field, value) : value;
		const usableValue = keepUsableValues(field, shortValue);
		if (usableValue === undefined) continue;

		fields.push(field);
		// AlfaCRM's search finds a value in AlfaCRM's own spelling.
		matchValues[fieldName] = canonicalize(field, usableValue);
	}

	const isComplete = fields.length === key.fields.length;
	const isUsable = fields.length > 0 && (isComplete || key.isOneFieldEnough === true);
	return { key, fields, matchValues, isUsable };
}

/**
 * Leaves out values that strangers may have in common, such as the words "no phone".
 *
 * @returns undefined if nothing is left
 */
function keepUsableValues(field: Field, value: ApiValue): ApiValue | undefined {
	const usableValues = listOf(value).filter((singleValue) => isUsableValue(field, singleValue));
	if (usableValues.length === 0) return undefined;
	// A value that is not a list stays a single value.
	return Array.isArray(value) ? (usableValues as ApiValue) : value;
}

/** Whether a value can tell one record from another. Values such as "no phone" cannot. */
const isUsableValue = (field: Field, value: unknown): boolean =>
	normalForms(field, value).length > 0;

interface UnusableValueOptions extends Pick<SearchOptions, 'readValue'> {
	/** Continues the advice of the error, such as ", or turn on …". */
	moreAdvice?: string;
}

/**
 * Makes the error for match values, such as a phone, that are empty or unusable. Without a match
 * value, a run could only take any record, or create a new one each time.
 */
export function unusableValueError(
	item: Item,
	entity: Entity,
	key: MatchKey,
	options: UnusableValueOptions = {},
): Error {
	const { moreAdvice = '', readValue = (field) => readMatchValue(item, field) } = options;
	const fields = key.fields.map((name) => findField(entity, name));
	const unusableInputs = fields.flatMap((field) => describeUnusableInput(field, readValue(field)));

	const isEveryInputEmpty = unusableInputs.length === 0;
	const problem = isEveryInputEmpty
		? describeEmptyFields(key, fields)
		: unusableInputs.join(' and ');
	const remedy = isEveryInputEmpty ? 'Fill' : 'Correct';
	return item.error(
		`${problem}, so no ${entity.label.toLowerCase()} can be looked for`,
		`${remedy} it, or check the expression in it${moreAdvice}.`,
	);
}

/**
 * Describes an input that is filled but unusable, and quotes it: a message that calls "no phone"
 * empty would puzzle the user. Returns an empty list for any other input.
 */
function describeUnusableInput(field: Field, input: unknown): string[] {
	if (isEmpty(input)) return [];
	const hasUsableValue = splitItems(field, input).some((value) => isUsableValue(field, value));
	return hasUsableValue ? [] : [describeUnusable(field, input)];
}

/**
 * Says which fields of a key are empty: "'Phone' is empty", "Neither 'Phone' nor 'Email' is
 * filled".
 */
function describeEmptyFields(key: MatchKey, fields: readonly Field[]): string {
	const labels = fields.map(({ label }) => `'${label}'`);
	// A key without fields stands for a custom field that the user has not named.
	if (labels.length === 0) return `'${key.label}' is empty`;
	if (labels.length === 1) return `${labels[0]} is empty`;
	if (key.isOneFieldEnough) return `Neither ${labels.join(' nor ')} is filled`;
	return `${labels.join(' and ')} are not both filled`;
}

/**
 * Splits a search by a key whose fields are tried in their order (`isTriedInOrder`) into one search
 * for each field. `findMatches` tries them one after the other. A search by any other key is
 * returned unchanged.
 */
export function splitByField(search: Search): Search[] {
	if (!search.key.isTriedInOrder) return [search];

	return search.fields.map((field) => {
		const { name, label } = field;
		return {
			...search,
			key: { name, label, fields: [name] },
			fields: [field],
			matchValues: { [name]: search.matchValues[name] },
		};
	});
}

/** Names the fields of a search for a message, such as "Phone or Email". */
export function describeSearch({ key, fields }: Search): string {
	if (!key.isTriedInOrder) return key.label;
	const labels = fields.map(({ label }) => label);
	return labels.join(' or ');
}

/**
 * Finds the field with a name among the fields of an entity. Entities do not declare the ID and
 * custom fields, so their declarations are made here.
 */
export function findField(entity: Entity, name: string): Field {
	if (name === 'id') {
		return { type: 'id', entity: entity.resource, name, label: idParameter(entity).displayName };
	}
	return entity.fields.find((field) => field.name === name) ?? customField(name);
}

/**
 * Makes the keys of the locks that are held while a record with these values is searched for and
 * created. The locks keep other items and executions from creating the same record at that time.
 *
 * The other execution may search by another match key, so the fields of all match keys are locked,
 * and all custom fields. All spellings of a value share a lock, because the key of the lock is made
 * of the value's normal form.
 */
export function makeValueLockKeys(entity: Entity, values: IDataObject): LockKey[] {
	const matchKeys = entity.match?.keys ?? [];
	const searchedFields = new Set(matchKeys.flatMap(({ fields }) => fields));
	const lockKeys: LockKey[] = [];
	for (const [name, value] of Object.entries(values)) {
		const isSearchedBy = searchedFields.has(name) || isCustom(name);
		if (!isSearchedBy) continue;

		const field = findField(entity, name);
		const normalValues = listOf(value).flatMap((singleValue) => normalForms(field, singleValue));
		for (const normalValue of normalValues) lockKeys.push([entity.path, name, normalValue]);
	}
	return lockKeys;
}

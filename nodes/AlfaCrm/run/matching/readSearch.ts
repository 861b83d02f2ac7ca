import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
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
	 * Cuts a match value to the length that AlfaCRM takes. If a new record would get a shortened
	 * name, the next run must search by the shortened name.
	 */
	fit?: (field: Field, value: Wire) => Wire;
	/** Reads the match value of a field. By default from the parameters below 'Match By'. */
	readValue?: (field: Field) => unknown;
}

/**
 * Reads the match values of a key. A phone among the fields to save is no match value. Nothing is
 * thrown for match values that are missing or unusable: callers look at `isUsable`.
 *
 * @throws NodeOperationError if a match value cannot be read, such as a day
 */
export function readSearch(
	item: Item,
	entity: Entity,
	key: MatchKey,
	{
		fit = (_field, value) => value,
		readValue = (field) => readMatchValue(item, field),
	}: SearchOptions = {},
): Search {
	const fields: Field[] = [];
	const matchValues: IDataObject = {};
	for (const fieldName of key.fields) {
		const field = findField(entity, fieldName);
		const input = readValue(field);
		if (isBlank(field, input)) continue;

		const usableValue = keepUsableValues(field, fit(field, item.toRequestValue(field, input)));
		if (usableValue === undefined) continue;

		fields.push(field);
		// AlfaCRM's search finds a value in AlfaCRM's own spelling.
		matchValues[fieldName] = canonicalize(field, usableValue);
	}

	const isComplete = fields.length === key.fields.length;
	const isUsable = fields.length > 0 && (isComplete || key.isOneEnough === true);
	return { key, fields, matchValues, isUsable };
}

/**
 * Leaves out values that strangers may have in common, such as the words "no phone".
 *
 * @returns undefined if nothing is left
 */
function keepUsableValues(field: Field, value: Wire): Wire | undefined {
	const usableValues = listOf(value).filter((singleValue) => isUsableValue(field, singleValue));
	if (usableValues.length === 0) return undefined;
	return Array.isArray(value) ? (usableValues as Wire) : value;
}

/** Whether a value can tell one record from another. */
const isUsableValue = (field: Field, value: unknown): boolean =>
	normalForms(field, value).length > 0;

/**
 * Makes the error for match values that are empty or unusable. Without a match value, a run could
 * only take any record, or create a new one each time.
 *
 * @param moreAdvice continues the advice of the error, such as ", or turn on …"
 */
export function unusableValueError(
	item: Item,
	entity: Entity,
	key: MatchKey,
	{
		moreAdvice = '',
		readValue = (field) => readMatchValue(item, field),
	}: Pick<SearchOptions, 'readValue'> & { moreAdvice?: string } = {},
): Error {
	const fields = key.fields.map((name) => findField(entity, name));
	const unusableInputs = fields.flatMap((field) => describeUnusableInput(field, readValue(field)));
	const problem =
		unusableInputs.length > 0 ? unusableInputs.join(' and ') : describeEmptyFields(key, fields);
	const remedy = unusableInputs.length > 0 ? 'Correct' : 'Fill';
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
	const hasUsableValue = splitItems(field, input).some((value) => isUsableValue(field, value));
	return isEmpty(input) || hasUsableValue ? [] : [describeUnusable(field, input)];
}

function describeEmptyFields(key: MatchKey, fields: readonly Field[]): string {
	const labels = fields.map(({ label }) => `'${label}'`);
	if (labels.length < 2) return `${labels.at(0) ?? `'${key.label}'`} is empty`;
	if (key.isOneEnough) return `Neither ${labels.join(' nor ')} is filled`;
	return `${labels.join(' and ')} are not both filled`;
}

/**
 * Splits a search by a key whose fields are tried in their order (`isTriedInOrder`) into one search
 * for each field. `findMatches` tries them one after the other. A search by any other key is
 * returned unchanged.
 */
export function splitByField(search: Search): Search[] {
	const { key, fields, matchValues } = search;
	if (!key.isTriedInOrder) return [search];

	return fields.map((field) => ({
		...search,
		key: { name: field.name, label: field.label, fields: [field.name] },
		fields: [field],
		matchValues: { [field.name]: matchValues[field.name] },
	}));
}

/** Names the fields of a search for a message, such as "Phone or Email". */
export function describeSearch({ key, fields }: Search): string {
	return key.isTriedInOrder ? fields.map(({ label }) => label).join(' or ') : key.label;
}

/**
 * Returns the field of an entity with a name. Entities do not declare the ID and custom fields, so
 * their declarations are made here.
 */
export function findField(entity: Entity, name: string): Field {
	if (name === 'id') {
		return { type: 'id', entity: entity.resource, name, label: idParameter(entity).displayName };
	}
	return entity.fields.find((field) => field.name === name) ?? customField(name);
}

/**
 * Returns the locks on all values by which somebody could search for a record. All spellings of a
 * value share a lock, because the locks are made of normal forms. The fields of all match keys are
 * locked, and all custom fields: another execution may search for the same new record by another
 * key.
 */
export function locksFor(entity: Entity, values: IDataObject): LockKey[] {
	const keyFields = new Set(entity.match?.keys.flatMap(({ fields }) => fields));
	const locks: LockKey[] = [];
	for (const [name, value] of Object.entries(values)) {
		if (!keyFields.has(name) && !isCustom(name)) continue;
		const field = findField(entity, name);
		const forms = listOf(value).flatMap((singleValue) => normalForms(field, singleValue));
		locks.push(...forms.map((form): LockKey => [entity.path, name, form]));
	}
	return locks;
}

import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { customField, isCustom } from '../../fields/custom';
import { canonical, isBlank, itemsIn, listOf, normalForms, unusable } from '../../fields/field';
import type { LockKey } from '../execution';
import type { Item } from '../item';
import { idParameter } from '../target';
import { readMatchValue } from './matchForm';

/**
 * What a record is looked for by: a match key, and the match values that the user gave for its
 * fields.
 */
export interface Search {
	key: MatchKey;
	/** The fields of the key that have a match value. */
	fields: readonly Field[];
	/**
	 * The match values by field name, in the format and spelling in which they are sent to AlfaCRM.
	 */
	matchValues: IDataObject;
	/** Whether the match values are enough to tell the record from others. */
	isUsable: boolean;
}

interface SearchOptions {
	/**
	 * Changes a match value into what a new record would hold, such as a name that is cut to the
	 * length that AlfaCRM takes.
	 */
	fit?: (field: Field, value: Wire) => Wire;
	/** Reads the match value of a field, if the key has no parameters of its own in the form. */
	readValue?: (field: Field) => unknown;
}

/**
 * Reads the match values of a key. Only the parameters of the key count: a phone among the fields
 * to save is no match value.
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

		const usableValue = keepUsableValues(field, fit(field, item.toWire(field, input)));
		if (usableValue === undefined) continue;

		fields.push(field);
		matchValues[fieldName] = canonical(field, usableValue);
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
 * Makes the error for match values that are empty or unusable. A search without a match value would
 * take any record, or make a new one at each run.
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
 * Quotes an input that is filled but not usable. A user who sees "no phone" in it would not call it
 * empty.
 */
function describeUnusableInput(field: Field, input: unknown): string[] {
	const hasUsableValue = itemsIn(field, input).some((value) => isUsableValue(field, value));
	return isEmpty(input) || hasUsableValue ? [] : [unusable(field, input)];
}

function describeEmptyFields(key: MatchKey, fields: readonly Field[]): string {
	const labels = fields.map(({ label }) => `'${label}'`);
	if (labels.length < 2) return `${labels.at(0) ?? `'${key.label}'`} is empty`;
	if (key.isOneEnough) return `Neither ${labels.join(' nor ')} is filled`;
	return `${labels.join(' and ')} are not both filled`;
}

/**
 * Splits the search of a key whose fields are tried in their order into one search for each field.
 * The first of them that finds somebody decides. Any other search stays as it is.
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

/** Names what a record is looked for by, such as "Phone or Email". */
export function describeSearch({ key, fields }: Search): string {
	return key.isTriedInOrder ? fields.map(({ label }) => label).join(' or ') : key.label;
}

/**
 * Finds the field of an entity by its name. The ID and custom fields are not declared, so they are
 * made here.
 */
export function findField(entity: Entity, name: string): Field {
	if (name === 'id') {
		return { type: 'id', entity: entity.resource, name, label: idParameter(entity).displayName };
	}
	return entity.fields.find((field) => field.name === name) ?? customField(name);
}

/**
 * Returns the locks on all values by which a record could be looked for. They are made of normal
 * forms, so that all spellings of a value share a lock. Values of other keys than the one in use
 * are locked too: another execution may look for the same new record by another key.
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

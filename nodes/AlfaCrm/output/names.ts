/**
 * Puts names beside the IDs and the codes of a row: `subject_name` beside `subject_id`,
 * `status_name` beside `status`. Users read the names; later steps need the IDs.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Choice, Shown } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty, isPlain } from '../fields/blank';
import { isList, itemsIn, kindOf } from '../fields/field';
import type { Words } from '../fields/kind';
import type { LocatedRecord } from '../store/located';
import type { Titles } from '../store/shortList';
import { readId, readIds, readNumber } from '../values/formats';

/**
 * Gives what is needed to show records for people: the names of the records of short lists, and the
 * address of the AlfaCRM for links.
 */
export interface NameSource {
	origin: string;
	/**
	 * Reads the names of a short list. Each list is read only once, however many records need it.
	 *
	 * @param ids the IDs whose names are needed; if a list that was read earlier lacks one of them,
	 * it is read again
	 * @returns the names by ID; undefined if the list cannot be read
	 */
	titlesIn(entity: Entity, branch?: number, ids?: readonly number[]): Promise<Titles | undefined>;
}

/** A field whose values have names. */
export interface NamedField {
	field: Shown;
	/** The key under which the name stands in the row. */
	nameKey: string;
	/** Where the names come from: a short list of the account, or the declared choices. */
	words: Words;
}

/** Finds the fields whose values have names: references to short lists, and choices. */
export function findNamedFields(fields: readonly Shown[]): NamedField[] {
	return fields.flatMap((field) => {
		const words = kindOf(field).words(field);
		return words === undefined ? [] : [{ field, nameKey: nameKeyFor(field), words }];
	});
}

/**
 * Makes the key of the name: `subject_name` for `subject_id`, `teacher_names` for `teacher_ids`,
 * `status_name` for `status`.
 */
function nameKeyFor(field: Shown): string {
	return isList(field)
		? `${field.name.replace(/_ids$/, '')}_names`
		: `${field.name.replace(/_id$/, '')}_name`;
}

/**
 * Copies a row with each name right behind the value that it names. A name that AlfaCRM itself
 * shows under the same key, such as `lesson_type_name` of lessons, is kept. API notes 5.11.
 */
export async function withNames(
	{ row, branch }: LocatedRecord,
	fields: readonly NamedField[],
	source: NameSource,
): Promise<IDataObject> {
	const output = new Map<string, IDataObject[string]>();
	for (const [key, value] of Object.entries(row)) {
		// AlfaCRM may show an empty name. Then this loop has filled it already, when it came to the ID.
		if (!output.has(key)) output.set(key, value);

		const namedField = fields.find(({ field }) => field.name === key);
		if (namedField === undefined || value === undefined) continue;

		const isNamedByAlfaCrm = !isEmpty(row[namedField.nameKey]);
		if (isNamedByAlfaCrm) continue;

		output.set(namedField.nameKey, await findName(namedField, value, branch, source));
	}
	return Object.fromEntries(output);
}

/**
 * Finds the name of a value, or an array of names if the field is a list. Reads no short list if
 * the value contains no ID.
 */
async function findName(
	{ field, words }: NamedField,
	value: unknown,
	branch: number | undefined,
	source: NameSource,
): Promise<IDataObject[string]> {
	if ('choices' in words)
		return nameOrNamesOf(field, value, (code) => labelOf(words.choices, code));

	const ids = readIds(itemsOf(field, value));
	const titles =
		ids.length > 0 ? await source.titlesIn(entityOf(words.entity), branch, ids) : undefined;
	return nameOrNamesOf(field, value, (reference) => titleOfReference(reference, titles));
}

/**
 * Returns the name of a value, or an array of names if the field is a list. Returns null if no name
 * is known. If only some names of a list are known, the other items are shown by their IDs.
 */
function nameOrNamesOf(
	field: Shown,
	value: unknown,
	nameOfItem: (item: unknown) => string | undefined,
): IDataObject[string] {
	if (!isList(field)) return nameOfItem(value) ?? null;

	const items = itemsOf(field, value);
	const hasNoName = items.every((item) => nameOfItem(item) === undefined);
	if (items.length > 0 && hasNoName) return null;

	const namesOrIds = items.map((item) => nameOfItem(item) ?? String(readId(item) ?? ''));
	return namesOrIds.filter((text) => text !== '');
}

/** Finds the label of a choice by its code, which AlfaCRM may show as a number or as a text. */
function labelOf(choices: readonly Choice[], code: unknown): string | undefined {
	return choices.find((choice) => String(choice.value) === String(code).trim())?.label;
}

/**
 * Finds the name of the record that a row refers to. AlfaCRM may show the name itself, or an object
 * with the name, in place of the ID. API notes 5.6.
 */
function titleOfReference(reference: unknown, titles?: Titles): string | undefined {
	const id = readId(reference);
	if (id !== undefined) return titles?.get(id);

	const text = isPlain(reference) ? reference.name : reference;
	if (typeof text !== 'string' || text.trim() === '') return undefined;
	const isNumber = readNumber(text) !== undefined;
	return isNumber ? undefined : text.trim();
}

/**
 * Lists the items of a value. The items of an array are taken as they are, because a name may
 * contain a comma, at which a text would be split.
 */
function itemsOf(field: Shown, value: unknown): unknown[] {
	if (isEmpty(value)) return [];
	if (Array.isArray(value)) return value.filter((item) => !isEmpty(item));
	return itemsIn(field, value);
}

/**
 * Whether a key of an input item holds a name that `withNames` has added, because the item also has
 * the field that the name belongs to. When the item is written to AlfaCRM, only the field is sent.
 */
export function isAddedName(fields: readonly Shown[], input: IDataObject, key: string): boolean {
	return findNamedFields(fields).some(
		({ field, nameKey }) => nameKey === key && Object.hasOwn(input, field.name),
	);
}

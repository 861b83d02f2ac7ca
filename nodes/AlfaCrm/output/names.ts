/**
 * Puts names beside the IDs and the codes of a row: `subject_name` beside `subject_id`,
 * `status_name` beside `status`. Users read the names; later steps need the IDs.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Choice, ShownField } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty, isPlainObject } from '../fields/blank';
import { isList, splitItems, kindOf } from '../fields/field';
import type { ValueNames } from '../fields/kind';
import type { LocatedRecord } from '../store/located';
import type { Titles } from '../store/shortList';
import { readId, readIds, readNumber } from '../values/formats';

/**
 * Gives the data that make output items readable: the names of records to which other records refer
 * by ID, such as rooms, and the address of the account, from which links are built.
 */
export interface NameSource {
	/** The address of the account, such as `https://demo.s20.online`. */
	origin: string;
	/**
	 * Returns the names of the records of an entity, by ID: their titles, such as the name of a room.
	 * The entity's list is read only once, however many records refer to it. But if the list lacks
	 * one of `ids`, it is read again.
	 *
	 * @param ids the IDs whose names are needed
	 * @returns undefined if the list cannot be read
	 */
	findTitles(entity: Entity, branch?: number, ids?: readonly number[]): Promise<Titles | undefined>;
}

/** A field whose values have names. */
export interface NamedField {
	field: ShownField;
	/** The key under which the name stands in the row. */
	nameKey: string;
	/** Where the names come from: a list of the account, or the declared choices of the field. */
	namesFrom: ValueNames;
}

/**
 * Finds the fields whose values have names. Some refer to other records by ID, such as `room_id`;
 * others have declared choices, such as `status`.
 */
export function findNamedFields(fields: readonly ShownField[]): NamedField[] {
	const namedFields: NamedField[] = [];
	for (const field of fields) {
		const namesFrom = kindOf(field).valueNames(field);
		if (namesFrom !== undefined) {
			namedFields.push({ field, nameKey: makeNameKey(field), namesFrom });
		}
	}
	return namedFields;
}

/**
 * Makes the key of the name: `subject_name` for `subject_id`, `teacher_names` for `teacher_ids`,
 * `status_name` for `status`.
 */
function makeNameKey(field: ShownField): string {
	if (isList(field)) return `${field.name.replace(/_ids$/, '')}_names`;
	return `${field.name.replace(/_id$/, '')}_name`;
}

/**
 * Copies a row, and adds each name directly after the value that it names. If AlfaCRM itself shows
 * a name under that key, such as `lesson_type_name` of lessons, AlfaCRM's name is kept. See
 * docs/alfacrm-api.md 5.11.
 */
export async function withNames(
	{ row, branch }: LocatedRecord,
	fields: readonly NamedField[],
	source: NameSource,
): Promise<IDataObject> {
	const output = new Map<string, IDataObject[string]>();
	for (const [key, value] of Object.entries(row)) {
		// The name was added together with its ID, so an empty name of AlfaCRM must not replace it.
		const isNameAlreadyAdded = output.has(key);
		if (!isNameAlreadyAdded) {
			output.set(key, value);
		}

		const namedField = fields.find(({ field }) => field.name === key);
		if (namedField === undefined || value === undefined) continue;

		const isNamedByAlfaCrm = !isEmpty(row[namedField.nameKey]);
		if (isNamedByAlfaCrm) continue;

		output.set(namedField.nameKey, await findName(namedField, value, branch, source));
	}
	return Object.fromEntries(output);
}

/**
 * Finds the name of a value, or an array of names if the field is a list. Reads a list of AlfaCRM
 * only if the value contains an ID.
 */
async function findName(
	{ field, namesFrom }: NamedField,
	value: unknown,
	branch: number | undefined,
	source: NameSource,
): Promise<IDataObject[string]> {
	if ('choices' in namesFrom) {
		return replaceByNames(field, value, (code) => findChoiceLabel(namesFrom.choices, code));
	}

	const ids = readIds(listItems(field, value));
	const entity = entityOf(namesFrom.entity);
	const titles = ids.length > 0 ? await source.findTitles(entity, branch, ids) : undefined;
	return replaceByNames(field, value, (reference) => findReferencedName(reference, titles));
}

/**
 * Returns the name of a value, or an array of names if the field is a list. Returns null if no name
 * is known. If only some names of a list are known, the other items are shown by their IDs, and
 * items without an ID are left out.
 */
function replaceByNames(
	field: ShownField,
	value: unknown,
	findItemName: (item: unknown) => string | undefined,
): IDataObject[string] {
	if (!isList(field)) return findItemName(value) ?? null;

	const items = listItems(field, value);
	const isAnyNameKnown = items.some((item) => findItemName(item) !== undefined);
	if (items.length > 0 && !isAnyNameKnown) return null;

	const namesOrIds: string[] = [];
	for (const item of items) {
		const text = findItemName(item) ?? String(readId(item) ?? '');
		if (text !== '') {
			namesOrIds.push(text);
		}
	}
	return namesOrIds;
}

/** Finds the label of a choice by its code, which AlfaCRM may show as a number or as a text. */
function findChoiceLabel(choices: readonly Choice[], code: unknown): string | undefined {
	const codeText = String(code).trim();
	const choice = choices.find(({ value }) => String(value) === codeText);
	return choice?.label;
}

/**
 * Finds the name of the record that a row refers to. AlfaCRM can show the name itself, or an
 * object with the name, in place of the ID. API notes 5.6.
 */
function findReferencedName(reference: unknown, titles?: Titles): string | undefined {
	const id = readId(reference);
	if (id !== undefined) return titles?.get(id);

	const shownName = isPlainObject(reference) ? reference.name : reference;
	if (typeof shownName !== 'string') return undefined;

	const name = shownName.trim();
	// A number that is no ID, such as "0", is no name either.
	const isNumber = readNumber(shownName) !== undefined;
	return name === '' || isNumber ? undefined : name;
}

/**
 * Lists the items of a value. A text is split at its commas. The items of an array are not split,
 * because a name may contain a comma.
 */
function listItems(field: ShownField, value: unknown): unknown[] {
	if (isEmpty(value)) return [];
	if (Array.isArray(value)) return value.filter((item) => !isEmpty(item));
	return splitItems(field, value);
}

/**
 * Whether a key of an input item holds a name that `withNames` has added. That is so if the item
 * also has the field to which the name belongs: `room_name` counts as added beside `room_id`. When
 * the item is written to AlfaCRM, only the field is sent.
 */
export function isAddedName(
	fields: readonly ShownField[],
	input: IDataObject,
	key: string,
): boolean {
	const fieldsOfKey = findNamedFields(fields).filter(({ nameKey }) => nameKey === key);
	return fieldsOfKey.some(({ field }) => Object.hasOwn(input, field.name));
}

import type { IDataObject } from 'n8n-workflow';

import { readId, readIds, readNumber } from '../values/formats';
import type { Choice, Shown } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty, isPlain } from '../fields/blank';
import { isList, itemsIn, kindOf } from '../fields/field';
import type { Words } from '../fields/kind';
import type { Titles } from '../store/shortList';
import type { LocatedRecord } from '../store/located';

/** Where names come from, and the AlfaCRM in which a record has its page. */
export interface NameSource {
	origin: string;
	/**
	 * Undefined for a list that cannot be read. Each list is read once, whoever asks for it.
	 *
	 * @param ids those that are to be named; a list that is known from before is read again if one is not in it
	 */
	titlesIn(entity: Entity, branch?: number, ids?: readonly number[]): Promise<Titles | undefined>;
}

/** A field whose values have names, and the key under which those stand beside it. */
export interface NamedField {
	field: Shown;
	as: string;
	words: Words;
}

/** `subject_name` for `subject_id`, `teacher_names` for `teacher_ids`, `is_study_name` for `is_study`. */
function keyFor(field: Shown): string {
	return isList(field)
		? `${field.name.replace(/_ids$/, '')}_names`
		: `${field.name.replace(/_id$/, '')}_name`;
}

/** Those of the fields that get names: references to short lists and choices, as they are declared. */
export function namedFields(fields: readonly Shown[]): NamedField[] {
	return fields.flatMap((field) => {
		const words = kindOf(field).words(field);
		return words === undefined ? [] : [{ field, as: keyFor(field), words }];
	});
}

/**
 * A row with each name after what it names. No list is read of which the row holds no ID; of what AlfaCRM names itself that name
 * stays. API notes 5.11.
 */
export async function withNames(
	{ row, branch }: LocatedRecord,
	named: readonly NamedField[],
	{ titlesIn }: NameSource,
): Promise<IDataObject> {
	const shown = new Map<string, IDataObject[string]>();
	for (const [name, value] of Object.entries(row)) {
		if (!shown.has(name)) shown.set(name, value);
		const one = named.find(({ field }) => field.name === name);
		if (one === undefined || value === undefined || !isEmpty(row[one.as])) continue;
		const { field, as, words } = one;
		const ids = readIds(valuesIn(field, value));
		const isWanted = 'entity' in words && ids.length > 0;
		const titles = isWanted ? await titlesIn(entityOf(words.entity), branch, ids) : undefined;
		shown.set(as, nameOf(field, value, 'entity' in words ? byTitle(titles) : byLabel(words.choices)));
	}
	return Object.fromEntries(shown);
}

type Title = (value: unknown) => string | undefined;

/** Where an ID is expected there may be a name already, or an object with one. API notes 5.6. */
const byTitle =
	(titles?: Titles): Title =>
	(value) => {
		const id = readId(value);
		if (id !== undefined) return titles?.get(id);
		const text = isPlain(value) ? value.name : value;
		return typeof text === 'string' && text.trim() !== '' && readNumber(text) === undefined
			? text.trim()
			: undefined;
	};

const byLabel =
	(choices: readonly Choice[]): Title =>
	(value) =>
		choices.find((choice) => String(choice.value) === String(value).trim())?.label;

/** Null where nothing is known; in a list of which something is, an ID without a name stays as it is. */
function nameOf(field: Shown, value: unknown, titleFor: Title): IDataObject[string] {
	if (!isList(field)) return titleFor(value) ?? null;
	const items = valuesIn(field, value);
	const titles = items.map(titleFor);
	if (items.length > 0 && titles.every((title) => title === undefined)) return null;
	return titles
		.map((title, index) => title ?? String(readId(items[index]) ?? ''))
		.filter((text) => text !== '');
}

/** A name may hold a comma, at which only a text would be taken apart. */
function valuesIn(field: Shown, value: unknown): unknown[] {
	if (isEmpty(value)) return [];
	return Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : itemsIn(field, value);
}

/** Whether a key of a row that comes back is a name that stands beside what it names, which alone is written. */
export const isNameBeside = (fields: readonly Shown[], input: IDataObject, key: string): boolean =>
	namedFields(fields).some(({ field, as }) => as === key && Object.hasOwn(input, field.name));

import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { ListReader } from '../../api/list';
import { readId, readIds, readNumber } from '../../values/formats';
import type { ListRequest } from '../../api/pages';
import type { Choice, Shown } from '../../entities/fieldTypes';
import { listCall } from '../../entities/listCall';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { isEmpty, isPlain } from '../../fields/blank';
import { isList, itemsIn, wordsOf } from '../../fields/field';
import type { Words } from '../../fields/kind';
import { titleOf } from '../../fields/titles';
import type { Item } from '../execution/item';

/** A row, and the branch in whose list it is. */
export interface LocatedRow {
	row: IDataObject;
	branch?: number;
}

/** What the records of a list are called, by ID. */
export type Titles = ReadonlyMap<number, string>;

/** Where names come from, and the AlfaCRM in which a record has its page. */
export interface NameSource {
	origin: string;
	/** Undefined for a list that cannot be read. Each list is read once, whoever asks for it. */
	titlesIn(entity: Entity, branch?: number): Promise<Titles | undefined>;
}

/** A field whose values have names, and the key under which those stand beside it. */
export interface NamedField {
	field: Shown;
	as: string;
	words: Words;
}

/** Names by their keys, of one row. */
export type RowNames = Record<string, IDataObject[string]>;

/** `subject_name` for `subject_id`, `teacher_names` for `teacher_ids`, `is_study_name` for `is_study`. */
function keyFor(field: Shown): string {
	return isList(field)
		? `${field.name.replace(/_ids$/, '')}_names`
		: `${field.name.replace(/_id$/, '')}_name`;
}

/** Those of the fields that get names: references to short lists and choices, as they are declared. */
export function namedFields(fields: readonly Shown[]): NamedField[] {
	return fields.flatMap((field) => {
		const words = wordsOf(field);
		return words === undefined ? [] : [{ field, as: keyFor(field), words }];
	});
}

/** The call for the list of what a field names. It shows archived ones too, for old records name them. */
export const listOfNames = (entity: Entity, branch?: number): ListRequest => ({
	...listCall(entity, branch),
	body: { ...entity.hidden?.show },
});

/** Reads what the records of a list are called. */
export async function readTitles(reader: ListReader, entity: Entity, branch?: number): Promise<Titles> {
	const { rows } = await reader.collect(listOfNames(entity, branch), {});
	const titles = new Map<number, string>();
	for (const row of rows) {
		const id = readId(row.id);
		// What has no ID is named by nobody.
		if (id !== undefined) titles.set(id, titleOf(row, entity));
	}
	return titles;
}

/** Reads the lists that the rows need, none that no row holds an ID of, and tells the names of a row. */
export async function namesIn(
	located: readonly LocatedRow[],
	named: readonly NamedField[],
	{ titlesIn }: NameSource,
): Promise<(one: LocatedRow) => RowNames> {
	const known = new Map<string, Titles | undefined>();
	for (const { field, as, words } of named) {
		if (!('entity' in words)) continue;
		const entity = entityOf(words.entity);
		for (const { row, branch } of located) {
			const key = keyOf(words.entity, branch);
			const isWanted = isEmpty(row[as]) && idsIn(field, row[field.name]).length > 0;
			if (isWanted && !known.has(key)) known.set(key, await titlesIn(entity, branch));
		}
	}
	const titleFor = (words: Words, branch?: number) =>
		'entity' in words ? byTitle(known.get(keyOf(words.entity, branch))) : byLabel(words.choices);
	return ({ row, branch }) =>
		Object.fromEntries(
			named
				.filter(({ field }) => row[field.name] !== undefined)
				.map(({ field, as, words }) => [
					as,
					// AlfaCRM names some itself. API notes 5.11.
					isEmpty(row[as]) ? nameOf(field, row[field.name], titleFor(words, branch)) : row[as],
				]),
		);
}

const keyOf = (resource: string, branch?: number): string => JSON.stringify([resource, branch ?? null]);

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

const idsIn = (field: Shown, value: unknown): number[] => readIds(valuesIn(field, value));

/** A name may hold a comma, at which only a text would be taken apart. */
function valuesIn(field: Shown, value: unknown): unknown[] {
	if (isEmpty(value)) return [];
	return Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : itemsIn(field, value);
}

/** A row as it is, with each name after what it names. */
export function withNames(row: IDataObject, named: readonly NamedField[], names: RowNames): IDataObject {
	const keys = new Map(named.map(({ field, as }) => [field.name, as]));
	const entries = Object.entries(row).flatMap(([name, value]) => {
		const as = keys.get(name) ?? '';
		const own = [name, Object.hasOwn(names, name) ? names[name] : value];
		return Object.hasOwn(names, as) ? [own, [as, names[as]]] : [own];
	});
	return Object.fromEntries(entries) as IDataObject;
}

/** Whether a key of a row that comes back is a name that stands beside what it names, which alone is written. */
export const isNameBeside = (fields: readonly Shown[], input: IDataObject, key: string): boolean =>
	namedFields(fields).some(({ field, as }) => as === key && Object.hasOwn(input, field.name));

/**
 * The names of an execution: each list is read once, for the first item that needs it. One that cannot be read makes no
 * item fail, and is not asked for again.
 */
export const nameSourceOf = (item: Item): NameSource => ({
	origin: item.origin,
	titlesIn: async (entity, branch) =>
		await item.execution.cached(
			entity.path,
			JSON.stringify(['names', listOfNames(entity, branch).branch]),
			async () => await titlesOrHint(item, entity, branch),
		),
});

async function titlesOrHint(item: Item, entity: Entity, branch?: number): Promise<Titles | undefined> {
	const plural = entity.plural.toLowerCase();
	try {
		return await readTitles(item, entity, branch);
	} catch (caught) {
		if (item.execution.isCancelled) throw item.asError(caught);
		item.execution.hints.add(
			hasStatus(caught, 403)
				? 'Names are missing, because this user may not read the lists of them'
				: 'Names are missing, because the lists of them could not be read. Run it again to have them',
			plural,
		);
		return undefined;
	}
}

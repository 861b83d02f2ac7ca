/**
 * Finds the IDs of records that a user gives by their names. Nodes and triggers share this code,
 * but read the lists of names in different ways: see `NameLookup`.
 */

import type { Field, Filter, OfType } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty, isPicker } from '../fields/blank';
import { labelInForm } from '../fields/field';
import { readItems, parseJsonList, splitText } from '../fields/lists';
import { isNone } from '../fields/reference';
import { quoted } from '../fields/unreadable';
import type { ShortList } from '../store/shortList';
import { readId } from '../values/formats';
import type { BoundRecord } from './resolution';

type Reference = (Field | Filter) & OfType<'reference' | 'references'>;

/** Reads the lists in which names are looked up. */
export interface NameLookup {
	/** Returns undefined for a list that the credential's user may not read. */
	readList(entity: Entity): Promise<ShortList | undefined>;
	/**
	 * Reads the list anew, if `readList` can return a list that is some minutes old. Undefined if
	 * `readList` itself always reads anew.
	 */
	readNewestList?: NameLookup['readList'];
	/** Makes the error that refuses a name. */
	error(message: string, advice: string): Error;
	/** Called for each record that was found by its name and belongs to certain branches only. */
	noteBoundRecord?(record: BoundRecord): void;
}

/** How many choices an error lists at most. */
const MAX_CHOICES = 20;

/**
 * Puts an ID in place of the name in a reference: a value that refers to one record. Returns the
 * same value if it holds no name.
 *
 * @throws what `lookup.error` makes, for an unknown or ambiguous name
 */
export async function replaceName(
	lookup: NameLookup,
	field: Reference,
	value: unknown,
): Promise<unknown> {
	const { content, mode } = unpackPicker(value);
	const name = readName(field, content, mode);
	if (name === undefined) return value;

	const list = await readListWithNames(lookup, field, [name]);
	return findId(lookup, field, name, list);
}

/**
 * Puts IDs in place of the names in a list of references. One text may hold several names,
 * separated by commas, and a name may hold a comma itself. Returns the same value if it holds no
 * name.
 *
 * @throws what `lookup.error` makes, for an unknown or ambiguous name
 */
export async function replaceNames(
	lookup: NameLookup,
	field: Reference,
	value: unknown,
): Promise<unknown> {
	const { content, mode } = unpackPicker(value);
	const entries = splitIntoEntries(content);
	const entriesWithIds: unknown[] = [];
	for (const entry of entries) {
		const values = await replaceNamesInEntry(lookup, field, entry, mode);
		entriesWithIds.push(...values);
	}

	const holdsNoName = entriesWithIds.every((entry, index) => entry === entries[index]);
	return holdsNoName ? value : entriesWithIds;
}

/** Returns the entries of a list, which may be written as JSON. A single value is one entry. */
function splitIntoEntries(value: unknown): readonly unknown[] {
	if (Array.isArray(value)) return value;
	return parseJsonList(value) ?? [value];
}

/**
 * Replaces the names in one entry of a list by IDs. The entry is an ID, a name, or a text of
 * several IDs and names with commas between them. A name may hold a comma itself, so the whole text
 * is looked up first.
 *
 * @returns the IDs; the entry itself if it holds no name
 */
async function replaceNamesInEntry(
	lookup: NameLookup,
	field: Reference,
	entry: unknown,
	mode: unknown,
): Promise<unknown[]> {
	// `splitText` splits a text at commas, semicolons and line breaks.
	const splitTexts = readItems(entry, splitText);
	const names: string[] = [];
	for (const text of splitTexts) {
		const name = readName(field, text, mode);
		if (name !== undefined) names.push(name);
	}
	if (names.length === 0) return [entry];

	const list = await readListWithNames(lookup, field, names, entry);
	const isWholeEntryOneName = typeof entry === 'string' && list.findByName(entry).length > 0;
	const texts = isWholeEntryOneName ? [entry] : splitTexts;
	return texts.map((text) => {
		const name = readName(field, text, mode);
		return name === undefined ? text : findId(lookup, field, name, list);
	});
}

/** Takes the value and the mode (`id`, `name`, `list`, …) out of n8n's resource locator. */
function unpackPicker(value: unknown): { content: unknown; mode?: unknown } {
	if (!isPicker(value)) return { content: value };
	const { mode } = value as { mode?: unknown };
	return { content: value.value, mode };
}

/**
 * Returns the name in a value. Returns undefined for a value that holds no name:
 *
 * - an empty value, or the choice "none" of the field
 * - digits, which are an ID unless the mode says that the user gives a name
 * - the web address of a record's page
 */
function readName(field: Reference, value: unknown, mode?: unknown): string | undefined {
	const isByName = mode === 'name';
	// A sheet gives the name of the room "1" as the number 1.
	const text = isByName && typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string' || isEmpty(text) || isNone(field, text)) return undefined;

	const isId = !isByName && readId(text) !== undefined;
	const isAddress = /^\s*https?:/i.test(text);
	return isId || isAddress ? undefined : text;
}

/**
 * Reads the list in which names are looked up. If the list does not have exactly one record for
 * each name, reads it anew, because somebody may have added or renamed a record.
 *
 * @param names the names that are looked up one by one
 * @param entry the text from which the names were split. It can also be one name with a comma, for
 * which a record is enough.
 * @throws what `lookup.error` makes, if the credential's user may not read the list
 */
async function readListWithNames(
	lookup: NameLookup,
	field: Reference,
	names: readonly string[],
	entry?: unknown,
): Promise<ShortList> {
	const entity = entityOf(field.entity);
	let list = await lookup.readList(entity);
	if (list !== undefined && lookup.readNewestList) {
		const hasEveryName = hasOneRecordNamed(list, entry) || hasOneRecordForEach(list, names);
		if (!hasEveryName) list = await lookup.readNewestList(entity);
	}
	if (list !== undefined) return list;

	const plural = entity.plural.toLowerCase();
	throw lookup.error(
		`'${labelInForm(field)}' is ${quoted(names[0])}, and this user may not list the ${plural} to look for that name`,
		'Give the ID instead.',
	);
}

/** Whether a value is the name of exactly one record of a list. */
function hasOneRecordNamed(list: ShortList, name: unknown): boolean {
	return typeof name === 'string' && list.findByName(name).length === 1;
}

/** Whether a list has exactly one record for each name. */
function hasOneRecordForEach(list: ShortList, names: readonly string[]): boolean {
	return names.every((name) => hasOneRecordNamed(list, name));
}

/**
 * Finds the ID of the only record with a name.
 *
 * @throws what `lookup.error` makes, for an unknown or ambiguous name
 */
function findId(lookup: NameLookup, field: Reference, name: string, list: ShortList): number {
	const [match, ...otherMatches] = list.findByName(name);
	if (match === undefined) throw unknownNameError(lookup, field, name, list);
	if (otherMatches.length > 0) throw ambiguousNameError(lookup, field, name, list);

	const { id, title, branches } = match;
	const belongsToBranches = branches.length > 0;
	if (belongsToBranches) {
		const description = `'${labelInForm(field)}' (${title})`;
		lookup.noteBoundRecord?.({ description, branches });
	}
	return id;
}

/** Makes the error for a name that no record has. The error lists the records that there are. */
function unknownNameError(
	lookup: NameLookup,
	field: Reference,
	name: string,
	list: ShortList,
): Error {
	const noun = entityOf(field.entity).label.toLowerCase();
	return lookup.error(
		`'${labelInForm(field)}' is ${quoted(name)}, and no ${noun} is called that`,
		`There are: ${listChoices(list.choices)}.${hiddenRecordsNote(list)}`,
	);
}

/** Makes the error for a name that several records have. The error lists the IDs of the records. */
function ambiguousNameError(
	lookup: NameLookup,
	field: Reference,
	name: string,
	list: ShortList,
): Error {
	const plural = entityOf(field.entity).plural.toLowerCase();
	const matches = list.findByName(name);
	return lookup.error(
		`'${labelInForm(field)}' is ${quoted(name)}, and ${matches.length} ${plural} are called that`,
		`Give the ID of the one that is meant: ${listChoices(matches)}.${hiddenRecordsNote(list)}`,
	);
}

/** Lists records by title and ID for an error: the first ones, and how many more there are. */
function listChoices(choices: ShortList['choices']): string {
	if (choices.length === 0) return 'none';

	const shownChoices = choices.slice(0, MAX_CHOICES).map(({ title, id }) => `${title} (${id})`);
	const text = shownChoices.join(', ');
	const hiddenCount = choices.length - shownChoices.length;
	return hiddenCount === 0 ? text : `${text} and ${hiddenCount} more`;
}

/** Returns a sentence for an error if AlfaCRM counts more records than the list has. */
function hiddenRecordsNote({ isComplete }: ShortList): string {
	return isComplete ? '' : ' AlfaCRM counts some that it does not show.';
}

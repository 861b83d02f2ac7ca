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
	/** Returns undefined for a list that this user may not read. */
	readList(entity: Entity): Promise<ShortList | undefined>;
	/**
	 * Reads the list anew. Missing if `readList` always does so; otherwise `readList` may return a
	 * list that is some minutes old.
	 */
	readNewestList?: NameLookup['readList'];
	/** Makes the error that refuses a name. */
	error(message: string, advice: string): Error;
	/** Called for each record that was found by its name and belongs to certain branches. */
	noteBoundRecord?(record: BoundRecord): void;
}

/** How many choices an error lists. */
const MOST_CHOICES = 20;

/**
 * Puts an ID in place of the name in a reference. Returns the same value if it holds no name.
 *
 * @throws what `lookup.error` makes, for an unknown or ambiguous name
 */
export async function replaceName(
	lookup: NameLookup,
	field: Reference,
	value: unknown,
): Promise<unknown> {
	const { content, mode } = unpack(value);
	const name = nameIn(field, content, mode);
	if (name === undefined) return value;
	const list = await listWithNames(lookup, field, [name]);
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
	const { content, mode } = unpack(value);
	const entries: readonly unknown[] = Array.isArray(content)
		? content
		: (parseJsonList(content) ?? [content]);

	const results: unknown[] = [];
	for (const entry of entries)
		results.push(...(await replaceNamesInEntry(lookup, field, entry, mode)));

	return results.every((result, index) => result === entries[index]) ? value : results;
}

async function replaceNamesInEntry(
	lookup: NameLookup,
	field: Reference,
	entry: unknown,
	mode: unknown,
): Promise<unknown[]> {
	const texts = readItems(entry, splitText);
	const names = texts.map((text) => nameIn(field, text, mode)).filter((name) => name !== undefined);
	if (names.length === 0) return [entry];

	const list = await listWithNames(lookup, field, names, entry);
	// The whole text goes first: a name may hold a comma itself.
	const isOneName = typeof entry === 'string' && list.findByName(entry).length > 0;
	return (isOneName ? [entry] : texts).map((text) => {
		const name = nameIn(field, text, mode);
		return name === undefined ? text : findId(lookup, field, name, list);
	});
}

/** Takes the value and the mode (`id`, `name`, `list`, …) out of n8n's resource locator. */
function unpack(value: unknown): { content: unknown; mode?: unknown } {
	if (!isPicker(value)) return { content: value };
	const { mode } = value as { mode?: unknown };
	return { content: value.value, mode };
}

/**
 * Returns the name in a value; undefined if the value is an ID, a web address, empty, or the choice
 * of none. Digits are an ID, unless the mode says that the user gives a name.
 */
function nameIn(field: Reference, value: unknown, mode?: unknown): string | undefined {
	// A sheet holds the name of a room that is called 1 as a number.
	const text = mode === 'name' && typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string' || isEmpty(text) || isNone(field, text)) return undefined;
	const isId = readId(text) !== undefined && mode !== 'name';
	const isAddress = /^\s*https?:/i.test(text);
	return isId || isAddress ? undefined : text;
}

/**
 * Reads the list in which names are looked up. Reads it anew unless it has exactly one record for
 * each name: somebody may have added or renamed a record since the list was read.
 *
 * @param entry the text that holds the names. The whole text may also be one name with a comma.
 * @throws what `lookup.error` makes, if this user may not read the list
 */
async function listWithNames(
	lookup: NameLookup,
	field: Reference,
	names: readonly string[],
	entry?: unknown,
): Promise<ShortList> {
	const entity = entityOf(field.entity);
	const knownList = await lookup.readList(entity);
	const isKnown = (text: unknown) =>
		typeof text === 'string' && knownList?.findByName(text).length === 1;
	const needsNewestList = knownList !== undefined && !isKnown(entry) && !names.every(isKnown);

	const list =
		needsNewestList && lookup.readNewestList ? await lookup.readNewestList(entity) : knownList;
	if (list !== undefined) return list;
	throw lookup.error(
		`'${labelInForm(field)}' is ${quoted(names[0])}, and this user may not list the ${entity.plural.toLowerCase()} to look for that name`,
		'Give the ID instead.',
	);
}

/**
 * Finds the ID of the only record with a name.
 *
 * @throws what `lookup.error` makes, for an unknown or ambiguous name
 */
function findId(lookup: NameLookup, field: Reference, name: string, list: ShortList): number {
	const matches = list.findByName(name);
	const [match, ...otherMatches] = matches;
	if (match === undefined) throw unknownNameError(lookup, field, name, list);
	if (otherMatches.length > 0) throw ambiguousNameError(lookup, field, name, list);

	const { id, title, branches } = match;
	if (branches.length > 0) {
		lookup.noteBoundRecord?.({ given: `'${labelInForm(field)}' (${title})`, branches });
	}
	return id;
}

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

function listChoices(choices: ShortList['choices']): string {
	const shownChoices = choices.slice(0, MOST_CHOICES).map(({ title, id }) => `${title} (${id})`);
	const text = shownChoices.length === 0 ? 'none' : shownChoices.join(', ');
	const hiddenCount = choices.length - shownChoices.length;
	return hiddenCount === 0 ? text : `${text} and ${hiddenCount} more`;
}

function hiddenRecordsNote({ isComplete }: ShortList): string {
	return isComplete ? '' : ' AlfaCRM counts some that it does not show.';
}

import type { IDataObject } from 'n8n-workflow';

import { parseJson, readId, readIds } from '../values/formats';
import type { Field, Filter, OfType } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty, isPicker, isPlain } from '../fields/blank';
import { labelInForm } from '../fields/field';
import { itemsOf, listIn, parts } from '../fields/lists';
import { isNone, takesNames } from '../fields/reference';
import { rowsIn } from '../fields/rows';
import { quoted } from '../fields/unreadable';
import type { Item } from './item';
import type { ShortList } from '../store/shortList';
import { allBranches, searchedIn } from './branches';
import { JSON_INPUT } from './fieldInput';
import { branchField, givenBranch } from './target';
import type { Branch } from '../store/located';
import { shortListOf } from './names';

type Reference = (Field | Filter) & OfType<'reference' | 'references'>;

/** Where names are looked for, and how one is refused. */
export interface NameLookup {
	/** @returns undefined for a list that this user may not read */
	listOf(entity: Entity): Promise<ShortList | undefined>;
	/** The same, not as another execution has read it; for who gets it like that from `listOf`. */
	newestOf?: NameLookup['listOf'];
	refused(message: string, advice: string): Error;
	/** Is told what was named, with the branches that it belongs to. */
	found?: (given: string, branches: number[]) => void;
}

/** How many choices an error lists. */
const SHOWN = 20;

/**
 * Puts IDs in place of the names of records that the parameters of an item hold, wherever they stand: in a parameter of
 * their own, in a collection, in a row, in JSON or in what is mapped. Only a name costs a request, the first of its list.
 *
 * @throws NodeOperationError for a name that none or several have, with those that there are
 */
export async function settleNames(item: Item, entity: Entity, operation: string): Promise<void> {
	const all = [...fieldsOf(entity, operation), searchedIn].filter(mayHoldNames);
	await settle(item, branchField);
	// The branch of the record says where the names of its other fields are looked up.
	await settleThese(item, all.filter(isPlace));
	await settleThese(
		item,
		all.filter((field) => !isPlace(field)),
	);
}

/** Whether a field may hold the name of a record. A field of any other type is not read here, since its expression would be resolved for nothing. */
function mayHoldNames(field: Field | Filter): boolean {
	if (field.type === 'rows') return field.fields.some(mayHoldNames);
	return field.type === 'reference' || field.type === 'references' || isPlace(field);
}

const isPlace = (field: Field | Filter): boolean => 'fromBranch' in field && field.fromBranch === true;

async function settleThese(item: Item, fields: ReadonlyArray<Field | Filter>): Promise<void> {
	for (const [name, raw] of Object.entries(item.execution.parameters)) {
		const field = fields.find((one) => one.name === name);
		if (field) await settle(item, field);
		// A collection or the mapper; any other text is what it is, even if it looks like JSON.
		else if (name === JSON_INPUT || (isPlain(raw) && !isPicker(raw))) await settleWithin(item, fields, name);
	}
}

/** What an operation reads. */
function fieldsOf({ fields, filters, keys = [], actions = [] }: Entity, operation: string) {
	const action = actions.find(({ name }) => name === operation);
	if (action) return [action.query, action.fields, action.options, keys].flatMap((some) => some ?? []);
	return [...(operation === 'getAll' ? filters : fields), ...keys];
}

async function settle(item: Item, field: Field | Filter): Promise<void> {
	const value = item.inputOf(field);
	const settled = await withIds(item, field, value);
	if (settled !== value) item.withIds.set(field.name, settled);
}

async function settleWithin(item: Item, fields: ReadonlyArray<Field | Filter>, name: string): Promise<void> {
	const value = item.input({ name, displayName: name, default: {} });
	const held = typeof value === 'string' ? parseJson(value) : value;
	if (!isPlain(held)) return;
	const { mappingMode } = held;
	const given =
		mappingMode === undefined ? held : mappingMode === 'autoMapInputData' ? item.json : held.value;
	if (!isPlain(given)) return;
	const settled = await allWithIds(item, fields, given as IDataObject);
	if (settled === given) return;
	if (mappingMode === 'autoMapInputData') item.jsonWithIds = settled;
	else item.withIds.set(name, mappingMode === undefined ? settled : { ...held, value: settled });
}

/** The values of fields, the very same where they hold no name. */
async function allWithIds(
	item: Item,
	fields: ReadonlyArray<Field | Filter>,
	given: IDataObject,
	convert = withIds,
): Promise<IDataObject> {
	const changes: IDataObject = {};
	for (const field of fields) {
		if (!(field.name in given)) continue;
		const settled = await convert(item, field, given[field.name]);
		if (settled !== given[field.name]) changes[field.name] = settled as IDataObject;
	}
	return Object.keys(changes).length === 0 ? given : { ...given, ...changes };
}

/** The same of a field of the record itself, whose branch is noted; a row has one of its own. */
async function withIds(item: Item, field: Field | Filter, value: unknown): Promise<unknown> {
	const settled = await replaced(item, field, value);
	if (isPlace(field))
		item.recordBranch ??= readIds(itemsOf(isPicker(settled) ? settled.value : settled, parts)).at(0);
	return settled;
}

async function replaced(item: Item, field: Field | Filter, value: unknown): Promise<unknown> {
	if (field.type === 'rows') {
		const rows = rowsIn(value) ?? [];
		const settled: IDataObject[] = [];
		for (const row of rows) settled.push(await allWithIds(item, field.fields, row, replaced));
		return settled.every((row, index) => row === rows[index]) ? value : settled;
	}
	if ((field.type !== 'reference' && field.type !== 'references') || !takesNames(field)) return value;
	const lookup = lookupOf(item);
	if (field.type === 'references') return await severalWithIds(lookup, field, value);
	const name = nameIn(field, ...textIn(value));
	return name === undefined ? value : idNamed(lookup, field, name, await listFor(lookup, field, [name]));
}

const lookupOf = (item: Item): NameLookup => ({
	listOf: async (entity) => await namesFor(item, entity),
	newestOf: async (entity) => await namesFor(item, entity, item.execution.begun),
	refused: (message, advice) => item.error(message, advice),
	found: (given, branches) => {
		item.named.push({ given, branches });
	},
});

async function namesFor(item: Item, entity: Entity, notBefore?: number): Promise<ShortList | undefined> {
	const branch = entity.scope === 'branch' ? await branchFor(item) : undefined;
	return await item.readIfAllowed(async () => await shortListOf(item, entity, branch, notBefore));
}

/**
 * IDs in place of names, the very same value where there are none. One text may hold several, and a name a comma.
 *
 * @throws what `lookup` makes of a name that none or several have
 */
export async function severalWithIds(lookup: NameLookup, field: Reference, value: unknown): Promise<unknown> {
	const [held, mode] = textIn(value);
	const given = Array.isArray(held) ? (held as unknown[]) : (listIn(held) ?? [held]);
	const settled: unknown[] = [];
	for (const one of given) {
		const texts = itemsOf(one, parts);
		const names = texts.map((text) => nameIn(field, text, mode)).filter((text) => text !== undefined);
		if (names.length === 0) {
			settled.push(one);
			continue;
		}
		const list = await listFor(lookup, field, names, one);
		const isWhole = typeof one === 'string' && list.named(one).length > 0;
		for (const text of isWhole ? [one] : texts) {
			const each = nameIn(field, text, mode);
			settled.push(each === undefined ? text : idNamed(lookup, field, each, list));
		}
	}
	return settled.every((one, index) => one === given[index]) ? value : settled;
}

/** What was given, and how: a locator says that too. */
const textIn = (value: unknown): [given: unknown, mode?: unknown] =>
	isPicker(value) ? [value.value, (value as { mode?: unknown }).mode] : [value];

/** A text that stands in place of an ID. Digits are one, unless they were given as a name; so is an address. */
function nameIn(field: Reference, given: unknown, mode?: unknown): string | undefined {
	// A sheet gives the name of room 1 as a number.
	const text = mode === 'name' && typeof given === 'number' ? String(given) : given;
	if (typeof text !== 'string' || isEmpty(text) || isNone(field, text)) return undefined;
	const isId = readId(text) !== undefined && mode !== 'name';
	return isId || /^\s*https?:/i.test(text) ? undefined : text;
}

/** @param whole the text that holds the names, which may be one itself */
async function listFor(
	lookup: NameLookup,
	field: Reference,
	names: readonly string[],
	whole?: unknown,
): Promise<ShortList> {
	const entity = entityOf(field.entity);
	const plural = entity.plural.toLowerCase();
	const known = await lookup.listOf(entity);
	const isNamed = (text: unknown) => typeof text === 'string' && known?.named(text).length === 1;
	// Somebody may have added it since another execution has read the list.
	const isEnough = known === undefined || isNamed(whole) || names.every(isNamed);
	const list = isEnough || !lookup.newestOf ? known : await lookup.newestOf(entity);
	if (list !== undefined) return list;
	throw lookup.refused(
		`'${labelInForm(field)}' is ${quoted(names[0])}, and this user may not list the ${plural} to look for that name`,
		'Give the ID instead.',
	);
}

/** Where a list is read: in the branch of the record or of the call, else in the first one. */
const branchFor = async (item: Item): Promise<Branch> =>
	item.recordBranch ?? item.place?.branch ?? givenBranch(item) ?? (await allBranches(item, undefined)).at(1);

function idNamed(lookup: NameLookup, field: Reference, name: string, list: ShortList): number {
	const { label, plural } = entityOf(field.entity);
	const [one, ...others] = list.named(name);
	if (one !== undefined && others.length === 0) {
		const { id, branches } = one;
		if (branches.length > 0) lookup.found?.(`'${labelInForm(field)}' (${one.title})`, branches);
		return id;
	}
	const choices = one === undefined ? list.choices : [one, ...others];
	const shown = choices.slice(0, SHOWN).map(({ title, id }) => `${title} (${id})`);
	const more = choices.length > SHOWN ? ` and ${choices.length - SHOWN} more` : '';
	const given = `'${labelInForm(field)}' is ${quoted(name)}`;
	const [message, advice] =
		one === undefined
			? [`${given}, and no ${label.toLowerCase()} is called that`, 'There are']
			: [
					`${given}, and ${choices.length} ${plural.toLowerCase()} are called that`,
					'Give the ID of the one that is meant',
				];
	const hidden = list.isComplete ? '' : ' AlfaCRM counts some that it does not show.';
	throw lookup.refused(message, `${advice}: ${shown.join(', ') || 'none'}${more}.${hidden}`);
}

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field, Wire } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isEmpty } from '../../../fields/blank';
import {
	canonical,
	isBlank,
	isList,
	isNeeded,
	isStored,
	itemsIn,
	kindOf,
	listOf,
	sameItem,
	toProperty,
	union,
} from '../../../fields/field';
import { collection, showWhen } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import { normalizeText } from '../../../fields/normalizeText';
import { findOrCreate } from '../../../run/findOrCreate';
import { recordKey } from '../../../run/execution';
import type { Item } from '../../../run/item';
import type { Operation } from '../../../run/operation';
import { isArchived } from '../../../run/archived';
import { bodyOf, changesOf, fitText } from '../../../run/body';
import { inFormMode, inputModeForm, fieldOptions, readFieldInput } from '../../../run/fieldInput';
import { differences, saveChanges } from '../../../run/saveChanges';
import type { RecordOutput } from '../../../output/report';
import { report, reportSchema, makeRecordOutput } from '../../../output/report';
import { objectOf, STRING } from '../../../output/recordSchema';
import { targetOf } from '../../../run/target';
import type { Found } from '../../../run/matching/decide';
import { decide, warnOfSeveral } from '../../../run/matching/decide';
import type { Search } from '../../../run/matching/keys';
import {
	emptyKeyError,
	holds,
	isMatch,
	keyField,
	keyInput,
	keyOf,
	locksOf,
	matchForm,
	searchOf,
} from '../../../run/matching/keys';
import type { Rules } from './upsertRules';
import { rulesOf, upsertOptions } from './upsertRules';
import { chosenBranches, findMatches, searchedBranches } from '../../../run/matching/search';
import { notFoundError, getRecord } from '../../../run/records';
import type { Target } from '../../../store/located';

/** What an item asks for, read before anything is sent. */
interface Request {
	item: Item;
	entity: Entity;
	target: Target;
	search: Search;
	/** What was given, by field. */
	input: IDataObject;
	/** What of it changes a record, as it is sent. */
	changes: IDataObject;
	rules: Rules;
	show: RecordOutput;
}

/** What a new record needs and nothing is preset for: each has a parameter of its own, unless the record is matched by it. */
const neededFields = oncePer(({ fields }: Entity): Field[] =>
	fields.filter((field) => {
		const { alwaysFilled, defaultValue } = kindOf(field);
		return isNeeded(field) && !alwaysFilled && defaultValue(field) === undefined;
	}),
);

function neededForm(entity: Entity): INodeProperties[] {
	const { label, match } = entity;
	return neededFields(entity).flatMap((field) => {
		const keys = (match?.keys ?? []).filter((key) => !key.fields.includes(field.name));
		const kept = match?.onlyForNew?.includes(field.name) ? ' One that is found keeps its own.' : '';
		const description = `A new ${label.toLowerCase()} needs it.${kept}`;
		const property = toProperty({ ...field, description });
		return keys.length === 0
			? []
			: [inFormMode(entity, showWhen(property, { matchBy: keys.map(({ name }) => name) }))];
	});
}

const upsertFields = oncePer((entity: Entity): INodeProperties => {
	const needed = neededFields(entity);
	const others = entity.fields.filter((field) => !needed.includes(field));
	return {
		...collection('Fields', 'fieldsToSet', fieldOptions(others, entity)),
		description: `What else to save of the ${entity.label.toLowerCase()}`,
	};
});

/** What was given, by field. A parameter that is always there is left empty where there is nothing to save. */
function readInput(item: Item, entity: Entity, { fields: keyed }: MatchKey): IDataObject {
	const prominent = neededFields(entity).filter(({ name }) => !keyed.includes(name));
	const input = readFieldInput(item, entity, upsertFields(entity), prominent);
	const isLeft = (name: string) =>
		prominent.some((field) => field.name === name && isBlank(field, input[name]));
	return Object.fromEntries(Object.entries(input).filter(([name]) => !isLeft(name)));
}

/** Creates a record unless its key finds one, else saves only what differs. Whatever is wrong is found before a search. */
export const upsert: Operation = {
	text: ({ one }) => ({
		name: 'Create or Update',
		action: `Create or update ${one} without duplicates`,
	}),
	form: (entity) => ({
		...inputModeForm(entity),
		match: matchForm(entity),
		prominentFields: neededForm(entity),
		fields: [inFormMode(entity, upsertFields(entity))],
		options: [upsertOptions(entity)],
	}),
	async execute(item, entity) {
		const key = keyOf(item, entity);
		const options = item.collection(upsertOptions(entity));
		const chosen = chosenBranches(options);
		const rules = rulesOf(entity, options, key.name);
		const fit = (field: Field, value: Wire) => fitText(item, field, value, rules.shortens);
		const search = searchOf(item, entity, key, fit);
		const input = readInput(item, entity, key);
		const names = [...new Set([...key.fields, ...Object.keys(input)])];
		const simple = makeRecordOutput(item, entity, names);
		const keyed = key.fields.map((name) => [name, keyInput(item, keyField(entity, name))]);
		const typed = { ...input, ...Object.fromEntries(keyed) } as IDataObject;
		const show = (row: IDataObject) => ({ ...simple(row), notSaved: notSavedOf(item, entity, typed, row) });
		if (!search.isEnough && rules.ifKeyEmpty === 'refuse') {
			throw emptyKeyError(item, entity, key, ", or let 'If Match Value Is Unusable' create a record");
		}
		const given = changesOf(item, entity, input, rules.overwriteWithEmpty, rules.shortens);
		const changes = canonicalIn(entity, given);
		const target = targetOf(item, entity);
		const request = { item, entity, target, search, input, changes, rules, show };
		const locks = [...locksOf(entity, changes), ...locksOf(entity, search.wanted)];
		return await item.withLock(locks, async () => {
			const createNow = async () => [await create(request)];
			if (!search.isEnough) return await createNow();
			const branches = await searchedBranches(item, entity, target, chosen, changes);
			const skipsArchived = rules.ifArchived === 'create';
			const find = async () => {
				const matches = await findMatches(item, entity, target, search, branches, { skipsArchived });
				const meant = meantOf(request, matches);
				return meant && { ...request, meant, matches };
			};
			for (;;) {
				const found = await findOrCreate(item, find, createNow);
				const results = Array.isArray(found) ? found : await changeAll(found);
				if (results) return results;
			}
		});
	},
	output: (entity) => {
		const { properties } = reportSchema(entity);
		return objectOf({ ...properties, notSaved: STRING });
	},
};

/** What was typed and the record does not hold, for instance since it keeps its own: for a comment, say. */
function notSavedOf({ zone }: Item, entity: Entity, typed: IDataObject, row: IDataObject): string {
	const isLeft = (field: Field, value: unknown) =>
		isList(field)
			? itemsIn(field, value).some((one) => !isKept(field, row[field.name], one))
			: !isStored(field, row[field.name], value, zone);
	const isHeldName = (field: Field, value: unknown) =>
		field.type === 'text' && field.isPersonName === true && sameItem(field, row[field.name], value);
	const left = Object.entries(typed).filter(([name, value]) => {
		const field = keyField(entity, name);
		return isText(field) && !isEmpty(value) && isLeft(field, value) && !isHeldName(field, value);
	});
	return left.map(([, value]) => listOf(value).join(', ').trim()).join(', ');
}

/** Whether a list holds a value, with the words beside it: "call after six" is kept in no number. */
function isKept(field: Field, held: unknown, value: unknown): boolean {
	const text = normalizeText(String(value));
	const isWhole = (one: unknown) =>
		!kindOf(field).mayHaveWords(text) || normalizeText(String(one)).includes(text);
	return listOf(held).some((one) => sameItem(field, one, value) && isWhole(one));
}

/** People type it, rather than choose it. */
function isText(field: Field): boolean {
	const { type, items } = kindOf(field).schema(field);
	return [type, items?.type].includes('string');
}

/** A request and the records that it has found: all that match, and those that are meant. */
interface Matched extends Request {
	matches: Found[];
	meant: Found[];
}

/** @returns undefined where there is to be a new one */
function meantOf({ item, entity, target, search, rules }: Request, matches: Found[]): Found[] | undefined {
	const meant = decide(item, entity, search, matches, rules);
	if (meant.length > 0) return meant;
	if (!('id' in search.wanted)) return undefined;
	const id = Number(search.wanted.id);
	if (matches.length === 0) throw notFoundError(item, entity, id, target.branch);
	throw item.error(
		`${entity.label} ${id} is archived, and a match by ID creates nothing`,
		"Choose in 'If the Match Is Archived' to update or skip it.",
	);
}

async function create(request: Request): Promise<IDataObject> {
	const { item, entity, target, input, rules, show } = request;
	// A new record holds what it is looked for by, and what was given. Empty values are nothing that it could hold.
	const given = Object.entries({ ...input, ...keyValues(request) });
	const filled = given.filter(([name, value]) => !isBlank(keyField(entity, name), value));
	const values = { ...defaultsOf(entity), ...Object.fromEntries(filled) };
	const { fields } = entity;
	const body = canonicalIn(entity, bodyOf(item, fields, values, target.branch, rules.shortens));
	const task = `create the ${entity.label.toLowerCase()}`;
	const model = await item.save({ ...target, action: 'create', body, task });
	return report(show, { ...body, ...model }, 'created', Object.keys(body));
}

/** @returns undefined where what was found has changed meanwhile, so that the search is to be done again */
async function changeAll(matched: Matched): Promise<IDataObject[] | undefined> {
	const { item, entity, rules, show, meant } = matched;
	const [{ row, archived }] = meant;
	if (archived && rules.ifArchived === 'skip') return [report(show, row, 'skipped', [])];
	if (meant.length > 1) warnOfSeveral(item, entity, meant);
	const saved: IDataObject[] = [];
	for (const match of meant) {
		const key = recordKey(entity, Number(match.row.id));
		const request = ownOf(matched, match);
		const result = await item.withLock([key], async () => await change(request, match));
		if (result === undefined) return undefined;
		saved.push(result);
	}
	return saved;
}

/** A request without those of several values in one text that only others have: nobody else's number is added. */
function ownOf(request: Matched, { row }: Found): Request {
	const { item, entity, search, input, changes, matches } = request;
	const others = matches.filter((one) => one.row.id !== row.id);
	if (others.length === 0) return request;
	const own = (values: IDataObject): IDataObject => {
		const left: IDataObject = {};
		for (const [name, value] of Object.entries(values)) {
			const field = keyField(entity, name);
			const isSplit = listOf(search.wanted[name]).length > 1 && !isBlank(field, value);
			const isHeld = (by: IDataObject, one: unknown) => holds(field, by[name], one);
			const isOwn = (one: unknown) => isHeld(row, one) || !others.some((other) => isHeld(other.row, one));
			const kept = isSplit ? listOf(item.toWire(field, value)).filter(isOwn) : value;
			// An empty list would empty the record's.
			if (!isSplit || listOf(kept).length > 0) left[name] = kept as Wire;
		}
		return left;
	};
	return {
		...request,
		search: { ...search, wanted: own(search.wanted) },
		input: own(input),
		changes: own(changes),
	};
}

async function change(request: Request, found: Found): Promise<IDataObject | undefined> {
	const { item, entity, target, rules } = request;
	const { addToLists, ifArchived } = rules;
	const save = async (match: Match) =>
		await saveChanges(request, match, { values: valuesFor(request, match), addToLists });
	const id = Number(found.row.id);
	const differs = () =>
		Object.keys(differences(item, entity, found.row, valuesFor(request, found), { addToLists })).length > 0;
	// People may have changed it since a list was read that serves all items; where it says what is wanted, that is enough.
	const isStale =
		item.execution.wasWrittenSince([recordKey(entity, id)], found.version) || (found.isCached && differs());
	if (!isStale) return await save(found);
	const current = await getRecord(item, entity, id, { ...target, branch: found.branch });
	const archived = await isArchived(item, entity, target, current);
	const counts = !archived || ifArchived === 'update' || ifArchived === 'restore';
	if (counts && isMatch(found.by, current.row)) return await save({ ...current, archived });
	if (item.hasSaved) {
		throw item.error(
			`${entity.label} ${id} was changed meanwhile, so that it does not match any more`,
			`Run it again.`,
		);
	}
	item.execution.forget(entity.path);
	return undefined;
}

type Match = Pick<Found, 'archived' | 'branch' | 'row'>;

/** What a record that was found is to hold. */
function valuesFor(request: Request, { archived, row }: Match): IDataObject {
	const { entity, rules, changes } = request;
	const given = { ...changes, ...canonicalIn(entity, keyValues(request, row)) };
	return {
		...(archived && rules.ifArchived === 'restore' ? { removed: 0 } : {}),
		...Object.fromEntries(Object.entries(given).filter(([field]) => !rules.isOnlyForNew(field))),
	};
}

/**
 * The values of the key among the fields. A record that was found takes another value that was given for the field, and
 * no other spelling of what it was found by; a new one must be found by the key the next time, and only takes the
 * other's spelling. A list is never replaced by its key: it keeps what it has, unless other values were given for it,
 * which the key's then joins.
 */
function keyValues({ item, entity, input, rules, search }: Request, row?: IDataObject): IDataObject {
	const values: IDataObject = {};
	for (const [name, value] of Object.entries(search.wanted)) {
		if (name === 'id') continue;
		const field = keyField(entity, name);
		const more = isBlank(field, input[name]) ? [] : listOf(item.toWire(field, input[name]));
		const spelledAs = (one: unknown) => more.find((other) => sameItem(field, one, other)) ?? one;
		if (isList(field)) {
			const kept = row !== undefined && !rules.addToLists && more.length === 0 ? listOf(row[name]) : [];
			values[name] = union(field, kept, [...listOf(value).map(spelledAs), ...more]) as Wire;
		} else if (row === undefined) {
			values[name] = spelledAs(value) as Wire;
		} else if (more.length === 0) {
			// One by which it was not found may not be known of it yet.
			values[name] = isBlank(field, row[name]) ? (spelledAs(value) as Wire) : row[name];
		}
	}
	return values;
}

/** Each value in the spelling that is saved. */
function canonicalIn(entity: Entity, body: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(body).map(([name, value]) => [name, canonical(keyField(entity, name), value)]),
	);
}

/** What the form of Create begins with. */
function defaultsOf({ fields }: Entity): IDataObject {
	const required = fields.filter((field) => field.required);
	return Object.fromEntries(required.map((field) => [field.name, kindOf(field).defaultValue(field)]));
}

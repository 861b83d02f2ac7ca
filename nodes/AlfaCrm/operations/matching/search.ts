import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { byId } from '../../entities/match';
import type { Entity } from '../../entities/types';
import { keyReadings, listOf, searchForms } from '../../fields/field';
import { fold } from '../../fields/fold';
import type { Field } from '../../fields/types';
import type { Item } from '../context';
import { lookUp, notFound } from '../records/lookUp';
import type { Target } from '../target';
import { isArchived } from './archived';
import type { Branch } from './branches';
import { allBranches, inEachBranch } from './branches';
import type { Found } from './decide';
import type { Search } from './keys';
import { keyField } from './keys';
import type { Match } from './written';
import { indexRows } from './written';

export interface Matches {
	matches: Match[];
	/** False when a list kept changing while it was read, so that a record may be there that did not come. */
	isSure: boolean;
}

/**
 * The records that a key finds, each once, in all of the branches. AlfaCRM's filters only narrow the lists down, for
 * some are ignored and others find too much; each row that comes is compared here.
 */
export async function findMatches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	branches: readonly Branch[],
): Promise<Matches> {
	const found = new Map<number, Match>();
	let isSure = true;
	const take = async (match: Match): Promise<void> => {
		const id = readId(match.row.id);
		if (id === undefined) return;
		const current = (await item.run.ownCopy(entity, id, match.row)) ?? match;
		if (fits(search, current.row) && !found.has(id)) found.set(id, current);
	};
	await inEachBranch(item, branches, async (branch) => {
		for (const questions of questionsOf(entity, search)) {
			for (const question of questions) {
				const at = item.run.now();
				const answer = await ask(item, entity, { ...target, branch }, search, question);
				isSure &&= answer.isSure;
				for (const row of answer.rows) await take({ row, branch, at });
				const filter = JSON.stringify([entity.path, ...Object.keys(question)]);
				if (answer.rows.some((row) => isBeyond(question, row))) item.run.looseFilters.add(filter);
				if (item.run.looseFilters.has(filter)) break;
			}
		}
	});
	const written = item.run.writtenTo(entity.path);
	for (const field of search.fields) {
		for (const one of listOf(search.wanted[field.name])) {
			for (const match of written.having(field, one)) {
				const id = Number(match.row.id);
				if (branches.includes(match.branch) && !found.has(id))
					await take(await asItIs(item, entity, match, target));
			}
		}
	}
	return { matches: [...found.values()], isSure };
}

/** A record that was written and that the search did not show: as it is now, or as written where it is not shown yet. */
async function asItIs(item: Item, entity: Entity, match: Match, target: Target): Promise<Match> {
	const at = item.run.now();
	const { record } = await lookUp(
		(list, options) => item.collect(list, options),
		entity,
		Number(match.row.id),
		{ ...target, branch: match.branch },
	);
	return record ? { row: record, branch: match.branch, at } : match;
}

/** The same records, each with whether it is archived. */
export async function withArchived(
	item: Item,
	entity: Entity,
	target: Target,
	matches: readonly Match[],
): Promise<Found[]> {
	const found: Found[] = [];
	for (const match of matches) {
		found.push({ ...match, archived: await isArchived(item, entity, target, match) });
	}
	return found;
}

/**
 * A record by its ID, in the branch of the call or, where records may be in any, in another one.
 *
 * @throws NodeApiError when there is none
 */
export async function reach(item: Item, entity: Entity, id: number, target: Target): Promise<Match> {
	const own = item.run.writtenTo(entity.path).get(id);
	const place = own?.branch ?? target.branch;
	const at = item.run.now();
	const { record: row, isSure } = await lookUp((list, options) => item.collect(list, options), entity, id, {
		...target,
		branch: place,
	});
	if (row) return (await item.run.ownCopy(entity, id, row)) ?? { row, branch: place, at };
	if (own) return own;
	const isAnywhere = entity.match?.everyBranch === true;
	const others = isAnywhere ? (await allBranches(item, target.branch)).slice(1) : [];
	if (others.length > 0) {
		const search = { key: byId, wanted: { id }, fields: [keyField(entity, 'id')] };
		const { matches } = await findMatches(item, entity, target, search, others);
		if (matches.length > 0) return matches[0];
	}
	const { message, description, status } = notFound(
		entity,
		id,
		isAnywhere ? undefined : target.branch,
		isSure,
	);
	throw item.failed(message, description, status);
}

/**
 * Whether a row does not hold the very text that it was asked by. Then AlfaCRM looks at the digits of phones alone, or
 * ignores the filter, and the other spellings bring nothing new.
 */
function isBeyond(question: IDataObject, row: IDataObject): boolean {
	return Object.entries(question).some(
		([name, asked]) =>
			row[name] !== undefined &&
			!listOf(row[name]).some((one) => fold(String(one)).includes(fold(String(asked)))),
	);
}

/** All rows that a question brings. */
async function ask(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	question: IDataObject,
): Promise<{ rows: IDataObject[]; isSure: boolean }> {
	const list = {
		...target,
		body: { ...target.query, ...entity.reveal, ...question },
		task: `look for the ${entity.label.toLowerCase()}`,
	};
	const [field] = search.fields;
	if (search.fields.length === 1 && field.type === 'custom') {
		return await askForCustom(item, entity, list, field, search.wanted[field.name]);
	}
	return await read(item, entity, list);
}

async function read(item: Item, { plural }: Entity, list: Parameters<Item['collect']>[0]) {
	const { rows, whole, stable, total = 0 } = await item.collect(list);
	if (!whole) {
		item.run.hints.add(
			`AlfaCRM counts more ${plural.toLowerCase()} than it shows, so one that was looked for may not have been found`,
			`${total} counted, ${rows.length} shown`,
		);
	}
	return { rows, isSure: whole || stable };
}

/**
 * The rows among which something must be, if it is there at all.
 *
 * @throws NodeApiError when the list keeps changing, so that what is not found may be there
 */
export async function surely(
	item: Item,
	entity: Entity,
	list: Parameters<Item['collect']>[0],
): Promise<IDataObject[]> {
	const { rows, isSure } = await read(item, entity, list);
	if (isSure) return rows;
	throw unsure(item, entity);
}

/** A second record would be worse than none. */
export function unsure(item: Item, { label, plural }: Entity): Error {
	return item.failed(
		`AlfaCRM's list of ${plural.toLowerCase()} kept changing while it was read, so it is not sure that this ${label.toLowerCase()} is new`,
		'Run it again. Nothing was saved.',
	);
}

/**
 * A filter that AlfaCRM ignores brings the whole list, which would be read for each item. Rows that do not hold the
 * value tell that, or that AlfaCRM looks for parts of texts: then these rows are not all there are. So from the next
 * item on the list is read once without the filter, and serves all of them.
 */
async function askForCustom(
	item: Item,
	entity: Entity,
	list: Parameters<Item['collect']>[0],
	field: Field,
	wanted: unknown,
): Promise<{ rows: IDataObject[]; isSure: boolean }> {
	const key = JSON.stringify([list.branch, field.name]);
	if (!item.run.findsTooMuch.has(key)) {
		const answer = await read(item, entity, list);
		if (answer.rows.some((row) => !holds(field, row[field.name], wanted))) item.run.findsTooMuch.add(key);
		return answer;
	}
	const body = Object.entries(list.body ?? {}).filter(([name]) => name !== field.name);
	const everything = { ...list, body: Object.fromEntries(body) as IDataObject };
	const { index, isSure } = await item.run.shared(
		entity.path,
		key,
		async () => {
			const answer = await read(item, entity, everything);
			return { index: indexRows(field, answer.rows), isSure: answer.isSure };
		},
		(known) => known.isSure,
	);
	return { rows: keyReadings(field, wanted).flatMap((reading) => index.get(reading) ?? []), isSure };
}

/** Groups of filters; those of a group find the same value in its spellings. */
function questionsOf(entity: Entity, { key, wanted }: Search): IDataObject[][] {
	const names = (key.ask ?? key.fields).filter((name) => name in wanted);
	const each = names.map((name) =>
		listOf(wanted[name]).map((value) => filtersFor(entity, name, value as IDataObject[string])),
	);
	return key.any ? each.flat() : groupsOfOne(each);
}

/** A record has one of several phones, but all of several fields. */
function groupsOfOne(each: IDataObject[][][]): IDataObject[][] {
	const [first = [], ...others] = each;
	return first.map((questions) => [...questions, ...others.flat(2)]);
}

function filtersFor(entity: Entity, name: string, value: IDataObject[string]): IDataObject[] {
	const field = keyField(entity, name);
	const forms = searchForms(field, name, value);
	const isKnown = (filter: string) =>
		filter === 'id' || filter.startsWith('custom_') || entity.filters.some((one) => one.name === filter);
	return forms.every((form) => Object.keys(form).every(isKnown)) ? forms : [{}];
}

/** Whether a row has what the key wants. */
export function fits({ key, wanted, fields }: Search, row: IDataObject): boolean {
	const agrees = (field: Field) => holds(field, row[field.name], wanted[field.name]);
	return key.any ? fields.some(agrees) : fields.every(agrees);
}

function holds(field: Field, held: unknown, wanted: unknown): boolean {
	const readings = new Set(listOf(wanted).flatMap((one) => keyReadings(field, one)));
	return listOf(held).some((one) => keyReadings(field, one).some((reading) => readings.has(reading)));
}

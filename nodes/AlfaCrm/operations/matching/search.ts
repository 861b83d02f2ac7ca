import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import { SMALLEST_PAGE } from '../../api/pages';
import type { Entity } from '../../entities/types';
import { isCustom } from '../../fields/custom';
import { isNear, normalForms, listOf, sameItem, searchForms } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import type { Field } from '../../entities/fieldTypes';
import type { Item } from '../execution/item';
import { currentRecord, listIn } from '../records/findById';
import type { Target } from '../records/target';
import { branchesOf } from '../records/target';
import { archivedState } from '../records/archived';
import type { Places } from '../records/branches';
import { inEachBranch } from '../records/branches';
import type { Found } from './decide';
import type { Search } from './keys';
import { keyField } from './keys';
import type { IncompleteList, ReadList } from '../records/readList';
import { readList } from '../records/readList';
import type { LocatedRecord } from '../execution/writeCache';
import { indexRows } from '../execution/writeCache';

export interface Matches {
	matches: LocatedRecord[];
	incomplete?: IncompleteList;
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
	{ branches, incomplete: incompleteBranches }: Places,
): Promise<Matches> {
	const found = new Map<number, LocatedRecord>();
	let incomplete = incompleteBranches;
	const take = async (match: LocatedRecord): Promise<void> => {
		const id = readId(match.row.id);
		if (id === undefined) return;
		const known = item.execution.cachedCopy(entity, id, match.row) ?? match;
		if (isMatch(search, known.row) && !found.has(id)) found.set(id, known);
	};
	const { unread } = await inEachBranch(item, branches, target.branch, async (branch) => {
		for (const queries of queriesOf(entity, search)) {
			for (const query of queries) {
				const version = item.execution.version();
				const answer = await runQuery(item, entity, { ...target, branch }, query);
				incomplete ??= answer.incomplete;
				for (const row of answer.rows) await take({ row, branch, version });
				const filter = JSON.stringify([entity.path, ...Object.keys(query.filters)]);
				if (answer.rows.some((row) => isLooseMatch(query, row))) item.execution.looseFilters.add(filter);
				if (item.execution.looseFilters.has(filter)) break;
			}
		}
		return undefined;
	});
	if (unread !== undefined) incomplete ??= listIn(entity, unread);
	const written = item.execution.writeCacheOf(entity.path);
	for (const field of search.fields) {
		for (const one of listOf(search.wanted[field.name])) {
			for (const match of written.having(field, one)) {
				const id = Number(match.row.id);
				const isThere = branchesOf(match.branch, entity.fields, match.row).some((one) =>
					branches.includes(one),
				);
				if (isThere && !found.has(id)) await take(await latestOf(item, entity, match, target));
			}
		}
	}
	return { matches: [...found.values()], incomplete };
}

/** A record that was written and that the search did not show: as it is now, or as written where it is not shown yet. */
async function latestOf(
	item: Item,
	entity: Entity,
	written: LocatedRecord,
	target: Target,
): Promise<LocatedRecord> {
	const { branch } = written;
	const { match } = await currentRecord(item, entity, Number(written.row.id), { ...target, branch });
	return match ?? written;
}

/** The same records, each with whether it is archived. */
export async function withArchived(
	item: Item,
	entity: Entity,
	target: Target,
	matches: readonly LocatedRecord[],
): Promise<Found[]> {
	const found: Found[] = [];
	for (const match of matches) {
		found.push({ ...match, archived: await archivedState(item, entity, target, match) });
	}
	return found;
}

/**
 * Whether a row does not hold the very text that it was asked by. Then AlfaCRM looks at the digits of phones alone, or
 * ignores the filter, and the other spellings bring nothing new.
 */
function isLooseMatch({ filters }: Query, row: IDataObject): boolean {
	return Object.entries(filters).some(
		([name, asked]) =>
			row[name] !== undefined &&
			!listOf(row[name]).some((one) => normalizeText(String(one)).includes(normalizeText(String(asked)))),
	);
}

/**
 * The rows that may hold what a query is about. A filter that AlfaCRM ignores brings the whole list, which would be
 * read for each item. So once that is seen, or where there is no filter, the list is read whole once for all items.
 */
async function runQuery(
	item: Item,
	entity: Entity,
	target: Target,
	{ field, value, filters }: Query,
): Promise<ReadList> {
	const body = { ...target.query, ...entity.hidden?.show };
	const list = { ...target, body, task: `look for the ${entity.label.toLowerCase()}` };
	const key = JSON.stringify([entity.path, field.name]);
	const { ignoredFilters } = item.execution;
	if (Object.keys(filters).length === 0 || ignoredFilters.has(key)) {
		const { rows, indexOf, incomplete } = await wholeList(item, entity, list);
		assertFieldShown(item, entity, field, rows);
		const index = indexOf(field);
		return { rows: normalForms(field, value).flatMap((form) => index.get(form) ?? []), incomplete };
	}
	const answer = await readList(item, entity, { ...list, body: { ...body, ...filters } });
	assertFieldShown(item, entity, field, answer.rows);
	const strangers = answer.rows.filter((row) => !mayBeFound(field, row[field.name], value, filters));
	// Fewer than fill a page cost no more than a filter that works.
	if (strangers.length >= SMALLEST_PAGE) ignoredFilters.add(key);
	return answer;
}

/** Whether a filter can have found a row, by the value itself or by a part of it. */
function mayBeFound(field: Field, held: unknown, value: unknown, filters: IDataObject): boolean {
	return listOf(held).some(
		(one) => sameItem(field, one, value) || Object.values(filters).some((asked) => isNear(field, one, asked)),
	);
}

/** All rows of a list, read once for all items of the execution, by the values of any field. */
async function wholeList(item: Item, entity: Entity, list: ListQuery) {
	return await item.execution.cached(
		entity.path,
		JSON.stringify(['whole', list.branch, list.body]),
		async () => {
			const { rows, incomplete } = await readList(item, entity, list);
			const indexes = new Map<string, Map<string, IDataObject[]>>();
			const indexOf = (field: Field) => {
				const index = indexes.get(field.name) ?? indexRows(field, rows);
				indexes.set(field.name, index);
				return index;
			};
			return { rows, indexOf, incomplete };
		},
		(known) => known.incomplete === undefined,
	);
}

/** By a name that no record shows nobody would ever be found, and a second record made at each run. */
function assertFieldShown(
	item: Item,
	{ label }: Entity,
	{ name }: Field,
	rows: readonly IDataObject[],
): void {
	if (!isCustom(name) || rows.length === 0 || rows.some((row) => name in row)) return;
	throw item.refused(
		`AlfaCRM's ${label.toLowerCase()} has no field "${name}"`,
		`Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are. ${item.savedNote()}`,
	);
}

/** One value to ask a list for, and the filters that do. */
interface Query {
	field: Field;
	value: unknown;
	/** None where the list has no such filter. */
	filters: IDataObject;
}

/** Groups of queries; those of a group find the same value in its spellings. */
function queriesOf(entity: Entity, { key, wanted }: Search): Query[][] {
	const names = (key.ask ?? key.fields).filter((name) => name in wanted);
	const each = names.map((name) =>
		listOf(wanted[name]).map((value) => queriesFor(entity, name, value as IDataObject[string])),
	);
	return key.any ? each.flat() : groupsOfOne(each);
}

/** A record has one of several phones, but all of several fields. */
function groupsOfOne(each: Query[][][]): Query[][] {
	const [first = [], ...others] = each;
	return first.map((queries) => [...queries, ...others.flat(2)]);
}

function queriesFor(entity: Entity, name: string, value: IDataObject[string]): Query[] {
	const field = keyField(entity, name);
	const forms = searchForms(field, name, value);
	const isKnown = (filter: string) =>
		filter === 'id' || isCustom(filter) || entity.filters.some((one) => one.name === filter);
	const isFilter = forms.every((form) => Object.keys(form).every(isKnown));
	return (isFilter ? forms : [{}]).map((filters) => ({ field, value, filters }));
}

/** Whether a row has what the key wants. */
export function isMatch({ key, wanted, fields }: Search, row: IDataObject): boolean {
	const agrees = (field: Field) => holds(field, row[field.name], wanted[field.name]);
	return key.any ? fields.some(agrees) : fields.every(agrees);
}

function holds(field: Field, held: unknown, wanted: unknown): boolean {
	const forms = new Set(listOf(wanted).flatMap((one) => normalForms(field, one)));
	return listOf(held).some((one) => normalForms(field, one).some((form) => forms.has(form)));
}

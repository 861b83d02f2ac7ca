import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { formatDay, OPEN_END, readFlag } from '../values/formats';
import type { Page } from '../api/pages';
import { pages } from '../api/pages';
import { archivedFlag } from '../entities/archive';
import { passesOf } from '../entities/listCall';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { parentOf } from './parent';
import { chosenBranch } from './rows';
import { searchMethod } from '../entities/methodNames';
import { searchFor } from './pickerSearch';
import { Names } from './names';
import { fullTitleOf, toldApart } from '../fields/titles';

type SearchMethod = (
	this: ILoadOptionsFunctions,
	filter?: string,
	token?: string,
) => Promise<INodeListSearchResult>;

/** How many entries are shown at least, if there are as many, before somebody scrolls for more. */
const MIN_RESULTS = 20;
/** How many pages are read for that at most, since what no filter can find is looked for page by page. */
const MAX_PAGES = 10;
const PAGE_SIZE = 100;

/** A searchable list, page by page, for each entity with too many records for a dropdown. */
export const listSearch: Record<string, SearchMethod> = Object.fromEntries(
	entities
		.filter(({ listed }) => listed?.search !== undefined)
		.map((entity) => [
			searchMethod(entity),
			async function (this: ILoadOptionsFunctions, filter = '', token = '') {
				return await find(this, entity, filter.trim(), token);
			},
		]),
);

/** Lists that are read one after the other. */
interface Pass {
	body: IDataObject;
	/** Unknown for those that cannot be archived. */
	isArchived?: boolean;
}

/** Where to go on: n8n keeps no more than a text between two pages. */
interface Cursor {
	pass: number;
	query: number;
	page: number;
	/** How many rows to ask for on the page; left to AlfaCRM where it takes no size. */
	size?: number;
	/** Rows of this list so far. */
	seen: number;
	/** What was shown, where another list shows it again. Such lists are those of one record, so they are short. */
	shown?: unknown[];
}

const BEGIN: Cursor = { pass: 0, query: 0, page: 0, size: PAGE_SIZE, seen: 0 };

async function find(
	context: ILoadOptionsFunctions,
	entity: Entity,
	typed: string,
	token: string,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const parent = parentOf(context, entity, client.zone);
	// Nothing that could be chosen: an empty value stays one.
	if (parent && parent.id === undefined)
		return { results: [{ name: `Choose '${parent.label}' first, or give an ID`, value: '' }] };
	const branch = await chosenBranch(context, client, entity);
	const search = searchFor(entity, typed, client.zone);
	const passes = searchPasses(entity);
	const names = new Names(client, branch);
	const results = new Map<unknown, INodeListSearchResult['results'][number]>();
	let next: Cursor | undefined = token === '' ? BEGIN : (JSON.parse(token) as Cursor);
	for (let count = 0; next !== undefined && count < MAX_PAGES && results.size < MIN_RESULTS; count++) {
		const cursor: Cursor = next;
		const { body, isArchived } = passes[cursor.pass];
		const call = {
			path: entity.path,
			branch,
			...(parent ? { query: { [parent.name]: parent.id } } : {}),
			body: { ...body, ...search.queries[cursor.query] },
			...{ firstPage: cursor.page, pageSize: cursor.size, rowsBefore: cursor.seen },
			task: `search the ${entity.plural.toLowerCase()}`,
		};
		const page = (await pages(client, call).next()).value as Page;
		const { rows } = page;
		await names.readFor(rows, entity);
		const found = rows
			.filter((row) => isInPass(row, entity, isArchived) && !cursor.shown?.includes(row.id))
			.map((row) => ({ row, name: fullTitleOf(row, entity, names, isArchived === true || isDead(row)) }))
			.filter(({ row, name }) => search.matches(row, name));
		for (const { row, name } of found) {
			const value = row.id as number;
			if (!results.has(value)) results.set(value, { name, value });
		}
		const isMissed = cursor.page === 0 && found.length === 0;
		next =
			isMissed && cursor.query + 1 < search.queries.length
				? { ...BEGIN, pass: cursor.pass, query: cursor.query + 1 }
				: nextPage(cursor, page);
		if (next === undefined && cursor.pass + 1 < passes.length) next = { ...BEGIN, pass: cursor.pass + 1 };
		if (next && entity.hidden?.passes)
			next = { ...next, shown: [...(cursor.shown ?? []), ...found.map(({ row }) => row.id)] };
	}
	return { results: toldApart([...results.values()]), paginationToken: next && JSON.stringify(next) };
}

const nextPage = (cursor: Cursor, { last, number, items, size }: Page): Cursor | undefined =>
	last ? undefined : { ...cursor, page: number + 1, size, seen: cursor.seen + items.length };

/** The active ones, then the archived ones, as AlfaCRM itself tells them apart; or one list for each status. */
function searchPasses(entity: Entity): Pass[] {
	const { removed, ...shown } = entity.hidden?.show ?? {};
	if (removed === undefined) return passesOf(entity).map((body) => ({ body: { ...shown, ...body } }));
	return [
		{ body: shown, isArchived: false },
		{ body: { ...shown, removed: 2 }, isArchived: true },
	];
}

/** What a row tells of itself counts, should AlfaCRM list it where it does not belong. */
function isInPass(row: IDataObject, { archive }: Entity, isArchived: boolean | undefined): boolean {
	if (isArchived === undefined) return true;
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag === isArchived;
	// Other days, such as the last one of a group, say nothing of that.
	const day = archive?.day === undefined ? undefined : row[archive.day];
	return !isArchived || formatDay(day, 'iso', 'UTC') !== OPEN_END;
}

/** As subscriptions show that they are archived. */
const isDead = ({ dead }: IDataObject): boolean => readFlag(dead) === 1;

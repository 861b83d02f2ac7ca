import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import type { Page } from '../api/pages';
import { pages } from '../api/pages';
import { readFlag } from '../values/formats';
import { listCall, passesOf } from '../entities/listCall';
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

/** Where to go on: n8n keeps no more than a text between two pages. */
interface Cursor {
	/** Which of several lists, that are read one after the other. */
	pass: number;
	query: number;
	page: number;
	/** How many rows to ask for on the page; left to AlfaCRM where it takes no size. */
	size?: number;
}

const BEGIN: Cursor = { pass: 0, query: 0, page: 0, size: PAGE_SIZE };

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
	const call = { ...listCall(entity, branch), query: parent && { [parent.name]: parent.id } };
	const results = new Map<unknown, INodeListSearchResult['results'][number]>();
	const add = async (rows: readonly IDataObject[], isArchived = false) => {
		await names.readFor(rows, entity);
		const found = rows
			.map((row) => ({ row, name: fullTitleOf(row, entity, names, isArchived || isDead(row)) }))
			.filter(({ row, name }) => search.matches(row, name));
		for (const { row, name } of found) results.set(row.id, { name, value: row.id as number });
		return found.length;
	};
	// What belongs to one record is a short list, which several readings show twice.
	if (parent) {
		await add((await collect(client, call, { passes })).rows);
		return { results: toldApart([...results.values()]) };
	}
	let next: Cursor | undefined = token === '' ? BEGIN : (JSON.parse(token) as Cursor);
	for (let count = 0; next !== undefined && count < MAX_PAGES && results.size < MIN_RESULTS; count++) {
		const cursor: Cursor = next;
		const body = { ...passes[cursor.pass], ...search.queries[cursor.query] };
		const list = { ...call, body, firstPage: cursor.page, pageSize: cursor.size };
		const { rows, last, size } = (await pages(client, list).next()).value as Page;
		const found = await add(rows, 'removed' in passes[cursor.pass]);
		if (cursor.page === 0 && found === 0 && cursor.query + 1 < search.queries.length)
			next = { ...cursor, query: cursor.query + 1 };
		else if (!last) next = { ...cursor, page: cursor.page + 1, size };
		else next = cursor.pass + 1 < passes.length ? { ...BEGIN, pass: cursor.pass + 1 } : undefined;
	}
	return { results: toldApart([...results.values()]), paginationToken: next && JSON.stringify(next) };
}

/** The active ones, then the archived ones, as AlfaCRM itself tells them apart; or one list for each status. API notes 3. */
function searchPasses(entity: Entity): IDataObject[] {
	const { removed, ...shown } = entity.hidden?.show ?? {};
	if (removed !== undefined) return [shown, { ...shown, removed: 2 }];
	return passesOf(entity).map((body) => ({ ...shown, ...body }));
}

/** As subscriptions show that they are archived. */
const isDead = ({ dead }: IDataObject): boolean => readFlag(dead) === 1;

import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import type { Page } from '../api/pages';
import { pages } from '../api/pages';
import { branchOfForm } from '../api/request';
import { formatDay, nearestDay, readFlag } from '../values/formats';
import { listCall, passesOf } from '../entities/listCall';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { chosenBranch, chosenId } from './chosen';
import { LESSON_CUSTOMERS, listMethod } from '../entities/methodNames';
import { loadOptions } from './loadOptions';
import { Names } from './names';
import { normalizeText } from '../fields/normalizeText';
import { digitsIn, holdsPhone, isTooShort, partForms } from '../fields/phones';
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

/** The whole of a short list, of which what holds the typed text is shown. */
const among = (method: string): SearchMethod =>
	async function (this: ILoadOptionsFunctions, filter = '') {
		const looked = normalizeText(filter);
		const options = await loadOptions[method].call(this);
		const results = options.filter(({ name }) => normalizeText(name).includes(looked));
		return { results: results as INodeListSearchResult['results'] };
	};

/** A searchable list for each entity: page by page where it has too many records for a dropdown. */
export const listSearch: Record<string, SearchMethod> = {
	...Object.fromEntries(
		entities.map((entity) => [
			listMethod(entity),
			entity.listed?.search === undefined
				? among(listMethod(entity))
				: async function (this: ILoadOptionsFunctions, filter = '', token = '') {
						return await find(this, entity, filter.trim(), token);
					},
		]),
	),
	[LESSON_CUSTOMERS]: among(LESSON_CUSTOMERS),
};

/** Where to go on: n8n keeps no more than a text between two pages. */
interface Cursor {
	/** Which of several lists, that are read one after the other. */
	pass: number;
	query: number;
	page: number;
	/** How many rows the pages before this one have brought. */
	rowsRead: number;
	/** The ID of the last row of the page before this one. */
	lastId?: unknown;
	/** How many rows to ask for on the page; left to AlfaCRM where it takes no size. */
	size?: number;
}

const BEGIN: Cursor = { pass: 0, query: 0, page: 0, rowsRead: 0, size: PAGE_SIZE };

async function find(
	context: ILoadOptionsFunctions,
	entity: Entity,
	typed: string,
	token: string,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const parent = parentOf(context, entity, client.zone);
	if (parent && parent.id === undefined) return toBeRead(`Choose '${parent.label}' first, or give an ID`);
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
		const page = (await pages(client, list).next()).value as Page;
		const { rows, items, size } = page;
		const rowsRead = cursor.rowsRead + items.length;
		const lastId = items.at(-1)?.id;
		const isRepeated = lastId !== undefined && lastId === cursor.lastId;
		const isLast = isRepeated || isLastPage(page, rowsRead);
		const found = isRepeated ? 0 : await add(rows, 'removed' in passes[cursor.pass]);
		if (cursor.page === 0 && found === 0 && cursor.query + 1 < search.queries.length)
			next = { ...BEGIN, pass: cursor.pass, query: cursor.query + 1 };
		else if (!isLast) next = { ...cursor, page: cursor.page + 1, rowsRead, lastId, size };
		else next = cursor.pass + 1 < passes.length ? { ...BEGIN, pass: cursor.pass + 1 } : undefined;
	}
	if (results.size === 0 && next === undefined && branch !== undefined && branchOfForm(context) === undefined)
		return toBeRead("Nothing found. If there are several branches, choose 'Branch' first");
	return { results: toldApart([...results.values()]), paginationToken: next && JSON.stringify(next) };
}

/**
 * Whether a page brings the last rows of its list. A total that is no more than the length of a later page counts that page
 * alone. API notes 3.
 */
function isLastPage({ items, last, total = Infinity }: Page, rowsRead: number): boolean {
	return last || (total > items.length && rowsRead >= total);
}

/** Nothing that could be chosen: an empty value stays one. */
const toBeRead = (name: string): INodeListSearchResult => ({ results: [{ name, value: '' }] });

/** The active ones, then the archived ones, as AlfaCRM itself tells them apart; or one list for each status. API notes 3. */
function searchPasses(entity: Entity): IDataObject[] {
	const { removed, ...shown } = entity.hidden?.show ?? {};
	if (removed !== undefined) return [shown, { ...shown, removed: 2 }];
	return passesOf(entity).map((body) => ({ ...shown, ...body }));
}

/** As subscriptions show that they are archived. */
const isDead = ({ dead }: IDataObject): boolean => readFlag(dead) === 1;

/**
 * The record whose own ones are listed, as it stands in the form: under the name of the key, alone or in a collection,
 * or, where the form is about such a record, as that. An expression shows it only when the node runs.
 *
 * @returns undefined for an entity that lists all of its records
 */
function parentOf(context: ILoadOptionsFunctions, { listed, keys = [] }: Entity, zone: string) {
	const key = keys.find(({ name }) => name === listed?.search?.of);
	if (key === undefined) return undefined;
	const { name, label } = key;
	const isAbout = 'entity' in key && key.entity === context.getCurrentNodeParameter('resource');
	const places = [name, `updateFields.${name}`, `additionalFields.${name}`, ...(isAbout ? ['id'] : [])];
	const ids = places.map((place) => chosenId(context, { ...key, name: place }, zone));
	return { name, label, id: ids.find((id) => id !== undefined) };
}

/** How what was typed into a picker is looked for. */
interface Search {
	/** Filters to ask with, one after the other until something is found. */
	queries: readonly IDataObject[];
	/** For what the server finds too much of. */
	matches: (row: IDataObject, title: string) => boolean;
}

const EVERYTHING: Search = { queries: [{}], matches: () => true };

function searchFor({ listed: { search } = {} }: Entity, typed: string, zone: string): Search {
	if (typed === '' || search === undefined) return EVERYTHING;
	const day = search.day && (formatDay(typed, 'iso', zone) ?? nearestDay(typed, zone));
	if (search.day && day !== undefined) {
		return { ...EVERYTHING, queries: [Object.fromEntries(search.day.map((name) => [name, day]))] };
	}
	if (search.digits === 'id') {
		const id = Number(typed);
		if (/^\d+$/.test(typed)) return { queries: [{ id }], matches: (row) => Number(row.id) === id };
	} else if (search.digits && looksLikePhone(typed)) {
		return byPhone(search.digits, typed);
	}
	if (search.by) return { ...EVERYTHING, queries: [{ [search.by]: typed }] };
	// No filter of the API can find it.
	const looked = normalizeText(typed);
	return { queries: [{}], matches: (_row, title) => normalizeText(title).includes(looked) };
}

const looksLikePhone = (typed: string): boolean =>
	/^[\d\s()+./\u2010-\u2015-]+$/.test(typed) && digitsIn(typed) !== '' && !isTooShort(typed);

function byPhone(field: string, typed: string): Search {
	return {
		queries: partForms(typed).map((form) => ({ [field]: form })),
		matches: (row) => [row[field]].flat().some((phone) => holdsPhone(phone ?? '', typed)),
	};
}

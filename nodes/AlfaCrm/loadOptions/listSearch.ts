/**
 * Fills the searchable lists of the form. A short list is read whole. A list that is too long for a
 * dropdown, such as customers, is searched page by page as the user types and scrolls.
 */

import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import type { ListRequest, Page } from '../api/pages';
import { readPages } from '../api/pages';
import { readFormBranch } from '../api/request';
import type { Field } from '../entities/fieldTypes';
import { listCall, passesOf } from '../entities/listCall';
import { LESSON_CUSTOMERS, listMethod } from '../entities/methodNames';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { fullTitleOf, toldApart } from '../fields/titles';
import { readFlag } from '../values/formats';
import { chooseBranch, readChosenId } from './formChoices';
import { loadOptions } from './loadOptions';
import { RecordNames } from './recordNames';
import type { SearchCursor, SearchBodies } from './searchCursor';
import { isRepeatedPage, nextCursor, readCursor, toToken } from './searchCursor';
import type { Search } from './typedSearch';
import { makeSearch } from './typedSearch';

type SearchMethod = (
	this: ILoadOptionsFunctions,
	typedText?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

type SearchResult = INodeListSearchResult['results'][number];

/** A search goes on until it has this many results, or until the lists end. */
const MIN_RESULTS = 20;
/** A search reads at most this many pages before it shows what it has found. */
const MAX_PAGES = 10;

/**
 * The methods that fill the searchable lists: one for each entity, and one for the customers of a
 * lesson. n8n requires the name `listSearch`.
 */
export const listSearch: Record<string, SearchMethod> = {
	...Object.fromEntries(entities.map((entity) => [listMethod(entity), makeSearchMethod(entity)])),
	[LESSON_CUSTOMERS]: makeShortListSearch(LESSON_CUSTOMERS),
};

function makeSearchMethod(entity: Entity): SearchMethod {
	if (entity.listed?.search === undefined) return makeShortListSearch(listMethod(entity));

	const parentKey = findParentKey(entity);
	return async function (this: ILoadOptionsFunctions, typedText = '', paginationToken = '') {
		const search = makeSearch(entity, typedText.trim(), this.getTimezone());
		return parentKey === undefined
			? await searchRecords(this, entity, search, paginationToken)
			: await searchRecordsOfParent(this, entity, search, parentKey);
	};
}

/**
 * Makes a search that reads the whole of a short list, and shows the records whose names contain
 * the typed text.
 */
function makeShortListSearch(method: string): SearchMethod {
	return async function (this: ILoadOptionsFunctions, typedText = '') {
		const normalText = normalizeText(typedText);
		const options = await loadOptions[method].call(this);
		const results = options.filter(({ name }) => normalizeText(name).includes(normalText));
		return { results: results as SearchResult[] };
	};
}

// ---------------------------------------------------------------- all records of an entity

async function searchRecords(
	context: ILoadOptionsFunctions,
	entity: Entity,
	search: Search,
	paginationToken: string,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const branch = await chooseBranch(context, client, entity);
	const list = listCall(entity, branch);
	const bodies = { passes: passesToSearch(entity), filters: search.filters };
	const found = new FoundRecords(entity, search, new RecordNames(client, branch));

	let cursor: SearchCursor | undefined = readCursor(paginationToken);
	for (let pagesRead = 0; pagesRead < MAX_PAGES && found.count < MIN_RESULTS; pagesRead++) {
		if (cursor === undefined) break;
		cursor = await searchPage(client, list, bodies, cursor, found);
	}

	const isNothingFound = found.count === 0 && cursor === undefined;
	const mayBeInOtherBranch = branch !== undefined && readFormBranch(context) === undefined;
	if (isNothingFound && mayBeInOtherBranch) {
		return showSentence("Nothing found. If there are several branches, choose 'Branch' first");
	}
	return { results: found.toResults(), paginationToken: toToken(cursor) };
}

/**
 * Reads one page, and adds what matches the search.
 *
 * @returns what to read next
 */
async function searchPage(
	client: ApiClient,
	list: ListRequest,
	bodies: SearchBodies,
	cursor: SearchCursor,
	found: FoundRecords,
): Promise<SearchCursor | undefined> {
	const pass = bodies.passes[cursor.pass];
	const body = { ...pass, ...bodies.filters[cursor.filter] };
	const page = await readPage(client, { ...list, body }, cursor);

	// Only the pass for archived records has `removed` in its body.
	const isArchivedPass = 'removed' in pass;
	const foundCount = isRepeatedPage(cursor, page) ? 0 : await found.add(page.rows, isArchivedPass);
	return nextCursor(bodies, cursor, page, foundCount);
}

async function readPage(
	client: ApiClient,
	list: ListRequest,
	{ page, size }: SearchCursor,
): Promise<Page> {
	// `readPages` yields at least one page or throws, so the first step always has a value.
	const walk = readPages(client, { ...list, firstPage: page, pageSize: size });
	const { value } = await walk.next();
	return value as Page;
}

/**
 * Lists the passes in which a long list is asked, one after the other, to show all records. If
 * AlfaCRM lists archived records apart, the first pass asks for active records and the second for
 * archived ones (`removed: 2`). Otherwise there are the passes of the entity, such as one for each
 * status of lessons. API notes 3.
 */
function passesToSearch(entity: Entity): IDataObject[] {
	const { removed, ...view } = entity.hidden?.show ?? {};
	const hasArchive = removed !== undefined;
	if (hasArchive) return [view, { ...view, removed: 2 }];
	return passesOf(entity).map((pass) => ({ ...view, ...pass }));
}

// ---------------------------------------------------------------- the records of one parent

/**
 * Finds the key that holds the parent of a record, such as the customer of a subscription. Returns
 * undefined if the records are listed without a parent.
 */
function findParentKey({ listed, keys = [] }: Entity): Field | undefined {
	return keys.find(({ name }) => name === listed?.search?.of);
}

/**
 * Lists the records of the parent that is chosen in the form. They are few, so all are read at
 * once.
 */
async function searchRecordsOfParent(
	context: ILoadOptionsFunctions,
	entity: Entity,
	search: Search,
	parentKey: Field,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const parentId = readParentId(context, parentKey, client.zone);
	if (parentId === undefined)
		return showSentence(`Choose '${parentKey.label}' first, or give an ID`);

	const branch = await chooseBranch(context, client, entity);
	const list = { ...listCall(entity, branch), query: { [parentKey.name]: parentId } };
	const { rows } = await collect(client, list, { passes: passesToSearch(entity) });
	const found = new FoundRecords(entity, search, new RecordNames(client, branch));
	await found.add(rows);
	return { results: found.toResults() };
}

/**
 * Reads the ID of the parent from the form. The parent may stand in a parameter of its own, in a
 * collection, or in `id` if the resource of the form is the entity of the parent. Returns undefined
 * if no parent is chosen, or if an expression will choose it when the node runs.
 */
function readParentId(
	context: ILoadOptionsFunctions,
	parentKey: Field,
	zone: string,
): number | undefined {
	const { name } = parentKey;
	const parameters = [name, `updateFields.${name}`, `additionalFields.${name}`];
	const isResourceOfParent =
		'entity' in parentKey && parentKey.entity === context.getCurrentNodeParameter('resource');
	if (isResourceOfParent) parameters.push('id');

	const ids = parameters.map((parameter) =>
		readChosenId(context, { ...parentKey, name: parameter }, zone),
	);
	return ids.find((id) => id !== undefined);
}

// ---------------------------------------------------------------- results

/** The records that a search has found so far. A record that two pages show counts once. */
class FoundRecords {
	private readonly resultsById = new Map<unknown, SearchResult>();

	constructor(
		private readonly entity: Entity,
		private readonly search: Search,
		private readonly names: RecordNames,
	) {}

	get count(): number {
		return this.resultsById.size;
	}

	/**
	 * Adds the rows that match the search.
	 *
	 * @param areArchived whether AlfaCRM was asked for archived records
	 * @returns how many rows match
	 */
	async add(rows: readonly IDataObject[], areArchived = false): Promise<number> {
		await this.names.readFor(rows, this.entity);
		let matchCount = 0;
		for (const row of rows) {
			const isArchived = areArchived || isArchivedSubscription(row);
			const title = fullTitleOf(row, this.entity, this.names, isArchived);
			if (!this.search.matches(row, title)) continue;
			this.resultsById.set(row.id, { name: title, value: row.id as number });
			matchCount++;
		}
		return matchCount;
	}

	/** Lists the results. Results with the same title also show their IDs. */
	toResults(): SearchResult[] {
		return toldApart([...this.resultsById.values()]);
	}
}

/**
 * Whether a subscription shows that it is archived. Other records have no such flag. API notes 5.5.
 */
function isArchivedSubscription({ dead }: IDataObject): boolean {
	return readFlag(dead) === 1;
}

/**
 * Shows a sentence in place of results. Its value is empty, so a user who chooses it chooses no
 * record.
 */
function showSentence(sentence: string): INodeListSearchResult {
	return { results: [{ name: sentence, value: '' }] };
}

import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import type { ListRequest, Page } from '../api/pages';
import { pages } from '../api/pages';
import { branchOfForm } from '../api/request';
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
import type { SearchCursor, SearchPlan } from './searchCursor';
import { isRepeatedPage, nextCursor, readCursor, toToken } from './searchCursor';
import type { Search } from './typedSearch';
import { makeSearch } from './typedSearch';

/**
 * Fills the searchable lists of the form. A short list is read whole. A list that is too long for a
 * dropdown, such as customers, is searched page by page as the user types and scrolls.
 */

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

/** A searchable list for each entity, and for the customers of a lesson. */
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

/** Makes a search that reads the whole of a short list, and shows what contains the typed text. */
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
	const plan = { passes: passesToSearch(entity), filters: search.filters };
	const found = new FoundRecords(entity, search, new RecordNames(client, branch));

	let cursor: SearchCursor | undefined = readCursor(paginationToken);
	for (let pagesRead = 0; pagesRead < MAX_PAGES && found.count < MIN_RESULTS; pagesRead++) {
		if (cursor === undefined) break;
		cursor = await searchPage(client, list, plan, cursor, found);
	}

	const isNothingFound = found.count === 0 && cursor === undefined;
	const mayBeInOtherBranch = branch !== undefined && branchOfForm(context) === undefined;
	if (isNothingFound && mayBeInOtherBranch) {
		return explain("Nothing found. If there are several branches, choose 'Branch' first");
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
	plan: SearchPlan,
	cursor: SearchCursor,
	found: FoundRecords,
): Promise<SearchCursor | undefined> {
	const pass = plan.passes[cursor.pass];
	const body = { ...pass, ...plan.filters[cursor.filter] };
	const page = await readPage(client, { ...list, body }, cursor);

	const isArchivedPass = 'removed' in pass;
	const foundCount = isRepeatedPage(cursor, page) ? 0 : await found.add(page.rows, isArchivedPass);
	return nextCursor(plan, cursor, page, foundCount);
}

async function readPage(
	client: ApiClient,
	list: ListRequest,
	{ page, size }: SearchCursor,
): Promise<Page> {
	const walk = pages(client, { ...list, firstPage: page, pageSize: size });
	const { value } = await walk.next();
	return value as Page;
}

/**
 * Lists what to ask a long list with. Active records come first, then archived ones, which AlfaCRM
 * lists apart; or one list comes after the other for each status. API notes 3.
 */
function passesToSearch(entity: Entity): IDataObject[] {
	const { removed, ...view } = entity.hidden?.show ?? {};
	const hasArchive = removed !== undefined;
	if (hasArchive) return [view, { ...view, removed: 2 }];
	return passesOf(entity).map((pass) => ({ ...view, ...pass }));
}

// ---------------------------------------------------------------- the records of one parent

/** Finds the key that says whose records are listed, such as the customer of a subscription. */
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
	if (parentId === undefined) return explain(`Choose '${parentKey.label}' first, or give an ID`);

	const branch = await chooseBranch(context, client, entity);
	const list = { ...listCall(entity, branch), query: { [parentKey.name]: parentId } };
	const { rows } = await collect(client, list, { passes: passesToSearch(entity) });
	const found = new FoundRecords(entity, search, new RecordNames(client, branch));
	await found.add(rows);
	return { results: found.toResults() };
}

/**
 * Finds the parent in the form: in a parameter of its own, in a collection, or as the record that
 * the form is about. Returns undefined also if an expression gives it when the node runs.
 */
function readParentId(
	context: ILoadOptionsFunctions,
	parentKey: Field,
	zone: string,
): number | undefined {
	const { name } = parentKey;
	const parameters = [name, `updateFields.${name}`, `additionalFields.${name}`];
	const isFormAboutParent =
		'entity' in parentKey && parentKey.entity === context.getCurrentNodeParameter('resource');
	if (isFormAboutParent) parameters.push('id');

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

	/** Lists the results. Those with the same title also show their IDs. */
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
 * Shows a sentence in place of results. Choosing it chooses nothing, because its value is empty.
 */
function explain(sentence: string): INodeListSearchResult {
	return { results: [{ name: sentence, value: '' }] };
}

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
import type { Field, OfType } from '../entities/fieldTypes';
import { makeListCall, passesOf } from '../entities/listCall';
import { LESSON_CUSTOMERS, listMethod, ownerListMethod } from '../entities/methodNames';
import { entities, entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { fullTitleOf, addIdsToEqualNames } from '../fields/titles';
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
 * The methods that fill the searchable lists: one for each entity, one for the customers of a
 * lesson, and one for each kind of owner. n8n requires the name `listSearch`.
 */
export const listSearch: Record<string, SearchMethod> = {
	...Object.fromEntries(entities.map((entity) => [listMethod(entity), makeSearchMethod(entity)])),
	[LESSON_CUSTOMERS]: makeShortListSearch(LESSON_CUSTOMERS),
	...Object.fromEntries(
		listOwnerFields().map((field) => [ownerListMethod(field.by), makeOwnerSearch(field)]),
	),
};

/** Lists the fields that hold an owner: a record of the entity that another field names. */
function listOwnerFields(): OwnerField[] {
	const ownerFields: OwnerField[] = [];
	for (const { fields, parentFields = [] } of entities) {
		const allFields = [...parentFields, ...fields];
		for (const field of allFields) {
			if (field.type !== 'owner') continue;

			const kindField = allFields.find(({ name }) => name === field.by);
			const defaultKind = kindField?.type === 'choice' ? kindField.default : undefined;
			ownerFields.push({ ...field, defaultKind });
		}
	}
	return ownerFields;
}

/** A field that holds an owner, and the kind of owner with which the form begins. */
interface OwnerField extends OfType<'owner'> {
	defaultKind?: number | string;
}

/** Makes the search for owners: it lists the records of the entity that the form names. */
function makeOwnerSearch({ by, entities: entityNames, defaultKind }: OwnerField): SearchMethod {
	return async function (this: ILoadOptionsFunctions, typedText, paginationToken) {
		// n8n may leave out a parameter that still has its default.
		const chosenKind = String(this.getCurrentNodeParameter(by) ?? defaultKind);
		if (!Object.hasOwn(entityNames, chosenKind)) {
			return showSentence('Choose what the record is first, or give an ID');
		}

		const entity = entityOf(entityNames[chosenKind]);
		return await listSearch[listMethod(entity)].call(this, typedText, paginationToken);
	};
}

/**
 * Makes the method that fills the searchable list of an entity: a search page by page if the list
 * is long, and the whole list if it is short.
 */
function makeSearchMethod(entity: Entity): SearchMethod {
	const isShortList = entity.listed?.search === undefined;
	if (isShortList) return makeShortListSearch(listMethod(entity));

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

/** AlfaCRM's list that a search reads, and the bodies of the calls. */
interface SearchCalls {
	client: ApiClient;
	list: ListRequest;
	bodies: SearchBodies;
}

/**
 * Searches the records of an entity page by page, until there are enough results to show. When the
 * user scrolls, n8n calls again with the pagination token, and the search goes on from there.
 *
 * @param paginationToken empty for a new search
 */
async function searchRecords(
	context: ILoadOptionsFunctions,
	entity: Entity,
	search: Search,
	paginationToken: string,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const branch = await chooseBranch(context, client, entity);
	const bodies = { passes: passesToSearch(entity), filters: search.filters };
	const calls = { client, list: makeListCall(entity, branch), bodies };
	const results = new FoundRecords(entity, search, new RecordNames(client, branch));
	const cursor = await searchPages(calls, readCursor(paginationToken), results);

	// A later call continues a search that has already shown results.
	const isFirstCall = paginationToken === '';
	const isNothingFound = isFirstCall && results.count === 0 && cursor === undefined;
	const mayBeInOtherBranch = branch !== undefined && readFormBranch(context) === undefined;
	if (isNothingFound && mayBeInOtherBranch) {
		return showSentence("Nothing found. If there are several branches, choose 'Branch' first");
	}
	return { results: results.toResults(), paginationToken: toToken(cursor) };
}

/**
 * Reads one page after the other until there are enough results to show.
 *
 * @returns the cursor for the next call, when the user scrolls; undefined at the end of the search
 */
async function searchPages(
	calls: SearchCalls,
	firstCursor: SearchCursor,
	results: FoundRecords,
): Promise<SearchCursor | undefined> {
	let cursor: SearchCursor | undefined = firstCursor;
	for (let pagesRead = 0; pagesRead < MAX_PAGES; pagesRead++) {
		if (cursor === undefined || results.count >= MIN_RESULTS) break;
		cursor = await searchPage(calls, cursor, results);
	}
	return cursor;
}

/**
 * Reads one page, and adds the records that match the search to the results. The cursor says which
 * page: one of the passes (such as the archived records), one of the filters, and a page number.
 *
 * @returns the cursor of the next page; undefined at the end of the search
 */
async function searchPage(
	calls: SearchCalls,
	cursor: SearchCursor,
	results: FoundRecords,
): Promise<SearchCursor | undefined> {
	const { client, list, bodies } = calls;
	const pass = bodies.passes[cursor.pass];
	const filter = bodies.filters[cursor.filter];
	const page = await readPage(client, { ...list, body: { ...pass, ...filter } }, cursor);

	// Only the pass for archived records has `removed` in its body.
	const areArchived = 'removed' in pass;
	const isRepeated = isRepeatedPage(cursor, page);
	const foundCount = isRepeated ? 0 : await results.add(page.newRows, { areArchived });
	return nextCursor(bodies, cursor, page, foundCount);
}

/** Reads the page of a list that a cursor names. */
async function readPage(client: ApiClient, list: ListRequest, cursor: SearchCursor): Promise<Page> {
	const pages = readPages(client, { ...list, firstPage: cursor.page, pageSize: cursor.size });
	// `readPages` yields at least one page or throws, so the first step always has a value.
	const { value } = await pages.next();
	return value as Page;
}

/**
 * Returns the passes: the bodies with which a long list is requested, one after the other, because
 * no single body shows all records (docs/alfacrm-api.md 3).
 *
 * - If records of the entity can be archived, the first pass requests active records and the second
 *   pass archived records.
 * - For any other entity, the passes come from its declaration, such as one pass for each status of
 *   lessons.
 */
function passesToSearch(entity: Entity): IDataObject[] {
	// `bodyShowingAll` has the filters that make a list include hidden records. `removed` is one of them only
	// if records of the entity can be archived.
	const { removed, ...otherFilters } = entity.hidden?.bodyShowingAll ?? {};
	if (removed !== undefined) {
		const onlyArchived = { removed: 2 };
		return [otherFilters, { ...otherFilters, ...onlyArchived }];
	}
	return passesOf(entity).map((pass) => ({ ...otherFilters, ...pass }));
}

// ---------------------------------------------------------------- the records of one parent

/**
 * Finds the key that holds the parent of a record, such as the customer of a subscription. Returns
 * undefined if the records are listed without a parent.
 */
function findParentKey({ listed, parentFields = [] }: Entity): Field | undefined {
	const nameOfParentKey = listed?.search?.parentField;
	return parentFields.find(({ name }) => name === nameOfParentKey);
}

/**
 * Lists the records of the parent that is chosen in the form, such as the subscriptions of a
 * customer. They are few, so all are read at once.
 */
async function searchRecordsOfParent(
	context: ILoadOptionsFunctions,
	entity: Entity,
	search: Search,
	parentKey: Field,
): Promise<INodeListSearchResult> {
	const client = new ApiClient(context);
	const parentId = readParentId(context, parentKey, client.zone);
	if (parentId === undefined) {
		return showSentence(`Choose '${parentKey.label}' first, or give an ID`);
	}

	const branch = await chooseBranch(context, client, entity);
	const list = { ...makeListCall(entity, branch), query: { [parentKey.name]: parentId } };
	const { rows } = await collect(client, list, { passes: passesToSearch(entity) });
	const results = new FoundRecords(entity, search, new RecordNames(client, branch));
	await results.add(rows, { areArchived: false });
	return { results: results.toResults() };
}

/**
 * Reads the ID of the parent from the first of these parameters that has an ID:
 *
 * - a parameter with the name of the key
 * - a parameter with this name in the collection of update fields or additional fields
 * - `id`, if the form is about a record of the parent's entity
 *
 * Returns undefined if no parent is chosen, or if an expression will choose the parent when the
 * node runs.
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
	if (isResourceOfParent) {
		parameters.push('id');
	}

	for (const parameter of parameters) {
		const id = readChosenId(context, { ...parentKey, name: parameter }, zone);
		if (id !== undefined) return id;
	}
	return undefined;
}

// ---------------------------------------------------------------- results

/** The records that a search has found so far. A record that two pages show is kept once. */
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
	 * @returns how many rows match, including records that an earlier page has shown
	 */
	async add(
		rows: readonly IDataObject[],
		{ areArchived }: { areArchived: boolean },
	): Promise<number> {
		await this.names.readForTitles(rows, this.entity);
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
		return addIdsToEqualNames([...this.resultsById.values()]);
	}
}

/**
 * Whether a row is an archived subscription. Only subscriptions have the flag `dead`
 * (docs/alfacrm-api.md 5.5).
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

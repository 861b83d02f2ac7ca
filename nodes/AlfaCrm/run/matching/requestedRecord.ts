/*
 * Finds the record that an operation such as *Get* or *Add to Group* is about.
 *
 * The form names the record by its ID, or by a match key that takes one value, such as a phone. The
 * search takes place before the operation begins, and only if it is needed: a key does not say the
 * ID, and an empty 'Branch' does not say the branch.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty, isPlain } from '../../fields/blank';
import { quoted } from '../../fields/unreadable';
import type { Branch } from '../../store/located';
import type { FoundRecord, RecordSearch } from '../branches';
import { findInBranches, IN_SEARCHED_BRANCHES } from '../branches';
import type { Item } from '../item';
import { branchOfRecordName, keyMatchesName } from '../keys';
import type { CatalogueEntry } from '../operation';
import { keyOfMode, NO_CUSTOM_VALUE, readCustomValue } from '../recordParameter';
import { currentRecord, notFoundError } from '../records';
import { asksForBranch, branchParameter, idOf, idParameter, labelsOf } from '../target';
import { chooseMatches } from './chooseMatches';
import type { Search } from './readSearch';
import { readSearch, unusableValueError } from './readSearch';
import type { Match } from './search';
import { findMatches } from './search';
import { severalMatchError } from './severalMatches';

/** The record that an operation is about, and the search that finds it (`find`). */
export interface RequestedRecord extends RecordSearch {
	/**
	 * Whether a match key names the record. Then its ID has to be found even if a branch is chosen.
	 */
	isByKey: boolean;
}

/** The search for an operation that needs none, because it searches all branches itself. */
const findNothing = async (): Promise<undefined> => await Promise.resolve(undefined);

/**
 * Reads from the form which record an operation is about. Sends nothing.
 *
 * @returns undefined if no search is needed, or if a search could not find out the branch
 * @throws NodeOperationError if the ID or the match value cannot be read
 */
export function readRequestedRecord(
	item: Item,
	entity: Entity,
	{ operation, formPart }: CatalogueEntry,
): RequestedRecord | undefined {
	const { scope, parentFields: parentKeys = [] } = entity;
	// A subscription, for example, is reached through its customer, whom the form names. The branch
	// must be that of the customer.
	if (scope === 'global' || parentKeys.length > 0) return undefined;

	const { mode, value } = readLocator(item, entity);
	const key = keyOfMode(entity, mode);
	const isBranchChosen = !isEmpty(item.input(branchParameter));
	// With an ID and a branch, nothing is left to find out.
	if (!key && isBranchChosen) return undefined;

	const asksForIdOnly = !asksForBranch(entity, formPart);
	const { id: [parameter] = [], match = [] } = formPart;
	if (parameter === undefined) {
		// *Find* searches all branches by the key in 'Match By'. An operation that may create a record
		// needs to know its branch, which only the form can say.
		const searchesBranchesItself = match.length > 0 && operation.reads === true;
		return searchesBranchesItself
			? { isByKey: false, asksForIdOnly, find: findNothing }
			: undefined;
	}

	// An operation that takes IDs only has no mode for the key.
	const offersKey = parameter.modes?.some(({ name }) => name === mode) === true;
	if (key && offersKey) {
		const search = readKeySearch(item, entity, key, value);
		return {
			isByKey: true,
			asksForIdOnly,
			find: async (branches) => await findByKey(item, entity, search, branches),
		};
	}

	const id = idOf(item, entity);
	return {
		isByKey: false,
		asksForIdOnly,
		// Operations by the ID alone find the record in any branch themselves: see `run/records.ts`.
		find: asksForIdOnly
			? findNothing
			: async (branches) => await findById(item, entity, id, branches),
	};
}

/**
 * Reads how the form names the record: n8n keeps a mode, such as *By Phone*, and a value. Any
 * object will do, because an AI builder may leave out the property by which n8n marks such an
 * object.
 */
function readLocator(item: Item, entity: Entity): { mode?: unknown; value?: unknown } {
	const locator = item.input({ ...idParameter(entity), default: '' });
	return isPlain(locator) ? locator : {};
}

// ---------------------------------------------------------------- by a key

/**
 * The part of a match that is kept until the end of the execution: its row has the ID and the type
 * of customer only. Thousands of items must not keep thousands of whole records.
 */
type KeptMatch = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Reads the value that is given for a key. For the key *Custom Field* it holds the name of the
 * field as well, as in `custom_crm_id=1042`.
 *
 * @throws NodeOperationError if the value is empty or unusable
 */
function readKeySearch(item: Item, entity: Entity, key: MatchKey, value: unknown): Search {
	const isOfCustomField = key.fields.length === 0;
	const customValue = isOfCustomField ? readCustomValue(value) : undefined;
	if (isOfCustomField && !customValue && !isEmpty(value)) {
		throw item.unreadableError(
			`'${entity.label}' ${NO_CUSTOM_VALUE}, but it is ${quoted(value)}`,
			entity.label,
		);
	}

	const searchedKey = customValue ? { ...key, fields: [customValue.name] } : key;
	const readValue = () => (customValue ? customValue.value : value);
	const search = readSearch(item, entity, searchedKey, { readValue });
	if (!search.isUsable) throw unusableValueError(item, entity, searchedKey, { readValue });

	return search;
}

/**
 * Finds the only record that a key names. Archived matches count only if no active record matches.
 *
 * @throws NodeApiError if no record matches, NodeOperationError if several match, or if a similar
 * record stops the search
 */
async function findByKey(
	item: Item,
	entity: Entity,
	search: Search,
	branches: readonly Branch[],
): Promise<FoundRecord> {
	const read = async () => await readMatches(item, entity, search, branches);
	const name = keyMatchesName(search.matchValues, branches);
	const matches = await item.execution.cached(entity.path, name, read, {
		isStaleAfterOwnWrite: true,
	});

	const activeMatches = matches.filter(({ archived }) => !archived);
	const [match, ...otherMatches] = activeMatches.length > 0 ? activeMatches : matches;
	if (match === undefined) throw noMatchError(item, entity, search);
	if (otherMatches.length > 0) {
		const advice = "Give the ID of the one that is meant, which 'Find' returns";
		throw severalMatchError(item, entity, search.key, [match, ...otherMatches], advice);
	}
	return { id: match.row.id, branch: match.branch };
}

async function readMatches(
	item: Item,
	entity: Entity,
	search: Search,
	branches: readonly Branch[],
): Promise<KeptMatch[]> {
	const target = { path: entity.path, query: {}, labels: labelsOf(entity.fields) };
	const matches = await findMatches(item, entity, target, search, branches, {
		takesArchived: true,
	});
	// `refuse` stands for any choice but `all`: if several phones are given, one of them decides.
	return chooseMatches(matches, 'refuse').map(({ row, branch: matchBranch, archived }) => {
		const keptRow: IDataObject = { id: row.id, is_study: row.is_study };
		return { row: keptRow, branch: matchBranch, archived };
	});
}

function noMatchError(item: Item, entity: Entity, { key }: Search): Error {
	return item.apiError(
		`AlfaCRM has no ${entity.label.toLowerCase()} with this ${key.label.toLowerCase()}${IN_SEARCHED_BRANCHES}`,
		`Check the value in '${entity.label}'. To go on without one, look with 'Find' before.`,
		404,
	);
}

// ---------------------------------------------------------------- by its ID

/**
 * Finds the branch of a record that is given by its ID. The branch of each record is searched for
 * once in an execution, unless the execution writes a record of the entity.
 */
async function findById(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<FoundRecord> {
	const read = async () => await findBranchOf(item, entity, id, branches);
	const name = branchOfRecordName(id);
	const recordBranch = await item.execution.cached(entity.path, name, read, {
		isStaleAfterOwnWrite: true,
	});
	if (recordBranch === undefined) throw notFoundError(item, entity, id);
	return { branch: recordBranch };
}

async function findBranchOf(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<Branch> {
	const target = { path: entity.path, query: {}, labels: {} };
	const look = async (searchedBranch: Branch) =>
		await currentRecord(item, entity, id, { ...target, branch: searchedBranch });
	const searchedBranches = branches.filter((searchedBranch) => searchedBranch !== undefined);
	const record = await findInBranches(item, searchedBranches, look);
	return record?.branch;
}

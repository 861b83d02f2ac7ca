/*
 * Finds the record that an operation such as *Get* or *Add to Group* is about.
 *
 * The form names the record by its ID, or by a match key that takes one value, such as a phone. The
 * search takes place before the operation begins, and only if something is missing: the ID, because
 * the form has a match key instead, or the branch, because 'Branch' is empty.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty, isPlainObject } from '../../fields/blank';
import { quoted } from '../../fields/unreadable';
import type { Branch } from '../../store/located';
import type { FoundRecord, RecordSearch } from '../branches';
import { searchUntilFound, IN_SEARCHED_BRANCHES } from '../branches';
import type { Item } from '../item';
import { branchOfRecordName, matchesName } from '../keys';
import type { CatalogueEntry } from '../operation';
import { findKeyOfMode, MUST_BE_CUSTOM_VALUE, readCustomValue } from '../recordParameter';
import { findRecordInBranch, notFoundError } from '../records';
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
	 * Whether a match key, such as 'Phone', names the record. Then the ID of the record has to be
	 * found even if a branch is chosen.
	 */
	isNamedByKey: boolean;
}

/**
 * Finds no branch, for an operation that searches all branches itself. Such an operation goes on
 * without a branch where another operation would fail.
 */
const findNothing = async (): Promise<undefined> => await Promise.resolve(undefined);

/**
 * Reads from the form which record an operation is about, and makes the search that finds it. Sends
 * nothing.
 *
 * @returns undefined if no search is needed, or if no search can tell the branch, as for a new
 * record
 * @throws NodeOperationError if the ID or the match value, such as a phone, cannot be read
 */
export function readRequestedRecord(
	item: Item,
	entity: Entity,
	entry: CatalogueEntry,
): RequestedRecord | undefined {
	const { formPart } = entry;
	// A subscription, for example, is reached through its customer, whom the form names. The branch
	// must be that of the customer.
	const belongsToParent = entity.parentFields !== undefined && entity.parentFields.length > 0;
	if (entity.scope === 'global' || belongsToParent) return undefined;

	const { mode, value } = readLocator(item, entity);
	const key = findKeyOfMode(entity, mode);
	const isBranchChosen = !isEmpty(item.readRawValue(branchParameter));
	// With an ID and a branch, nothing is left to find out.
	if (!key && isBranchChosen) return undefined;

	const asksForIdOnly = !asksForBranch(entity, formPart);
	const parameter = formPart.id?.at(0);
	if (parameter === undefined) {
		if (!searchesAllBranches(entry)) return undefined;
		return { isNamedByKey: false, asksForIdOnly, find: findNothing };
	}

	// An operation that takes IDs only has no mode for the key.
	const offersKey = parameter.modes?.some(({ name }) => name === mode) === true;
	if (key && offersKey) {
		const search = readKeySearch(item, entity, key, value);
		const findRecord = async (branches: readonly Branch[]) =>
			await findByKey(item, entity, search, branches);
		return { isNamedByKey: true, asksForIdOnly, find: findRecord };
	}

	const id = idOf(item, entity);
	// Operations by the ID alone find the record in any branch themselves: see `run/records.ts`.
	if (asksForIdOnly) return { isNamedByKey: false, asksForIdOnly, find: findNothing };
	const findBranch = async (branches: readonly Branch[]) =>
		await findById(item, entity, id, branches);
	return { isNamedByKey: false, asksForIdOnly, find: findBranch };
}

/**
 * Whether an operation whose form has no record searches all branches itself. *Find*, which has
 * 'Match By' and creates nothing, does so. An operation that may create a record needs to know its
 * branch, which only the form can say.
 */
function searchesAllBranches({ operation, formPart }: CatalogueEntry): boolean {
	const hasMatchBy = formPart.match !== undefined && formPart.match.length > 0;
	return hasMatchBy && operation.onlyReads === true;
}

/**
 * Reads how the form names the record: n8n keeps a mode, such as *By Phone*, and a value. n8n marks
 * such an object with a property, which is not required here: an AI that builds workflows may leave
 * it out.
 */
function readLocator(item: Item, entity: Entity): { mode?: unknown; value?: unknown } {
	const locator = item.readRawValue({ ...idParameter(entity), default: '' });
	return isPlainObject(locator) ? locator : {};
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
	const isForCustomField = key.fields.length === 0;
	const customValue = isForCustomField ? readCustomValue(value) : undefined;
	if (isForCustomField && !customValue && !isEmpty(value)) {
		throw item.unreadableError(
			`'${entity.label}' ${MUST_BE_CUSTOM_VALUE}, but it is ${quoted(value)}`,
			entity.label,
		);
	}

	const searchedKey = customValue ? { ...key, fields: [customValue.name] } : key;
	// The key has one field, so it has one value.
	const readValue = () => (customValue ? customValue.value : value);
	const search = readSearch(item, entity, searchedKey, { readValue });
	if (!search.isUsable) throw unusableValueError(item, entity, searchedKey, { readValue });
	return search;
}

/**
 * Finds the only record with a match value, such as a phone. Archived matches count only if no
 * active record matches. Each value is searched for once in an execution, unless the execution
 * writes a record of the entity.
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
	const cacheName = matchesName(search.matchValues, branches);
	const matches = await item.execution.cached(entity.path, cacheName, read, {
		isStaleAfterOwnWrite: true,
	});

	const activeMatches = matches.filter(({ archived }) => !archived);
	const countingMatches = activeMatches.length > 0 ? activeMatches : matches;
	const match = countingMatches.at(0);
	if (match === undefined) throw noMatchError(item, entity, search);
	if (countingMatches.length > 1) {
		const advice = "Give the ID of the one that is meant, which 'Find' returns";
		throw severalMatchError(item, entity, search.key, countingMatches, advice);
	}
	return { id: match.row.id, branch: match.branch };
}

/**
 * Searches the branches for records with the match values, and keeps only what is needed of them.
 */
async function readMatches(
	item: Item,
	entity: Entity,
	search: Search,
	branches: readonly Branch[],
): Promise<KeptMatch[]> {
	const target = { path: entity.path, query: {}, labels: labelsOf(entity.fields) };
	const takesArchived = true;
	const matches = await findMatches({ item, entity, target, search, branches, takesArchived });
	// If several phones are given, only the matches of one of them are kept: see `chooseMatches`.
	const chosenMatches = chooseMatches(matches, 'refuse');
	return chosenMatches.map(({ row, branch, archived }) => {
		const keptRow: IDataObject = { id: row.id, is_study: row.is_study };
		return { row: keptRow, branch, archived };
	});
}

/** Makes the error for a match value, such as a phone, that no record has. */
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
	const cacheName = branchOfRecordName(id);
	const recordBranch = await item.execution.cached(entity.path, cacheName, read, {
		isStaleAfterOwnWrite: true,
	});
	if (recordBranch === undefined) throw notFoundError(item, entity, id);
	return { branch: recordBranch };
}

/** Searches the branches for a record. Returns undefined if none has it. */
async function findBranchOf(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<Branch> {
	const target = { path: entity.path, query: {}, labels: {} };
	const findIn = async (branch: Branch) =>
		await findRecordInBranch(item, entity, id, { ...target, branch });
	// The first of the branches is undefined if none is chosen. Nothing can be read there.
	const knownBranches = branches.filter((branch) => branch !== undefined);
	const record = await searchUntilFound(item, knownBranches, findIn);
	return record?.branch;
}

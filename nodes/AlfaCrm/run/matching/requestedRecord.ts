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
import type { Search } from './keys';
import { readSearch, unusableValueError } from './keys';
import type { Match } from './search';
import { findMatches } from './search';
import { severalMatchError } from './severalMatches';

/**
 * Finds the record that an operation such as *Get* or *Add to Group* is about. The form names it by
 * its ID or, where the entity has keys that one value is enough for, by a key such as a phone. The
 * record is looked for before the operation begins if a key names it, or if 'Branch' is empty.
 */

/** The record that an operation is about. */
export interface RequestedRecord extends RecordSearch {
	/** Whether a key names the record, so that its ID has to be found even if a branch is chosen. */
	isByKey: boolean;
}

/**
 * How an operation finds its record if the form has no record, or the operation looks in all
 * branches by itself.
 */
const findNothing = async (): Promise<undefined> => await Promise.resolve(undefined);

/**
 * Reads from the form how the record of an operation is to be found.
 *
 * @returns undefined if there is nothing to look for, or only the form can say which branch is
 * meant
 * @throws NodeOperationError if the ID or the key cannot be read, before anything is sent
 */
export function readRequestedRecord(
	item: Item,
	entity: Entity,
	{ operation, formPart }: CatalogueEntry,
): RequestedRecord | undefined {
	const { scope, keys = [] } = entity;
	// A record with keys belongs to another record, and is reached through the branch of that one.
	if (scope === 'global' || keys.length > 0) return undefined;

	const { mode, value } = readLocator(item, entity);
	const key = keyOfMode(entity, mode);
	const isBranchChosen = !isEmpty(item.input(branchParameter));
	if (!key && isBranchChosen) return undefined;

	const isByIdAlone = !asksForBranch(entity, formPart);
	const { id: [parameter] = [], match = [] } = formPart;
	if (parameter === undefined) {
		const looksByItself = match.length > 0 && operation.reads === true;
		return looksByItself ? { isByKey: false, isByIdAlone, find: findNothing } : undefined;
	}

	const offersKey = parameter.modes?.some(({ name }) => name === mode) === true;
	if (key && offersKey) {
		const search = readKeySearch(item, entity, key, value);
		return {
			isByKey: true,
			isByIdAlone,
			find: async (branches) => await findByKey(item, entity, search, branches),
		};
	}

	const id = idOf(item, entity);
	return {
		isByKey: false,
		isByIdAlone,
		find: isByIdAlone
			? findNothing
			: async (branches) => await findById(item, entity, id, branches),
	};
}

/**
 * Reads how the form names the record. A locator that an AI builder writes may lack n8n's mark of a
 * locator.
 */
function readLocator(item: Item, entity: Entity): { mode?: unknown; value?: unknown } {
	const locator = item.input({ ...idParameter(entity), default: '' });
	return isPlain(locator) ? locator : {};
}

// ---------------------------------------------------------------- by a key

/**
 * What is kept of a customer who was found by a key. Thousands of items must not keep thousands of
 * whole cards.
 */
type KeptMatch = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Reads the value of a key. A custom field is given together with its value, as in
 * `custom_crm_id=1042`.
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
 * Finds the one record that a key names. An active record goes before archived ones.
 *
 * @throws NodeApiError if there is none, NodeOperationError if there are several
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
	const options = { skipsArchived: false };
	const matches = await findMatches(item, entity, target, search, branches, options);
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

/** Finds the branch of a record that is given by its ID, once for all items. */
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

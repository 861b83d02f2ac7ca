/**
 * Reads the branches of the account, searches them, and finds the branch of an item whose 'Branch'
 * is empty. A branch is a part of the school with lists of its own.
 */

import { MAIN_BRANCH_ADVICE } from '../api/messages';
import { branch as branchEntity } from '../entities/branch';
import { references } from '../entities/fields';
import { isEmpty } from '../fields/blank';
import type { Branch } from '../store/located';
import type { ShortList, Titles } from '../store/shortList';
import { MINUTE_MS } from '../values/time';
import type { Item } from './item';
import { NEWEST_BRANCHES, RECENT_BRANCHES } from './keys';
import { readShortListOnce } from './names';
import { incompleteListError } from './readList';
import type { Place } from './resolution';
import { branchParameter } from './target';

/**
 * The greatest age at which a list of branches is used again, in milliseconds. It is short, so that
 * a new branch is soon searched for customers too.
 */
const MAX_BRANCHES_AGE_MS = MINUTE_MS;

/**
 * The field *Search in Branch*: the branches in which a record is searched for. All branches are
 * searched if it is empty.
 */
export const searchBranchesField = references('searchBranches', 'Search in Branch', 'branch', {
	description: 'If not in all of the account',
});

/**
 * Ends the message that a record was not found. Branches that the credential's user may not see
 * were not searched, so the record can be in one of them.
 */
export const IN_SEARCHED_BRANCHES = ' in the branches that could be searched';

// ---------------------------------------------------------------- the branches of the account

/**
 * Reads the IDs of all branches of the account, and returns them with `firstBranch` first. If the
 * credential's user may not list the branches, adds a hint and returns `firstBranch` alone.
 *
 * @param firstBranch the branch to search first. Undefined if none is chosen: the list then begins
 * with undefined, which stands for a call without a branch.
 */
export async function allBranches(item: Item, firstBranch: Branch): Promise<Branch[]> {
	const list = await readBranches(item);
	// `titles` has all branches. `choices` has only the branches that are not switched off.
	const ids = list === undefined ? [] : [...list.titles.keys()];
	if (ids.length > 0) {
		const otherIds = ids.filter((id) => id !== firstBranch);
		return [firstBranch, ...otherIds];
	}

	if (firstBranch !== undefined) {
		item.execution.hints.add(
			'This user may not list the branches, so only the one that is chosen was searched',
			`branch ${firstBranch}`,
		);
	}
	return [firstBranch];
}

/**
 * Reads which branches are not switched off. Returns all branches if all are switched off, and
 * undefined if the credential's user may not list the branches.
 */
export async function readBranchesInUse(item: Item): Promise<number[] | undefined> {
	const list = await readBranches(item);
	return list?.choices.map(({ id }) => id);
}

/**
 * Reads which branches are not switched off, for an operation that reads all branches if 'Branch'
 * is empty.
 *
 * @throws NodeOperationError if the credential's user may not list the branches, or AlfaCRM lists
 * none
 */
export async function requireBranchesInUse(item: Item): Promise<Branch[]> {
	const branches = await readBranchesInUse(item);
	if (branches !== undefined && branches.length > 0) return branches;

	// No branch is known, so `findPlace` reads the list anew. It returns the only branch, or throws
	// the error that tells the user what to do. It returns undefined only if a branch is chosen.
	const place = await findPlace(item);
	return [place?.branch];
}

/**
 * Reads the branches of the account, once for all items. The list is at most a minute old. Returns
 * undefined if the credential's user may not list the branches.
 */
async function readBranches(item: Item): Promise<ShortList | undefined> {
	const notBefore = performance.now() - MAX_BRANCHES_AGE_MS;
	return await readBranchesOnce(item, RECENT_BRANCHES, notBefore);
}

/**
 * Reads the branches anew in this execution, for a decision that would be wrong if somebody had
 * just opened or removed a branch.
 */
async function readNewestBranches(item: Item): Promise<ShortList | undefined> {
	return await readBranchesOnce(item, NEWEST_BRANCHES, item.execution.startedAt);
}

/**
 * Reads the branches of the account unless the execution has read them under `cacheName`.
 *
 * @param cacheName `RECENT_BRANCHES` or `NEWEST_BRANCHES`
 * @param notBefore the earliest moment at which the list may have been read
 * @throws NodeOperationError if branches are missing from the list
 */
async function readBranchesOnce(
	item: Item,
	cacheName: string,
	notBefore: number,
): Promise<ShortList | undefined> {
	const readCompleteList = async () => {
		const list = await readShortListOnce(item, branchEntity, undefined, notBefore);
		if (!list.isComplete) throw incompleteListError(item, 'branches', 'which ones there are');
		return list;
	};
	// While the main branch is switched off, AlfaCRM answers 404 to a call for the branches. See
	// docs/alfacrm-api.md 11.
	const readIfAllowed = async () =>
		await item.readIfAllowed(readCompleteList, { treats404AsDenied: true });
	return await item.execution.cached(branchEntity.path, cacheName, readIfAllowed);
}

// ---------------------------------------------------------------- searching branches

/**
 * Searches one branch after another until a search returns something. Skips branches that the
 * credential's user may not see, and adds a hint.
 *
 * @param findInBranch searches one branch; returns undefined if the next branch is to be searched
 */
export async function searchUntilFound<T>(
	item: Item,
	branches: readonly Branch[],
	findInBranch: (branch: Branch) => Promise<T | undefined>,
): Promise<T | undefined> {
	for (const branchId of branches) {
		// `readIfAllowed` returns undefined for a branch that may not be seen. An object with an
		// undefined record means that the branch was searched and has no such record.
		const search = async () => ({ record: await findInBranch(branchId) });
		const result = await item.readIfAllowed(search, { treats404AsDenied: true });
		if (result === undefined) {
			hintThatBranchIsHidden(item, branchId);
		} else if (result.record !== undefined) {
			return result.record;
		}
	}
	return undefined;
}

/**
 * Adds a hint that the credential's user may not see a branch, so records there are not found. The
 * hint does not say that a record is missing, because a later branch may still have the record.
 */
export function hintThatBranchIsHidden(item: Item, hiddenBranch: Branch): void {
	item.execution.hints.add(
		'This user may not see all branches, so records there cannot be found',
		`branch ${String(hiddenBranch)}`,
	);
}

// ---------------------------------------------------------------- the branch of an item if 'Branch' is empty

/** Finds the record that an item is about, in a branch that need not be known before. */
export interface RecordSearch {
	/** Whether the form asks for the record's ID and for no branch. */
	asksForIdOnly: boolean;
	/**
	 * Looks for the record in branches.
	 *
	 * @returns undefined for an operation that searches all branches itself
	 * @throws NodeApiError if there is no such record
	 */
	find(branches: readonly Branch[]): Promise<FoundRecord | undefined>;
}

/** A branch in which a record was found, and the ID of the record. */
export interface FoundRecord {
	branch: Branch;
	/**
	 * The ID of the record, if the user gives a match value such as a phone. Undefined if the user
	 * gives the ID itself, which the parameter then holds already.
	 */
	id?: unknown;
}

/** The branch in which an item works. `record` is set if the branch was found by a record. */
interface FoundPlace extends Place {
	record?: FoundRecord;
}

/**
 * Finds the branch in which an item works if 'Branch' is empty: the branch of its record, or the
 * only branch of the account.
 *
 * @param search finds the record that the item is about; undefined if the item is about no record
 * @returns undefined if the user has chosen a branch
 * @throws NodeOperationError if the item is about no record, and the account has several branches
 * or its branches are not known
 */
export async function findPlace(
	item: Item,
	search?: RecordSearch,
): Promise<FoundPlace | undefined> {
	const isBranchChosen = !isEmpty(item.readRawValue(branchParameter));
	if (isBranchChosen) return undefined;

	const list = await readBranches(item);
	const branches = list?.titles;
	if (search && branches && branches.size > 1) {
		// `find` expects the chosen branch as the first of the list. No branch is chosen, so the first
		// is undefined.
		const record = await search.find([undefined, ...branches.keys()]);
		return { branch: record?.branch, hasRecord: record?.branch !== undefined, record };
	}

	const asksForIdOnly = search?.asksForIdOnly === true;
	const { id, title } = await findOnlyBranch(item, branches, asksForIdOnly);
	if (!asksForIdOnly) {
		item.execution.hints.add(
			"'Branch' is empty, so the only branch of the account was used",
			`${title} (${id})`,
		);
	}
	return { branch: id, hasRecord: false };
}

/**
 * Returns the only branch of the account. If the known list has several branches or none, reads the
 * list anew, because somebody may have opened or removed a branch.
 *
 * @param knownBranches the branches as they were read up to a minute ago; undefined if the
 * credential's user may not list them
 * @throws NodeOperationError if there are several branches or none, or the user may not list them
 */
async function findOnlyBranch(
	item: Item,
	knownBranches: Titles | undefined,
	asksForIdOnly: boolean,
): Promise<{ id: number; title: string }> {
	let branches = knownBranches;
	if (branches !== undefined && branches.size !== 1) {
		const newestList = await readNewestBranches(item);
		branches = newestList?.titles;
	}

	const [onlyBranch, ...otherBranches] = branches ?? [];
	if (onlyBranch === undefined || otherBranches.length > 0) {
		throw unknownBranchError(item, branches, asksForIdOnly);
	}
	const [id, title] = onlyBranch;
	return { id, title };
}

/**
 * Makes the error for an item whose branch cannot be found.
 *
 * @param branches the branches of the account; undefined if the credential's user may not list them
 * @param asksForIdOnly whether the form has no parameter 'Branch' that the user could fill
 */
function unknownBranchError(
	item: Item,
	branches: Titles | undefined,
	asksForIdOnly: boolean,
): Error {
	const reason = branches
		? `AlfaCRM shows ${branches.size} branches of the account`
		: 'this user may not list the branches of the account';
	const advice = branches ? '' : ` ${MAIN_BRANCH_ADVICE}`;
	if (asksForIdOnly) {
		return item.error(`The branch of this record is not known: ${reason}`, advice);
	}
	return item.error(
		`'Branch' is empty, and ${reason}`,
		`Choose the branch, or check the expression in it.${advice}`,
	);
}

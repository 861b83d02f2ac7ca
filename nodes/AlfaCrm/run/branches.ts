import { MAIN_BRANCH_OFF } from '../api/messages';
import { branch as branchEntity } from '../entities/branch';
import { references } from '../entities/fields';
import { isEmpty } from '../fields/blank';
import type { Branch } from '../store/located';
import type { ShortList, Titles } from '../store/shortList';
import { MINUTE_MS } from '../values/time';
import type { Item } from './item';
import { NEWEST_BRANCHES, RECENT_BRANCHES } from './keys';
import { shortListOf } from './names';
import { incompleteListError } from './readList';
import type { Place } from './resolution';
import { branchParameter } from './target';

/**
 * How old the list of branches may be, in milliseconds. It is short, so that a new branch is soon
 * searched for customers too.
 */
const BRANCHES_MS = MINUTE_MS;

/**
 * The field *Search in Branch*: the branches to search for a record; all branches if it is empty.
 */
export const searchBranchesField = references('searchBranches', 'Search in Branch', 'branch', {
	description: 'If not in all of the account',
});

/**
 * Ends a message that a record was not found: branches that this user may not see were not
 * searched.
 */
export const IN_SEARCHED_BRANCHES = ' in the branches that could be searched';

// ---------------------------------------------------------------- the branches of the account

/**
 * Returns the branches of the account, with `firstBranch` first. If this user may not list the
 * branches, adds a hint and returns `firstBranch` alone.
 */
export async function allBranches(item: Item, firstBranch: Branch): Promise<Branch[]> {
	const list = await readBranches(item);
	const ids = [...(list?.titles.keys() ?? [])];
	if (ids.length > 0) return [firstBranch, ...ids.filter((id) => id !== firstBranch)];

	item.execution.hints.add(
		'This user may not list the branches, so only the one that is chosen was searched',
		`branch ${String(firstBranch)}`,
	);
	return [firstBranch];
}

/**
 * Returns the branches that are not switched off; all branches if every one is. Undefined if this
 * user may not list the branches.
 */
export async function readBranchesInUse(item: Item): Promise<number[] | undefined> {
	const list = await readBranches(item);
	return list?.choices.map(({ id }) => id);
}

/**
 * Returns the branches to read for an operation that reads all branches in use while 'Branch' is
 * empty.
 *
 * @throws NodeOperationError if this user may not list the branches, or AlfaCRM lists none
 */
export async function requireBranchesInUse(item: Item): Promise<Branch[]> {
	const branches = (await readBranchesInUse(item)) ?? [];
	if (branches.length > 0) return branches;
	// Without a list of branches, `findPlace` throws the error that tells the user what to do.
	const place = await findPlace(item);
	return [place?.branch];
}

/**
 * Reads the branches of the account, once for all items. Undefined if this user may not list them.
 */
async function readBranches(item: Item): Promise<ShortList | undefined> {
	const notBefore = performance.now() - BRANCHES_MS;
	return await readBranchesOnce(item, RECENT_BRANCHES, notBefore);
}

/**
 * Reads the branches anew in this execution, for a decision that would be wrong if somebody had
 * just opened or removed a branch.
 */
async function readNewestBranches(item: Item): Promise<ShortList | undefined> {
	return await readBranchesOnce(item, NEWEST_BRANCHES, item.execution.startedAt);
}

async function readBranchesOnce(
	item: Item,
	name: string,
	notBefore: number,
): Promise<ShortList | undefined> {
	const readWhole = async () => {
		const list = await shortListOf(item, branchEntity, undefined, notBefore);
		if (list.isComplete) return list;
		throw incompleteListError(item, 'branches', 'which ones there are');
	};
	// While the main branch is switched off, AlfaCRM refuses the list of branches. API notes 11.
	const read = async () => await item.readIfAllowed(readWhole, { treats404AsDenied: true });
	return await item.execution.cached(branchEntity.path, name, read);
}

// ---------------------------------------------------------------- searching branches

/**
 * Searches one branch after the other until `look` finds something. Skips branches that this user
 * may not see, and adds a hint.
 *
 * @param look searches one branch; returns undefined if it finds nothing there
 */
export async function findInBranches<T>(
	item: Item,
	branches: readonly Branch[],
	look: (branch: Branch) => Promise<T | undefined>,
): Promise<T | undefined> {
	for (const branchId of branches) {
		const lookHere = async () => ({ found: await look(branchId) });
		const result = await item.readIfAllowed(lookHere, { treats404AsDenied: true });
		if (result === undefined) {
			hintThatBranchIsHidden(item, branchId);
		} else if (result.found !== undefined) {
			return result.found;
		}
	}
	return undefined;
}

/**
 * Adds a hint that this user may not see a branch, so its records are missing from the output.
 */
export function hintThatBranchIsHidden(item: Item, hiddenBranch: Branch): void {
	item.execution.hints.add(
		'This user may not see all branches, so a record there was not found',
		`branch ${String(hiddenBranch)}`,
	);
}

// ---------------------------------------------------------------- the branch of an item if 'Branch' is empty

/** How to find the record that an item is about if its branch may not be known. */
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

export interface FoundRecord {
	branch: Branch;
	/** The ID of the record. Undefined if the user has given it already. */
	id?: unknown;
}

/** The branch in which an item works, and the record by which the branch was found. */
interface PlaceOfRecord extends Place {
	record?: FoundRecord;
}

/**
 * Finds the branch in which an item works if 'Branch' is empty: the branch of its record, or the
 * only branch of the account.
 *
 * @returns undefined if the user has chosen a branch
 * @throws NodeOperationError if the account may have several branches, and the item has no record
 * to find the branch by
 */
export async function findPlace(
	item: Item,
	search?: RecordSearch,
): Promise<PlaceOfRecord | undefined> {
	if (!isEmpty(item.input(branchParameter))) return undefined;

	const branches = (await readBranches(item))?.titles;
	if (search && branches && branches.size > 1) {
		// Undefined stands for the branch of the call, which comes first in lists of branches. A search
		// by ID leaves it out.
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
 * Returns the only branch of the account.
 *
 * @param knownBranches the branches as they were read up to a minute ago; undefined if this user
 * may not list them. Unless it holds exactly one branch, the branches are read anew, because
 * somebody may have opened or removed one since.
 * @throws NodeOperationError if there are several branches or none, or this user may not list them
 */
async function findOnlyBranch(
	item: Item,
	knownBranches: Titles | undefined,
	asksForIdOnly: boolean,
): Promise<{ id: number; title: string }> {
	const isCertain = knownBranches === undefined || knownBranches.size === 1;
	const branches = isCertain ? knownBranches : (await readNewestBranches(item))?.titles;

	const [onlyBranch, ...otherBranches] = branches ?? [];
	if (onlyBranch === undefined || otherBranches.length > 0) {
		throw unknownBranchError(item, branches, asksForIdOnly);
	}
	const [id, title] = onlyBranch;
	return { id, title };
}

function unknownBranchError(
	item: Item,
	branches: Titles | undefined,
	asksForIdOnly: boolean,
): Error {
	const reason = branches
		? `AlfaCRM shows ${branches.size} branches of the account`
		: 'this user may not list the branches of the account';
	const advice = branches ? '' : ` ${MAIN_BRANCH_OFF}`;
	if (asksForIdOnly) return item.error(`The branch of this record is not known: ${reason}`, advice);
	return item.error(
		`'Branch' is empty, and ${reason}`,
		`Choose the branch, or check the expression in it.${advice}`,
	);
}

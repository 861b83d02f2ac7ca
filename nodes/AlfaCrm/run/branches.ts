import { MAIN_BRANCH_OFF } from '../api/messages';
import { MINUTE_MS } from '../values/time';
import { branch as branchEntity } from '../entities/branch';
import { references } from '../entities/fields';
import { isEmpty } from '../fields/blank';
import type { Item } from './item';
import type { ShortList } from '../store/shortList';
import { incompleteListError } from './readList';
import { branch } from './target';
import type { Branch } from '../store/located';
import { shortListOf } from './names';

/** A record that an item is about. */
export interface PlacedRecord {
	/** Its ID says all, so that the form does not ask for a branch. */
	isByIdAlone: boolean;
	/**
	 * @returns a branch that it is in; none for an operation that looks in all of them by itself
	 * @throws NodeApiError when there is none
	 */
	find(branches: readonly Branch[]): Promise<Branch>;
}

/** How old the list may be by which a customer counts as new, so that no branch that somebody has opened is left out for long. */
const BRANCHES_MS = MINUTE_MS;

/**
 * The branches of the account, read once for all items; undefined if they are not listed for this user.
 *
 * @param isNewest not as another execution has read them
 */
async function listBranches(item: Item, isNewest = false): Promise<ShortList | undefined> {
	const notBefore = isNewest ? item.execution.begun : performance.now() - BRANCHES_MS;
	const read = async () => {
		const list = await shortListOf(item, branchEntity, undefined, notBefore);
		if (list.isComplete) return list;
		throw incompleteListError(item, 'branches', 'which ones there are');
	};
	return await item.execution.cached(
		branchEntity.path,
		isNewest ? 'all by now' : 'all, or none that may be listed',
		async () => await item.readIfAllowed(read, { notFoundIsDenied: true }),
	);
}

/** The branches that are in use, all where none says so; undefined where this user may not list them. */
export async function branchesInUse(item: Item): Promise<number[] | undefined> {
	return (await listBranches(item))?.choices.map(({ id }) => id);
}

/**
 * The open branches of the account, for what reads all of them where none is chosen.
 *
 * @throws NodeOperationError where this user may not list them
 */
export async function openBranches(item: Item): Promise<Branch[]> {
	const open = (await branchesInUse(item)) ?? [];
	if (open.length > 0) return open;
	await settleBranch(item);
	return [item.place?.branch];
}

/** The branches of the account, that of the call first; that one alone where AlfaCRM lists none. */
export async function allBranches(item: Item, first: Branch): Promise<Branch[]> {
	const ids = [...((await listBranches(item))?.titles.keys() ?? [])];
	if (ids.length > 0) return [first, ...ids.filter((branch) => branch !== first)];
	item.execution.hints.add(
		'This user may not list the branches, so only the one that is chosen was searched',
		`branch ${String(first)}`,
	);
	return [first];
}

/** Where a record that may be in any branch is looked for. */
export const searchedIn = references('searchBranches', 'Search in Branch', 'branch', {
	description: 'If not in all of the account',
});

/** What a message adds that says that there is none: this user need not see all branches. */
export const SEARCHED = ' in the branches that could be searched';

/** Searches one branch after the other until something is found. Branches that this user may not see are skipped, with a hint. */
export async function findInBranches<T>(
	item: Item,
	branches: readonly Branch[],
	look: (branch: Branch) => Promise<T | undefined>,
): Promise<T | undefined> {
	for (const branch of branches) {
		const result = await item.readIfAllowed(async () => ({ found: await look(branch) }), {
			notFoundIsDenied: true,
		});
		if (result === undefined) {
			hintThatBranchIsHidden(item, branch);
		} else if (result.found !== undefined) return result.found;
	}
	return undefined;
}

/** Adds a hint that this user may not see a branch, so that what is there is missing from the output. */
export function hintThatBranchIsHidden(item: Item, branch: Branch): void {
	item.execution.hints.add(
		'This user may not see all branches, so a record there was not found',
		`branch ${String(branch)}`,
	);
}

/**
 * Works in the only branch of the account where none is chosen, else in that of the record which the item is about.
 *
 * @throws NodeOperationError where it is not sure that there is just one
 */
export async function settleBranch(item: Item, record?: PlacedRecord): Promise<void> {
	if (!isEmpty(item.input(branch))) return;
	const known = await listBranches(item);
	if (record && known && known.titles.size > 1) {
		const home = await record.find([undefined, ...known.titles.keys()]);
		item.place = { branch: home, isOfRecord: home !== undefined };
		return;
	}
	// Somebody may have opened or removed one since another execution has read the list.
	const isEnough = known === undefined || known.titles.size === 1;
	const listed = (isEnough ? known : await listBranches(item, true))?.titles;
	const [only, ...others] = listed ?? [];
	if (others.length > 0 || only === undefined) {
		const reason = listed
			? `AlfaCRM shows ${listed.size} branches of the account`
			: 'this user may not list the branches of the account';
		const advice = listed === undefined ? ` ${MAIN_BRANCH_OFF}` : '';
		throw record?.isByIdAlone
			? item.error(`The branch of this record is not known: ${reason}`, `${advice}`)
			: item.error(
					`'Branch' is empty, and ${reason}`,
					`Choose the branch, or check the expression in it.${advice}`,
				);
	}
	const [id, title] = only;
	item.place = { branch: id, isOfRecord: false };
	if (record?.isByIdAlone) return;
	item.execution.hints.add(
		"'Branch' is empty, so the only branch of the account was used",
		`${title} (${id})`,
	);
}

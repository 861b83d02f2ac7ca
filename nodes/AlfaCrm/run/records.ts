/**
 * Reads and writes one record by its ID. A customer, for example, may be in any branch: if the
 * customer is not in the branch of the call, the other branches are searched.
 */

import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { Branch, LocatedRecord, Target } from '../store/located';
import { findOfAnyKind, describeMissingRecord, describeUnlistedRecord } from '../store/records';
import { allBranches, searchUntilFound, IN_SEARCHED_BRANCHES } from './branches';
import type { Item } from './item';
import { readKindPasses } from './readList';

/**
 * Reads a record in the branch of the target only. Finds records of every kind, such as refunds,
 * which AlfaCRM's list of payments leaves out.
 *
 * @returns undefined if AlfaCRM has no such record in the branch
 * @throws NodeApiError if rows of the list are missing, because the record may be among them
 */
export async function findRecordInBranch(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord | undefined> {
	const { branch } = target;
	const readOtherKinds = async () => await readKindPasses(item, entity, branch);
	const { record, isConclusive } = await findOfAnyKind(
		item,
		{ entity, id, target },
		readOtherKinds,
	);
	if (record) return { row: record, branch };
	if (isConclusive) return undefined;
	const { message, description } = describeUnlistedRecord(entity, id, branch);
	throw item.apiError(message, description);
}

/**
 * Reads a record in the branch of the target. Searches other branches if the entity's records may
 * be in any branch, or if the target has no branch.
 *
 * @throws NodeApiError if there is no such record
 */
export async function getRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord> {
	const findIn = async (branch: Branch) =>
		await findRecordInBranch(item, entity, id, { ...target, branch });
	if (!isBranchUnknown(entity, target)) {
		const record = await findIn(target.branch);
		if (record) return record;
		if (!mayBeInAnyBranch(entity)) throw notFoundError(item, entity, id, target.branch);
	}

	// `allBranches` returns the branch of the target first. It is skipped: the record is not in it,
	// or the branch is undefined.
	const [, ...otherBranches] = await allBranches(item, target.branch);
	const record = await searchUntilFound(item, otherBranches, findIn);
	if (record) return record;
	throw notFoundError(item, entity, id, target.branch);
}

/**
 * Writes a record in the branch of the target. If the target has no branch, or AlfaCRM answers that
 * the record is not there, finds the branch of the record and writes it there.
 *
 * @param write writes the record; it is given the target with the branch to write in
 * @throws NodeApiError if there is no such record
 */
export async function writeInBranchOfRecord<T>(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
	write: (target: Target) => Promise<T>,
): Promise<T> {
	if (isBranchUnknown(entity, target)) {
		const { branch } = await getRecord(item, entity, id, target);
		return await write({ ...target, branch });
	}

	try {
		return await write(target);
	} catch (caught) {
		const mayBeInOtherBranch = hasStatus(caught, 404) && mayBeInAnyBranch(entity);
		if (!mayBeInOtherBranch) throw item.asError(caught);

		const { branch } = await getRecord(item, entity, id, target);
		// The record is in the branch in which AlfaCRM answered 404, so the 404 has another reason.
		if (branch === target.branch) throw item.asError(caught);
		return await write({ ...target, branch });
	}
}

/** Whether a call about the entity needs a branch, but the target has none. */
function isBranchUnknown({ scope }: Entity, { branch }: Target): boolean {
	return scope === 'branch' && branch === undefined;
}

/**
 * Whether a record of the entity can be in another branch than that of the call. Only entities with
 * match keys, such as customers, are searched for in all branches.
 */
function mayBeInAnyBranch({ match }: Entity): boolean {
	return match !== undefined;
}

/**
 * Makes the error for a record that was not found. If one branch was searched, the error names it.
 * If all branches were searched, the error says that the user may not see some of them.
 *
 * @param branch the branch of the call. It was the only one to be searched, unless the record can
 * be in any branch.
 */
export function notFoundError(item: Item, entity: Entity, id: number, branch?: number): Error {
	const searchedBranch = mayBeInAnyBranch(entity) ? undefined : branch;
	const wereAllBranchesSearched = entity.scope === 'branch' && searchedBranch === undefined;
	const { message, description } = describeMissingRecord(entity, id, searchedBranch);
	const fullMessage = wereAllBranchesSearched ? `${message}${IN_SEARCHED_BRANCHES}` : message;
	return item.apiError(fullMessage, description, 404);
}

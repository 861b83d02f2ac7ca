/**
 * Reads and writes one record by its ID. A record of an entity with match keys, such as a customer,
 * may be in any branch. If it is not in the branch of the call, it is searched for in the other
 * branches.
 */

import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { Branch, LocatedRecord, Target } from '../store/located';
import { findOfAnyKind, notFound, notShown } from '../store/records';
import { allBranches, findInBranches, IN_SEARCHED_BRANCHES } from './branches';
import type { Item } from './item';
import { readKindPasses } from './readList';

/**
 * Reads a record in the branch of the target. Finds kinds that lists leave out, such as refunds,
 * too.
 *
 * @returns undefined if AlfaCRM has no such record there
 * @throws NodeApiError if rows of the list are missing, so that the record may be among them
 */
export async function findRecordInBranch(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord | undefined> {
	const { branch } = target;
	const readOtherKinds = async () => await readKindPasses(item, entity, branch);
	const { record, isConclusive } = await findOfAnyKind(item, entity, id, target, readOtherKinds);
	if (record) return { row: record, branch };
	if (isConclusive) return undefined;
	const { message, description } = notShown(entity, id, branch);
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
	const readIn = async (branch: Branch) =>
		await findRecordInBranch(item, entity, id, { ...target, branch });
	if (!isBranchUnknown(entity, target)) {
		const record = await readIn(target.branch);
		if (record) return record;
		if (!mayBeInAnyBranch(entity)) throw notFoundError(item, entity, id, target.branch);
	}

	// The first of `allBranches` is the branch of the target, which was read or is not known.
	const [, ...otherBranches] = await allBranches(item, target.branch);
	const record = await findInBranches(item, otherBranches, readIn);
	if (record) return record;
	throw notFoundError(item, entity, id, target.branch);
}

/**
 * Writes a record in the branch of the target. If the target has no branch, or AlfaCRM answers that
 * the record is not there, finds the branch of the record and writes it there.
 *
 * @throws NodeApiError if there is no such record
 */
export async function writeInBranchOfRecord<T>(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
	write: (target: Target) => Promise<T>,
): Promise<T> {
	const findBranch = async () => {
		const { branch } = await getRecord(item, entity, id, target);
		return branch;
	};
	if (isBranchUnknown(entity, target))
		return await write({ ...target, branch: await findBranch() });

	try {
		return await write(target);
	} catch (caught) {
		if (!hasStatus(caught, 404) || !mayBeInAnyBranch(entity)) throw item.asError(caught);
		const branch = await findBranch();
		// The record is there, so AlfaCRM's 404 has another reason.
		if (branch === target.branch) throw item.asError(caught);
		return await write({ ...target, branch });
	}
}

/** Whether a call needs a branch and the target has none. */
function isBranchUnknown({ scope }: Entity, { branch }: Target): boolean {
	return scope === 'branch' && branch === undefined;
}

/**
 * Whether a record of the entity is searched for in all branches. That is so for entities with
 * match keys, such as customers.
 */
function mayBeInAnyBranch({ match }: Entity): boolean {
	return match !== undefined;
}

/**
 * Makes the error for a record that was not found. It names the branch that was searched, or says
 * that other branches may hold the record.
 *
 * @param branch the only branch that was searched, if there is one
 */
export function notFoundError(item: Item, entity: Entity, id: number, branch?: number): Error {
	const searchedBranch = mayBeInAnyBranch(entity) ? undefined : branch;
	const wereBranchesSearched = entity.scope === 'branch' && searchedBranch === undefined;
	const { message, description } = notFound(entity, id, searchedBranch);
	return item.apiError(
		message + (wereBranchesSearched ? IN_SEARCHED_BRANCHES : ''),
		description,
		404,
	);
}

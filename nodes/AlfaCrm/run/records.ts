import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { Branch, LocatedRecord, Target } from '../store/located';
import { findOfAnyKind, notFound, notShown } from '../store/records';
import { allBranches, findInBranches, IN_SEARCHED_BRANCHES } from './branches';
import type { Item } from './item';
import { readKindPasses } from './readList';

/**
 * Reads and writes one record by its ID. A customer may be in any branch, so a record that is not
 * in the branch of the call is looked for in the other branches.
 */

/**
 * Reads a record of any kind in the branch of the target.
 *
 * @returns undefined if AlfaCRM has no such record there
 * @throws NodeApiError if AlfaCRM does not show whether there is one
 */
export async function currentRecord(
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
 * Reads a record in the branch of the target, or in another branch if the entity's records may be
 * in any, or no branch is known.
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
		await currentRecord(item, entity, id, { ...target, branch });
	if (!isBranchUnknown(entity, target)) {
		const record = await readIn(target.branch);
		if (record) return record;
		if (!mayBeInAnyBranch(entity)) throw notFoundError(item, entity, id, target.branch);
	}

	const [, ...otherBranches] = await allBranches(item, target.branch);
	const record = await findInBranches(item, otherBranches, readIn);
	if (record) return record;
	throw notFoundError(item, entity, id, target.branch);
}

/**
 * Writes a record in the branch of the target. If that is not known, or AlfaCRM says that the
 * record is not there, writes it in the branch in which it is found.
 *
 * @throws NodeApiError if there is no such record
 */
export async function writeAnywhere<T>(
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
		if (branch === target.branch) throw item.asError(caught);
		return await write({ ...target, branch });
	}
}

/** Whether nothing but the ID of a record is known. */
function isBranchUnknown({ scope }: Entity, { branch }: Target): boolean {
	return scope === 'branch' && branch === undefined;
}

/**
 * Whether the records of an entity are looked for in all branches. These are the entities with
 * match keys.
 */
function mayBeInAnyBranch({ match }: Entity): boolean {
	return match !== undefined;
}

/** Makes the error for a record that does not exist, and says where it was looked for. */
export function notFoundError(item: Item, entity: Entity, id: number, branch?: number): Error {
	const searchedBranch = mayBeInAnyBranch(entity) ? undefined : branch;
	const wereBranchesSearched = entity.scope === 'branch' && searchedBranch === undefined;
	const { message, description } = notFound(entity, id, searchedBranch);
	return item.apiError(message + (wereBranchesSearched ? IN_SEARCHED_BRANCHES : ''), description, 404);
}

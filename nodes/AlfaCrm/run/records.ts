import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { Item } from './item';
import { allBranches, findInBranches, SEARCHED } from './branches';
import { readKindPasses } from './readList';
import type { Target, LocatedRecord, Branch } from '../store/located';
import { findOfAnyKind, notShown, notFound } from '../store/records';

/**
 * One record of any kind.
 *
 * @throws NodeApiError when nobody knows whether it is there
 */
export async function currentRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord | undefined> {
	const { branch } = target;
	const kinds = async () => await readKindPasses(item, entity, branch);
	const { record, isConclusive } = await findOfAnyKind(item, entity, id, target, kinds);
	if (record) return { row: record, branch };
	if (isConclusive) return undefined;
	const { message, description } = notShown(entity, id, branch);
	throw item.apiError(message, description);
}

/** Whether its ID is all that is known of a record. */
const isAnywhere = ({ scope }: Entity, { branch }: Target): boolean =>
	scope === 'branch' && branch === undefined;

/**
 * The record in the branch of the call or, where that is not known or records may be in any, in another one.
 *
 * @throws NodeApiError when there is none
 */
export async function getRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord> {
	const look = async (branch: Branch) => await currentRecord(item, entity, id, { ...target, branch });
	if (!isAnywhere(entity, target)) {
		const own = await look(target.branch);
		if (own) return own;
		if (!entity.match) throw notFoundError(item, entity, id, target.branch);
	}
	const [, ...others] = await allBranches(item, target.branch);
	const found = await findInBranches(item, others, look);
	if (found) return found;
	throw notFoundError(item, entity, id, target.branch);
}

/**
 * Writes in the branch of the call and, where that is not known or AlfaCRM says that the record is not there, in its own.
 *
 * @throws NodeApiError when there is none
 */
export async function writeAnywhere<T>(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
	write: (target: Target) => Promise<T>,
): Promise<T> {
	const own = async () => (await getRecord(item, entity, id, target)).branch;
	if (isAnywhere(entity, target)) return await write({ ...target, branch: await own() });
	try {
		return await write(target);
	} catch (caught) {
		if (!hasStatus(caught, 404) || !entity.match) throw item.asError(caught);
		const branch = await own();
		if (branch === target.branch) throw item.asError(caught);
		return await write({ ...target, branch });
	}
}

export function notFoundError(item: Item, entity: Entity, id: number, branch?: number): Error {
	const where = entity.match ? undefined : branch;
	const isSearched = entity.scope === 'branch' && where === undefined;
	const { message, description } = notFound(entity, id, where);
	return item.apiError(message + (isSearched ? SEARCHED : ''), description, 404);
}

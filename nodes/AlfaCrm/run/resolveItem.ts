import type { Entity } from '../entities/types';
import { allBranches, findPlace } from './branches';
import type { Item } from './item';
import type { RequestedRecord } from './matching/requestedRecord';
import { readRequestedRecord } from './matching/requestedRecord';
import type { CatalogueEntry } from './operation';
import { resolveNames } from './resolveNames';
import { givenBranch, idParameter } from './target';

/** The operation that an item asks for, and its entity. */
interface Job {
	entity: Entity;
	operationName: string;
	entry: CatalogueEntry;
}

/**
 * Resolves an item before its operation begins: finds the branch in which it works, the record that
 * it is about, and the records that its parameters name.
 *
 * The order of the steps matters:
 *
 * 1. If 'Branch' is empty, the branch is found, for example by the item's record. Names are looked
 *    up in that branch.
 * 2. Names are replaced by IDs. 'Branch' itself may hold a name.
 * 3. If the user has chosen a branch and gives the record by a match key, such as a phone, the
 *    record is searched for, in the chosen branch first.
 *
 * @returns the resolved item, for the operation
 */
export async function resolveItem(item: Item, job: Job): Promise<Item> {
	const { entity, operationName, entry } = job;
	const { operation } = entry;
	const startItem = item.resolvedWith({ onlyReads: operation.onlyReads === true });
	// Read first, so that an ID or a match value that cannot be read is refused before any call.
	const record = readRequestedRecord(startItem, entity, entry);

	const needsBranch = entity.scope === 'branch' && !operation.readsAllBranches;
	const itemWithBranch = needsBranch ? await resolveBranch(startItem, entity, record) : startItem;
	const itemWithIds = await resolveNames(itemWithBranch, entity, operationName);
	return await resolveRecord(itemWithIds, entity, record);
}

/**
 * Resolves an item of a resource that lists several entities, such as *Reference List*: see
 * `operations/lists.ts`. Finds the branch and the records that its parameters name.
 */
export async function resolveListItem(item: Item, entity: Entity): Promise<Item> {
	const startItem = item.resolvedWith({ onlyReads: true });
	const needsBranch = entity.scope === 'branch';
	const itemWithBranch = needsBranch ? await resolveBranch(startItem, entity) : startItem;
	return await resolveNames(itemWithBranch, entity, 'getAll');
}

/**
 * Finds the branch in which an item works if 'Branch' is empty. If the branch was found by the
 * record's match value, puts the ID of the record into the item too.
 */
async function resolveBranch(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	const place = await findPlace(item, record);
	if (place === undefined) return item;

	const { branch, hasRecord, record: foundRecord } = place;
	const itemWithBranch = item.resolvedWith({ place: { branch, hasRecord } });
	return putId(itemWithBranch, entity, foundRecord?.id);
}

/**
 * Finds the record that the user gives by a match key, such as a phone, unless it was found
 * together with the branch.
 */
async function resolveRecord(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	const isGivenByKey = record?.isNamedByKey === true;
	const wasFoundWithBranch = item.place?.hasRecord === true;
	if (!isGivenByKey || wasFoundWithBranch) return item;

	const firstBranch = item.place?.branch ?? givenBranch(item);
	const branches = await allBranches(item, firstBranch);
	const foundRecord = await record.find(branches);
	return putId(item, entity, foundRecord?.id);
}

/**
 * Puts the ID of the item's record in place of the value, such as a phone, by which the user gives
 * the record.
 *
 * @param id undefined if the user has given the ID itself, so that nothing has to be replaced
 */
function putId(item: Item, entity: Entity, id: unknown): Item {
	if (id === undefined) return item;
	const parameters = new Map(item.resolution.parameters).set(idParameter(entity).name, id);
	return item.resolvedWith({ parameters });
}

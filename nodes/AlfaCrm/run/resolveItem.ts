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
 * 1. If 'Branch' is empty, the branch is found, for example by the item's record: names are looked
 *    up in that branch.
 * 2. Names are replaced by IDs. 'Branch' itself may hold a name.
 * 3. If the user has chosen a branch and gives the record by a key, the record is searched for, in
 *    the chosen branch first.
 *
 * @returns the resolved item, for the operation
 */
export async function resolveItem(
	item: Item,
	{ entity, operationName, entry }: Job,
): Promise<Item> {
	const { operation } = entry;
	const itemOfOperation = item.resolvedWith({ onlyReads: operation.onlyReads === true });
	// Throws if the ID or the key cannot be read, before anything is sent.
	const record = readRequestedRecord(itemOfOperation, entity, entry);

	const needsBranch = entity.scope === 'branch' && !operation.readsAllBranches;
	const placedItem = needsBranch
		? await resolvePlace(itemOfOperation, entity, record)
		: itemOfOperation;
	const namedItem = await resolveNames(placedItem, entity, operationName);
	return await resolveRecord(namedItem, entity, record);
}

/**
 * Resolves an item of a resource that lists several entities, such as *Reference List*: see
 * `operations/lists.ts`. Finds the branch and the records that its parameters name.
 */
export async function resolveListItem(item: Item, entity: Entity): Promise<Item> {
	const itemOfReading = item.resolvedWith({ onlyReads: true });
	const placedItem =
		entity.scope === 'branch' ? await resolvePlace(itemOfReading, entity) : itemOfReading;
	return await resolveNames(placedItem, entity, 'getAll');
}

/**
 * Finds the branch in which an item works if 'Branch' is empty. If the item's record was found on
 * the way, puts its ID into the item too.
 */
async function resolvePlace(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	const place = await findPlace(item, record);
	if (place === undefined) return item;
	const { branch, hasRecord } = place;
	const placedItem = item.resolvedWith({ place: { branch, hasRecord } });
	return putId(placedItem, entity, place.record?.id);
}

/** Finds the record that the user gives by a key, unless it was found together with the branch. */
async function resolveRecord(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	if (!record?.isByKey || item.place?.hasRecord) return item;
	const branches = await allBranches(item, item.place?.branch ?? givenBranch(item));
	const foundRecord = await record.find(branches);
	return putId(item, entity, foundRecord?.id);
}

/** Puts the ID of the item's record in place of the key by which the user gives it. */
function putId(item: Item, entity: Entity, id: unknown): Item {
	if (id === undefined) return item;
	const parameters = new Map(item.resolution.parameters).set(idParameter(entity).name, id);
	return item.resolvedWith({ parameters });
}

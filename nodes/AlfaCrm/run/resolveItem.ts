import type { Entity } from '../entities/types';
import { allBranches, findPlace } from './branches';
import type { Item } from './item';
import type { RequestedRecord } from './matching/requestedRecord';
import { readRequestedRecord } from './matching/requestedRecord';
import type { CatalogueEntry } from './operation';
import { resolveNames } from './resolveNames';
import { givenBranch, idParameter } from './target';

/** The operation that an item asks for, and the entity with whose records it deals. */
interface Job {
	entity: Entity;
	operationName: string;
	entry: CatalogueEntry;
}

/**
 * Finds out what an item is about, before its operation begins: the branch in which it works, the
 * record that it is about, and the records that its parameters name.
 *
 * The order matters. Names are looked up in the branch of the record, so the branch comes first.
 * 'Branch' itself may hold a name, so a record that is given by a key, in a branch that was chosen,
 * is looked for last.
 *
 * @returns the item for the operation
 */
export async function resolveItem(
	item: Item,
	{ entity, operationName, entry }: Job,
): Promise<Item> {
	const { operation } = entry;
	const itemOfOperation = item.resolvedWith({ onlyReads: operation.reads === true });
	// An ID or a key that cannot be read is refused here, before anything is sent.
	const record = readRequestedRecord(itemOfOperation, entity, entry);

	const needsBranch = entity.scope === 'branch' && !operation.anyBranch;
	const placedItem = needsBranch
		? await resolvePlace(itemOfOperation, entity, record)
		: itemOfOperation;
	const namedItem = await resolveNames(placedItem, entity, operationName);
	return await resolveRecord(namedItem, entity, record);
}

/**
 * Finds out the branch and the named records of an item of a resource that lists several entities:
 * see `lists.ts`.
 */
export async function resolveListItem(item: Item, entity: Entity): Promise<Item> {
	const itemOfReading = item.resolvedWith({ onlyReads: true });
	const placedItem =
		entity.scope === 'branch' ? await resolvePlace(itemOfReading, entity) : itemOfReading;
	return await resolveNames(placedItem, entity, 'getAll');
}

/**
 * Finds out where an item works if 'Branch' is empty. The record through which this is found out is
 * resolved with it.
 */
async function resolvePlace(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	const place = await findPlace(item, record);
	if (place === undefined) return item;
	const { branch, hasRecord } = place;
	const placedItem = item.resolvedWith({ place: { branch, hasRecord } });
	return putId(placedItem, entity, place.record?.id);
}

/** Finds the record that a key names, unless it was found together with the branch. */
async function resolveRecord(item: Item, entity: Entity, record?: RequestedRecord): Promise<Item> {
	if (!record?.isByKey || item.place?.hasRecord) return item;
	const branches = await allBranches(item, item.place?.branch ?? givenBranch(item));
	const foundRecord = await record.find(branches);
	return putId(item, entity, foundRecord?.id);
}

/** Puts the ID of a record in place of its key. */
function putId(item: Item, entity: Entity, id: unknown): Item {
	if (id === undefined) return item;
	const parameters = new Map(item.resolution.parameters).set(idParameter(entity).name, id);
	return item.resolvedWith({ parameters });
}

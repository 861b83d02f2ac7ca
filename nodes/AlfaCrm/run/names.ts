/**
 * Reads the *short lists* of entities: the IDs and names of all records of an entity, such as
 * rooms. The output shows the names beside IDs. They are called *titles* here, because a record
 * without a name of its own has a title too.
 */

import { LIST_MS } from '../api/accountKnowledge';
import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { NameSource } from '../output/names';
import type { Branch } from '../store/located';
import type { ShortList, Titles } from '../store/shortList';
import { makeShortListRequest, readShortList } from '../store/shortList';
import type { Item } from './item';
import { shortListName, titlesName } from './keys';

/**
 * Reads the short list of an entity, once for all items. Other executions of the account use the
 * list too.
 *
 * @param notBefore the earliest moment at which the list may have been read, by
 * `performance.now()`; by default `LIST_MS` ago
 */
export async function readShortListOnce(
	item: Item,
	entity: Entity,
	branch?: number,
	notBefore = performance.now() - LIST_MS,
): Promise<ShortList> {
	const listBranch = branchOfList(entity, branch);
	const read = async () => await readShortList(item, entity, listBranch);
	// Incomplete lists are not kept for other executions, and neither are empty lists, which AlfaCRM
	// can send by mistake: see docs/alfacrm-api.md 3.
	const mayBeCached = ({ isComplete, titles }: ShortList) => isComplete && titles.size > 0;
	const options = { shared: { notBefore, mayBeCached } };
	return await item.execution.cached(entity.path, shortListName(listBranch), read, options);
}

/**
 * Makes the source from which the output takes the titles beside IDs. Each list is read once, for
 * the first item that needs it. If a list cannot be read, the item does not fail, and the list is
 * not requested again.
 */
export function makeNameSource(item: Item): NameSource {
	return {
		origin: item.origin,
		findTitles: async (entity, branch, ids) =>
			await readTitlesWithIds(item, entity, branch, ids ?? []),
	};
}

/**
 * Reads the titles of an entity's records. If an ID has no title, the list may come from another
 * execution, and be older than the record. Then this execution reads the list anew.
 *
 * @param ids the IDs whose titles are needed
 */
async function readTitlesWithIds(
	item: Item,
	entity: Entity,
	branch: Branch,
	ids: readonly number[],
): Promise<Titles | undefined> {
	const titles = await readTitlesOnce(item, entity, branch);
	const lacksId = titles !== undefined && ids.some((id) => !titles.has(id));
	if (!lacksId) return titles;
	return await readTitlesOnce(item, entity, branch, item.execution.startedAt);
}

/** Reads the titles of an entity's records once: a reading that has failed is not repeated. */
async function readTitlesOnce(
	item: Item,
	entity: Entity,
	branch?: number,
	notBefore?: number,
): Promise<Titles | undefined> {
	const name = titlesName(branchOfList(entity, branch), notBefore);
	const read = async () => await findTitles(item, entity, branch, notBefore);
	return await item.execution.cached(entity.path, name, read);
}

/**
 * Reads the titles of an entity's records. If the list cannot be read, adds a hint and returns
 * undefined.
 */
async function findTitles(
	item: Item,
	entity: Entity,
	branch?: number,
	notBefore?: number,
): Promise<Titles | undefined> {
	try {
		const { titles } = await readShortListOnce(item, entity, branch, notBefore);
		return titles;
	} catch (caught) {
		if (item.execution.isCancelled) throw item.asError(caught);
		const hint = hasStatus(caught, 403)
			? 'Names are missing, because this user may not read the lists of them'
			: 'Names are missing, because the lists of them could not be read. Run it again to have them';
		item.execution.hints.add(hint, entity.plural.toLowerCase());
		return undefined;
	}
}

/**
 * Returns the branch whose list has an entity's records: undefined for a global entity, whose list
 * all branches share.
 */
function branchOfList(entity: Entity, branch: Branch): Branch {
	return makeShortListRequest(entity, branch).branch;
}

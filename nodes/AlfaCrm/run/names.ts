import { LIST_MS } from '../api/accountKnowledge';
import { hasStatus } from '../api/failures';
import type { Entity } from '../entities/types';
import type { NameSource } from '../output/names';
import type { Titles } from '../store/shortList';
import { listOfNames, readShortList, ShortList } from '../store/shortList';
import type { Item } from './item';

/**
 * Reads the list of what a field names, once for all items of the execution, and for other executions of the account.
 *
 * @param notBefore when it must not have been read before, by `performance.now()`; some minutes ago if nothing is said
 */
export async function shortListOf(
	item: Item,
	entity: Entity,
	branch?: number,
	notBefore = performance.now() - LIST_MS,
): Promise<ShortList> {
	const { branch: asked } = listOfNames(entity, branch);
	const read = async () => await readShortList(item, entity, asked);
	// API notes 3: an empty list may be a failure.
	const isKept = ({ isComplete, titles }: ShortList) => isComplete && titles.size > 0;
	const name = JSON.stringify(['short', asked]);
	return await item.execution.cached(entity.path, name, read, { shared: { notBefore, isKept } });
}

/**
 * The names of an execution: each list is read once, for the first item that needs it. One that cannot be read makes no
 * item fail, and is not asked for again.
 */
export const nameSourceOf = (item: Item): NameSource => ({
	origin: item.origin,
	titlesIn: async (entity, branch, ids = []) => {
		const read = async (notBefore?: number) => {
			const key = JSON.stringify(['names', listOfNames(entity, branch).branch, notBefore]);
			const titles = async () => await titlesOrHint(item, entity, branch, notBefore);
			return await item.execution.cached(entity.path, key, titles);
		};
		const known = await read();
		if (known === undefined || ids.every((id) => known.has(id))) return known;
		return await read(item.execution.begun);
	},
});

async function titlesOrHint(
	item: Item,
	entity: Entity,
	branch?: number,
	notBefore?: number,
): Promise<Titles | undefined> {
	const plural = entity.plural.toLowerCase();
	try {
		return (await shortListOf(item, entity, branch, notBefore)).titles;
	} catch (caught) {
		if (item.execution.isCancelled) throw item.asError(caught);
		item.execution.hints.add(
			hasStatus(caught, 403)
				? 'Names are missing, because this user may not read the lists of them'
				: 'Names are missing, because the lists of them could not be read. Run it again to have them',
			plural,
		);
		return undefined;
	}
}

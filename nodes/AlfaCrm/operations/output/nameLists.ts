import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { NameSource, Titles } from './names';
import { listOfNames, readTitles, titlesOf } from './names';

/**
 * The names of an execution: each list is read once, for the first item that needs it. One that cannot be read makes no
 * item fail, and is not asked for again.
 */
export const nameSourceOf = (item: Item): NameSource => ({
	origin: item.origin,
	titlesIn: async (entity, branch) =>
		await cachedTitles(item, entity, branch, async () => await titlesOrHint(item, entity, branch)),
});

/** For a list that was read for something else: who needs its names next does not read it again. */
export async function keepTitles(
	item: Item,
	entity: Entity,
	branch: number | undefined,
	rows: readonly IDataObject[],
): Promise<void> {
	await cachedTitles(item, entity, branch, async () => titlesOf(entity, rows));
}

async function cachedTitles(
	{ execution }: Item,
	entity: Entity,
	branch: number | undefined,
	read: () => Promise<Titles | undefined>,
): Promise<Titles | undefined> {
	return await execution.cached(
		entity.path,
		JSON.stringify(['names', listOfNames(entity, branch).branch]),
		read,
	);
}

async function titlesOrHint(item: Item, entity: Entity, branch?: number): Promise<Titles | undefined> {
	const plural = entity.plural.toLowerCase();
	try {
		return await readTitles(item, entity, branch);
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

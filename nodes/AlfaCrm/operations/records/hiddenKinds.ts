import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { readId } from '../../values/formats';
import { kindPasses, listCall } from '../../entities/listCall';
import { entityOf } from '../../entities/registry';
import type { Entity, Hidden } from '../../entities/types';
import type { Item } from '../execution/item';
import type { ReadList } from './readList';
import { readList } from './readList';

type Kinds = NonNullable<Hidden['kinds']>;

/**
 * The kinds of records that lists of this account leave out unless they are asked for, as bodies to ask with. One record
 * of a kind tells, if there is any; it is looked for once for all items of an execution.
 */
export async function hiddenKinds(item: Item, entity: Entity, branch?: number): Promise<IDataObject[]> {
	const { hidden: { kinds } = {}, path } = entity;
	if (kinds === undefined) return [];
	const found = await item.execution.cached(
		entityOf(kinds.entity).path,
		JSON.stringify([path, branch]),
		async () => {
			const { rows, incomplete } = await listKinds(item, entity, kinds, branch);
			const leftOut: IDataObject[] = [];
			for (const body of kindPasses(kinds, rows)) {
				const id = await firstListed(item, entity, body, branch);
				if (id === undefined) continue;
				// What is shown unasked beside the usual kind shows that all are.
				if ((await firstListed(item, entity, { id }, branch)) !== undefined)
					return { leftOut: [], incomplete };
				leftOut.push(body);
			}
			return { leftOut, incomplete };
		},
		({ incomplete }) => incomplete === undefined,
	);
	return found.leftOut;
}

async function listKinds(
	item: Item,
	{ plural }: Entity,
	{ entity }: Kinds,
	branch?: number,
): Promise<ReadList> {
	const listed = entityOf(entity);
	const [all, sorts] = [plural, listed.plural].map((words) => words.toLowerCase());
	try {
		return await readList(item, listed, listCall(listed, branch));
	} catch (caught) {
		if (!hasStatus(caught, 403)) throw item.asError(caught);
		item.execution.hints.add(
			`AlfaCRM may leave out some ${all}, and this user may not list the ${sorts} by which to ask for them`,
		);
		return { rows: [] };
	}
}

/** The ID of a record that a list shows when it is asked for it, not for others. */
async function firstListed(
	item: Item,
	entity: Entity,
	body: IDataObject,
	branch?: number,
): Promise<number | undefined> {
	const { rows } = await item.collect({ ...listCall(entity, branch), body }, { limit: 1 });
	const isAsked = (row: IDataObject) =>
		Object.entries(body).every(([name, value]) => readId(row[name]) === value);
	return readId(rows.find(isAsked)?.id);
}

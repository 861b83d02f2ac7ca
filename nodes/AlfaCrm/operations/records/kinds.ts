import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import type { Item } from '../item';

type Kinds = NonNullable<Entity['kinds']>;

/**
 * The kinds of records that lists of this account leave out unless they are asked for, as bodies to ask with. One record
 * of a kind tells, if there is any; it is looked for once for all items of an execution.
 */
export async function kindsLeftOut(item: Item, entity: Entity, branch?: number): Promise<IDataObject[]> {
	const { kinds, path } = entity;
	if (kinds === undefined) return [];
	return await item.run.shared(entityOf(kinds.entity).path, JSON.stringify([path, branch]), async () => {
		const others = (await kindsOf(item, entity, kinds, branch)).filter((kind) => kind !== kinds.usual);
		const leftOut: IDataObject[] = [];
		for (const kind of others) {
			const body = { [kinds.name]: kind };
			const id = await oneOf(item, entity, body, branch);
			if (id === undefined) continue;
			// What is shown unasked beside the usual kind shows that all are.
			if ((await oneOf(item, entity, { id }, branch)) !== undefined) return [];
			leftOut.push(body);
		}
		return leftOut;
	});
}

async function kindsOf(item: Item, { plural }: Entity, { entity }: Kinds, branch?: number) {
	const { path, plural: kinds } = entityOf(entity);
	const list = { path, branch, task: `list the ${kinds.toLowerCase()}` };
	try {
		const { rows } = await item.collect(list);
		return rows.map(({ id }) => readId(id));
	} catch (caught) {
		if (!item.run.client.isForbidden({ ...list, action: 'index' })) throw item.asError(caught);
		item.run.hints.add(
			`AlfaCRM may leave out some ${plural.toLowerCase()}, and this user may not list the ${kinds.toLowerCase()} by which to ask for them`,
		);
		return [];
	}
}

/** The ID of a record that a list shows when it is asked for it, not for others. */
async function oneOf(
	item: Item,
	{ path, plural }: Entity,
	body: IDataObject,
	branch?: number,
): Promise<number | undefined> {
	const list = { path, branch, body, task: `list the ${plural.toLowerCase()}` };
	const { rows } = await item.collect(list, { limit: 1, readings: 1 });
	const isAsked = ([row]: IDataObject[]) =>
		row !== undefined && Object.entries(body).every(([name, value]) => readId(row[name]) === value);
	return isAsked(rows) ? readId(rows[0].id) : undefined;
}

import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { Collected, CollectOptions, List } from '../../api/pages';
import type { Entity } from '../../entities/types';
import type { Item } from '../context';
import type { Target } from '../target';

/** Reads the rows of a list; an item and a trigger each have their own way to. */
export type Collect = (list: Omit<List, 'itemIndex'>, options: CollectOptions) => Promise<Collected>;

/**
 * Reads one record, also one that lists hide. AlfaCRM has no call for that, only the index with a filter by ID, which
 * some entities ignore: then the list is read until the record comes. API notes 3.
 */
export async function lookUp(
	collect: Collect,
	entity: Entity,
	id: number,
	target: Target,
): Promise<IDataObject | undefined> {
	const list = {
		...target,
		body: { id, ...target.query, ...entity.reveal },
		task: `get ${entity.label.toLowerCase()} ${id}`,
	};
	const keep = (row: IDataObject) => readId(row.id) === id;
	const { rows } = await collect(list, { keep, limit: 1, passes: passesOf(entity) });
	return rows[0];
}

/** What to ask an index one after the other to see every record. */
export function passesOf({ sweep, hidden = [] }: Entity): readonly IDataObject[] {
	if (sweep === undefined) return [{}, ...hidden];
	return sweep.choices.map(({ value }) => ({ [sweep.name]: value }));
}

/** @throws NodeApiError when no row has this ID */
export async function getRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<IDataObject> {
	const record = await lookUp((list, options) => item.collect(list, options), entity, id, target);
	if (record) return record;
	const { message, description, status } = notFound(entity, id, target.branch);
	throw item.failed(message, description, status);
}

/** Why a record cannot be given. */
export function notFound({ label }: Entity, id: number, branch?: number) {
	const where = branch === undefined ? '' : ` in branch ${branch}`;
	return {
		message: `AlfaCRM has no ${label.toLowerCase()} with ID ${id}${where}`,
		description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
		status: 404,
	};
}

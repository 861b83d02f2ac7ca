import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId } from '../../api/formats';
import type { Entity } from '../../entities/types';
import type { Item } from '../context';
import type { Target } from '../target';
import type { Match } from './written';

/** The day that stands for "not archived", for ever. API notes 3. */
const NEVER = '2030-12-31';

/**
 * Whether a record is archived. A row may say so by its flag; a day in it says only that it may be, for whose day it is
 * by now depends on the school's clock, and groups show neither. So AlfaCRM is asked for archived ones. API notes 3.
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	{ row, branch }: Match,
): Promise<boolean> {
	if (entity.archive === undefined) return false;
	if (row.removed !== undefined && row.removed !== null) return Number(row.removed) === 1;
	const { day } = entity.archive;
	if (day !== undefined && formatDay(row[day], 'iso', item.zone) === NEVER) return false;
	const id = readId(row.id);
	const body = { id, ...target.query, ...entity.reveal, removed: 2 };
	const task = `look for the ${entity.label.toLowerCase()} in the archive`;
	const keep = (one: IDataObject) => readId(one.id) === id;
	const { rows } = await item.collect({ ...target, branch, body, task }, { keep, limit: 1 });
	return rows.length > 0;
}

import { formatDay, OPEN_END, readId } from '../values/formats';
import { archivedFlag } from '../entities/archive';
import type { Entity } from '../entities/types';
import type { Item } from './item';
import { readWholeList } from './readList';
import type { Target, LocatedRecord } from '../store/located';

/**
 * Whether a record is archived. A row may say so by its flag; a day in it says only that it may be, for whose day it is
 * by now depends on the school's clock, and groups show neither. So AlfaCRM is asked for archived ones. API notes 3.
 *
 * @throws NodeApiError when the list of them did not come whole
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	{ row, branch }: LocatedRecord,
): Promise<boolean> {
	if (entity.archive === undefined) return false;
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag;
	const { day } = entity.archive;
	if (day !== undefined && formatDay(row[day], 'iso', item.zone) === OPEN_END) return false;
	const id = readId(row.id);
	const [noun, plural] = [entity.label, entity.plural].map((words) => words.toLowerCase());
	const list = {
		...target,
		branch,
		body: { id, ...target.query, ...entity.hidden?.show, removed: 2 },
		task: `look for the ${noun} in the archive`,
	};
	const what = `whether ${noun} ${String(row.id)} is archived`;
	const rows = await readWholeList(item, { label: noun, plural: `archived ${plural}` }, list, what);
	return rows.some((one) => readId(one.id) === id);
}

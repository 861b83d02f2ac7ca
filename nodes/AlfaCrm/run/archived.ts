import { formatDay, OPEN_END, readId } from '../values/formats';
import { archivedFlag } from '../entities/archive';
import type { Entity } from '../entities/types';
import type { Item } from './item';
import { readWholeList } from './readList';
import type { Target, LocatedRecord } from '../store/located';

/**
 * Finds out whether a record is archived: by its row if that is sure, or else by asking AlfaCRM for
 * archived records.
 *
 * A row may have a flag, which is sure. It may have the day on which the record is or will be
 * archived. Whether that day has come depends on the school's clock, so only a day without end is
 * sure: the record is not archived. Groups show neither. API notes 3.
 *
 * @throws NodeApiError when the list of archived records did not come whole
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	record: LocatedRecord,
): Promise<boolean> {
	if (entity.archive === undefined) return false;

	const { row } = record;
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag;

	const { day: dayField } = entity.archive;
	const isNeverArchived =
		dayField !== undefined && formatDay(row[dayField], 'iso', item.zone) === OPEN_END;
	if (isNeverArchived) return false;

	return await isListedAsArchived(item, entity, target, record);
}

async function isListedAsArchived(
	item: Item,
	entity: Entity,
	target: Target,
	{ row, branch }: LocatedRecord,
): Promise<boolean> {
	const id = readId(row.id);
	const noun = entity.label.toLowerCase();
	const plural = entity.plural.toLowerCase();
	const list = {
		...target,
		branch,
		body: { id, ...target.query, ...entity.hidden?.show, removed: 2 },
		task: `look for the ${noun} in the archive`,
	};
	const archivedRows = await readWholeList(
		item,
		{ label: noun, plural: `archived ${plural}` },
		list,
		`whether ${noun} ${String(row.id)} is archived`,
	);
	return archivedRows.some((archivedRow) => readId(archivedRow.id) === id);
}

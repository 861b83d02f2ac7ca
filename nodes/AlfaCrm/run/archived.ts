import { formatDay, OPEN_END, readId } from '../values/formats';
import { readArchivedFlag } from '../entities/archive';
import type { Entity } from '../entities/types';
import type { Item } from './item';
import { readWholeList } from './readList';
import type { Target, LocatedRecord } from '../store/located';

/**
 * Finds out whether a record is archived: by its row if the row proves it, or else by asking
 * AlfaCRM for archived records.
 *
 * - **The flag `removed`** proves it, but rows may lack it.
 * - **The day of archiving**, such as `e_date` of a customer, proves only one thing: `OPEN_END`
 *   (2030-12-31) means that the record is not archived. Whether any other day has come depends on
 *   the school's clock, which AlfaCRM does not show.
 * - **A group** may show neither a flag nor such a day.
 *
 * API notes 3, "Customer list semantics".
 *
 * @throws NodeOperationError if rows of the list of archived records are missing
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	record: LocatedRecord,
): Promise<boolean> {
	if (entity.archive === undefined) return false;

	const { row } = record;
	const flag = readArchivedFlag(row);
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
	// `removed: 2` lists archived records only. API notes 3.
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

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
 *   (2030-12-31), the day of all records that nobody has archived, means that the record is active.
 *   Whether any other day has come depends on the school's clock, which AlfaCRM does not show.
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
	const archivingDay = dayField && formatDay(row[dayField], 'iso', item.zone);
	if (archivingDay === OPEN_END) return false;

	return await isListedAsArchived(item, entity, target, record);
}

/** Whether AlfaCRM's list of archived records has a record. */
async function isListedAsArchived(
	item: Item,
	entity: Entity,
	target: Target,
	record: LocatedRecord,
): Promise<boolean> {
	const { row, branch } = record;
	const id = readId(row.id);
	const noun = entity.label.toLowerCase();
	const nouns = { label: noun, plural: `archived ${entity.plural.toLowerCase()}` };

	const body = {
		id,
		// Most sources have the parent's ID in the query, some have it in the body, so it is in both.
		...target.query,
		// Shows records that the list leaves out by default.
		...entity.hidden?.bodyShowingAll,
		// Lists archived records only. API notes 3.
		removed: 2,
	};
	const list = { ...target, branch, body, task: `look for the ${noun} in the archive` };
	const uncertainFact = `whether ${noun} ${String(row.id)} is archived`;
	const archivedRows = await readWholeList(item, nouns, list, uncertainFact);
	return archivedRows.some((archivedRow) => readId(archivedRow.id) === id);
}

import { formatDay, OPEN_END, readId } from '../values/formats';
import { readArchivedFlag } from '../entities/archive';
import type { Entity } from '../entities/types';
import type { Item } from './item';
import { readWholeList } from './readList';
import type { Target, LocatedRecord } from '../store/located';

/**
 * Finds out whether a record is archived. The row of the record often answers the question:
 *
 * - **The flag `removed`** says whether the record is archived. Some rows lack the flag.
 * - **The day of archiving**, such as `e_date` of a customer, is `OPEN_END` (2030-12-31) for every
 *   record that nobody has archived. So that day means that the record is active. Any other day
 *   proves nothing: AlfaCRM does not show the school's clock, so nobody knows whether the day has
 *   come.
 *
 * If the row does not answer the question, AlfaCRM is asked for archived records. The row of a
 * group, for example, can lack both the flag and the day. See docs/alfacrm-api.md 3, "Customer list
 * semantics".
 *
 * @throws NodeOperationError if rows of the list of archived records are missing
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	record: LocatedRecord,
): Promise<boolean> {
	// Records of an entity without an archive cannot be archived.
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
		// Descriptions of AlfaCRM's API put the parent's ID in the query or in the body, so both have
		// the ID here.
		...target.query,
		// Shows records that the list leaves out by default.
		...entity.hidden?.bodyShowingAll,
		// Lists archived records only.
		removed: 2,
	};
	const list = { ...target, branch, body, task: `look for the ${noun} in the archive` };
	const uncertainFact = `whether ${noun} ${String(row.id)} is archived`;
	const archivedRows = await readWholeList(item, nouns, list, uncertainFact);
	return archivedRows.some((archivedRow) => readId(archivedRow.id) === id);
}

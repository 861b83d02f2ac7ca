import type { IDataObject } from 'n8n-workflow';

import { formatDay, OPEN_END, readId, today } from '../../values/formats';
import { archivedFlag } from '../../entities/archive';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { LocatedRecord, Target } from './target';
import { incompleteListError } from './readList';

/**
 * Whether a record is archived; undefined where AlfaCRM lists it among the archived and among the active ones, or among
 * neither, so that it does not heed what it is asked for.
 *
 * @throws NodeApiError when its list did not come whole
 */
export async function isArchived(
	item: Item,
	entity: Entity,
	target: Target,
	match: LocatedRecord,
): Promise<boolean | undefined> {
	const archived = await archivedState(item, entity, target, match);
	if (archived === undefined) throw archivedUnknownError(item, entity, match);
	if (archivedByRow(entity, match.row, item.zone) !== undefined) return archived;
	const { isFound: isActive } = await isListed(item, entity, target, match);
	return isActive === archived ? undefined : archived;
}

export function archivedUnknownError(item: Item, { label, plural }: Entity, { row }: LocatedRecord): Error {
	const incomplete = `archived ${plural.toLowerCase()}`;
	return incompleteListError(
		item,
		incomplete,
		`whether ${label.toLowerCase()} ${String(row.id)} is archived`,
	);
}

/**
 * Whether a record shows by itself that it is archived, with nothing asked for that: good enough to be shown, or for a
 * hint. By its flag or its day; undefined where it shows neither. API notes 3.
 */
export function archivedByRow({ archive }: Entity, row: IDataObject, zone: string): boolean | undefined {
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag;
	const day = archive?.day === undefined ? undefined : formatDay(row[archive.day], 'iso', zone);
	return day === undefined ? undefined : day !== OPEN_END && day <= today('iso', zone);
}

/**
 * Whether a record is archived; undefined when the list of archived ones did not come whole. A row may say so by its
 * flag; a day in it says only that it may be, for whose day it is by now depends on the school's clock, and groups show
 * neither. So AlfaCRM is asked for archived ones. API notes 3.
 */
export async function archivedState(
	item: Item,
	entity: Entity,
	target: Target,
	{ row, branch }: LocatedRecord,
): Promise<boolean | undefined> {
	if (entity.archive === undefined) return false;
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag;
	const { day } = entity.archive;
	if (day !== undefined && formatDay(row[day], 'iso', item.zone) === OPEN_END) return false;
	const { isFound, isSure } = await isListed(item, entity, target, { row, branch }, 2);
	return isFound || isSure ? isFound : undefined;
}

/** Whether a list shows a record, and whether it would: that of active ones, or with 2 that of archived ones. */
async function isListed(
	item: Item,
	{ includeHidden, label }: Entity,
	target: Target,
	{ row, branch }: Pick<LocatedRecord, 'branch' | 'row'>,
	removed?: 2,
): Promise<{ isFound: boolean; isSure: boolean }> {
	const id = readId(row.id);
	const body = { id, ...target.query, ...includeHidden, removed };
	const task = `look for the ${label.toLowerCase()} in the archive`;
	const keep = (one: IDataObject) => readId(one.id) === id;
	const list = { ...target, branch, body, task };
	const { rows, isComplete } = await item.collect(list, { keep, limit: 1 });
	return { isFound: rows.length > 0, isSure: isComplete };
}

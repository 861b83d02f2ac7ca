import type { IDataObject } from 'n8n-workflow';

import { formatDay, OPEN_END, readId, today } from '../../values/formats';
import { archivedFlag } from '../../entities/archive';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { LocatedRecord, Target } from './target';
import { incompleteListError } from './readList';

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
	const id = readId(row.id);
	const list = {
		...target,
		branch,
		body: { id, ...target.query, ...entity.hidden?.show, removed: 2 },
		task: `look for the ${entity.label.toLowerCase()} in the archive`,
	};
	const { rows, isComplete } = await item.collect(list, { keep: (one) => readId(one.id) === id, limit: 1 });
	if (rows.length > 0) return true;
	return isComplete ? false : undefined;
}

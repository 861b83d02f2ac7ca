import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { ListQuery } from '../../api/pages';
import { kindPasses, listCall } from '../../entities/listCall';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import { warnOfMissing } from './rows';

/** The list that did not come whole, by the plural of what is in it: something may be there that did not come. */
export type IncompleteList = string | undefined;

export interface ReadList {
	rows: IDataObject[];
	incomplete?: IncompleteList;
}

/** All rows of a list in which something is looked for; where some are missing the user is told. */
export async function readList(
	item: Item,
	entity: Pick<Entity, 'plural'>,
	list: ListQuery,
): Promise<ReadList> {
	const collected = await item.collect(list);
	const plural = entity.plural.toLowerCase();
	warnOfMissing(item, plural, collected);
	return { rows: collected.rows, incomplete: collected.isComplete ? undefined : plural };
}

/**
 * The rows among which something must be, if it is there at all.
 *
 * @throws NodeApiError when the list keeps changing, so that what is not found may be there
 */
export async function readWholeList(item: Item, entity: Entity, list: ListQuery): Promise<IDataObject[]> {
	const { rows, incomplete } = await readList(item, entity, list);
	if (incomplete === undefined) return rows;
	throw incompleteListError(item, incomplete, `that this ${entity.label.toLowerCase()} is new`);
}

/** A second record, or a wrong one, would be worse than none. */
export function incompleteListError(item: Item, incomplete: string, what: string): Error {
	return item.failed(
		`AlfaCRM's list of ${incomplete} did not come whole, so it is not sure ${what}`,
		item.hasSaved ? 'Run it again.' : 'Run it again. Nothing was saved.',
	);
}

/** What to ask a list with besides, to see the kinds of records that it may leave out unasked. API notes 5.16. */
export async function otherKinds(item: Item, entity: Entity, branch?: number): Promise<IDataObject[]> {
	const { hidden: { kinds } = {}, plural } = entity;
	if (kinds === undefined) return [];
	const listed = entityOf(kinds.entity);
	const read = async () => {
		try {
			return await readList(item, listed, listCall(listed, branch));
		} catch (caught) {
			if (!hasStatus(caught, 403)) throw item.asError(caught);
			item.execution.hints.add(
				`AlfaCRM may leave out some ${plural.toLowerCase()}, and this user may not list the ${listed.plural.toLowerCase()} by which to ask for them`,
			);
			return { rows: [] };
		}
	};
	const isWhole = ({ incomplete }: ReadList) => incomplete === undefined;
	const { rows } = await item.execution.cached(listed.path, JSON.stringify(['kinds', branch]), read, isWhole);
	return kindPasses(kinds, rows);
}

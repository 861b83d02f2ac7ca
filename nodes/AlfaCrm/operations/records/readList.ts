import type { IDataObject } from 'n8n-workflow';

import type { CollectOptions } from '../../api/list';
import type { ListQuery } from '../../api/pages';
import { kindPasses, listCall } from '../../entities/listCall';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { CachedList } from '../execution/cachedList';
import type { Item } from '../execution/item';
import { warnOfMissing } from './rows';
import { branchesOf } from './target';

/** All rows of a list; where some are missing the user is told. */
export async function readList(
	item: Item,
	{ plural }: Pick<Entity, 'plural'>,
	list: ListQuery,
): Promise<IDataObject[]> {
	const collected = await item.collect(list);
	warnOfMissing(item, plural.toLowerCase(), collected);
	return collected.rows;
}

/**
 * The rows among which something must be, if it is there at all.
 *
 * @param what is not sure if some are missing
 * @throws NodeApiError in that case
 */
export async function readWholeList(
	item: Item,
	{ label, plural }: Pick<Entity, 'label' | 'plural'>,
	{ passes, ...list }: ListQuery & Pick<CollectOptions, 'passes'>,
	what = `that this ${label.toLowerCase()} is new`,
): Promise<IDataObject[]> {
	const { rows, isComplete } = await item.collect(list, { passes });
	if (isComplete) return rows;
	throw incompleteListError(item, plural.toLowerCase(), what);
}

/** The same, read once for all items of the execution, with what they write. */
export async function readWholeListOnce(
	item: Item,
	entity: Entity,
	list: ListQuery & Pick<CollectOptions, 'passes'>,
	what?: string,
): Promise<CachedList> {
	const isListed = (row: IDataObject, written?: number) =>
		branchesOf(written, entity.fields, row).includes(list.branch);
	const read = async () => new CachedList(await readWholeList(item, entity, list, what), isListed);
	const name = JSON.stringify(['whole', list.branch, list.body, list.passes]);
	return await item.execution.cached(entity.path, name, read);
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
		const rows = await item.ifAllowed(async () => await readList(item, listed, listCall(listed, branch)));
		if (rows) return rows;
		item.execution.hints.add(
			`AlfaCRM may leave out some ${plural.toLowerCase()}, and this user may not list the ${listed.plural.toLowerCase()} by which to ask for them`,
		);
		return [];
	};
	const name = JSON.stringify(['kinds', branch]);
	return kindPasses(kinds, await item.execution.cached(listed.path, name, read));
}

import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/page';
import type { CollectOptions } from '../../api/pages';
import { limit, returnAll } from '../../properties/shared';
import type { Item, ItemRequest } from '../context';

/** How many rows 'Return All' and 'Limit' ask for. Read before anything is sent. */
export function limitOf(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limit);
}

/**
 * The rows of a list, each record once, with a hint where some are known to be missing.
 *
 * @param plural what is listed, in small letters
 */
export async function listed(
	item: Item,
	plural: string,
	list: Omit<List, 'itemIndex'>,
	options: CollectOptions,
): Promise<IDataObject[]> {
	const { rows, whole, total = 0, read } = await item.collect(list, options);
	if (!whole) warnOfMissing(item, plural, read, total);
	return rows;
}

export function warnOfMissing(item: Item, plural: string, found: number, total = 0): void {
	item.run.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		`AlfaCRM spoke of ${total} ${plural}, ${found} came`,
	);
}

/** A bare list becomes one item for each of its rows. */
export function asRows(
	item: Item,
	{ task }: Pick<ItemRequest, 'task'>,
	answer: IDataObject | IDataObject[],
): IDataObject[] {
	const rows = Array.isArray(answer) ? answer : [answer];
	if (rows.every((row) => typeof row === 'object' && row !== null)) return rows;
	throw item.failed(
		`AlfaCRM sent something unexpected when asked to ${task}`,
		"Check 'Hostname' in the credential, or try again later.",
	);
}

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import type { Collected, CollectOptions } from '../../api/list';
import { showWhen } from '../../form/assemble';
import type { Item, ItemRequest } from '../execution/item';

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

/** How many rows are asked for. */
export const limitForm: INodeProperties[] = [returnAll, showWhen(limit, { returnAll: [false] })];

/** Infinity for all. Read before anything is sent. */
export function limitOf(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limit);
}

/**
 * Rows of a list up to a limit, each record once, with a hint where some are missing or there may be more.
 *
 * @param plural what is listed, in small letters
 */
export async function collectSome(
	item: Item,
	plural: string,
	list: ListQuery,
	options: CollectOptions & { limit: number },
): Promise<IDataObject[]> {
	const { limit, passes = [{}] } = options;
	const collected = await item.collect(list, options);
	warnOfMissing(item, plural, collected);
	const { rows, total = 0 } = collected;
	// Of several lists the total is that of the last one that was read; it may count what is not wanted.
	if (rows.length >= limit && (passes.length > 1 || total > limit))
		item.execution.hints.add(
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All'",
			`${limit} ${plural} came`,
		);
	return rows;
}

export function warnOfMissing(
	item: Item,
	plural: string,
	{ isComplete, total, read }: Omit<Collected, 'rows'>,
): void {
	if (isComplete) return;
	item.execution.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		total === undefined || total <= read
			? `${read} ${plural} came`
			: `AlfaCRM reported ${total} ${plural}, ${read} came, ${total - read} missing`,
	);
}

/** Rows of several lists, each record once, as the last of them shows it; what has no ID is kept. */
export const eachOnce = (rows: readonly IDataObject[]): IDataObject[] => [
	...new Map(rows.map((row) => [readId(row.id) ?? row, row])).values(),
];

/**
 * A bare list becomes one item for each of its rows.
 *
 * @param isIdempotent false for a call of which nobody knows what it does
 */
export function asRows(
	item: Item,
	{ task }: Pick<ItemRequest, 'task'>,
	answer: IDataObject | IDataObject[],
	isIdempotent = true,
): IDataObject[] {
	const rows = Array.isArray(answer) ? answer : [answer];
	if (rows.every((row) => typeof row === 'object' && row !== null)) return rows;
	throw item.failed(
		`AlfaCRM sent something unexpected when asked to ${task}`,
		isIdempotent
			? "Check 'Hostname' in the credential, or try again later."
			: 'AlfaCRM may have carried it out all the same: look there before you run this again.',
	);
}

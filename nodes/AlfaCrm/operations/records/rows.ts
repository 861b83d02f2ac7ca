import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import type { Collected, CollectOptions } from '../../api/list';
import type { Item, ItemRequest } from '../execution/item';

/**
 * The rows of a list, each record once, with a hint where some are known to be missing.
 *
 * @param plural what is listed, in small letters
 */
export async function collectRows(
	item: Item,
	plural: string,
	list: ListQuery,
	options: CollectOptions = {},
): Promise<IDataObject[]> {
	const collected = await item.collect(list, options);
	warnOfMissing(item, plural, collected);
	return collected.rows;
}

/**
 * The same up to a limit, with a hint where AlfaCRM counts more of them.
 *
 * @param options.isCertain false where AlfaCRM may ignore what it is asked for, and count others too
 */
export async function collectSome(
	item: Item,
	plural: string,
	list: ListQuery,
	options: CollectOptions & { limit: number; keep: (row: IDataObject) => boolean; isCertain?: boolean },
): Promise<IDataObject[]> {
	const { limit, keep, passes = [{}], isCertain = true } = options;
	// Of several lists the total is that of the last one that was read.
	const isOne = passes.length === 1;
	let isHeeded = true;
	const noted = (row: IDataObject) => {
		const isWanted = keep(row);
		isHeeded &&= isWanted;
		return isWanted;
	};
	const collected = await item.collect(list, { ...options, keep: noted });
	warnOfMissing(item, plural, collected);
	const { rows, total = 0 } = collected;
	if (rows.length < limit || (isOne && total <= limit)) return rows;
	const advice = "raise it, or switch on 'Return All'";
	if (isCertain && isHeeded && isOne)
		item.execution.hints.add(
			`'Limit' was reached: ${advice}`,
			`AlfaCRM counts ${total} ${plural}, ${limit} came`,
		);
	else
		item.execution.hints.add(
			`'Limit' was reached, so there may be more: ${advice}`,
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

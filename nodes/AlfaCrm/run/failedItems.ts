import type { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { readDescriptionParts, joinSentences, wordDescription } from '../api/effects';
import type { Item } from './item';

/** An item that failed, and why. */
export interface FailedItem {
	item: Item;
	error: NodeApiError | NodeOperationError;
}

/**
 * Makes the error of an execution from the error of the first failed item. Adds to its description
 * which items were carried out and which failed as well, so that nobody runs them twice.
 *
 * @param items all items of the execution
 */
export function errorOfExecution(failures: readonly FailedItem[], items: readonly Item[]): Error {
	const [first, ...otherFailures] = [...failures].sort((a, b) => a.item.index - b.item.index);
	const failedItems = new Set(failures.map(({ item }) => item));
	const carriedOut = items.filter((item) => mayHaveSaved(item) && !failedItems.has(item));

	const { error } = first;
	const ownDescription = wordDescription(readDescriptionParts(error), {
		isOneOfSeveral: carriedOut.length > 0,
	});
	const description = joinSentences(
		ownDescription,
		carriedOut.length > 0 ? `Carried out: ${nameItems(carriedOut)}.` : '',
		...otherFailures.map(describeFailure),
	);

	error.description = description === '' ? undefined : description;
	return error;
}

/**
 * Whether an item has saved something, or has made an API Call, which may have saved something.
 */
function mayHaveSaved(item: Item): boolean {
	return item.hasSaved || item.hasMadeApiCall;
}

function describeFailure({ item, error }: FailedItem): string {
	const description = error.description?.trim() ?? '';
	const message = `Item ${item.index} failed as well: ${error.message}`;
	return description === '' ? message : `${message}. ${description}`;
}

/** Lists the indexes of items, with ranges: "items 0 to 11, 13". */
function nameItems(items: readonly Item[]): string {
	const ranges: Array<{ first: number; last: number }> = [];
	for (const { index } of items) {
		const range = ranges.at(-1);
		if (range?.last === index - 1) range.last = index;
		else ranges.push({ first: index, last: index });
	}
	const texts = ranges.map(({ first, last }) =>
		first === last ? `${first}` : `${first} to ${last}`,
	);
	return `${items.length > 1 ? 'items' : 'item'} ${texts.join(', ')}`;
}

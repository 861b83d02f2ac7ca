import type { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { readDescriptionParts, joinSentences, formatDescription } from '../api/effects';
import type { Item } from './item';

/** An item that failed, and why. */
export interface FailedItem {
	item: Item;
	error: NodeApiError | NodeOperationError;
}

/**
 * Makes the error of an execution from the error of the first failed item. Adds to its description
 * which items were carried out, so that nobody runs those twice, and which others failed.
 *
 * @param items all items of the execution
 */
export function makeExecutionError(
	failedItems: readonly FailedItem[],
	items: readonly Item[],
): Error {
	const sortedFailedItems = [...failedItems].sort((a, b) => a.item.index - b.item.index);
	const [firstFailedItem, ...laterFailedItems] = sortedFailedItems;
	const itemsToLeaveOut = new Set(failedItems.map(({ item }) => item));
	const carriedOutItems = items.filter((item) => mayHaveSaved(item) && !itemsToLeaveOut.has(item));

	const { error } = firstFailedItem;
	const wereOthersCarriedOut = carriedOutItems.length > 0;
	// "Nothing was saved" must then be limited to the failed item.
	const options = { wereOtherItemsCarriedOut: wereOthersCarriedOut };
	const description = joinSentences(
		formatDescription(readDescriptionParts(error), options),
		wereOthersCarriedOut ? `Carried out: ${listIndexes(carriedOutItems)}.` : '',
		...laterFailedItems.map(describeFailedItem),
	);

	error.description = description === '' ? undefined : description;
	return error;
}

/**
 * Whether an item has saved something, or has made an *API Call*, whose effect is not known.
 */
function mayHaveSaved(item: Item): boolean {
	return item.hasSaved || item.hasMadeApiCall;
}

/** Describes one more failed item: the message and, if there is one, the description. */
function describeFailedItem({ item, error }: FailedItem): string {
	const description = error.description?.trim() ?? '';
	const message = `Item ${item.index} failed as well: ${error.message}`;
	return description === '' ? message : `${message}. ${description}`;
}

/** Lists the indexes of items in rising order, with ranges: "items 0 to 11, 13". */
function listIndexes(items: readonly Item[]): string {
	const ranges: Array<{ first: number; last: number }> = [];
	for (const { index } of items) {
		const lastRange = ranges.at(-1);
		if (lastRange?.last === index - 1) {
			lastRange.last = index;
		} else {
			ranges.push({ first: index, last: index });
		}
	}

	const rangeTexts = ranges.map(({ first, last }) =>
		first === last ? `${first}` : `${first} to ${last}`,
	);
	const noun = items.length > 1 ? 'items' : 'item';
	return `${noun} ${rangeTexts.join(', ')}`;
}

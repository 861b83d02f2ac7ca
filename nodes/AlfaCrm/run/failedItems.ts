import type { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { descriptionParts, joinSentences, wordDescription } from '../api/effects';
import type { Item } from './item';

/** An item that failed, and why. */
export interface FailedItem {
	item: Item;
	error: NodeApiError | NodeOperationError;
}

/**
 * Makes the error of an execution: that of the first item that failed, with what became of the
 * other items, so that nobody has them done twice.
 *
 * @param items all items of the execution
 */
export function errorOfExecution(failures: readonly FailedItem[], items: readonly Item[]): Error {
	const [first, ...otherFailures] = [...failures].sort((a, b) => a.item.index - b.item.index);
	const failedItems = new Set(failures.map(({ item }) => item));
	const carriedOut = items.filter((item) => mayHaveSaved(item) && !failedItems.has(item));

	const { error } = first;
	const ownDescription = wordDescription(descriptionParts(error), {
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
 * Tells whether an item has saved something, or has sent an API Call, which may have saved
 * something.
 */
function mayHaveSaved(item: Item): boolean {
	return item.hasSaved || item.hasMadeApiCall;
}

function describeFailure({ item, error }: FailedItem): string {
	const description = error.description?.trim() ?? '';
	const message = `Item ${item.index} failed as well: ${error.message}`;
	return description === '' ? message : `${message}. ${description}`;
}

/** Lists items by their numbers: "items 0 to 11, 13". */
function nameItems(items: readonly Item[]): string {
	const runs: Array<{ first: number; last: number }> = [];
	for (const { index } of items) {
		const run = runs.at(-1);
		if (run?.last === index - 1) run.last = index;
		else runs.push({ first: index, last: index });
	}
	const texts = runs.map(({ first, last }) =>
		first === last ? `${first}` : `${first} to ${last}`,
	);
	return `${items.length > 1 ? 'items' : 'item'} ${texts.join(', ')}`;
}

import type { INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { errorJson } from '../api/failures';
import type { Execution } from './execution/execution';
import { Item } from './execution/item';
import { otherResource } from './otherResources';
import { perform } from './perform';
import { resourceParameter } from './resource';

/** What an error says of its own item. */
const NOTHING = /Nothing was (saved|sent to AlfaCRM)\./;

interface Failure {
	item: Item;
	error: NodeApiError | NodeOperationError;
}

/**
 * Does for each input item what the node says. Items begin in their order; where AlfaCRM is far away, the next ones
 * begin before the first are done, and those that are about the same record take turns in that order (`withLock`). The
 * output is in the order of the items in any case. After a failure nothing new begins, and what is under way is waited
 * for, so that the error can tell what was saved.
 *
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node continues on fail
 */
export async function performAll(execution: Execution): Promise<INodeExecutionData[]> {
	const { context } = execution;
	const items: Item[] = [];
	for (const index of context.getInputData().keys()) items.push(new Item(execution, index, items));
	const output: INodeExecutionData[][] = items.map(() => []);
	const failures: Failure[] = [];
	const underWay = new Set<Promise<void>>();

	const settle = async (item: Item): Promise<void> => {
		const pairedItem = { item: item.index };
		try {
			if (execution.origin === '') await execution.readCredential();
			output[item.index] = (await perform(item)).map((one) => ({ ...one, pairedItem }));
		} catch (caught) {
			const error = item.asError(caught);
			if (item.isSkipped) return;
			execution.isStopping = !context.continueOnFail() || execution.isCancelled;
			if (execution.isStopping) failures.push({ item, error });
			else output[item.index] = [{ json: errorJson(error), pairedItem }];
		} finally {
			item.end();
		}
	};
	for (const item of items) {
		while (underWay.size >= itemsAtOnce(execution)) await Promise.race(underWay);
		if (failures.length > 0) break;
		const work = settle(item).finally(() => underWay.delete(work));
		underWay.add(work);
		// What cannot be read shows at once, before the next one begins.
		if (itemsAtOnce(execution) > 1) await sleep(0);
	}
	await Promise.all(underWay);
	if (failures.length > 0) throw firstOf(failures, items);
	return output.flat();
}

function itemsAtOnce({ context, client }: Execution): number {
	const resource = context.getNodeParameter(resourceParameter.name, 0, '') as string;
	return otherResource(resource)?.oneByOne ? 1 : client.callsAtOnce;
}

/** The error of the first item, with what became of the others. */
function firstOf(failures: readonly Failure[], items: readonly Item[]): Error {
	const inOrder = [...failures].sort((a, b) => a.item.index - b.item.index);
	const [{ item: firstItem, error: first }] = inOrder;
	const failed = new Set(failures.map(({ item }) => item));
	const saved = items.filter((item) => item.hasSaved && item !== firstItem).map(({ index }) => index);
	// An API Call may have saved something or not.
	const called = items.filter((item) => item.hasCalled && !item.hasSaved && !failed.has(item));
	const isAlone = saved.length + called.length === 0;
	const about = first.description ?? '';
	const words = [
		isAlone ? about : about.replace(NOTHING, 'Of this item nothing was $1.'),
		saved.length > 0 ? `Saved: ${named(saved).toLowerCase()}.` : '',
		called.length > 0 ? `Carried out: ${named(called.map(({ index }) => index)).toLowerCase()}.` : '',
		...othersIn(inOrder),
	];
	first.description = words.filter((text) => text !== '').join(' ') || undefined;
	return first;
}

/** What became of the items that failed as well: whether AlfaCRM has carried it out all the same is in the description. */
function othersIn([first, ...others]: readonly Failure[]): string[] {
	const wordsOf = ({ error: { message, description } }: Failure) =>
		[message, description?.trim()].filter(Boolean).join('. ');
	const byWords = new Map<string, number[]>();
	for (const other of others) {
		const words = wordsOf(other);
		byWords.set(words, [...(byWords.get(words) ?? []), other.item.index]);
	}
	return [...byWords].map(([words, indexes]) =>
		words === wordsOf(first)
			? `${named(indexes)} failed in the same way.`
			: `${named(indexes)} failed as well: ${words}`,
	);
}

/** "Item 3", "Items 0 to 11, 13". */
const named = (indexes: readonly number[]): string =>
	`${indexes.length > 1 ? 'Items' : 'Item'} ${ranges(indexes)}`;

/** Numbers in their order, such as "0 to 11, 13". */
function ranges(numbers: readonly number[]): string {
	const runs: Array<[from: number, to: number]> = [];
	for (const number of numbers) {
		const last = runs.at(-1);
		if (last?.[1] === number - 1) last[1] = number;
		else runs.push([number, number]);
	}
	return runs.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)).join(', ');
}

import type { INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { errorJson } from '../api/failures';
import { resources } from '../entities/registry';
import type { Execution } from '../run/execution';
import { Item } from '../run/item';
import { namedRecord, settleRecord } from '../run/matching/named';
import { operationsOf } from './operations';
import type { Output } from '../run/operation';
import { settleBranch } from '../run/branches';
import { settleNames } from '../run/settleNames';
import { operationName, otherResources, resourceParameter } from './resource';

/** What an error says of its own item. */
const NOTHING = /Nothing was (saved|sent to AlfaCRM)\./;

interface Failure {
	item: Item;
	error: NodeApiError | NodeOperationError;
}

/**
 * Does for each input item what the node says. Items begin in their order; where AlfaCRM is far away, the next ones
 * begin before the first are done, and those that share a key take turns in that order (`Item.withLock`). The output is
 * in the order of the items in any case. After a failure nothing new begins, and what is under way is waited for, so
 * that the error can tell what was saved.
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

	/** Does a part of the work of an item, which is over if that fails. */
	const attempt = async (item: Item, work: () => Promise<void>): Promise<void> => {
		try {
			await work();
		} catch (caught) {
			// It has only waited for its turn.
			if (execution.isStopping && !item.hasSent) return;
			const error = item.asError(caught);
			execution.isStopping = !context.continueOnFail() || execution.isCancelled;
			if (execution.isStopping) failures.push({ item, error });
			else output[item.index] = [{ json: errorJson(error), pairedItem: { item: item.index } }];
		}
	};
	const itemsAtOnce = makeItemsAtOnce(execution);
	for (const item of items) {
		while (underWay.size >= itemsAtOnce()) await Promise.race(underWay);
		// What cannot be read shows at once, before the next one begins.
		if (underWay.size > 0) await sleep(0);
		if (failures.length > 0) break;
		await attempt(item, async () => {
			if (execution.origin === '') await execution.readCredential();
			const perform = await prepare(item);
			if (execution.isStopping) return;
			const work = attempt(item, async () => {
				output[item.index] = (await perform()).map((one) => ({ ...one, pairedItem: { item: item.index } }));
			}).finally(() => underWay.delete(work));
			underWay.add(work);
			// The first one alone finds out whether the token still holds, and how far away AlfaCRM is.
			if (item.index === 0) await work;
		});
	}
	await Promise.all(underWay);
	if (failures.length > 0) throw errorOf(failures, items);
	return output.flat();
}

/**
 * Reads what 'Resource' and 'Operation' say, and settles the branch of the item and the records that it names:
 * by a key the one that it is about, by their names others.
 *
 * @returns does for the item what they say. All that it takes turns by is known, so it asks for its locks before it waits
 * for anything else, and items that begin one after the other ask in their order
 */
async function prepare(item: Item): Promise<() => Promise<Output[]>> {
	const resource = item.choice(resourceParameter);
	const other = otherResources.get(resource);
	if (other) return async () => await other.execute(item);
	const entity = resources.find((one) => one.resource === resource);
	if (entity === undefined) throw item.error(`There is no resource "${resource}"`);

	const name = item.text(operationName);
	const operation = operationsOf(entity).get(name);
	if (operation === undefined)
		throw item.error(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);
	item.onlyReads = operation.reads === true;
	item.execution.decidesByTime ||= operation.decidesByTime === true;
	const named = namedRecord(item, entity, operation);
	if (entity.scope === 'branch' && !operation.anyBranch) await settleBranch(item, named);
	await settleNames(item, entity, name);
	await settleRecord(item, named);
	return async () => (await operation.execute(item, entity)).map((json) => ({ json }));
}

/** Makes a function that tells how many items may be under way at this moment. */
function makeItemsAtOnce(execution: Execution): () => number {
	// It is the same for all items, because the form takes no expression there.
	const resource = String(execution.parameter(resourceParameter.name, 0, ''));
	if (otherResources.get(resource)?.oneByOne) return () => 1;
	return () => execution.client.callsAtOnce;
}

/** The error of the first item that failed, with what became of the others, so that nobody has it done twice. */
function errorOf(failures: readonly Failure[], items: readonly Item[]): Error {
	const [{ error }, ...others] = [...failures].sort((a, b) => a.item.index - b.item.index);
	const failed = new Set(failures.map(({ item }) => item));
	const done = items.filter((item) => (item.hasSaved || item.hasCalled) && !failed.has(item));
	const about = error.description ?? '';
	const words = [
		done.length > 0 ? about.replace(NOTHING, 'Of this item nothing was $1.') : about,
		done.length > 0 ? `Carried out: ${indexesOf(done)}.` : '',
		...others.map(({ item, error: { message, description } }) =>
			[`Item ${item.index} failed as well: ${message}`, description?.trim()].filter(Boolean).join('. '),
		),
	];
	error.description = words.filter((text) => text !== '').join(' ') || undefined;
	return error;
}

/** "items 0 to 11, 13". */
function indexesOf(items: readonly Item[]): string {
	const runs: number[][] = [];
	for (const { index } of items) {
		const run = runs.at(-1);
		if (run?.at(-1) === index - 1) run[1] = index;
		else runs.push([index]);
	}
	return `${items.length > 1 ? 'items' : 'item'} ${runs.map((run) => run.join(' to ')).join(', ')}`;
}

import type { INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { errorJson } from '../api/failures';
import type { Execution } from './execution';
import type { FailedItem } from './failedItems';
import { errorOfExecution } from './failedItems';
import { Item } from './item';
import type { Catalogue } from './operation';
import { prepareItem } from './prepareItem';

/**
 * Does for each input item what the node's parameters say.
 *
 * - **Order.** Items begin in their order, and the output has their order. If AlfaCRM is far away,
 *   the next items begin before the first are done. Items that share a key take turns in their
 *   order: see `Item.withLock`.
 * - **Failure.** After the first failure no other item begins, unless the node continues on fail.
 *   Items that are under way are waited for, so that the error can tell what they have saved.
 *
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node
 * continues on fail
 */
export async function performAll(
	execution: Execution,
	catalogue: Catalogue,
): Promise<INodeExecutionData[]> {
	return await new ItemQueue(execution, catalogue).run();
}

/** Lets the items of an execution begin one after the other, and collects what comes of them. */
class ItemQueue {
	private readonly items: Item[] = [];
	/** What came out of each item, in the order of the items. */
	private readonly output: INodeExecutionData[][];
	/** The failures because of which no other item begins. */
	private readonly failures: FailedItem[] = [];
	/** The work of the items that have begun and are not done. */
	private readonly underWay = new Set<Promise<void>>();

	constructor(
		private readonly execution: Execution,
		private readonly catalogue: Catalogue,
	) {
		const inputItems = execution.context.getInputData();
		for (const index of inputItems.keys()) {
			this.items.push(new Item(execution, index, { unresolvedItems: this.items }));
		}
		this.output = this.items.map(() => []);
	}

	async run(): Promise<INodeExecutionData[]> {
		await this.beginItems();
		await Promise.all(this.underWay);
		if (this.failures.length > 0) throw errorOfExecution(this.failures, this.items);
		return this.output.flat();
	}

	private async beginItems(): Promise<void> {
		const isOneByOne = this.isOneByOne();
		for (const item of this.items) {
			// How many items may be under way changes with the time that AlfaCRM takes to answer.
			while (this.underWay.size >= (isOneByOne ? 1 : this.execution.client.callsAtOnce)) {
				await Promise.race(this.underWay);
			}
			// An item whose parameters cannot be read fails in this pause, so that the next one does not
			// begin.
			if (this.underWay.size > 0) await sleep(0);
			if (this.failures.length > 0) return;
			await this.attempt(item, async () => await this.begin(item));
		}
	}

	/** Whether each item waits for the one before. */
	private isOneByOne(): boolean {
		const { resource: parameter, otherResources } = this.catalogue;
		// All items have the same resource, because the form takes no expression there.
		const resource = String(this.execution.parameter(parameter.name, 0, ''));
		return otherResources.get(resource)?.oneByOne === true;
	}

	/**
	 * Finds out what an item is about, and lets its work begin. Waits for the work of the first item
	 * only.
	 */
	private async begin(item: Item): Promise<void> {
		if (this.execution.origin === '') await this.execution.readCredential();
		const perform = await prepareItem(item, this.catalogue);
		if (this.execution.isStopping) return;

		const performItem = async () => {
			const results = await perform();
			this.output[item.index] = results.map((result) => ({
				...result,
				pairedItem: { item: item.index },
			}));
		};
		const work = this.attempt(item, performItem).finally(() => this.underWay.delete(work));
		this.underWay.add(work);
		// The first item alone finds out whether the token is still valid, and how far away AlfaCRM is.
		if (item.index === 0) await work;
	}

	/** Does a part of the work of an item. If that fails, the item is over. */
	private async attempt(item: Item, work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (caught) {
			// After another item's failure, an item that has only waited for its turn has not failed
			// itself.
			const hasNotBegun = this.execution.isStopping && !item.hasSent;
			if (!hasNotBegun) this.noteFailure(item, item.asError(caught));
		}
	}

	private noteFailure(item: Item, error: NodeApiError | NodeOperationError): void {
		const { context, isCancelled } = this.execution;
		this.execution.isStopping = !context.continueOnFail() || isCancelled;
		if (this.execution.isStopping) this.failures.push({ item, error });
		else this.output[item.index] = [{ json: errorJson(error), pairedItem: { item: item.index } }];
	}
}

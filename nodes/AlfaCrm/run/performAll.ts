import type { INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeErrorJson } from '../api/failures';
import type { Execution } from './execution';
import type { FailedItem } from './failedItems';
import { makeExecutionError } from './failedItems';
import { Item } from './item';
import type { Catalogue } from './operation';
import { prepareItem } from './prepareItem';

/**
 * Carries out the node's operation for each input item.
 *
 * - **Order.** Items begin in their order, and the output has the same order. If AlfaCRM answers
 *   slowly, the next items begin before earlier ones are done. Items that lock the same key run in
 *   their order: see `Item.withLock`.
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

/** Begins the items of an execution one after the other, and collects their output. */
class ItemQueue {
	private readonly items: Item[] = [];
	/** The output of each item, in the order of the items. */
	private readonly output: INodeExecutionData[][];
	/** The items whose failure ends the execution. Once one has failed, no other item begins. */
	private readonly failedItems: FailedItem[] = [];
	/** The work of the items that have begun and are not done. */
	private readonly underWay = new Set<Promise<void>>();

	constructor(
		private readonly execution: Execution,
		private readonly catalogue: Catalogue,
	) {
		const inputItems = execution.context.getInputData();
		for (const index of inputItems.keys()) {
			// All items share one array, so each item also sees the items that are added after it.
			this.items.push(new Item(execution, index, { unresolvedItems: this.items }));
		}
		this.output = this.items.map(() => []);
	}

	/** Carries out all items, and returns their output in the order of the items. */
	async run(): Promise<INodeExecutionData[]> {
		await this.beginItems();
		await Promise.all(this.underWay);
		if (this.failedItems.length > 0) throw makeExecutionError(this.failedItems, this.items);
		return this.output.flat();
	}

	/** Begins the items in their order, as many at once as AlfaCRM's rate limit can use. */
	private async beginItems(): Promise<void> {
		const isOneByOne = this.isOneByOne();
		// A function, because `callsAtOnce` grows with the time that AlfaCRM takes to answer.
		const getMostAtOnce = () => (isOneByOne ? 1 : this.execution.client.callsAtOnce);
		for (const item of this.items) {
			while (this.underWay.size >= getMostAtOnce()) {
				await Promise.race(this.underWay);
			}
			// `sleep(0)` lets the items under way go on. If an item fails at once, the next item does not
			// begin.
			if (this.underWay.size > 0) await sleep(0);
			if (this.failedItems.length > 0) return;
			await this.attempt(item, async () => await this.begin(item));
		}
	}

	/** Whether each item waits until the item before it is done. */
	private isOneByOne(): boolean {
		const { resource: parameter, nonEntityResources } = this.catalogue;
		// All items have the same resource, because the form takes no expression there.
		const resource = String(this.execution.parameter(parameter.name, 0, ''));
		return nonEntityResources.get(resource)?.oneByOne === true;
	}

	/**
	 * Resolves an item, and begins its work. Does not wait for the end of the work, except for the
	 * first item.
	 */
	private async begin(item: Item): Promise<void> {
		const isCredentialRead = this.execution.origin !== '';
		if (!isCredentialRead) await this.execution.readCredential();
		const perform = await prepareItem(item, this.catalogue);
		// Another item may have failed while this item was prepared.
		if (this.execution.isStopping) return;

		const performItem = async () => {
			const results = await perform();
			const { index } = item;
			this.output[index] = results.map((result) => ({ ...result, pairedItem: { item: index } }));
		};
		const work = this.attempt(item, performItem).finally(() => this.underWay.delete(work));
		this.underWay.add(work);
		// The first item runs alone: its calls show whether the token is still valid, and how long
		// AlfaCRM takes to answer.
		if (item.index === 0) await work;
	}

	/** Does a part of an item's work. Notes a failure instead of throwing it. */
	private async attempt(item: Item, work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (caught) {
			// Once an item has failed, an item that has sent nothing is stopped by an error. That error
			// is no failure of the stopped item.
			const wasStopped = this.execution.isStopping && !item.hasSent;
			if (!wasStopped) this.noteFailure(item, item.asError(caught));
		}
	}

	/** Ends the execution, or turns the failure into output if the node continues on fail. */
	private noteFailure(item: Item, error: NodeApiError | NodeOperationError): void {
		const { context, isCancelled } = this.execution;
		this.execution.isStopping = !context.continueOnFail() || isCancelled;
		if (this.execution.isStopping) {
			this.failedItems.push({ item, error });
			return;
		}
		const pairedItem = { item: item.index };
		this.output[item.index] = [{ json: makeErrorJson(error), pairedItem }];
	}
}

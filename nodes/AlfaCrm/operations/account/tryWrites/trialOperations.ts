import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { communication } from '../../../entities/communication';
import type { Entity } from '../../../entities/types';
import type { Item } from '../../../run/item';
import type { Operation } from '../../../run/operation';
import { FilledItem } from './filledItem';

/** Returns the operations of an entity by name. */
export type OperationsOf = (entity: Entity) => ReadonlyMap<string, Operation>;

/**
 * Executes operations of the node for a trial (one run of *Try Writes*). The trial fills the forms
 * of the operations, which otherwise run as if a user had chosen them.
 */
export class TrialOperations {
	constructor(
		private readonly item: Item,
		private readonly operationsOf: OperationsOf,
		private readonly branch: number,
	) {}

	/** Makes an item whose form holds some values and the branch of the trial. */
	makeItem(values: IDataObject = {}): FilledItem {
		return new FilledItem(this.item, { branchId: this.branch, ...values });
	}

	/** Executes an operation with the values of its form. */
	async execute(
		entity: Entity,
		operationName: string,
		values: IDataObject,
	): Promise<IDataObject[]> {
		const operation = this.operationsOf(entity).get(operationName);
		if (operation === undefined) {
			throw new RangeError(`${entity.label} has no operation ${operationName}`);
		}
		const executeFor = async (filledItem: FilledItem) =>
			await operation.execute(filledItem, entity);
		return await this.runForItem(this.makeItem(values), executeFor);
	}

	/** Deletes a comment, for which the node has no operation. */
	async deleteComment(id: number): Promise<void> {
		const call = {
			path: communication.path,
			branch: this.branch,
			action: 'delete',
			query: { id },
			// A message about a failed call says what the call should do: its task.
			task: `delete comment ${id}`,
		};
		// `save` sends a write, and throws an error unless AlfaCRM confirms the write.
		const sendCall = async (filledItem: FilledItem) => await filledItem.save(call);
		await this.runForItem(this.makeItem(), sendCall);
	}

	/**
	 * Runs some work for a filled item. Then adds the calls and saves of the filled item to the log
	 * of the user's item: the errors of the user's item say what was saved.
	 */
	private async runForItem<T>(
		filledItem: FilledItem,
		work: (filledItem: FilledItem) => Promise<T>,
	): Promise<T> {
		try {
			return await work(filledItem);
		} finally {
			this.item.addCallsAndSavesOf(filledItem);
			await this.waitForLostWrite(filledItem);
		}
	}

	/**
	 * If the answer to a write was lost, AlfaCRM may still be carrying out the write, for
	 * `underWayMs` at most. Waits for so long, so that the next reading shows the result. A cancelled
	 * execution reads nothing more, so it does not wait.
	 */
	private async waitForLostWrite({ underWayMs }: FilledItem): Promise<void> {
		const mayBeUnderWay = underWayMs > 0;
		if (mayBeUnderWay && !this.item.execution.isCancelled) await sleep(underWayMs);
	}
}

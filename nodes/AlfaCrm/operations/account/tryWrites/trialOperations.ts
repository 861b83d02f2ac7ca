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
 * Executes operations of the node for the trial, as they are executed for a user, in forms that the
 * trial fills.
 */
export class TrialOperations {
	constructor(
		private readonly item: Item,
		private readonly operationsOf: OperationsOf,
		private readonly branch: number,
	) {}

	/** Makes an item whose form holds these values, in the branch of the trial. */
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
		return await this.run(
			values,
			async (filledItem) => await operation.execute(filledItem, entity),
		);
	}

	/** Deletes a comment, for which the node has no operation. */
	async deleteComment(id: number): Promise<void> {
		const call = {
			path: communication.path,
			branch: this.branch,
			action: 'delete',
			query: { id },
			// The purpose of the call, for messages about it.
			task: `delete comment ${id}`,
		};
		// `save` sends a call that writes, and makes sure that AlfaCRM confirms it.
		await this.run({}, async (filledItem) => await filledItem.save(call));
	}

	/**
	 * Runs work for a filled item. What the filled item has sent and saved is also noted for the
	 * user's item, whose errors tell what was saved. If AlfaCRM may still be carrying out a write,
	 * waits until that must be done, so that the next reading shows the result.
	 */
	private async run<T>(
		values: IDataObject,
		work: (filledItem: FilledItem) => Promise<T>,
	): Promise<T> {
		const filledItem = this.makeItem(values);
		try {
			return await work(filledItem);
		} finally {
			this.item.addCallsAndSavesOf(filledItem);
			const { underWayMs } = filledItem;
			if (underWayMs > 0 && !this.item.execution.isCancelled) await sleep(underWayMs);
		}
	}
}

import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../api/list';
import { hasStatus } from '../../api/failures';
import type { ListQuery } from '../../api/pages';
import { listCall } from '../../entities/listCall';
import { task as taskEntity } from '../../entities/task';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { Branch } from '../records/branches';
import { eachOnce, warnOfMissing } from '../records/readList';

/**
 * Reads the lists that an overview of one customer is made of, in each branch of the customer. One that this user may not
 * read, or that this AlfaCRM does not have, is null, and `errors` says why; what may pass fails the item, so that nothing is
 * left out because of a failure.
 */
export class OverviewReader {
	/** Why a part of the overview is not there, or not whole. */
	readonly errors: Array<{ part: string; reason: string }> = [];

	constructor(
		private readonly item: Item,
		private readonly branches: readonly Branch[],
	) {}

	async rows(
		part: string,
		entity: Entity,
		list: Pick<ListQuery, 'action' | 'body' | 'query'>,
		options: CollectOptions = {},
		branches = this.branches,
	): Promise<IDataObject[] | null> {
		return await this.joined(part, branches, async (branch) => {
			const listed = await this.item.collect({ ...listCall(entity, branch), ...list }, options);
			warnOfMissing(this.item, entity.plural.toLowerCase(), listed);
			return listed;
		});
	}

	/**
	 * Tasks of all customers, for no filter by customer is known; all items share them. API notes 5.18.
	 *
	 * @param all not just the first page of each branch
	 */
	async tasks(all: boolean): Promise<IDataObject[] | null> {
		return await this.joined('tasks', this.branches, async (branch) => {
			const key = JSON.stringify(['overview', branch, all]);
			const list = listCall(taskEntity, branch);
			const read = async () => await this.item.collect(list, { isEnough: () => !all });
			const listed = await this.item.execution.cached(taskEntity.path, key, read);
			const { rows, next, total } = listed;
			if (next === undefined) warnOfMissing(this.item, 'tasks', listed);
			else {
				const of = total === undefined ? '' : ` of ${total}`;
				const reason = `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${rows.length}${of} were looked through. 'Search All Tasks' looks through all.`;
				this.errors.push({ part: 'tasks', reason });
			}
			return listed;
		});
	}

	/** The rows of all branches, each once; null where none gives any list. */
	private async joined(
		part: string,
		branches: readonly Branch[],
		read: (branch: Branch) => Promise<Collected>,
	): Promise<IDataObject[] | null> {
		const readOrSay = async (branch: Branch) => {
			try {
				return [(await read(branch)).rows];
			} catch (caught) {
				if (!hasStatus(caught, 403, 404)) throw this.item.asError(caught);
				this.errors.push({ part, reason: caught.message });
				return [];
			}
		};
		const given = (await Promise.all(branches.map(readOrSay))).flat();
		return given.length === 0 ? null : eachOnce(given.flat());
	}
}

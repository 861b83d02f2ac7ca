import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../api/list';
import { hasStatus } from '../../api/failures';
import type { ListQuery } from '../../api/pages';
import { SMALLEST_PAGE } from '../../api/pages';
import { readId, readIds } from '../../values/formats';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { group as groupEntity } from '../../entities/group';
import { lesson, LESSON_STATUS } from '../../entities/lesson';
import { listCall } from '../../entities/listCall';
import { pay } from '../../entities/pay';
import { task as taskEntity } from '../../entities/task';
import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { Branch } from '../records/branches';
import { eachOnce, warnOfMissing } from '../records/rows';
import { isOf, namesIn } from './overviewParts';

/** Why a part of an overview is not there, or not whole. */
interface OverviewError extends IDataObject {
	part: string;
	reason: string;
}

/** What a list gives, or why it gives nothing. */
type Listed = Partial<Omit<Collected, 'rows'>> & { rows: IDataObject[] | null; reason?: string };

/** How a list is asked for what it has of a customer. */
type ListOfCustomer = Pick<ListQuery, 'action' | 'body' | 'query'>;

/**
 * Reads the lists that an overview of one customer is made of. One that this user may not read, or that this AlfaCRM does not
 * have, is null, and `errors` says why; what may pass fails the item, so that nothing is left out because of a failure.
 */
export class OverviewReader {
	readonly errors: OverviewError[] = [];

	/** @param branches of the customer, first the one in which the customer was found */
	constructor(
		private readonly item: Item,
		private readonly branches: readonly [Branch, ...Branch[]],
		private readonly id: number,
	) {}

	private readonly isOwn = ({ customer_id }: IDataObject): boolean => readId(customer_id) === this.id;

	/** Planned lessons between two days, `yyyy-mm-dd`. */
	async lessonsAhead(date_from: string, date_to: string): Promise<IDataObject[] | null> {
		const body = { customer_id: this.id, status: LESSON_STATUS.planned, date_from, date_to };
		return await this.inEachBranch('next_lesson', lesson, { body });
	}

	/** The latest lessons that were held. AlfaCRM lists them newest first. API notes 3. */
	async lessonsHeld(most: number): Promise<IDataObject[] | null> {
		const body = { customer_id: this.id, status: LESSON_STATUS.completed };
		const keep = (row: IDataObject) => isOf(row, this.id);
		return await this.inEachBranch('attendance', lesson, { body }, { keep, limit: some(most) });
	}

	async payments(most: number): Promise<IDataObject[] | null> {
		const body = { customer_id: this.id };
		return await this.inEachBranch('payments', pay, { body }, { keep: this.isOwn, limit: some(most) });
	}

	/** The same ones come back in every branch. API notes 5.5. */
	async subscriptions(): Promise<IDataObject[] | null> {
		const query = { customer_id: this.id };
		const list = { query, body: query };
		const listed = await this.list(customerTariff, this.branches[0], list, { keep: this.isOwn });
		return this.noted('subscriptions', listed);
	}

	/** The groups in which the customer is now; without days AlfaCRM lists no other memberships. API notes 5.7. */
	async groups(): Promise<Map<number, string | null> | null> {
		const list = { action: 'customer', query: { customer_id: this.id } };
		const memberships = await this.inEachBranch('groups', cgi, list, { keep: this.isOwn });
		if (memberships === null) return null;
		const ids = readIds(memberships.map(({ group_id }) => group_id));
		const names = new Map<number, string>();
		for (const branch of this.branches) {
			if (ids.every((id) => names.has(id))) break;
			const listed = (await this.names('group_names', groupEntity, branch)) ?? [];
			for (const [id, name] of listed) names.set(id, name);
		}
		return new Map(ids.map((id) => [id, names.get(id) ?? null]));
	}

	/** Tasks of all customers, for no filter by customer is known. API notes 5.18. */
	async tasks(all: boolean): Promise<IDataObject[] | null> {
		return await this.joined(async (branch) => {
			const { next, total, ...listed } = await this.shared(taskEntity, branch, all);
			const rows = this.noted('tasks', listed);
			if (rows !== null && next !== undefined) {
				const of = total === undefined ? '' : ` of ${total}`;
				const reason = `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${rows.length}${of} were looked through. 'Search All Tasks' looks through all.`;
				this.errors.push({ part: 'tasks', reason });
			}
			return rows;
		});
	}

	/** The names in a short list, by its first page. */
	async names(
		part: string,
		entity: Entity,
		branch = this.branches[0],
	): Promise<Map<number, string> | undefined> {
		const rows = this.noted(part, await this.shared(entity, branch, false));
		return rows === null ? undefined : namesIn(rows);
	}

	/** What a list gives that each branch of the customer has. */
	private async inEachBranch(
		part: string,
		entity: Entity,
		list: ListOfCustomer,
		options?: CollectOptions,
	): Promise<IDataObject[] | null> {
		return await this.joined(async (branch) =>
			this.noted(part, await this.list(entity, branch, list, options)),
		);
	}

	/** The rows of all branches, each once; null where none gives any list. */
	private async joined(
		read: (branch: Branch) => Promise<IDataObject[] | null>,
	): Promise<IDataObject[] | null> {
		const lists = await Promise.all(this.branches.map(read));
		const given = lists.filter((rows) => rows !== null);
		return given.length === 0 ? null : eachOnce(given.flat());
	}

	private noted(part: string, { rows, reason }: Listed): IDataObject[] | null {
		if (reason !== undefined) this.errors.push({ part, reason });
		return rows;
	}

	/** A list that all items share, or its first page: it is read, or refused, once. */
	private async shared(entity: Entity, branch: Branch, all: boolean): Promise<Listed> {
		const key = JSON.stringify(['overview', listCall(entity, branch).branch, all]);
		const read = async () => await this.list(entity, branch, {}, { isEnough: () => !all });
		return await this.item.execution.cached(entity.path, key, read);
	}

	private async list(
		entity: Entity,
		branch: Branch,
		list: ListOfCustomer,
		options?: CollectOptions,
	): Promise<Listed> {
		try {
			const listed = await this.item.collect({ ...listCall(entity, branch), ...list }, options);
			if (listed.next === undefined) warnOfMissing(this.item, entity.plural.toLowerCase(), listed);
			return listed;
		} catch (caught) {
			if (!hasStatus(caught, 403, 404)) throw this.item.asError(caught);
			return { rows: null, reason: caught.message };
		}
	}
}

/** So many of the newest, and some more to put them in order. */
const some = (most: number): number => Math.max(SMALLEST_PAGE, most);

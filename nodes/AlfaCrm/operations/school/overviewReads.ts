import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../api/list';
import { hasStatus } from '../../api/failures';
import { daysAfter, readId } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import { LARGEST_PAGE } from '../../api/pages';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { group as groupEntity } from '../../entities/group';
import { lesson, LESSON_STATUS } from '../../entities/lesson';
import { listCall } from '../../entities/listCall';
import { pay } from '../../entities/pay';
import { task as taskEntity } from '../../entities/task';
import type { Entity } from '../../entities/types';
import { readList } from '../records/readList';
import { eachOnce, warnOfMissing } from '../records/rows';
import type { Item } from '../execution/item';
import type { Subject } from './overviewParts';
import type { Branch } from '../records/branches';
import { allSettledOrThrow } from './allSettledOrThrow';
import { groupsOfMember, isOf, namesIn } from './overviewParts';

/** A page of the latest rows: as many as are wanted, and some more to put them in order. */
const FEW = 50;

/** Why a part of an overview is not there, or not whole. */
interface OverviewError extends IDataObject {
	part: string;
	reason: string;
}

/** Reads the lists that an overview of one customer is made of. */
export class OverviewReader {
	readonly errors: OverviewError[] = [];

	/** @param branches of the customer, first the one in which the customer was found */
	constructor(
		private readonly item: Item,
		private readonly branches: readonly [Branch, ...Branch[]],
		private readonly subject: Subject,
	) {}

	private get branch(): Branch {
		return this.branches[0];
	}

	/**
	 * What a list gives; null where this user may not read it, or this AlfaCRM does not have it.
	 *
	 * @throws NodeApiError for what may pass: nothing is left out because of a failure
	 */
	private async part<T>(part: string, read: () => Promise<T>): Promise<T | null> {
		const { value, reason } = await this.readable(read);
		if (reason !== undefined) this.errors.push({ part, reason });
		return value ?? null;
	}

	/** The same of a list that each branch of the customer has; what one of them does not give is missing. */
	private async everywhere(
		part: string,
		read: (branch: Branch) => Promise<IDataObject[]>,
	): Promise<IDataObject[] | null> {
		return await this.joined(async (branch) => await this.part(part, async () => await read(branch)));
	}

	/** The rows of all branches, each once; null where none gives any list. */
	private async joined(
		read: (branch: Branch) => Promise<IDataObject[] | null>,
	): Promise<IDataObject[] | null> {
		const lists = await allSettledOrThrow(this.branches.map(read));
		const given = lists.filter((rows) => rows !== null);
		if (given.length === 0) return null;
		return eachOnce(given.flat());
	}

	private async readable<T>(read: () => Promise<T>): Promise<{ value?: T; reason?: string }> {
		try {
			return { value: await read() };
		} catch (caught) {
			if (!hasStatus(caught, 403, 404)) throw this.item.asError(caught);
			return { reason: caught.message };
		}
	}

	/** The same for a list that all items share: it is read, or refused, once. */
	private async shared<T>(
		part: string,
		{ entity, branch: of, key }: { entity: Entity; branch: Branch; key: string },
		read: () => Promise<T>,
		isKept: (value: T) => boolean = () => true,
	): Promise<T | null> {
		const { execution } = this.item;
		const { branch } = listCall(entity, of);
		const { value, reason } = await execution.cached(
			entity.path,
			JSON.stringify(['overview', branch, key]),
			async () => await this.readable(read),
			({ value: known }) =>
				known === undefined
					? execution.client.isForbidden({ path: entity.path, action: 'index', branch })
					: isKept(known),
		);
		if (reason !== undefined) this.errors.push({ part, reason });
		return value ?? null;
	}

	/** Planned lessons from today on. */
	async lessonsAhead(days: number): Promise<IDataObject[] | null> {
		const { id, now } = this.subject;
		const today = now.slice(0, 10);
		const body = {
			customer_id: id,
			status: LESSON_STATUS.planned,
			date_from: today,
			date_to: daysAfter(today, days),
		};
		return await this.everywhere('next_lesson', async (branch) => await this.whole(lesson, { body, branch }));
	}

	/** The latest lessons that were held. AlfaCRM lists them newest first. API notes 3. */
	async lessonsHeld(most: number): Promise<IDataObject[] | null> {
		const body = { customer_id: this.subject.id, status: LESSON_STATUS.completed };
		const isOwn = (row: IDataObject) => isOf(row, this.subject.id);
		return await this.everywhere(
			'attendance',
			async (branch) => await this.latest(lesson, { body, branch }, most, isOwn),
		);
	}

	async payments(most: number): Promise<IDataObject[] | null> {
		const { id } = this.subject;
		const isOwn = ({ customer_id }: IDataObject) => {
			const payer = readId(customer_id);
			return payer === undefined ? undefined : payer === id;
		};
		const body = { customer_id: id };
		return await this.everywhere(
			'payments',
			async (branch) => await this.latest(pay, { body, branch }, most, isOwn),
		);
	}

	async subscriptions(): Promise<IDataObject[] | null> {
		const query = { customer_id: this.subject.id };
		return await this.part(
			'subscriptions',
			async () => await this.whole(customerTariff, { query, body: query }),
		);
	}

	/** The groups of the customer by the memberships, where the card does not show them. */
	async groups(): Promise<Map<number, string | null> | null> {
		const query = { customer_id: this.subject.id };
		const memberships = await this.everywhere(
			'groups',
			async (branch) => await this.whole(cgi, { action: 'customer', query, branch }),
		);
		if (memberships === null) return null;
		const ids = groupsOfMember(memberships, this.subject);
		const names = await this.groupNames(ids);
		return new Map(ids.map((id) => [id, names.get(id) ?? null]));
	}

	/** A list of groups shows those of its branch, so the other branches are asked for what is still missing. */
	private async groupNames(ids: readonly number[]): Promise<Map<number, string>> {
		const names = new Map<number, string>();
		for (const branch of this.branches) {
			const missing = ids.filter((id) => !names.has(id));
			if (missing.length === 0) break;
			const list = { body: { ids: missing }, branch };
			const rows = await this.part('group_names', async () => await this.whole(groupEntity, list));
			for (const [id, name] of namesIn(rows ?? [])) names.set(id, name);
		}
		return names;
	}

	/** Tasks of all customers, for no filter by customer is known. API notes 5.18. */
	async tasks(all: boolean): Promise<IDataObject[] | null> {
		return await this.joined(async (branch) => await this.tasksOf(branch, all));
	}

	private async tasksOf(branch: Branch, all: boolean): Promise<IDataObject[] | null> {
		const listed = await this.shared(
			'tasks',
			{ entity: taskEntity, branch, key: `tasks ${all}` },
			async () => await this.collect(taskEntity, { branch }, { isEnough: () => !all }),
			({ isComplete, next }) => isComplete || next !== undefined,
		);
		if (listed?.next !== undefined) {
			const of = listed.total === undefined ? '' : ` of ${listed.total}`;
			this.errors.push({
				part: 'tasks',
				reason: `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${listed.rows.length}${of} were looked through. 'Search All Tasks' looks through all.`,
			});
		}
		return listed && listed.rows;
	}

	/** The names of a short list, by its first page. */
	async names(part: string, entity: Entity): Promise<Map<number, string> | null> {
		return await this.shared(part, { entity, branch: this.branch, key: 'names' }, async () => {
			const { rows } = await this.collect(entity, {}, { isEnough: () => true });
			return namesIn(rows);
		});
	}

	private listOf(entity: Entity, list: Partial<ListQuery>) {
		return { ...listCall(entity, this.branch), pageSize: LARGEST_PAGE, ...list };
	}

	private async whole(entity: Entity, list: Partial<ListQuery>): Promise<IDataObject[]> {
		return (await readList(this.item, entity, this.listOf(entity, list))).rows;
	}

	/**
	 * Pages from the first one on, until enough of their rows count. Those that do not say whose they are count, unless the
	 * list has rows of others: then AlfaCRM has not looked at that.
	 */
	private async latest(
		entity: Entity,
		list: Partial<ListQuery>,
		most: number,
		isOwn: (row: IDataObject) => boolean | undefined,
	): Promise<IDataObject[]> {
		let hasOthers = false;
		const counts = (row: IDataObject) => isOwn(row) ?? !hasOthers;
		const keep = (row: IDataObject) => {
			hasOthers ||= isOwn(row) === false;
			return counts(row);
		};
		let found: IDataObject[] = [];
		const isEnough: CollectOptions['isEnough'] = ({ number, rows }) => {
			found = [...(number === 0 ? [] : found), ...rows].filter(counts);
			return found.length >= most;
		};
		const pageSize = Math.min(LARGEST_PAGE, Math.max(FEW, most));
		return (await this.collect(entity, { ...list, pageSize }, { keep, isEnough })).rows.filter(counts);
	}

	private async collect(
		entity: Entity,
		list: Partial<ListQuery>,
		options: CollectOptions,
	): Promise<Collected> {
		const collected = await this.item.collect(this.listOf(entity, list), options);
		if (collected.next === undefined) warnOfMissing(this.item, entity.plural.toLowerCase(), collected);
		return collected;
	}
}

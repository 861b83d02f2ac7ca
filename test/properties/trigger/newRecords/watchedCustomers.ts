import type { IDataObject } from 'n8n-workflow';

import { NewRecords } from '../../../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { DAY_MS } from '../../../../nodes/AlfaCrm/values/time';
import { MemoryLists, readDottedDay, writeStamp } from '../lists';

interface WatchOptions {
	/** The largest number of rows on a page of a list. */
	pageSize?: number;
	/** True if AlfaCRM lists the newest customers first. */
	isNewestFirst?: boolean;
	/** The number of the newest customers that the first poll reports. */
	firstReportCount?: number;
	/** The filters of the user. By default, all customers are wanted. */
	isWanted?: (row: IDataObject) => boolean;
}

interface PollOptions {
	/** The branches that the user has chosen. */
	branches?: readonly number[];
	/** The largest number of customers that the poll reports. */
	maxRecords?: number;
}

interface Row extends IDataObject {
	id: number;
	created_at: string;
	branch_ids: number[];
}

/**
 * Lists of customers in memory, and a trigger for new customers that watches them. The lists leave out
 * customers of earlier days than they are asked for.
 */
export class WatchedCustomers {
	/** n8n's time. */
	now = Date.parse('2026-02-10T09:00:00Z');
	readonly lists: MemoryLists;
	/**
	 * The first day for which the last request has asked, such as "2026-02-10"; empty if it asked for all days.
	 */
	lastRequestedDay = '';
	private readonly rows: Row[] = [];
	private readonly isWanted: (row: IDataObject) => boolean;
	private readonly source: NewRecords;
	private state: { since: string } | undefined;

	constructor(private readonly options: WatchOptions = {}) {
		const { pageSize = 20, isWanted = () => true } = options;
		this.isWanted = isWanted;
		this.lists = new MemoryLists((branch, { created_at_from }) =>
			this.listCustomers(branch, created_at_from),
		);
		this.lists.pageSize = pageSize;
		this.source = new NewRecords({ path: 'customer', task: 'look for new customers' }, {}, isWanted);
	}

	/** Adds a customer, and returns its ID: 1, 2, 3 and so on. */
	addCustomer({ branches = [1], ageInDays = 0 } = {}): number {
		const id = this.rows.length + 1;
		const createdAt = this.now - ageInDays * DAY_MS;
		this.rows.push({ id, created_at: writeStamp(createdAt), branch_ids: branches });
		return id;
	}

	/** Adds customers who come now, and returns their IDs. */
	addCustomers(count: number): number[] {
		return Array.from({ length: count }, () => this.addCustomer());
	}

	/** Adds the customers who came on each of several days. The oldest one gets the lowest ID. */
	addCustomersOfDays(days: ReadonlyArray<{ ageInDays: number; customerCount: number }>): void {
		const oldestFirst = [...days].sort((a, b) => b.ageInDays - a.ageInDays);
		for (const { ageInDays, customerCount } of oldestFirst) {
			for (let nth = 0; nth < customerCount; nth++) {
				this.addCustomer({ ageInDays });
			}
		}
	}

	/** Lets a poll fail at once if it sends more requests than this. */
	limitRequests(mostRequests: number): void {
		this.lists.onRequest = (number) => expect(number).toBeLessThanOrEqual(mostRequests);
	}

	/** Polls once, and returns the IDs of the reported customers. */
	async poll({ branches = [1], maxRecords = 500 }: PollOptions = {}): Promise<number[]> {
		const request = {
			client: this.lists.client,
			reader: this.lists.reader,
			now: this.now,
			deadline: Infinity,
			branches,
			branchesDigest: String(branches),
			filtersDigest: '',
			maxRecords,
			firstReportCount: this.options.firstReportCount ?? 0,
		};
		const { records, stateAfter } = await this.source.poll(request, this.state);
		const reported = records.slice(0, maxRecords);
		this.state = JSON.parse(JSON.stringify(stateAfter(reported.length))) as { since: string };
		return reported.map(({ row }) => Number(row.id));
	}

	/** Counts the customers whom the list will show to the next poll. */
	countListedCustomers(): number {
		const firstDay = this.state?.since ?? '';
		return this.rows.filter((row) => row.created_at >= firstDay).length;
	}

	/** Lists the IDs of all customers, the lowest first. */
	listIds(): number[] {
		return this.rows.map(({ id }) => id);
	}

	/** Lists the IDs of the newest customers whom the user wants, the lowest first. */
	listNewestWantedIds(count: number): number[] {
		const wantedRows = this.rows.filter((row) => this.isWanted(row));
		const newestRows = wantedRows.slice(Math.max(0, wantedRows.length - count));
		return newestRows.map(({ id }) => id);
	}

	/** Lists the customers of a branch who were created on the first day of the filter or later. */
	private listCustomers(branch: number, firstDayOfFilter: unknown): Row[] {
		this.lastRequestedDay = firstDayOfFilter === undefined ? '' : readDottedDay(String(firstDayOfFilter));
		const rowsOfBranch = this.rows.filter(({ branch_ids }) => branch_ids.includes(branch));
		const listedRows = rowsOfBranch.filter(({ created_at }) => created_at >= this.lastRequestedDay);
		return this.options.isNewestFirst ? listedRows.reverse() : listedRows;
	}
}

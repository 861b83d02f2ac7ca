import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../nodes/AlfaCrm/api/client';
import type { EventSource } from '../../nodes/AlfaCrm/trigger/eventSource';
import { ChangeLog } from '../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import { MemoryLists } from '../properties/trigger/lists';
import { LOG_EVENT } from '../support/codes';
import { NODE } from '../support/nodeErrors';

/** The clock of n8n in all polls. */
const NOW = Date.parse('2026-02-10T09:00:00Z');

interface LogRow extends IDataObject {
	branch: number;
	entity_id: number;
	date_time: string;
}

interface WatchedLogOptions {
	/** The events that the trigger watches. By default it watches all changes. */
	source?: EventSource;
	/** The number of the newest events that the first poll reports. By default it reports none. */
	firstReportCount?: number;
	/** The greatest number of rows that AlfaCRM puts on a page. */
	mostRowsOnPage?: number;
	/** Makes the lesson with an ID, for events that read lessons as well. */
	makeLesson?: (id: number) => IDataObject;
}

interface PollOptions {
	/** The branches that the trigger may read now. */
	branches?: readonly number[];
	/** The choice of branches in the form, such as "all". The poll notices that the user has changed it. */
	chosenBranches?: string;
	/** The greatest number of changes that the poll reports. The next poll reports the others. */
	maxRecords?: number;
}

/** A trigger that watches the change log of an account. The log and its answers are in memory. */
export class WatchedLog {
	/** The entries of the log, the newest first. */
	readonly rows: LogRow[] = [];
	readonly lists: MemoryLists;
	/** The page sizes that requests have asked for since the last call of `forgetPageSizes`. */
	readonly requestedPageSizes: unknown[] = [];
	private readonly source: EventSource;
	private readonly firstReportCount: number;
	private state: unknown;

	constructor(options: WatchedLogOptions = {}) {
		const { source = new ChangeLog(() => true, {}), makeLesson = () => ({}) } = options;
		this.source = source;
		this.firstReportCount = options.firstReportCount ?? 0;
		this.lists = new MemoryLists((branch, { id }) =>
			id === undefined ? this.rows.filter((row) => row.branch === branch) : [makeLesson(Number(id))],
		);
		this.lists.pageSize = options.mostRowsOnPage ?? 20;
		const node = { ...NODE, credentials: { [CREDENTIAL]: {} } };
		Object.assign(this.lists.client, { node, origin: async () => 'https://demo.s20.online' });
		this.notePageSizes();
	}

	/** Changes customers in the same second. Each change adds an entry at the top of the log. */
	changeCustomers(customerIds: readonly number[], date_time: string, branch = 1): void {
		for (const customerId of customerIds) {
			this.rows.unshift(makeEntry(customerId, date_time, branch));
		}
	}

	/** Changes a customer each second, from the full hour on. */
	changeCustomersEachSecond(customerIds: readonly number[], hour: string): void {
		customerIds.forEach((customerId, index) => {
			const minute = String(Math.floor(index / 60)).padStart(2, '0');
			const second = String(index % 60).padStart(2, '0');
			this.changeCustomers([customerId], `2026-02-10 ${hour}:${minute}:${second}`);
		});
	}

	/** Changes a customer, but adds the entry below all others, as if it were the oldest one. */
	changeCustomerLate(customerId: number, date_time: string, branch: number): void {
		this.rows.push(makeEntry(customerId, date_time, branch));
	}

	/** Makes a branch fail at each further request. */
	breakBranch(branch: number): void {
		this.lists.failing.add(branch);
	}

	/** Forgets the page sizes so far, so that a test sees only those of the next polls. */
	forgetPageSizes(): void {
		this.requestedPageSizes.length = 0;
	}

	/** Polls once and returns the items that the trigger reports. */
	async poll(options: PollOptions = {}): Promise<IDataObject[]> {
		const { branches = [1], chosenBranches = String(branches), maxRecords = 10_000 } = options;
		const request = {
			client: this.lists.client,
			reader: this.lists.reader,
			now: NOW,
			deadline: Infinity,
			branches,
			branchesDigest: chosenBranches,
			filtersDigest: '',
			maxRecords,
			firstReportCount: this.firstReportCount,
		};
		const { records, stateAfter } = await this.source.poll(request, this.state);
		const reportedRecords = records.slice(0, maxRecords);
		this.state = JSON.parse(JSON.stringify(stateAfter(reportedRecords.length)));
		return reportedRecords.map(({ row }) => row);
	}

	/** Polls once and returns the IDs of the customers whose changes the trigger reports. */
	async pollCustomerIds(options?: PollOptions): Promise<number[]> {
		const rows = await this.poll(options);
		return rows.map(({ entity_id }) => Number(entity_id));
	}

	private notePageSizes(): void {
		const { client } = this.lists;
		const { attempt } = client;
		client.attempt = async (call, isExpected) => {
			this.requestedPageSizes.push(call.body?.pageSize);
			return await attempt(call, isExpected);
		};
	}
}

/** Makes the entry of the log that tells of a change of a customer. */
function makeEntry(customerId: number, date_time: string, branch: number): LogRow {
	return { branch, entity: 'Customer', entity_id: customerId, event: LOG_EVENT.updated, date_time };
}

/** Lists all IDs from the first to the last one: 5, 6, 7 for 5 and 7. */
export function listIds(firstId: number, lastId: number): number[] {
	return Array.from({ length: lastId - firstId + 1 }, (_, index) => firstId + index);
}

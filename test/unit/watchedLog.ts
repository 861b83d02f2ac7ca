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
	/** The events that the trigger watches; by default all changes. */
	source?: EventSource;
	/** How many of the newest events the first poll reports. */
	firstReportCount?: number;
	/** How many rows AlfaCRM puts on a page at most. */
	mostRowsOnPage?: number;
	/** Makes the lesson with an ID, for events that read lessons as well. */
	makeLesson?: (id: number) => IDataObject;
}

interface PollOptions {
	/** The branches that the trigger may read now. */
	branches?: readonly number[];
	/** Names what the user has chosen; another name means that the user has changed the choice. */
	chosenBranches?: string;
	/** How many records the poll reports at most; the others are left to the next poll. */
	maxRecords?: number;
}

/** A trigger that watches the change log of an account in memory. */
export class WatchedLog {
	/** The entries of the log, the newest first. */
	readonly rows: LogRow[] = [];
	readonly lists: MemoryLists;
	/** The page sizes that the requests since the last call of `forgetPageSizes` have asked for. */
	readonly pageSizes: unknown[] = [];
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

	/** Adds entries of one second about customers: each ID changes one customer. */
	addEntries(customerIds: readonly number[], date_time: string, branch = 1): void {
		for (const entity_id of customerIds) {
			this.rows.unshift(makeEntry(entity_id, date_time, branch));
		}
	}

	/** Adds entries about customers, one second apart, from the full hour on. */
	addEntriesOverTime(customerIds: readonly number[], hour: string): void {
		customerIds.forEach((id, index) => {
			const minute = String(Math.floor(index / 60)).padStart(2, '0');
			const second = String(index % 60).padStart(2, '0');
			this.addEntries([id], `2026-02-10 ${hour}:${minute}:${second}`);
		});
	}

	/** Adds an entry below all others, as the oldest one. */
	addOldestEntry(customerId: number, date_time: string, branch: number): void {
		this.rows.push(makeEntry(customerId, date_time, branch));
	}

	/** Acts before the nth request from now on is answered. */
	actBeforeRequest(nth: number, act: () => void): void {
		const target = this.lists.requests + nth;
		this.lists.onRequest = (number) => {
			if (number === target) act();
		};
	}

	/** Forgets the page sizes so far, so that only those of the next polls are seen. */
	forgetPageSizes(): void {
		this.pageSizes.length = 0;
	}

	/** Polls once and returns what is reported. */
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

	/** Polls once and returns the IDs of the records whose changes are reported. */
	async pollIds(options?: PollOptions): Promise<number[]> {
		const rows = await this.poll(options);
		return rows.map(({ entity_id }) => Number(entity_id));
	}

	private notePageSizes(): void {
		const { client } = this.lists;
		const { attempt } = client;
		client.attempt = async (call, isExpected) => {
			this.pageSizes.push(call.body?.pageSize);
			return await attempt(call, isExpected);
		};
	}
}

function makeEntry(customerId: number, date_time: string, branch: number): LogRow {
	return { branch, entity: 'Customer', entity_id: customerId, event: LOG_EVENT.updated, date_time };
}

/** Lists the numbers from the first to the last one. */
export function numbersFrom(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

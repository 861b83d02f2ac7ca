import type { IDataObject } from 'n8n-workflow';

import { NewRecords } from '../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { MemoryLists } from '../properties/trigger/lists';

const MINUTE_MS = 60_000;

/** A trigger that watches a list of 600 leads, with the IDs 1 to 600, and polls once a minute. */
class WatchedLeads {
	/** The page sizes that the requests of the last poll have asked for. */
	pageSizes: unknown[] = [];
	private readonly leadIds: number[] = [];
	private readonly lists = new MemoryLists(() => this.listNewestFirst());
	private readonly source = new NewRecords(
		{ path: 'customer', task: 'look for new customers' },
		{},
		() => true,
	);
	private now = Date.parse('2026-02-10T09:00:00Z');
	private state: unknown;

	/** @param mostRowsOnPage the greatest number of rows that AlfaCRM puts on a page, even if a request asks for more */
	constructor({ mostRowsOnPage }: { mostRowsOnPage: number }) {
		this.lists.pageSize = mostRowsOnPage;
		this.notePageSizes();
		this.addLeads(listIds(1, 600));
	}

	/** Adds leads with these IDs. */
	addLeads(ids: readonly number[]): void {
		this.leadIds.push(...ids);
	}

	/** Acts before AlfaCRM answers the nth request of the next poll. */
	actBeforeRequest(nth: number, act: () => void): void {
		this.lists.actBeforeRequest(nth, act);
	}

	/** Polls once and returns the IDs of the leads that the trigger reports. */
	async poll(): Promise<number[]> {
		this.now += MINUTE_MS;
		this.pageSizes = [];
		const request = {
			client: this.lists.client,
			reader: this.lists.reader,
			now: this.now,
			deadline: Infinity,
			branches: [1],
			branchesDigest: '1',
			filtersDigest: '',
			maxRecords: 500,
			firstReportCount: 0,
		};
		const { records, stateAfter } = await this.source.poll(request, this.state);
		this.state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		return records.map(({ row }) => Number(row.id));
	}

	/** Polls three times, after which the trigger has counted the leads. */
	async countLeads(): Promise<void> {
		await this.poll();
		await this.poll();
		await this.poll();
	}

	/** Notes the page size of each request. */
	private notePageSizes(): void {
		const { client } = this.lists;
		const { attempt } = client;
		client.attempt = async (call, isExpected) => {
			this.pageSizes.push(call.body?.pageSize);
			return await attempt(call, isExpected);
		};
	}

	private listNewestFirst(): IDataObject[] {
		const newestFirst = [...this.leadIds].reverse();
		return newestFirst.map((id) => ({ id, created_at: '2026-02-10 09:00:00' }));
	}
}

/** Lists all IDs from the first to the last one. */
function listIds(firstId: number, lastId: number): number[] {
	return Array.from({ length: lastId - firstId + 1 }, (_, index) => firstId + index);
}

describe('A poll for new leads', () => {
	it('a trigger asks for one page of 20 rows when there is no new lead', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();

		const reportedLeads = await leads.poll();

		expect(reportedLeads).toEqual([]);
		expect(leads.pageSizes).toEqual([20]);
	});

	it('a trigger asks for one page of 20 rows when there is one new lead', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		const newLead = 601;
		leads.addLeads([newLead]);

		const reportedLeads = await leads.poll();

		expect(reportedLeads).toEqual([newLead]);
		expect(leads.pageSizes).toEqual([20]);
	});

	it('a trigger asks for a page of 500 rows when 21 new leads do not fit on the page of 20 rows', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		const newLeads = listIds(601, 621);
		leads.addLeads(newLeads);

		const reportedLeads = await leads.poll();

		expect(reportedLeads).toEqual(newLeads);
		expect(leads.pageSizes).toEqual([20, 500]);
	});

	it('a trigger reports a lead once when it comes between the page of 20 rows and the page of 500 rows', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		const newLeads = listIds(601, 621);
		const leadInBetween = 622;
		leads.addLeads(newLeads);
		const requestOfLargePage = 2;
		leads.actBeforeRequest(requestOfLargePage, () => leads.addLeads([leadInBetween]));

		const reportedInFirstPoll = await leads.poll();
		const reportedInSecondPoll = await leads.poll();

		expect([...reportedInFirstPoll, ...reportedInSecondPoll]).toEqual([...newLeads, leadInBetween]);
	});

	it('a trigger reports 30 new leads, although AlfaCRM never puts more than 20 rows on a page', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 20 });
		await leads.countLeads();
		const newLeads = listIds(601, 630);
		leads.addLeads(newLeads);

		const reportedLeads = await leads.poll();

		expect(reportedLeads).toEqual(newLeads);
		expect(leads.pageSizes).toEqual([20, 500, 500]);
	});
});

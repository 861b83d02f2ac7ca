import type { IDataObject } from 'n8n-workflow';

import { NewRecords } from '../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { MemoryLists } from '../properties/trigger/lists';

const MINUTE_MS = 60_000;

/** A trigger that watches a list of 600 leads, with the IDs 1 to 600, and polls once a minute. */
class WatchedLeads {
	/** The page sizes that the last poll has asked for. */
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

	/** @param mostRowsOnPage how many rows AlfaCRM puts on a page, however many it is asked for */
	constructor({ mostRowsOnPage }: { mostRowsOnPage: number }) {
		this.lists.pageSize = mostRowsOnPage;
		this.notePageSizes();
		this.addLeads(1, 600);
	}

	/** Adds leads with the IDs from the first to the last one. */
	addLeads(firstId: number, lastId: number): void {
		for (let id = firstId; id <= lastId; id++) {
			this.leadIds.push(id);
		}
	}

	/** Acts before the nth request of the next poll is answered. */
	actBeforeRequest(nth: number, act: () => void): void {
		const target = this.lists.requests + nth;
		this.lists.onRequest = (number) => {
			if (number === target) act();
		};
	}

	/** Polls once and returns the IDs of the leads that are reported. */
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

/** Lists the IDs from the first to the last one. */
function idsFrom(firstId: number, lastId: number): number[] {
	return Array.from({ length: lastId - firstId + 1 }, (_, index) => firstId + index);
}

describe('A poll for new leads', () => {
	it('a poll asks for one page of 20 rows when there is no new lead', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();

		const ids = await leads.poll();

		expect(ids).toEqual([]);
		expect(leads.pageSizes).toEqual([20]);
	});

	it('a poll asks for one page of 20 rows when there is one new lead', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		leads.addLeads(601, 601);

		const ids = await leads.poll();

		expect(ids).toEqual([601]);
		expect(leads.pageSizes).toEqual([20]);
	});

	it('a poll reads large pages from page 0 on when 21 new leads do not fit on the small page', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		leads.addLeads(601, 621);

		const ids = await leads.poll();

		expect(ids).toEqual(idsFrom(601, 621));
		expect(leads.pageSizes).toEqual([20, 500]);
	});

	it('a poll reports a lead that comes between the small and the large page once', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 500 });
		await leads.countLeads();
		leads.addLeads(601, 621);
		const requestOfLargePage = 2;
		leads.actBeforeRequest(requestOfLargePage, () => leads.addLeads(622, 622));

		const ids = await leads.poll();
		const idsOfNextPoll = await leads.poll();

		expect([...ids, ...idsOfNextPoll]).toEqual(idsFrom(601, 622));
	});

	it('a poll reports new leads on several pages although AlfaCRM never gives more than 20 rows', async () => {
		const leads = new WatchedLeads({ mostRowsOnPage: 20 });
		await leads.countLeads();
		leads.addLeads(601, 630);

		const ids = await leads.poll();

		expect(ids).toEqual(idsFrom(601, 630));
		expect(leads.pageSizes).toEqual([20, 500, 500]);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { NewRecords } from '../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { MemoryLists } from '../properties/trigger/lists';

const MINUTE_MS = 60_000;

/** A trigger that watches a list of 600 leads, the newest first, and has counted them. */
class WatchedList {
	private readonly ids: number[] = [];
	readonly lists = new MemoryLists(() => this.rows);
	/** The page sizes of the last poll. */
	pageSizes: unknown[] = [];
	private readonly source = new NewRecords(
		{ path: 'customer', task: 'look for new customers' },
		{},
		() => true,
	);
	private now = Date.parse('2026-02-10T09:00:00Z');
	private state: unknown;

	constructor({ mostRowsOnPage }: { mostRowsOnPage: number }) {
		this.lists.pageSize = mostRowsOnPage;
		const { attempt } = this.lists.client;
		this.lists.client.attempt = async (call, isExpected) => {
			this.pageSizes.push(call.body?.pageSize);
			return await attempt(call, isExpected);
		};
		this.add(1, 600);
	}

	/** Adds leads. */
	add(from: number, to: number): void {
		for (let id = from; id <= to; id++) this.ids.push(id);
	}

	async poll(): Promise<number[]> {
		this.now += MINUTE_MS;
		this.pageSizes = [];
		const { records, stateAfter } = await this.source.poll(
			{
				client: this.lists.client,
				reader: this.lists.reader,
				now: this.now,
				deadline: Infinity,
				branches: [1],
				branchesDigest: '1',
				filtersDigest: '',
				maxRecords: 500,
				firstReportCount: 0,
			},
			this.state,
		);
		this.state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		return records.map(({ row }) => Number(row.id));
	}

	/** Polls as often as it takes until a poll knows the total of the list. */
	async begin(): Promise<void> {
		await this.poll();
		await this.poll();
		await this.poll();
	}

	private get rows(): IDataObject[] {
		return [...this.ids].reverse().map((id) => ({ id, created_at: '2026-02-10 09:00:00' }));
	}
}

it('a poll without new leads asks for one page of 20 rows', async () => {
	const list = new WatchedList({ mostRowsOnPage: 500 });
	await list.begin();

	const ids = await list.poll();

	expect(ids).toEqual([]);
	expect(list.pageSizes).toEqual([20]);
});

it('a poll with one new lead asks for one page of 20 rows', async () => {
	const list = new WatchedList({ mostRowsOnPage: 500 });
	await list.begin();
	list.add(601, 601);

	const ids = await list.poll();

	expect(ids).toEqual([601]);
	expect(list.pageSizes).toEqual([20]);
});

it('a poll with 21 new leads reads large pages from page 0 on', async () => {
	const list = new WatchedList({ mostRowsOnPage: 500 });
	await list.begin();
	list.add(601, 621);

	const ids = await list.poll();

	expect(ids).toHaveLength(21);
	expect(list.pageSizes).toEqual([20, 500]);
});

it('a lead that comes between the small and the large page is reported once', async () => {
	const list = new WatchedList({ mostRowsOnPage: 500 });
	await list.begin();
	list.add(601, 621);
	const smallPage = list.lists.requests + 1;
	list.lists.onRequest = (number) => {
		if (number === smallPage + 1) list.add(622, 622);
	};

	const ids = [...(await list.poll()), ...(await list.poll())];

	expect(ids).toHaveLength(22);
	expect(ids.at(0)).toBe(601);
	expect(ids.at(-1)).toBe(622);
});

it('new leads on several pages are reported although AlfaCRM gives 20 rows whatever it is asked for', async () => {
	const list = new WatchedList({ mostRowsOnPage: 20 });
	await list.begin();
	list.add(601, 630);

	const ids = await list.poll();

	expect(ids).toHaveLength(30);
	expect(list.pageSizes).toEqual([20, 500, 500]);
});

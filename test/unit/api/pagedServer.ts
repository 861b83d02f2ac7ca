import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { Collected, CollectOptions, ReadingGoal } from '../../../nodes/AlfaCrm/api/list';
import { collect } from '../../../nodes/AlfaCrm/api/list';
import type { ListRequest, Page } from '../../../nodes/AlfaCrm/api/pages';
import { readPages } from '../../../nodes/AlfaCrm/api/pages';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { SentRequest } from '../apiSupport';
import { answerWithPages, throwFailure, connectClient } from '../apiSupport';

/** The list of customers, which have IDs. */
export const CUSTOMERS: ListRequest = {
	path: 'customer',
	branch: 1,
	task: 'list the customers',
	body: { is_study: CUSTOMER_TYPE.client },
};

/** The log of changes, whose entries have no IDs. */
export const LOG: ListRequest = { path: 'log', branch: 1, task: 'read the log' };

type Answer = (request: SentRequest) => unknown;

/** A server of lists and its client. The client requests one page at a time unless a test lets it request more. */
export class PagedServer {
	readonly client: ApiClient;
	private readonly requests: SentRequest[];

	constructor(answer: Answer, { callsAtOnce = 1 }: { callsAtOnce?: number } = {}) {
		const { client, sentRequests } = connectClient(answer, { credential: { callsAtOnce } });
		this.client = client;
		this.requests = sentRequests;
	}

	/** Reads the rows of a list with `collect`. */
	async collect(list: ListRequest, options: CollectOptions = {}): Promise<Collected> {
		return await collect(this.client, list, options);
	}

	/** Reads all pages of a list with `readPages`. */
	async readPages(list: ListRequest): Promise<Page[]> {
		const pages: Page[] = [];
		for await (const page of readPages(this.client, list)) {
			pages.push(page);
		}
		return pages;
	}

	/** Lists the requests as texts: `page 0, 500 rows`, or `page 0, any size` for a request without a size. */
	readRequests(): string[] {
		return this.requests.map(({ body }) => {
			const size = body.pageSize === undefined ? 'any size' : `${body.pageSize} rows`;
			return `page ${body.page}, ${size}`;
		});
	}

	/** Lists the address and the body of each request. */
	readCalls(): Array<{ path: string; body: IDataObject }> {
		return this.requests.map(({ url, body }) => ({
			path: url.replace('https://demo.s20.online/v2api/', ''),
			body,
		}));
	}

	/** Forgets the requests so far. */
	forgetRequests(): void {
		this.requests.length = 0;
	}
}

// ---------------------------------------------------------------- rows

/** Makes customers with all IDs from the first to the last one. */
export function customersWithIds(firstId: number, lastId: number): IDataObject[] {
	return Array.from({ length: lastId - firstId + 1 }, (_unused, index) => ({ id: firstId + index }));
}

/** Makes log entries of one record, one at each of the minutes after 10:00. */
export function logEntriesAt(...minutes: number[]): IDataObject[] {
	return minutes.map((minute) => ({ entity: 'Customer', entity_id: 5, date_time: `10:${minute}` }));
}

/** Makes several equal log entries. */
export function equalLogEntries(count: number, { minute }: { minute: number }): IDataObject[] {
	return Array.from({ length: count }, () => logEntriesAt(minute)).flat();
}

// ---------------------------------------------------------------- answers

/** Answers with as many rows on a page as the request asks for. */
export function answerInRequestedSize(rows: IDataObject[]): Answer {
	return (request) => answerWithPages(() => rows, { pageSize: Number(request.body.pageSize) })(request);
}

/** Answers with pages that name no total. */
export function answerWithoutTotal(rows: IDataObject[], { pageSize }: { pageSize: number }): Answer {
	const answer = answerWithPages(() => rows, { pageSize });
	return (request) => ({ items: answer(request).items });
}

/** Refuses each request that has a page size, and answers any other request with customer 1. */
export function answerRequestsWithoutSizeOnly(refuse: () => unknown): Answer {
	return ({ body }) => ('pageSize' in body ? refuse() : { items: customersWithIds(1, 1), total: 1 });
}

/** Answers with pages of 50 rows. Requests for larger pages fail from the page `firstFailingPage` on. */
export function answerWithSmallPages({
	rows,
	error,
	firstFailingPage,
}: {
	rows: IDataObject[];
	error: Error;
	firstFailingPage: number;
}): Answer {
	const answerSmall = answerWithPages(() => rows, { pageSize: 50 });
	const answerLarge = answerInRequestedSize(rows);
	return (request) => {
		if (request.body.pageSize === undefined) return answerSmall(request);
		return Number(request.body.page) < firstFailingPage ? answerLarge(request) : throwFailure(error);
	};
}

/**
 * Answers one reading of the list after the other, each with its own rows, which all stand on page 0. After the last
 * of these readings, its rows come again and again.
 *
 * @param total the number of rows that the server says the list has
 */
export function answerReadings({ total, readings }: { total: number; readings: IDataObject[][] }): Answer {
	let readingNumber = -1;
	return ({ body }) => {
		if (body.page !== 0) return { total, items: [] };

		readingNumber = Math.min(readingNumber + 1, readings.length - 1);
		return { total, items: readings[readingNumber] };
	};
}

/**
 * Answers the first request with a page of 20 rows of the first list, the second request with a page of the second
 * list, and so on, as if the list changed during the reading.
 */
export function answerFromChangingList(...lists: IDataObject[][]): Answer {
	return answerWithPages((requestNumber) => lists[requestNumber] ?? lists[lists.length - 1], {
		pageSize: 20,
	});
}

// ---------------------------------------------------------------- goals

/** The goal to read a number of rows. */
export class RowCountGoal implements ReadingGoal {
	rowCount = 0;

	constructor(private readonly wantedCount: number) {}

	add(page: Page): void {
		this.rowCount += page.newRows.length;
	}

	isReached(): boolean {
		return this.rowCount >= this.wantedCount;
	}
}

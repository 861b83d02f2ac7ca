import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ListReader } from '../../../nodes/AlfaCrm/api/list';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { makePollReader } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { NODE } from '../../support/nodeErrors';

/** The number of rows that AlfaCRM sends if the request does not say how many. */
const DEFAULT_PAGE_SIZE = 500;

/** Lists of AlfaCRM in memory, page by page. They are quick enough for thousands of histories. */
export class MemoryLists {
	/** The largest number of rows on a page. */
	pageSize = 20;
	/** True if the answers say how many rows a list has. */
	hasTotals = true;
	/** The branches that cannot be read now. */
	readonly failing = new Set<number>();
	/** The number of requests so far. */
	requests = 0;
	/** Runs before each request is answered, with its number. It may change what the lists show, or throw. */
	onRequest: (number: number) => void = () => {};
	readonly reader: ListReader;
	readonly client: ApiClient;

	/**
	 * @param rowsOf makes all rows of a list, in the order in which AlfaCRM lists them
	 * @param rowsOf.body what the request asks for, apart from the page
	 */
	constructor(private readonly rowsOf: (branch: number, body: IDataObject) => IDataObject[]) {
		const client = {
			node: NODE,
			callsAtOnce: 1,
			actionsWithoutPageSize: new Set(),
			attempt: async (call: ApiRequest) => await this.answer(call),
			request: async (call: ApiRequest) => await this.answer(call),
		};
		this.client = client as unknown as ApiClient;
		this.reader = makePollReader(this.client, Infinity);
	}

	/** Acts before one of the next requests is answered. The next one has number 1. */
	actBeforeRequest(nth: number, act: () => void): void {
		const targetRequest = this.requests + nth;
		this.onRequest = (number) => {
			if (number === targetRequest) {
				act();
			}
		};
	}

	/** Breaks the connection at one of the next requests. The next one has number 1. */
	loseConnectionAtRequest(nth: number): void {
		this.actBeforeRequest(nth, () => {
			throw new Error(CONNECTION_LOST);
		});
	}

	/** Answers all requests undisturbed from now on. */
	answerUndisturbed(): void {
		this.onRequest = () => {};
	}

	/** Answers a request with a page of its list. */
	private async answer({ branch = 0, body = {} }: ApiRequest): Promise<IDataObject> {
		this.requests += 1;
		this.onRequest(this.requests);
		if (this.failing.has(branch)) throw new Error(`Branch ${branch} is out of order`);

		const { page = 0, pageSize = DEFAULT_PAGE_SIZE, ...filters } = body as PagedBody;
		const size = Math.min(Number(pageSize), this.pageSize);
		const rows = this.rowsOf(branch, filters);
		const items = rows.slice(page * size, (page + 1) * size);

		const answer: IDataObject = { items, page, count: items.length };
		if (this.hasTotals) {
			answer.total = rows.length;
		}
		return await Promise.resolve(answer);
	}
}

/** The message of the error by which a poll notices a broken connection. */
export const CONNECTION_LOST = 'Connection lost';

interface PagedBody extends IDataObject {
	page?: number;
	pageSize?: number;
}

/** Writes a time in UTC as AlfaCRM does, such as "2026-02-10 09:00:00". */
export function writeStamp(time: number): string {
	return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Rewrites the day of a filter, "10.02.2026", as "2026-02-10", which sorts by time. */
export function readDottedDay(day: string): string {
	const [dayOfMonth, month, year] = day.split('.');
	return `${year}-${month}-${dayOfMonth}`;
}

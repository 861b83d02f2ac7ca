import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ListReader } from '../../../nodes/AlfaCrm/api/list';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { makePollReader } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { NODE } from '../../support/nodeErrors';

/** How many rows AlfaCRM sends if the request does not say how many. */
const DEFAULT_PAGE_SIZE = 500;

/** Lists of AlfaCRM in memory, page by page, for histories by the thousand. */
export class MemoryLists {
	/** How many rows a page has at most. */
	pageSize = 20;
	/** Whether the answers say how many rows a list has. */
	hasTotals = true;
	/** The branches that cannot be read now. */
	readonly failing = new Set<number>();
	/** How many requests there were so far. */
	requests = 0;
	/** Called before each request is answered, with its number. It may change what the lists show, or throw. */
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

	/** Acts before the nth request from now on is answered, counted from 1. */
	actBeforeRequest(nth: number, act: () => void): void {
		const targetRequest = this.requests + nth;
		this.onRequest = (number) => {
			if (number === targetRequest) act();
		};
	}

	/** Breaks the connection at the nth request from now on, counted from 1. */
	loseConnectionAtRequest(nth: number): void {
		this.actBeforeRequest(nth, () => {
			throw new Error(CONNECTION_LOST);
		});
	}

	/** Answers all requests undisturbed from now on. */
	answerUndisturbed(): void {
		this.onRequest = () => {};
	}

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

/** The error of a connection that `loseConnectionAtRequest` has broken. */
export const CONNECTION_LOST = 'Connection lost';

interface PagedBody extends IDataObject {
	page?: number;
	pageSize?: number;
}

/** Writes a time as AlfaCRM does, `yyyy-mm-dd hh:mm:ss` in UTC. */
export function writeStamp(time: number): string {
	return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Rewrites the day of a filter, `dd.mm.yyyy`, as `yyyy-mm-dd`, which sorts by time. */
export function readDottedDay(day: string): string {
	const [dayOfMonth, month, year] = day.split('.');
	return `${year}-${month}-${dayOfMonth}`;
}

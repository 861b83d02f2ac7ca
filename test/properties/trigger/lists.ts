import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ListReader } from '../../../nodes/AlfaCrm/api/list';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { pollReader } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { NODE } from '../../support/nodeErrors';

/** Lists of AlfaCRM in memory, page by page, for histories by the thousand. */
export class MemoryLists {
	pageSize = 20;
	hasTotals = true;
	/** Branches that fail now. */
	readonly failing = new Set<number>();
	requests = 0;
	/** Called before each request with its number; it may change what is listed, or throw. */
	onRequest: (number: number) => void = () => {};
	readonly reader: ListReader;
	readonly client: ApiClient;

	/** @param rowsOf all rows of a list in the order of AlfaCRM */
	constructor(private readonly rowsOf: (branch: number, body: IDataObject) => IDataObject[]) {
		const client = {
			node: NODE,
			callsAtOnce: 1,
			actionsWithoutPageSize: new Set(),
			attempt: async (call: ApiRequest) => await this.answer(call),
			request: async (call: ApiRequest) => await this.answer(call),
		};
		this.client = client as unknown as ApiClient;
		this.reader = pollReader(this.client, Infinity);
	}

	private async answer({ branch = 0, body = {} }: ApiRequest): Promise<IDataObject> {
		this.onRequest(++this.requests);
		if (this.failing.has(branch)) throw new Error(`Branch ${branch} is out of order`);
		const { page = 0, pageSize = 500, ...asked } = body as { page?: number; pageSize?: number };
		const size = Math.min(Number(pageSize), this.pageSize);
		const rows = this.rowsOf(branch, asked);
		const items = rows.slice(page * size, (page + 1) * size);
		return await Promise.resolve({
			items,
			page,
			count: items.length,
			...(this.hasTotals ? { total: rows.length } : {}),
		});
	}
}

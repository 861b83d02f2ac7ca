import type { ApiClient } from './client';
import type { ListRequest, PageResponse } from './page';
import { fetchPage } from './page';

/** The pages of a list; where AlfaCRM is far away some are asked for before it is their turn. */
export class Prefetcher {
	private readonly asked = new Map<number, Promise<PageResponse>>();

	constructor(
		private readonly client: ApiClient,
		private readonly call: ListRequest,
	) {}

	/**
	 * @param size how many rows to ask for
	 * @param wanted how many pages from this one on are known to be there and are going to be wanted
	 * @throws PageTooLarge
	 */
	async read(page: number, size: number | undefined, wanted = 1): Promise<PageResponse> {
		const count = Math.max(1, Math.min(wanted, this.client.callsAtOnce));
		for (let next = page; next < page + count; next++) this.ask(next, size);
		const answer = this.asked.get(page);
		this.asked.delete(page);
		return (await answer) as PageResponse;
	}

	private ask(page: number, size: number | undefined): void {
		if (this.asked.has(page)) return;
		const answer = fetchPage(this.client, this.call, page, size);
		// One that nobody waits for any more must not end the process.
		answer.catch(() => {});
		this.asked.set(page, answer);
	}
}

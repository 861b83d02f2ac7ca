import type { ApiClient } from './client';
import type { List, PageAnswer } from './page';
import { pageOf } from './page';

/** The pages of a list; where AlfaCRM is far away some are asked for before it is their turn. */
export class ReadAhead {
	private readonly asked = new Map<number, Promise<PageAnswer>>();

	constructor(
		private readonly client: ApiClient,
		private readonly call: List,
	) {}

	/**
	 * @param size how many rows to ask for
	 * @param wanted how many pages from this one on are known to be there and are going to be wanted
	 * @throws PageTooLarge
	 */
	async read(page: number, size: number | undefined, wanted = 1): Promise<PageAnswer> {
		const count = Math.max(1, Math.min(wanted, this.client.callsAtOnce));
		for (let next = page; next < page + count; next++) this.ask(next, size);
		const answer = this.asked.get(page);
		this.asked.delete(page);
		return (await answer) as PageAnswer;
	}

	private ask(page: number, size: number | undefined): void {
		if (this.asked.has(page)) return;
		const answer = pageOf(this.client, this.call, page, size);
		// One that nobody waits for any more must not end the process.
		answer.catch(() => {});
		this.asked.set(page, answer);
	}
}

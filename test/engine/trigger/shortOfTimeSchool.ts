import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../support/codes';
import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';

/** Polls send one call after the other, so that the time of a poll is the sum of its calls. */
const engine = new Engine({
	hostname: 'http://127.0.0.1:1',
	email: 'a',
	apiKey: 'b',
	requestsPerSecond: 0,
	callsAtOnce: 1,
});

/**
 * A school of two branches whose records are all made today, and a trigger whose polls have ten seconds.
 * It replaces `Date.now`, so a test file ends it with `jest.restoreAllMocks()`.
 */
export class ShortOfTimeSchool {
	/** The time that AlfaCRM takes to answer a call, in milliseconds. */
	answerMs = 1_000;
	private readonly school = new DirectSchool({ now: '2026-02-10 09:00:00' }, 2);
	private readonly poller: Poller;
	private now = 1_770_000_000_000;

	constructor(parameters: INodeParameters) {
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.school.beforeAnswer = () => {
			this.now += this.answerMs;
		};
		this.poller = new Poller(engine, parameters, { send: this.school.send, budgetMs: 10_000 });
	}

	/** Adds customers to both branches by turns, and returns their IDs. */
	addCustomers(count: number): number[] {
		const ids: number[] = [];
		for (let n = 1; n <= count; n++) {
			const is_study = n % 3 === 0 ? CUSTOMER_TYPE.lead : CUSTOMER_TYPE.client;
			ids.push(this.school.store.insert('customer', { branch_ids: [1 + (n % 2)], is_study }).id);
		}
		return ids;
	}

	/** Adds a customer of branch 1 and logs a change of it. */
	addChangedCustomer(id: number): void {
		this.school.store.insert('customer', { id, branch_ids: [1] });
		this.school.store.insert('log', { entity: 'Customer', event: 2, entity_id: id, branch_ids: [1] });
	}

	/** Polls once, and returns the IDs of the reported records. */
	async poll(): Promise<number[]> {
		const items = await this.poller.poll();
		return items.map(({ id }) => Number(id));
	}

	/** Polls `count` times, and returns the IDs that each poll has reported. */
	async pollRepeatedly(count: number): Promise<number[][]> {
		const idsOfPolls: number[][] = [];
		for (let n = 1; n <= count; n++) {
			idsOfPolls.push(await this.poll());
		}
		return idsOfPolls;
	}
}

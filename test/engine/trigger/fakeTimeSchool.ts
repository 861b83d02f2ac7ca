import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import { CUSTOMER_CREATED } from '../support/polledSchool';

type Send = NonNullable<PollerOptions['send']>;

/** Counts the schools, for their hosts: the node lets all polls wait that ask a busy host. */
let schoolCount = 0;

/**
 * A school of two branches and a trigger for new customers. While a poll waits, jest's fake timers pass the time.
 * End it with `jest.useRealTimers()`.
 */
export class FakeTimeSchool {
	readonly poller: Poller;
	private readonly school = new DirectSchool({}, 2);

	constructor(credential: ICredentialDataDecryptedObject = {}) {
		jest.useFakeTimers();
		// The timeout of a call is not among the timers that jest fakes.
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const controller = new AbortController();
			void sleep(ms).then(() => controller.abort());
			return controller.signal;
		});
		const hostname = `school-${++schoolCount}.example`;
		const account = { hostname, email: 'a', apiKey: 'key', requestsPerSecond: 0, ...credential };
		this.poller = new Poller(new Engine(account), CUSTOMER_CREATED, { send: this.school.send });
	}

	addCustomer({ branch }: { branch: number }): number {
		return this.school.store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [branch] }).id;
	}

	/** Polls once, and returns the IDs of the reported customers. */
	async poll(): Promise<number[]> {
		let isUnderWay = true;
		const poll = this.poller.poll().finally(() => {
			isUnderWay = false;
		});
		// The failure of a poll is thrown below, after the time has passed.
		void poll.catch(() => {});
		while (isUnderWay) {
			await this.passMs(50);
		}
		const items = await poll;
		return items.map(({ id }) => Number(id));
	}

	/** Lets every call fail with an error from now on. */
	failAllCalls(error: Error): void {
		const fail = async () => await Promise.reject(error);
		this.poller.replaceSend(fail as unknown as Send);
	}

	/** Lets AlfaCRM answer again, once it has had time to recover. */
	async recover(): Promise<void> {
		this.poller.replaceSend(this.school.send);
		await this.passMs(20_000);
	}

	private async passMs(ms: number): Promise<void> {
		await jest.advanceTimersByTimeAsync(ms);
	}
}

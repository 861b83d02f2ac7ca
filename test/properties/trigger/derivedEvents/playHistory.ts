import type { EventSource } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { derived } from '../../../../nodes/AlfaCrm/trigger/events/derived';
import { CONNECTION_LOST } from '../lists';
import { ChangeLog } from './changeLog';
import type { EventName, Step } from './histories';

const NO_LIMIT = 500;

/**
 * Plays a history while a trigger watches a kind of event. It polls before the history and after it.
 *
 * @returns the customers of the events that were reported
 */
export async function playHistory(steps: readonly Step[], watchedEvent: EventName): Promise<unknown[]> {
	const log = new ChangeLog();
	const trigger = await Trigger.watching(watchedEvent, log);

	await trigger.poll();
	for (const step of steps) {
		switch (step.kind) {
			case 'event':
				log.write(step);
				break;
			case 'wait':
				log.wait();
				break;
			case 'poll':
				await trigger.poll({ maxRecords: step.maxRecords });
				break;
			case 'loseConnection':
				log.lists.loseConnectionAtRequest(step.request);
				await trigger.pollUnlessConnectionIsLost();
				log.lists.answerUndisturbed();
				break;
		}
	}
	await trigger.poll();
	return trigger.reportedCustomers;
}

/** A trigger for one kind of derived event, with the state that n8n stores for it. */
class Trigger {
	readonly reportedCustomers: unknown[] = [];
	private state: unknown;

	private constructor(
		private readonly source: EventSource,
		private readonly log: ChangeLog,
	) {}

	/** Makes a trigger that watches the log for an event. */
	static async watching(event: EventName, log: ChangeLog): Promise<Trigger> {
		const form = { derivedEvent: event } as never;
		const { source } = await derived.makeWatch(undefined as never, form, []);
		return new Trigger(source, log);
	}

	/** Polls once, stores the state, and notes the customers of the reported events. */
	async poll({ maxRecords = NO_LIMIT } = {}): Promise<void> {
		const { records, stateAfter } = await this.source.poll(
			{
				client: this.log.lists.client,
				reader: this.log.lists.reader,
				now: this.log.now,
				deadline: Infinity,
				branches: [1],
				branchesDigest: '1',
				filtersDigest: '',
				maxRecords,
				firstReportCount: 0,
			},
			this.state,
		);
		const reported = records.slice(0, maxRecords);
		this.state = JSON.parse(JSON.stringify(stateAfter(reported.length)));
		this.reportedCustomers.push(...reported.map(({ row }) => row.customer_id));
	}

	/**
	 * Polls while the connection may be lost. n8n keeps nothing of a poll that fails, and no poll may fail for
	 * another reason.
	 */
	async pollUnlessConnectionIsLost(): Promise<void> {
		try {
			await this.poll();
		} catch (failure) {
			expect(String(failure)).toContain(CONNECTION_LOST);
		}
	}
}

import type { IDataObject } from 'n8n-workflow';

/** The polls of one trigger that are under way. Each is identified by its static data. */
interface TriggerPolls {
	polls: Set<IDataObject>;
	/** The poll that began last. */
	latest: IDataObject;
}

/**
 * Remembers which polls are under way in this process, so that two polls of a trigger do not report
 * the same records. n8n starts the next poll of a trigger even if the last one is still running.
 *
 * A poll is identified by its static data, the object in which n8n keeps the state of a trigger:
 *
 * - In n8n's default engine, all polls of an active trigger have the same object, and get another
 *   one when the workflow is published again.
 * - n8n's durable scheduler, which administrators can switch on, makes a new object for each poll.
 *   So there, a poll of another version is recognised by `mayBeActivation`.
 */
export class RunningPolls {
	private readonly pollsByTrigger = new Map<string, TriggerPolls>();

	/**
	 * Notes that a poll of a trigger begins, unless another poll of this trigger is still running.
	 * Two polls at the same time would report the same records.
	 *
	 * @param trigger identifies the trigger in this process
	 * @param data the static data of the poll
	 * @param mayBeActivation whether the poll may be the one that activates the trigger after the
	 * user has published the workflow. It runs even if a poll of the former version is still running,
	 * because n8n may drop the items of that poll.
	 * @returns false if the poll must not run, because another poll of the trigger is still running
	 */
	tryToBegin(trigger: string, data: IDataObject, mayBeActivation: boolean): boolean {
		const runningPolls = this.pollsByTrigger.get(trigger);
		if (runningPolls === undefined) {
			this.pollsByTrigger.set(trigger, { polls: new Set([data]), latest: data });
			return true;
		}

		// In n8n's default engine, a poll with other static data belongs to another version of the
		// workflow: it was published again.
		const isSameVersionRunning = runningPolls.polls.has(data);
		if (isSameVersionRunning || !mayBeActivation) return false;

		runningPolls.polls.add(data);
		runningPolls.latest = data;
		return true;
	}

	/**
	 * Whether a later poll has begun while this one was running. Then the workflow was published
	 * again.
	 */
	isReplaced(trigger: string, data: IDataObject): boolean {
		return this.pollsByTrigger.get(trigger)?.latest !== data;
	}

	/** Notes that a poll has ended, whether it has succeeded or failed. */
	end(trigger: string, data: IDataObject): void {
		const running = this.pollsByTrigger.get(trigger);
		running?.polls.delete(data);
		if (running?.polls.size === 0) this.pollsByTrigger.delete(trigger);
	}
}

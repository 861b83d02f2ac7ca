import type { IDataObject } from 'n8n-workflow';

/** The static data of the polls of one trigger that are under way. */
interface TriggerPolls {
	running: Set<IDataObject>;
	/** The static data of the poll that began last. */
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
	 * Begins a poll of a trigger, unless another poll of this trigger is still running. Two polls at
	 * the same time would report the same records.
	 *
	 * @param staticData the object in which n8n keeps the state of the trigger for this poll
	 * @param mayBeActivation whether the user may just have published the workflow. Then the poll
	 * runs even if a poll of the former version is running, whose items n8n may drop.
	 * @returns whether the poll may run
	 */
	beginUnlessRunning(trigger: string, staticData: IDataObject, mayBeActivation: boolean): boolean {
		const polls = this.pollsByTrigger.get(trigger);
		if (polls === undefined) {
			this.pollsByTrigger.set(trigger, { running: new Set([staticData]), latest: staticData });
			return true;
		}

		// n8n's default engine gives all polls the same object, until the workflow is published again.
		// So if no running poll has this object, the running polls are of a former version.
		const isSameVersionRunning = polls.running.has(staticData);
		if (isSameVersionRunning || !mayBeActivation) return false;

		polls.running.add(staticData);
		polls.latest = staticData;
		return true;
	}

	/**
	 * Whether a later poll has begun while this one was running. Then the workflow was published
	 * again.
	 */
	hasLaterPollBegun(trigger: string, staticData: IDataObject): boolean {
		return this.pollsByTrigger.get(trigger)?.latest !== staticData;
	}

	/** Ends a poll, whether it has succeeded or failed. */
	end(trigger: string, staticData: IDataObject): void {
		const polls = this.pollsByTrigger.get(trigger);
		polls?.running.delete(staticData);
		if (polls?.running.size === 0) this.pollsByTrigger.delete(trigger);
	}
}

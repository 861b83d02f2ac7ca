import type { Effect } from '../api/effects';

/**
 * Records whether an item has sent calls, and which writes AlfaCRM has confirmed. An item and the
 * items that `resolvedWith` makes of it share one log.
 */
export class ItemLog {
	private readonly tasks: string[] = [];
	private isSent = false;
	private isApiCallAccepted = false;
	/**
	 * Until when AlfaCRM may still be carrying out a write whose answer was lost, by
	 * `performance.now()`.
	 */
	private underWayUntil = 0;

	/** Whether the item has sent any call. */
	get hasSent(): boolean {
		return this.isSent;
	}

	/** Whether AlfaCRM has confirmed a write of the item. */
	get hasSaved(): boolean {
		return this.tasks.length > 0;
	}

	/** Whether AlfaCRM has accepted an *API Call* of the item. It may have saved something. */
	get hasMadeApiCall(): boolean {
		return this.isApiCallAccepted;
	}

	/** The tasks that AlfaCRM has confirmed, for example "create a customer". */
	get savedTasks(): readonly string[] {
		return [...this.tasks];
	}

	/**
	 * For how many milliseconds AlfaCRM may still be carrying out a write whose answer was lost; zero
	 * or less if it is not.
	 */
	get underWayMs(): number {
		return this.underWayUntil - performance.now();
	}

	noteSent(): void {
		this.isSent = true;
	}

	/** Notes a write that AlfaCRM has confirmed. */
	noteSaved(task: string): void {
		this.tasks.push(task);
	}

	/** Notes an *API Call* that AlfaCRM has accepted. */
	noteApiCall(): void {
		this.isApiCallAccepted = true;
	}

	/**
	 * Notes a write whose answer was lost.
	 *
	 * @param underWayMs for how many milliseconds AlfaCRM may still be carrying it out
	 */
	noteLostWrite(underWayMs: number): void {
		this.underWayUntil = performance.now() + underWayMs;
	}

	/** Adds the confirmed writes of another item: see `Item.addSavesOf`. */
	addSavesOf(otherLog: ItemLog): void {
		this.tasks.push(...otherLog.tasks);
	}

	/** Adds the sent calls and confirmed writes of another item: see `Item.addCallsAndSavesOf`. */
	addCallsAndSavesOf(otherLog: ItemLog): void {
		this.isSent ||= otherLog.isSent;
		this.addSavesOf(otherLog);
	}

	/**
	 * Returns what an error about the item says of its effect: that nothing was sent, that nothing
	 * was saved, or what was saved. If the item has sent a call, but its operation only reads, the
	 * error says nothing about writes.
	 */
	getEffect(options: { onlyReads: boolean }): Effect {
		if (!this.hasSent) return { kind: 'nothingSent' };
		if (options.onlyReads) return { kind: 'unsaid' };
		return this.hasSaved ? this.confirmedEffect : { kind: 'nothingSaved' };
	}

	/**
	 * What an error says of the writes that AlfaCRM has confirmed. If there are none, the error says
	 * nothing: AlfaCRM may have saved something without confirming it.
	 */
	get confirmedEffect(): Effect {
		return this.hasSaved ? { kind: 'saved', tasks: this.savedTasks } : { kind: 'unsaid' };
	}
}

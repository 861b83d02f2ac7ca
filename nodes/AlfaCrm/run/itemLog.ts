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

	/** Whether AlfaCRM has accepted an *API Call* of the item, and may have saved something. */
	get hasMadeApiCall(): boolean {
		return this.isApiCallAccepted;
	}

	/** The tasks that AlfaCRM has confirmed, for example "create a customer". */
	get savedTasks(): readonly string[] {
		return [...this.tasks];
	}

	/**
	 * For how many milliseconds AlfaCRM may still be carrying out a write whose answer was lost; zero
	 * or less if no write is under way.
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
	 * @param underWayMs for how many milliseconds AlfaCRM may still be carrying out the write
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
	 * Returns the effect that an error about the item states: nothing was sent, nothing was saved, or
	 * these tasks were saved. If the operation only reads and a call was sent, the error states no
	 * effect.
	 */
	getEffect(options: { onlyReads: boolean }): Effect {
		if (!this.hasSent) return { kind: 'nothingSent' };
		if (options.onlyReads) return { kind: 'unsaid' };
		return this.hasSaved ? this.confirmedEffect : { kind: 'nothingSaved' };
	}

	/**
	 * The confirmed writes as the effect that an error states. If no write is confirmed, the error
	 * states no effect, because AlfaCRM may have saved something without confirming it.
	 */
	get confirmedEffect(): Effect {
		return this.hasSaved ? { kind: 'saved', tasks: this.savedTasks } : { kind: 'unsaid' };
	}
}

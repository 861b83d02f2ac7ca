import type { Effect } from '../api/effects';

/**
 * Records what an item has sent, and what AlfaCRM has confirmed to have saved. An item and its
 * resolved form share one log.
 */
export class ItemLog {
	private readonly tasks: string[] = [];
	private isSent = false;
	private isApiCallAccepted = false;
	/**
	 * Until when AlfaCRM may still be carrying out a write whose answer did not come, by
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

	/** Whether AlfaCRM has accepted an API Call, of which nobody knows what it saved. */
	get hasMadeApiCall(): boolean {
		return this.isApiCallAccepted;
	}

	/** The tasks that AlfaCRM has confirmed, for example "create a customer". */
	get savedTasks(): readonly string[] {
		return [...this.tasks];
	}

	/** For how long AlfaCRM may still be at work on what was sent; zero or less if it is not. */
	get underWayMs(): number {
		return this.underWayUntil - performance.now();
	}

	noteSent(): void {
		this.isSent = true;
	}

	noteSaved(task: string): void {
		this.tasks.push(task);
	}

	noteApiCall(): void {
		this.isApiCallAccepted = true;
	}

	noteLostWrite(underWayMs: number): void {
		this.underWayUntil = performance.now() + underWayMs;
	}

	/** Adds what another item has saved, which has done the work of this item too. */
	addSavesOf(log: ItemLog): void {
		this.tasks.push(...log.tasks);
	}

	/** Adds what another item has sent and saved as a part of the work of this item. */
	addWorkOf(log: ItemLog): void {
		this.isSent ||= log.isSent;
		this.addSavesOf(log);
	}

	/**
	 * What an error about the item says. An item that only reads and has begun to needs no such
	 * sentence.
	 */
	effect({ onlyReads }: { onlyReads: boolean }): Effect {
		if (!this.hasSent) return { kind: 'nothingSent' };
		if (onlyReads) return { kind: 'unsaid' };
		return this.hasSaved ? this.confirmedEffect : { kind: 'nothingSaved' };
	}

	/**
	 * What AlfaCRM has confirmed. If it has confirmed nothing, it may have saved something all the
	 * same.
	 */
	get confirmedEffect(): Effect {
		return this.hasSaved ? { kind: 'saved', tasks: this.savedTasks } : { kind: 'unsaid' };
	}
}

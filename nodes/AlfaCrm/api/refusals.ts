/** After a refusal, a process pauses for a random time between half of this and all of it. */
const PAUSE_MS = 1_000;

/** The pause grows by a tenth with each further refusal in a row, up to 20 of them. */
const PAUSE_GROWTH = 0.1;
const MOST_GROWING_REFUSALS = 20;

/**
 * After a refusal, one more call a second is tried first after about 8 seconds, and then one more
 * every 3 seconds.
 */
const FIRST_TRY_MS = 8_000;
const NEXT_TRY_MS = 3_000;

/**
 * Lowers the rate of this process after AlfaCRM has refused a call as too many.
 *
 * Other processes share AlfaCRM's limit, and nobody tells this process about them. A refused call
 * shows them. From then on this process pauses, makes as many calls a second as AlfaCRM took just
 * before the refusal, and tries one more every few seconds.
 *
 * Times are those of `performance.now()`.
 */
export class Refusals {
	/** How many calls AlfaCRM has refused. */
	count = 0;
	/** Until when this process pauses. */
	pausedUntil = 0;
	private countInARow = 0;
	/** How many calls AlfaCRM took in the second before the latest refusal. */
	private takenPerSecond = Infinity;
	/** When one more call a second is tried first. */
	private firstTryAt = 0;

	/** Notes that AlfaCRM took a call. */
	noteTaken(): void {
		this.countInARow = 0;
	}

	/**
	 * Notes that AlfaCRM refused a call.
	 *
	 * @param takenPerSecond how many calls AlfaCRM took in the second before
	 */
	noteRefusal(takenPerSecond: number): void {
		const now = performance.now();
		this.count += 1;

		this.takenPerSecond = Math.max(1, takenPerSecond);
		// Processes that were refused together try again at different moments.
		this.firstTryAt = now + FIRST_TRY_MS * (0.75 + Math.random() / 2);

		const growth = 1 + Math.min(this.countInARow, MOST_GROWING_REFUSALS) * PAUSE_GROWTH;
		this.pausedUntil = now + (PAUSE_MS / 2) * (1 + Math.random()) * growth;
		this.countInARow += 1;
	}

	/** Returns how many calls a second this process may make; Infinity if none was refused. */
	countAllowedPerSecond(now: number): number {
		const triedCount = 1 + Math.floor((now - this.firstTryAt) / NEXT_TRY_MS);
		return this.takenPerSecond + Math.max(0, triedCount);
	}
}

/** After a refusal, a process pauses for a random time between half of this and all of it. */
const PAUSE_MS = 1_000;

/** The pause grows by a tenth with each further refusal in a row, up to 20 of them. */
const PAUSE_GROWTH = 0.1;
const MOST_GROWING_REFUSALS = 20;

/**
 * About 8 seconds after a refusal, a process makes one call a second more than before, and every 3
 * seconds yet another one.
 */
const FIRST_INCREASE_MS = 8_000;
const NEXT_INCREASE_MS = 3_000;

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
	/** When this process makes more calls a second again, for the first time. */
	private firstIncreaseAt = 0;

	/** Notes that AlfaCRM took a call. */
	noteTaken(): void {
		this.countInARow = 0;
	}

	/**
	 * Notes that AlfaCRM refused a call: this process pauses, and afterwards makes fewer calls a
	 * second.
	 *
	 * @param takenPerSecond how many calls AlfaCRM took in the second before
	 */
	noteRefusal(takenPerSecond: number): void {
		const now = performance.now();
		this.takenPerSecond = Math.max(1, takenPerSecond);
		this.firstIncreaseAt = now + chooseFirstIncreaseDelay();
		this.pausedUntil = now + choosePauseLength(this.countInARow);

		this.count += 1;
		this.countInARow += 1;
	}

	/** Returns how many calls a second this process may make; Infinity if none was refused. */
	countAllowedPerSecond(now: number): number {
		if (now < this.firstIncreaseAt) return this.takenPerSecond;

		const laterIncreases = Math.floor((now - this.firstIncreaseAt) / NEXT_INCREASE_MS);
		return this.takenPerSecond + 1 + laterIncreases;
	}
}

/**
 * Chooses after how many milliseconds a refused process makes more calls a second again. The delay
 * is random, so that processes that were refused together do so at different moments.
 */
function chooseFirstIncreaseDelay(): number {
	const randomFactor = 0.75 + Math.random() / 2;
	return FIRST_INCREASE_MS * randomFactor;
}

/**
 * Chooses for how many milliseconds a process pauses after a refusal. The pause is random, and
 * longer after several refusals in a row.
 *
 * @param earlierRefusals how many refusals came before this one in a row
 */
function choosePauseLength(earlierRefusals: number): number {
	const growth = 1 + Math.min(earlierRefusals, MOST_GROWING_REFUSALS) * PAUSE_GROWTH;
	const randomPauseMs = (PAUSE_MS / 2) * (1 + Math.random());
	return randomPauseMs * growth;
}

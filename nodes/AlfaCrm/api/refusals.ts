/** After a refusal, a process pauses for a random time between half of this and all of it. */
const PAUSE_MS = 1_000;

/**
 * The pause grows by a tenth with each refusal since AlfaCRM last accepted a call, up to 20 of
 * them.
 */
const PAUSE_GROWTH = 0.1;
const MAX_COUNTED_REFUSALS = 20;

/**
 * About 8 seconds after a refusal, a process raises its rate by one call a second, and then again
 * every 3 seconds.
 */
const FIRST_INCREASE_MS = 8_000;
const NEXT_INCREASE_MS = 3_000;

/**
 * Lowers the rate of this process after AlfaCRM has refused a call because there were too many.
 *
 * Other processes share AlfaCRM's limit. This process does not know them: only a refused call
 * reveals that they exist. Then this process pauses, makes as many calls a second as AlfaCRM
 * accepted just before the refusal, and raises its rate by one call every few seconds.
 *
 * Times are those of `performance.now()`.
 */
export class Refusals {
	/** How many calls AlfaCRM has refused. */
	count = 0;
	/** Until when this process pauses. */
	pausedUntil = 0;
	/** How many calls AlfaCRM has refused since it last accepted a call. */
	private refusedSinceAccepted = 0;
	/** How many calls AlfaCRM accepted in the second before the latest refusal. */
	private acceptedPerSecond = Infinity;
	/** When this process raises its rate for the first time after the latest refusal. */
	private firstIncreaseAt = 0;

	/** Call this when AlfaCRM has not refused a call. The next pause is a short one again. */
	handleAcceptedCall(): void {
		this.refusedSinceAccepted = 0;
	}

	/**
	 * Call this when AlfaCRM has refused a call. This process pauses, and then makes only as many
	 * calls a second as AlfaCRM accepted just before.
	 *
	 * @param acceptedPerSecond how many calls AlfaCRM accepted in the second before the refused call
	 */
	handleRefusal(acceptedPerSecond: number): void {
		const now = performance.now();
		// A rate of 0 would stop this process for ever.
		this.acceptedPerSecond = Math.max(1, acceptedPerSecond);
		this.firstIncreaseAt = now + chooseFirstIncreaseDelay();
		this.pausedUntil = now + choosePauseLength(this.refusedSinceAccepted);

		this.count += 1;
		this.refusedSinceAccepted += 1;
	}

	/** Returns how many calls a second this process may make; Infinity if none was refused. */
	countAllowedPerSecond(now: number): number {
		const increaseCount = this.countIncreases(now);
		return this.acceptedPerSecond + increaseCount;
	}

	/** Counts how often this process has raised its rate since the latest refusal. */
	private countIncreases(now: number): number {
		if (now < this.firstIncreaseAt) return 0;

		const laterIncreases = Math.floor((now - this.firstIncreaseAt) / NEXT_INCREASE_MS);
		return 1 + laterIncreases;
	}
}

/**
 * Chooses after how many milliseconds a refused process raises its rate for the first time. The
 * delay is random, so that processes that were refused together raise their rates at different
 * moments.
 */
function chooseFirstIncreaseDelay(): number {
	return chooseRandomly(FIRST_INCREASE_MS * 0.75, FIRST_INCREASE_MS * 1.25);
}

/**
 * Chooses for how many milliseconds a process pauses after a refusal. The pause is random, so that
 * processes that were refused together go on at different moments. Each earlier refusal makes it
 * longer.
 *
 * @param earlierRefusals how many calls AlfaCRM has refused before, since it last accepted a call
 */
function choosePauseLength(earlierRefusals: number): number {
	const firstPauseMs = chooseRandomly(PAUSE_MS / 2, PAUSE_MS);
	const countedRefusals = Math.min(earlierRefusals, MAX_COUNTED_REFUSALS);
	const growthFactor = 1 + countedRefusals * PAUSE_GROWTH;
	return firstPauseMs * growthFactor;
}

/** Returns a random number between two numbers. */
function chooseRandomly(min: number, max: number): number {
	return min + Math.random() * (max - min);
}

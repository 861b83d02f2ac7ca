import type { Settings } from '../model/settings';

const windowMs = 1000;

/** Limits the calls in any sliding second to the setting `rateLimit`; 0 turns the limit off. */
export class RateLimit {
	/** Arrival times of the calls that count, in ms. */
	private countedCalls: number[] = [];

	constructor(private readonly settings: Settings) {}

	/** Checks whether the limit lets a call pass that arrives at this time, and counts the call. */
	admits(arrivalMs: number): boolean {
		const { rateLimit, countRejected } = this.settings;
		if (rateLimit === 0) {
			this.clear();
			return true;
		}

		this.countedCalls = this.countedCalls.filter((countedMs) => arrivalMs - countedMs < windowMs);
		const isAdmitted = this.countedCalls.length < rateLimit;
		if (isAdmitted || countRejected) this.countedCalls.push(arrivalMs);
		return isAdmitted;
	}

	clear(): void {
		this.countedCalls = [];
	}
}

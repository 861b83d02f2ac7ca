import type { Settings } from '../model/settings';

/** So many calls in any sliding second. Calls made while it is off do not count later. */
export class RateLimit {
	private starts: number[] = [];

	constructor(private readonly settings: Settings) {}

	/** Counts a call that arrives at `at` (ms); false when it is one too many. */
	admits(at: number): boolean {
		const { rateLimit, countRejected } = this.settings;
		if (rateLimit === 0) {
			this.clear();
			return true;
		}
		this.starts = this.starts.filter((start) => at - start < 1000);
		const isAdmitted = this.starts.length < rateLimit;
		if (isAdmitted || countRejected) this.starts.push(at);
		return isAdmitted;
	}

	clear(): void {
		this.starts = [];
	}
}

import { hasStatus } from '../../api/failures';
import type { Branch } from '../located';

/**
 * Which branches are left out of a reading, instead of ending it: those that this user may not see,
 * or all that cannot be read, for a trigger that tries again at its next poll.
 */
export type SkippedBranches = 'deniedBranches' | 'failedBranches';

/** AlfaCRM answers for a branch that this user may not see as if it were forbidden or not there. */
const DENIED_STATUSES = [403, 404];

/** Reads in several branches, and remembers which of them could not be read. */
export class BranchReadings {
	/** Why branches could not be read: the first failure of each. */
	readonly failures = new Map<Branch, unknown>();

	/** @param skippedBranches ends the reading at every failure if it is missing */
	constructor(private readonly skippedBranches?: SkippedBranches) {}

	hasFailed(branch: Branch): boolean {
		return this.failures.has(branch);
	}

	/**
	 * Reads something in a branch.
	 *
	 * @returns undefined if it cannot be read and the branch is passed over
	 */
	async tryRead<T>(branch: Branch, read: () => Promise<T>): Promise<T | undefined> {
		return await read().catch((failure: unknown) => {
			if (!this.isSkipped(failure)) throw failure;
			if (!this.hasFailed(branch)) {
				this.failures.set(branch, failure);
			}
			return undefined;
		});
	}

	private isSkipped(failure: unknown): boolean {
		if (this.skippedBranches === 'failedBranches') return true;
		return this.skippedBranches === 'deniedBranches' && hasStatus(failure, ...DENIED_STATUSES);
	}
}

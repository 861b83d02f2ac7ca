import { hasStatus } from '../../api/failures';
import type { Branch } from '../located';

/**
 * Which failures make a reading skip a branch, so that it goes on with the next one:
 *
 * - `deniedBranches`: this user may not see the branch.
 * - `failedBranches`: the branch cannot be read for any reason. For a trigger, which tries again at
 *   its next poll.
 */
export type BranchesToSkip = 'deniedBranches' | 'failedBranches';

/** AlfaCRM's statuses for a branch that this user may not see: "forbidden" or "not found". */
const DENIED_STATUSES = [403, 404];

/** Reads in several branches, and remembers which of them could not be read. */
export class BranchReadings {
	/** The first failure of each branch that could not be read. */
	readonly failures = new Map<Branch, unknown>();

	/** @param branchesToSkip if it is undefined, no branch is skipped: every failure is thrown */
	constructor(private readonly branchesToSkip?: BranchesToSkip) {}

	hasFailed(branch: Branch): boolean {
		return this.failures.has(branch);
	}

	/**
	 * Reads something in a branch.
	 *
	 * @returns undefined if the reading failed and the branch is skipped
	 * @throws the failure, unless the branch is skipped
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
		if (this.branchesToSkip === 'failedBranches') return true;
		return this.branchesToSkip === 'deniedBranches' && hasStatus(failure, ...DENIED_STATUSES);
	}
}

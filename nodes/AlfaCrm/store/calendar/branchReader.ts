import { hasStatus } from '../../api/failures';
import type { Branch } from '../located';

/**
 * The branches that are left out if they cannot be read. The failure of any other branch is thrown.
 *
 * - `deniedBranches`: the branches that the user of the account may not see.
 * - `failedBranches`: all branches that cannot be read, for any reason. Triggers choose this value,
 *   because they try again at their next poll.
 */
export type BranchesToSkip = 'deniedBranches' | 'failedBranches';

/** The HTTP statuses for a branch that the user may not see: "forbidden" or "not found". */
const DENIED_STATUSES = [403, 404];

/** Reads data of several branches, and remembers which branches could not be read. */
export class BranchReader {
	/** The first failure of each branch that could not be read. */
	readonly failures = new Map<Branch, unknown>();

	/** @param branchesToSkip if undefined, every failure is thrown */
	constructor(private readonly branchesToSkip?: BranchesToSkip) {}

	hasFailed(branch: Branch): boolean {
		return this.failures.has(branch);
	}

	/**
	 * Calls `read` for a branch, even if an earlier call for this branch has failed. Callers that do
	 * not want to try a failed branch again check `hasFailed` first.
	 *
	 * @returns undefined if the reading failed and the branch is skipped
	 * @throws the failure, unless the branch is skipped
	 */
	async tryRead<T>(branch: Branch, read: () => Promise<T>): Promise<T | undefined> {
		return await read().catch((failure: unknown) => {
			this.skipOrThrow(branch, failure);
			return undefined;
		});
	}

	/** Remembers the first failure of a branch that is skipped; throws any other failure. */
	private skipOrThrow(branch: Branch, failure: unknown): void {
		if (!this.isReasonToSkip(failure)) throw failure;

		if (!this.hasFailed(branch)) {
			this.failures.set(branch, failure);
		}
	}

	/** Whether a branch is skipped after a failure. */
	private isReasonToSkip(failure: unknown): boolean {
		if (this.branchesToSkip === undefined) return false;
		if (this.branchesToSkip === 'failedBranches') return true;
		return hasStatus(failure, ...DENIED_STATUSES);
	}
}

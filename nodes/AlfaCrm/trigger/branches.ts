import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import { collect } from '../api/list';
import { noBranchesError } from '../api/messages';
import { branch, isClosedBranch } from '../entities/branch';
import { listCall } from '../entities/listCall';
import { idsOf } from '../values/formats';
import { HOUR_MS } from '../values/time';

/** Branches of the account, when all are watched, and when they were read, n8n's time in milliseconds. */
export interface KnownBranches {
	branches: number[];
	/** Those that are not active. */
	closedBranches: number[];
	branchesReadAt: number;
}

/**
 * The branches of the account; read once an hour.
 *
 * @param onFailure told why they could not be read where those that are known do instead
 */
export async function accountBranches(
	client: ApiClient,
	now: number,
	known: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches, closedBranches = [], branchesReadAt = 0 } = known;
	const kept = branches && { branches, closedBranches, branchesReadAt };
	if (kept && Math.abs(now - branchesReadAt) < HOUR_MS) return kept;
	try {
		const { rows, isComplete } = await collect(client, listCall(branch));
		// No account is without a branch. API notes 3: an empty list may be a failure, also where some are counted.
		if (rows.length === 0) throw noBranchesError(client.node);
		if (kept && !isComplete) throw new Error('AlfaCRM did not list all of them');
		const sorted = (some: IDataObject[]) => idsOf(some).sort((one, other) => one - other);
		return {
			branches: sorted(rows.filter((row) => !isClosedBranch(row))),
			closedBranches: sorted(rows.filter(isClosedBranch)),
			branchesReadAt: isComplete ? now : 0,
		};
	} catch (failure) {
		if (!kept) throw asNodeError(client.node, failure);
		onFailure(failure as Error);
		return kept;
	}
}

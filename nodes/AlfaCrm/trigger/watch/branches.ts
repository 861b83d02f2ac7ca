import type { IDataObject } from 'n8n-workflow';
import { noBranchesError } from '../../api/messages';

import { idsOf } from '../../values/formats';
import { collect } from '../../api/list';
import { HOUR_MS } from '../../values/time';
import { branch, isClosedBranch } from '../../entities/branch';
import { listCall } from '../../entities/listCall';
import type { Reader } from './reader';

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
	{ client, now }: Reader,
	known: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches, closedBranches = [], branchesReadAt = 0 } = known;
	const kept = branches && { branches, closedBranches, branchesReadAt };
	if (kept && Math.abs(now - branchesReadAt) < HOUR_MS) return kept;
	const found = await collect(client, listCall(branch)).catch((failure: Error) => {
		if (!kept) throw failure;
		onFailure(failure);
	});
	if (!found) return kept as KnownBranches;
	const { rows, isComplete } = found;
	if (rows.length === 0 && !kept) throw noBranchesError(client.node);
	// No account is without a branch. API notes 3: an empty list may be a failure, also where some are counted.
	const isSure = rows.length > 0 && isComplete;
	const listed = idsOf(rows);
	const missing = (some: number[] = []) => (isSure ? [] : some.filter((id) => !listed.includes(id)));
	if (missing(branches).length > 0) onFailure(new Error('AlfaCRM did not list all of them'));
	const sortedIds = (some: IDataObject[], others: number[]) =>
		[...idsOf(some), ...others].sort((a, b) => a - b);
	return {
		branches: sortedIds(
			rows.filter((row) => !isClosedBranch(row)),
			missing(branches),
		),
		closedBranches: sortedIds(rows.filter(isClosedBranch), missing(closedBranches)),
		// One that was overlooked must not be unknown for an hour.
		branchesReadAt: isSure ? now : 0,
	};
}

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError, nodeError } from '../api/failures';
import type { Collected } from '../api/list';
import { collect } from '../api/list';
import { noBranchesError } from '../api/messages';
import { branch, isClosedBranch } from '../entities/branch';
import { listCall } from '../entities/listCall';
import { idsOf } from '../values/formats';
import { HOUR_MS } from '../values/time';

/** The branches of the account, and when they were read, by n8n's clock in milliseconds. */
export interface KnownBranches {
	branches: number[];
	branchesReadAt: number;
}

/**
 * Returns the branches of the account that are switched on. Their list is read once an hour.
 *
 * @param known the branches of an earlier poll, which are returned if the list cannot be read
 * @param onFailure called with the reason in that case
 * @throws NodeApiError if all branches are switched off: a trigger that watches nothing must not
 * look as if it worked
 */
export async function accountBranches(
	client: ApiClient,
	now: number,
	known: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches, branchesReadAt = 0 } = known;
	const kept = branches && { branches, branchesReadAt };
	// `Math.abs`, because the clock may have been set back.
	if (kept && Math.abs(now - branchesReadAt) < HOUR_MS) return kept;

	let listed: Collected;
	try {
		listed = await listBranches(client);
		if (kept && !listed.isComplete) throw new Error('AlfaCRM did not list all of them');
	} catch (failure) {
		if (!kept) throw asNodeError(client.node, failure);
		onFailure(failure as Error);
		return kept;
	}

	const activeBranches = sortedIds(listed.rows.filter((row) => !isClosedBranch(row)));
	if (activeBranches.length === 0) throw allSwitchedOffError(client);
	return { branches: activeBranches, branchesReadAt: listed.isComplete ? now : 0 };
}

function allSwitchedOffError({ node }: ApiClient): Error {
	const text = {
		message: 'All branches of this AlfaCRM account are switched off, so there is nothing to watch',
		description:
			"Switch a branch on in AlfaCRM, or choose in 'Branch' which ones to watch although they are switched off. The next poll looks again.",
	};
	return nodeError(node, text, undefined, { cause: 'configuration-invalid' });
}

/** Returns all branches of the account, the active ones first. */
export async function allBranches(client: ApiClient): Promise<number[]> {
	const { rows } = await listBranches(client);
	const activeBranches = rows.filter((row) => !isClosedBranch(row));
	const closedBranches = rows.filter(isClosedBranch);
	return [...sortedIds(activeBranches), ...sortedIds(closedBranches)];
}

/**
 * @throws NodeApiError if the list is empty. Every account has a branch, so an empty list is a
 * failure. API notes 3.
 */
async function listBranches(client: ApiClient): Promise<Collected> {
	const listed = await collect(client, listCall(branch));
	if (listed.rows.length === 0) throw noBranchesError(client.node);

	return listed;
}

const sortedIds = (rows: IDataObject[]): number[] => idsOf(rows).sort((a, b) => a - b);

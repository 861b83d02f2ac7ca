/** Reads which branches the account has. */

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

/** The branches of the account that are switched on, as a trigger stores them between two polls. */
export interface KnownBranches {
	branches: number[];
	/**
	 * When they were read, by n8n's clock in milliseconds; 0 if the list was incomplete, so that the
	 * next poll reads it again.
	 */
	branchesReadAt: number;
}

/**
 * Returns the branches of the account that are switched on. Reads their list at most once an hour.
 *
 * @param stored what an earlier poll has stored. If the list cannot be read now, these branches are
 * returned.
 * @param onFailure called with the reason in that case
 * @throws NodeApiError if the list cannot be read and no earlier poll has stored any branches; and
 * if all branches are switched off, because a trigger that watches nothing must not look as if it
 * worked
 */
export async function readActiveBranches(
	client: ApiClient,
	now: number,
	stored: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches, branchesReadAt = 0 } = stored;
	const knownBranches = branches && { branches, branchesReadAt };
	// `Math.abs`, because the clock may have been set back.
	const areKnownRecently = Math.abs(now - branchesReadAt) < HOUR_MS;
	if (knownBranches && areKnownRecently) return knownBranches;

	let list: Collected;
	try {
		list = await listBranches(client);
		if (knownBranches && !list.isComplete) throw new Error('AlfaCRM did not list all of them');
	} catch (failure) {
		if (!knownBranches) throw asNodeError(client.node, failure);
		onFailure(failure as Error);
		return knownBranches;
	}

	const activeRows = list.rows.filter((row) => !isClosedBranch(row));
	const activeBranches = sortedIds(activeRows);
	if (activeBranches.length === 0) throw allSwitchedOffError(client);
	return { branches: activeBranches, branchesReadAt: list.isComplete ? now : 0 };
}

function allSwitchedOffError({ node }: ApiClient): Error {
	const text = {
		message: 'All branches of this AlfaCRM account are switched off, so there is nothing to watch',
		description:
			"Switch a branch on in AlfaCRM, or choose in 'Branch' which ones to watch although they are switched off. The next poll looks again.",
	};
	return nodeError(node, text, undefined, { cause: 'configuration-invalid' });
}

/** Reads all branches of the account: the active ones first, then those that are switched off. */
export async function readAllBranches(client: ApiClient): Promise<number[]> {
	const { rows } = await listBranches(client);
	const activeBranches = rows.filter((row) => !isClosedBranch(row));
	const closedBranches = rows.filter(isClosedBranch);
	return [...sortedIds(activeBranches), ...sortedIds(closedBranches)];
}

/**
 * Lists the branches of the account.
 *
 * @throws NodeApiError if the list is empty. Every account has a branch, so an empty list is a
 * failure. API notes 3.
 */
async function listBranches(client: ApiClient): Promise<Collected> {
	const list = await collect(client, listCall(branch));
	if (list.rows.length === 0) throw noBranchesError(client.node);

	return list;
}

/** Reads the IDs of rows, in ascending order. */
const sortedIds = (rows: IDataObject[]): number[] => idsOf(rows).sort((a, b) => a - b);

/** Reads which branches the account has. */

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError, nodeError } from '../api/failures';
import type { Collected } from '../api/list';
import { collect } from '../api/list';
import { makeNoBranchesError } from '../api/messages';
import { branch, isClosedBranch } from '../entities/branch';
import { makeListCall } from '../entities/listCall';
import { idsOf } from '../values/formats';
import { HOUR_MS } from '../values/time';

/** The active branches of the account, as a trigger stores them between two polls. */
export interface KnownBranches {
	branches: number[];
	/**
	 * When they were read, by n8n's clock in milliseconds; 0 if the list was incomplete, so that the
	 * next poll reads it again.
	 */
	branchesReadAt: number;
}

/**
 * Returns the active branches of the account: those that are not switched off in AlfaCRM. Reads
 * their list if no branches are stored, or if the stored branches were read more than an hour ago.
 * If AlfaCRM then fails to show the whole list, the stored branches are returned.
 *
 * @param stored the branches that an earlier poll has stored; none in the first poll
 * @param onFailure called with the reason if the stored branches are returned for a failure
 * @throws NodeApiError if the list cannot be read and no branches are stored, or if all branches are
 * switched off, because a trigger that watches nothing must not look as if it worked
 */
export async function readActiveBranches(
	client: ApiClient,
	now: number,
	stored: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches: storedBranches, branchesReadAt = 0 } = stored;
	if (storedBranches === undefined) return await readActiveBranchesNow(client, now);

	const knownBranches: KnownBranches = { branches: storedBranches, branchesReadAt };
	if (wasReadWithinHour(branchesReadAt, now)) return knownBranches;

	let list: Collected;
	try {
		list = await listBranches(client);
	} catch (failure) {
		onFailure(failure as Error);
		return knownBranches;
	}
	if (!list.isComplete) {
		onFailure(new Error('AlfaCRM did not list all of them'));
		return knownBranches;
	}
	return chooseActiveBranches(client, list, now);
}

/**
 * Reads the active branches of the account, when no earlier poll has stored any. If AlfaCRM shows
 * only a part of the list, that part is better than nothing.
 *
 * @throws NodeApiError if the list of branches cannot be read
 */
async function readActiveBranchesNow(client: ApiClient, now: number): Promise<KnownBranches> {
	let list: Collected;
	try {
		list = await listBranches(client);
	} catch (failure) {
		throw asNodeError(client.node, failure);
	}
	return chooseActiveBranches(client, list, now);
}

/**
 * Whether the branches were read less than an hour ago. If n8n's clock was set back, the time of
 * reading may lie far in the future. `Math.abs` keeps the trigger from waiting for that time.
 */
function wasReadWithinHour(branchesReadAt: number, now: number): boolean {
	return Math.abs(now - branchesReadAt) < HOUR_MS;
}

/**
 * Chooses the active branches from the list of all branches, that is, those that are not switched
 * off. Returns them with the time of reading.
 *
 * @throws NodeApiError if all branches are switched off
 */
function chooseActiveBranches(client: ApiClient, list: Collected, now: number): KnownBranches {
	const activeRows = list.rows.filter((row) => !isClosedBranch(row));
	const branches = sortedIds(activeRows);
	if (branches.length === 0) throw makeAllSwitchedOffError(client);

	// With the time 0, the next poll reads the list again.
	return { branches, branchesReadAt: list.isComplete ? now : 0 };
}

/** Makes the error for an account in which no branch is left to watch. */
function makeAllSwitchedOffError({ node }: ApiClient): Error {
	const text = {
		message: 'All branches of this AlfaCRM account are switched off, so there is nothing to watch',
		description:
			"Switch a branch on in AlfaCRM, or choose in 'Branch' which ones to watch although they are switched off. The next poll looks again.",
	};
	const noItemIndex = undefined;
	return nodeError(node, text, noItemIndex, { cause: 'configuration-invalid' });
}

/** Reads all branches of the account: the active ones first, then those that are switched off. */
export async function readAllBranches(client: ApiClient): Promise<number[]> {
	const { rows } = await listBranches(client);
	const activeRows = rows.filter((row) => !isClosedBranch(row));
	const switchedOffRows = rows.filter(isClosedBranch);
	return [...sortedIds(activeRows), ...sortedIds(switchedOffRows)];
}

/**
 * Lists the branches of the account.
 *
 * @throws NodeApiError if the list is empty. Every account has a branch, so an empty list is a
 * failure. API notes 3.
 */
async function listBranches(client: ApiClient): Promise<Collected> {
	const list = await collect(client, makeListCall(branch));
	if (list.rows.length === 0) throw makeNoBranchesError(client.node);

	return list;
}

/** Reads the IDs of rows, in ascending order. */
const sortedIds = (rows: IDataObject[]): number[] => idsOf(rows).sort((a, b) => a - b);

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import type { Collected } from '../api/list';
import { collect } from '../api/list';
import { noBranchesError } from '../api/messages';
import { branch, isClosedBranch } from '../entities/branch';
import { listCall } from '../entities/listCall';
import { idsOf } from '../values/formats';
import { HOUR_MS } from '../values/time';

/** Branches of the account, when all are watched, and when they were read, n8n's time in milliseconds. */
export interface KnownBranches {
	branches: number[];
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
	const { branches, branchesReadAt = 0 } = known;
	const kept = branches && { branches, branchesReadAt };
	if (kept && Math.abs(now - branchesReadAt) < HOUR_MS) return kept;
	try {
		const { rows, isComplete } = await listBranches(client);
		if (kept && !isComplete) throw new Error('AlfaCRM did not list all of them');
		return {
			branches: sortedIds(rows.filter((row) => !isClosedBranch(row))),
			branchesReadAt: isComplete ? now : 0,
		};
	} catch (failure) {
		if (!kept) throw asNodeError(client.node, failure);
		onFailure(failure as Error);
		return kept;
	}
}

/** All of the account, the active ones first. */
export async function allBranches(client: ApiClient): Promise<number[]> {
	const { rows } = await listBranches(client);
	const [closed, active] = [true, false].map((is) => rows.filter((row) => isClosedBranch(row) === is));
	return [...sortedIds(active), ...sortedIds(closed)];
}

/** @throws NodeApiError for none: no account is without one. API notes 3: an empty list may be a failure, also where some are counted */
async function listBranches(client: ApiClient): Promise<Collected> {
	const found = await collect(client, listCall(branch));
	if (found.rows.length === 0) throw noBranchesError(client.node);
	return found;
}

const sortedIds = (rows: IDataObject[]): number[] => idsOf(rows).sort((one, other) => one - other);

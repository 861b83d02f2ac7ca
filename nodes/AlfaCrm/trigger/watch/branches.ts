import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { collect } from '../../api/collect';
import { HOUR_MS } from '../poll/look';
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
export async function branchesOf(
	{ client, now }: Reader,
	known: Partial<KnownBranches> = {},
	onFailure: (failure: Error) => void = () => {},
): Promise<KnownBranches> {
	const { branches, closedBranches = [], branchesReadAt = 0 } = known;
	const kept = branches && { branches, closedBranches, branchesReadAt };
	if (kept && Math.abs(now - branchesReadAt) < HOUR_MS) return kept;
	const list = { path: 'branch', task: 'list the branches' };
	const found = await collect(client, list).catch((failure: Error) => {
		if (!kept) throw failure;
		onFailure(failure);
	});
	if (!found) return kept as KnownBranches;
	const { rows, isComplete, isTotalWrong } = found;
	const isActive = ({ is_active }: IDataObject) => Number(is_active ?? 1) !== 0;
	const idsOf = (some: IDataObject[]) => some.map(({ id }) => readId(id) ?? 0).sort((a, b) => a - b);
	return {
		branches: idsOf(rows.filter(isActive)),
		closedBranches: idsOf(rows.filter((row) => !isActive(row))),
		// One that was overlooked must not be unknown for an hour.
		branchesReadAt: isComplete || isTotalWrong ? now : 0,
	};
}

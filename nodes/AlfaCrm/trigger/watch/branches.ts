import { readId } from '../../api/formats';
import { collect } from '../../api/collect';
import { HOUR_MS } from '../poll/look';
import type { Reader } from './reader';

/** Branches of the account, when all are watched, and when they were read, n8n's time in milliseconds. */
export interface KnownBranches {
	branches: number[];
	branchesReadAt: number;
}

/** The branches of the account that are active; read once an hour. */
export async function branchesOf(
	{ client, now }: Reader,
	{ branches, branchesReadAt = 0 }: Partial<KnownBranches> = {},
): Promise<KnownBranches> {
	if (branches && Math.abs(now - branchesReadAt) < HOUR_MS) return { branches, branchesReadAt };
	const { rows, isComplete, isTotalWrong } = await collect(client, {
		path: 'branch',
		task: 'list the branches',
	});
	const ids = rows.filter(({ is_active }) => Number(is_active ?? 1) !== 0).map(({ id }) => readId(id) ?? 0);
	// One that was overlooked must not be unknown for an hour.
	return { branches: ids.sort((a, b) => a - b), branchesReadAt: isComplete || isTotalWrong ? now : 0 };
}

import { readId } from '../../api/formats';
import { collect } from '../../api/pages';
import { WALKS } from './begin';
import type { Poll } from './list';

/** How often the branches of the account are listed again, when all are watched. */
const VALID_MS = 3_600_000;

/** The branches to look into. */
export async function watched({ client, state }: Poll, chosen: number[] | undefined): Promise<number[]> {
	if (chosen) return chosen;
	const { branches, branchesReadAt = 0 } = state;
	if (branches && Math.abs(Date.now() - branchesReadAt) < VALID_MS) return branches;
	const { rows, whole } = await collect(
		client,
		{ path: 'branch', task: 'list the branches' },
		{ readings: WALKS },
	);
	state.branches = rows
		.filter(({ is_active }) => Number(is_active ?? 1) !== 0)
		.flatMap(({ id }) => readId(id) ?? [])
		.sort((a, b) => a - b);
	// A branch that was overlooked must not be unknown for an hour.
	state.branchesReadAt = whole ? Date.now() : undefined;
	return state.branches;
}

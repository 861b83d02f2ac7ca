import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { pages } from '../../api/pages';
import type { Caller } from '../../api/request';
import { WALKS } from './begin';
import type { Poll } from './list';

/** How often the branches of the account are listed again, when all are watched. */
const VALID_MS = 3_600_000;

/** The branches to look into. */
export async function watched({ caller, state }: Poll, chosen: number[] | undefined): Promise<number[]> {
	if (chosen) return chosen;
	const { branches, branchesReadAt = 0 } = state;
	if (branches && Math.abs(Date.now() - branchesReadAt) < VALID_MS) return branches;
	const rows = await allBranches(caller);
	state.branches = rows.filter(({ is_active }) => Number(is_active ?? 1) !== 0).map(({ id }) => Number(id));
	state.branchesReadAt = Date.now();
	return state.branches;
}

/** A branch that is overlooked would be unknown for an hour, so the list is read until nothing is missing. */
async function allBranches(caller: Caller): Promise<IDataObject[]> {
	const rows = new Map<number, IDataObject>();
	for (let walks = 0; walks < WALKS; walks++) {
		let isWhole = false;
		for await (const page of pages(caller, { path: 'branch', task: 'list the branches' })) {
			for (const row of page.rows) rows.set(readId(row.id) ?? 0, row);
			isWhole = page.complete || rows.size >= (page.total ?? Infinity);
		}
		if (isWhole) break;
	}
	rows.delete(0);
	return [...rows.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

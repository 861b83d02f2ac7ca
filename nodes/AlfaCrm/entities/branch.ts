import type { IDataObject } from 'n8n-workflow';

import { readFlag, readIds } from '../values/formats';
import { name, nameFilter, weight, writable, only } from './common';
import { flag, references } from './fields';

const subjects = references('subject_ids', 'Subject', 'subject');

/** API notes 5.1. The documented filters do not include `id`. */
export const branch = writable({
	resource: 'branch',
	className: 'Branch',
	scope: 'global',
	label: 'Branch',
	plural: 'Branches',
	certainty: 'confirmed',
	fields: [
		name('e.g. Central'),
		flag('is_active', 'Active', { required: true, description: 'Whether it is in use' }),
		subjects,
	],
	outputFields: [weight],
	filters: [only('is_active', 'Active', 'active branches', 'inactive ones'), nameFilter, subjects],
});

/** Whether a branch is not in use any more; one that does not say is. */
export const isClosedBranch = ({ is_active }: IDataObject): boolean => readFlag(is_active) === 0;

/** Reads the branches that a record names as its own. Returns none if the row shows no branch. */
export const shownBranches = ({ branch_id, branch_ids }: IDataObject): number[] =>
	readIds([branch_ids, branch_id].flat());

/**
 * Whether a row in the list of a branch belongs to that branch. Some branches list records of other branches too, so the
 * row's own branches decide. A row that shows none belongs to the branch whose list shows it. API notes 3.
 */
export function belongsToBranch(row: IDataObject, branch: number | undefined): boolean {
	const branches = shownBranches(row);
	return branch === undefined || branches.length === 0 || branches.includes(branch);
}

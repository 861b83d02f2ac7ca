import type { IDataObject } from 'n8n-workflow';

import { readFlag, readIds } from '../values/formats';
import { name, nameFilter, weight, makeWritableEntity, yesNoFilter } from './common';
import { flag, references } from './fields';

const subjects = references('subject_ids', 'Subject', 'subject');

/**
 * The branches of the school. API notes 5.1. AlfaCRM documents no filter by ID for them, so the
 * form offers none.
 */
export const branch = makeWritableEntity({
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
	filters: [
		yesNoFilter('is_active', 'Active', 'active branches', 'inactive ones'),
		nameFilter,
		subjects,
	],
});

/** Whether a branch is no longer in use. A missing flag counts as in use. */
export const isClosedBranch = ({ is_active }: IDataObject): boolean => readFlag(is_active) === 0;

/**
 * Reads the branches to which a row says that it belongs. The list is empty if the row shows none.
 */
export const shownBranches = ({ branch_id, branch_ids }: IDataObject): number[] =>
	readIds([branch_ids, branch_id].flat());

/**
 * Whether a row in the list of a branch belongs to that branch. The list of a branch can also show
 * rows of other branches, so the branches in the row decide. A row without a branch belongs to the
 * branch whose list shows the row. API notes 3.
 *
 * @param branch the branch whose list shows the row; if undefined, every row belongs
 */
export function belongsToBranch(row: IDataObject, branch: number | undefined): boolean {
	if (branch === undefined) return true;
	const branches = shownBranches(row);
	return branches.length === 0 || branches.includes(branch);
}

import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../../values/formats';

/** The branch of what belongs to one: what it says, or the only one whose log tells of it. */
export const certainBranch = ({ branch_id }: IDataObject, branches: readonly number[]): number | null =>
	readId(branch_id) ?? (branches.length === 1 ? branches[0] : null);

import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import type { Item } from '../../run/item';

/** The value of the parameter 'Resource' that stands for the account as a whole. */
export const ACCOUNT = 'account';

/**
 * The branch that *Check* reads, or in which *Try Writes* writes. The name `branchToCheck` only
 * fits *Check*, but stored workflows have it, so it cannot be changed.
 */
const branch: INodeProperties = {
	displayName: 'Branch ID',
	name: 'branchToCheck',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1',
	description: 'If not given, the first in use that this user may read',
};

/** The options of *Check* and *Try Writes*. */
export const branchOptions = collection('Options', 'options', [branch], 'Add Option');

/** Reads the branch that the user has chosen in the options; undefined if none is chosen. */
export function readRequestedBranch(item: Item): number | undefined {
	const options = item.collection(branchOptions);
	return options.has(branch.name) ? options.id(branch) : undefined;
}

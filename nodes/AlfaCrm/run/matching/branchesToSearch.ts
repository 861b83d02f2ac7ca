import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isBlank } from '../../fields/field';
import type { CollectionReader } from '../../form/parameters';
import type { Branch, Target } from '../../store/located';
import { allBranches, searchBranchesField } from '../branches';
import type { Item } from '../item';
import { branchesOf } from '../target';

/**
 * Reads the IDs of the branches in 'Search in Branch'. Returns an empty list if all branches are to
 * be searched: the option is not set, or it is an empty list. Any other empty value is refused,
 * since it may come from an expression that finds nothing.
 */
export function readChosenBranches(options: CollectionReader): number[] {
	const { name } = searchBranchesField;
	if (!options.has(name)) return [];

	const input = options.readRawValue(options.parameter(name));
	const isEmptyList = Array.isArray(input) && isBlank(searchBranchesField, input);
	return isEmptyList ? [] : (options.toRequestValue(searchBranchesField, input) as number[]);
}

/**
 * Lists the branches to search: the chosen branches or, if none is chosen, all branches of the
 * account.
 *
 * @param newRecord the fields of the record that is created if none is found. Its branches are
 * searched too, or the next run would miss the new record and create it again.
 */
export async function listBranchesToSearch(
	item: Item,
	entity: Entity,
	target: Target,
	chosenBranches: readonly number[],
	newRecord?: IDataObject,
): Promise<Branch[]> {
	if (chosenBranches.length === 0) return await allBranches(item, target.branch);

	const branchesOfNewRecord = newRecord ? branchesOf(target.branch, entity.fields, newRecord) : [];
	return [...new Set([...chosenBranches, ...branchesOfNewRecord])];
}

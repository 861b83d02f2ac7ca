import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isBlank } from '../../fields/field';
import type { Collection } from '../../form/parameters';
import type { Branch, Target } from '../../store/located';
import { allBranches, searchBranchesField } from '../branches';
import type { Item } from '../item';
import { branchesOf } from '../target';

/**
 * Reads the branches that the user chose in 'Search in Branch'. The list is empty if all branches
 * are to be searched.
 */
export function readChosenBranches(options: Collection): number[] {
	if (!options.has(searchBranchesField.name)) return [];

	const input = options.input(options.parameter(searchBranchesField.name));
	const isEmptyList = Array.isArray(input) && isBlank(searchBranchesField, input);
	return isEmptyList ? [] : (options.toWire(searchBranchesField, input) as number[]);
}

/**
 * Lists the branches to search: the chosen ones, or else all.
 *
 * @param newRecord the fields of a record that may be created. Its branches are searched too, so
 * that the next run finds it.
 */
export async function listBranchesToSearch(
	item: Item,
	entity: Entity,
	{ branch }: Target,
	chosenBranches: readonly number[],
	newRecord?: IDataObject,
): Promise<Branch[]> {
	if (chosenBranches.length === 0) return await allBranches(item, branch);

	const branchesOfNewRecord = newRecord ? branchesOf(branch, entity.fields, newRecord) : [];
	return [...new Set([...chosenBranches, ...branchesOfNewRecord])];
}

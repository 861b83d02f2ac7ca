import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { references } from '../../entities/fields';
import { isBlank, toProperty } from '../../fields/field';
import type { Item } from '../execution/item';
import type { Collection } from '../execution/parameters';
import type { Target } from '../records/target';
import { branchesOf } from '../records/target';
import type { Branch } from '../records/branches';
import { allBranches } from '../records/branches';

/**
 * Where to look: in the branches chosen, in all where the same record may be in any, else in that of the call and those
 * given for the record.
 */
export async function searchedBranches(
	item: Item,
	entity: Entity,
	{ branch }: Target,
	chosen: readonly number[],
	saved?: IDataObject,
): Promise<Branch[]> {
	const own = branchesOf(branch, entity.fields, saved ?? {});
	if (!entity.match?.everyBranch) return own;
	if (chosen.length === 0) return await allBranches(item, branch);
	// Where a new record would be saved it must be found the next time.
	return [...new Set([...chosen, ...(saved === undefined ? [] : own)])];
}

/** Where to look, among the options of an entity whose records may be in any branch. */
export function searchBranches({ match }: Entity): INodeProperties[] {
	if (!match?.everyBranch) return [];
	const description =
		'Where to look, if not in all branches of the account. Each branch costs calls of its own.';
	return [toProperty(references('searchBranches', 'Search in Branch', 'branch', { description }))];
}

/** Those that are chosen, read before anything is sent; none for all. */
export function chosenBranches(options: Collection): number[] {
	if (!options.has('searchBranches')) return [];
	const value = options.input(options.parameter('searchBranches'));
	const field = { type: 'ids', name: 'searchBranches', label: 'Search in Branch' } as const;
	const isNone = Array.isArray(value) && isBlank(field, value);
	return isNone ? [] : (options.read(field, value) as number[]);
}

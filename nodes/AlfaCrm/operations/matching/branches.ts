import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { hasStatus } from '../../api/errors';
import { idsOf } from '../../api/formats';
import type { Entity } from '../../entities/types';
import { references } from '../../entities/fields';
import { isBlank, toProperty } from '../../fields/field';
import type { Item } from '../run/item';
import type { Collection } from '../run/parameters';
import type { Target } from '../records/target';
import { branchesOf } from '../records/target';
import { listBranches } from '../records/onlyBranch';
import type { IncompleteList } from '../records/readList';

export type Branch = number | undefined;

/** Where to look, and whether there may be more such places. */
export interface Places {
	branches: Branch[];
	incomplete?: IncompleteList;
}

/**
 * Where to look: in the branches chosen, in all where the same record may be in any, else in that of the call and those
 * given for the record.
 */
export async function searchedBranches(
	item: Item,
	entity: Entity,
	{ branch }: Target,
	options: Collection,
	saved?: IDataObject,
): Promise<Places> {
	const own = branchesOf(branch, entity.fields, saved ?? {});
	if (!entity.match?.everyBranch) return { branches: own };
	const chosen = chosenBranches(options);
	if (chosen.length === 0) return await allBranches(item, branch);
	// Where a new record would be saved it must be found the next time.
	return { branches: [...new Set([...chosen, ...(saved === undefined ? [] : own)])] };
}

/** Where to look, among the options of an entity whose records may be in any branch. */
export function searchBranches({ match }: Entity): INodeProperties[] {
	if (!match?.everyBranch) return [];
	const description =
		'Where to look, if not in all branches of the account. Each branch costs calls of its own.';
	return [toProperty(references('searchBranches', 'Search in Branch', 'branch', { description }))];
}

/** Read before anything is sent. */
export function chosenBranches(options: Collection): number[] {
	if (!options.has('searchBranches')) return [];
	const value = options.input(options.parameter('searchBranches'));
	const field = { type: 'ids', name: 'searchBranches', label: 'Search in Branch' } as const;
	const isNone = Array.isArray(value) && isBlank(field, value);
	return isNone ? [] : (options.read(field, value) as number[]);
}

/** The branches of the account, that of the call first. Who may not list them searches in that one alone. */
export async function allBranches(item: Item, first: Branch): Promise<Places> {
	const listed = await listBranches(item);
	if (listed === undefined) {
		item.run.hints.add(
			'This user may not list the branches, so only the one that is chosen was searched',
			`branch ${String(first)}`,
		);
		return { branches: [first] };
	}
	const { rows, incomplete } = listed;
	const others = idsOf(rows).filter((branch) => branch !== first);
	return { branches: [first, ...others], incomplete };
}

/**
 * Looks in one branch after the other and passes over those that the user may not see.
 *
 * @throws NodeApiError when none of them may be seen
 */
export async function inEachBranch(
	item: Item,
	branches: readonly Branch[],
	look: (branch: Branch) => Promise<void>,
): Promise<void> {
	let seen = 0;
	let refusal: unknown;
	for (const branch of branches) {
		try {
			await look(branch);
			seen += 1;
		} catch (caught) {
			if (!hasStatus(caught, 403) || branches.length === 1) throw item.asError(caught);
			refusal = caught;
			item.run.hints.add(
				'This user may not see all branches, so a record there was not found',
				`branch ${String(branch)}`,
			);
		}
	}
	if (seen === 0) throw item.asError(refusal);
}

import type { IDataObject } from 'n8n-workflow';
import { MAIN_BRANCH_OFF } from '../../api/messages';

import { idsOf, readId } from '../../values/formats';
import { branch as branchEntity } from '../../entities/branch';
import { listCall } from '../../entities/listCall';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { titleOf } from '../../fields/titles';
import type { Item } from '../execution/item';
import { readWholeList } from './readList';
import { branch } from './target';

export type Branch = number | undefined;

/** The branches of the account, read once for all items; undefined if they are not listed for this user. */
async function listBranches(item: Item): Promise<IDataObject[] | undefined> {
	const list = listCall(branchEntity);
	const read = async () => await readWholeList(item, branchEntity, list, 'which ones there are');
	return await item.execution.cached(
		branchEntity.path,
		'all, or none that may be listed',
		async () => await item.ifAllowed(read, 404),
	);
}

/** The branches of the account, that of the call first; that one alone where AlfaCRM lists none. */
export async function allBranches(item: Item, first: Branch): Promise<Branch[]> {
	const rows = (await listBranches(item)) ?? [];
	if (rows.length > 0) return [first, ...idsOf(rows).filter((branch) => branch !== first)];
	item.execution.hints.add(
		'This user may not list the branches, so only the one that is chosen was searched',
		`branch ${String(first)}`,
	);
	return [first];
}

/** What a message adds that says that there is none: this user need not see all branches. */
export const SEARCHED = ' in the branches that could be searched';

export const whereSearched = ({ match }: Entity): string => (match?.everyBranch ? SEARCHED : '');

/** Looks in one branch after the other until something is found; those that this user may not see are passed over. */
export async function inOtherBranches<T>(
	item: Item,
	branches: readonly Branch[],
	look: (branch: Branch) => Promise<T | undefined>,
): Promise<T | undefined> {
	for (const branch of branches) {
		const result = await item.ifAllowed(async () => ({ found: await look(branch) }), 404);
		if (result === undefined) {
			item.execution.hints.add(
				'This user may not see all branches, so a record there was not found',
				`branch ${String(branch)}`,
			);
		} else if (result.found !== undefined) return result.found;
	}
	return undefined;
}

/**
 * Works in the only branch of the account where none is chosen.
 *
 * @throws NodeOperationError where it is not sure that there is just one
 */
export async function settleBranch(item: Item): Promise<void> {
	if (!isEmpty(item.input(branch))) return;
	const listed = await listBranches(item);
	const [only, ...others] = listed ?? [];
	const id = readId(only?.id);
	if (others.length > 0 || id === undefined) {
		const reason = listed
			? `AlfaCRM shows ${listed.length} branches of the account`
			: 'this user may not list the branches of the account';
		const advice = listed === undefined ? ` ${MAIN_BRANCH_OFF}` : '';
		throw item.refused(
			`'Branch' is empty, and ${reason}`,
			`Choose the branch, or check the expression in it.${advice} ${item.effectNote()}`,
		);
	}
	item.onlyBranch = id;
	item.execution.hints.add(
		"'Branch' is empty, so the only branch of the account was used",
		`${titleOf(only as IDataObject, branchEntity)} (${id})`,
	);
}

import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/errors';
import { readId } from '../../api/formats';
import { branch as branchEntity } from '../../entities/branch';
import { listCall } from '../../entities/listCall';
import { isEmpty } from '../../fields/blank';
import { titleOf } from '../../fields/titles';
import type { Item } from '../run/item';
import type { ReadList } from './readList';
import { readList } from './readList';
import { branch } from './target';

/** The branches of the account, read once for all items; undefined if this user may not list them. */
export async function listBranches(item: Item): Promise<ReadList | undefined> {
	const list = listCall(branchEntity);
	return await item.run.cached(
		branchEntity.path,
		'all, or none that may be listed',
		async () => {
			try {
				return await readList(item, branchEntity, list, 'what is in one of them');
			} catch (caught) {
				if (!hasStatus(caught, 403)) throw item.asError(caught);
				return undefined;
			}
		},
		// A new login has not changed it, so the next item need not try again; any other refusal may pass.
		(known) => (known ? known.incomplete === undefined : item.run.client.isForbidden(list)),
	);
}

/**
 * Works in the only branch of the account where none is chosen.
 *
 * @throws NodeOperationError where it is not sure that there is just one
 */
export async function settleBranch(item: Item): Promise<void> {
	if (!isEmpty(item.input(branch))) return;
	const listed = await listBranches(item);
	const [only, ...others] = listed?.rows ?? [];
	const id = readId(only?.id);
	if (listed === undefined || listed.incomplete || others.length > 0 || id === undefined) {
		throw item.refused(
			`'Branch' is empty, and ${reasonOf(listed)}`,
			`Choose the branch, or check the expression in it. ${item.effectNote()}`,
		);
	}
	item.onlyBranch = id;
	item.run.hints.add(
		"'Branch' is empty, so the only branch of the account was used",
		`${titleOf(only as IDataObject, branchEntity)} (${id})`,
	);
}

function reasonOf(listed: ReadList | undefined): string {
	if (listed === undefined) return 'this user may not list the branches of the account';
	if (listed.incomplete) return 'AlfaCRM did not show all branches of the account';
	return listed.rows.length > 1
		? `the account has ${listed.rows.length} branches`
		: 'AlfaCRM shows no branch of the account';
}

/**
 * *Account → Check*: reads a page of every list in AlfaCRM. The output says which lists this user
 * may read, and where this AlfaCRM does something that the node does not expect.
 */

import type { IDataObject } from 'n8n-workflow';

import { objectOf, STRING } from '../../../output/recordSchema';
import type { Item } from '../../../run/item';
import { ACCOUNT, readRequestedBranch } from '../accountForm';
import { checkAccount } from './checks';
import { readAccount } from './readAccount';

export const checkSchema = objectOf({
	check: STRING,
	subject: STRING,
	expected: STRING,
	found: STRING,
	verdict: STRING,
	meaning: STRING,
	rows: { type: 'integer' },
});

/** Runs the check. Items of the execution that name the same branch share one reading. */
export async function check(item: Item): Promise<IDataObject[]> {
	const { execution } = item;
	const branch = readRequestedBranch(item);
	const read = async () => await readAccount(execution.client, branch, item.requestContext());
	const account = await execution.cached(ACCOUNT, `branch ${branch}`, read);
	return checkAccount(account, { zone: item.zone, now: Date.now() });
}

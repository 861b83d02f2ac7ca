import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import { objectOf, STRING } from '../output/recordSchema';
import type { OtherResource, Output } from '../operation';
import type { Item } from '../execution/item';
import { findingsOf } from './findings';
import { readAccount } from './readings';

/** Value of `resource` for the account as a whole. */
export const ACCOUNT = 'account';
const displayOptions = { show: { resource: [ACCOUNT] } };

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions,
	options: [
		{
			name: 'Check',
			value: 'check',
			action: 'Check account and rights of user',
			description: 'Reads only, with some 40 calls',
		},
	],
	default: 'check',
};

const branch: INodeProperties = {
	displayName: 'Branch ID',
	name: 'branchToCheck',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1',
	description: 'If not given, the first in use that this user may read',
};

const options = { ...collection('Options', 'options', [branch], 'Add Option'), displayOptions };

/** All items of an execution share what was read. */
async function execute(item: Item): Promise<Output[]> {
	const given = item.collection(options);
	const id = given.has(branch.name) ? given.id(branch) : undefined;
	const read = async () => await readAccount(item.execution.client, id, item.requestContext());
	const account = await item.execution.cached('account', `branch ${id}`, read);
	return findingsOf(account, item.zone).map((json) => ({ json }));
}

const schema = objectOf({
	check: STRING,
	subject: STRING,
	expected: STRING,
	found: STRING,
	verdict: STRING,
	meaning: STRING,
	rows: { type: 'integer' },
});

/** What this user and this AlfaCRM are like. It reads only. */
export const account: OtherResource = {
	label: 'Account',
	operation,
	form: [options],
	execute,
	outputs: { check: schema },
};

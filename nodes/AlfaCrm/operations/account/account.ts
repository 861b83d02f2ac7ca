import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import { objectOf, STRING } from '../output/recordSchema';
import type { OtherResource, Output } from '../operation';
import type { Item } from '../execution/item';
import { dailyCheck, dailyOptions, dailySchema } from '../school/dailyCheck';
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
		{
			name: 'Daily Check',
			value: 'dailyCheck',
			action: 'Daily check of lessons groups payments and debts in account',
			description: 'Reads only; one item for each thing to put right',
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

const formOf = (name: string, parameter: INodeProperties): INodeProperties => ({
	...parameter,
	displayOptions: { show: { resource: [ACCOUNT], operation: [name] } },
});

const checkOptions = collection('Options', 'options', [branch], 'Add Option');

/** All items of an execution share what was read. */
async function check(item: Item): Promise<Output[]> {
	const given = item.collection(checkOptions);
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

/** What can be done, by operation. */
const OPERATIONS: Readonly<Record<string, (item: Item) => Promise<Output[]>>> = { check, dailyCheck };

/** What this user and this AlfaCRM are like, and what has to be put right in it. It reads only. */
export const account: OtherResource = {
	label: 'Account',
	operation,
	form: [formOf('check', checkOptions), formOf('dailyCheck', dailyOptions)],
	execute: async (item) => await OPERATIONS[item.choice(operation)](item),
	outputs: { check: schema, dailyCheck: dailySchema },
};

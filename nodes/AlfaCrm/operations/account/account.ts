import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { collection, showWhen } from '../../form/assemble';
import { timeZoneNotice } from '../../form/timeZoneNotice';
import { objectOf, STRING } from '../../output/recordSchema';
import type { OtherResource } from '../../run/operation';
import type { Item } from '../../run/item';
import { dailyCheck, dailyOptions, dailySchema } from './dailyCheck';
import { findingsOf } from './findings';
import { readAccount } from './readings';
import type { OperationsOf } from './tryWrites';
import { tryWrites } from './tryWrites';

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
		{
			name: 'Try Writes',
			value: 'tryWrites',
			action: 'Try writes with test lead',
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

const groupToTry: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupToTry',
	type: 'string',
	default: '',
	placeholder: 'e.g. 40',
	description: 'The lead joins and leaves it. Left empty, that is not tried.',
};

/** Nobody writes to an account by choosing the wrong line of a list. */
const writeTestLead: INodeProperties = {
	displayName: 'Write a Test Lead',
	name: 'writeTestLead',
	type: 'boolean',
	default: false,
	description: 'Whether to write a lead, a comment and a task marked as a test',
};

const options = collection('Options', 'options', [branch], 'Add Option');

/** All items of an execution share what was read. */
async function check(item: Item): Promise<IDataObject[]> {
	const id = branchIn(item);
	const read = async () => await readAccount(item.execution.client, id, item.requestContext());
	const account = await item.execution.cached(ACCOUNT, `branch ${id}`, read);
	return findingsOf(account, item.zone);
}

/** All items of an execution share one lead. */
async function tryOnce(item: Item, operationsOf: OperationsOf): Promise<IDataObject[]> {
	if (!item.flag(writeTestLead))
		throw item.error(
			`'${writeTestLead.displayName}' is off`,
			'Switch it on: a lead marked as a test is then written to this AlfaCRM.',
		);
	// An expression that finds nothing is not left empty.
	const chosen = item.input(groupToTry) === '' ? undefined : item.id(groupToTry);
	const form = { branch: branchIn(item), group: chosen };
	return await item.execution.cached(
		ACCOUNT,
		'writes',
		async () => await tryWrites(item, operationsOf, form),
	);
}

function branchIn(item: Item): number | undefined {
	const given = item.collection(options);
	return given.has(branch.name) ? given.id(branch) : undefined;
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

/** Shows a parameter for some of the operations. */
const formOf = (parameter: INodeProperties, ...operations: string[]): INodeProperties =>
	showWhen(parameter, { resource: [ACCOUNT], operation: operations });

const steps = objectOf({ step: STRING, result: STRING, message: STRING, report: STRING });

/**
 * What this user and this AlfaCRM are like, and what has to be put right in it.
 *
 * @param operationsOf the operations whose writes are tried
 */
export function accountResource(operationsOf: OperationsOf): OtherResource {
	const does: Record<string, (item: Item) => Promise<IDataObject[]>> = {
		check,
		dailyCheck,
		tryWrites: async (item) => await tryOnce(item, operationsOf),
	};
	return {
		label: 'Account',
		operation,
		form: [
			...[writeTestLead, groupToTry].map((parameter) => formOf(parameter, 'tryWrites')),
			formOf(options, 'check', 'tryWrites'),
			formOf(dailyOptions, 'dailyCheck'),
			formOf(timeZoneNotice, 'dailyCheck'),
		],
		execute: async (item) => (await does[item.choice(operation)](item)).map((json) => ({ json })),
		outputs: { check: schema, dailyCheck: dailySchema, tryWrites: steps },
	};
}

import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import type { ObjectSchema } from '../output/recordSchema';
import { objectOf, STRING } from '../output/recordSchema';
import type { OtherResource, Output } from '../operation';
import type { Item } from '../execution/item';
import type { Finding } from './findings';
import { examine } from './findings';
import { FILE_NAME, profileOf } from './profile';

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
			action: 'Check an account',
			description:
				'Try what this user may read and how AlfaCRM answers, without changing anything: up to 140 calls, half a minute',
		},
	],
	default: 'check',
};

const output: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'options',
	displayOptions,
	options: [
		{ name: 'Items', value: 'items', description: 'One item for each thing that was tried' },
		{
			name: 'Profile',
			value: 'profile',
			description:
				'One item and a file to download, without personal data, for a bug report or for the sandbox of this package',
		},
	],
	default: 'items',
	description: 'What comes out',
};

const branch: INodeProperties = {
	displayName: 'Branch ID',
	name: 'branchToCheck',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1',
	description: 'The branch to look at. If not given, the first one in use that this user may read.',
};

const options = { ...collection('Options', 'options', [branch], 'Add Option'), displayOptions };

type OutputName = 'items' | 'profile';

const OUTPUTS: Record<OutputName, (item: Item, findings: Finding[]) => Promise<Output[]>> = {
	items: async (_item, findings) => findings.map((json) => ({ json })),
	profile: async (item, findings) => {
		const profile = profileOf(findings);
		const { prepareBinaryData } = item.execution.context.helpers;
		const file = Buffer.from(`${JSON.stringify(profile, null, '\t')}\n`);
		const data = await prepareBinaryData(file, FILE_NAME, 'application/json');
		return [{ json: profile, binary: { data } }];
	},
};

/** Reads what there is to choose, and looks; all items of an execution share what was found. */
async function execute(item: Item): Promise<Output[]> {
	const chosen = item.choice<OutputName>(output);
	const given = item.collection(options);
	const id = given.has(branch.name) ? given.id(branch) : undefined;
	const findings = await item.execution.cached(
		'account',
		`branch ${id}`,
		async () => await examine(item, id),
	);
	return await OUTPUTS[chosen](item, findings);
}

const schema: ObjectSchema = objectOf({
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
	form: [operation, output, options],
	execute,
	outputs: { check: schema },
};

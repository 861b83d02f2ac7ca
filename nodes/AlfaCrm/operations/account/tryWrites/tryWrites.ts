import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { objectOf, STRING } from '../../../output/recordSchema';
import type { Item } from '../../../run/item';
import { ACCOUNT, readRequestedBranch } from '../accountForm';
import type { TrialForm } from './trial';
import { runTrial } from './trial';
import type { OperationsOf } from './trialOperations';

/**
 * The switch that allows writing. It is off by default, so that nobody writes to an account by
 * choosing the wrong operation.
 */
export const writeTestLeadSwitch: INodeProperties = {
	displayName: 'Write a Test Lead',
	name: 'writeTestLead',
	type: 'boolean',
	default: false,
	description: 'Whether to write a lead, a comment and a task marked as a test',
};

export const groupToTry: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupToTry',
	type: 'string',
	default: '',
	placeholder: 'e.g. 40',
	description: 'The lead joins and leaves it. Left empty, that is not tried.',
};

export const trialSchema = objectOf({
	step: STRING,
	result: STRING,
	message: STRING,
	report: STRING,
});

/**
 * Tries the write operations of the node on a test lead. One lead is written for all items of the
 * execution, with the branch and the group of the first item.
 *
 * @throws NodeOperationError if 'Write a Test Lead' is off
 */
export async function tryWrites(item: Item, operationsOf: OperationsOf): Promise<IDataObject[]> {
	if (!item.flag(writeTestLeadSwitch)) {
		throw item.error(
			`'${writeTestLeadSwitch.displayName}' is off`,
			'Switch it on: a lead marked as a test is then written to this AlfaCRM.',
		);
	}

	const form = readTrialForm(item);
	const run = async () => await runTrial(item, operationsOf, form);
	return await item.execution.cached(ACCOUNT, 'writes', run);
}

/** Reads the branch and the group in which to write. */
function readTrialForm(item: Item): TrialForm {
	// Only an empty text means no group. An expression that finds nothing gives undefined, which is
	// refused: the user has meant a group.
	const isEmpty = item.input(groupToTry) === '';
	const groupId = isEmpty ? undefined : item.id(groupToTry);
	return { branch: readRequestedBranch(item), groupId };
}

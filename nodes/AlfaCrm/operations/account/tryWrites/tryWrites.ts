/**
 * *Account → Try Writes*: one run of it is a trial. A trial writes a test lead with a comment, a
 * task and, if the user names a group, a membership in the group. It reads each record back, and
 * then deletes what it can. The output says which writes of the node work in this AlfaCRM.
 */

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

/** The group that the test lead joins and leaves. */
export const groupIdParameter: INodeProperties = {
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
 * Runs the trial. All items of the execution share one trial and its result, so only one test lead
 * is written: in the branch and the group of the first item.
 *
 * @param operationsOf gives the operations of an entity, which the trial executes
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
	return await item.execution.cached(ACCOUNT, CACHE_NAME, run);
}

/** The name under which the execution keeps the result of the trial for its other items. */
const CACHE_NAME = 'writes';

/** Reads the branch and the group in which to write. */
function readTrialForm(item: Item): TrialForm {
	// Only an empty text means no group. An expression that finds nothing gives undefined. The user
	// has meant a group then, so `item.id` throws an error.
	const isGroupEmpty = item.readRawValue(groupIdParameter) === '';
	const groupId = isGroupEmpty ? undefined : item.id(groupIdParameter);
	return { branch: readRequestedBranch(item), groupId };
}

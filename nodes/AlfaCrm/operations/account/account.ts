import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { showWhen } from '../../form/assemble';
import { timeZoneNotice } from '../../form/timeZoneNotice';
import type { Item } from '../../run/item';
import type { NonEntityResource } from '../../run/operation';
import { ACCOUNT, branchOptions } from './accountForm';
import { check, checkSchema } from './check/check';
import { dailyCheck } from './dailyCheck/dailyCheck';
import { dailyOptions } from './dailyCheck/dailyForm';
import { dailySchema } from './dailyCheck/dailyItems';
import type { OperationsOf } from './tryWrites/trialOperations';
import {
	groupIdParameter,
	trialSchema,
	tryWrites,
	writeTestLeadSwitch,
} from './tryWrites/tryWrites';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: [ACCOUNT] } },
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
			// There are no commas between the nouns, because n8n's linter forbids them in an action.
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

/**
 * Makes the resource 'Account', which stands for the whole school and not for an entity such as
 * customers. Its operations:
 *
 * - *Check* says what the user may read in AlfaCRM.
 * - *Daily Check* lists mistakes in the school's records, such as payments without a payer.
 * - *Try Writes* finds out whether AlfaCRM carries out what the node writes.
 *
 * @param operationsOf gives the operations of an entity, which *Try Writes* executes
 */
export function makeAccountResource(operationsOf: OperationsOf): NonEntityResource {
	const executors: Record<string, (item: Item) => Promise<IDataObject[]>> = {
		check,
		dailyCheck,
		tryWrites: async (item) => await tryWrites(item, operationsOf),
	};
	return {
		label: 'Account',
		operation,
		form: [
			showForOperations(writeTestLeadSwitch, 'tryWrites'),
			showForOperations(groupIdParameter, 'tryWrites'),
			showForOperations(branchOptions, 'check', 'tryWrites'),
			showForOperations(dailyOptions, 'dailyCheck'),
			// The other operations report a wrong time zone in their output.
			showForOperations(timeZoneNotice, 'dailyCheck'),
		],
		async execute(item) {
			const execute = executors[item.choice(operation)];
			const rows = await execute(item);
			return rows.map((json) => ({ json }));
		},
		outputs: { check: checkSchema, dailyCheck: dailySchema, tryWrites: trialSchema },
	};
}

/** Returns a parameter that the form shows for some of the operations only. */
const showForOperations = (parameter: INodeProperties, ...operations: string[]): INodeProperties =>
	showWhen(parameter, { resource: [ACCOUNT], operation: operations });

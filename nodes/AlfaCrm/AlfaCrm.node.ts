import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { asNodeError } from './api/failures';
import { CREDENTIAL } from './api/client';
import { resourceMapping } from './loadOptions/columns';
import { listSearch } from './loadOptions/listSearch';
import { loadOptions } from './loadOptions/loadOptions';
import { Execution } from './run/execution';
import { performAll } from './run/performAll';
import { makeBuilderHints } from './operations/builderHints';
import { catalogue } from './operations/catalogue';
import { nodeProperties, subtitle } from './operations/form';

export class AlfaCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AlfaCRM',
		name: 'alfaCrm',
		icon: { light: 'file:../../icons/alfacrm.svg', dark: 'file:../../icons/alfacrm.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitle(),
		description:
			'Find, create and update leads, clients, groups, lessons, subscriptions, payments and tasks of a school in AlfaCRM',
		builderHint: {
			searchHint:
				"Leads and clients are the resource customer: 'upsert' saves one by phone without duplicates, 'getOverview' tells balance and next lessons",
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-alfacrm.alfaCrmTrigger',
					relationHint: 'Starts on new leads, payments, birthdays, debts',
				},
			],
			extraTypeDefContent: makeBuilderHints(),
		},
		defaults: { name: 'AlfaCRM' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: nodeProperties(),
	};

	methods = { listSearch, loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const execution = new Execution(this);
		try {
			return [await performAll(execution, catalogue)];
		} catch (caught) {
			throw asNodeError(this.getNode(), caught);
		} finally {
			execution.showHints();
		}
	}
}

import type {
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { CREDENTIAL } from './api/client';
import { writeLabelExpression } from './form/labelExpression';
import { listSearch } from './loadOptions/listSearch';
import { loadOptions } from './loadOptions/loadOptions';
import { declaredLists } from './trigger/changeFilters';
import { eventParameter, triggerProperties } from './trigger/pollForm';
import { runPoll } from './trigger/poll';

/**
 * Facts that n8n's AI builder tells a model. Without them, a model leaves out how often to poll, or
 * puts a Data Table behind the trigger to leave out repeated events.
 */
const FACTS_FOR_BUILDER = [
	"Set pollTimes as well: { item: [{ mode: 'everyMinute' }] }",
	'Each event starts the workflow once, also after outages, so no Data Table is needed behind it. Only a crash of n8n may repeat some.',
].join('\n');

export class AlfaCrmTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AlfaCRM Trigger',
		name: 'alfaCrmTrigger',
		icon: { light: 'file:../../icons/alfacrm.svg', dark: 'file:../../icons/alfacrm.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: `={{ ${writeLabelExpression('event', [eventParameter])} }}`,
		description:
			'Leads, clients, lessons, payments of a school: starts the workflow when something is new, changes or falls due',
		activationMessage:
			'What is new, changes or falls due in AlfaCRM from now on starts your workflow.',
		builderHint: {
			searchHint:
				'Needs nothing set up in AlfaCRM; also for what falls due, such as birthdays and debts',
			relatedNodes: [{ nodeType: 'n8n-nodes-alfacrm.alfaCrm', relationHint: 'Reads and writes' }],
			extraTypeDefContent: [{ content: FACTS_FOR_BUILDER }],
		},
		defaults: { name: 'AlfaCRM Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: triggerProperties,
	};

	methods = { listSearch, loadOptions: { ...loadOptions, ...declaredLists } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await runPoll(this);
	}
}

import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { CREDENTIAL } from './api/client';
import { writeLabelListExpression } from './form/labelExpression';
import { listSearch } from './loadOptions/listSearch';
import { loadOptions } from './loadOptions/loadOptions';
import { changeEntities, changeEvents, declaredLists } from './trigger/changeFilters';
import { webhookTriggerProperties } from './trigger/webhook/form';
import { receive } from './trigger/webhook/receive';

export class AlfaCrmWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AlfaCRM Webhook Trigger',
		name: 'alfaCrmWebhookTrigger',
		icon: { light: 'file:../../icons/alfacrm.svg', dark: 'file:../../icons/alfacrm.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: `={{ (${writeLabelListExpression('entities', changeEntities)} || "Everything") + ": " + (${writeLabelListExpression('events', changeEvents)} || "All Events") }}`,
		description: 'Starts the workflow instantly when AlfaCRM sends a webhook',
		eventTriggerDescription: 'Waiting for AlfaCRM to call the Test URL',
		activationMessage: 'AlfaCRM can now call your Production URL.',
		triggerPanel: {
			header: 'Pull in events from AlfaCRM',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, click 'Execute step' and let AlfaCRM call the Test URL, or post an event there yourself. <b>Afterwards</b>, publish the workflow and enter the Production URL in AlfaCRM's settings. Those executions show up in the executions list.",
				active:
					'<b>While building your workflow</b>, click \'Execute step\' and let AlfaCRM call the Test URL, or post an event there yourself. <b>Your workflow is active</b>: each event that AlfaCRM sends to the Production URL shows up in the <a data-key="executions">executions list</a>.',
			},
			activationHint:
				"Once the workflow is built, publish it and enter the Production URL in AlfaCRM's settings.",
		},
		builderHint: {
			searchHint: "Its URL has to be entered in AlfaCRM's settings by hand",
			relatedNodes: [{ nodeType: 'n8n-nodes-alfacrm.alfaCrm', relationHint: 'Reads and writes' }],
		},
		defaults: { name: 'AlfaCRM Webhook Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		// Receiving needs no credential. Only the list of branches and 'Fetch Full Record' call
		// AlfaCRM.
		credentials: [{ name: CREDENTIAL, required: false }],
		// n8n answers as soon as `webhook` has returned, unless `receive` has answered by itself.
		webhooks: [
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
		],
		properties: webhookTriggerProperties,
	};

	methods = { listSearch, loadOptions: { ...loadOptions, ...declaredLists } };

	/**
	 * Does nothing, because AlfaCRM's API can neither register nor list webhooks: the account owner
	 * enters the URL by hand. API notes 8.
	 */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}

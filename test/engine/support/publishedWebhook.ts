import { WebhookContext } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeTypes,
	IWebhookData,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { AlfaCrmWebhookTrigger } from '../../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node.ts';
import type { Engine } from './engine';

const TYPE = 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger';
const trigger = new AlfaCrmWebhookTrigger();
const nodeTypes = {
	getByName: () => trigger,
	getByNameAndVersion: () => trigger,
	getKnownTypes: () => ({}),
} as INodeTypes;

interface Delivery {
	body: unknown;
	query?: IDataObject;
	contentType?: string;
	mode?: WorkflowExecuteMode;
	/** Runs as soon as AlfaCRM has its answer. */
	onAnswer?: () => void;
}

export interface DeliveryResult {
	status: number;
	message: unknown;
	/** Items with which the workflow starts; missing if it does not start. */
	items?: INodeExecutionData[];
}

/**
 * A published webhook trigger in n8n's own context, whose static data is read and saved as n8n does
 * it.
 */
export class PublishedWebhook {
	/** The workflow's static data in n8n's database, as JSON. */
	savedStaticData = '{}';
	saveCount = 0;
	/** Lines that the node wrote to n8n's log. */
	readonly logLines: string[] = [];
	/** Query of the URL in AlfaCRM's settings, unless a delivery brings its own. */
	query: IDataObject = {};

	private static count = 0;
	private id = '';

	constructor(
		private readonly parameters: INodeParameters = {},
		private readonly engine?: Engine,
		private readonly timezone = 'Europe/Moscow',
	) {
		this.restart();
	}

	/** Starts n8n again: what n8n saved stays, what the process remembered of the node is gone. */
	restart(): void {
		this.id = `node${++PublishedWebhook.count}`;
	}

	/**
	 * Delivers an event as AlfaCRM does, and returns the answer and the items that start the
	 * workflow.
	 */
	async deliver({
		body,
		query = this.query,
		contentType = 'application/json',
		mode = 'webhook',
		onAnswer,
	}: Delivery): Promise<DeliveryResult> {
		const node: INode = {
			id: this.id,
			name: 'Trigger',
			type: TYPE,
			typeVersion: 1,
			position: [0, 0],
			parameters: this.parameters,
			...(this.engine ? { credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } } } : {}),
		};
		const workflow = new Workflow({
			id: 'hooks',
			nodes: [node],
			connections: {},
			active: true,
			nodeTypes,
			staticData: JSON.parse(this.savedStaticData) as IDataObject,
			settings: { timezone: this.timezone },
		});
		const answer: { status?: number; message?: unknown } = {};
		const response = {
			status: (status: number) => {
				answer.status = status;
				return response;
			},
			json: ({ message }: { message: unknown }) => {
				answer.message = message;
				onAnswer?.();
			},
		};
		const additionalData = {
			credentialsHelper: this.engine?.credentials,
			httpRequest: { body, query, headers: { 'content-type': contentType }, params: {} },
			httpResponse: response,
			variables: {},
		} as unknown as IWorkflowExecuteAdditionalData;
		const webhook = { webhookDescription: trigger.description.webhooks?.[0] } as IWebhookData;
		const context = new WebhookContext(workflow, node, additionalData, mode, webhook, [], null);
		Object.defineProperty(context, 'logger', { value: { warn: (note: string) => this.logLines.push(note) } });
		const result = await trigger.webhook.call(context);
		this.saveStaticData(workflow);
		const items = result.workflowData?.[0];
		if (result.noWebhookResponse) return { status: answer.status ?? 0, message: answer.message, items };
		return { status: 200, message: (result.webhookResponse as { message: unknown }).message, items };
	}

	private saveStaticData({ staticData }: Workflow): void {
		if (staticData.__dataChanged !== true) return;
		this.savedStaticData = JSON.stringify(staticData);
		this.saveCount++;
	}
}

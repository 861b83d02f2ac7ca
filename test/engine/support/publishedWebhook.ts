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
import { makeNode } from './engine';

const NODE_TYPE = 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger';
const CREDENTIALS: INode['credentials'] = { alfaCrmApi: { id: '1', name: 'AlfaCRM' } };
const nodeType = new AlfaCrmWebhookTrigger();
const nodeTypes = {
	getByName: () => nodeType,
	getByNameAndVersion: () => nodeType,
	getKnownTypes: () => ({}),
} as INodeTypes;

let lastNodeNumber = 0;

/** A call of AlfaCRM to the webhook. */
interface Delivery {
	body: unknown;
	query?: IDataObject;
	contentType?: string;
	mode?: WorkflowExecuteMode;
	/** Runs as soon as AlfaCRM has its answer. */
	onAnswer?: () => void;
}

export interface DeliveryResult {
	/** HTTP status of the answer. */
	status: number;
	/** The text in the body of the answer. */
	message: unknown;
	/** Items with which the workflow starts; missing if it does not start. */
	items?: INodeExecutionData[];
}

/** Takes what the node answers by itself, as Express does for n8n. */
interface ExpressResponse {
	status: (status: number) => ExpressResponse;
	json: (body: { message: unknown }) => void;
}

/**
 * A published workflow that begins with the webhook trigger, in n8n's own webhook context. It saves
 * static data as n8n does, so a test sees what the trigger remembers of earlier deliveries.
 */
export class PublishedWebhook {
	/** The workflow's static data in n8n's database, as JSON. */
	savedStaticData = '{}';
	/** The number of times that n8n has saved static data. */
	saveCount = 0;
	/** Lines that the node wrote to n8n's log. */
	readonly logLines: string[] = [];
	/** Query of the URL in AlfaCRM's settings, for each delivery without a query. */
	query: IDataObject = {};
	private nodeId = makeNodeId();

	constructor(
		private readonly parameters: INodeParameters = {},
		private readonly engine?: Engine,
		private readonly timezone = 'Europe/Moscow',
	) {}

	/** Starts n8n again. The saved static data stays, and the process forgets the node. */
	restart(): void {
		this.nodeId = makeNodeId();
	}

	/** Delivers an event as AlfaCRM does, and returns the answer and the items that start the workflow. */
	async deliver({
		body,
		query = this.query,
		contentType = 'application/json',
		mode = 'webhook',
		onAnswer = () => {},
	}: Delivery): Promise<DeliveryResult> {
		const workflow = this.loadWorkflow();
		const answer = { status: 0, message: undefined as unknown };
		const response: ExpressResponse = {
			status: (status) => {
				answer.status = status;
				return response;
			},
			json: ({ message }) => {
				answer.message = message;
				onAnswer();
			},
		};
		const httpRequest = { body, query, headers: { 'content-type': contentType }, params: {} };
		const context = this.makeContext(workflow, mode, { httpRequest, httpResponse: response });

		const result = await nodeType.webhook.call(context);
		this.saveStaticData(workflow);

		const items = result.workflowData?.[0];
		if (result.noWebhookResponse) return { ...answer, items };

		const { message } = result.webhookResponse as { message: unknown };
		return { status: 200, message, items };
	}

	/** Loads the workflow with the static data that n8n has saved. */
	private loadWorkflow(): Workflow {
		const node: INode = { ...makeNode('Trigger', NODE_TYPE, this.parameters), id: this.nodeId };
		if (this.engine !== undefined) {
			node.credentials = CREDENTIALS;
		}
		return new Workflow({
			id: 'hooks',
			nodes: [node],
			connections: {},
			active: true,
			nodeTypes,
			staticData: JSON.parse(this.savedStaticData) as IDataObject,
			settings: { timezone: this.timezone },
		});
	}

	/** Makes the context in which n8n calls the webhook, with the request and the response of a delivery. */
	private makeContext(
		workflow: Workflow,
		mode: WorkflowExecuteMode,
		http: { httpRequest: unknown; httpResponse: unknown },
	): WebhookContext {
		const node = workflow.getNode('Trigger') as INode;
		const additionalData = {
			...http,
			credentialsHelper: this.engine?.credentials,
			variables: {},
		} as unknown as IWorkflowExecuteAdditionalData;
		const webhook = { webhookDescription: nodeType.description.webhooks?.[0] } as IWebhookData;
		const context = new WebhookContext(workflow, node, additionalData, mode, webhook, [], null);
		const logger = { warn: (line: string) => this.logLines.push(line) };
		Object.defineProperty(context, 'logger', { value: logger });
		return context;
	}

	/** Saves the static data as n8n does, which is only if the node has marked it as changed. */
	private saveStaticData({ staticData }: Workflow): void {
		if (staticData.__dataChanged !== true) return;
		this.savedStaticData = JSON.stringify(staticData);
		this.saveCount += 1;
	}
}

/** Makes a new ID, so that the process remembers nothing of the node. */
function makeNodeId(): string {
	lastNodeNumber += 1;
	return `node${lastNodeNumber}`;
}

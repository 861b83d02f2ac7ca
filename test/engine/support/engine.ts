import { ExecutionLifecycleHooks, LoadOptionsContext, WorkflowExecute } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	INodeType,
	INodeTypes,
	IRun,
	IVersionedNodeType,
	IWorkflowExecuteAdditionalData,
	NodeApiError,
	OnError,
	ResourceMapperField,
} from 'n8n-workflow';
import { createEmptyRunExecutionData, NodeHelpers, Workflow } from 'n8n-workflow';

import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { AlfaCrmTrigger } from '../../../nodes/AlfaCrm/AlfaCrmTrigger.node.ts';
import { TestCredentialsHelper } from './credentialsHelper';

/** A node that returns the items in its parameter. It stands before the AlfaCRM node. */
class ItemsNode implements INodeType {
	description = {
		displayName: 'Items',
		name: 'items',
		group: ['input'],
		version: 1,
		description: '',
		defaults: { name: 'Items' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: '[]' }],
	} as unknown as INodeType['description'];

	async execute(this: {
		getNodeParameter(name: string, index: number): unknown;
	}): Promise<INodeExecutionData[][]> {
		const items = this.getNodeParameter('items', 0) as IDataObject[];
		return [items.map((json) => ({ json }))];
	}
}

const alfaCrm = new AlfaCrm();
/** The action node as a tool, as n8n derives it. (n8n also adds parameters of its own.) */
const alfaCrmTool = new AlfaCrm();
alfaCrmTool.description = { ...alfaCrmTool.description, name: 'alfaCrmTool' };
const alfaCrmTrigger = new AlfaCrmTrigger();

export class TestNodeTypes implements INodeTypes {
	private readonly types: Record<string, INodeType> = {
		'test.items': new ItemsNode(),
		'n8n-nodes-alfacrm.alfaCrm': alfaCrm,
		'n8n-nodes-alfacrm.alfaCrmTool': alfaCrmTool,
		'n8n-nodes-alfacrm.alfaCrmTrigger': alfaCrmTrigger,
	};

	getByName(type: string): INodeType | IVersionedNodeType {
		return this.types[type];
	}

	getByNameAndVersion(type: string): INodeType {
		return NodeHelpers.getVersionedNodeType(this.types[type]);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

export interface RunOptions {
	parameters: INodeParameters;
	/** The items that come in; one empty item if left out. */
	items?: IDataObject[];
	onError?: OnError;
	timezone?: string;
	/** The ID of the workflow. */
	workflow?: string;
	/** Stops the execution as a user does. */
	signal?: AbortSignal;
}

export interface RunResult {
	status: IRun['status'];
	/** Items of the main output. */
	items: INodeExecutionData[];
	json: IDataObject[];
	/** Items of the error output. */
	errorItems: INodeExecutionData[];
	/** The error that stopped the node. */
	error?: NodeApiError;
	hints: string[];
	/** Everything that n8n would save. */
	run: IRun;
}

/**
 * n8n with one credential. Like n8n's database, it keeps the token of the last login, which all
 * executions share.
 */
export class Engine {
	readonly credentials: TestCredentialsHelper;

	/** @param id of the credential in n8n; two credentials may hold the same account */
	constructor(
		stored: ICredentialDataDecryptedObject,
		private readonly id = '1',
	) {
		this.credentials = new TestCredentialsHelper(new AlfaCrmApi(), { token: '', ...stored });
	}

	/** Runs a workflow of two nodes, Items and AlfaCRM, in n8n's own engine. */
	async run({
		parameters,
		items = [{}],
		onError,
		timezone = 'Europe/Moscow',
		workflow: id = 'test',
		signal,
	}: RunOptions): Promise<RunResult> {
		const nodes: INode[] = [
			makeNode('Items', 'test.items', { items: items as never }),
			{
				...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
				credentials: { alfaCrmApi: { id: this.id, name: 'AlfaCRM' } },
				...(onError ? { onError } : {}),
			},
		];
		const connections: IConnections = {
			Items: { main: [[{ node: 'AlfaCRM', type: 'main', index: 0 }]] },
		};
		const workflow = new Workflow({
			id,
			nodes,
			connections,
			active: false,
			nodeTypes: new TestNodeTypes(),
			settings: { executionOrder: 'v1', timezone },
		});
		const execution = new WorkflowExecute(
			this.makeAdditionalData(workflow),
			'manual',
			createEmptyRunExecutionData(),
		);
		const running = startRun(execution, workflow, workflow.getNode('Items') as INode);
		signal?.addEventListener('abort', () => running.cancel(), { once: true });
		return readResult(await running);
	}

	/** Loads a dropdown as the editor does while the form holds `parameters`. */
	async loadOptions(method: string, parameters: INodeParameters): Promise<INodePropertyOptions[]> {
		const load = alfaCrm.methods.loadOptions[method];
		if (load === undefined) throw new Error(`There is no dropdown ${method}`);
		return await load.call(this.makeFormContext(parameters));
	}

	/** Loads a dropdown of the polling trigger's form. */
	async loadTriggerOptions(method: string, parameters: INodeParameters): Promise<INodePropertyOptions[]> {
		const load = alfaCrmTrigger.methods.loadOptions[method];
		if (load === undefined) throw new Error(`There is no dropdown ${method}`);
		return await load.call(this.makeFormContext(parameters));
	}

	/** Searches in a picker, and returns one page of its results. */
	async searchPicker(
		method: string,
		parameters: INodeParameters,
		filter?: string,
		page?: string,
	): Promise<INodeListSearchResult> {
		const search = alfaCrm.methods.listSearch[method];
		if (search === undefined) throw new Error(`There is no search ${method}`);
		return await search.call(this.makeFormContext(parameters), filter, page);
	}

	/** Loads the columns of a field mapper. */
	async loadColumns(method: string, parameters: INodeParameters): Promise<ResourceMapperField[]> {
		const load = alfaCrm.methods.resourceMapping[method];
		if (load === undefined) throw new Error(`There is no mapper ${method}`);
		return (await load.call(this.makeFormContext(parameters))).fields;
	}

	/** Makes the context in which n8n calls the dropdowns of a form that holds `parameters`. */
	private makeFormContext(parameters: INodeParameters): LoadOptionsContext {
		const current: INode = {
			...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
			credentials: { alfaCrmApi: { id: this.id, name: 'AlfaCRM' } },
		};
		const workflow = new Workflow({
			nodes: [current],
			connections: {},
			active: false,
			nodeTypes: new TestNodeTypes(),
		});
		const additionalData = { ...this.makeAdditionalData(workflow), currentNodeParameters: parameters };
		return new LoadOptionsContext(workflow, current, additionalData, '');
	}

	makeAdditionalData(workflow: Workflow): IWorkflowExecuteAdditionalData {
		const url = 'http://127.0.0.1/';
		return {
			credentialsHelper: this.credentials,
			executionId: '1',
			currentNodeExecutionIndex: 0,
			restApiUrl: url,
			instanceBaseUrl: url,
			formWaitingBaseUrl: url,
			webhookBaseUrl: url,
			webhookWaitingBaseUrl: url,
			webhookTestBaseUrl: url,
			variables: {},
			hooks: new ExecutionLifecycleHooks('manual', '1', {
				id: workflow.id,
				name: 'test',
				nodes: Object.values(workflow.nodes),
				connections: workflow.connectionsBySourceNode,
			} as never),
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

/** Starts a run. n8n 1 takes its arguments by position, n8n 2 by name. */
function startRun(execution: WorkflowExecute, workflow: Workflow, startNode: INode): Running {
	if (execution.run.length === 1) return execution.run({ workflow, startNode });
	const run = execution.run as unknown as (workflow: Workflow, startNode: INode) => Running;
	return run.call(execution, workflow, startNode);
}

type Running = ReturnType<WorkflowExecute['run']>;

export function makeNode(name: string, type: string, parameters: INodeParameters): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

/** Reads what the tests look at from the run of a workflow. */
function readResult(run: IRun): RunResult {
	const task = run.data.resultData.runData.AlfaCRM?.at(-1);
	const [items, errorItems] = task?.data?.main ?? [];
	return {
		status: run.status,
		items: items ?? [],
		json: (items ?? []).map(({ json }) => json),
		errorItems: errorItems ?? [],
		error: (task?.error ?? run.data.resultData.error) as NodeApiError | undefined,
		hints: (task?.hints ?? []).map(({ message }) => message),
		run,
	};
}

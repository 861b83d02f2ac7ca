import { ExecutionLifecycleHooks, LoadOptionsContext, WorkflowExecute } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
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

/** Returns the items in its parameter, so that a test chooses which items come into the AlfaCRM node. */
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

	/** Returns the items of the parameter. */
	async execute(this: {
		getNodeParameter(name: string, index: number): unknown;
	}): Promise<INodeExecutionData[][]> {
		const items = this.getNodeParameter('items', 0) as IDataObject[];
		return [items.map((json) => ({ json }))];
	}
}

const alfaCrm = new AlfaCrm();
/** The action node as a tool. n8n derives it in this way, and adds parameters that no test needs. */
const alfaCrmTool = new AlfaCrm();
alfaCrmTool.description = { ...alfaCrmTool.description, name: 'alfaCrmTool' };
const alfaCrmTrigger = new AlfaCrmTrigger();

/** The node types that the test workflows may contain. */
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
	/** The form of the AlfaCRM node. */
	parameters: INodeParameters;
	/** The items that come in; one empty item if left out. */
	items?: IDataObject[];
	/** The setting 'On Error' of the node. */
	onError?: OnError;
	/** The time zone of the workflow. */
	timezone?: string;
	/** The ID of the workflow. */
	workflow?: string;
	/** Stops the execution as a user does. */
	signal?: AbortSignal;
}

/** The parts of a run that n8n shows to a user. */
export interface RunResult {
	status: IRun['status'];
	/** Items of the main output. */
	items: INodeExecutionData[];
	/** The records in these items. */
	json: IDataObject[];
	/** Items of the error output. */
	errorItems: INodeExecutionData[];
	/** The error that stopped the node. */
	error?: NodeApiError;
	/** Sentences that n8n shows above the output. */
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

	/**
	 * Runs the node in n8n's own engine, in a workflow that begins with its input items, and returns what n8n
	 * shows.
	 */
	async run(options: RunOptions): Promise<RunResult> {
		const workflow = this.makeWorkflow(options);
		const execution = new WorkflowExecute(
			this.makeAdditionalData(workflow),
			'manual',
			createEmptyRunExecutionData(),
		);

		const running = startRun(execution, workflow, workflow.getNode('Items') as INode);
		options.signal?.addEventListener('abort', () => running.cancel(), { once: true });
		return readResult(await running);
	}

	/** Loads the entries of a dropdown as the editor does while the form holds `parameters`. */
	async loadOptions(method: string, parameters: INodeParameters): Promise<INodePropertyOptions[]> {
		const load = alfaCrm.methods.loadOptions[method];
		if (load === undefined) throw new Error(`There is no dropdown ${method}`);
		return await load.call(this.makeFormContext(parameters));
	}

	/** Loads the entries of a dropdown in the form of the polling trigger. */
	async loadTriggerOptions(method: string, parameters: INodeParameters): Promise<INodePropertyOptions[]> {
		const load = alfaCrmTrigger.methods.loadOptions[method];
		if (load === undefined) throw new Error(`There is no dropdown ${method}`);
		return await load.call(this.makeFormContext(parameters));
	}

	/** Searches in a picker for records that a filter matches, and returns one page of its results. */
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

	/** Loads the columns of a field mapper as the editor does while the form holds `parameters`. */
	async loadColumns(method: string, parameters: INodeParameters): Promise<ResourceMapperField[]> {
		const load = alfaCrm.methods.resourceMapping[method];
		if (load === undefined) throw new Error(`There is no mapper ${method}`);
		return (await load.call(this.makeFormContext(parameters))).fields;
	}

	/**
	 * Makes what n8n gives to an execution besides the workflow: the credential, its own addresses, its hooks.
	 */
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

	/** Makes a workflow of two nodes: Items, and AlfaCRM with the form of the test. */
	private makeWorkflow({
		parameters,
		items = [{}],
		onError,
		timezone = 'Europe/Moscow',
		workflow: id = 'test',
	}: RunOptions): Workflow {
		const itemsNode = makeNode('Items', 'test.items', { items: items as never });
		const alfaCrmNode = this.makeAlfaCrmNode(parameters);
		if (onError !== undefined) {
			alfaCrmNode.onError = onError;
		}
		return new Workflow({
			id,
			nodes: [itemsNode, alfaCrmNode],
			connections: { Items: { main: [[{ node: 'AlfaCRM', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes: new TestNodeTypes(),
			settings: { executionOrder: 'v1', timezone },
		});
	}

	/** Makes the AlfaCRM node with this credential and a filled form. */
	private makeAlfaCrmNode(parameters: INodeParameters): INode {
		return {
			...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
			credentials: { alfaCrmApi: { id: this.id, name: 'AlfaCRM' } },
		};
	}

	/** Makes the context in which n8n calls the dropdowns of a form that holds `parameters`. */
	private makeFormContext(parameters: INodeParameters): LoadOptionsContext {
		const node = this.makeAlfaCrmNode(parameters);
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: new TestNodeTypes(),
		});
		const additionalData = { ...this.makeAdditionalData(workflow), currentNodeParameters: parameters };
		return new LoadOptionsContext(workflow, node, additionalData, '');
	}
}

/** Starts a run. n8n 1 takes its arguments by position, n8n 2 by name. */
function startRun(execution: WorkflowExecute, workflow: Workflow, startNode: INode): Running {
	if (execution.run.length === 1) return execution.run({ workflow, startNode });
	const run = execution.run as unknown as (workflow: Workflow, startNode: INode) => Running;
	return run.call(execution, workflow, startNode);
}

type Running = ReturnType<WorkflowExecute['run']>;

/** Makes a node of a workflow, with its name as its ID. */
export function makeNode(name: string, type: string, parameters: INodeParameters): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

/** Reads what the AlfaCRM node has put out from the run of its workflow. */
function readResult(run: IRun): RunResult {
	const { resultData } = run.data;
	const nodeRun = resultData.runData.AlfaCRM?.at(-1);
	const [mainOutput, errorOutput] = nodeRun?.data?.main ?? [];
	const items = mainOutput ?? [];
	const hints = nodeRun?.hints ?? [];
	return {
		status: run.status,
		items,
		json: items.map(({ json }) => json),
		errorItems: errorOutput ?? [],
		error: (nodeRun?.error ?? resultData.error) as NodeApiError | undefined,
		hints: hints.map(({ message }) => message),
		run,
	};
}

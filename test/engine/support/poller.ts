import { PollContext } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import type { Engine } from './engine';
import { makeNode, TestNodeTypes } from './engine';

const TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
/**
 * Counts the loaded workflows, for their IDs: the process knows nothing of a new ID, as after a
 * start of n8n.
 */
let workflowCount = 0;

/**
 * How long a poll of n8n's durable scheduler may take by default. The poll of an activation has no
 * limit.
 */
const DURABLE_BUDGET_MS = 36_000;

type Send = PollContext['helpers']['httpRequestWithAuthentication'];

export interface PollerOptions {
	/** How long n8n lets a poll take. */
	budgetMs?: number;
	/** Time zone of the workflow. */
	timeZone?: string;
	/** Answers the requests in place of HTTP. */
	send?: Send;
	/** Polls as n8n's durable scheduler does: see `pollDurably`. */
	isDurable?: boolean;
}

/**
 * An active workflow that begins with the polling trigger, in n8n's own poll context. Its static
 * data is saved as n8n's default engine saves it: after the activation and after a poll that
 * returned items.
 */
export class Poller {
	private readonly types = new TestNodeTypes();
	private id = `poll ${++workflowCount}`;
	private readonly name = 'AlfaCRM Trigger';
	private workflow: Workflow;
	private savedStaticData: IDataObject = {};
	/** The trigger's row in n8n's table of polls, which its durable scheduler keeps. */
	cursor: IDataObject | undefined;
	private send: Send | undefined;
	/**
	 * Tells that the poll of the activation has not succeeded yet. n8n starts no other one before.
	 */
	isActivation = true;
	private readonly contexts = new WeakMap<Workflow, PollContext>();
	/** Lines that the trigger wrote to n8n's log. */
	readonly logLines: string[] = [];

	constructor(
		private readonly engine: Engine,
		private parameters: INodeParameters = {},
		private readonly options: PollerOptions = {},
	) {
		this.send = options.send;
		this.workflow = this.loadWorkflow();
	}

	/** Polls once, and returns the reported records. */
	async poll(): Promise<IDataObject[]> {
		const { workflow, isActivation } = this;
		this.isActivation = false;
		let output: IDataObject[] | null;
		try {
			output = this.options.isDurable
				? await this.pollDurably(isActivation)
				: await this.callNode(workflow, 'trigger', isActivation);
		} finally {
			// An activation that does not succeed is repeated.
			this.isActivation ||= isActivation;
		}
		this.isActivation = false;
		if (!this.options.isDurable && (output !== null || isActivation))
			this.savedStaticData = deepCopy(workflow.staticData);
		return output ?? [];
	}

	/** Does what the editor's 'Fetch Test Event' does. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const workflow = this.loadWorkflow();
		return (await this.callNode(workflow, 'manual', false)) ?? [];
	}

	/** Starts n8n again with the static data that it has saved. */
	restart(): void {
		this.id = `poll ${++workflowCount}`;
		this.isActivation = true;
		this.workflow = this.loadWorkflow();
	}

	/** Starts n8n again with static data that another version of the package has written. */
	restartWith(staticData: IDataObject): void {
		this.savedStaticData = deepCopy(staticData);
		this.restart();
	}

	/** Static data as n8n writes it into its database when the workflow is switched off. */
	get staticData(): IDataObject {
		return JSON.parse(JSON.stringify(this.workflow.staticData)) as IDataObject;
	}

	/** Switches the workflow off, which saves its static data, and on again in the same n8n. */
	reactivate(parameters = this.parameters): void {
		this.parameters = parameters;
		this.savedStaticData = deepCopy(this.workflow.staticData);
		this.isActivation = true;
		this.workflow = this.loadWorkflow();
	}

	/** Lets `send` answer the requests from now on, also in the poll context that n8n keeps. */
	replaceSend(send: Send): void {
		this.send = send;
		const kept = this.contexts.get(this.workflow);
		if (kept) kept.helpers.httpRequestWithAuthentication = send;
	}

	/** Saves other settings as a user does, which makes n8n load the workflow again. */
	changeParameters(parameters: INodeParameters): void {
		if (!this.options.isDurable) this.savedStaticData = deepCopy(this.workflow.staticData);
		this.parameters = parameters;
		this.restart();
	}

	/** State of the trigger in memory. */
	get state(): IDataObject {
		return deepCopy(this.workflow.getStaticData('node', this.node)) as IDataObject;
	}

	private get node(): INode {
		return this.workflow.getNode(this.name) as INode;
	}

	private loadWorkflow(): Workflow {
		const trigger: INode = {
			...makeNode(this.name, TYPE, this.parameters),
			id: 'trigger',
			credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
		};
		return new Workflow({
			id: this.id,
			nodes: [trigger],
			connections: {},
			active: true,
			nodeTypes: this.types,
			staticData: deepCopy(this.savedStaticData),
			settings: { timezone: this.options.timeZone ?? 'Europe/Moscow' },
		});
	}

	/**
	 * Polls as n8n's durable scheduler does. Each poll gets a workflow and a copy of the row, and the
	 * copy replaces the row after the poll. After the poll of the activation it does so only if items
	 * came out.
	 */
	private async pollDurably(isActivation: boolean): Promise<IDataObject[] | null> {
		const workflow = isActivation ? this.workflow : this.loadWorkflow();
		this.cursor ??= deepCopy(workflow.getStaticData('node', this.node));
		const seed = this.cursor;
		const snapshot = deepCopy(seed);
		const output = await this.callNode(workflow, 'trigger', isActivation, snapshot);
		const isChanged = JSON.stringify(snapshot) !== JSON.stringify(seed);
		if (isChanged && (output !== null || !isActivation)) this.cursor = snapshot;
		if (output !== null || isActivation) this.savedStaticData = deepCopy(workflow.staticData);
		return output;
	}

	private async callNode(
		workflow: Workflow,
		mode: WorkflowExecuteMode,
		isActivation: boolean,
		snapshot?: IDataObject,
	): Promise<IDataObject[] | null> {
		// By default, n8n polls with the context of the activation until the workflow is deactivated.
		const isKept = mode === 'trigger' && snapshot === undefined;
		const kept = isKept ? this.contexts.get(workflow) : undefined;
		const context = kept ?? this.makeContext(workflow, mode, isActivation, snapshot);
		if (isKept) this.contexts.set(workflow, context);
		const type = this.types.getByNameAndVersion(context.getNode().type);
		const output = await type.poll?.call(context);
		return output ? output[0].map(({ json }) => json) : null;
	}

	private makeContext(
		workflow: Workflow,
		mode: WorkflowExecuteMode,
		isActivation: boolean,
		snapshot?: IDataObject,
	): PollContext {
		const trigger = workflow.getNode(this.name) as INode;
		const { send } = this;
		const budgetMs = this.options.budgetMs ?? (snapshot && !isActivation ? DURABLE_BUDGET_MS : undefined);
		const context = new PollContext(
			workflow,
			trigger,
			this.engine.makeAdditionalData(workflow),
			mode,
			isActivation ? 'activate' : 'update',
			undefined,
			undefined,
			undefined,
			undefined,
			snapshot && (() => snapshot),
			budgetMs === undefined ? undefined : () => budgetMs,
		);
		Object.defineProperty(context, 'logger', {
			value: {
				info: (note: string) => this.logLines.push(note),
				warn: (note: string) => this.logLines.push(note),
			},
		});
		if (send) context.helpers.httpRequestWithAuthentication = send;
		return context;
	}
}

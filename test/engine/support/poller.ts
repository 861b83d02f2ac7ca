import { PollContext } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import type { Engine } from './engine';
import { makeNode, TestNodeTypes } from './engine';

const TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
/** Loaded so far: one with the ID of none before is one that the process has no memory of, as after a start of n8n. */
let workflowCount = 0;

/** What n8n gives a poll of its durable scheduler, unless it is set up otherwise; that of an activation has no limit. */
const DURABLE_BUDGET_MS = 36_000;

type Send = PollContext['helpers']['httpRequestWithAuthentication'];

export interface PollerOptions {
	/** Milliseconds that n8n gives a poll. */
	budgetMs?: number;
	/** Of the workflow. */
	timeZone?: string;
	/** Takes the place of real HTTP. */
	send?: Send;
	/** As with n8n's durable scheduler and cursors: see `pollDurably`. */
	isDurable?: boolean;
}

/**
 * An active workflow that begins with the polling trigger, in n8n's own poll context. Its static data is saved as n8n's
 * default engine does it: after the activation and when items are handed over, not after a poll without news.
 */
export class Poller {
	private readonly types = new TestNodeTypes();
	private id = `poll ${++workflowCount}`;
	private readonly name = 'AlfaCRM Trigger';
	private workflow: Workflow;
	private savedStaticData: IDataObject = {};
	/** The row of the trigger in n8n's table of polls, where its durable scheduler polls. */
	cursor: IDataObject | undefined;
	private send: Send | undefined;
	/** True until the poll of the activation is done; n8n starts no other one before. */
	isActivation = true;
	private readonly contexts = new WeakMap<Workflow, PollContext>();
	/** What the trigger wrote to n8n's log. */
	readonly logLines: string[] = [];

	constructor(
		private readonly engine: Engine,
		private parameters: INodeParameters = {},
		private readonly options: PollerOptions = {},
	) {
		this.send = options.send;
		this.workflow = this.loadWorkflow();
	}

	/** One poll: what it hands over, nothing when there is no news. */
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

	/** The editor's 'Fetch Test Event'. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const workflow = this.loadWorkflow();
		return (await this.callNode(workflow, 'manual', false)) ?? [];
	}

	/** n8n starts again with what it has saved. */
	restart(): void {
		this.id = `poll ${++workflowCount}`;
		this.isActivation = true;
		this.workflow = this.loadWorkflow();
	}

	/** The package is updated or replaced: n8n starts again, with static data that another version has written. */
	restartWith(staticData: IDataObject): void {
		this.savedStaticData = deepCopy(staticData);
		this.restart();
	}

	/** The static data of the workflow as n8n writes it into its database when the workflow is switched off. */
	get staticData(): IDataObject {
		return JSON.parse(JSON.stringify(this.workflow.staticData)) as IDataObject;
	}

	/** The workflow is switched off and on again in the same n8n, which saves static data when it is switched off. */
	reactivate(parameters = this.parameters): void {
		this.parameters = parameters;
		this.savedStaticData = deepCopy(this.workflow.staticData);
		this.isActivation = true;
		this.workflow = this.loadWorkflow();
	}

	/** From now on this takes the place of real HTTP, also for the poll context that n8n keeps. */
	replaceSend(send: Send): void {
		this.send = send;
		const kept = this.contexts.get(this.workflow);
		if (kept) kept.helpers.httpRequestWithAuthentication = send;
	}

	/** The user saves other settings, which makes n8n load the workflow again. */
	changeParameters(parameters: INodeParameters): void {
		if (!this.options.isDurable) this.savedStaticData = deepCopy(this.workflow.staticData);
		this.parameters = parameters;
		this.restart();
	}

	/** What the trigger keeps, as it is in memory now. */
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
	 * Each poll gets a workflow and a copy of the row; the row is replaced after the poll, but not after the one of the
	 * activation unless that hands something over.
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

import { PollContext } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import type { Engine } from './engine';
import { makeNode, TestNodeTypes } from './engine';

const NODE_TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
const NODE_NAME = 'AlfaCRM Trigger';
const MOSCOW = 'Europe/Moscow';

/** The time that n8n's durable scheduler gives a poll. The poll of an activation has no limit. */
const DURABLE_BUDGET_MS = 36_000;

/** Number of the last loaded workflow, from which the next one gets its ID. */
let lastWorkflowNumber = 0;

type Send = PollContext['helpers']['httpRequestWithAuthentication'];

export interface PollerOptions {
	/** The time that n8n gives a poll, in milliseconds. */
	budgetMs?: number;
	/** Time zone of the workflow. */
	timeZone?: string;
	/** Answers the requests in place of HTTP. */
	send?: Send;
	/** Polls as n8n's durable scheduler does, which keeps a row of the database for each trigger. */
	isDurable?: boolean;
}

interface ContextOptions {
	mode: WorkflowExecuteMode;
	isActivation: boolean;
	/** The state of the trigger, if the durable scheduler keeps it. */
	cursor?: IDataObject;
}

/**
 * Runs the polling trigger of an active workflow as n8n does, in n8n's own poll context. It saves
 * static data only when n8n would, so a test sees what the trigger still knows after a restart.
 */
export class Poller {
	/** The state of the trigger in the row that n8n's durable scheduler keeps. */
	cursor: IDataObject | undefined;
	/** Lines that the trigger wrote to n8n's log. */
	readonly logLines: string[] = [];

	/** Tells whether the next poll belongs to the activation of the workflow. */
	private isActivation = true;
	private readonly nodeTypes = new TestNodeTypes();
	private workflowId = makeWorkflowId();
	private workflow: Workflow;
	/** The context in which n8n polls from the activation until the workflow is switched off. */
	private keptContext: PollContext | undefined;
	/** The workflow's static data in n8n's database. */
	private savedStaticData: IDataObject = {};
	private send: Send | undefined;

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
		const output = this.options.isDurable ? await this.pollDurably() : await this.pollByDefault();

		// An activation whose poll fails does not come here, and n8n repeats it.
		this.isActivation = false;
		return output ?? [];
	}

	/** Fetches a test event as the editor does, and returns the shown records. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const context = this.makeContext(this.loadWorkflow(), { mode: 'manual', isActivation: false });
		return (await this.callNode(context)) ?? [];
	}

	/** Starts n8n again with the static data that it has saved. */
	restart(): void {
		this.workflowId = makeWorkflowId();
		this.activate();
	}

	/** Starts n8n again with static data that another version of the package has written. */
	restartWith(staticData: IDataObject): void {
		this.savedStaticData = deepCopy(staticData);
		this.restart();
	}

	/** Switches the workflow off, which saves its static data, and on again in the same n8n. */
	reactivate(parameters = this.parameters): void {
		this.parameters = parameters;
		this.savedStaticData = deepCopy(this.workflow.staticData);
		this.activate();
	}

	/** Saves other settings as a user does, which makes n8n load the workflow again. */
	changeParameters(parameters: INodeParameters): void {
		if (!this.options.isDurable) {
			this.savedStaticData = deepCopy(this.workflow.staticData);
		}
		this.parameters = parameters;
		this.restart();
	}

	/** Lets `send` answer all further requests, also those of the context that n8n keeps. */
	replaceSend(send: Send): void {
		this.send = send;
		if (this.keptContext !== undefined) {
			this.keptContext.helpers.httpRequestWithAuthentication = send;
		}
	}

	/** Static data as n8n writes it into its database when the workflow is switched off. */
	get staticData(): IDataObject {
		return JSON.parse(JSON.stringify(this.workflow.staticData)) as IDataObject;
	}

	/** State of the trigger in memory. */
	get state(): IDataObject {
		return deepCopy(this.workflow.getStaticData('node', readTrigger(this.workflow))) as IDataObject;
	}

	/** Begins an activation of the workflow, with the static data that n8n has saved. */
	private activate(): void {
		this.isActivation = true;
		this.keptContext = undefined;
		this.workflow = this.loadWorkflow();
	}

	/** Loads the workflow with the trigger as its only node, and with the static data that n8n has saved. */
	private loadWorkflow(): Workflow {
		const trigger: INode = {
			...makeNode(NODE_NAME, NODE_TYPE, this.parameters),
			id: 'trigger',
			credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
		};
		return new Workflow({
			id: this.workflowId,
			nodes: [trigger],
			connections: {},
			active: true,
			nodeTypes: this.nodeTypes,
			staticData: deepCopy(this.savedStaticData),
			settings: { timezone: this.options.timeZone ?? MOSCOW },
		});
	}

	/**
	 * Polls as n8n's default engine does: with one context for all polls. It saves the static data after
	 * the activation and after each poll that returned items.
	 */
	private async pollByDefault(): Promise<IDataObject[] | null> {
		const { workflow, isActivation } = this;
		this.keptContext ??= this.makeContext(workflow, { mode: 'trigger', isActivation });

		const output = await this.callNode(this.keptContext);

		if (output !== null || isActivation) {
			this.savedStaticData = deepCopy(workflow.staticData);
		}
		return output;
	}

	/**
	 * Polls as n8n's durable scheduler does: each poll gets a new workflow and a copy of the row, and
	 * the copy replaces the row afterwards. The poll of the activation replaces it only if items came
	 * out.
	 */
	private async pollDurably(): Promise<IDataObject[] | null> {
		const { isActivation } = this;
		const workflow = isActivation ? this.workflow : this.loadWorkflow();
		this.cursor ??= deepCopy(workflow.getStaticData('node', readTrigger(workflow))) as IDataObject;
		const cursorBefore = this.cursor;
		const newCursor = deepCopy(cursorBefore);
		const context = this.makeContext(workflow, { mode: 'trigger', isActivation, cursor: newCursor });

		const output = await this.callNode(context);

		const hasOutput = output !== null;
		const isCursorChanged = JSON.stringify(newCursor) !== JSON.stringify(cursorBefore);
		if (isCursorChanged && (hasOutput || !isActivation)) {
			this.cursor = newCursor;
		}
		if (hasOutput || isActivation) {
			this.savedStaticData = deepCopy(workflow.staticData);
		}
		return output;
	}

	/** Calls the trigger's `poll`, and returns the reported records, or null if there are none. */
	private async callNode(context: PollContext): Promise<IDataObject[] | null> {
		const nodeType = this.nodeTypes.getByNameAndVersion(NODE_TYPE);
		const output = await nodeType.poll?.call(context);
		return output ? output[0].map(({ json }) => json) : null;
	}

	/**
	 * Makes the poll context that n8n makes. Only n8n's durable scheduler gives it a cursor and, after the
	 * activation, a limit of time.
	 */
	private makeContext(workflow: Workflow, { mode, isActivation, cursor }: ContextOptions): PollContext {
		const isLimited = cursor !== undefined && !isActivation;
		const budgetMs = this.options.budgetMs ?? (isLimited ? DURABLE_BUDGET_MS : undefined);
		const context = new PollContext(
			workflow,
			readTrigger(workflow),
			this.engine.makeAdditionalData(workflow),
			mode,
			isActivation ? 'activate' : 'update',
			undefined,
			undefined,
			undefined,
			undefined,
			cursor && (() => cursor),
			budgetMs === undefined ? undefined : () => budgetMs,
		);
		this.collectLogLines(context);
		if (this.send !== undefined) {
			context.helpers.httpRequestWithAuthentication = this.send;
		}
		return context;
	}

	/** Adds to `logLines` whatever the node logs in this context. */
	private collectLogLines(context: PollContext): void {
		const addLine = (line: string) => this.logLines.push(line);
		Object.defineProperty(context, 'logger', { value: { info: addLine, warn: addLine } });
	}
}

/** Makes a new ID, so that the node remembers nothing of the workflow, as after a start of n8n. */
function makeWorkflowId(): string {
	lastWorkflowNumber += 1;
	return `poll ${lastWorkflowNumber}`;
}

/** Reads the trigger, which is the only node of its workflow. */
function readTrigger(workflow: Workflow): INode {
	return workflow.getNode(NODE_NAME) as INode;
}

import { PollContext } from 'n8n-core';
import type { IDataObject, INode, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import { deepCopy, Workflow } from 'n8n-workflow';

import type { Engine } from './engine';
import { node, Types } from './engine';

const NAME = 'AlfaCRM Trigger';
const TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';

type Send = PollContext['helpers']['httpRequestWithAuthentication'];

export interface PollerOptions {
	/** Milliseconds that n8n gives a poll. */
	budgetMs?: number;
	/** Takes the place of real HTTP. */
	send?: Send;
}

/**
 * An active workflow that begins with the polling trigger, in n8n's own poll context. Its static data is saved as n8n's
 * default engine does it: after the activation and when items are handed over, not after a poll without news.
 */
export class Poller {
	private readonly types = new Types();
	private workflow: Workflow;
	private saved: IDataObject = {};
	/** True until the poll of the activation is done; n8n starts no other one before. */
	isActivation = true;
	/** What the trigger wrote to n8n's log. */
	readonly notes: string[] = [];

	constructor(
		private readonly engine: Engine,
		private parameters: INodeParameters = {},
		private readonly options: PollerOptions = {},
	) {
		this.workflow = this.load();
	}

	/** One poll: what it hands over, nothing when there is no news. */
	async tick(): Promise<IDataObject[]> {
		const { workflow, isActivation } = this;
		this.isActivation = false;
		let output: IDataObject[] | null;
		try {
			output = await this.poll(workflow, 'trigger', isActivation);
		} finally {
			// An activation that does not succeed is repeated.
			this.isActivation ||= isActivation;
		}
		this.isActivation = false;
		if (output !== null || isActivation) this.saved = deepCopy(workflow.staticData);
		return output ?? [];
	}

	/** The editor's 'Fetch Test Event'. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const workflow = this.load();
		return (await this.poll(workflow, 'manual', false)) ?? [];
	}

	/** n8n starts again with what it has saved. */
	restart(): void {
		this.isActivation = true;
		this.workflow = this.load();
	}

	/** The user saves other settings, which makes n8n load the workflow again. */
	change(parameters: INodeParameters): void {
		this.saved = deepCopy(this.workflow.staticData);
		this.parameters = parameters;
		this.restart();
	}

	/** What the trigger keeps, as it is in memory now. */
	get state(): IDataObject {
		return deepCopy(this.workflow.getStaticData('node', this.node)) as IDataObject;
	}

	/** Whether it has got to know what was there before, which may take several polls. */
	get hasBegun(): boolean {
		const state = this.state.state as { lists: Record<string, { isLearned?: boolean }> } | undefined;
		return state !== undefined && Object.values(state.lists).every(({ isLearned }) => isLearned);
	}

	private get node(): INode {
		return this.workflow.getNode(NAME) as INode;
	}

	private load(): Workflow {
		const trigger: INode = {
			...node(NAME, TYPE, this.parameters),
			credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
		};
		return new Workflow({
			id: 'poll',
			nodes: [trigger],
			connections: {},
			active: true,
			nodeTypes: this.types,
			staticData: deepCopy(this.saved),
			settings: { timezone: 'Europe/Moscow' },
		});
	}

	private async poll(
		workflow: Workflow,
		mode: WorkflowExecuteMode,
		isActivation: boolean,
	): Promise<IDataObject[] | null> {
		const trigger = workflow.getNode(NAME) as INode;
		const { budgetMs, send } = this.options;
		const context = new PollContext(
			workflow,
			trigger,
			this.engine.additionalData(workflow),
			mode,
			isActivation ? 'activate' : 'update',
			undefined,
			undefined,
			undefined,
			undefined,
			undefined,
			budgetMs === undefined ? undefined : () => budgetMs,
		);
		Object.defineProperty(context, 'logger', { value: { info: (note: string) => this.notes.push(note) } });
		if (send) context.helpers.httpRequestWithAuthentication = send;
		const type = this.types.getByNameAndVersion(trigger.type);
		const output = await type.poll?.call(context);
		return output ? output[0].map(({ json }) => json) : null;
	}
}

import type { IConnections, IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential } from '../../../scripts/lib/n8n/types';
import type { RealN8n } from './realN8n';
import { linkTo, makeNode, makeAlfaCrmNode } from './realN8n';
import { waitFor } from './wait';

const TRIGGER_TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
export const TRIGGER_NODE = 'AlfaCRM Trigger';
/** The name of the node behind the trigger, which keeps the items. */
export const KEEP_NODE = 'Keep';

const DURABLE_SCHEDULER_ENV = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
};

/** The two engines of n8n that poll triggers, with the seconds between two polls of a test. */
export const ENGINES = [
	{
		engine: 'the default engine',
		isDurable: false,
		env: {},
		seconds: 5,
	},
	{
		engine: 'the durable scheduler with durable cursors',
		isDurable: true,
		env: DURABLE_SCHEDULER_ENV,
		// This engine expects a minute between two polls. A poll that comes too early does not see what the last one has stored.
		seconds: 10,
	},
];

/**
 * Makes poll times that are some seconds apart. n8n refuses an interval below a minute, but it takes many poll times, each
 * of which is once a minute.
 */
export function pollTimesEvery(seconds: number) {
	const pollTimes = [];
	for (let second = 0; second < 60; second += seconds) {
		pollTimes.push({ mode: 'custom', cronExpression: `${second} * * * * *` });
	}
	return { item: pollTimes };
}

type ClientAndCredential = Pick<RealN8n, 'client' | 'credential'>;

/** An execution that a trigger has started. */
interface Run {
	id: string;
	status: string;
	/** The name of the trigger. */
	trigger: string;
	/** The items that came to the node behind the trigger. */
	items: IDataObject[];
	/** The message and the description of the error, if the execution failed. */
	message?: string;
	description?: string;
}

/** A workflow as a user edits it. */
export interface Draft {
	nodes: INode[];
	connections: IConnections;
	/** The static data that n8n keeps for the workflow. n8n's command line exports it, and the editor does not. */
	staticData?: IDataObject;
}

/** A workflow in a real n8n that starts with the polling trigger and keeps its items. */
export class PolledWorkflow {
	private readonly runsById = new Map<string, Run>();

	private constructor(
		private readonly real: ClientAndCredential,
		readonly id: string,
	) {}

	/** Imports a workflow with one polling trigger, which `edit` can change. */
	static async importTrigger(
		real: ClientAndCredential,
		parameters: INodeParameters,
		credential: SavedCredential = real.credential,
		edit = (draft: Draft) => draft,
	): Promise<PolledWorkflow> {
		const trigger = makePollingTrigger(parameters, credential);
		const keepNode = makeNode(KEEP_NODE, 'n8n-nodes-base.noOp', 1, {});
		const draft = edit({
			nodes: [trigger, keepNode],
			connections: connectEachTo(KEEP_NODE, TRIGGER_NODE),
		});
		return await PolledWorkflow.importDraft(real, draft);
	}

	/** Publishes two workflows: one reports new customers by their list, and the other by the log. */
	static async publishLeadTriggers(
		real: ClientAndCredential,
		pollTimes: INodeParameters,
	): Promise<[created: PolledWorkflow, changed: PolledWorkflow]> {
		const listTrigger = { event: 'customerCreated', pollTimes };
		const logTrigger = { event: 'recordChanged', entities: ['Customer'], events: ['create'], pollTimes };
		const created = await PolledWorkflow.importTrigger(real, listTrigger);
		const changed = await PolledWorkflow.importTrigger(real, logTrigger);

		await created.publish();
		await changed.publish();
		return [created, changed];
	}

	/** Saves a draft as a new workflow. */
	static async importDraft(real: ClientAndCredential, draft: Draft): Promise<PolledWorkflow> {
		const { id } = await real.client.importWorkflow({ name: 'Polled', ...draft });
		return new PolledWorkflow(real, id);
	}

	/** Makes an object for a workflow that n8n already has. */
	static withId(real: ClientAndCredential, id: string): PolledWorkflow {
		return new PolledWorkflow(real, id);
	}

	/** Reads the workflow as it is saved. */
	async readDraft(): Promise<Draft> {
		const workflow = await this.real.client.session.request<Draft>('GET', `/rest/workflows/${this.id}`);
		const { nodes, connections, staticData } = workflow;
		return { nodes, connections, staticData };
	}

	/** Saves a change of the workflow. An active workflow runs without the change until it is published again. */
	async changeDraft(change: (draft: Draft) => Draft): Promise<void> {
		const { nodes, connections } = change(await this.readDraft());
		await this.real.client.session.request('PATCH', `/rest/workflows/${this.id}`, { nodes, connections });
	}

	async publish(): Promise<void> {
		await this.real.client.publishWorkflow(this.id);
	}

	async unpublish(): Promise<void> {
		await this.real.client.unpublishWorkflow(this.id);
	}

	/** Reads the executions of the workflow, oldest first. Waits for those that have not ended. */
	async readRuns(): Promise<Run[]> {
		for (const { id } of await this.real.client.listExecutions(this.id)) {
			if (!this.runsById.has(id)) {
				this.runsById.set(id, await this.readRun(id));
			}
		}
		return [...this.runsById.values()].sort((left, right) => Number(left.id) - Number(right.id));
	}

	/** Reads the items of all executions, oldest first. With names of triggers, reads only the items of these triggers. */
	async readItems(...triggers: string[]): Promise<IDataObject[]> {
		const runs = await this.readRuns();
		const runsOfTriggers = runs.filter(({ trigger }) => triggers.length === 0 || triggers.includes(trigger));
		return runsOfTriggers.flatMap(({ items }) => items);
	}

	async readFailedRuns(): Promise<Run[]> {
		const runs = await this.readRuns();
		return runs.filter(({ status }) => status !== 'success');
	}

	/** Waits until the workflow has a number of items, and returns all items. */
	async waitForItems(count: number): Promise<IDataObject[]> {
		return await waitFor(`${count} items of workflow ${this.id}`, async () => {
			const items = await this.readItems();
			return items.length >= count ? items : undefined;
		});
	}

	/** Reads the data that n8n keeps for the triggers of the workflow between two polls. */
	async readStaticData(): Promise<IDataObject> {
		const { staticData } = await this.readDraft();
		return staticData ?? {};
	}

	/** Clicks 'Fetch Test Event' as in the editor, and returns the items of the trigger. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const execution = await this.real.client.runWorkflow(this.id, { until: TRIGGER_NODE });
		return execution.outputs(TRIGGER_NODE);
	}

	private async readRun(id: string): Promise<Run> {
		const execution = await this.real.client.waitForExecution(id);
		const { message, description } = execution.error ?? {};
		// The first node of an execution is the trigger that has started it.
		const [trigger] = Object.keys(execution.runData);
		return {
			id,
			status: execution.status,
			trigger,
			items: execution.outputs(KEEP_NODE),
			message,
			description: description ?? undefined,
		};
	}
}

/** Makes the polling trigger as the editor saves it. */
export function makePollingTrigger(
	parameters: INodeParameters,
	credential: SavedCredential,
	changes: Partial<INode> = {},
): INode {
	return makeAlfaCrmNode(TRIGGER_NODE, TRIGGER_TYPE, parameters, credential, {
		id: 'trigger',
		position: [0, 0],
		...changes,
	});
}

/** Makes connections that lead from each of the sources to the target. */
export function connectEachTo(target: string, ...sources: string[]): IConnections {
	const connections: IConnections = {};
	for (const source of sources) {
		connections[source] = linkTo(target);
	}
	return connections;
}

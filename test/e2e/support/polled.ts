import type { IConnections, IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential } from '../../../scripts/lib/n8n/types';
import type { RealN8n } from './realN8n';
import { linkTo, makeNode, makeAlfaCrmNode } from './realN8n';
import { waitFor } from './wait';

const TRIGGER_TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
export const TRIGGER_NODE = 'AlfaCRM Trigger';
export const KEEP_NODE = 'Keep';

const DURABLE = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
};

/** What polls in a real n8n, and the seconds between two of its polls. */
export const ENGINES = [
	{ engine: 'the default engine', isDurable: false, env: {}, seconds: 5 },
	// A poll reads what the one before has stored only if that is done: n8n counts on a minute between them.
	{ engine: 'the durable scheduler with durable cursors', isDurable: true, env: DURABLE, seconds: 10 },
];

/** n8n refuses an interval below a minute, but takes as many poll times as one likes: here all that differ by so much. */
export function pollTimesEvery(seconds: number) {
	return {
		item: Array.from({ length: 60 / seconds }, (_, at) => ({
			mode: 'custom',
			cronExpression: `${at * seconds} * * * * *`,
		})),
	};
}

type Real = Pick<RealN8n, 'client' | 'credential'>;

interface Run {
	id: string;
	status: string;
	/** Name of the trigger. */
	trigger: string;
	/** What the node behind the trigger got. */
	items: IDataObject[];
	message?: string;
	description?: string;
}

/** What a user changes in the editor. */
export interface Draft {
	nodes: INode[];
	connections: IConnections;
	/** What n8n keeps for it; an export by n8n's command line has it, one by the editor has not. */
	staticData?: IDataObject;
}

/** A workflow that begins with the polling trigger and keeps what it hands over, in a real n8n. */
export class PolledWorkflow {
	private readonly known = new Map<string, Run>();

	private constructor(
		private readonly real: Real,
		readonly id: string,
	) {}

	static async importTrigger(
		real: Real,
		parameters: INodeParameters,
		credential: SavedCredential = real.credential,
		edit = (draft: Draft) => draft,
	): Promise<PolledWorkflow> {
		const keep = makeNode(KEEP_NODE, 'n8n-nodes-base.noOp', 1, {});
		const nodes = [makePollingTrigger(parameters, credential), keep];
		return await PolledWorkflow.importDraft(
			real,
			edit({ nodes, connections: connectEachTo(KEEP_NODE, TRIGGER_NODE) }),
		);
	}

	/** Publishes two workflows: one reports new customers by their list, and the other by the log. */
	static async publishLeadTriggers(
		real: Real,
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

	/** Saves it as a new workflow. */
	static async importDraft(real: Real, draft: Draft): Promise<PolledWorkflow> {
		const { id } = await real.client.importWorkflow({ name: 'Polled', ...draft });
		return new PolledWorkflow(real, id);
	}

	/** One that is there already. */
	static withId(real: Real, id: string): PolledWorkflow {
		return new PolledWorkflow(real, id);
	}

	/** As it is saved. */
	async readDraft(): Promise<Draft> {
		const { nodes, connections, staticData } = (await this.real.client.session.request(
			'GET',
			`/rest/workflows/${this.id}`,
		)) as Draft;
		return { nodes, connections, staticData };
	}

	/** Saves a change, which has no effect on an active workflow until it is published. */
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

	/** Its executions, oldest first. */
	async readRuns(): Promise<Run[]> {
		const { client } = this.real;
		for (const { id } of await client.listExecutions(this.id)) {
			if (this.known.has(id)) continue;
			const execution = await client.waitForExecution(id);
			const { status, error, runData } = execution;
			const { message, description } = (error ?? {}) as { message?: string; description?: string };
			const items = execution.outputs(KEEP_NODE) as IDataObject[];
			this.known.set(id, { id, status, trigger: Object.keys(runData)[0], items, message, description });
		}
		return [...this.known.values()].sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** All items of all executions so far, oldest first; only those of one trigger if it is named. */
	async readItems(...triggers: string[]): Promise<IDataObject[]> {
		const runs = await this.readRuns();
		const wanted = runs.filter(({ trigger }) => triggers.length === 0 || triggers.includes(trigger));
		return wanted.flatMap(({ items }) => items);
	}

	async readFailedRuns(): Promise<Run[]> {
		return (await this.readRuns()).filter(({ status }) => status !== 'success');
	}

	/** All items, as soon as there are so many. */
	async waitForItems(count: number): Promise<IDataObject[]> {
		return await waitFor(`${count} items of workflow ${this.id}`, async () => {
			const items = await this.readItems();
			return items.length >= count ? items : undefined;
		});
	}

	/** What n8n has saved for the workflow. */
	async readStaticData(): Promise<IDataObject> {
		return (await this.readDraft()).staticData ?? {};
	}

	/** The editor's 'Fetch Test Event'. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const execution = await this.real.client.runWorkflow(this.id, { until: TRIGGER_NODE });
		return execution.outputs(TRIGGER_NODE) as IDataObject[];
	}
}

/** The polling trigger as the editor saves it. */
export const makePollingTrigger = (
	parameters: INodeParameters,
	credential: SavedCredential,
	more: Partial<INode> = {},
): INode =>
	makeAlfaCrmNode(TRIGGER_NODE, TRIGGER_TYPE, parameters, credential, {
		id: 'trigger',
		position: [0, 0],
		...more,
	});

/** Connections of each to the one. */
export const connectEachTo = (target: string, ...sources: string[]): IConnections =>
	Object.fromEntries(sources.map((name) => [name, linkTo(target)]));

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RealN8n, SavedCredential } from './real-n8n';
import { until } from './wait';

const TRIGGER_TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
const TRIGGER = 'AlfaCRM Trigger';
const KEEP = 'Keep';

const DURABLE = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
};

/** What polls in a real n8n, and the seconds between two of its polls. */
export const ENGINES = [
	{ engine: 'the default engine', env: {}, seconds: 5 },
	// A poll reads what the one before has stored only if that is done: n8n counts on a minute between them.
	{ engine: 'the durable scheduler with durable cursors', env: DURABLE, seconds: 10 },
];

/** n8n refuses an interval below a minute, but takes as many poll times as one likes: here all that differ by so much. */
export function everySeconds(seconds: number) {
	return {
		item: Array.from({ length: 60 / seconds }, (_, at) => ({
			mode: 'custom',
			cronExpression: `${at * seconds} * * * * *`,
		})),
	};
}

export interface Run {
	id: string;
	status: string;
	/** What the node behind the trigger got. */
	items: IDataObject[];
	message?: string;
	description?: string;
}

/** A workflow that begins with the polling trigger and keeps what it hands over, in a real n8n. */
export class Polled {
	private readonly known = new Map<string, Run>();

	private constructor(
		private readonly real: RealN8n,
		readonly id: string,
	) {}

	static async import(
		real: RealN8n,
		parameters: INodeParameters,
		credential: SavedCredential = real.credential,
	): Promise<Polled> {
		const { id } = await real.client.importWorkflow({
			name: String(parameters.event),
			nodes: [
				{
					id: 'trigger',
					name: TRIGGER,
					type: TRIGGER_TYPE,
					typeVersion: 1,
					position: [0, 0],
					parameters,
					credentials: { alfaCrmApi: { id: credential.id, name: credential.name } },
				},
				{
					id: 'keep',
					name: KEEP,
					type: 'n8n-nodes-base.noOp',
					typeVersion: 1,
					position: [240, 0],
					parameters: {},
				},
			],
			connections: { [TRIGGER]: { main: [[{ node: KEEP, type: 'main', index: 0 }]] } },
		});
		return new Polled(real, id);
	}

	/** Its executions, oldest first. */
	async runs(): Promise<Run[]> {
		const { client } = this.real;
		for (const { id } of await client.listExecutions(this.id)) {
			if (this.known.has(id)) continue;
			const execution = await client.waitForExecution(id);
			const { status, error } = execution;
			const { message, description } = (error ?? {}) as { message?: string; description?: string };
			this.known.set(id, { id, status, items: execution.outputs(KEEP), message, description });
		}
		return [...this.known.values()].sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** All items of all executions so far, oldest first. */
	async items(): Promise<IDataObject[]> {
		return (await this.runs()).flatMap(({ items }) => items);
	}

	async failures(): Promise<Run[]> {
		return (await this.runs()).filter(({ status }) => status !== 'success');
	}

	/** All items, as soon as there are so many. */
	async itemsOnceThereAre(count: number): Promise<IDataObject[]> {
		return await until(`${count} items of workflow ${this.id}`, async () => {
			const items = await this.items();
			return items.length >= count ? items : undefined;
		});
	}

	/** What n8n has saved for the workflow. */
	async staticData(): Promise<IDataObject> {
		const { staticData } = await this.real.client.session.request('GET', `/rest/workflows/${this.id}`);
		return (staticData ?? {}) as IDataObject;
	}

	/** The editor's 'Fetch Test Event'. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const execution = await this.real.client.runWorkflow(this.id, { until: TRIGGER });
		return execution.outputs(TRIGGER) as IDataObject[];
	}
}

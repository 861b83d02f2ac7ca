import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Sandbox } from '../../../sandbox';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { withHttp, withPackage } from '../../../scripts/lib/examples';
import { waitUntilPostsAreAccepted } from '../../../scripts/lib/n8n/webhook';
import { DataTables } from './dataTables';
import type { RealN8n } from './realN8n';
import { waitFor } from './wait';

/** With the nodes of this package, or with HTTP Request nodes. */
export type Side = 'package' | 'http';
type Execution = Awaited<ReturnType<N8nClient['runWorkflow']>>;
type Workflow = ReturnType<typeof withPackage>;

/** By which an example sends: a Set node takes its place and holds what "Send" would be given. */
const SEND_NODE_TYPE = 'n8n-nodes-base.executeWorkflow';

/** n8n switches workflows on in the background. */
const PATIENCE_MS = 30_000;

/** One workflow in a real n8n, and the account that it works with. */
export class Example {
	private isPublished = false;

	private constructor(
		readonly side: Side,
		readonly sandbox: Sandbox,
		readonly client: N8nClient,
		readonly tables: DataTables,
		readonly workflow: Workflow & { id: string },
		private readonly url: string,
	) {}

	/** Imports the workflow of a job as it is, but for the outside services and, without this package, the login. */
	static async import(
		job: string,
		side: Side,
		real: RealN8n,
		edit = (workflow: Workflow) => workflow,
	): Promise<Example> {
		const { client, sandbox, n8n } = real;
		const workflow = side === 'package' ? withPackage(job) : withLogin(withHttp(job), sandbox);
		// Without the ID of the file the same workflow can be there more than once.
		const imported = await client.importWorkflow({ ...edit(replaceSendNodes(workflow)), id: undefined });
		return new Example(side, sandbox, client, await DataTables.open(client), imported, n8n.url);
	}

	/** In the time zone of the workflow. */
	get today(): string {
		const { timezone: zone } = this.workflow.settings as { timezone: string };
		return DateTime.now().setZone(zone).toISODate() ?? '';
	}

	/** "Execute workflow", to the end. */
	async runManually(): Promise<Execution> {
		return expectSuccess(await this.client.runWorkflow(this.workflow.id));
	}

	/** Runs it with a message from n8n's chat. */
	async sendChatMessage(chatInput: string): Promise<Execution> {
		const json = { sessionId: 'test', action: 'sendMessage', chatInput };
		const data = {
			startTime: 0,
			executionTime: 0,
			executionIndex: 0,
			source: [],
			executionStatus: 'success',
			data: { main: [[{ json }]] },
		};
		const { executionId } = (await this.client.session.request(
			'POST',
			`/rest/workflows/${this.workflow.id}/run`,
			{ triggerToStartFrom: { name: 'Chat', data } },
		)) as { executionId: string };
		return expectSuccess(await this.client.waitForExecution(executionId));
	}

	/** The first look of a trigger that polls: it takes what is there for known. */
	async takeBaseline(): Promise<void> {
		if (this.side === 'http') return void (await this.runManually());
		await this.publish();
		const hasState = async () => Object.keys((await this.readSavedWorkflow()).staticData ?? {}).length > 0;
		await waitFor('the first poll', async () => (await hasState()) || undefined, PATIENCE_MS);
		await this.unpublish();
	}

	/** The next look, which must find something. */
	async pollAgain(): Promise<Execution> {
		if (this.side === 'http') return await this.runManually();
		return await this.waitForRunStartedBy(async () => {
			await this.unpublish();
			await this.publish();
		});
	}

	/** Does something that starts the workflow, and waits for its end. */
	async waitForRunStartedBy(act: () => Promise<unknown>): Promise<Execution> {
		const before = (await this.listExecutions()).length;
		await act();
		const { id } = await waitFor(
			'an execution',
			async () => {
				const executions = await this.listExecutions();
				return executions.length > before ? executions[0] : undefined;
			},
			PATIENCE_MS,
			100,
		);
		return expectSuccess(await this.client.waitForExecution(id));
	}

	async publish(): Promise<void> {
		this.isPublished = true;
		await this.client.publishWorkflow(this.workflow.id);
	}

	/** Switches it on, until n8n takes POST requests to the path. Returns the production address. */
	async publishWebhook(path: string): Promise<string> {
		const address = this.url + path;
		await this.publish();
		await waitUntilPostsAreAccepted(address);
		return address;
	}

	async unpublish(): Promise<void> {
		if (!this.isPublished) return;
		await this.client.unpublishWorkflow(this.workflow.id);
		this.isPublished = false;
	}

	/** What the node that is switched off would have sent. */
	readMessagesOf(execution: Execution | undefined): IDataObject[] {
		const last = this.workflow.nodes.find(({ notes }) => notes === 'outside');
		return (execution?.outputs(last?.name ?? '') ?? []) as IDataObject[];
	}

	/** The same of the latest execution, which may have failed. */
	async readLatestMessages(): Promise<IDataObject[]> {
		const [{ id }] = await this.listExecutions();
		return this.readMessagesOf(await this.client.waitForExecution(id));
	}

	private async readSavedWorkflow(): Promise<{ staticData?: object | null }> {
		return await this.client.session.request('GET', `/rest/workflows/${this.workflow.id}`);
	}

	private async listExecutions() {
		return await this.client.listExecutions(this.workflow.id);
	}
}

function expectSuccess(execution: Execution): Execution {
	const { message, description } = execution.error ?? {};
	if (execution.status !== 'success') {
		throw new Error(
			`${execution.status} in "${execution.lastNode}": ${String(message)} ${String(description ?? '')}`,
		);
	}
	return execution;
}

function replaceSendNodes(workflow: Workflow): Workflow {
	const nodes = workflow.nodes.map((node) => (node.type === SEND_NODE_TYPE ? makeSetNodeFor(node) : node));
	return { ...workflow, nodes };
}

/** Holds the inputs of the sub-workflow, expressions resolved. */
function makeSetNodeFor({
	id,
	name,
	position,
	parameters,
}: Workflow['nodes'][number]): Workflow['nodes'][number] {
	const { value: inputs } = parameters.workflowInputs as { value: Record<string, string> };
	const assignments = Object.entries(inputs).map(([name, value]) => ({
		id: name,
		name,
		value,
		type: 'string',
	}));
	return {
		id,
		name,
		position,
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: { assignments: { assignments }, options: {} },
		notes: 'outside',
	};
}

/** Whoever builds it without this package writes address, email and key into the nodes. */
function withLogin(workflow: Workflow, { url, account }: Sandbox): Workflow {
	const text = JSON.stringify(workflow)
		.replaceAll('https://demo.s20.online', url)
		.replaceAll('you@example.org', account.email)
		.replaceAll('your-key', account.apiKey);
	return JSON.parse(text) as Workflow;
}

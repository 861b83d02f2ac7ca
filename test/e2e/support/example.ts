import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Sandbox } from '../../../sandbox';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import type { Workflow, WorkflowNode } from '../../../scripts/lib/n8n/types';
import { withHttp, withPackage } from '../../../scripts/lib/examples';
import { waitUntilPostsAreAccepted } from '../../../scripts/lib/n8n/webhook';
import { DataTables } from './dataTables';
import type { RealN8n } from './realN8n';
import { waitFor } from './wait';
import type { WorkflowEdit } from './workflowEdits';

/** How a workflow calls AlfaCRM: with the nodes of this package, or with HTTP Request nodes. */
export type Side = 'package' | 'http';
type Execution = Awaited<ReturnType<N8nClient['runWorkflow']>>;

/** The type of the node "Send", with which an example sends its messages. Tests put a Set node in its place. */
const SEND_NODE_TYPE = 'n8n-nodes-base.executeWorkflow';

/** The note by which the node that holds the messages of an example is found. */
const MESSAGES_NOTE = 'outside';

/** n8n starts triggers in the background, which takes a while. */
const START_TIMEOUT_MS = 30_000;

/** A workflow from the examples in a real n8n, and the account that it works with. */
export class Example {
	private isPublished = false;

	private constructor(
		readonly side: Side,
		readonly sandbox: Sandbox,
		readonly client: N8nClient,
		readonly tables: DataTables,
		readonly workflow: Workflow & { id: string },
		private readonly n8nUrl: string,
	) {}

	/**
	 * Imports the example of a job as its file has it, except for two changes. It keeps its messages and does not send them,
	 * and HTTP Request nodes call the sandbox.
	 * @param edit changes the workflow further
	 */
	static async import(
		job: string,
		side: Side,
		{ client, sandbox, n8n }: RealN8n,
		edit: WorkflowEdit = (workflow) => workflow,
	): Promise<Example> {
		const file = side === 'package' ? withPackage(job) : withLogin(withHttp(job), sandbox);
		const workflow = edit(replaceSendNodes(file));
		// Without the ID from the file, n8n can have several copies of the workflow.
		const imported = await client.importWorkflow({ ...workflow, id: undefined });
		const tables = await DataTables.open(client);
		return new Example(side, sandbox, client, tables, imported, n8n.url);
	}

	/** The current day in the time zone of the workflow. */
	get today(): string {
		const { timezone } = this.workflow.settings as { timezone: string };
		return DateTime.now().setZone(timezone).toISODate() ?? '';
	}

	/** Clicks "Execute workflow" as in the editor, and waits for the end. */
	async runManually(): Promise<Execution> {
		return expectSuccess(await this.client.runWorkflow(this.workflow.id));
	}

	/** Sends a message in n8n's chat, and waits until the workflow has answered it. */
	async sendChatMessage(chatInput: string): Promise<Execution> {
		const json = { sessionId: 'test', action: 'sendMessage', chatInput };
		const triggerRun = {
			startTime: 0,
			executionTime: 0,
			executionIndex: 0,
			source: [],
			executionStatus: 'success',
			data: { main: [[{ json }]] },
		};
		const { executionId } = await this.client.session.request<{ executionId: string }>(
			'POST',
			`/rest/workflows/${this.workflow.id}/run`,
			{ triggerToStartFrom: { name: 'Chat', data: triggerRun } },
		);
		return expectSuccess(await this.client.waitForExecution(executionId));
	}

	/**
	 * Lets the trigger poll for the first time, so that it takes the existing records as its baseline. Workflows with HTTP
	 * Request nodes do so in their first run.
	 */
	async takeBaseline(): Promise<void> {
		if (this.side === 'http') {
			await this.runManually();
			return;
		}
		await this.publish();
		await waitFor(
			'the first poll',
			async () => ((await this.hasTriggerState()) ? true : undefined),
			START_TIMEOUT_MS,
		);
		await this.unpublish();
	}

	/** Lets the trigger poll once more. It must find something, because a poll without items starts no execution. */
	async pollAgain(): Promise<Execution> {
		if (this.side === 'http') return await this.runManually();

		return await this.waitForRunStartedBy(async () => {
			await this.unpublish();
			await this.publish();
		});
	}

	/** Does something that starts the workflow, and waits until the execution has ended. Fails if the execution fails. */
	async waitForRunStartedBy(act: () => Promise<unknown>): Promise<Execution> {
		const executionsBefore = await this.listExecutions();
		await act();

		const { id } = await waitFor(
			'an execution',
			async () => {
				const executions = await this.listExecutions();
				return executions.length > executionsBefore.length ? executions[0] : undefined;
			},
			START_TIMEOUT_MS,
			100,
		);
		return expectSuccess(await this.client.waitForExecution(id));
	}

	async publish(): Promise<void> {
		this.isPublished = true;
		await this.client.publishWorkflow(this.workflow.id);
	}

	/** Publishes the workflow, and waits until n8n accepts POST requests at the path. Returns the production address. */
	async publishWebhook(path: string): Promise<string> {
		const address = this.n8nUrl + path;
		await this.publish();
		await waitUntilPostsAreAccepted(address);
		return address;
	}

	async unpublish(): Promise<void> {
		if (!this.isPublished) return;

		await this.client.unpublishWorkflow(this.workflow.id);
		this.isPublished = false;
	}

	/** Reads the messages that an execution would have sent. */
	readMessagesOf(execution: Execution | undefined): IDataObject[] {
		const messagesNode = this.workflow.nodes.find(({ notes }) => notes === MESSAGES_NOTE);
		if (execution === undefined || messagesNode === undefined) return [];

		return execution.outputs(messagesNode.name);
	}

	/** Reads the messages that the latest execution would have sent, even if it has failed. */
	async readLatestMessages(): Promise<IDataObject[]> {
		const [{ id }] = await this.listExecutions();
		return this.readMessagesOf(await this.client.waitForExecution(id));
	}

	/** Tells whether the trigger has polled: n8n then keeps its state with the workflow. */
	private async hasTriggerState(): Promise<boolean> {
		const { staticData } = await this.client.session.request<{ staticData?: object | null }>(
			'GET',
			`/rest/workflows/${this.workflow.id}`,
		);
		return Object.keys(staticData ?? {}).length > 0;
	}

	/** Lists the executions of the workflow, newest first. */
	private async listExecutions() {
		return await this.client.listExecutions(this.workflow.id);
	}
}

/** Returns an execution that has succeeded. Throws the error of any other one, with the name of the failed node. */
function expectSuccess(execution: Execution): Execution {
	if (execution.status === 'success') return execution;

	const { message, description } = execution.error ?? {};
	throw new Error(
		`${execution.status} in "${execution.lastNode}": ${String(message)} ${String(description ?? '')}`,
	);
}

function replaceSendNodes(workflow: Workflow): Workflow {
	const nodes = workflow.nodes.map((node) => (node.type === SEND_NODE_TYPE ? makeSetNodeFor(node) : node));
	return { ...workflow, nodes };
}

/** Makes a Set node that holds the inputs of the sub-workflow "Send" after n8n has resolved their expressions. */
function makeSetNodeFor({ id, name, position, parameters }: WorkflowNode): WorkflowNode {
	const { value: inputs } = parameters.workflowInputs as { value: Record<string, string> };
	const assignments = Object.entries(inputs).map(([input, value]) => ({
		id: input,
		name: input,
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
		notes: MESSAGES_NOTE,
	};
}

/** Fills in the sandbox's address, email and key, which HTTP Request nodes have in their parameters. */
function withLogin(workflow: Workflow, { url, account }: Sandbox): Workflow {
	const text = JSON.stringify(workflow)
		.replaceAll('https://demo.s20.online', url)
		.replaceAll('you@example.org', account.email)
		.replaceAll('your-key', account.apiKey);
	return JSON.parse(text) as Workflow;
}

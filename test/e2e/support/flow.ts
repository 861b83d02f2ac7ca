import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ChainedNode } from '../../../scripts/lib/n8n/chain';
import { makeBuiltInNode, makeWorkflow } from '../../../scripts/lib/n8n/chain';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { waitUntilPostsAreAccepted } from '../../../scripts/lib/n8n/webhook';
import { postBody } from './receiver';
import type { RealN8n } from './realN8n';
import { NODE_TYPE } from './realN8n';
import { waitFor } from './wait';

/** What a user sees of an execution that has ended. */
interface Outcome {
	status: string;
	/** The message and the description of the error, if the execution failed. */
	errorText: string;
	/** The hints above the outputs of all nodes. */
	hints: string[];
}

/** Sends several requests at the same moment, and waits until the execution of each has ended. */
export type SendRequests = (...bodies: IDataObject[]) => Promise<Outcome[]>;

/** The name of the webhook node that starts a chain. */
const WEBHOOK_NODE = 'Request';

/** Makes an expression for a field of the request that started the chain. */
export const fieldOfRequest = (field: string) => `={{ $('${WEBHOOK_NODE}').item.json.body.${field} }}`;

/** Fills a record picker with an ID, which may be an expression. */
export const recordWithId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value });

/**
 * Publishes a workflow in which a webhook starts a chain of AlfaCRM nodes.
 * @param nodes the parameters by the name of the node; all others have their defaults
 * @returns sends requests to the webhook
 */
export async function publishChain(
	real: RealN8n,
	path: string,
	nodes: Record<string, INodeParameters>,
): Promise<SendRequests> {
	const { client, n8n, credential } = real;
	const workflow = makeWorkflow(path, [makeWebhookNode(path), ...makeChainedNodes(nodes)]);
	const { id } = await client.importWorkflow(workflow, [credential]);
	await client.publishWorkflow(id);
	const address = `${n8n.url}/webhook/${path}`;
	await waitUntilPostsAreAccepted(address);

	const readExecutionIds = makeNewExecutionsReader(client, id);
	return async (...bodies) => {
		await postAtOnce(address, bodies);
		const executionIds = await readExecutionIds(bodies.length);
		return await Promise.all(executionIds.map(async (executionId) => await readOutcome(client, executionId)));
	};
}

function makeWebhookNode(path: string): ChainedNode {
	const parameters = { httpMethod: 'POST', path, options: {} };
	return { ...makeBuiltInNode('webhook 2', WEBHOOK_NODE, parameters), webhookId: path };
}

function makeChainedNodes(nodes: Record<string, INodeParameters>): ChainedNode[] {
	return Object.entries(nodes).map(([name, parameters]) => ({
		name,
		type: NODE_TYPE,
		typeVersion: 1,
		parameters,
		credentials: { alfaCrmApi: { id: null, name: '' } },
	}));
}

/** Posts all bodies at the same moment, and expects that n8n accepts each of them. */
async function postAtOnce(address: string, bodies: readonly IDataObject[]): Promise<void> {
	const answers = await Promise.all(
		bodies.map(async (body) => await postBody(address, JSON.stringify(body))),
	);
	for (const { status } of answers) {
		expect(status).toBe(200);
	}
}

/** Makes a function that waits for the next executions of a workflow and returns their IDs, oldest first. */
function makeNewExecutionsReader(client: N8nClient, workflowId: string) {
	const knownIds = new Set<string>();
	return async (count: number): Promise<string[]> => {
		const newIds = await waitFor(`${count} executions of workflow ${workflowId}`, async () => {
			const executions = await client.listExecutions(workflowId);
			const unknownIds = executions.map(({ id }) => id).filter((id) => !knownIds.has(id));
			return unknownIds.length === count ? unknownIds.reverse() : undefined;
		});
		for (const id of newIds) {
			knownIds.add(id);
		}
		return newIds;
	};
}

async function readOutcome(client: N8nClient, executionId: string): Promise<Outcome> {
	const { status, error, runData } = await client.waitForExecution(executionId);
	const nodeRuns = Object.values(runData).flat();
	const hints = nodeRuns.flatMap((run) => run.hints ?? []);
	const errorTexts = [error?.message, error?.description].filter(Boolean);
	return {
		status,
		errorText: errorTexts.join(' '),
		hints: hints.map(({ message }) => message),
	};
}

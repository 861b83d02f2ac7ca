import Fastify from 'fastify';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential } from '../../../scripts/lib/n8n/types';
import type { RealN8n } from './realN8n';
import { linkTo, makeNode, makeAlfaCrmNode } from './realN8n';
import { waitFor } from './wait';

const TRIGGER_TYPE = 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger';
const COLLECT_NODE = 'Collect';

export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** Starts a server that collects the items that workflows send to it. */
export async function startCollector() {
	const server = Fastify();
	const items: IDataObject[] = [];
	server.post('/', (request) => {
		items.push(request.body as IDataObject);
		return {};
	});
	return {
		url: await server.listen({ port: 0, host: '127.0.0.1' }),
		/** The items that have come so far, in order of arrival. */
		items,
		/** Waits until a number of items have come, and fails after a minute. */
		waitForItems: async (count: number): Promise<void> => {
			const haveItemsCome = async () => await Promise.resolve(items.length >= count || undefined);
			await waitFor(`${count} collected items`, haveItemsCome, 60_000, 50);
		},
		close: async () => await server.close(),
	};
}

/** Publishes the webhook trigger. With a collector, the workflow sends each item to it. */
export async function publishWebhookTrigger(
	real: RealN8n,
	parameters: INodeParameters,
	{ collector, credential }: { collector?: Collector; credential?: SavedCredential } = {},
): Promise<{ id: string; url: string }> {
	const webhookId = `hook-${Math.random().toString(36).slice(2)}`;
	const trigger = makeWebhookTrigger(webhookId, parameters, credential);
	const { id } = await real.client.importWorkflow({
		name: 'AlfaCRM events',
		nodes: collector ? [trigger, makeCollectNode(collector)] : [trigger],
		connections: collector ? { [trigger.name]: linkTo(COLLECT_NODE) } : {},
	});
	await real.client.publishWorkflow(id);

	const url = webhookUrlOf(real, webhookId);
	await waitUntilRegistered(url);
	return { id, url };
}

/** Makes the webhook trigger as the editor saves it. */
export function makeWebhookTrigger(
	webhookId: string,
	parameters: INodeParameters,
	credential?: SavedCredential,
): INode {
	return makeAlfaCrmNode('AlfaCRM Webhook Trigger', TRIGGER_TYPE, parameters, credential, {
		webhookId,
		position: [0, 0],
	});
}

/** Makes the node that sends each item to a collector. */
function makeCollectNode({ url }: Collector): INode {
	return makeNode(COLLECT_NODE, 'n8n-nodes-base.httpRequest', 4.2, {
		method: 'POST',
		url,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: '={{ $json }}',
	});
}

/** Makes the production URL of a webhook trigger. */
export function webhookUrlOf({ n8n }: RealN8n, webhookId: string): string {
	return `${n8n.url}/webhook/${webhookId}/webhook`;
}

/** Waits until n8n knows a webhook. It registers webhooks in the background, when it publishes a workflow and when it starts. */
export async function waitUntilRegistered(url: string): Promise<void> {
	const isRegistered = async () => {
		const { status } = await postBody(url, '[]');
		return status !== 404 || undefined;
	};
	await waitFor(`n8n to register the webhook ${url}`, isRegistered, 20_000, 50);
}

/** Posts a body, and returns the status and the text of the answer, with its message if it is JSON. */
export async function postBody(url: string, body: string, contentType = 'application/json') {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': contentType },
		body,
	});
	const text = await response.text();
	const answer = text.startsWith('{') ? (JSON.parse(text) as { message?: unknown }) : {};
	return { status: response.status, message: answer.message, text };
}

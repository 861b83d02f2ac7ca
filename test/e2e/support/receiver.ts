import Fastify from 'fastify';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { SavedCredential } from '../../../scripts/lib/n8n/types';
import type { RealN8n } from './realN8n';
import { linkTo, makeNode, makeAlfaCrmNode } from './realN8n';

const TRIGGER_TYPE = 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger';

export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** A server that workflows send their items to. */
export async function startCollector() {
	const app = Fastify();
	const items: IDataObject[] = [];
	app.post('/', (request) => {
		items.push(request.body as IDataObject);
		return {};
	});
	return {
		url: await app.listen({ port: 0, host: '127.0.0.1' }),
		/** What workflows have sent here, in order of arrival. */
		items,
		/** Waits until so many are there, and fails when they do not come. */
		waitForItems: async (count: number) => {
			const deadline = Date.now() + 60_000;
			while (items.length < count) {
				if (Date.now() > deadline) throw new Error(`${items.length} of ${count} items came within 60 s`);
				await sleep(50);
			}
		},
		close: async () => await app.close(),
	};
}

/** A published workflow: the webhook trigger and, given a collector, a node that sends each item there. */
export async function publishWebhookTrigger(
	real: RealN8n,
	parameters: INodeParameters,
	{ collector, credential }: { collector?: Collector; credential?: SavedCredential } = {},
): Promise<{ id: string; url: string }> {
	const webhookId = `hook-${Math.random().toString(36).slice(2)}`;
	const trigger = makeWebhookTrigger(webhookId, parameters, credential);
	const post = { method: 'POST', sendBody: true, specifyBody: 'json', jsonBody: '={{ $json }}' };
	const collect = (url: string) => makeNode('Collect', 'n8n-nodes-base.httpRequest', 4.2, { ...post, url });
	const { id } = await real.client.importWorkflow({
		name: 'AlfaCRM events',
		nodes: [trigger, ...(collector ? [collect(collector.url)] : [])],
		connections: collector ? { [trigger.name]: linkTo('Collect') } : {},
	});
	await real.client.publishWorkflow(id);
	const url = webhookUrlOf(real, webhookId);
	await waitUntilRegistered(url);
	return { id, url };
}

/** The webhook trigger as the editor saves it. */
export const makeWebhookTrigger = (
	webhookId: string,
	parameters: INodeParameters,
	credential?: SavedCredential,
): INode =>
	makeAlfaCrmNode('AlfaCRM Webhook Trigger', TRIGGER_TYPE, parameters, credential, {
		webhookId,
		position: [0, 0],
	});

/** Its production URL. */
export function webhookUrlOf({ n8n }: RealN8n, webhookId: string): string {
	return `${n8n.url}/webhook/${webhookId}/webhook`;
}

/** n8n publishes in the background, after a restart too; until then the URL is unknown to it. */
export async function waitUntilRegistered(url: string): Promise<void> {
	const deadline = Date.now() + 20_000;
	while ((await postBody(url, '[]')).status === 404) {
		if (Date.now() > deadline) throw new Error('n8n did not register the webhook within 20 s');
		await sleep(50);
	}
}

/** @returns the status that n8n answered with, and its message */
export async function postBody(url: string, body: string, contentType = 'application/json') {
	const response = await fetch(url, { method: 'POST', headers: { 'content-type': contentType }, body });
	const text = await response.text();
	const parsed = text.startsWith('{') ? (JSON.parse(text) as { message?: unknown }) : {};
	return { status: response.status, message: parsed.message, text };
}

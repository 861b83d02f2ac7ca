import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { makeWorkflow } from '../../../scripts/lib/n8n/chain';
import { waitUntilPostsAreAccepted } from '../../../scripts/lib/n8n/webhook';
import type { RealN8n } from './realN8n';
import { NODE_TYPE } from './realN8n';
import { waitFor } from './wait';

/** What a user sees of an execution that has ended. */
interface Outcome {
	status: string;
	/** The message of the node that failed, with what it says below. */
	errorText: string;
	/** Above the outputs of all nodes. */
	hints: string[];
}

/** Sends all at the same moment, and waits for the end of the execution that each of them starts. */
export type SendRequests = (...bodies: IDataObject[]) => Promise<Outcome[]>;

/** The node that a chain begins with. */
const WEBHOOK = 'Request';

/** A parameter that takes a field of what came, wherever in the chain. */
export const fieldOfRequest = (field: string) => `={{ $('${WEBHOOK}').item.json.body.${field} }}`;

/** A record in the form, taken from an expression. */
export const recordWithId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value });

/** Publishes a webhook with AlfaCRM nodes behind it, each as it is when it was put on the canvas but for what is given. */
export async function publishChain(
	{ client, n8n, credential }: RealN8n,
	path: string,
	nodes: Record<string, INodeParameters>,
): Promise<SendRequests> {
	const parameters = { httpMethod: 'POST', path, options: {} };
	const webhook = {
		name: WEBHOOK,
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters,
	};
	const credentials = { alfaCrmApi: { id: null, name: '' } };
	const own = Object.entries(nodes).map(([name, given]) => ({
		...{ name, type: NODE_TYPE, typeVersion: 1, parameters: given, credentials },
	}));
	const { id } = await client.importWorkflow(makeWorkflow(path, [webhook, ...own]), [credential]);
	await client.publishWorkflow(id);
	const address = `${n8n.url}/webhook/${path}`;
	await waitUntilPostsAreAccepted(address);
	const known = new Set<string>();
	return async (...bodies) => {
		const headers = { 'content-type': 'application/json' };
		const post = async (body: IDataObject) =>
			(await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })).status;
		expect(await Promise.all(bodies.map(post))).toEqual(bodies.map(() => 200));
		const started = await waitFor(`executions of ${path}`, async () => {
			const added = (await client.listExecutions(id)).filter((one) => !known.has(one.id));
			return added.length === bodies.length ? added.reverse() : undefined;
		});
		for (const one of started) known.add(one.id);
		return await Promise.all(
			started.map(async (one) => {
				const { status, error, runData } = await client.waitForExecution(one.id);
				const hints = Object.values(runData).flatMap((runs) => runs.flatMap((run) => run.hints ?? []));
				const errorText = [error?.message, error?.description].filter(Boolean).join(' ');
				return { status, errorText, hints: hints.map(({ message }) => message) };
			}),
		);
	};
}

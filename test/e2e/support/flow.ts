import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ChainedNode } from '../../../scripts/lib/n8n/chain';
import { chain } from '../../../scripts/lib/n8n/chain';
import type { Workflow } from '../../../scripts/lib/n8n/types';
import { untilItTakesPosts } from '../../../scripts/lib/n8n/webhook';
import type { RealN8n } from './realN8n';
import { NODE_TYPE } from './realN8n';
import { until } from './wait';

/** What a user sees of an execution that has ended. */
interface Outcome {
	status: string;
	/** The message of the node that failed, with what it says below. */
	said: string;
	/** Above the outputs of all nodes. */
	hints: string[];
}

/** Sends JSON, or a form as a browser does. */
type Send = (...bodies: Array<IDataObject | FormData>) => Promise<Outcome[]>;

/** The node that a chain begins with. */
const WEBHOOK = 'Request';

/** A parameter that takes a field of what came, wherever in the chain. */
export const sent = (field: string) => `={{ $('${WEBHOOK}').item.json.body.${field} }}`;

/** A record in the form, taken from an expression. */
export const byId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value });

/** Publishes a webhook with AlfaCRM nodes behind it, each as it is when it was put on the canvas but for what is given. */
export async function publishChain(
	real: RealN8n,
	path: string,
	nodes: Record<string, INodeParameters>,
): Promise<Send> {
	const webhook: ChainedNode = {
		name: WEBHOOK,
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {} },
	};
	const credentials = { alfaCrmApi: { id: null, name: '' } };
	const own = Object.entries(nodes).map(([name, parameters]) => ({
		...{ name, type: NODE_TYPE, typeVersion: 1, parameters, credentials },
	}));
	return await publish(real, chain(path, [webhook, ...own]), `/webhook/${path}`);
}

/**
 * Publishes a workflow that waits for requests.
 *
 * @returns sends all at the same moment, and waits for the end of the execution that each of them starts
 */
export async function publish(
	{ client, n8n, credential }: RealN8n,
	workflow: Workflow,
	path: string,
): Promise<Send> {
	const { id } = await client.importWorkflow({ ...workflow, id: undefined }, [credential]);
	await client.publishWorkflow(id);
	const address = n8n.url + path;
	await untilItTakesPosts(address);
	const known = new Set<string>();
	return async (...bodies) => {
		const statuses = await Promise.all(bodies.map(async (body) => (await fetch(address, post(body))).status));
		expect(statuses).toEqual(bodies.map(() => 200));
		const started = await until(`executions of ${path}`, async () => {
			const added = (await client.listExecutions(id)).filter((one) => !known.has(one.id));
			return added.length === bodies.length ? added.reverse() : undefined;
		});
		for (const one of started) known.add(one.id);
		return await Promise.all(
			started.map(async (one) => {
				const { status, error, runData } = await client.waitForExecution(one.id);
				const hints = Object.values(runData).flatMap((runs) => runs.flatMap((run) => run.hints ?? []));
				const said = [error?.message, error?.description].filter(Boolean).join(' ');
				return { status, said, hints: hints.map(({ message }) => message) };
			}),
		);
	};
}

function post(body: IDataObject | FormData): RequestInit {
	if (body instanceof FormData) return { method: 'POST', body };
	const headers = { 'content-type': 'application/json' };
	return { method: 'POST', headers, body: JSON.stringify(body) };
}

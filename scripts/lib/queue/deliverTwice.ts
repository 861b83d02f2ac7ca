import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Sandbox } from '../../../sandbox';
import { makeBuiltInNode, makeWorkflow, type ChainedNode } from '../n8n/chain';
import { withSchool } from './loads';
import type { Entrance, QueueStage } from './stage';

interface DeliveryFigures {
	/** Pairs of equal deliveries, at most 50. */
	pairs: number;
	/** Executions that began. */
	started: number;
	/** Different `deliveryKey`s in all executions. */
	keys: number;
	/** Executions that got past n8n's Remove Duplicates node. */
	passed: number;
	/** Events of which at least one execution got past that node. */
	events: number;
}

const TRIGGER_NAME = 'AlfaCRM Webhook Trigger';
const LAST_NODE_NAME = 'Passed';

/**
 * Sends equal deliveries to two webhook processes, as AlfaCRM does if both their addresses are
 * registered. n8n's Remove Duplicates node should let one of each pair pass. It keeps its memory in
 * one row, which it reads and writes as a whole, so two executions at the same moment may both pass.
 *
 * @param apartMs 0 sends both deliveries of a pair at the same moment. Otherwise the second ones
 * follow after this time, and each execution ends before the next one begins.
 */
export async function deliverTwice(
	stage: QueueStage,
	{ pairs, apartMs }: { pairs: number; apartMs: number },
): Promise<DeliveryFigures> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox) => {
		const entrance = await publishWorkflow(stage);
		if (apartMs === 0) {
			await deliverAtOnce(sandbox, entrance, pairs);
		} else {
			await deliverLater(stage, sandbox, entrance, { pairs, apartMs });
		}

		await stage.waitForExecutions(entrance.workflow, pairs);
		return await countExecutions(stage, entrance, pairs);
	});
}

/** Publishes a workflow that lets each event pass once, by its key. */
async function publishWorkflow(stage: QueueStage): Promise<Entrance> {
	const webhookId = randomUUID();
	const trigger: ChainedNode = {
		name: TRIGGER_NAME,
		type: 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger',
		typeVersion: 1,
		webhookId,
		parameters: {},
	};
	const removeDuplicates = makeBuiltInNode('removeDuplicates 2', 'Once', {
		operation: 'removeItemsSeenInPreviousExecutions',
		logic: 'removeItemsWithAlreadySeenKeyValues',
		dedupeValue: '={{ $json.deliveryKey }}',
		options: {},
	});
	const lastNode = makeBuiltInNode('noOp 1', LAST_NODE_NAME);

	const workflow = makeWorkflow('Events', [trigger, removeDuplicates, lastNode]);
	return await stage.publish(workflow, `/webhook/${webhookId}/webhook`);
}

async function deliverAtOnce(sandbox: Sandbox, { addresses }: Entrance, pairs: number): Promise<void> {
	const [firstAddress, secondAddress] = addresses;
	sandbox.webhooks.add(firstAddress);
	sandbox.webhooks.add(secondAddress);
	for (const id of customerIds(sandbox, pairs)) {
		changeCustomer(sandbox, id);
	}
	await waitForAnswers(sandbox);
}

async function deliverLater(
	stage: QueueStage,
	sandbox: Sandbox,
	{ workflow, addresses }: Entrance,
	{ pairs, apartMs }: { pairs: number; apartMs: number },
): Promise<void> {
	const [firstAddress, secondAddress] = addresses;
	sandbox.webhooks.add(firstAddress);
	for (const [index, id] of customerIds(sandbox, pairs).entries()) {
		changeCustomer(sandbox, id);
		await stage.waitForExecutions(workflow, index + 1);
	}

	const firstDeliveries = await waitForAnswers(sandbox);
	await sleep(apartMs);
	for (const { text } of firstDeliveries) {
		sandbox.webhooks.send({ text, url: secondAddress });
		await waitForAnswers(sandbox);
		// The trigger may recognise a delivery and start no execution, so their number need not grow.
		await stage.waitForExecutions(workflow, pairs);
	}
}

function customerIds(sandbox: Sandbox, count: number): number[] {
	const customers = sandbox.store.rows('customer').slice(0, count);
	return customers.map(({ id }) => id);
}

function changeCustomer(sandbox: Sandbox, id: number): void {
	sandbox.store.patch('customer', id, { note: `Звонок ${id}` });
}

/** Waits until n8n has answered every delivery, and returns the deliveries so far. */
async function waitForAnswers({ webhooks }: Sandbox): Promise<Delivery[]> {
	await webhooks.settled();
	const failedDelivery = webhooks.deliveries.find(({ status }) => status !== 200);
	if (failedDelivery) throw new Error(`n8n answered ${failedDelivery.status} to a delivery`);
	return [...webhooks.deliveries];
}

async function countExecutions(
	stage: QueueStage,
	{ workflow }: Entrance,
	pairs: number,
): Promise<DeliveryFigures> {
	const rawExecutions = await stage.client.listExecutions(workflow);
	const executions = await Promise.all(
		rawExecutions.map(async ({ id }) => await stage.client.waitForExecution(id)),
	);
	const receivedItems = executions.flatMap((execution) => execution.outputs(TRIGGER_NAME));
	const passedItems = executions.flatMap((execution) => execution.outputs(LAST_NODE_NAME));

	return {
		pairs,
		started: executions.length,
		keys: new Set(receivedItems.map(({ deliveryKey }) => deliveryKey)).size,
		passed: passedItems.length,
		events: new Set(passedItems.map(({ entity_id }) => entity_id)).size,
	};
}

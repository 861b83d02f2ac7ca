import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../../../sandbox';
import { makeBuiltInNode, makeWorkflow } from '../n8n/chain';
import { withSchool } from './loads';
import type { QueueStage } from './stage';

interface DeliveryFigures {
	/** Deliveries, 50 at most, each of which comes twice: once to either of two webhook processes. */
	pairs: number;
	/** Executions that began. */
	started: number;
	/** Different `deliveryKey`s in all of them. */
	keys: number;
	/**
	 * Executions that get past n8n's Remove Duplicates node, which goes by that key. Its memory is one row that is read and written
	 * as a whole, so that two executions at the same moment may both get past it.
	 */
	passed: number;
	/** Events of which one execution at least got past it. */
	events: number;
}

const [EVENTS, PASSED] = ['AlfaCRM Webhook Trigger', 'Passed'];

/** AlfaCRM's events, each once over all processes: n8n keeps in its database which keys were there. */
async function publishEventsOnce(stage: QueueStage) {
	const webhookId = randomUUID();
	const type = 'n8n-nodes-alfacrm.alfaCrmWebhookTrigger';
	const nodes = [
		{ name: EVENTS, type, typeVersion: 1, webhookId, parameters: {} },
		makeBuiltInNode('removeDuplicates 2', 'Once', {
			operation: 'removeItemsSeenInPreviousExecutions',
			logic: 'removeItemsWithAlreadySeenKeyValues',
			dedupeValue: '={{ $json.deliveryKey }}',
			options: {},
		}),
		makeBuiltInNode('noOp 1', PASSED),
	];
	return await stage.publish(makeWorkflow('Events', nodes), `/webhook/${webhookId}/webhook`);
}

/**
 * Equal deliveries to two webhook processes.
 * @param apartMs 0: both at the same moment, as AlfaCRM tells both of each change; else it tells one, and later the other, and each
 *   execution has ended before the next one begins
 */
export async function deliverTwice(
	stage: QueueStage,
	{ pairs, apartMs }: { pairs: number; apartMs: number },
): Promise<DeliveryFigures> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox) => {
		const { workflow, addresses } = await publishEventsOnce(stage);
		const [first, second] = addresses;
		const customers = sandbox.store.rows('customer').slice(0, pairs);
		sandbox.webhooks.add(first);
		if (apartMs === 0) sandbox.webhooks.add(second);
		for (const [index, { id }] of customers.entries()) {
			sandbox.store.patch('customer', id, { note: `Звонок ${id}` });
			if (apartMs > 0) await stage.waitForExecutions(workflow, index + 1);
		}
		const sent = await answered(sandbox);
		if (apartMs > 0) {
			await sleep(apartMs);
			for (const { text } of sent) {
				sandbox.webhooks.send({ text, url: second });
				await answered(sandbox);
				// One that is known at once starts nothing.
				await stage.waitForExecutions(workflow, pairs);
			}
		}
		await stage.waitForExecutions(workflow, pairs);
		const executions = await stage.client.listExecutions(workflow);
		const ended = await Promise.all(
			executions.map(async ({ id }) => await stage.client.waitForExecution(id)),
		);
		const outputs = (name: string) => ended.flatMap((execution) => execution.outputs(name));
		return {
			pairs,
			started: executions.length,
			keys: new Set(outputs(EVENTS).map(({ deliveryKey }) => deliveryKey)).size,
			passed: outputs(PASSED).length,
			events: new Set(outputs(PASSED).map(({ entity_id: id }) => id)).size,
		};
	});
}

/** Waits until all who were told have answered; what they were told so far. */
async function answered({ webhooks }: Sandbox) {
	await webhooks.settled();
	const bad = webhooks.deliveries.find(({ status }) => status !== 200);
	if (bad) throw new Error(`n8n answered ${bad.status} to a delivery`);
	return [...webhooks.deliveries];
}

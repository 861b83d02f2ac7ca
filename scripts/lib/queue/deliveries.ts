import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxHandle } from '../sandbox';
import { withSchool } from './school';
import type { Entrance, QueueStage } from './stage';
import { EVENTS, eventsOnce, PASSED } from './workflows';

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

interface Delivery {
	text: string;
	status: number | null;
}

/**
 * Equal deliveries to two webhook processes.
 * @param apartMs 0: both at the same moment
 */
export async function deliveries(
	stage: QueueStage,
	{ pairs, apartMs }: { pairs: number; apartMs: number },
): Promise<DeliveryFigures> {
	return await withSchool({ rateLimit: 0 }, async (sandbox) => {
		const entrance = await stage.publish(eventsOnce());
		await (apartMs === 0
			? together(sandbox, entrance, pairs)
			: apart(stage, sandbox, entrance, pairs, apartMs));
		await stage.finished(entrance.workflow, pairs);
		const executions = await stage.client.listExecutions(entrance.workflow);
		const ended = await Promise.all(
			executions.map(async ({ id }) => await stage.client.waitForExecution(id)),
		);
		const passed = ended.flatMap((execution) => execution.outputs(PASSED));
		const keys = ended.flatMap((execution) =>
			execution.outputs(EVENTS).map(({ deliveryKey }) => deliveryKey),
		);
		return {
			pairs,
			started: executions.length,
			keys: new Set(keys).size,
			passed: passed.length,
			events: new Set(passed.map(({ entity_id: id }) => id)).size,
		};
	});
}

/** AlfaCRM tells both of each change. */
async function together(sandbox: SandboxHandle, { addresses }: Entrance, pairs: number) {
	for (const url of addresses.slice(0, 2)) await sandbox.control('POST', 'webhooks', { url });
	await change(sandbox, pairs);
}

/** It tells one, and later the other; each execution has ended before the next one begins. */
async function apart(
	stage: QueueStage,
	sandbox: SandboxHandle,
	{ addresses, workflow }: Entrance,
	pairs: number,
	apartMs: number,
) {
	const [first, second] = addresses;
	await sandbox.control('POST', 'webhooks', { url: first });
	let sent: Delivery[] = [];
	for (let nth = 1; nth <= pairs; nth += 1) {
		sent = await change(sandbox, 1, nth);
		await stage.finished(workflow, nth);
	}
	await sleep(apartMs);
	for (const { text } of sent) {
		await sandbox.control('POST', 'webhooks/send', { text, url: second });
		await answered(sandbox);
		// One that is known at once starts nothing.
		await stage.finished(workflow, pairs);
	}
}

/** Changes so many customers, and waits until all who are told have answered. */
async function change(sandbox: SandboxHandle, count: number, from = 0): Promise<Delivery[]> {
	const customers = await sandbox.control<Array<{ id: number }>>('GET', 'records/customer');
	for (const { id } of customers.slice(from, from + count))
		await sandbox.control('PUT', `records/customer/${id}`, { note: `Звонок ${id}` });
	return await answered(sandbox);
}

async function answered(sandbox: SandboxHandle): Promise<Delivery[]> {
	const { deliveries: sent } = await sandbox.control<{ deliveries: Delivery[] }>('POST', 'webhooks/wait', {});
	const bad = sent.find(({ status }) => status !== 200);
	if (bad) throw new Error(`n8n answered ${bad.status} to a delivery`);
	return sent;
}

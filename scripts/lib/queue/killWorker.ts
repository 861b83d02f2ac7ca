import pWaitFor from 'p-wait-for';
import type { Sandbox } from '../../../sandbox';
import type { RawExecution } from '../n8n/execution';
import { isFinal } from '../n8n/execution';
import { makeBuiltInNode } from '../n8n/chain';
import type { SavedCredential } from '../n8n/types';
import { makeSaveLeadNode, phonesIn, withSchool } from './loads';
import type { Entrance, QueueStage } from './stage';

interface KilledFigures {
	/** Executions that died with the worker. */
	lost: number;
	/** Customers that existed when the worker died. */
	before: number;
	phones: number;
	/** Customers after everything was sent again. */
	customers: number;
	/** Different phones of these customers. */
	distinct: number;
	/** Why executions of the second sending failed. */
	failures: string[];
	/** From the death of the worker to the end of the second sending. */
	seconds: number;
	/** Customers after n8n's own Retry of the lost executions. */
	afterRetry: number;
}

interface Load {
	executions: number;
	/** Phones in the request of each execution. */
	each: number;
}

/** Delays the answer to each create, so that the worker is killed while creates are under way. */
const CREATE_MS = 1_000;

/**
 * Kills the only worker while it creates customers, starts another one, sends the same phones again, and retries the lost
 * executions as n8n does.
 */
export async function killWorker(stage: QueueStage, load: Load): Promise<KilledFigures> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox, credential) => {
		const entrance = await publishPhonesToLeads(stage, credential);
		const phones = load.executions * load.each;
		const phonesBefore = phonesIn(sandbox).length;
		const addedPhones = () => phonesIn(sandbox).slice(phonesBefore);

		delayCreates(sandbox);
		await sendPhones(entrance, load);
		const isMidway = () => addedPhones().length >= phones / 3 && isCreating(sandbox);
		await pWaitFor(isMidway, { interval: 20, timeout: 120_000 });

		const killedAt = performance.now();
		const restarting = stage.workers[0].restart({ kill: true });
		sandbox.faults.clear();
		const before = addedPhones().length;
		const [firstExecutions] = await Promise.all([stage.client.listExecutions(entrance.workflow), restarting]);
		// No other worker could finish them.
		const lostExecutions = firstExecutions.filter((execution) => !isFinal(execution));

		await sendPhones(entrance, load);
		const secondExecutions = await waitForNewExecutions(stage, entrance, firstExecutions, load.executions);
		const seconds = (performance.now() - killedAt) / 1_000;
		const phonesAfter = addedPhones();

		await retryLostExecutions(stage, entrance, lostExecutions, load);
		const unsuccessful = secondExecutions.filter(({ status }) => status !== 'success');
		return {
			lost: lostExecutions.length,
			before,
			phones,
			customers: phonesAfter.length,
			distinct: new Set(phonesAfter).size,
			failures: await stage.readFailureReasons(unsuccessful),
			seconds,
			afterRetry: addedPhones().length,
		};
	});
}

/** Publishes a workflow that saves a lead for each phone of a request. */
async function publishPhonesToLeads(stage: QueueStage, credential: SavedCredential): Promise<Entrance> {
	const splitNode = makeBuiltInNode('splitOut 1', 'Each Phone', {
		fieldToSplitOut: 'body.phones',
		options: { destinationFieldName: 'phone' },
	});
	const saveNode = makeSaveLeadNode(credential, '={{ $json.phone }}', 'Лид');
	return await stage.publishNodes('Phones to leads', [splitNode, saveNode]);
}

/** Sends the same phones at each call: one request for each execution. */
async function sendPhones(entrance: Entrance, { executions, each }: Load) {
	for (let request = 0; request < executions; request += 1) {
		const phones = Array.from({ length: each }, (_, index) => makePhone(request * each + index));
		await entrance.post({ phones });
	}
}

const makePhone = (index: number) => `+7 955 200-${String(index).padStart(4, '0')}`;

function delayCreates(sandbox: Sandbox) {
	sandbox.faults.add({
		kind: 'delay',
		ms: CREATE_MS,
		when: 'after',
		times: 0,
		match: { entity: 'customer', action: 'create' },
	});
}

/** Whether a create has arrived at the sandbox and is not answered yet. */
function isCreating({ journal }: Sandbox): boolean {
	return journal.some(({ action, status }) => action === 'create' && status === null);
}

/** Waits until `count` executions that are not among the `former` ones have ended. */
async function waitForNewExecutions(
	stage: QueueStage,
	{ workflow }: Entrance,
	former: RawExecution[],
	count: number,
): Promise<RawExecution[]> {
	const formerIds = new Set(former.map(({ id }) => id));
	let newExecutions: RawExecution[] = [];
	const haveEnded = async () => {
		const executions = await stage.client.listExecutions(workflow);
		newExecutions = executions.filter(({ id }) => !formerIds.has(id));
		return newExecutions.length >= count && newExecutions.every(isFinal);
	};
	await pWaitFor(haveEnded, { interval: 500, timeout: 180_000 });
	return newExecutions;
}

/**
 * Waits until n8n itself has marked the lost executions as failed, and retries them. A retry starts at the first node, because
 * no node of a lost execution had ended.
 */
async function retryLostExecutions(
	stage: QueueStage,
	{ workflow }: Entrance,
	lostExecutions: RawExecution[],
	{ executions }: Load,
) {
	await stage.waitForExecutions(workflow, 2 * executions);
	const lostIds = new Set(lostExecutions.map(({ id }) => id));
	const failedExecutions = await stage.listFailedExecutions(workflow);

	for (const { id } of failedExecutions) {
		if (!lostIds.has(id)) continue;
		await stage.client.session.request('POST', `/rest/executions/${id}/retry`, { loadWorkflow: true });
	}
}

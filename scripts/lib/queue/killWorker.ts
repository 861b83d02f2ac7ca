import pWaitFor from 'p-wait-for';
import type { RawExecution } from '../n8n/execution';
import { isFinal } from '../n8n/execution';
import { makeBuiltInNode } from '../n8n/chain';
import { phonesIn, saveLead, withSchool } from './loads';
import type { QueueStage } from './stage';

interface KilledFigures {
	/** Executions that died with the worker. */
	lost: number;
	/** Customers that were there when it died. */
	before: number;
	phones: number;
	/** After everything was sent again at once. */
	customers: number;
	distinct: number;
	/** Of the executions that do it again. */
	failures: string[];
	/** From the death to the end of the last one. */
	seconds: number;
	/** Customers after n8n's own Retry of the lost executions. */
	afterRetry: number;
}

/** Long enough that a worker that is killed has creates under way. */
const CREATE_MS = 1_000;

/** The only worker is killed while it creates customers, and another one takes its place. */
export async function killWorker(
	stage: QueueStage,
	{ executions, each }: { executions: number; each: number },
): Promise<KilledFigures> {
	return await withSchool(stage, { rateLimit: 0 }, async (sandbox, credential) => {
		const split = { fieldToSplitOut: 'body.phones', options: { destinationFieldName: 'phone' } };
		const nodes = [
			makeBuiltInNode('splitOut 1', 'Each Phone', split),
			saveLead(credential, '={{ $json.phone }}', 'Лид'),
		];
		const entrance = await stage.publishNodes('Phones to leads', nodes);
		const { workflow } = entrance;
		const phones = executions * each;
		const known = phonesIn(sandbox).length;
		const added = () => phonesIn(sandbox).slice(known);
		const sendAll = async () => {
			for (let nth = 0; nth < phones; nth += each)
				await entrance.post({ phones: Array.from({ length: each }, (_, index) => phoneOf(nth + index)) });
		};

		const match = { entity: 'customer', action: 'create' };
		sandbox.faults.add({ kind: 'delay', ms: CREATE_MS, when: 'after', times: 0, match });
		await sendAll();
		const isCreating = () =>
			sandbox.journal.some(({ action, status }) => action === 'create' && status === null);
		const isTime = () => added().length >= phones / 3 && isCreating();
		await pWaitFor(isTime, { interval: 20, timeout: 120_000 });
		const begun = performance.now();
		const restarting = stage.workers[0].restart({ kill: true });
		sandbox.faults.clear();
		const before = added().length;
		const [first] = await Promise.all([stage.client.listExecutions(workflow), restarting]);
		// Nobody else works on them.
		const lost = first.filter((execution) => !isFinal(execution)).map(({ id }) => id);

		await sendAll();
		const former = new Set(first.map(({ id }) => id));
		let second: RawExecution[] = [];
		const areDone = async () => {
			second = (await stage.client.listExecutions(workflow)).filter(({ id }) => !former.has(id));
			return second.length >= executions && second.every(isFinal);
		};
		await pWaitFor(areDone, { interval: 500, timeout: 180_000 });
		const seconds = (performance.now() - begun) / 1_000;
		const again = added();

		// n8n takes the others for lost after a while, and its Retry has the least to begin with: no node had ended.
		await stage.waitForExecutions(workflow, 2 * executions);
		const { session } = stage.client;
		for (const { id } of await stage.failed(workflow))
			if (lost.includes(id))
				await session.request('POST', `/rest/executions/${id}/retry`, { loadWorkflow: true });
		return {
			lost: lost.length,
			before,
			phones,
			customers: again.length,
			distinct: new Set(again).size,
			failures: await stage.readFailureReasons(second.filter(({ status }) => status !== 'success')),
			seconds,
			afterRetry: added().length,
		};
	});
}

const phoneOf = (nth: number) => `+7 955 200-${String(nth).padStart(4, '0')}`;

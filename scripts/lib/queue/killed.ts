import pWaitFor from 'p-wait-for';
import type { RawExecution } from '../n8n/execution';
import { isFinal } from '../n8n/execution';
import type { SandboxHandle } from '../sandbox';
import { journalOf } from './journal';
import { phonesIn, withSchool } from './school';
import type { QueueStage } from './stage';
import { phonesToLeads } from './workflows';

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
export async function killed(
	stage: QueueStage,
	{ executions, each }: { executions: number; each: number },
): Promise<KilledFigures> {
	return await withSchool({ rateLimit: 0 }, async (sandbox) => {
		const credential = await stage.credentialOf(sandbox, { requestsPerSecond: 0 });
		const entrance = await stage.publish(phonesToLeads(credential));
		const phones = executions * each;
		const known = await phonesIn(sandbox);
		const added = async () => (await phonesIn(sandbox)).slice(known.length);

		const bodies = Array.from({ length: executions }, (_, nth) => ({
			phones: Array.from({ length: each }, (_item, index) => phoneOf(nth * each + index)),
		}));
		const match = { entity: 'customer', action: 'create' };
		await sandbox.control('POST', 'faults', { kind: 'delay', ms: CREATE_MS, when: 'after', times: 0, match });
		for (const body of bodies) await entrance.post(body);
		await pWaitFor(async () => (await added()).length >= phones / 3 && (await isCreating(sandbox)), {
			interval: 20,
			timeout: 120_000,
		});
		const [worker] = stage.queue.workers;
		const begun = performance.now();
		const look = async () => {
			await sandbox.control('DELETE', 'faults');
			const count = (await added()).length;
			return { before: count, first: await stage.client.listExecutions(entrance.workflow) };
		};
		const [{ before, first }] = await Promise.all([look(), worker.restart({ kill: true })]);
		// Nobody else works on them.
		const lost = first.filter((execution) => !isFinal(execution)).map(({ id }) => id);

		for (const body of bodies) await entrance.post(body);
		const former = new Set(first.map(({ id }) => id));
		let second: RawExecution[] = [];
		const areDone = async () => {
			second = (await stage.client.listExecutions(entrance.workflow)).filter(({ id }) => !former.has(id));
			return second.length >= executions && second.every(isFinal);
		};
		await pWaitFor(areDone, { interval: 500, timeout: 180_000 });
		const seconds = (performance.now() - begun) / 1_000;
		const again = await added();

		// n8n takes the others for lost after a while, and its Retry has the least to begin with: no node had ended.
		await stage.finished(entrance.workflow, 2 * executions);
		await stage.retry((await stage.failed(entrance.workflow)).filter(({ id }) => lost.includes(id)));
		return {
			lost: lost.length,
			before,
			phones,
			customers: again.length,
			distinct: new Set(again).size,
			failures: await stage.reasonsOf(second.filter(({ status }) => status !== 'success')),
			seconds,
			afterRetry: (await added()).length,
		};
	});
}

const phoneOf = (nth: number) => `+7 955 200-${String(nth).padStart(4, '0')}`;

async function isCreating(sandbox: SandboxHandle): Promise<boolean> {
	return (await journalOf(sandbox)).some(
		({ path, status }) => path.endsWith('customer/create') && status === null,
	);
}

import pWaitFor from 'p-wait-for';
import { packTarball } from '../build';
import { N8nClient } from '../n8n/client';
import type { RawExecution } from '../n8n/execution';
import { STATUSES } from '../n8n/execution';
import { untilItTakesPosts } from '../n8n/webhook';
import type { SavedCredential } from '../n8n/types';
import type { SandboxHandle } from '../sandbox';
import type { N8nQueue } from './start';
import { startQueue } from './start';
import type { Started } from './workflows';

type StageOptions = Omit<Parameters<typeof startQueue>[0], 'tarball'>;

/** What became of a workflow's executions. */
interface Ended {
	executions: number;
	succeeded: number;
}

/** Some time in which everything that is waited for here happens, even while both cores are busy. */
const PATIENCE_MS = 600_000;

/** n8n in queue mode with the packed package in each process, and whoever works in its editor. */
export class QueueStage {
	private constructor(
		readonly queue: N8nQueue,
		readonly client: N8nClient,
	) {}

	static async open(options: StageOptions = {}): Promise<QueueStage> {
		const tarball = await packTarball();
		try {
			const queue = await startQueue({ ...options, tarball: tarball.file });
			const client = new N8nClient(queue);
			try {
				await client.signIn();
			} catch (error) {
				await queue.stop();
				throw error;
			}
			return new QueueStage(queue, client);
		} finally {
			tarball.remove();
		}
	}

	/** Saves a credential for the school. */
	async credentialOf(sandbox: SandboxHandle, changes: object = {}) {
		const data = { ...(await sandbox.credential()), ...changes };
		return await this.client.createCredential({ name: 'AlfaCRM', type: 'alfaCrmApi', data });
	}

	/**
	 * Switches a workflow on, and waits until each webhook process takes POST requests for it.
	 * @param credentials put in place of the workflow's own, by type
	 */
	async publish({ workflow, path }: Started, credentials?: SavedCredential[]): Promise<Entrance> {
		const { id } = await this.client.importWorkflow({ ...workflow, id: undefined }, credentials);
		await this.client.publishWorkflow(id);
		const entrance = new Entrance(
			id,
			this.queue.webhooks.map(({ url }) => url + path),
		);
		for (const address of entrance.addresses) await untilItTakesPosts(address);
		return entrance;
	}

	/** Waits until so many of its executions, or more, have ended and none is under way. */
	async finished(workflow: string, count: number): Promise<Ended> {
		let executions = 0;
		const isQuiet = async () => {
			executions = await this.client.countExecutions(workflow, STATUSES.final);
			return executions >= count && (await this.client.countExecutions(workflow)) === executions;
		};
		await pWaitFor(isQuiet, { interval: 500, timeout: PATIENCE_MS });
		const failed = await this.client.countExecutions(workflow, STATUSES.failed);
		return { executions, succeeded: executions - failed };
	}

	/** Its executions that did not succeed, no more than 100 of them. */
	async failed(workflow: string): Promise<RawExecution[]> {
		return (await this.client.listExecutions(workflow, STATUSES.failed)).slice(0, 100);
	}

	/** Runs failed ones again by n8n's own "Retry", to their end. */
	async retry(failed: RawExecution[]) {
		for (const { id } of failed)
			await this.client.session.request('POST', `/rest/executions/${id}/retry`, { loadWorkflow: true });
	}

	/** Why executions failed, each reason once. A hundred of them fail for a few reasons. */
	async reasonsOf(failed: RawExecution[]): Promise<string[]> {
		const some = failed.slice(0, 10);
		const reasons = some.map(async ({ id, status }) => {
			const { lastNode, error } = await this.client.waitForExecution(id);
			return [status, lastNode, error?.message, error?.description].filter(Boolean).join(': ');
		});
		return [...new Set(await Promise.all(reasons))];
	}

	async close() {
		await this.queue.stop();
	}
}

/** Where a workflow is started from outside: an address at each webhook process, taken in turn. */
export class Entrance {
	private turn = 0;

	constructor(
		/** ID of the workflow. */
		readonly workflow: string,
		readonly addresses: string[],
	) {}

	/** At the next process; what is not taken is an error. */
	async post(body: FormData | object) {
		const address = this.addresses[this.turn++ % this.addresses.length];
		const response = await fetch(
			address,
			body instanceof FormData
				? { method: 'POST', body }
				: {
						method: 'POST',
						headers: { 'content-type': 'application/json' },
						body: JSON.stringify(body),
					},
		);
		const text = await response.text();
		if (!response.ok) throw new Error(`n8n answered ${response.status} to a delivery: ${text.slice(0, 300)}`);
	}
}

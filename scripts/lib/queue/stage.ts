import { randomUUID } from 'node:crypto';
import pWaitFor from 'p-wait-for';
import { packTarball } from '../build';
import type { ChainedNode } from '../n8n/chain';
import { makeBuiltInNode, makeWorkflow } from '../n8n/chain';
import { N8nClient } from '../n8n/client';
import type { RawExecution } from '../n8n/execution';
import { STATUSES } from '../n8n/execution';
import type { N8nHandle } from '../n8n/start';
import { startN8n } from '../n8n/start';
import type { SavedCredential, Workflow } from '../n8n/types';
import { waitUntilPostsAreAccepted } from '../n8n/webhook';
import { startPostgres, startRedis } from './servers';

interface StageOptions {
	/** How many webhook processes to start. */
	webhooks: number;
	/** How many workers to start. */
	workers: number;
	/** Port of the main process. */
	port?: number;
	/** Added to the environment of each n8n process. */
	env?: NodeJS.ProcessEnv;
}

/** A count of a workflow's executions that have ended. */
interface EndedExecutions {
	executions: number;
	succeeded: number;
}

interface Stoppable {
	stop: () => Promise<void>;
}

/** A dozen processes start at the same time, and each takes half a minute of a core. */
const START_MS = 300_000;
/** The longest load ends within this time even while both cores are busy. */
const LOAD_MS = 600_000;
/** n8n pages executions in queue mode reliably only up to 100: see `listExecutions`. */
const MAX_LISTED = 100;

/** n8n in queue mode on loopback, with the packed package in each process and a signed-in client of its main process. */
export class QueueStage {
	private constructor(
		/** Address of the main process, which serves the editor. */
		readonly url: string,
		readonly client: N8nClient,
		/** Processes that take production webhooks and forms; the main process takes none here. */
		private readonly webhooks: N8nHandle[],
		readonly workers: N8nHandle[],
		/** Ends all processes and removes their data. */
		readonly close: () => Promise<void>,
	) {}

	/** Starts Postgres, Redis, and then n8n's main process, webhook processes and workers. */
	static async open(options: StageOptions): Promise<QueueStage> {
		const tarball = await packTarball();
		const layers = new ServerLayers();
		try {
			const backends = await layers.start([startPostgres(), startRedis()]);
			const backendEnvs = backends.map((backend) => backend.env);
			const env: NodeJS.ProcessEnv = Object.assign({}, ...backendEnvs, makeSharedEnv(), options.env);
			const launch = async (command: string[], port?: number) =>
				await startN8n({ tarball: tarball.file, command, env, port, timeout: START_MS });

			// The main process creates the tables, without which the other processes do not start.
			const [main] = await layers.start([launch(['start'], options.port)]);
			const processes = await layers.start([
				...Array.from({ length: options.webhooks }, async () => await launch(['webhook'])),
				...Array.from({ length: options.workers }, async () => await launch(['worker', '--concurrency=10'])),
			]);
			const webhooks = processes.slice(0, options.webhooks);
			const workers = processes.slice(options.webhooks);

			const client = new N8nClient(main);
			await client.signIn();
			return new QueueStage(main.url, client, webhooks, workers, async () => await layers.stop());
		} catch (error) {
			await layers.stop();
			throw error;
		} finally {
			tarball.remove();
		}
	}

	/** Publishes nodes behind a Webhook node, which answers before the other nodes begin. */
	async publishNodes(name: string, nodes: ChainedNode[]): Promise<Entrance> {
		const path = randomUUID();
		const webhookNode = makeBuiltInNode('webhook 2', 'Webhook', { httpMethod: 'POST', path, options: {} });
		const workflow = makeWorkflow(name, [{ ...webhookNode, webhookId: path }, ...nodes]);
		return await this.publish(workflow, `/webhook/${path}`);
	}

	/**
	 * Publishes a workflow, and waits until each webhook process takes POST requests for it.
	 * @param path starts the workflow, below the address of a webhook process
	 * @param credentials replace the credentials of the workflow, by type
	 */
	async publish(workflow: Workflow, path: string, credentials?: SavedCredential[]): Promise<Entrance> {
		const { id } = await this.client.importWorkflow({ ...workflow, id: undefined }, credentials);
		await this.client.publishWorkflow(id);

		const addresses = this.webhooks.map(({ url }) => url + path);
		for (const address of addresses) await waitUntilPostsAreAccepted(address);
		return new Entrance(id, addresses);
	}

	/** Waits until at least `count` executions of a workflow have ended and none is running. */
	async waitForExecutions(workflow: string, count: number): Promise<EndedExecutions> {
		let executions = 0;
		const haveEnded = async () => {
			executions = await this.client.countExecutions(workflow, STATUSES.final);
			if (executions < count) return false;
			return (await this.client.countExecutions(workflow)) === executions;
		};
		await pWaitFor(haveEnded, { interval: 500, timeout: LOAD_MS });

		const failed = await this.client.countExecutions(workflow, STATUSES.failed);
		return { executions, succeeded: executions - failed };
	}

	/** Lists the newest executions of a workflow that failed, at most 100. */
	async listFailedExecutions(workflow: string): Promise<RawExecution[]> {
		const executions = await this.client.listExecutions(workflow, STATUSES.failed);
		return executions.slice(0, MAX_LISTED);
	}

	/** Reads why executions failed, each reason once. Ten of them are read, as a load fails for only a few reasons. */
	async readFailureReasons(failedExecutions: RawExecution[]): Promise<string[]> {
		const readReason = async ({ id, status }: RawExecution) => {
			const { lastNode, error } = await this.client.waitForExecution(id);
			return [status, lastNode, error?.message, error?.description].filter(Boolean).join(': ');
		};
		const reasons = await Promise.all(failedExecutions.slice(0, 10).map(readReason));
		return [...new Set(reasons)];
	}
}

/** Groups of servers that were started one group after the other, and that stop in the opposite order. */
class ServerLayers {
	private readonly layers: Array<Array<Promise<Stoppable>>> = [];

	/** Waits until all servers of a group have started. */
	async start<T extends Stoppable>(starting: Array<Promise<T>>): Promise<T[]> {
		this.layers.unshift(starting);
		return await Promise.all(starting);
	}

	/** Stops every server that has started or is still starting. */
	async stop() {
		for (const layer of this.layers.splice(0)) {
			const stopping = layer.map(async (server) => await (await server).stop());
			await Promise.allSettled(stopping);
		}
	}
}

/** Makes the variables that must be equal in all processes of one n8n. */
const makeSharedEnv = () => ({
	EXECUTIONS_MODE: 'queue',
	N8N_ENCRYPTION_KEY: randomUUID(),
	N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	// In the default mode, each process would start a task runner for Code nodes, which no load has.
	N8N_RUNNERS_MODE: 'external',
	N8N_RUNNERS_AUTH_TOKEN: randomUUID(),
});

/** The addresses that start a workflow from outside, one at each webhook process. */
export class Entrance {
	private nextAddress = 0;

	constructor(
		/** ID of the workflow. */
		readonly workflow: string,
		readonly addresses: string[],
	) {}

	/**
	 * Sends a request to the next webhook process.
	 * @throws if n8n does not accept it
	 */
	async post(body: FormData | object) {
		const address = this.addresses[this.nextAddress % this.addresses.length];
		this.nextAddress += 1;

		const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
		const content = body instanceof FormData ? { body } : json;
		const response = await fetch(address, { method: 'POST', ...content });
		const text = await response.text();
		if (!response.ok) throw new Error(`n8n answered ${response.status} to a delivery: ${text.slice(0, 300)}`);
	}
}

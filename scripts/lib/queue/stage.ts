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
	webhooks: number;
	workers: number;
	/** Of main. */
	port?: number;
	/** Added to the environment of each n8n process. */
	env?: NodeJS.ProcessEnv;
}

/** What became of a workflow's executions. */
interface EndedExecutions {
	executions: number;
	succeeded: number;
}

/** A dozen processes start at the same time, and each takes half a minute of a core. */
const START_MS = 300_000;
/** Some time in which everything that is waited for here happens, even while both cores are busy. */
const PATIENCE_MS = 600_000;

/** n8n in queue mode on loopback, with the packed package in each process, and whoever works in its editor. */
export class QueueStage {
	private constructor(
		/** Of main, which has the editor. */
		readonly url: string,
		readonly client: N8nClient,
		/** They take production webhooks and forms, which main does not here. */
		private readonly webhooks: N8nHandle[],
		/** `restart({ kill: true })` is one that dies in the middle of its work, and another one. */
		readonly workers: N8nHandle[],
		/** Ends everything and removes it. */
		readonly close: () => Promise<void>,
	) {}

	/** Starts Postgres and Redis of the machine, main, webhook processes and workers. */
	static async open({ webhooks, workers, port, env: more }: StageOptions): Promise<QueueStage> {
		const tarball = await packTarball();
		/** What has to be undone, in layers: what was started last ends first. */
		const started: Array<Array<Promise<{ stop: () => Promise<void> }>>> = [];
		const layer = async <T extends { stop: () => Promise<void> }>(
			starting: Array<Promise<T>>,
		): Promise<T[]> => {
			started.unshift(starting);
			return await Promise.all(starting);
		};
		const close = async () => {
			for (const each of started.splice(0))
				await Promise.allSettled(each.map(async (server) => await (await server).stop()));
		};
		try {
			const servers = await layer([startPostgres(), startRedis()]);
			const env = Object.assign({}, ...servers.map((one) => one.env), sharedEnv(), more) as NodeJS.ProcessEnv;
			const launch = async (command: string[], at?: number) =>
				await startN8n({ tarball: tarball.file, command, env, port: at, timeout: START_MS });
			// Main makes the tables; the others would fail for the lack of them.
			const [main] = await layer([launch(['start'], port)]);
			const others = await layer([
				...Array.from({ length: webhooks }, async () => await launch(['webhook'])),
				...Array.from({ length: workers }, async () => await launch(['worker', '--concurrency=10'])),
			]);
			const client = new N8nClient(main);
			await client.signIn();
			return new QueueStage(main.url, client, others.slice(0, webhooks), others.slice(webhooks), close);
		} catch (error) {
			await close();
			throw error;
		} finally {
			tarball.remove();
		}
	}

	/** Publishes nodes behind a Webhook node, which answers before the rest begins. */
	async publishNodes(name: string, nodes: ChainedNode[]): Promise<Entrance> {
		const path = randomUUID();
		const webhook = makeBuiltInNode('webhook 2', 'Webhook', { httpMethod: 'POST', path, options: {} });
		return await this.publish(
			makeWorkflow(name, [{ ...webhook, webhookId: path }, ...nodes]),
			`/webhook/${path}`,
		);
	}

	/**
	 * Switches a workflow on, and waits until each webhook process takes POST requests for it.
	 * @param path below n8n's address that starts it
	 * @param credentials put in place of the workflow's own, by type
	 */
	async publish(workflow: Workflow, path: string, credentials?: SavedCredential[]): Promise<Entrance> {
		const { id } = await this.client.importWorkflow({ ...workflow, id: undefined }, credentials);
		await this.client.publishWorkflow(id);
		const addresses = this.webhooks.map(({ url }) => url + path);
		for (const address of addresses) await waitUntilPostsAreAccepted(address);
		return new Entrance(id, addresses);
	}

	/** Waits until so many of its executions, or more, have ended and none is under way. */
	async waitForExecutions(workflow: string, count: number): Promise<EndedExecutions> {
		let executions = 0;
		const isQuiet = async () => {
			executions = await this.client.countExecutions(workflow, STATUSES.final);
			return executions >= count && (await this.client.countExecutions(workflow)) === executions;
		};
		await pWaitFor(isQuiet, { interval: 500, timeout: PATIENCE_MS });
		const listFailedExecutions = await this.client.countExecutions(workflow, STATUSES.failed);
		return { executions, succeeded: executions - listFailedExecutions };
	}

	/** Its executions that did not succeed, no more than 100 of them. */
	async failed(workflow: string): Promise<RawExecution[]> {
		return (await this.client.listExecutions(workflow, STATUSES.failed)).slice(0, 100);
	}

	/** Why executions failed, each reason once. A hundred of them fail for a few reasons. */
	async readFailureReasons(failed: RawExecution[]): Promise<string[]> {
		const reasons = failed.slice(0, 10).map(async ({ id, status }) => {
			const { lastNode, error } = await this.client.waitForExecution(id);
			return [status, lastNode, error?.message, error?.description].filter(Boolean).join(': ');
		});
		return [...new Set(await Promise.all(reasons))];
	}
}

/** All processes have the same. */
const sharedEnv = () => ({
	EXECUTIONS_MODE: 'queue',
	N8N_ENCRYPTION_KEY: randomUUID(),
	N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	// Each process would start one for code that nobody runs here.
	N8N_RUNNERS_MODE: 'external',
	N8N_RUNNERS_AUTH_TOKEN: randomUUID(),
});

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
		const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
		const sent = body instanceof FormData ? { body } : json;
		const response = await fetch(address, { method: 'POST', ...sent });
		const text = await response.text();
		if (!response.ok) throw new Error(`n8n answered ${response.status} to a delivery: ${text.slice(0, 300)}`);
	}
}

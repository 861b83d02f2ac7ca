import { randomUUID } from 'node:crypto';
import type { N8nHandle } from '../n8n/start';
import { startN8n } from '../n8n/start';
import { startPostgres, startRedis } from './servers';

/** One n8n of several processes. As a handle it is its main process: editor and REST API. */
export interface N8nQueue extends Pick<N8nHandle, 'url' | 'modules'> {
	main: N8nHandle;
	/** They take production webhooks and forms, which main does not here. Who shares the work out among them is up to the caller. */
	webhooks: N8nHandle[];
	/** `restart({ kill: true })` is one that dies in the middle of its work, and another one. */
	workers: N8nHandle[];
	/** Ends everything and removes it. */
	stop: () => Promise<void>;
}

interface QueueOptions {
	/** Package to install into each process. */
	tarball: string;
	webhooks?: number;
	workers?: number;
	/** Executions at a time, of each worker. */
	concurrency?: number;
	/** Of main. */
	port?: number;
	/** Added to the environment of each n8n process. */
	env?: NodeJS.ProcessEnv;
}

/** A dozen processes start at the same time, and each takes half a minute of a core. */
const PATIENCE_MS = 300_000;

/** Starts n8n in queue mode on loopback: Postgres and Redis of the machine, main, webhook processes and workers. */
export async function startQueue(options: QueueOptions): Promise<N8nQueue> {
	const { tarball, webhooks = 1, workers = 2, concurrency = 10, port } = options;
	/** What has to be undone, in layers: what was started last ends first. */
	const started: Array<Array<Promise<{ stop: () => Promise<void> }>>> = [];
	const layer = async <T extends { stop: () => Promise<void> }>(
		starting: Array<Promise<T>>,
	): Promise<T[]> => {
		started.unshift(starting);
		return await Promise.all(starting);
	};
	const stop = async () => {
		for (const each of started.splice(0))
			await Promise.allSettled(each.map(async (server) => await (await server).stop()));
	};
	try {
		const servers = await layer([startPostgres(), startRedis()]);
		const env = Object.assign(
			{},
			...servers.map(({ env: own }) => own),
			sharedEnv(),
			options.env,
		) as NodeJS.ProcessEnv;
		const launch = async (command: string[], at?: number) =>
			await startN8n({ tarball, command, env, port: at, timeout: PATIENCE_MS });
		// Main makes the tables; the others would fail for the lack of them.
		const [main] = await layer([launch(['start'], port)]);
		const others = await layer([
			...Array.from({ length: webhooks }, async () => await launch(['webhook'])),
			...Array.from(
				{ length: workers },
				async () => await launch(['worker', `--concurrency=${concurrency}`]),
			),
		]);
		const { url, modules } = main;
		return {
			url,
			modules,
			main,
			webhooks: others.slice(0, webhooks),
			workers: others.slice(webhooks),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
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

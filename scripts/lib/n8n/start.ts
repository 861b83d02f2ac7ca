import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, HOST } from '../ports';
import type { Server } from '../server';
import { startServer } from '../server';
import { installPackage } from './communityPackage';
import { n8nEnv } from './env';
import { ensureN8n, N8N_VERSION } from './install';

export interface N8nHandle {
	url: string;
	userFolder: string;
	/** n8n's node_modules folder. */
	modules: string;
	pid: () => number;
	/** Path of the file that takes its output. */
	log: string;
	/** Ends n8n; removes the user folder if it was made here, unless `keep`. */
	stop: (options?: { keep?: boolean }) => Promise<void>;
	/** Same data, same port; `kill`: as if the power failed. */
	restart: (change?: { env?: NodeJS.ProcessEnv; kill?: boolean }) => Promise<void>;
}

interface N8nOptions {
	/** An existing folder keeps its data; default a new temporary one. */
	userFolder?: string;
	port?: number;
	/** Added to n8n's environment. */
	env?: NodeJS.ProcessEnv;
	/** Package to install before starting. */
	tarball?: string;
	/** Of n8n's command line: the server itself, or one of the processes that work for it. */
	command?: string[];
	/** Milliseconds to become ready. */
	timeout?: number;
}

/** Starts a real n8n that listens on 127.0.0.1 only, with its own user folder, and waits until it serves requests. */
export async function startN8n(options: N8nOptions = {}): Promise<N8nHandle> {
	const { command = ['start'], timeout = 120_000 } = options;
	const n8n = await ensureN8n();
	const userFolder = options.userFolder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-n8n-'));
	const removeFolder = () => {
		if (!options.userFolder) fs.rmSync(userFolder, { recursive: true, force: true, maxRetries: 5 });
	};
	const port = options.port ?? (await freePort());
	const url = `http://${HOST}:${port}`;
	const log = path.join(userFolder, 'n8n.log');
	let env = options.env ?? {};

	const launch = async (): Promise<Server> => {
		const own = {
			N8N_PORT: String(port),
			// A worker has no other port than this one.
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			...env,
		};
		return await startServer({
			what: `n8n ${N8N_VERSION} (${command[0]}) of ${n8n.folder}`,
			node: n8n.node,
			script: n8n.cli,
			args: command,
			cwd: userFolder,
			env: n8nEnv(n8n, userFolder, own),
			log,
			health: `${url}/healthz/readiness`,
			timeout,
		});
	};
	const firstLaunch = async (): Promise<Server> => {
		if (options.tarball) await installPackage(options.tarball, userFolder);
		return await launch();
	};

	let server = await firstLaunch().catch((error: unknown) => {
		removeFolder();
		throw error;
	});
	return {
		url,
		userFolder,
		modules: n8n.modules,
		pid: () => server.pid,
		log,
		stop: async ({ keep = false } = {}) => {
			await server.stop();
			if (!keep) removeFolder();
		},
		restart: async (change = {}) => {
			await (change.kill ? server.kill() : server.stop());
			env = { ...env, ...change.env };
			server = await launch();
		},
	};
}

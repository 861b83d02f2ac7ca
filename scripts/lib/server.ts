import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import pWaitFor from 'p-wait-for';
import { UserFacingError } from '../bootstrap/userFacingError';

const EXIT_WITH_PARENT = path.join(__dirname, 'exitWithParent.js');
const STOP_MS = 20_000;

export interface Server {
	pid: number;
	/** Path of the file that takes its output. */
	log: string;
	isRunning: () => boolean;
	/** Ends this process and waits until it is gone. */
	stop: () => Promise<void>;
	/** The same without giving it time to tidy up. */
	kill: () => Promise<void>;
}

export interface ServerOptions {
	/** For messages. */
	what: string;
	/** The Node that it runs in, if it is not this one. */
	node?: string;
	nodeOptions?: string[];
	script: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	log: string;
	/** An address that answers with success when it is ready, or who tells it otherwise. */
	health: string | (() => Promise<boolean>);
	/** Milliseconds to become ready. */
	timeout: number;
}

/** Starts a Node server and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
	const { what, node = process.execPath, nodeOptions = [], script, args, cwd, env, log, timeout } = options;
	const { health } = options;
	const isHealthy = typeof health === 'string' ? async () => await answers(health) : health;
	fs.mkdirSync(path.dirname(log), { recursive: true });
	const output = fs.openSync(log, 'a');
	const offset = fs.fstatSync(output).size;
	const child = execa.node(script, args, {
		nodePath: node,
		nodeOptions: ['--require', EXIT_WITH_PARENT, ...nodeOptions],
		cwd,
		env,
		extendEnv: false,
		reject: false,
		stdio: ['ignore', output, output, 'ipc'],
	});
	fs.closeSync(output);
	const isRunning = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal, { forceKillAfterTimeout: STOP_MS });
		await child;
	};
	const server = {
		pid: child.pid ?? 0,
		log,
		isRunning,
		stop: async () => await end('SIGTERM'),
		kill: async () => await end('SIGKILL'),
	};
	let isReady = false;
	const look = async () => !isRunning() || (isReady = await isHealthy());
	await pWaitFor(look, { interval: 100, timeout }).catch(() => undefined);
	if (isReady) return server;
	const why = isRunning() ? `was not ready within ${timeout / 1_000} s` : 'ended while starting';
	await server.stop();
	throw new UserFacingError(`${what} ${why}. The end of its log:`, {
		details: fs.readFileSync(log).subarray(offset).toString('utf8'),
	});
}

async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}

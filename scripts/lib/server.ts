import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import pWaitFor from 'p-wait-for';
import { UserFacingError } from '../bootstrap/userFacingError';

const EXIT_WITH_PARENT = path.join(__dirname, 'exitWithParent.js');

/** How long a process may take to end before it is killed. */
const STOP_MS = 20_000;

export interface Server {
	pid: number;
	/** The file with the output of the server. */
	log: string;
	isRunning: () => boolean;
	/** Ends the process and waits until it is gone. */
	stop: () => Promise<void>;
	/** Kills the process, so that it cannot tidy up, and waits until it is gone. */
	kill: () => Promise<void>;
}

export interface ServerOptions {
	/** The name of the server in messages. */
	what: string;
	/** The Node.js in which the server runs, if it is not the present one. */
	node?: string;
	nodeOptions?: string[];
	script: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	log: string;
	/** An address that answers with success as soon as the server is ready, or a function that finds out. */
	health: string | (() => Promise<boolean>);
	/** How long the server may take to become ready, in ms. */
	timeout: number;
}

/** Starts a server that runs in Node.js, and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
	const { what, log, timeout } = options;
	const logLength = prepareLog(log);
	const server = spawnServer(options);
	if (await waitUntilReady(server, options)) return server;

	const reason = server.isRunning() ? `was not ready within ${timeout / 1_000} s` : 'ended while starting';
	await server.stop();
	const newOutput = fs.readFileSync(log).subarray(logLength).toString('utf8');
	throw new UserFacingError(`${what} ${reason}. The end of its log:`, { details: newOutput });
}

/** Makes sure that the log exists, and returns its length, since an earlier server may have written to it. */
function prepareLog(log: string): number {
	fs.mkdirSync(path.dirname(log), { recursive: true });
	fs.appendFileSync(log, '');
	return fs.statSync(log).size;
}

function spawnServer({ node = process.execPath, nodeOptions = [], ...options }: ServerOptions): Server {
	const output = fs.openSync(options.log, 'a');
	const child = execa.node(options.script, options.args, {
		nodePath: node,
		nodeOptions: ['--require', EXIT_WITH_PARENT, ...nodeOptions],
		cwd: options.cwd,
		env: options.env,
		extendEnv: false,
		reject: false,
		stdio: ['ignore', output, output, 'ipc'],
	});
	fs.closeSync(output);

	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal, { forceKillAfterTimeout: STOP_MS });
		await child;
	};
	return {
		pid: child.pid ?? 0,
		log: options.log,
		isRunning: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
		stop: async () => await end('SIGTERM'),
		kill: async () => await end('SIGKILL'),
	};
}

/** Waits until the server is ready. Returns false if it ends or does not become ready in time. */
async function waitUntilReady(server: Server, { health, timeout }: ServerOptions): Promise<boolean> {
	const isHealthy = typeof health === 'string' ? async () => await answersWithSuccess(health) : health;
	let isReady = false;
	const isReadyOrEnded = async () => {
		if (!server.isRunning()) return true;
		isReady = await isHealthy();
		return isReady;
	};

	// A timeout leaves `isReady` false, and the caller reports it with the log.
	await pWaitFor(isReadyOrEnded, { interval: 100, timeout }).catch(() => undefined);
	return isReady;
}

async function answersWithSuccess(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import { inRepo } from '../paths';
import { freePort, HOST } from '../ports';
import { startServer } from '../server';
import type { Guarded } from './guard';
import { findPrograms } from './programs';

const USER = 'n8n';
/** No durability, which throw-away data does not need; enough connections for a dozen n8n processes. */
const POSTGRES = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
const REDIS = ['--save', '', '--appendonly', 'no', '--protected-mode', 'yes', '--bind', HOST];

/** A server that n8n needs, and how n8n is told of it. */
interface Backend {
	env: NodeJS.ProcessEnv;
	/** Removes its data as well. */
	stop: () => Promise<void>;
}

/** A Postgres that listens on loopback only, with an empty database. */
export async function startPostgres(): Promise<Backend> {
	const { initdb, postgres } = findPrograms().postgres;
	const port = await freePort();
	const user = unprivilegedUser();
	const folder = makeFolder('postgres', user);
	const data = path.join(folder, 'data');
	const how = ['--no-sync', '--auth=trust', '--encoding=UTF8', '--locale=C', `--username=${USER}`];
	// What a shell has set for another server must not reach this one.
	await execa(initdb, [...how, '-D', data], {
		env: { PATH: process.env.PATH },
		extendEnv: false,
		cwd: folder,
		...user,
	});
	const settings = [`listen_addresses=${HOST}`, 'unix_socket_directories=', ...POSTGRES];
	const stop = await startGuarded('Postgres', folder, {
		program: postgres,
		args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
		user,
		stopSignal: 'SIGINT',
		// It listens before it takes anybody in.
		isReady: () => /^ready\s*$/m.test(fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8')),
	});
	const env = {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: HOST,
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_USER: USER,
		DB_POSTGRESDB_DATABASE: 'postgres',
		// With n8n's own 2, it answers 503 "Database is not ready!" under load.
		DB_POSTGRESDB_POOL_SIZE: '10',
		DB_PING_TIMEOUT_MS: '20000',
	};
	return { env, stop };
}

/** A Redis that listens on loopback only and keeps nothing. */
export async function startRedis(): Promise<Backend> {
	const port = await freePort();
	const folder = makeFolder('redis');
	const stop = await startGuarded('Redis', folder, {
		program: findPrograms().redis,
		args: ['--port', String(port), '--dir', folder, ...REDIS],
		stopSignal: 'SIGTERM',
		isReady: async () => await accepts(port),
	});
	return { env: { QUEUE_BULL_REDIS_HOST: HOST, QUEUE_BULL_REDIS_PORT: String(port) }, stop };
}

/** Postgres refuses to run as root; nobody is on every machine. */
function unprivilegedUser(): Guarded['user'] {
	if (process.getuid?.() !== 0) return undefined;
	const [uid, gid] = ['-u', '-g'].map((flag) => Number(execa.sync('id', [flag, 'nobody']).stdout));
	return { uid, gid };
}

function makeFolder(what: string, user?: Guarded['user']): string {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), `alfacrm-${what}-`));
	if (user) fs.chownSync(folder, user.uid, user.gid);
	return folder;
}

/**
 * Starts a server of the machine, and waits until it is ready.
 * @returns stops it, and removes its folder
 */
async function startGuarded(
	what: string,
	folder: string,
	{ isReady, ...guarded }: Guarded & { isReady: () => boolean | Promise<boolean> },
): Promise<() => Promise<void>> {
	const remove = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	const server = await startServer({
		what,
		nodeOptions: ['--import', 'tsx'],
		script: inRepo('scripts', 'lib', 'queue', 'guard.ts'),
		args: [JSON.stringify(guarded)],
		cwd: inRepo(),
		env: process.env,
		log: path.join(folder, 'server.log'),
		health: async () =>
			await Promise.resolve()
				.then(isReady)
				.catch(() => false),
		timeout: 60_000,
	}).catch((error: unknown) => {
		remove();
		throw error;
	});
	return async () => {
		await server.stop();
		remove();
	};
}

async function accepts(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = net.connect(port, HOST, () => resolve(true));
		socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
	});
}

import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import execa from 'execa';
import { UserFacingError } from '../../bootstrap/userFacingError';
import { HOST } from '../ports';
import { startGuarded } from './guarded';
import { findPrograms } from './programs';

const USER = 'n8n';
/** No durability, which throw-away data does not need; enough connections for a dozen n8n processes. */
const POSTGRES = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
const REDIS = ['--save', '', '--appendonly', 'no', '--protected-mode', 'yes', '--bind', HOST];

/** A server that n8n needs, and how n8n is told of it. */
interface Backend {
	env: NodeJS.ProcessEnv;
	stop: () => Promise<void>;
}

/** A Postgres that listens on loopback only, with an empty database. */
export async function startPostgres(): Promise<Backend> {
	const { initdb, postgres } = findPrograms().postgres;
	// What a shell has set for another server must not reach this one.
	const options = { env: { PATH: process.env.PATH }, extendEnv: false, reject: false, all: true } as const;
	const { port, stop } = await startGuarded('Postgres', async ({ folder, port, user }) => {
		const data = path.join(folder, 'data');
		const how = ['--no-sync', '--auth=trust', '--encoding=UTF8', '--locale=C', `--username=${USER}`];
		const made = await execa(initdb, [...how, '-D', data], { ...options, ...user, cwd: folder });
		if (made.failed) throw new UserFacingError('Postgres could not make a database.', { details: made.all });
		const settings = [`listen_addresses=${HOST}`, 'unix_socket_directories=', ...POSTGRES];
		return {
			program: postgres,
			args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
			stopSignal: 'SIGINT',
			isReady: async () => await Promise.resolve(isPostgresReady(data)),
		};
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
	const { redis } = findPrograms();
	const { port, stop } = await startGuarded('Redis', async ({ folder, port }) => ({
		program: redis,
		args: ['--port', String(port), '--dir', folder, ...REDIS],
		stopSignal: 'SIGTERM',
		isReady: async () => await isRedisReady(port, folder),
	}));
	return { env: { QUEUE_BULL_REDIS_HOST: HOST, QUEUE_BULL_REDIS_PORT: String(port) }, stop };
}

/** Postgres says it in its own folder; at the port another server might answer. */
export function isPostgresReady(data: string): boolean {
	const file = path.join(data, 'postmaster.pid');
	return fs.existsSync(file) && /^ready\s*$/m.test(fs.readFileSync(file, 'utf8'));
}

/** Whether the Redis at the port is the one that works in the folder. */
export async function isRedisReady(port: number, folder: string): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = net.connect(port, HOST, () => socket.write('CONFIG GET dir\r\n'));
		const answer = (isReady: boolean) => {
			socket.destroy();
			resolve(isReady);
		};
		socket.setTimeout(2_000, () => answer(false));
		socket.once('error', () => answer(false));
		socket.once('data', (data) => answer(data.toString().split('\r\n').includes(fs.realpathSync(folder))));
	});
}

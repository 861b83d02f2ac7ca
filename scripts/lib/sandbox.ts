import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRepo, ROOT } from './paths';
import { freePort, HOST } from './ports';
import { startServer } from './server';

export interface SandboxHandle {
	url: string;
	/** Calls /_sandbox/..., for example control('GET', 'journal'). */
	control: <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;
	/** The data of an `alfaCrmApi` credential for it. */
	credential: () => Promise<Account>;
	stop: () => Promise<void>;
}

export interface Account {
	hostname: string;
	email: string;
	apiKey: string;
}

/** For a school that is the same every day: what is measured or pictured must not change overnight. */
export const FIXED_DAY = ['--today', '2026-02-10'];

/**
 * Starts the sandbox AlfaCRM as a process of its own.
 * @param options `args`: further flags of sandbox/cli.ts
 */
export async function startSandbox(options: { port?: number; args?: string[] } = {}): Promise<SandboxHandle> {
	const port = options.port ?? (await freePort());
	const url = `http://${HOST}:${port}`;
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-sandbox-'));
	const removeFolder = () => fs.rmSync(folder, { recursive: true, force: true });
	const server = await startServer({
		what: 'The AlfaCRM sandbox',
		nodeOptions: ['--import', 'tsx'],
		script: inRepo('sandbox', 'cli.ts'),
		args: ['--port', String(port), ...(options.args ?? [])],
		cwd: ROOT,
		env: process.env,
		log: path.join(folder, 'sandbox.log'),
		health: `${url}/_sandbox/health`,
		timeout: 60_000,
	}).catch((error: unknown) => {
		removeFolder();
		throw error;
	});
	const control = async <T>(method: string, where: string, body?: unknown): Promise<T> => {
		const response = await fetch(`${url}/_sandbox/${where}`, {
			method,
			...(body !== undefined && {
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			}),
		});
		const text = await response.text();
		if (!response.ok)
			throw new Error(`The sandbox answered ${response.status} to ${method} ${where}: ${text}`);
		return (text ? JSON.parse(text) : undefined) as T;
	};
	return {
		url,
		control,
		credential: async () => {
			const { email, apiKey } = await control<Omit<Account, 'hostname'>>('GET', 'account');
			return { hostname: url, email, apiKey };
		},
		stop: async () => {
			await server.stop();
			removeFolder();
		},
	};
}

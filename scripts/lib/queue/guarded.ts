import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRepo, ROOT } from '../paths';
import { freePort } from '../ports';
import type { Server } from '../server';
import { startServer } from '../server';
import type { User } from './user';
import { unprivilegedUser } from './user';

/** What guard.ts is told. */
export interface Guarded {
	program: string;
	args: string[];
	/** Its data. */
	folder: string;
	/** Who runs it, if it is not who runs this. */
	user?: User;
	/** Asks it to end at once, whoever is still connected. */
	stopSignal: NodeJS.Signals;
}

interface Place {
	folder: string;
	port: number;
	user?: User;
}

type Program = Pick<Guarded, 'program' | 'args' | 'stopSignal'> & { isReady: () => Promise<boolean> };

/**
 * Starts a server of the machine in a folder and at a port of its own, and waits until it is ready.
 * @param prepare fills the folder, and tells what to start
 * @returns `stop` removes the folder as well
 */
export async function startGuarded(
	what: string,
	prepare: (place: Place) => Promise<Program>,
): Promise<Pick<Server, 'stop'> & { port: number }> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), `alfacrm-${what.toLowerCase()}-`));
	const removeFolder = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	try {
		const [port, user] = [await freePort(), unprivilegedUser()];
		if (user) fs.chownSync(folder, user.uid, user.gid);
		const { isReady, ...program } = await prepare({ folder, port, user });
		const guarded: Guarded = { ...program, folder, user };
		const server = await startServer({
			what,
			nodeOptions: ['--import', 'tsx'],
			script: inRepo('scripts', 'lib', 'queue', 'guard.ts'),
			args: [JSON.stringify(guarded)],
			cwd: ROOT,
			env: process.env,
			log: path.join(folder, 'server.log'),
			health: isReady,
			timeout: 60_000,
		});
		const stop = async () => {
			await server.stop();
			removeFolder();
		};
		return { port, stop };
	} catch (error) {
		removeFolder();
		throw error;
	}
}

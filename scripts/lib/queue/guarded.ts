import fs from 'node:fs';
import path from 'node:path';
import { inRepo, ROOT } from '../paths';
import { freePort, isFree } from '../ports';
import type { Server } from '../server';
import { startServer } from '../server';
import { makeFolder, removeFolder, removeLeftFolders } from './folders';
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

/** How many ports are tried, since another program may take one before the server does. */
const MOST_PORTS = 3;

/**
 * Starts a server of the machine in a folder and at a port of its own, and waits until it is ready.
 * @param prepare fills the folder, and tells what to start; `isReady` must not take the answer of another server for its own
 * @returns `stop` removes the folder as well
 */
export async function startGuarded(
	what: string,
	prepare: (place: Place) => Promise<Program>,
): Promise<Pick<Server, 'stop'> & { port: number }> {
	removeLeftFolders();
	for (let nth = 1; ; nth += 1) {
		const port = await freePort();
		try {
			return { port, ...(await startAt(port, what, prepare)) };
		} catch (error) {
			if (nth === MOST_PORTS || (await isFree(port))) throw error;
		}
	}
}

async function startAt(
	port: number,
	what: string,
	prepare: (place: Place) => Promise<Program>,
): Promise<Pick<Server, 'stop'>> {
	const folder = makeFolder(what);
	try {
		const user = unprivilegedUser();
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
			removeFolder(folder);
		};
		return { stop };
	} catch (error) {
		removeFolder(folder);
		throw error;
	}
}

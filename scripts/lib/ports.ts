import getPort from 'get-port';
import { UserFacingError } from '../bootstrap/userFacingError';

export const HOST = '127.0.0.1';

/** A port that nobody uses at the moment. */
export async function freePort() {
	return await getPort({ host: HOST });
}

/**
 * @param what who wants the port
 * @param flag how to choose another
 */
export async function requireFree(port: number, what: string, flag: string) {
	if ((await getPort({ host: HOST, port })) === port) return;
	throw new UserFacingError(
		`Port ${port} is taken, so ${what} cannot start there.\nStop what uses it, or choose another port with ${flag} <number>.`,
		{ code: 'PORT_TAKEN' },
	);
}

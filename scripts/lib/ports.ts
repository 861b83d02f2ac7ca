import getPort from 'get-port';
import { UserFacingError } from '../bootstrap/userFacingError';

export const HOST = '127.0.0.1';

/** A port that nobody uses at the moment. */
export async function freePort() {
	return await getPort({ host: HOST });
}

/**
 * @param what who wants the port
 * @param command what is typed before the number to choose another
 */
export async function requireFree(port: number, what: string, command: string) {
	const free = await getPort({ host: HOST, port: [port, port + 1, port + 2] });
	if (free === port) return;
	throw new UserFacingError(
		`Port ${port} is taken, so ${what} cannot start there.\nStop what uses it, or choose another port: ${command} ${free}`,
	);
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** A call as n8n hands it to Axios. */
interface AxiosCall {
	url: string;
	method: string;
	headers: Record<string, string>;
	data?: string;
	signal?: AbortSignal;
	validateStatus: (status: number) => boolean;
}

interface Answer {
	status: number;
	headers: Record<string, string>;
	data: string;
}

type ErrorClass = new (...parts: unknown[]) => Error;

/** The parts of Axios that are used here. */
interface Axios {
	defaults: { adapter: (call: AxiosCall) => Promise<unknown> };
	getUri: (call: AxiosCall) => string;
	AxiosError: ErrorClass;
	CanceledError: ErrorClass;
}

/**
 * Sends the engine's requests straight to the handlers of this file's sandboxes, because the
 * sockets between them take nearly half of the time. Everything else is as in n8n: the credential,
 * Axios and its errors, cancelling. The only fault of a connection here is `reset`; the tests of
 * other faults use HTTP.
 */
export function callInProcess(): void {
	const axios = createRequire(require.resolve('n8n-core'))('axios') as Axios;
	const servers = collectServers();

	axios.defaults.adapter = async (call) => {
		const url = new URL(axios.getUri(call));
		const handler = findHandler(servers, url);
		if (handler === undefined) throw new axios.AxiosError('Nobody listens', 'ECONNREFUSED', call, {});

		const answer = await callHandler(axios, handler, call, url);

		const response = { ...answer, statusText: '', config: call, request: {} };
		if (call.validateStatus(answer.status)) return response;

		const message = `Request failed with status code ${answer.status}`;
		throw new axios.AxiosError(message, 'ERR_BAD_RESPONSE', call, {}, response);
	};
}

// ---------------------------------------------------------------- servers

interface Server {
	app: FastifyInstance;
	routes: RouteOptions[];
}

/** Collects each server that the test file makes from now on, with its routes. */
function collectServers(): Server[] {
	const servers: Server[] = [];
	const addServer = (message: unknown) => {
		const { fastify: app } = message as { fastify: FastifyInstance };
		const routes: RouteOptions[] = [];
		app.addHook('onRoute', (route) => {
			routes.push(route);
		});
		servers.push({ app, routes });
	};

	subscribe('fastify.initialization', addServer);
	afterAll(() => unsubscribe('fastify.initialization', addServer));
	return servers;
}

/** Finds the handler for an address. Returns undefined if no server listens at its port. */
function findHandler(
	servers: readonly Server[],
	{ port, pathname }: URL,
): RouteOptions['handler'] | undefined {
	const server = servers.find(({ app }) => app.server.listening && readPort(app) === port);
	const route = server?.routes.find(({ url }) => pathname.startsWith(url.replace('*', '')));
	return route?.handler;
}

function readPort({ server }: FastifyInstance): string {
	const address = server.address() as { port: number };
	return String(address.port);
}

// ---------------------------------------------------------------- one call

/** Lets a handler answer a call. Rejects as Axios does if the call is cancelled or the connection breaks. */
async function callHandler(
	axios: Axios,
	handler: RouteOptions['handler'],
	call: AxiosCall,
	url: URL,
): Promise<Answer> {
	let cancel = () => {};
	const answer = new Promise<Answer>((resolve, reject) => {
		cancel = () => reject(new axios.CanceledError());
		call.signal?.addEventListener('abort', cancel);

		const breakConnection = () => reject(new axios.AxiosError('socket hang up', 'ECONNRESET', call, {}));
		const connection = new Connection(resolve, breakConnection);
		const request = makeRequest(call, url, connection);
		const reply = makeReply(connection);
		Promise.resolve(handler.call({} as never, request as never, reply as never)).catch(reject);
	});
	return await answer.finally(() => call.signal?.removeEventListener('abort', cancel));
}

/** The connection of one call. It ends with an answer or without one. */
class Connection {
	private readonly closeListeners: Array<() => void> = [];

	constructor(
		private readonly resolveAnswer: (answer: Answer) => void,
		private readonly rejectAsBroken: () => void,
	) {}

	onClose(listener: () => void): void {
		this.closeListeners.push(listener);
	}

	send(answer: Answer): void {
		this.close();
		this.resolveAnswer(answer);
	}

	break(): void {
		this.close();
		this.rejectAsBroken();
	}

	private close(): void {
		for (const listener of this.closeListeners) {
			listener();
		}
	}
}

/** Makes the part of Fastify's request that the sandbox uses. */
function makeRequest(
	{ method, headers, data }: AxiosCall,
	{ pathname, search }: URL,
	connection: Connection,
) {
	const headersInLowerCase: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		headersInLowerCase[name.toLowerCase()] = value;
	}
	return {
		method: method.toUpperCase(),
		url: pathname + search,
		headers: headersInLowerCase,
		body: data,
		raw: { socket: { destroy: () => connection.break() } },
	};
}

/** Makes the part of Fastify's reply that the sandbox uses. */
function makeReply(connection: Connection) {
	const answer: Answer = { status: 200, headers: {}, data: '' };
	const reply = {
		code: (status: number) => {
			answer.status = status;
			return reply;
		},
		headers: (headers: Record<string, string>) => {
			answer.headers = headers;
			return reply;
		},
		hijack: () => {},
		send: (data: string) => connection.send({ ...answer, data }),
		raw: { once: (_close: string, listener: () => void) => connection.onClose(listener) },
	};
	return reply;
}

// ---------------------------------------------------------------- pauses

/** Milliseconds that the node waits before it repeats a read whose answer was lost. */
const RETRY_PAUSES = [1_000, 2_000];

/** Lets the node repeat a read at once, without these pauses, for the rest of the file. */
export function skipRetryPauses(): void {
	const realSetTimeout = globalThis.setTimeout;
	const setTimeoutWithoutPauses = (work: () => void, ms = 0) => {
		const delay = RETRY_PAUSES.includes(ms) ? 0 : ms;
		return realSetTimeout(work, delay);
	};
	jest
		.spyOn(globalThis, 'setTimeout')
		.mockImplementation(setTimeoutWithoutPauses as typeof globalThis.setTimeout);
	afterAll(() => jest.restoreAllMocks());
}

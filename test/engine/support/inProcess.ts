import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** A call as n8n hands it to Axios. */
interface Call {
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

type Failure = new (...parts: unknown[]) => Error;
interface Axios {
	defaults: { adapter: (call: Call) => Promise<unknown> };
	getUri: (call: Call) => string;
	AxiosError: Failure;
	CanceledError: Failure;
}

/**
 * Sends the engine's requests straight to the handlers of this file's sandboxes, because the
 * sockets between them take nearly half of the time. Everything else is as in n8n: the credential,
 * Axios and its errors, cancelling. Of the faults of a connection only `reset` is known here; the
 * others are tested over HTTP.
 */
export function callInProcess(): void {
	const axios = createRequire(require.resolve('n8n-core'))('axios') as Axios;
	const servers: Array<{ app: FastifyInstance; routes: RouteOptions[] }> = [];
	const note = (message: unknown) => {
		const { fastify: app } = message as { fastify: FastifyInstance };
		const routes: RouteOptions[] = [];
		app.addHook('onRoute', (route) => void routes.push(route));
		servers.push({ app, routes });
	};
	// Fastify publishes each server that is made.
	subscribe('fastify.initialization', note);
	afterAll(() => unsubscribe('fastify.initialization', note));

	const handlerAt = ({ port, pathname }: URL) => {
		const listensAt = ({ server }: FastifyInstance) => server.listening && portOf(server.address()) === port;
		const { routes = [] } = servers.find(({ app }) => listensAt(app)) ?? {};
		return routes.find((route) => pathname.startsWith(route.url.replace('*', '')))?.handler;
	};

	axios.defaults.adapter = async (call) => {
		const url = new URL(axios.getUri(call));
		const handler = handlerAt(url);
		if (handler === undefined) throw new axios.AxiosError('Nobody listens', 'ECONNREFUSED', call, {});
		let cancel = () => {};
		const answer = await new Promise<Answer>((resolve, reject) => {
			cancel = () => reject(new axios.CanceledError());
			call.signal?.addEventListener('abort', cancel);
			const isLost = () => reject(new axios.AxiosError('socket hang up', 'ECONNRESET', call, {}));
			const { request, reply } = exchange(call, url, resolve, isLost);
			Promise.resolve(handler.call({} as never, request as never, reply as never)).catch(reject);
		}).finally(() => call.signal?.removeEventListener('abort', cancel));
		const response = { ...answer, statusText: '', config: call, request: {} };
		if (call.validateStatus(answer.status)) return response;
		const message = `Request failed with status code ${answer.status}`;
		throw new axios.AxiosError(message, 'ERR_BAD_RESPONSE', call, {}, response);
	};
}

/** Pauses of the node before it repeats a read whose answer was lost. */
const PAUSES = [1_000, 2_000];

/** Skips those pauses for the rest of the file. */
export function skipRetryPauses(): void {
	const { setTimeout: start } = globalThis;
	const sooner = (work: () => void, ms = 0) => start(work, PAUSES.includes(ms) ? 0 : ms);
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(sooner as typeof setTimeout);
	afterAll(() => jest.restoreAllMocks());
}

const portOf = (address: unknown): string => String((address as { port: number }).port);

/** Makes as much of Fastify's request and reply as the sandbox uses. */
function exchange(
	{ method, headers, data }: Call,
	{ pathname, search }: URL,
	resolve: (answer: Answer) => void,
	isLost: () => void,
) {
	const answer: Answer = { status: 200, headers: {}, data: '' };
	const listeners: Array<() => void> = [];
	const end = (then: () => void) => {
		for (const listener of listeners) listener();
		then();
	};
	const reply = {
		code: (status: number) => {
			answer.status = status;
			return reply;
		},
		headers: (given: Record<string, string>) => {
			answer.headers = given;
			return reply;
		},
		hijack: () => {},
		send: (text: string) => end(() => resolve({ ...answer, data: text })),
		raw: { once: (_close: string, listener: () => void) => listeners.push(listener) },
	};
	const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
	const request = {
		method: method.toUpperCase(),
		url: pathname + search,
		headers: Object.fromEntries(names) as Record<string, string>,
		body: data,
		raw: { socket: { destroy: () => end(isLost) } },
	};
	return { request, reply };
}

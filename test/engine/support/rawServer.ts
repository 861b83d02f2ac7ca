import fastify from 'fastify';
import { sleep } from 'n8n-workflow';

export interface RawRequest {
	/** Path without `/v2api/`. */
	path: string;
	token?: string;
	body: Record<string, unknown>;
}

export interface RawAnswer {
	status?: number;
	headers?: Record<string, string>;
	/** Body of the answer: a text is sent as a web page, anything else as JSON. */
	body?: unknown;
	/** Leaves the request without an answer. */
	hangs?: boolean;
	/** Delay before the answer. */
	delayMs?: number;
}

/** A server that sends any answer, also those that the sandbox would not send. */
class RawServer {
	readonly requests: RawRequest[] = [];
	answer: (request: RawRequest) => RawAnswer = () => ({ status: 404 });
	url = '';
	private readonly server = fastify({ forceCloseConnections: true });

	async start(): Promise<void> {
		this.server.all('/*', async (request, reply) => {
			const received: RawRequest = {
				path: request.url.replace('/v2api/', ''),
				token: request.headers['x-alfacrm-token'] as string | undefined,
				body: (request.body ?? {}) as Record<string, unknown>,
			};
			this.requests.push(received);
			const { status = 200, headers = {}, body = '', hangs, delayMs = 0 } = this.answer(received);
			if (hangs) return await new Promise<never>(() => {});
			if (delayMs > 0) await sleep(delayMs);
			const isText = typeof body === 'string';
			void reply
				.code(status)
				.header('content-type', isText ? 'text/html' : 'application/json')
				.headers(headers);
			return await reply.send(isText ? body : JSON.stringify(body));
		});
		this.url = await this.server.listen({ host: '127.0.0.1', port: 0 });
	}

	async stop(): Promise<void> {
		await this.server.close();
	}
}

/** Starts a raw server for the tests of a file. It forgets its requests before each test. */
export function useRawServer(): RawServer {
	const server = new RawServer();
	beforeAll(async () => await server.start());
	beforeEach(() => {
		server.requests.length = 0;
	});
	afterAll(async () => await server.stop());
	return server;
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { sleep } from 'n8n-workflow';

export interface RawRequest {
	/** Path without `/v2api/`. */
	path: string;
	/** The token with which the node has logged in. */
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

/** A server that answers as a test says, for answers that the sandbox would never send. */
class RawServer {
	/** The requests since the test began. */
	readonly requests: RawRequest[] = [];
	/** Chooses the answer to each request. A test replaces it. */
	answer: (request: RawRequest) => RawAnswer = () => ({ status: 404 });
	url = '';
	private readonly server = fastify({ forceCloseConnections: true });

	/** Starts to listen on a free port of this machine. */
	async start(): Promise<void> {
		this.server.all('/*', async (request, reply) => {
			const rawRequest = readRawRequest(request);
			this.requests.push(rawRequest);
			const answer = this.answer(rawRequest);

			if (answer.hangs) return await new Promise<never>(() => {});
			if (answer.delayMs !== undefined) {
				await sleep(answer.delayMs);
			}

			return await sendAnswer(reply, answer);
		});
		this.url = await this.server.listen({ host: '127.0.0.1', port: 0 });
	}

	async stop(): Promise<void> {
		await this.server.close();
	}
}

/** Reads the parts of a request that the tests compare. */
function readRawRequest({ url, headers, body }: FastifyRequest): RawRequest {
	return {
		path: url.replace('/v2api/', ''),
		token: headers['x-alfacrm-token'] as string | undefined,
		body: (body ?? {}) as Record<string, unknown>,
	};
}

/** Sends an answer: a text as a web page, anything else as JSON. */
async function sendAnswer(
	reply: FastifyReply,
	{ status = 200, headers = {}, body = '' }: RawAnswer,
): Promise<FastifyReply> {
	const isText = typeof body === 'string';
	void reply.code(status);
	void reply.header('content-type', isText ? 'text/html' : 'application/json');
	void reply.headers(headers);
	return await reply.send(isText ? body : JSON.stringify(body));
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

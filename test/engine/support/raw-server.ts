import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawRequest {
	path: string;
	token?: string;
	body: Record<string, unknown>;
}

export interface RawAnswer {
	status?: number;
	headers?: Record<string, string>;
	/** A text goes out as it is. */
	body?: unknown;
	/** Never answers. */
	hangs?: boolean;
}

/** A server that answers whatever a test wants, for what no AlfaCRM would send on purpose. */
export class RawServer {
	readonly requests: RawRequest[] = [];
	answer: (request: RawRequest) => RawAnswer = () => ({ status: 404 });
	private readonly server = createServer((request, response) => void this.receive(request, response));

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let text = '';
		for await (const chunk of request) text += String(chunk);
		const received = {
			path: String(request.url).replace('/v2api/', ''),
			token: request.headers['x-alfacrm-token'] as string | undefined,
			body: JSON.parse(text || '{}') as Record<string, unknown>,
		};
		this.requests.push(received);
		const { status = 200, headers = {}, body = '', hangs } = this.answer(received);
		if (hangs) return;
		const type = typeof body === 'string' ? 'text/html' : 'application/json';
		response.writeHead(status, { 'content-type': type, ...headers });
		response.end(typeof body === 'string' ? body : JSON.stringify(body));
	}
}

/** One for the tests of a file, forgetting everything before each. */
export function useRawServer(): RawServer {
	const server = new RawServer();
	beforeAll(async () => await server.start());
	beforeEach(() => {
		server.requests.length = 0;
	});
	afterAll(async () => await server.stop());
	return server;
}

import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { sleep } from 'n8n-workflow';

/** What becomes of a request on its way; it is passed on if nothing is said. */
export type Way =
	/** Carried out, but the answer never arrives. */
	| { kind: 'lost' }
	/** Answered with HTTP 500 without reaching AlfaCRM. */
	| { kind: 'refused' }
	| { kind: 'late'; ms: number }
	| { kind: 'held'; until: Promise<void> };

export interface Passed {
	/** As in "customer/create". */
	call: string;
	/** AlfaCRM said that it did what it was asked. */
	done: boolean;
}

export interface Proxy {
	url: string;
	/** Requests since `clear`, logins too, in the order of their arrival. */
	passed: readonly Passed[];
	/** Asked when a request arrives; requests are counted from 1. */
	plan: (n: number, call: string) => Way | undefined;
	clear: () => void;
	close: () => Promise<void>;
}

/** Stands between the node and an AlfaCRM, where it counts, delays and breaks requests. */
export async function startProxy(target: string): Promise<Proxy> {
	const agent = new Agent({ keepAlive: true });
	const sockets = new Set<Socket>();
	const passed: Passed[] = [];
	const proxy: Proxy = {
		url: '',
		passed,
		plan: () => undefined,
		clear: () => {
			passed.length = 0;
			proxy.plan = () => undefined;
		},
		close: async () => {
			agent.destroy();
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};

	const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
		const call = new URL(incoming.url ?? '', target).pathname.split('/').slice(-2).join('/');
		const entry: Passed = { call, done: false };
		const way = proxy.plan(passed.push(entry), call);
		const body = await textOf(incoming);
		if (way?.kind === 'refused') {
			const name = 'Internal Server Error';
			return answer(outgoing, 500, JSON.stringify({ name, message: 'Внутренняя ошибка.', status: 500 }));
		}
		if (way?.kind === 'late') await sleep(way.ms);
		if (way?.kind === 'held') await way.until;
		const { status, text } = await forward(target, agent, incoming, body);
		entry.done = /^\{"success":true\b/.test(text);
		if (way?.kind === 'lost') return incoming.socket.destroy();
		return answer(outgoing, status, text);
	};
	const server = createServer((incoming, outgoing) => {
		handle(incoming, outgoing).catch(() => incoming.socket.destroy());
	});
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return proxy;
}

async function forward(
	target: string,
	agent: Agent,
	{ method, url, headers }: IncomingMessage,
	body: string,
): Promise<{ status: number; text: string }> {
	return await new Promise((resolve, reject) => {
		const call = request(new URL(url ?? '', target), { method, headers, agent }, (response) => {
			textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
		});
		call.on('error', reject);
		call.end(body);
	});
}

async function textOf(message: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function answer(outgoing: ServerResponse, status: number, text: string): void {
	outgoing.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(text);
}

import Fastify from 'fastify';
import type { FastifyRequest } from 'fastify';
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
	const passed: Passed[] = [];
	const proxy: Proxy = {
		url: '',
		passed,
		plan: () => undefined,
		clear: () => {
			passed.length = 0;
			proxy.plan = () => undefined;
		},
		close: async () => await app.close(),
	};

	const app = Fastify({ forceCloseConnections: true });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
	app.all('*', async (request, reply) => {
		const [path] = request.url.split('?');
		const call = path.split('/').slice(-2).join('/');
		const entry: Passed = { call, done: false };
		const way = proxy.plan(passed.push(entry), call);
		reply.type('application/json; charset=UTF-8');
		if (way?.kind === 'refused') {
			const failure = { name: 'Internal Server Error', message: 'Внутренняя ошибка.', status: 500 };
			return reply.code(500).send(JSON.stringify(failure));
		}
		if (way?.kind === 'late') await sleep(way.ms);
		if (way?.kind === 'held') await way.until;
		const { status, text } = await forward(target, request);
		entry.done = /^\{"success":true\b/.test(text);
		if (way?.kind !== 'lost') return reply.code(status).send(text);
		reply.hijack();
		request.raw.socket.destroy();
		return reply;
	});
	proxy.url = await app.listen({ port: 0, host: '127.0.0.1' });
	return proxy;
}

async function forward(
	target: string,
	{ method, url, headers, body }: FastifyRequest,
): Promise<{ status: number; text: string }> {
	const token = String(headers['x-alfacrm-token'] ?? '');
	const response = await fetch(`${target}${url}`, {
		method,
		headers: { 'content-type': 'application/json', ...(token ? { 'x-alfacrm-token': token } : {}) },
		body: body as string,
	});
	return { status: response.status, text: await response.text() };
}

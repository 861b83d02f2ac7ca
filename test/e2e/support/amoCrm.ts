import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';

export interface AmoContact {
	id: number;
	name: string;
	phone?: string[];
	email?: string;
	is_main: boolean;
}

export interface AmoDeal {
	id: number;
	name: string;
	/** The stage of the deal. A deal without one is won. */
	status_id?: number;
	contacts: AmoContact[];
}

/** The stages of won and lost deals have these numbers in every pipeline of amoCRM. */
export const AMO_STAGE = { won: 142, lost: 143 } as const;

export const AMO_TOKEN = 'a-token';

/** amoCRM answers more calls in a second with the status 429. */
const MAX_CALLS_PER_SECOND = 7;

/** Starts a server with the two calls of amoCRM's API v4 that read a deal and a contact. */
export async function startAmoCrm(deals: readonly AmoDeal[]) {
	const server = Fastify({ forceCloseConnections: true });
	requireToken(server);
	limitCallsPerSecond(server);
	serveDeals(server, deals);
	serveContacts(
		server,
		deals.flatMap(({ contacts }) => contacts),
	);
	return {
		url: await server.listen({ port: 0, host: '127.0.0.1' }),
		close: async () => await server.close(),
	};
}

function requireToken(server: FastifyInstance): void {
	server.addHook('onRequest', async ({ headers }, reply) => {
		if (headers.authorization !== `Bearer ${AMO_TOKEN}`) {
			return await reply.code(401).send({});
		}
	});
}

function limitCallsPerSecond(server: FastifyInstance): void {
	let recentCallTimes: number[] = [];
	server.addHook('onRequest', async (_request, reply) => {
		const now = Date.now();
		recentCallTimes = recentCallTimes.filter((time) => time > now - 1_000);
		if (recentCallTimes.length >= MAX_CALLS_PER_SECOND) {
			return await reply.code(429).send({});
		}
		recentCallTimes.push(now);
	});
}

/** Serves the deals. Only a call that asks for the contacts gets their IDs. */
function serveDeals(server: FastifyInstance, deals: readonly AmoDeal[]): void {
	server.get('/api/v4/leads/:id', async ({ params, query }, reply) => {
		const deal = findById(deals, params);
		if (deal === undefined) return await reply.code(404).send({});

		const { id, name, status_id = AMO_STAGE.won } = deal;
		const asksForContacts = (query as { with?: string }).with === 'contacts';
		const contacts = deal.contacts.map((contact) => ({ id: contact.id, is_main: contact.is_main }));
		return { id, name, status_id, _embedded: asksForContacts ? { contacts } : {} };
	});
}

/** Serves the contacts. Like amoCRM, it answers null for the fields of a contact that has none. */
function serveContacts(server: FastifyInstance, contacts: readonly AmoContact[]): void {
	server.get('/api/v4/contacts/:id', async ({ params }, reply) => {
		const contact = findById(contacts, params);
		if (contact === undefined) return await reply.code(404).send({});

		const { id, name, phone, email } = contact;
		const fields: object[] = [];
		if (phone !== undefined) {
			fields.push(makeContactField('PHONE', phone));
		}
		if (email !== undefined) {
			fields.push(makeContactField('EMAIL', [email]));
		}
		return { id, name, custom_fields_values: fields.length > 0 ? fields : null };
	});
}

function makeContactField(code: string, values: readonly string[]) {
	return {
		field_code: code,
		values: values.map((value) => ({ value, enum_code: 'WORK' })),
	};
}

/** Finds the deal or contact that has the ID at the end of the URL. */
function findById<T extends { id: number }>(records: readonly T[], urlParams: unknown): T | undefined {
	const urlId = Number((urlParams as { id: string }).id);
	return records.find(({ id }) => id === urlId);
}

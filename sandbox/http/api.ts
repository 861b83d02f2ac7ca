import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Store } from '../engine/store';
import type { Settings } from '../model/settings';
import { readCall, type Call } from './call';
import { delay } from './delay';
import { applyFault } from './faults/apply';
import type { FaultPlan } from './faults/plan';
import type { CheckedFault } from './faults/schema';
import type { Journal, JournalEntry } from './journal';
import type { RateLimit } from './rateLimit';
import { serialize, tooManyRequests, type WireResponse } from './response';
import type { Router } from './router';

interface ApiContext {
	settings: Settings;
	store: Store;
	router: Router;
	faults: FaultPlan;
	journal: Journal;
	rateLimit: RateLimit;
	hooks: Hooks;
	/** Aborted when the sandbox closes. */
	closing: AbortSignal;
}

/** Lets a test in the same process look on, change records, hold a call back or abort whoever made it. */
export type Hook = (entry: JournalEntry) => void | Promise<void>;

/** Not called for what the limit refuses. */
export interface Hooks {
	/** A call has arrived and nothing has been done yet. */
	onRequest?: Hook;
	/** The server has acted, and the answer has not been sent yet. */
	onSend?: Hook;
}

/** A call on its way: journal, limit, fault, action, delay, answer. */
export function registerApi(app: FastifyInstance, context: ApiContext): void {
	const { settings, journal, hooks, closing } = context;

	app.all('/v2api/*', async (request, reply) => {
		const call = readCall(request);
		const entry = journal.open(call);
		reply.raw.once('close', () => journal.close());
		const isAdmitted = context.rateLimit.admits(call.at);
		if (isAdmitted) {
			journal.admit(entry);
			if (hooks.onRequest) await hooks.onRequest(entry);
		}
		const fault = isAdmitted ? context.faults.take(call) : 'limited';
		const pause = typeof fault === 'object' && fault.kind === 'delay' ? fault.ms : 0;
		const waitsFirst = typeof fault === 'object' && fault.when !== 'after';
		if (pause > 0 && waitsFirst) await delay(pause, closing);
		const answer = respond(context, call, entry, fault);
		if (isAdmitted && hooks.onSend) await hooks.onSend(entry);
		const rest = settings.latencyMs + (waitsFirst ? 0 : pause);
		if (rest > 0) await delay(rest, closing);
		return send(answer, entry, request, reply);
	});
}

function respond(
	{ settings, router, store }: ApiContext,
	call: Call,
	entry: JournalEntry,
	fault: CheckedFault | 'limited' | undefined,
): WireResponse {
	if (fault === 'limited') return tooManyRequests(settings.retryAfterSeconds);
	if (!fault) return serialize(router.handle(call));
	entry.fault = fault.kind;
	return applyFault(fault, call, router, store);
}

function send(
	{ status, headers, text, delivery }: WireResponse,
	entry: JournalEntry,
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	if (delivery === 'complete') {
		entry.status = status;
		return reply.code(status).headers(headers).send(text);
	}
	reply.hijack();
	if (delivery === 'reset') request.raw.socket.destroy();
	if (delivery === 'drip') drip(reply);
	if (delivery === 'truncated') {
		entry.status = status;
		const bytes = new TextEncoder().encode(text);
		reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length });
		reply.raw.write(bytes.subarray(0, bytes.length / 2), () => request.raw.socket.destroy());
	}
	return reply;
}

/** Sends the headers of an answer and then a blank each second, until the connection ends. */
function drip(reply: FastifyReply): void {
	reply.raw.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
	reply.raw.write(' ');
	const dripping = setInterval(() => reply.raw.write(' '), 1_000);
	reply.raw.once('close', () => clearInterval(dripping));
}

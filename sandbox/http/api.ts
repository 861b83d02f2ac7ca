import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Store } from '../engine/store';
import type { Settings } from '../model/settings';
import { delay } from './delay';
import { applyFault } from './faults/apply';
import type { Faults } from './faults/plan';
import type { CheckedFault } from './faults/schema';
import type { Journal, JournalEntry } from './journal';
import type { RateLimit } from './rate-limit';
import { readCall, type Call } from './request';
import { serialize, tooManyRequests, type WireResponse } from './response';
import type { Service } from './router';

export interface ApiParts {
	settings: Settings;
	store: Store;
	service: Service;
	faults: Faults;
	journal: Journal;
	limit: RateLimit;
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
	onAnswer?: Hook;
}

/** A call on its way: journal, limit, fault, action, delay, answer. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
	const { settings, journal, hooks, closing } = parts;

	app.all('/v2api/*', async (request, reply) => {
		const call = readCall(request);
		const entry = journal.open(call);
		reply.raw.once('close', () => journal.close());
		const isAdmitted = parts.limit.admits(call.at);
		if (isAdmitted) {
			journal.admit(entry);
			if (hooks.onRequest) await hooks.onRequest(entry);
		}
		const fault = isAdmitted ? parts.faults.take(call) : 'limited';
		const pause = typeof fault === 'object' && fault.kind === 'delay' ? fault.ms : 0;
		const waitsFirst = typeof fault === 'object' && fault.when !== 'after';
		if (pause > 0 && waitsFirst) await delay(pause, closing);
		const answer = work(parts, call, entry, fault);
		if (isAdmitted && hooks.onAnswer) await hooks.onAnswer(entry);
		const load = (entry.underWay - 1) * settings.latencyByLoadMs;
		const rest = settings.latencyMs + load + (waitsFirst ? 0 : pause);
		if (rest > 0) await delay(rest, closing);
		return send(answer, entry, request, reply);
	});
}

function work(
	{ settings, service, store }: ApiParts,
	call: Call,
	entry: JournalEntry,
	fault: CheckedFault | 'limited' | undefined,
): WireResponse {
	if (fault === 'limited') return tooManyRequests(settings.retryAfterSeconds);
	if (!fault) return serialize(service.answer(call));
	entry.fault = fault.kind;
	return applyFault(fault, call, service, store);
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
	if (delivery === 'truncated') {
		entry.status = status;
		const bytes = new TextEncoder().encode(text);
		reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length });
		reply.raw.write(bytes.subarray(0, bytes.length / 2), () => request.raw.socket.destroy());
	}
	return reply;
}

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

/** A function of a test in this process. It may look on, change records, hold the call back or abort its client. */
export type Hook = (entry: JournalEntry) => void | Promise<void>;

/** The hooks of each call. A call that the rate limit refuses runs none of them. */
interface Hooks {
	/** Runs when a call has arrived, before the server acts. */
	onRequest?: Hook;
	/** Runs when the server has acted, before it sends the answer. */
	onSend?: Hook;
}

/** A fault that hits the call, or `limited` for a call that the rate limit refuses. */
type CallFault = CheckedFault | 'limited' | undefined;

/**
 * Answers every call of the API: writes it into the journal, counts it, lets a planned fault hit it,
 * runs its action and sends the answer.
 */
export function registerApi(app: FastifyInstance, context: ApiContext): void {
	const { journal } = context;

	app.all('/v2api/*', async (request, reply) => {
		const call = readCall(request);
		const entry = journal.open(call);
		reply.raw.once('close', () => journal.close());

		const answer = await answerCall(context, call, entry);
		return sendAnswer(answer, entry, request, reply);
	});
}

/** Runs the call with its hooks and delays, and returns the answer that is to be sent. */
async function answerCall(context: ApiContext, call: Call, entry: JournalEntry): Promise<WireResponse> {
	const { settings, journal, hooks, closing } = context;
	const isAdmitted = context.rateLimit.admits(call.at);
	if (isAdmitted) {
		journal.admit(entry);
		if (hooks.onRequest) await hooks.onRequest(entry);
	}

	const fault = isAdmitted ? context.faults.take(call) : 'limited';
	const delays = readDelays(fault);
	if (delays.beforeAction > 0) await delay(delays.beforeAction, closing);
	const answer = makeAnswer(context, call, entry, fault);

	if (isAdmitted && hooks.onSend) await hooks.onSend(entry);
	const delayAfterAction = settings.latencyMs + delays.afterAction;
	if (delayAfterAction > 0) await delay(delayAfterAction, closing);
	return answer;
}

/** Reads how long a fault delays the call, in ms, before and after the server acts. */
function readDelays(fault: CallFault): { beforeAction: number; afterAction: number } {
	const isDelay = typeof fault === 'object' && fault.kind === 'delay';
	if (!isDelay) return { beforeAction: 0, afterAction: 0 };
	if (fault.when === 'after') return { beforeAction: 0, afterAction: fault.ms };
	return { beforeAction: fault.ms, afterAction: 0 };
}

/** Makes the answer of a call: a 429 of the rate limit, the answer of the action, or what a fault makes of it. */
function makeAnswer(
	{ settings, router, store }: ApiContext,
	call: Call,
	entry: JournalEntry,
	fault: CallFault,
): WireResponse {
	if (fault === 'limited') return tooManyRequests(settings.retryAfterSeconds);
	if (!fault) return serialize(router.handle(call));

	entry.fault = fault.kind;
	return applyFault(fault, call, router, store);
}

/** Sends as much of the answer as its delivery says, and notes the status of an answer that has one. */
function sendAnswer(
	answer: WireResponse,
	entry: JournalEntry,
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	const { status, headers, text, delivery } = answer;
	if (delivery === 'complete') {
		entry.status = status;
		return reply.code(status).headers(headers).send(text);
	}

	// Fastify must not answer these calls itself.
	reply.hijack();
	switch (delivery) {
		case 'reset':
			request.raw.socket.destroy();
			break;
		case 'drip':
			dripBlanks(reply);
			break;
		case 'truncated':
			entry.status = status;
			sendHalf(answer, request, reply);
			break;
		case 'never':
			break;
	}
	return reply;
}

/** Sends the headers and half of the body, and then breaks the connection. */
function sendHalf(
	{ status, headers, text }: WireResponse,
	request: FastifyRequest,
	reply: FastifyReply,
): void {
	const bytes = new TextEncoder().encode(text);
	const firstHalf = bytes.subarray(0, bytes.length / 2);
	reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length });
	reply.raw.write(firstHalf, () => request.raw.socket.destroy());
}

/** Sends the headers of an answer and then a blank each second, until the connection ends. */
function dripBlanks(reply: FastifyReply): void {
	reply.raw.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
	reply.raw.write(' ');
	const timer = setInterval(() => reply.raw.write(' '), 1_000);
	reply.raw.once('close', () => clearInterval(timer));
}

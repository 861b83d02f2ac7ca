import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	INode,
	IPollFunctions,
	IWebhookFunctions,
	NodeApiError,
} from 'n8n-workflow';

import type { Trouble } from './errors';
import { AnswerError, fieldMessages, nodeError, troubleOf } from './errors';
import { explain } from './explain';
import { originOf } from './host';
import { DEFAULT_REQUESTS_PER_SECOND, gateOf } from './pace';
import { TRIES, withRetries } from './retry';

export const CREDENTIAL = 'alfaCrmApi';
const TIMEOUT_MS = 30_000;

/** Any n8n context that can call AlfaCRM. */
export type Caller = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;

export interface Call {
	/** Kebab-case, as in the URL: `lead-status`. */
	path: string;
	action: string;
	/** Left out for global entities. */
	branch?: number;
	query?: IDataObject;
	body?: IDataObject;
	/** For messages, to follow "could not": "create a customer". */
	task: string;
	/** True for calls that change nothing, which may be repeated when an answer is lost. */
	reads: boolean;
	labels?: Record<string, string>;
	itemIndex?: number;
}

interface Connection {
	origin: string;
	perSecond: number;
	/** Paths that stayed forbidden after a fresh login; asking for yet another one there is useless. */
	forbidden: Set<string>;
}

const connections = new WeakMap<Caller, Promise<Connection>>();

/**
 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`, paced, retried where that is safe, with a
 * login when there is no valid token.
 *
 * @returns the JSON that a successful answer holds: an object, for some actions a list
 * @throws NodeApiError that tells what happened and what to do
 */
export async function request(caller: Caller, call: Call): Promise<IDataObject | IDataObject[]> {
	const { origin, perSecond, forbidden } = await connect(caller, call.itemIndex);
	const path = ['v2api', call.branch, call.path, call.action].filter((part) => part !== undefined).join('/');
	const signal = 'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;

	const send = async () => {
		const answer: unknown = await caller.helpers.httpRequestWithAuthentication.call(
			caller,
			CREDENTIAL,
			requestOptions(`${origin}/${path}`, call),
			{ preAuthenticationRetryStatusCode: forbidden.has(path) ? [401] : [401, 403] },
		);
		return checked(answer);
	};
	try {
		return await withRetries(gateOf(origin), { perSecond, repeatable: call.reads, signal }, send);
	} catch (error) {
		const trouble = troubleOf(error);
		if (trouble.status === 403) forbidden.add(path);
		throw toNodeError(caller.getNode(), trouble, call, origin);
	}
}

/** Reads the credential once for each context, that is once for each run of a node. */
async function connect(caller: Caller, itemIndex: number | undefined): Promise<Connection> {
	const known = connections.get(caller) ?? readConnection(caller, itemIndex);
	connections.set(caller, known);
	return await known;
}

async function readConnection(caller: Caller, itemIndex: number | undefined): Promise<Connection> {
	const credentials = await caller.getCredentials(CREDENTIAL);
	const perSecond = Number(credentials.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND);
	try {
		return { origin: originOf(credentials.hostname), perSecond, forbidden: new Set() };
	} catch (error) {
		const { message } = error as Error;
		throw nodeError(caller.getNode(), { message }, itemIndex, { cause: 'configuration-invalid' });
	}
}

function requestOptions(url: string, { query, body = {} }: Call): IHttpRequestOptions {
	return {
		method: 'POST',
		url,
		qs: query,
		// n8n drops an empty object, and some servers refuse a POST without any body.
		body: Object.keys(body).length > 0 ? body : '{}',
		headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
		json: true,
		timeout: TIMEOUT_MS,
		// A redirect would carry the token to whatever host it names.
		disableFollowRedirect: true,
	};
}

/** Finds the failures that come with HTTP 200. */
function checked(answer: unknown): IDataObject | IDataObject[] {
	if (typeof answer === 'string' || answer === null || typeof answer !== 'object') {
		const page = typeof answer === 'string' && /^\s*</.test(answer);
		const words = page ? 'answered with a web page' : 'sent an answer that is not complete JSON';
		throw new AnswerError({ kind: 'notJson', words });
	}
	if (Array.isArray(answer)) return answer as IDataObject[];

	const { success, errors, message, status, code } = answer as IDataObject;
	const fields = fieldMessages(errors);
	if (success === false || (success !== true && fields !== undefined)) {
		throw new AnswerError({
			kind: 'refusal',
			fields,
			words: typeof message === 'string' ? message : undefined,
		});
	}
	const yiiStatus = [status, code].map(Number).find((number) => number >= 400 && number < 600);
	if (success === undefined && typeof message === 'string' && yiiStatus !== undefined) {
		throw new AnswerError({ kind: 'status', status: yiiStatus, words: message });
	}
	return answer as IDataObject;
}

function toNodeError(node: INode, trouble: Trouble, call: Call, origin: string): NodeApiError {
	const { host } = new URL(origin);
	const text = explain(trouble, { ...call, host, timeoutMs: TIMEOUT_MS, tries: TRIES });
	return nodeError(node, text, call.itemIndex, text.failure);
}

import type { Failure as DeclaredCause, IDataObject, INode } from 'n8n-workflow';
import { ExecutionBaseError, NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

/** Why no answer came. */
interface NetworkTrouble {
	/** What happened, to follow the name of the host; no code, for which n8n would replace the message. */
	what: string;
	/** What to do, as a sentence. */
	advice: string;
	/** The request may have reached AlfaCRM. */
	maybeSent?: boolean;
	/** It will not go better the next time. */
	isLasting?: boolean;
}

const CHECK_HOSTNAME = "Check 'Hostname' in the credential";
export const CHECK_IN_BROWSER = `${CHECK_HOSTNAME} and whether AlfaCRM opens in a browser.`;
const TRY_LATER = 'Try again later, or check the network that n8n runs in.';

const NETWORK_TROUBLES: ReadonlyArray<[codes: RegExp, trouble: NetworkTrouble]> = [
	[/^ENOTFOUND$/, { what: 'was not found', advice: `${CHECK_HOSTNAME}.`, isLasting: true }],
	[/^EAI_AGAIN$/, { what: 'could not be looked up', advice: `No name server answered. ${TRY_LATER}` }],
	[/^ECONNREFUSED$/, { what: 'refused the connection', advice: CHECK_IN_BROWSER }],
	[/^E(HOST|NET)UNREACH$/, { what: 'could not be reached', advice: 'Check the network that n8n runs in.' }],
	[
		/^(ECONNABORTED|ETIMEDOUT)$/,
		{ what: 'did not answer within {seconds} seconds', advice: TRY_LATER, maybeSent: true },
	],
	[
		/CERT|TLS|SSL|UNABLE_TO_/,
		{
			what: 'did not prove who it is',
			advice: `n8n does not accept its certificate ({code}). ${CHECK_HOSTNAME}.`,
			isLasting: true,
		},
	],
	[/^/, { what: 'closed the connection before its answer was complete', advice: TRY_LATER, maybeSent: true }],
];

/**
 * @param code of Node.js or Axios, e.g. ECONNRESET
 * @param timeoutMs how long the answer was waited for
 */
export function networkTrouble(code = '', timeoutMs = 0): NetworkTrouble {
	const [, trouble] = NETWORK_TROUBLES.find(([codes]) => codes.test(code)) as [RegExp, NetworkTrouble];
	const what = trouble.what.replace('{seconds}', String(timeoutMs / 1_000));
	return { ...trouble, what, advice: trouble.advice.replace('{code}', code) };
}

/**
 * A login that AlfaCRM refused or that never reached it. Its text is all that a user sees in the credential's test.
 *
 * It reaches the node inside of an error of n8n, and n8n 1.99 to 2.33 keep no more of it there than its text and its
 * context, so the context tells what it is.
 */
export class LoginError extends ExecutionBaseError {
	constructor(
		message: string,
		declaredCause: DeclaredCause['cause'] = 'credential-invalid',
		retryAfterMs?: number,
		isForeign?: boolean,
	) {
		super(message);
		this.context = { loginFailed: declaredCause, retryAfterMs, isForeign };
	}
}

/** What went wrong with a request, whichever of n8n's helpers or AlfaCRM's answers reported it. */
export interface ApiFailure {
	kind:
		| 'login'
		| 'status'
		| 'redirect'
		| 'refusal'
		/** Something else than AlfaCRM answered: see `isFromAlfaCrm`. */
		| 'foreign'
		| 'noAnswer'
		| 'cancelled'
		| 'notSent'
		| 'unexpected';
	/** HTTP status of AlfaCRM's own answer, or of a server that is down or too busy; never that of a foreign answer. */
	status?: number;
	/** HTTP status of a foreign answer. It says nothing of rights or records, so nothing but the message uses it. */
	foreignStatus?: number;
	/** AlfaCRM's own message, or what stands in for one. */
	serverMessage?: string;
	/** Validation messages by API field name; '' for those that belong to no field. */
	fields?: Record<string, string[]>;
	/** Name of a network failure, e.g. ECONNRESET. */
	code?: string;
	/** Milliseconds that the server asked to wait. */
	retryAfterMs?: number;
	/** Host that a redirect pointed to. */
	location?: string;
	declaredCause?: DeclaredCause['cause'];
	/** A server failed, or answered a login, with a body that AlfaCRM does not send. */
	isForeign?: boolean;
	/** Why n8n could not send it, in words that may hold a network code of n8n's own database. */
	reason?: string;
	/** Cancelled while AlfaCRM was at work on it, not before it was sent. */
	isInProgress?: boolean;
}

/** An answer that came back but is no success; thrown inside `api/` only. */
export class ResponseError extends UserError {
	constructor(readonly failure: ApiFailure) {
		super(failure.serverMessage ?? failure.kind);
	}
}

interface HttpFailure {
	code?: string;
	message?: string;
	response?: { status?: number; headers?: IDataObject; data?: unknown };
}

/** What a wait rejects with when the execution is cancelled meanwhile. */
export function cancelled(isInProgress = false): ResponseError {
	return new ResponseError({ kind: 'cancelled', serverMessage: 'The execution was cancelled', isInProgress });
}

/** Reads any failure of `httpRequest` (an Axios error) or `httpRequestWithAuthentication` (a NodeApiError around one). */
export function failureOf(error: unknown): ApiFailure {
	if (error instanceof ResponseError) return error.failure;
	const { loginFailed, tokenRefused, retryAfterMs, isForeign } = (
		error instanceof ExecutionBaseError ? error.context : {}
	) as {
		loginFailed?: DeclaredCause['cause'];
		tokenRefused?: boolean;
		retryAfterMs?: number;
		isForeign?: boolean;
	};
	if (tokenRefused) return { kind: 'status', status: 401 };
	if (loginFailed !== undefined) {
		const { message: serverMessage } = error as Error;
		return { kind: 'login', serverMessage, declaredCause: loginFailed, retryAfterMs, isForeign };
	}
	const { code, message, response } =
		error instanceof NodeApiError ? causeOf(error) : ((error ?? {}) as HttpFailure);
	const status = response?.status;
	if (status !== undefined && status >= 300) return statusFailure(status, response);
	// A good status whose body broke off.
	if (status !== undefined) return { kind: 'noAnswer', code: 'ECONNRESET' };
	if (code === 'ERR_CANCELED') return { kind: 'cancelled', isInProgress: true };
	if (code !== undefined) return { kind: 'noAnswer', code };
	return { kind: 'unexpected', serverMessage: message };
}

/**
 * What failed before a call was sent, such as n8n's database when it read the credential or kept a new token; AlfaCRM has
 * no part in it.
 */
export function unsent(error: unknown): unknown {
	const { kind, status } = failureOf(error);
	const isAnswered = kind === 'foreign' || status !== undefined;
	if (error instanceof ResponseError || kind === 'login' || isAnswered) return error;
	const { message: reason } = error instanceof NodeApiError ? causeOf(error) : (error as Error);
	return new ResponseError({ kind: 'notSent', serverMessage: 'n8n could not prepare the request', reason });
}

/** What a NodeApiError was made of. n8n 1.99 to 2.33 lose that, but keep the status or code and what came as JSON. */
function causeOf(error: NodeApiError): HttpFailure {
	if (error.cause !== undefined) return error.cause as HttpFailure;
	const { httpCode, message } = error;
	const [, said] = /status code (\d{3})$/.exec(error.messages.join('\n')) ?? [];
	const status = Number(httpCode) || Number(said);
	if (status > 0) return { message, response: { status, data: error.context.data } };
	return { message, code: httpCode ?? undefined };
}

function statusFailure(status: number, response: HttpFailure['response']): ApiFailure {
	const headers = response?.headers ?? {};
	if (status >= 300 && status < 400) {
		return { kind: 'redirect', status, location: hostOf(headers.location) };
	}
	const data = response?.data;
	const isForeign = !isFromAlfaCrm(data);
	if (isForeign && status < 500 && status !== TOO_MANY) {
		const serverMessage = isPage(data) ? WEB_PAGE : undefined;
		return { kind: 'foreign', foreignStatus: status, serverMessage };
	}
	const fields = fieldMessages((data as IDataObject | undefined)?.errors);
	return {
		// One client foresees it for validation. API notes 4.
		kind: status === 422 && fields ? 'refusal' : 'status',
		status,
		fields,
		serverMessage: serverMessageOf(data),
		...(isForeign && status >= 500 && { isForeign }),
		retryAfterMs: retryAfter(headers['retry-after']),
	};
}

const TOO_MANY = 429;
const WEB_PAGE = 'answered with a web page';

/**
 * Tells whether AlfaCRM itself sent the body of an error: a Yii exception, or what it refuses about the fields (API notes 1, 4).
 * A web page, or any other body, comes from a firewall, a proxy or a server that is being updated. Its status says neither that
 * a right is missing nor that a record is not there, and a later call may get through.
 */
function isFromAlfaCrm(body: unknown): boolean {
	if (typeof body !== 'object' || body === null) return false;
	const { name, message, status, code, success, errors } = body as IDataObject;
	const hasNumber = typeof status === 'number' || typeof code === 'number';
	const isYiiException = typeof name === 'string' && typeof message === 'string' && hasNumber;
	return isYiiException || NO.includes(success) || fieldMessages(errors) !== undefined;
}

/** Whether a call, or the login before it, was refused because there are too many. */
export function isTooMany({ status, declaredCause }: ApiFailure): boolean {
	return status === TOO_MANY || declaredCause === 'rate-limited';
}

export function timedOut({ code }: ApiFailure): boolean {
	return code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

const MAY_HAVE_TAKEN_EFFECT: Record<ApiFailure['kind'], (failure: ApiFailure) => boolean> = {
	login: () => false,
	status: ({ status = 0 }) => status >= 500,
	redirect: () => true,
	refusal: () => false,
	// Nobody knows whether AlfaCRM had got the call, and a second payment costs more than a look.
	foreign: () => true,
	noAnswer: ({ code }) => networkTrouble(code).maybeSent === true,
	cancelled: ({ isInProgress }) => isInProgress === true,
	notSent: () => false,
	unexpected: () => true,
};

/** Whether AlfaCRM may have carried out a call all the same. */
export function mayHaveTakenEffect(failure: ApiFailure): boolean {
	return MAY_HAVE_TAKEN_EFFECT[failure.kind](failure);
}

/** Whether AlfaCRM may still be at work on a call whose answer nobody waits for any more. */
export function mayBeInProgress(failure: ApiFailure): boolean {
	return failure.isInProgress === true || timedOut(failure) || failure.status === 504;
}

/**
 * AlfaCRM's `errors` come as a map of lists, a map of texts, a list or one text; success has `[]`. API notes 4.
 *
 * @returns messages by field, '' for those without one; undefined when there are none
 */
export function fieldMessages(errors: unknown): Record<string, string[]> | undefined {
	const entries: Array<[string, unknown]> =
		typeof errors === 'string' || Array.isArray(errors)
			? [['', errors]]
			: Object.entries((errors as IDataObject | null | undefined) ?? {});
	const messages = entries
		.map(([field, texts]): [string, string[]] => [field, flatTexts(texts)])
		.filter(([, texts]) => texts.length > 0);
	return messages.length > 0 ? Object.fromEntries(messages) : undefined;
}

function flatTexts(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(flatTexts);
	if (value === null || value === undefined || value === '') return [];
	return typeof value === 'object' ? Object.values(value).flatMap(flatTexts) : [String(value)];
}

/** The `message` (else `name`) of a Yii exception; never a page of HTML. */
function serverMessageOf(data: unknown): string | undefined {
	if (typeof data !== 'object' || data === null) return undefined;
	const { message, name } = data as IDataObject;
	const text = [message, name].find((one) => typeof one === 'string' && one !== '');
	return text as string | undefined;
}

function isPage(data: unknown): boolean {
	return typeof data === 'string' && /^\s*</.test(data);
}

/** A text without tokens and keys. */
export function redact(text: string, secrets: ReadonlyArray<string | undefined>): string {
	return secrets.reduce<string>((veiled, secret) => (secret ? veiled.replaceAll(secret, '…') : veiled), text);
}

/** Retry-After in seconds, as one client reads it; whether AlfaCRM sends it is not known. API notes 7. */
function retryAfter(header: unknown): number | undefined {
	return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) * 1_000 : undefined;
}

function hostOf(location: unknown): string | undefined {
	try {
		return new URL(String(location)).host;
	} catch {
		return undefined;
	}
}

/** Built afresh, because n8n's own error keeps the request with its token and would ignore a new text. */
export function nodeError(
	node: INode,
	text: { message: string; description?: string; status?: number },
	itemIndex: number | undefined,
	failure?: DeclaredCause,
): NodeApiError {
	return new NodeApiError(
		node,
		{ message: text.message },
		{
			message: text.message,
			description: text.description,
			httpCode: text.status?.toString(),
			itemIndex,
			failure,
		},
	);
}

/** Whether AlfaCRM itself refused something with one of these HTTP statuses: the error for a foreign answer has none. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is NodeApiError {
	return error instanceof NodeApiError && statuses.includes(Number(error.httpCode));
}

/** Anything but n8n's own kinds of error becomes one of them. */
export function asNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(node, error as Error, { itemIndex });
}

/**
 * What an item that did not succeed carries: what happened, and what to do. n8n takes it for the error output, and puts
 * the input item's own data beside it, only if it has no other keys; an `error` object on the item would make n8n throw
 * those data away.
 */
export function errorJson(error: NodeApiError | NodeOperationError): IDataObject {
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const message = [error.description?.trim(), httpCode ? `HTTP ${httpCode}` : ''].filter(Boolean).join(' ');
	return message === '' ? { error: error.message } : { error: error.message, message };
}

export type ApiResponse = IDataObject | IDataObject[];

/** AlfaCRM shows flags as 0 and 1, too. API notes 10. */
const NO: unknown[] = [false, 0];

/**
 * Finds the failures that come with HTTP 200. API notes 4: `success: false`, or `errors` that name something.
 *
 * @throws ResponseError
 */
export function assertSuccess(answer: unknown): ApiResponse {
	if (typeof answer !== 'object' || answer === null) {
		const serverMessage = isPage(answer) ? WEB_PAGE : 'sent an answer that is not complete JSON';
		throw new ResponseError({ kind: 'foreign', serverMessage });
	}
	if (Array.isArray(answer)) return answer as IDataObject[];

	const { success, errors, message, status, code } = answer as IDataObject;
	const serverMessage = typeof message === 'string' ? message : undefined;
	const fields = fieldMessages(errors);
	if (NO.includes(success) || (fields && success === undefined)) {
		throw new ResponseError({ kind: 'refusal', fields, serverMessage });
	}
	// A success that lists what is wrong: nobody knows what was saved.
	if (fields) {
		const words = Object.values(fields).flat().join(' ');
		throw new ResponseError({ kind: 'unexpected', serverMessage: words });
	}
	// A Yii exception under HTTP 200, which two clients guard against. API notes 1, 4.
	const yiiStatus = [status, code].map(Number).find((number) => number >= 400 && number < 600);
	if (success === undefined && serverMessage !== undefined && yiiStatus !== undefined) {
		throw new ResponseError({ kind: 'status', status: yiiStatus, serverMessage });
	}
	return answer as IDataObject;
}

import type { Failure as DeclaredCause, IDataObject, INode } from 'n8n-workflow';
import { ExecutionBaseError, NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

/** Why no answer came, in words. */
interface NetworkTrouble {
	/**
	 * The event, in words that follow the name of the host. It holds no network code, because n8n
	 * replaces a message that does.
	 */
	what: string;
	/** What to do, as a sentence. */
	advice: string;
	/** True if the request may have reached AlfaCRM. */
	maybeSent?: boolean;
	/** True if the next attempt will fail the same way. */
	isLasting?: boolean;
}

const CHECK_HOSTNAME = "Check 'Hostname' in the credential";
export const CHECK_IN_BROWSER = `${CHECK_HOSTNAME} and whether AlfaCRM opens in a browser.`;
const TRY_LATER = 'Try again later, or check the network that n8n runs in.';

/** The first row whose expression matches the code counts; the last one matches any code. */
const NETWORK_TROUBLES: ReadonlyArray<[codes: RegExp, trouble: NetworkTrouble]> = [
	[/^ENOTFOUND$/, { what: 'was not found', advice: `${CHECK_HOSTNAME}.`, isLasting: true }],
	[
		/^EAI_AGAIN$/,
		{ what: 'could not be looked up', advice: `No name server answered. ${TRY_LATER}` },
	],
	[/^ECONNREFUSED$/, { what: 'refused the connection', advice: CHECK_IN_BROWSER }],
	[
		/^E(HOST|NET)UNREACH$/,
		{ what: 'could not be reached', advice: 'Check the network that n8n runs in.' },
	],
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
	[
		/^/,
		{
			what: 'closed the connection before its answer was complete',
			advice: TRY_LATER,
			maybeSent: true,
		},
	],
];

/**
 * Puts a network failure into words.
 *
 * @param code the code of Node.js or Axios, such as ECONNRESET
 * @param timeoutMs for how many milliseconds an answer was waited for
 */
export function networkTrouble(code = '', timeoutMs = 0): NetworkTrouble {
	const [, trouble] = NETWORK_TROUBLES.find(([codes]) => codes.test(code)) as [
		RegExp,
		NetworkTrouble,
	];
	const what = trouble.what.replace('{seconds}', String(timeoutMs / 1_000));
	return { ...trouble, what, advice: trouble.advice.replace('{code}', code) };
}

/**
 * A login that AlfaCRM refused or that never reached it. Its message is all that a user sees in the
 * test of the credential.
 *
 * The error reaches the node inside one of n8n's errors. n8n 1.99 to 2.33 keep only its message and
 * its context there, so the context says what it is.
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

/**
 * The failure of a call. It has the same shape whether a helper of n8n or an answer of AlfaCRM
 * reported it.
 */
export interface ApiFailure {
	kind:
		| 'login'
		| 'status'
		| 'redirect'
		| 'refusal'
		/** Something other than AlfaCRM answered: see `isFromAlfaCrm`. */
		| 'foreign'
		| 'noAnswer'
		| 'cancelled'
		| 'notSent'
		| 'unexpected';
	/**
	 * HTTP status of AlfaCRM's own answer, or of a server that is down or too busy; never that of a
	 * foreign answer.
	 */
	status?: number;
	/**
	 * HTTP status of a foreign answer. It says nothing about rights or records, so only the message
	 * uses it.
	 */
	foreignStatus?: number;
	/** AlfaCRM's own message, or our words in its place. */
	serverMessage?: string;
	/** Validation messages by field name of the API. Those that belong to no field are under ''. */
	fields?: Record<string, string[]>;
	/** Code of a network failure, such as ECONNRESET. */
	code?: string;
	/** For how many milliseconds the server asked to wait. */
	retryAfterMs?: number;
	/** The host to which a redirect pointed. */
	location?: string;
	declaredCause?: DeclaredCause['cause'];
	/** True if a server failed, or answered a login, with a body that AlfaCRM does not send. */
	isForeign?: boolean;
	/** Why n8n could not send the call. These words may hold a network code of n8n's own database. */
	reason?: string;
	/** True if the call was cancelled while AlfaCRM was at work on it, not before it was sent. */
	isInProgress?: boolean;
}

/** A call that failed. Only code in `api/` throws it; everybody else gets errors of n8n's kinds. */
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

/** Makes the error for a call or a wait that ended because the execution was cancelled. */
export function cancelled(isInProgress = false): ResponseError {
	return new ResponseError({
		kind: 'cancelled',
		serverMessage: 'The execution was cancelled',
		isInProgress,
	});
}

/** The context of the credential's errors: see `LoginError` and `TokenRefused`. */
interface CredentialErrorContext {
	loginFailed?: DeclaredCause['cause'];
	tokenRefused?: boolean;
	retryAfterMs?: number;
	isForeign?: boolean;
}

/**
 * Reads any failure of `httpRequest` (an Axios error) or of `httpRequestWithAuthentication` (a
 * NodeApiError around one).
 */
export function failureOf(error: unknown): ApiFailure {
	if (error instanceof ResponseError) return error.failure;

	const context: CredentialErrorContext = error instanceof ExecutionBaseError ? error.context : {};
	if (context.tokenRefused) return { kind: 'status', status: 401 };
	if (context.loginFailed !== undefined) {
		return {
			kind: 'login',
			serverMessage: (error as Error).message,
			declaredCause: context.loginFailed,
			retryAfterMs: context.retryAfterMs,
			isForeign: context.isForeign,
		};
	}

	const { code, message, response } =
		error instanceof NodeApiError ? causeOf(error) : ((error ?? {}) as HttpFailure);
	const status = response?.status;
	if (status !== undefined && status >= 300) return statusFailure(status, response);
	// The status was good, but the body broke off.
	if (status !== undefined) return { kind: 'noAnswer', code: 'ECONNRESET' };
	if (code === 'ERR_CANCELED') return { kind: 'cancelled', isInProgress: true };
	if (code !== undefined) return { kind: 'noAnswer', code };
	return { kind: 'unexpected', serverMessage: message };
}

/**
 * Marks an error as one before the call was sent, unless AlfaCRM or something in its place has
 * answered. An example is n8n's database that failed when n8n read the credential or stored a new
 * token.
 */
export function unsent(error: unknown): unknown {
	const { kind, status } = failureOf(error);
	const isAnswered = kind === 'foreign' || status !== undefined;
	if (error instanceof ResponseError || kind === 'login' || isAnswered) return error;
	const { message: reason } = error instanceof NodeApiError ? causeOf(error) : (error as Error);
	return new ResponseError({
		kind: 'notSent',
		serverMessage: 'n8n could not prepare the request',
		reason,
	});
}

/**
 * Returns the HTTP failure of which n8n made a NodeApiError. n8n 1.99 to 2.33 keep only the status
 * or code, and the JSON that came.
 */
function causeOf(error: NodeApiError): HttpFailure {
	if (error.cause !== undefined) return error.cause as HttpFailure;
	const { httpCode, message } = error;
	const [, statusInText] = /status code (\d{3})$/.exec(error.messages.join('\n')) ?? [];
	const status = Number(httpCode) || Number(statusInText);
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
		// One program in production expects 422 for validation messages. API notes 4.
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
 * Tells whether AlfaCRM itself sent the body of an error: a Yii exception, or validation messages
 * (API notes 1, 4).
 *
 * Any other body, such as a web page, comes from a firewall, a proxy or a server that is being
 * updated. Its status does not mean that a right is missing or that a record does not exist, and a
 * later call may get through.
 */
function isFromAlfaCrm(body: unknown): boolean {
	if (typeof body !== 'object' || body === null) return false;
	const { name, message, status, code, success, errors } = body as IDataObject;
	const hasNumber = typeof status === 'number' || typeof code === 'number';
	const isYiiException = typeof name === 'string' && typeof message === 'string' && hasNumber;
	return isYiiException || NO.includes(success) || fieldMessages(errors) !== undefined;
}

/** Tells whether a call, or the login before it, was refused because there were too many calls. */
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
	// AlfaCRM may have received the call before something else answered. A second payment would be
	// worse than a look into AlfaCRM.
	foreign: () => true,
	noAnswer: ({ code }) => networkTrouble(code).maybeSent === true,
	cancelled: ({ isInProgress }) => isInProgress === true,
	notSent: () => false,
	unexpected: () => true,
};

/** Tells whether AlfaCRM may have carried out a call that failed. */
export function mayHaveTakenEffect(failure: ApiFailure): boolean {
	return MAY_HAVE_TAKEN_EFFECT[failure.kind](failure);
}

/** Tells whether AlfaCRM may still be at work on a call that failed. */
export function mayBeInProgress(failure: ApiFailure): boolean {
	return failure.isInProgress === true || timedOut(failure) || failure.status === 504;
}

/**
 * Reads AlfaCRM's `errors`, which may be a map of lists, a map of texts, a list or one text. A
 * success has `[]`. API notes 4.
 *
 * @returns messages by field, under '' if they belong to no field; undefined if there are none
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

/** Returns the `message` of a Yii exception, or else its `name`. A web page has neither. */
function serverMessageOf(data: unknown): string | undefined {
	if (typeof data !== 'object' || data === null) return undefined;
	const { message, name } = data as IDataObject;
	const text = [message, name].find((value) => typeof value === 'string' && value !== '');
	return text as string | undefined;
}

function isPage(data: unknown): boolean {
	return typeof data === 'string' && /^\s*</.test(data);
}

/** Replaces tokens and keys in a text. */
export function redact(text: string, secrets: ReadonlyArray<string | undefined>): string {
	let safeText = text;
	for (const secret of secrets) {
		if (secret) safeText = safeText.replaceAll(secret, '…');
	}
	return safeText;
}

/**
 * Reads Retry-After in seconds, as one program does. It is not known whether AlfaCRM sends it.
 * API notes 7.
 */
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

/**
 * Makes a new NodeApiError. n8n's own error is not reused: it holds the request with its token, and
 * ignores a new text.
 */
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

/**
 * Tells whether AlfaCRM itself refused a call with one of these HTTP statuses. The error for a
 * foreign answer has no status.
 */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is NodeApiError {
	return error instanceof NodeApiError && statuses.includes(Number(error.httpCode));
}

/** Turns any error into one of n8n's kinds. */
export function asNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(node, error as Error, { itemIndex });
}

/**
 * Makes the JSON of an item that failed: what happened, and what to do.
 *
 * It may have no other keys. Then n8n sends the item to the error output and adds the data of the
 * input item. With an `error` object on the item itself, n8n would drop those data.
 */
export function errorJson(error: NodeApiError | NodeOperationError): IDataObject {
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const message = [error.description?.trim(), httpCode ? `HTTP ${httpCode}` : '']
		.filter(Boolean)
		.join(' ');
	return message === '' ? { error: error.message } : { error: error.message, message };
}

export type ApiResponse = IDataObject | IDataObject[];

/** How AlfaCRM writes "no": flags may also be 0 and 1. API notes 10. */
const NO: unknown[] = [false, 0];

/**
 * Finds the failures that come with HTTP 200: `success: false`, or `errors` that are not empty.
 * API notes 4.
 *
 * @returns the answer of a success
 * @throws ResponseError for a failure
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
	// The answer claims a success and lists errors, so nobody knows what was saved.
	if (fields) {
		const words = Object.values(fields).flat().join(' ');
		throw new ResponseError({ kind: 'unexpected', serverMessage: words });
	}
	// A Yii exception with HTTP 200. Two programs in production guard against that. API notes 1, 4.
	const yiiStatus = [status, code].map(Number).find((number) => number >= 400 && number < 600);
	if (success === undefined && serverMessage !== undefined && yiiStatus !== undefined) {
		throw new ResponseError({ kind: 'status', status: yiiStatus, serverMessage });
	}
	return answer as IDataObject;
}

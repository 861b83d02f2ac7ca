import type { Failure as N8nFailure, IDataObject } from 'n8n-workflow';
import { ExecutionBaseError, NodeApiError } from 'n8n-workflow';

import type { ApiFailure } from './failures';
import { ResponseError, TOO_MANY_REQUESTS } from './failures';

/**
 * Reads AlfaCRM's answers and the errors of calls: the result is the JSON of a success, or an
 * `ApiFailure`.
 *
 * AlfaCRM is written with the PHP framework Yii. So many of its errors are Yii exceptions as JSON,
 * such as `{ "name": "Not Found", "message": "Page not found.", "code": 0, "status": 404 }`.
 */

/** The JSON of a successful answer. A few actions answer with a list. */
export type ApiResponse = IDataObject | IDataObject[];

/** Describes a web page in a message: "demo.s20.online answered with a web page". */
const WEB_PAGE = 'answered with a web page';

/** The parts of an Axios error that are used here. */
interface HttpFailure {
	/** Code of a network failure, such as ECONNRESET. */
	code?: string;
	message?: string;
	/** Missing if no answer came. */
	response?: HttpResponse;
}

interface HttpResponse {
	status?: number;
	headers?: IDataObject;
	/** The body: an object if it was JSON, else a text. */
	data?: unknown;
}

/** The context of the credential's errors: see `LoginError` and `TokenRefusedError`. */
interface CredentialErrorContext {
	/** Why the login failed, as one of n8n's causes. Only a `LoginError` has it. */
	loginFailed?: N8nFailure['cause'];
	/** True for a `TokenRefusedError`. */
	tokenRefused?: boolean;
	retryAfterMs?: number;
	isFromIntermediary?: boolean;
}

// ------------------------------------------------------- an answer with HTTP 200

/**
 * Checks an answer with HTTP 200. It can still report a failure: `success: false`, or `errors` that
 * are not empty (docs/alfacrm-api.md 4, the API notes).
 *
 * @returns the answer, if it reports no failure
 * @throws ResponseError if it reports a failure
 */
export function assertSuccess(answer: unknown): ApiResponse {
	if (typeof answer !== 'object' || answer === null) {
		const serverMessage = isWebPage(answer) ? WEB_PAGE : 'sent an answer that is not complete JSON';
		throw new ResponseError({ kind: 'intermediary', serverMessage });
	}
	// A bare list has no field that could report a failure.
	if (Array.isArray(answer)) return answer as IDataObject[];

	const failure = findFailureInBody(answer as IDataObject);
	if (failure !== undefined) throw new ResponseError(failure);
	return answer as IDataObject;
}

/**
 * Finds the failure that the JSON of an answer with HTTP 200 reports. Returns undefined if the
 * answer reports none.
 */
function findFailureInBody(body: IDataObject): ApiFailure | undefined {
	const { success, errors, message } = body;
	const serverMessage = typeof message === 'string' ? message : undefined;
	const fields = readFieldMessages(errors);
	const hasErrors = fields !== undefined;
	// Some answers, such as lists, have no `success`.
	const hasSuccessFlag = success !== undefined;

	const isRefused = isFalseFlag(success) || (hasErrors && !hasSuccessFlag);
	if (isRefused) return { kind: 'refusal', fields, serverMessage };

	// The answer reports a success together with errors, so nobody knows what was saved.
	if (hasErrors) {
		const allMessages = Object.values(fields).flat().join(' ');
		return { kind: 'unexpected', serverMessage: allMessages };
	}

	const status = findErrorStatus(body);
	const isException = !hasSuccessFlag && serverMessage !== undefined && status !== undefined;
	return isException ? { kind: 'status', status, serverMessage } : undefined;
}

/**
 * Finds the error status in a body. An exception of Yii, AlfaCRM's framework, can come with HTTP
 * 200 and has its real status in the body: `{ "message": "Page not found.", "status": 404 }`. Other
 * clients of AlfaCRM expect that. API notes 1, 4.
 */
function findErrorStatus({ status, code }: IDataObject): number | undefined {
	const possibleStatuses = [Number(status), Number(code)];
	return possibleStatuses.find((number) => number >= 400 && number < 600);
}

/** Tells whether a flag means "no". AlfaCRM also writes flags as 0 and 1. API notes 10. */
function isFalseFlag(flag: unknown): boolean {
	return flag === false || flag === 0;
}

// ------------------------------------------------------- an error

/**
 * Reads any error that sending a call can throw:
 *
 * - a `ResponseError` of our own
 * - an error of the credential's code
 * - the Axios error of n8n's `httpRequest`
 * - the NodeApiError of `httpRequestWithAuthentication`, made from an Axios error
 */
export function readFailure(error: unknown): ApiFailure {
	if (error instanceof ResponseError) return error.failure;

	const credentialFailure = readCredentialFailure(error);
	if (credentialFailure !== undefined) return credentialFailure;

	const { code, message, response } = readHttpFailure(error);
	const status = response?.status;
	if (status !== undefined) {
		if (status >= 300) return readStatusFailure(status, response);
		// A status below 300 means success. It is an error only because the body broke off.
		return { kind: 'noAnswer', code: 'ECONNRESET' };
	}

	// The signal of the call aborted after the call was sent, so AlfaCRM may be at work on the call.
	if (code === 'ERR_CANCELED') return { kind: 'cancelled', isInProgress: true };
	if (code !== undefined) return { kind: 'noAnswer', code };
	return { kind: 'unexpected', serverMessage: message };
}

/**
 * Makes the error for a call that n8n could not send, for example because n8n's database could not
 * be read.
 *
 * @returns the error to throw: a new one, or the same one if it already says what happened
 */
export function markAsNotSent(error: unknown): unknown {
	if (error instanceof ResponseError) return error;

	const { kind, status } = readFailure(error);
	const hasLoginFailed = kind === 'login';
	const wasLoginAnswered = kind === 'intermediary' || status !== undefined;
	const saysWhatHappened = hasLoginFailed || wasLoginAnswered;
	if (saysWhatHappened) return error;

	// n8n puts a general text of its own into a NodeApiError. The Axios error inside it says more.
	const { message } = error instanceof NodeApiError ? readHttpFailure(error) : (error as Error);
	return new ResponseError({
		kind: 'notSent',
		serverMessage: 'n8n could not prepare the request',
		reason: message,
	});
}

/**
 * Reads an error that the code of the credential has thrown: AlfaCRM refused the token, or a login
 * failed.
 *
 * @returns undefined for any other error
 */
function readCredentialFailure(error: unknown): ApiFailure | undefined {
	if (!(error instanceof ExecutionBaseError)) return undefined;

	const context: CredentialErrorContext = error.context;
	if (context.tokenRefused) return { kind: 'status', status: 401 };
	if (context.loginFailed === undefined) return undefined;

	return {
		kind: 'login',
		serverMessage: error.message,
		loginFailureCause: context.loginFailed,
		retryAfterMs: context.retryAfterMs,
		isFromIntermediary: context.isFromIntermediary,
	};
}

/**
 * Reads the HTTP failure from an Axios error, or from a NodeApiError that n8n made from an Axios
 * error. Without a `cause`, as in n8n 1.99 to 2.33, a NodeApiError has only the status or the
 * network code, and the JSON of the answer.
 */
function readHttpFailure(error: unknown): HttpFailure {
	if (!(error instanceof NodeApiError)) return (error ?? {}) as HttpFailure;
	if (error.cause !== undefined) return error.cause as HttpFailure;

	const { httpCode, message } = error;
	const status = readHttpStatus(error);
	if (status !== undefined) return { message, response: { status, data: error.context.data } };

	return { message, code: httpCode ?? undefined };
}

/** Reads the HTTP status of an error of n8n; undefined if no answer came. */
function readHttpStatus({ httpCode, messages }: NodeApiError): number | undefined {
	// A status such as "404", or a network code such as "ECONNRESET", which becomes NaN.
	const statusInCode = Number(httpCode);
	// Axios words a failure as "Request failed with status code 404".
	const matchInText = /status code (\d{3})$/.exec(messages.join('\n'));
	const statusInText = Number(matchInText?.[1]);

	const status = statusInCode || statusInText;
	return status > 0 ? status : undefined;
}

/** Reads an answer with an HTTP status of 300 or more: a redirect, or an error. */
function readStatusFailure(status: number, response: HttpResponse = {}): ApiFailure {
	const { headers = {}, data } = response;
	if (status < 400) {
		return { kind: 'redirect', status, location: readHost(headers.location) };
	}

	// A server in front of AlfaCRM, such as a firewall, may report for AlfaCRM that it is down or
	// gets too many calls. Any other status of that server says nothing about AlfaCRM.
	const isServerDown = status >= 500;
	const isAboutAlfaCrm = isFromAlfaCrm(data) || isServerDown || status === TOO_MANY_REQUESTS;
	if (!isAboutAlfaCrm) {
		const serverMessage = isWebPage(data) ? WEB_PAGE : undefined;
		return { kind: 'intermediary', intermediaryStatus: status, serverMessage };
	}

	return readAlfaCrmFailure(status, response);
}

/** Reads an HTTP error of AlfaCRM, or of a server that reports it for AlfaCRM. */
function readAlfaCrmFailure(status: number, { headers = {}, data }: HttpResponse): ApiFailure {
	// The cast is for TypeScript: if the body is not an object, `errors` is undefined.
	const body = data as IDataObject | null | undefined;
	const fields = readFieldMessages(body?.errors);
	// Another client of AlfaCRM expects validation messages with HTTP 422. API notes 4.
	const isRefusal = status === 422 && fields !== undefined;
	const failure: ApiFailure = {
		kind: isRefusal ? 'refusal' : 'status',
		status,
		fields,
		serverMessage: readServerMessage(data),
		retryAfterMs: readRetryAfter(headers['retry-after']),
	};

	// With 429, it makes no difference which server has answered.
	const isServerDown = status >= 500;
	if (isServerDown && !isFromAlfaCrm(data)) failure.isFromIntermediary = true;
	return failure;
}

// ------------------------------------------------------- parts of a body or a header

/**
 * Tells whether AlfaCRM itself sent the body of an error: a Yii exception, or validation messages
 * (API notes 1, 4).
 *
 * Any other body, such as a web page, comes from a firewall, a proxy or a server that is being
 * updated. The status of that answer says nothing about rights or records, and a later call may get
 * through.
 */
function isFromAlfaCrm(body: unknown): boolean {
	if (typeof body !== 'object' || body === null) return false;

	const { name, message, status, code, success, errors } = body as IDataObject;
	const hasNumber = typeof status === 'number' || typeof code === 'number';
	const isYiiException = typeof name === 'string' && typeof message === 'string' && hasNumber;
	return isYiiException || isFalseFlag(success) || readFieldMessages(errors) !== undefined;
}

/**
 * Reads AlfaCRM's `errors`: a map of lists, a map of texts, a list or one text. A success has `[]`.
 * API notes 4.
 *
 * @returns the messages by field, such as `{ phone: ['is wrong'] }`. Messages that belong to no
 * field are under ''. Undefined if there are no messages.
 */
export function readFieldMessages(errors: unknown): Record<string, string[]> | undefined {
	// A list or a text does not say which field is wrong.
	const isListOrText = Array.isArray(errors) || typeof errors === 'string';
	const errorsByField = isListOrText ? { '': errors } : (errors ?? {});

	const messagesByField = new Map<string, string[]>();
	for (const [field, texts] of Object.entries(errorsByField as IDataObject)) {
		const messages = flattenTexts(texts);
		if (messages.length > 0) messagesByField.set(field, messages);
	}
	return messagesByField.size > 0 ? Object.fromEntries(messagesByField) : undefined;
}

/** Lists all texts inside a value, however deeply lists and objects are nested. */
function flattenTexts(value: unknown): string[] {
	if (value === null || value === undefined || value === '') return [];
	if (typeof value === 'object') return Object.values(value).flatMap(flattenTexts);
	return [String(value)];
}

/** Returns the `message` of a Yii exception, or else its `name`. A web page has neither. */
function readServerMessage(data: unknown): string | undefined {
	if (typeof data !== 'object' || data === null) return undefined;

	const { message, name } = data as IDataObject;
	if (typeof message === 'string' && message !== '') return message;
	if (typeof name === 'string' && name !== '') return name;
	return undefined;
}

/** Tells whether a body is a web page: a text that begins with `<`. */
function isWebPage(data: unknown): boolean {
	return typeof data === 'string' && /^\s*</.test(data);
}

/**
 * Reads a Retry-After header in whole seconds. Nobody knows whether AlfaCRM sends the header, but
 * another client of AlfaCRM reads it. API notes 7.
 *
 * @returns milliseconds; undefined if the header is missing or holds something else, such as a date
 */
function readRetryAfter(header: unknown): number | undefined {
	return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) * 1_000 : undefined;
}

/** Returns the host of the address to which a redirect points; undefined for a relative address. */
function readHost(location: unknown): string | undefined {
	try {
		return new URL(String(location)).host;
	} catch {
		return undefined;
	}
}

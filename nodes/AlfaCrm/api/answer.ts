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
	const { success, errors, message, status, code } = body;
	const serverMessage = typeof message === 'string' ? message : undefined;
	const fields = readFieldMessages(errors);
	// Some answers, such as lists, have no `success`.
	const hasSuccessFlag = success !== undefined;

	const hasOnlyErrors = !hasSuccessFlag && fields !== undefined;
	if (isNo(success) || hasOnlyErrors) {
		return { kind: 'refusal', fields, serverMessage };
	}

	// The answer reports a success together with errors, so nobody knows what was saved.
	if (fields !== undefined) {
		const allMessages = Object.values(fields).flat().join(' ');
		return { kind: 'unexpected', serverMessage: allMessages };
	}

	// An exception of Yii, AlfaCRM's framework, can come with HTTP 200. It has its status in the
	// body: other clients of AlfaCRM expect that. API notes 1, 4.
	const isErrorStatus = (number: number) => number >= 400 && number < 600;
	const yiiStatus = [status, code].map(Number).find(isErrorStatus);
	if (!hasSuccessFlag && serverMessage !== undefined && yiiStatus !== undefined) {
		return { kind: 'status', status: yiiStatus, serverMessage };
	}

	return undefined;
}

/** Tells whether a flag means "no". AlfaCRM also writes flags as 0 and 1. API notes 10. */
function isNo(flag: unknown): boolean {
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
	if (status !== undefined && status >= 300) return readStatusFailure(status, response);
	// A status below 300 is that of a success. It is an error only because the body broke off.
	if (status !== undefined) return { kind: 'noAnswer', code: 'ECONNRESET' };
	// The signal of the call aborted after the call was sent, so AlfaCRM may be at work on the call.
	if (code === 'ERR_CANCELED') return { kind: 'cancelled', isInProgress: true };
	if (code !== undefined) return { kind: 'noAnswer', code };
	return { kind: 'unexpected', serverMessage: message };
}

/**
 * Makes the error for a call that failed while n8n prepared it, for example because n8n's database
 * could not be read. The new error says that the call was not sent.
 *
 * Some errors already say what happened, and are returned unchanged: a failed login, and an answer
 * to the login.
 *
 * @returns the error to throw
 */
export function markAsNotSent(error: unknown): unknown {
	if (error instanceof ResponseError) return error;

	const { kind, status } = readFailure(error);
	const isAnswered = kind === 'intermediary' || status !== undefined;
	if (kind === 'login' || isAnswered) return error;

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

	const { httpCode, message, messages } = error;
	// Axios words a failure as "Request failed with status code 404".
	const statusMatch = /status code (\d{3})$/.exec(messages.join('\n'));
	// `httpCode` is a status such as "404", or a network code such as "ECONNRESET", which is NaN.
	const status = Number(httpCode) || Number(statusMatch?.[1]);
	if (status > 0) return { message, response: { status, data: error.context.data } };
	return { message, code: httpCode ?? undefined };
}

/**
 * Reads an answer with an HTTP status of 300 or more: a redirect, or an error. A server in front of
 * AlfaCRM, such as a firewall, may have answered in place of AlfaCRM.
 */
function readStatusFailure(status: number, { headers = {}, data }: HttpResponse = {}): ApiFailure {
	if (status < 400) {
		return { kind: 'redirect', status, location: readHost(headers.location) };
	}

	const isFromIntermediary = !isFromAlfaCrm(data);
	const isServerDown = status >= 500;
	// A server in front of AlfaCRM may report for it that it is down, or that there are too many
	// calls. Any other status of an intermediary says nothing about AlfaCRM.
	const isAboutAlfaCrm = !isFromIntermediary || isServerDown || status === TOO_MANY_REQUESTS;
	if (!isAboutAlfaCrm) {
		const serverMessage = isWebPage(data) ? WEB_PAGE : undefined;
		return { kind: 'intermediary', intermediaryStatus: status, serverMessage };
	}

	// The cast is for TypeScript: where the body is no object, `errors` is undefined.
	const body = data as IDataObject | null | undefined;
	const fields = readFieldMessages(body?.errors);
	// Another client of AlfaCRM expects validation messages with HTTP 422. API notes 4.
	const isRefusal = status === 422 && fields !== undefined;
	return {
		kind: isRefusal ? 'refusal' : 'status',
		status,
		fields,
		serverMessage: readServerMessage(data),
		// With 429, it makes no difference who has answered.
		isFromIntermediary: (isFromIntermediary && isServerDown) || undefined,
		retryAfterMs: readRetryAfter(headers['retry-after']),
	};
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
	return isYiiException || isNo(success) || readFieldMessages(errors) !== undefined;
}

/**
 * Reads AlfaCRM's `errors`: a map of lists, a map of texts, a list or one text. A success has `[]`.
 * API notes 4.
 *
 * @returns the messages by field, such as `{ phone: ['is wrong'] }`. Messages that belong to no
 * field are under ''. Undefined if there are no messages.
 */
export function readFieldMessages(errors: unknown): Record<string, string[]> | undefined {
	const isWithoutFields = typeof errors === 'string' || Array.isArray(errors);
	const errorsByField = isWithoutFields ? { '': errors } : (errors ?? {});

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

import type { Failure as N8nFailure, IDataObject, INode } from 'n8n-workflow';
import { ExecutionBaseError, NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { describeNetworkTrouble } from './networkTroubles';

/** The status of an answer to a call that was refused because there were too many calls. */
export const TOO_MANY_REQUESTS = 429;

/**
 * The kinds of failures of a call:
 *
 * - `login`: the login before the call failed.
 * - `status`: AlfaCRM answered with an HTTP error, or a server in front of it that is down or busy.
 * - `redirect`: the answer was a redirect, which is never followed.
 * - `refusal`: AlfaCRM itself said no, in JSON, for example because a field is wrong.
 * - `intermediary`: something other than AlfaCRM answered, such as a firewall: see `isFromAlfaCrm`.
 * - `noAnswer`: the network failed, or no answer came in time.
 * - `cancelled`: the execution was cancelled.
 * - `notSent`: the call did not leave n8n.
 * - `unexpected`: none of these, so nobody knows whether the call was carried out.
 */
export type FailureKind =
	| 'login'
	| 'status'
	| 'redirect'
	| 'refusal'
	| 'intermediary'
	| 'noAnswer'
	| 'cancelled'
	| 'notSent'
	| 'unexpected';

/**
 * The failure of a call. It has the same shape whether a helper of n8n reported it or an answer of
 * AlfaCRM. A field that does not fit the kind is left out.
 */
export interface ApiFailure {
	kind: FailureKind;
	/**
	 * HTTP status of AlfaCRM's own answer, or of a server that is down or too busy. The status of an
	 * intermediary's answer is in `intermediaryStatus`.
	 */
	status?: number;
	/**
	 * HTTP status of an intermediary's answer. It says nothing about rights or records, so only the
	 * message uses it.
	 */
	intermediaryStatus?: number;
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
	/** The cause of a failed login, as n8n is told it. */
	declaredCause?: N8nFailure['cause'];
	/** True if a server failed, or answered a login, with a body that AlfaCRM does not send. */
	isFromIntermediary?: boolean;
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

/** Makes the error for a call or a wait that ended because the execution was cancelled. */
export function makeCancelledError(isInProgress = false): ResponseError {
	return new ResponseError({
		kind: 'cancelled',
		serverMessage: 'The execution was cancelled',
		isInProgress,
	});
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
		declaredCause: N8nFailure['cause'] = 'credential-invalid',
		retryAfterMs?: number,
		isFromIntermediary?: boolean,
	) {
		super(message);
		this.context = { loginFailed: declaredCause, retryAfterMs, isFromIntermediary };
	}
}

// ------------------------------------------------------- questions about a failure

/** Tells whether a call, or the login before it, was refused because there were too many calls. */
export function isRateLimited({ status, declaredCause }: ApiFailure): boolean {
	return status === TOO_MANY_REQUESTS || declaredCause === 'rate-limited';
}

/** Tells whether no answer came in time. Axios reports one of two codes. */
export function isTimeout({ code }: ApiFailure): boolean {
	return code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

/** Tells for each kind of failure whether AlfaCRM may have carried out the call. */
const MAY_HAVE_TAKEN_EFFECT: Record<FailureKind, (failure: ApiFailure) => boolean> = {
	login: () => false,
	// A status below 500 refuses the call. A server that breaks down may do so after the write.
	status: ({ status = 0 }) => status >= 500,
	redirect: () => true,
	refusal: () => false,
	// AlfaCRM may have received the call before something else answered. A second payment would be
	// worse than a look into AlfaCRM.
	intermediary: () => true,
	noAnswer: ({ code }) => describeNetworkTrouble(code).mayHaveArrived,
	cancelled: ({ isInProgress }) => isInProgress === true,
	notSent: () => false,
	unexpected: () => true,
};

/** Tells whether AlfaCRM may have carried out a call that failed. */
export function mayHaveTakenEffect(failure: ApiFailure): boolean {
	return MAY_HAVE_TAKEN_EFFECT[failure.kind](failure);
}

/**
 * Tells whether AlfaCRM may still be at work on a call that failed: n8n stopped waiting for it, or
 * a server in front of AlfaCRM did, which answers with 504.
 */
export function mayBeInProgress(failure: ApiFailure): boolean {
	return failure.isInProgress === true || isTimeout(failure) || failure.status === 504;
}

// ------------------------------------------------------- errors of n8n's kinds

/** Replaces secrets, such as tokens and keys, in a text. Empty secrets are skipped. */
export function redact(text: string, secrets: ReadonlyArray<string | undefined>): string {
	let safeText = text;
	for (const secret of secrets) {
		if (secret) safeText = safeText.replaceAll(secret, '…');
	}
	return safeText;
}

/**
 * Makes a new NodeApiError. n8n's own error is not reused: it holds the request with its token, and
 * ignores a new text.
 *
 * @param failure tells n8n what failed, so that a trigger may wait or stop
 */
export function nodeError(
	node: INode,
	text: { message: string; description?: string; status?: number },
	itemIndex: number | undefined,
	failure?: N8nFailure,
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
 * Tells whether AlfaCRM itself refused a call with one of these HTTP statuses. The error for
 * an intermediary's answer has no status.
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
 * It has no keys but `error` and `message`. Then n8n sends the item to the error output and adds
 * the data of the input item. With an `error` object on the item itself, n8n would drop those data.
 */
export function makeErrorJson(error: NodeApiError | NodeOperationError): IDataObject {
	const advice = error.description?.trim() ?? '';
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const status = httpCode ? `HTTP ${httpCode}` : '';

	const message = [advice, status].filter((text) => text !== '').join(' ');
	return message === '' ? { error: error.message } : { error: error.message, message };
}

import type { Failure as N8nFailure, IDataObject, INode } from 'n8n-workflow';
import { ExecutionBaseError, NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { describeNetworkTrouble } from './networkTroubles';

/** The HTTP status with which a server refuses a call because there were too many calls. */
export const TOO_MANY_REQUESTS = 429;

/**
 * The kinds of failures of a call:
 *
 * - `login`: the login before the call failed.
 * - `status`: an HTTP error came from AlfaCRM. Or a server in front of AlfaCRM said that AlfaCRM is
 *   down (500 or more) or gets too many calls (429).
 * - `redirect`: the answer was a redirect, which is never followed.
 * - `refusal`: AlfaCRM said no in JSON and gave reasons, for example that a field is wrong.
 * - `intermediary`: a server other than AlfaCRM answered, such as a firewall: with a web page, or
 *   with a status that says nothing about AlfaCRM. See `isFromAlfaCrm` in `answer.ts`.
 * - `noAnswer`: the network failed, or no answer came in time.
 * - `cancelled`: the execution was cancelled.
 * - `notSent`: the call did not leave n8n.
 * - `unexpected`: anything else, so nobody knows whether the call was carried out.
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
 * The failure of a call, in one shape for the errors of n8n's helpers and for AlfaCRM's answers. A
 * field that does not fit the kind is left out.
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
	/**
	 * AlfaCRM's own message. If AlfaCRM sent no message, it can be a text
	 * of this package, such as "answered with a web page".
	 */
	serverMessage?: string;
	/** Validation messages by the field's name in the API. Messages without a field are under ''. */
	fields?: Record<string, string[]>;
	/** Code of a network failure, such as ECONNRESET. */
	code?: string;
	/** For how many milliseconds the server asked to wait. */
	retryAfterMs?: number;
	/** The host to which a redirect pointed. */
	location?: string;
	/** Why a login failed, as one of n8n's causes. */
	loginFailureCause?: N8nFailure['cause'];
	/**
	 * True if an intermediary answered, for a failure of another kind than `intermediary`: a `status`
	 * of 500 or more, or a `login`.
	 */
	isFromIntermediary?: boolean;
	/**
	 * Why n8n could not send the call. It can hold a network code such as ECONNREFUSED, from n8n's
	 * own database. So it must not get into a message: n8n replaces each message that holds a network
	 * code by a text of its own.
	 */
	reason?: string;
	/** True if the call was cancelled after it was sent, so that AlfaCRM was at work on it. */
	isInProgress?: boolean;
}

/**
 * The error of a failed call inside `api/`, also of a call without a response. Other code gets a
 * NodeApiError made from it.
 */
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
 * The error of a failed login. A user who tests the credential sees only its message.
 *
 * When the node makes a call, n8n wraps this error into an error of its own. n8n 1.99 to 2.33 keep
 * only the message and the context, so the context marks the error as a failed login.
 */
export class LoginError extends ExecutionBaseError {
	constructor(
		message: string,
		failureCause: N8nFailure['cause'] = 'credential-invalid',
		retryAfterMs?: number,
		isFromIntermediary?: boolean,
	) {
		super(message);
		this.context = { loginFailed: failureCause, retryAfterMs, isFromIntermediary };
	}
}

// ------------------------------------------------------- questions about a failure

/** Tells whether a call, or the login before it, was refused because there were too many calls. */
export function isRateLimited({ status, loginFailureCause }: ApiFailure): boolean {
	return status === TOO_MANY_REQUESTS || loginFailureCause === 'rate-limited';
}

/** Tells whether no answer came in time. Axios reports one of two codes. */
export function isTimeout({ code }: ApiFailure): boolean {
	return code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

/** Tells for each kind of failure whether AlfaCRM may have carried out the call. */
const MAY_HAVE_TAKEN_EFFECT: Record<FailureKind, (failure: ApiFailure) => boolean> = {
	login: () => false,
	// With a status below 500, AlfaCRM refuses the call. A server can break down after a write.
	status: ({ status = 0 }) => status >= 500,
	// A server may carry out a call and then redirect, for example to a page that shows the result.
	redirect: () => true,
	refusal: () => false,
	// AlfaCRM may have received the call before the intermediary answered. It is better that the user
	// looks into AlfaCRM than that a payment is entered twice.
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
 * Tells whether AlfaCRM may still be at work on a call that failed. Either n8n stopped waiting for
 * the answer, or a server in front of AlfaCRM stopped waiting and answered with 504.
 */
export function mayBeInProgress(failure: ApiFailure): boolean {
	return failure.isInProgress === true || isTimeout(failure) || failure.status === 504;
}

// ------------------------------------------------------- secrets

/** Replaces secrets, such as tokens and keys, in a text. Empty secrets are skipped. */
export function redact(text: string, secrets: ReadonlyArray<string | undefined>): string {
	let safeText = text;
	for (const secret of secrets) {
		if (secret) safeText = safeText.replaceAll(secret, '…');
	}
	return safeText;
}

// ------------------------------------------------------- errors of n8n's kinds

/**
 * Makes the error that a user of the node sees.
 *
 * The error that n8n threw for the call is left out: it holds the request with the token, and n8n
 * would show its text in place of ours.
 *
 * @param failure tells n8n what failed, so that n8n can make a trigger wait or stop
 */
export function nodeError(
	node: INode,
	text: { message: string; description?: string; status?: number },
	itemIndex: number | undefined,
	failure?: N8nFailure,
): NodeApiError {
	// n8n expects the error of the call. It gets an object without the token, and shows the texts of
	// the options in place of it.
	const errorOfCall = { message: text.message };
	return new NodeApiError(node, errorOfCall, {
		message: text.message,
		description: text.description,
		httpCode: text.status?.toString(),
		itemIndex,
		failure,
	});
}

/**
 * Tells whether AlfaCRM itself refused a call with one of some HTTP statuses. An error made from an
 * intermediary's answer has no status.
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
 * Makes the JSON of an item that failed. `error` says what happened, and `message` says what to do.
 *
 * The names of the two keys are n8n's. If an item's JSON has no other keys, n8n takes the item for
 * a failed one, sends it to the error output and adds the data of the input item. If the item had
 * an `error` object beside its JSON, n8n would drop the data of the input item.
 */
export function makeErrorJson(error: NodeApiError | NodeOperationError): IDataObject {
	const advice = error.description?.trim() ?? '';
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const status = httpCode ? `HTTP ${httpCode}` : '';

	const message = [advice, status].filter((text) => text !== '').join(' ');
	return message === '' ? { error: error.message } : { error: error.message, message };
}

import type { Failure as N8nFailure, INode } from 'n8n-workflow';

import type { DescriptionParts, Effect } from './effects';
import { joinSentences, formatDescription } from './effects';
import type { ApiFailure, FailureKind } from './failures';
import { isRateLimited, mayHaveTakenEffect, nodeError } from './failures';
import { CHECK_IN_BROWSER, describeNetworkTrouble } from './networkTroubles';
import type { ApiRequest } from './request';
import { isBranchList, canAnotherBranchHelp, TIMEOUT_MS } from './request';

/**
 * Puts failed calls into words: what happened, and what to do next.
 *
 * The message says "could not" only if AlfaCRM certainly did not carry out the call. No message
 * holds a network code such as ECONNRESET, because n8n replaces a message that does.
 */

/** The advice if AlfaCRM refuses the list of branches (docs/alfacrm-api.md 2, the API notes). */
export const MAIN_BRANCH_ADVICE =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the advanced settings of the credential.";

/** The advice after a write whose answer was lost. */
const LOST_WRITE_ADVICE =
	'AlfaCRM may have carried it out all the same: look there before you run this again.';

/** Explains an answer that AlfaCRM cannot have sent, such as a web page. */
const INTERMEDIARY_EXPLANATION =
	'AlfaCRM answers in JSON: a firewall or a proxy may have sent this instead or cut it off, or AlfaCRM is being updated.';

/**
 * n8n should not run a trigger again for this long if AlfaCRM receives too many requests and does
 * not say how long to wait.
 */
const DEFAULT_RETRY_AFTER_MS = 60_000;

/** A call that failed, with the facts that its message needs. */
export interface FailedCall extends ApiRequest {
	/** The host of AlfaCRM, such as `demo.s20.online`. */
	host: string;
	/** Whether n8n logged in during this call, and AlfaCRM accepted the login. */
	isNewLogin?: boolean;
	/** For how many milliseconds the call is sent again while AlfaCRM gets too many requests. */
	rateLimitWaitMs: number;
	/** For how many milliseconds the call had waited, retries included, when it failed. */
	waitedMs: number;
	/** Whether AlfaCRM has answered this client before, so that the hostname is right. */
	isHostKnown?: boolean;
}

/** The parts of an error that the user sees. */
interface Explanation {
	/** Tells what happened, in one sentence without a full stop. */
	message: string;
	/** Tells what to do next, in whole sentences. */
	description?: string;
	/** The HTTP status that the error shows. */
	status?: number;
	/** Tells n8n what failed: whether to wait and for how long, or what the user has to correct. */
	n8nFailure?: N8nFailure;
}

type Explainer = (failure: ApiFailure, call: FailedCall) => Explanation;

/** The explanation for each kind of failure. */
const EXPLAINERS: Record<FailureKind, Explainer> = {
	login: explainFailedLogin,
	status: explainStatus,
	redirect: explainRedirect,
	refusal: explainRefusal,
	intermediary: explainIntermediaryAnswer,
	noAnswer: explainNoAnswer,
	cancelled: () => ({ message: 'The execution was cancelled' }),
	notSent: ({ serverMessage = '', reason }, { task }) => ({
		message: `Could not ${task}: ${serverMessage}`,
		description: reason,
	}),
	unexpected: ({ serverMessage = 'no reason was given' }, { task }) => ({
		message: `Could not ${task}: ${serverMessage}`,
	}),
};

/**
 * Puts a failed call into words. The message says what happened. The description has two parts: the
 * advice says what to do next, and the effect says what was saved.
 *
 * @returns the texts of the error, and the parts of its description: the effect is worded again if
 * other input items were carried out
 */
export function explainFailure(
	failure: ApiFailure,
	call: FailedCall,
): Explanation & { descriptionParts: DescriptionParts } {
	const explain = EXPLAINERS[failure.kind];
	const { message, description: advice = '', status, n8nFailure } = explain(failure, call);

	const lostWriteAdvice = isLostWrite(failure, call) ? LOST_WRITE_ADVICE : '';
	const descriptionParts = {
		advice: joinSentences(lostWriteAdvice, advice),
		effect: findEffect(failure, call),
	};
	const description = formatDescription(descriptionParts);
	return {
		message,
		description: description === '' ? undefined : description,
		status: status ?? failure.status,
		n8nFailure,
		descriptionParts,
	};
}

/** Makes the error for an empty list of branches, which no account has. */
export function makeNoBranchesError(node: INode): Error {
	const text = {
		message: 'AlfaCRM returned no branches, but every account has at least one',
		description: `Choose the branch in the node, or give this user a branch in AlfaCRM. ${MAIN_BRANCH_ADVICE}`,
	};
	const itemIndex = undefined;
	return nodeError(node, text, itemIndex, { cause: 'temporarily-unavailable' });
}

/**
 * Finds out what the error can say about the writes of the item: which of them were saved, that
 * nothing was saved, or neither.
 */
function findEffect({ kind }: ApiFailure, { isIdempotent, savedBefore = [] }: FailedCall): Effect {
	if (savedBefore.length > 0) return { kind: 'saved', tasks: savedBefore };

	// AlfaCRM itself says that it has not carried out the write.
	const isRefusedWrite = kind === 'refusal' && !isIdempotent;
	return isRefusedWrite ? { kind: 'nothingSaved' } : { kind: 'unsaid' };
}

/** Tells whether the call is a write that AlfaCRM may have carried out. */
function isLostWrite(failure: ApiFailure, { isIdempotent }: FailedCall): boolean {
	return !isIdempotent && mayHaveTakenEffect(failure);
}

/**
 * Returns the end of a message, which names the task: ", so it could not create a customer". If
 * AlfaCRM may have carried out the write, the end must not say "could not".
 */
function describeUnfinishedTask(failure: ApiFailure, call: FailedCall): string {
	return isLostWrite(failure, call)
		? `, when asked to ${call.task}`
		: `, so it could not ${call.task}`;
}

// ------------------------------------------------------- one function for each kind of failure

/**
 * Explains a login that failed before the call was sent. The message comes from the error of the
 * login and already says what to check. This function adds a description, and the cause for n8n.
 */
function explainFailedLogin(failure: ApiFailure): Explanation {
	const { serverMessage: message = 'The login to AlfaCRM did not succeed' } = failure;
	if (isRateLimited(failure)) return { message, ...adviseToSlowDown(failure) };

	const { loginFailureCause: cause = 'credential-invalid' } = failure;
	const mustCorrectCredential = cause !== 'temporarily-unavailable';
	const description = mustCorrectCredential
		? "Open the credential, correct it and press 'Retry' or 'Test' there."
		: 'It was during the login, before the call itself was sent.';
	// The cast is needed because n8n's type demands `retryAfterMs` for the cause 'rate-limited'.
	// TypeScript does not see that the function has returned above in this case.
	const n8nFailure = { cause } as N8nFailure;
	return { message, description, n8nFailure };
}

function explainRedirect(failure: ApiFailure, call: FailedCall): Explanation {
	const target = failure.location ? ` to ${failure.location}` : '';
	return {
		message: `${call.host} answered with a redirect${target}, which was not followed${describeUnfinishedTask(failure, call)}`,
		description:
			"No token was sent there. Check 'Hostname' in the credential: it must be the address at which AlfaCRM itself opens.",
		n8nFailure: { cause: 'configuration-invalid' },
	};
}

/** Explains an answer that did not come from AlfaCRM, such as the web page of a firewall. */
function explainIntermediaryAnswer(failure: ApiFailure, call: FailedCall): Explanation {
	const { serverMessage: event = 'did not answer as AlfaCRM does', intermediaryStatus } = failure;
	const status = intermediaryStatus === undefined ? '' : ` (HTTP ${intermediaryStatus})`;
	// If AlfaCRM has answered before, the hostname is right and needs no check.
	const advice = call.isHostKnown ? 'Try again later.' : CHECK_IN_BROWSER;
	return {
		message: `${call.host} ${event}${status}${describeUnfinishedTask(failure, call)}`,
		description: `${INTERMEDIARY_EXPLANATION} ${advice}`,
		n8nFailure: { cause: 'temporarily-unavailable' },
	};
}

/** Explains a failure of the network, or that no answer came in time. */
function explainNoAnswer(failure: ApiFailure, call: FailedCall): Explanation {
	const { event, advice } = describeNetworkTrouble(failure.code, TIMEOUT_MS);
	return {
		message: `${call.host} ${event}${describeUnfinishedTask(failure, call)}`,
		description: advice,
		n8nFailure: { cause: 'temporarily-unavailable' },
	};
}

// ------------------------------------------------------- a refusal

/** Explains that AlfaCRM itself said no, in JSON, for example because a field is wrong. */
function explainRefusal(failure: ApiFailure, call: FailedCall): Explanation {
	return {
		message: `AlfaCRM did not ${call.task}${describeReasons(failure, call)}`,
		description: adviseOnFields(failure, call),
		status: failure.status ?? 200,
		// AlfaCRM may accept the same list later. A write fails again until its fields are corrected.
		n8nFailure: call.isIdempotent ? { cause: 'temporarily-unavailable' } : undefined,
	};
}

/**
 * Returns the reasons of a refusal as the end of a message: ": Phone – is wrong; Name – is empty".
 */
function describeReasons({ fields = {}, serverMessage }: ApiFailure, call: FailedCall): string {
	const reasons = Object.entries(fields).map(([field, texts]) => {
		const reason = texts.join(' ');
		return isFieldName(field) ? `${labelField(field, call)} – ${reason}` : reason;
	});
	if (reasons.length > 0) return `: ${reasons.join('; ')}`;

	return serverMessage ? `: ${serverMessage}` : ' and gave no reason';
}

/**
 * Advises what to do with the fields that AlfaCRM has refused: to correct those that were sent, and
 * to fill the others. For example: "Correct 'Phone' (phone), fill 'Name' (name) and run it again."
 *
 * @returns an empty text if AlfaCRM names no field
 */
function adviseOnFields({ fields = {} }: ApiFailure, call: FailedCall): string {
	const wrongFields: string[] = [];
	const missingFields: string[] = [];
	for (const field of Object.keys(fields).filter(isFieldName)) {
		const refusedFields = wasFieldSent(field, call) ? wrongFields : missingFields;
		refusedFields.push(field);
	}

	const steps: string[] = [];
	if (wrongFields.length > 0) steps.push(`correct ${listFields(wrongFields, call)}`);
	if (missingFields.length > 0) steps.push(`fill ${listFields(missingFields, call)}`);
	if (steps.length === 0) return '';

	const advice = `${steps.join(', ')} and run it again.`;
	const firstLetter = advice.charAt(0).toUpperCase();
	return `${firstLetter}${advice.slice(1)}`;
}

/**
 * Tells whether a call has sent a field. In a call without a body nobody can fill in a field, so
 * there every field counts as sent.
 */
function wasFieldSent(field: string, { body, query }: FailedCall): boolean {
	if (body === undefined) return true;

	const sentValues = { ...query, ...body };
	return field in sentValues;
}

/** Lists fields as the form and as the API call them: "'Phone' (phone), 'Name' (name)". */
function listFields(fields: readonly string[], call: FailedCall): string {
	return fields.map((field) => `'${labelField(field, call)}' (${field})`).join(', ');
}

/** Returns the label of a field in the form, or else the name of the field in the API. */
function labelField(field: string, { labels }: FailedCall): string {
	return labels?.[field] ?? field;
}

/**
 * Tells whether a key of `fields` is the name of a field. Other messages have the key '' or a
 * number, their position in a list.
 */
function isFieldName(key: string): boolean {
	return key !== '' && !/^\d+$/.test(key);
}

// ------------------------------------------------------- an HTTP status

/** Explains the statuses below 500 that need a text of their own. */
const STATUS_TEXTS: Readonly<Partial<Record<number, Explainer>>> = {
	401: (_failure, { isNewLogin, task }) => ({
		message: isNewLogin
			? `AlfaCRM does not accept the login, even a new one, and would not ${task}`
			: `AlfaCRM does not accept the login and would not ${task}`,
		description:
			"Check the credential; some accounts also need 'App Key' in the advanced settings.",
		n8nFailure: { cause: 'credential-invalid' },
	}),
	403: (_failure, call) => ({
		message: `AlfaCRM denied access: this user may not ${call.task}${describeBranch(call)}`,
		description: `${call.isNewLogin ? 'The login works. ' : ''}In AlfaCRM, give the role of this user the v2api module and the right to this data, or choose a branch that the user sees.`,
		n8nFailure: { cause: 'credential-invalid' },
	}),
	404: (_failure, call) => ({
		message: `AlfaCRM answered "not found" when asked to ${call.task}${describeBranch(call)}`,
		description: 'The record or the branch does not exist, or not for this user.',
		n8nFailure: { cause: 'configuration-invalid' },
	}),
	429: (failure, call) => ({
		message: describeTooManyRequests(failure, call),
		...adviseToSlowDown(failure),
	}),
};

/** Explains an HTTP error of AlfaCRM, or of a server in front of it that is down or busy. */
function explainStatus(failure: ApiFailure, call: FailedCall): Explanation {
	const { status = 0, serverMessage } = failure;
	const explainKnownStatus = findStatusExplainer(status);
	const explain = explainKnownStatus ?? explainOtherStatus;
	const explanation = explain(failure, call);

	const mayNeedBranch = isBranchList(call) && canAnotherBranchHelp(failure);
	const branchAdvice = mayNeedBranch ? MAIN_BRANCH_ADVICE : '';

	// `explainOtherStatus` has already put AlfaCRM's own words into the message.
	const isAlfaCrmQuoted = explainKnownStatus === undefined;
	const quote = serverMessage && !isAlfaCrmQuoted ? `AlfaCRM said: ${serverMessage}` : '';

	const description = joinSentences(explanation.description ?? '', branchAdvice, quote);
	return { ...explanation, description };
}

/** Finds the function that explains a status; undefined if the status has no text of its own. */
function findStatusExplainer(status: number): Explainer | undefined {
	return status >= 500 ? explainServerError : STATUS_TEXTS[status];
}

/** Explains a status of 500 or more. */
function explainServerError({ status }: ApiFailure, { task }: FailedCall): Explanation {
	return {
		message: `AlfaCRM could not ${task} (HTTP ${status})`,
		description: "AlfaCRM's server had trouble; try again later.",
		n8nFailure: { cause: 'temporarily-unavailable' },
	};
}

/** Explains an HTTP status below 500 that has no text of its own, with AlfaCRM's own message. */
function explainOtherStatus(failure: ApiFailure, call: FailedCall): Explanation {
	const { status, serverMessage } = failure;
	const reason = serverMessage ? `: ${serverMessage}` : '';
	return {
		message: `AlfaCRM would not ${call.task} (HTTP ${status})${reason}`,
		description: 'Check the parameters of this node.',
	};
}

/** Returns " in branch 3" as the end of a message; an empty text if the call names no branch. */
function describeBranch({ branch }: FailedCall): string {
	return branch === undefined ? '' : ` in branch ${branch}`;
}

// ------------------------------------------------------- too many requests

/** Says that AlfaCRM received too many requests, and why the call was not sent again. */
function describeTooManyRequests(
	{ retryAfterMs: requestedPauseMs = 0 }: ApiFailure,
	{ task, rateLimitWaitMs, waitedMs }: FailedCall,
): string {
	// The call still had time, but the pause would have been longer than the call may wait.
	const hadTimeLeft = waitedMs < Math.max(rateLimitWaitMs, requestedPauseMs);
	const wasPauseTooLong = requestedPauseMs > 0 && hadTimeLeft;
	if (wasPauseTooLong) {
		return `AlfaCRM receives too many requests, asks to wait for ${formatSeconds(requestedPauseMs)} and did not ${task}`;
	}

	const mayCallWait = rateLimitWaitMs > 0;
	if (!mayCallWait) return `AlfaCRM receives too many requests and did not ${task}`;

	return `AlfaCRM still received too many requests after ${formatSeconds(rateLimitWaitMs)} and did not ${task}`;
}

function formatSeconds(ms: number): string {
	const seconds = Math.ceil(ms / 1_000);
	return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

/** Advises the user to send fewer requests, and tells n8n how long to wait. */
function adviseToSlowDown({ retryAfterMs }: ApiFailure): Omit<Explanation, 'message'> {
	return {
		description:
			"Run less at the same time, or lower 'Requests per Second' in the advanced settings of the credential.",
		n8nFailure: { cause: 'rate-limited', retryAfterMs: retryAfterMs || DEFAULT_RETRY_AFTER_MS },
	};
}

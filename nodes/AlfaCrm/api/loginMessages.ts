import type { Failure as N8nFailure } from 'n8n-workflow';

import type { ApiFailure, FailureKind } from './failures';
import { LoginError, TOO_MANY_REQUESTS } from './failures';
import { describeNetworkTrouble } from './networkTroubles';
import { LOGIN_TIMEOUT_MS } from './request';

/**
 * Puts failed logins into words. The whole explanation is in one message, because the test of the
 * credential shows nothing else.
 */

interface LoginExplanation {
	/** Tells what happened and what to do, in whole sentences. */
	text: string;
	/** Tells n8n the cause of the failure. By default: the credential is invalid. */
	cause?: N8nFailure['cause'];
}

interface FailedLogin {
	/** The host of AlfaCRM, such as `demo.s20.online`. */
	host: string;
	/** Whether 'App Key' is filled in. Then it is one more setting to check. */
	hasAppKey: boolean;
}

type LoginExplainer = (failure: ApiFailure, login: FailedLogin) => LoginExplanation;

/** Explains the kinds of failures that need a text of their own. */
const LOGIN_EXPLAINERS: Partial<Record<FailureKind, LoginExplainer>> = {
	refusal: (failure, { hasAppKey }) => ({
		text: `${adviseToCheckLogin(hasAppKey)}${quoteServer(failure)}`,
	}),
	redirect: explainRedirect,
	intermediary: explainIntermediaryAnswer,
	noAnswer: explainNoAnswer,
	status: explainStatus,
};

/** Makes the error of a failed login. Its message says what happened and what to do. */
export function makeLoginError(
	failure: ApiFailure,
	origin: string,
	{ hasAppKey = false }: { hasAppKey?: boolean } = {},
): LoginError {
	const { host } = new URL(origin);
	const explain = LOGIN_EXPLAINERS[failure.kind] ?? explainOtherFailure;
	const { text, cause } = explain(failure, { host, hasAppKey });

	const isFromIntermediary = failure.kind === 'intermediary';
	return new LoginError(text, cause, failure.retryAfterMs, isFromIntermediary);
}

function explainRedirect({ location }: ApiFailure, { host }: FailedLogin): LoginExplanation {
	const target = location ? ` to ${location}` : '';
	return {
		text: `${host} answered with a redirect${target}, which was not followed so that the key stays here. Check 'Hostname'.`,
		cause: 'configuration-invalid',
	};
}

/** Explains a login that was answered by a server other than AlfaCRM, such as a firewall. */
function explainIntermediaryAnswer(
	{ intermediaryStatus }: ApiFailure,
	{ host }: FailedLogin,
): LoginExplanation {
	const status = intermediaryStatus === undefined ? '' : ` (HTTP ${intermediaryStatus})`;
	return {
		text: `${host} does not answer as AlfaCRM does: a web page or an incomplete text${status} came instead of data. Check 'Hostname', or try again later.`,
		cause: 'temporarily-unavailable',
	};
}

function explainNoAnswer({ code }: ApiFailure, { host }: FailedLogin): LoginExplanation {
	const { event, advice, isLasting } = describeNetworkTrouble(code, LOGIN_TIMEOUT_MS);
	return {
		text: `${host} ${event}. ${advice}`,
		cause: isLasting ? 'configuration-invalid' : 'temporarily-unavailable',
	};
}

/** Explains a login that was answered with an HTTP error, by AlfaCRM or a server in front of it. */
function explainStatus(failure: ApiFailure, { host, hasAppKey }: FailedLogin): LoginExplanation {
	const { status = 0 } = failure;
	const quote = quoteServer(failure);
	if (status === 404) {
		return {
			text: `There is no AlfaCRM at ${host}: the address of the login was not found. Check 'Hostname'.`,
			cause: 'configuration-invalid',
		};
	}

	if (status === TOO_MANY_REQUESTS) {
		return {
			text: `AlfaCRM receives too many requests and did not take the login.${quote}`,
			cause: 'rate-limited',
		};
	}

	if (status >= 500) {
		return {
			text: `AlfaCRM could not take the login (HTTP ${status}). Try again later.${quote}`,
			cause: 'temporarily-unavailable',
		};
	}

	if (status === 401 || status === 403) {
		return { text: `${adviseToCheckLogin(hasAppKey)} (HTTP ${status}.${quote})` };
	}

	return {
		text: `AlfaCRM would not take the login (HTTP ${status}).${quote} Check 'Hostname', 'Email' and 'API Key'.`,
	};
}

function explainOtherFailure({ serverMessage }: ApiFailure): LoginExplanation {
	const end = serverMessage ? `: ${serverMessage}` : '.';
	return { text: `The login to AlfaCRM did not succeed${end}`, cause: 'temporarily-unavailable' };
}

/** Says that AlfaCRM did not accept the login, and which settings to check. */
function adviseToCheckLogin(hasAppKey: boolean): string {
	const appKeyAdvice = hasAppKey ? " Check 'App Key', too." : '';
	return `AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.${appKeyAdvice}`;
}

/** Quotes AlfaCRM's own message as a sentence, with a space before it; empty if there is none. */
function quoteServer({ serverMessage }: ApiFailure): string {
	return serverMessage ? ` AlfaCRM said: ${serverMessage.replace(/\.$/, '')}.` : '';
}

import type { Failure as DeclaredCause, INode } from 'n8n-workflow';

import type { DescriptionParts, Effect } from './effects';
import { joinSentences, wordDescription } from './effects';
import type { ApiFailure } from './failures';
import {
	CHECK_IN_BROWSER,
	isTooMany,
	LoginError,
	mayHaveTakenEffect,
	networkTrouble,
	nodeError,
} from './failures';
import type { ApiRequest } from './request';
import { isBranchList, mayAnswerElsewhere, TIMEOUT_MS } from './request';

/** The advice where AlfaCRM refuses the list of branches. API notes 2. */
export const MAIN_BRANCH_OFF =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the advanced settings of the credential.";
const LOST_WRITE =
	'AlfaCRM may have carried it out all the same: look there before you run this again.';

const FOREIGN =
	'AlfaCRM answers in JSON: a firewall or a proxy may have sent this instead or cut it off, or AlfaCRM is being updated.';

/**
 * A trigger should leave AlfaCRM alone for this long, if AlfaCRM asked for a pause and did not say
 * how long.
 */
const DEFAULT_RETRY_AFTER_MS = 60_000;
export const LOGIN_TIMEOUT_MS = 10_000;

/** A call that failed. */
export interface FailedCall extends ApiRequest {
	host: string;
	/** Whether n8n logged in during this call, and AlfaCRM accepted the login. */
	isNewLogin?: boolean;
	/** For how many milliseconds the call may wait while there are too many calls. */
	rateLimitWaitMs: number;
	/** After how many milliseconds the call failed. */
	waitedMs: number;
	/** Whether AlfaCRM has answered this client before, so that the hostname is right. */
	isHostKnown?: boolean;
}

interface Explanation {
	message: string;
	description?: string;
	status?: number;
	failure?: DeclaredCause;
}

type Text = (failure: ApiFailure, call: FailedCall) => Explanation;

/**
 * Puts a failed call into words: what happened and what to do next. No message holds a network
 * code, because n8n replaces a message that does.
 */
export function explain(
	failure: ApiFailure,
	call: FailedCall,
): Explanation & { descriptionParts: DescriptionParts } {
	const text = texts[failure.kind](failure, call);
	const lost = isLost(failure, call) ? LOST_WRITE : '';
	const descriptionParts = {
		advice: joinSentences(lost, text.description ?? ''),
		effect: effectOf(failure, call),
	};
	const description = wordDescription(descriptionParts);
	return {
		status: failure.status,
		...text,
		description: description || undefined,
		descriptionParts,
	};
}

/** Tells whether the call is a write that AlfaCRM may have carried out. */
function isLost(failure: ApiFailure, { isIdempotent }: FailedCall): boolean {
	return !isIdempotent && mayHaveTakenEffect(failure);
}

/**
 * Returns the end of a message, which names the task. It says "could not" only if AlfaCRM certainly
 * did not carry out the call.
 */
function unfinished(failure: ApiFailure, call: FailedCall): string {
	return isLost(failure, call) ? `, when asked to ${call.task}` : `, so it could not ${call.task}`;
}

/** Finds out what the item of the call has saved, as far as that is known. */
function effectOf({ kind }: ApiFailure, { isIdempotent, savedBefore = [] }: FailedCall): Effect {
	if (savedBefore.length > 0) return { kind: 'saved', tasks: savedBefore };
	return kind === 'refusal' && !isIdempotent ? { kind: 'nothingSaved' } : { kind: 'unsaid' };
}

const texts: Record<ApiFailure['kind'], Text> = {
	login: (failure) => {
		const { serverMessage: message = 'The login to AlfaCRM did not succeed' } = failure;
		if (isTooMany(failure)) return { message, ...slowDown(failure) };
		const { declaredCause: cause = 'credential-invalid' } = failure;
		// For a server or a network, the message of the login already says what to do.
		const description =
			cause === 'temporarily-unavailable'
				? 'It was during the login, before the call itself was sent.'
				: "Open the credential, correct it and press 'Retry' or 'Test' there.";
		return { message, description, failure: { cause } as DeclaredCause };
	},
	refusal: (failure, call) => ({
		...refusal(failure, call),
		status: failure.status ?? 200,
		// A list that AlfaCRM refuses may come later. A write fails again until its fields are
		// corrected.
		...(call.isIdempotent ? { failure: { cause: 'temporarily-unavailable' } } : {}),
	}),
	redirect: (failure, call) => ({
		message: `${call.host} answered with a redirect${failure.location ? ` to ${failure.location}` : ''}, which was not followed${unfinished(failure, call)}`,
		description:
			"No token was sent there. Check 'Hostname' in the credential: it must be the address at which AlfaCRM itself opens.",
		failure: { cause: 'configuration-invalid' },
	}),
	foreign: (failure, call) => {
		const { serverMessage = 'did not answer as AlfaCRM does', foreignStatus } = failure;
		const status = foreignStatus === undefined ? '' : ` (HTTP ${foreignStatus})`;
		return {
			message: `${call.host} ${serverMessage}${status}${unfinished(failure, call)}`,
			description: `${FOREIGN} ${call.isHostKnown ? 'Try again later.' : CHECK_IN_BROWSER}`,
			failure: { cause: 'temporarily-unavailable' },
		};
	},
	noAnswer: (failure, call) => {
		const { what, advice } = networkTrouble(failure.code, TIMEOUT_MS);
		return {
			message: `${call.host} ${what}${unfinished(failure, call)}`,
			description: advice,
			failure: { cause: 'temporarily-unavailable' },
		};
	},
	cancelled: () => ({ message: 'The execution was cancelled' }),
	notSent: ({ serverMessage = '', reason }, { task }) => ({
		message: `Could not ${task}: ${serverMessage}`,
		description: reason,
	}),
	unexpected: ({ serverMessage = 'no reason was given' }, { task }) => ({
		message: `Could not ${task}: ${serverMessage}`,
	}),
	status: (failure, call) => {
		const { status = 0, serverMessage } = failure;
		const textOf = status >= 500 ? serverFailed : STATUS_TEXTS[status];
		const text = (textOf ?? otherStatus)(failure, call);
		const advice = isBranchList(call) && mayAnswerElsewhere(failure) ? MAIN_BRANCH_OFF : '';
		const said = textOf && serverMessage ? `AlfaCRM said: ${serverMessage}` : '';
		return { ...text, description: [text.description, advice, said].filter(Boolean).join(' ') };
	},
};

/**
 * Tells whether AlfaCRM names a field. Messages that belong to no field are under '' or under a
 * position in a list.
 */
const isField = (key: string): boolean => key !== '' && !/^\d+$/.test(key);

const refusal: Text = ({ fields = {}, serverMessage }, { task, labels, body, query }) => {
	const entries = Object.entries(fields);
	if (entries.length === 0) {
		return {
			message: `AlfaCRM did not ${task}${serverMessage ? `: ${serverMessage}` : ' and gave no reason'}`,
		};
	}
	const label = (field: string) => labels?.[field] ?? field;
	const lines = entries.map(
		([field, words]) => `${isField(field) ? `${label(field)} – ` : ''}${words.join(' ')}`,
	);
	const named = entries.map(([field]) => field).filter(isField);
	const isSent = (field: string) => body === undefined || field in { ...query, ...body };
	const namesOf = (some: string[]) =>
		some.map((field) => `'${label(field)}' (${field})`).join(', ');
	const wrong = namesOf(named.filter(isSent));
	const missing = namesOf(named.filter((field) => !isSent(field)));
	const advice = [wrong && `correct ${wrong}`, missing && `fill ${missing}`]
		.filter(Boolean)
		.join(', ');
	return {
		message: `AlfaCRM did not ${task}: ${lines.join('; ')}`,
		description: advice && `${advice.charAt(0).toUpperCase()}${advice.slice(1)} and run it again.`,
	};
};

const inBranch = ({ branch }: FailedCall): string =>
	branch === undefined ? '' : ` in branch ${branch}`;

const STATUS_TEXTS: Readonly<Partial<Record<number, Text>>> = {
	401: (_failure, { isNewLogin, task }) => ({
		message: isNewLogin
			? `AlfaCRM does not accept the login, even a new one, and would not ${task}`
			: `AlfaCRM does not accept the login and would not ${task}`,
		description:
			"Check the credential; some accounts also need 'App Key' in the advanced settings.",
		failure: { cause: 'credential-invalid' },
	}),
	403: (_failure, call) => ({
		message: `AlfaCRM denied access: this user may not ${call.task}${inBranch(call)}`,
		description: `${call.isNewLogin ? 'The login works. ' : ''}In AlfaCRM, give the role of this user the v2api module and the right to this data, or choose a branch that the user sees.`,
		failure: { cause: 'credential-invalid' },
	}),
	404: (_failure, call) => ({
		message: `AlfaCRM answered "not found" when asked to ${call.task}${inBranch(call)}`,
		description: 'The record or the branch does not exist, or not for this user.',
		failure: { cause: 'configuration-invalid' },
	}),
	429: (failure, call) => ({ message: tooManyText(failure, call), ...slowDown(failure) }),
};

const serverFailed: Text = ({ status }, { task }) => ({
	message: `AlfaCRM could not ${task} (HTTP ${status})`,
	description: "AlfaCRM's server had trouble; try again later.",
	failure: { cause: 'temporarily-unavailable' },
});

const otherStatus: Text = ({ status, serverMessage }, { task }) => ({
	message: `AlfaCRM would not ${task} (HTTP ${status})${serverMessage ? `: ${serverMessage}` : ''}`,
	description: 'Check the parameters of this node.',
});

function tooManyText(
	{ retryAfterMs = 0 }: ApiFailure,
	{ task, rateLimitWaitMs, waitedMs }: FailedCall,
): string {
	// AlfaCRM asks for a longer pause than the call had left.
	if (retryAfterMs > 0 && waitedMs < Math.max(rateLimitWaitMs, retryAfterMs))
		return `AlfaCRM receives too many requests, asks to wait for ${inSeconds(retryAfterMs)} and did not ${task}`;
	if (rateLimitWaitMs === 0) return `AlfaCRM receives too many requests and did not ${task}`;
	return `AlfaCRM still received too many requests after ${inSeconds(rateLimitWaitMs)} and did not ${task}`;
}

function inSeconds(ms: number): string {
	const seconds = Math.ceil(ms / 1_000);
	return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

const slowDown = ({ retryAfterMs }: ApiFailure): Omit<Explanation, 'message'> => ({
	description:
		"Run less at the same time, or lower 'Requests per Second' in the advanced settings of the credential.",
	failure: { cause: 'rate-limited', retryAfterMs: retryAfterMs || DEFAULT_RETRY_AFTER_MS },
});

/** Makes the error for an empty list of branches, which no account has. */
export function noBranchesError(node: INode): Error {
	const text = {
		message: 'AlfaCRM returned no branches, but every account has at least one',
		description: `Choose the branch in the node, or give this user a branch in AlfaCRM. ${MAIN_BRANCH_OFF}`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

type LoginText = [text: string, cause?: DeclaredCause['cause']];

interface LoginCall {
	host: string;
	/** Says that AlfaCRM did not accept the login, and what to check. */
	rejected: string;
	/** AlfaCRM's own message, as a sentence. */
	said: string;
}

/**
 * Puts a failed login into one complete text, because the test of the credential shows nothing
 * else.
 *
 * @param hasAppKey whether 'App Key' is filled in, so that it may be wrong
 */
export function explainLogin(failure: ApiFailure, origin: string, hasAppKey = false): LoginError {
	const { host } = new URL(origin);
	const { kind, serverMessage, retryAfterMs } = failure;
	const said = serverMessage ? ` AlfaCRM said: ${serverMessage.replace(/\.$/, '')}.` : '';
	const also = hasAppKey ? " Check 'App Key', too." : '';
	const rejected = `AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.${also}`;
	const [text, cause] = loginTexts[kind]?.(failure, { host, rejected, said }) ?? [
		`The login to AlfaCRM did not succeed${serverMessage ? `: ${serverMessage}` : '.'}`,
		'temporarily-unavailable',
	];
	return new LoginError(text, cause, retryAfterMs, kind === 'foreign' || undefined);
}

const loginTexts: Partial<
	Record<ApiFailure['kind'], (failure: ApiFailure, login: LoginCall) => LoginText>
> = {
	refusal: (_failure, { rejected, said }) => [`${rejected}${said}`],
	redirect: ({ location }, { host }) => [
		`${host} answered with a redirect${location ? ` to ${location}` : ''}, which was not followed so that the key stays here. Check 'Hostname'.`,
		'configuration-invalid',
	],
	foreign: ({ foreignStatus }, { host }) => {
		const status = foreignStatus === undefined ? '' : ` (HTTP ${foreignStatus})`;
		return [
			`${host} does not answer as AlfaCRM does: a web page or an incomplete text${status} came instead of data. Check 'Hostname', or try again later.`,
			'temporarily-unavailable',
		];
	},
	noAnswer: ({ code }, { host }) => {
		const { what, advice, isLasting } = networkTrouble(code, LOGIN_TIMEOUT_MS);
		return [
			`${host} ${what}. ${advice}`,
			isLasting ? 'configuration-invalid' : 'temporarily-unavailable',
		];
	},
	status: loginStatusText,
};

function loginStatusText(
	{ status = 0 }: ApiFailure,
	{ host, rejected, said }: LoginCall,
): LoginText {
	if (status === 404) {
		const text = `There is no AlfaCRM at ${host}: the address of the login was not found. Check 'Hostname'.`;
		return [text, 'configuration-invalid'];
	}
	if (status === 429)
		return [
			`AlfaCRM receives too many requests and did not take the login.${said}`,
			'rate-limited',
		];
	if (status >= 500) {
		const text = `AlfaCRM could not take the login (HTTP ${status}). Try again later.${said}`;
		return [text, 'temporarily-unavailable'];
	}
	if (status === 401 || status === 403) return [`${rejected} (HTTP ${status}.${said})`];
	return [
		`AlfaCRM would not take the login (HTTP ${status}).${said} Check 'Hostname', 'Email' and 'API Key'.`,
	];
}

import type { Failure as DeclaredCause, IDataObject, INode } from 'n8n-workflow';

import type { ApiFailure, NetworkCause } from './failures';
import { isTooMany, LoginError, mayHaveTakenEffect, networkCause, nodeError } from './failures';

/** The advice wherever the list of branches is refused. API notes 2. */
export const MAIN_BRANCH_OFF =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the credential.";

/** How long a trigger should leave AlfaCRM alone that asked for patience and did not say how much. */
const DEFAULT_RETRY_AFTER_MS = 60_000;

/** A call, as far as its failure is put into words. */
export interface CallDescription {
	/** What the call was for, to follow "could not": "update customer 501". */
	task: string;
	host: string;
	/** True when the call only reads and so can be repeated without harm. */
	isIdempotent: boolean;
	/** Tasks of the same item that AlfaCRM has confirmed. */
	savedBefore?: readonly string[];
	/** Whether AlfaCRM took a login during this very call. */
	isNewLogin?: boolean;
	branch?: number;
	/** Labels of the form by API field name. */
	labels?: Record<string, string>;
	/** What was sent, and what stood in the query besides. */
	body?: IDataObject;
	query?: IDataObject;
	timeoutMs: number;
	/** How long the call may wait while there are too many requests. */
	rateLimitWaitMs: number;
	/** How long the call took until it failed. */
	waitedMs: number;
	/** What else to do, as a sentence. */
	advice?: string;
}

export interface Explanation {
	message: string;
	description?: string;
	status?: number;
	failure?: DeclaredCause;
}

/** Puts a failed call into words: what happened and what to do next. No message holds a network code, for which n8n would replace it. */
export function explain(failure: ApiFailure, call: CallDescription): Explanation {
	const text = texts[failure.kind](failure, call);
	const description = [text.description?.trim(), savedText(failure, call)].filter(Boolean).join(' ');
	return { ...text, description: description === '' ? undefined : description };
}

const texts: Record<ApiFailure['kind'], (failure: ApiFailure, call: CallDescription) => Explanation> = {
	login: (failure) => ({
		message: failure.serverMessage ?? 'The login to AlfaCRM did not succeed',
		...(isTooMany(failure) ? slowDown(failure) : correctCredential(failure)),
	}),
	refusal: (failure, call) => ({
		...refusal(failure, call),
		status: failure.status ?? 200,
		// What a list says may pass; what a write says is up to its fields.
		...(call.isIdempotent ? { failure: { cause: 'temporarily-unavailable' } } : {}),
	}),
	redirect: (failure, call) => ({
		message: `${call.host} answered with a redirect${failure.location ? ` to ${failure.location}` : ''}, which was not followed${unfinished(failure, call)}`,
		description: `${lostWriteAdvice(failure, call)}No token was sent there. Check 'Hostname' in the credential: it must be the address at which AlfaCRM itself opens.`,
		status: failure.status,
		failure: { cause: 'configuration-invalid' },
	}),
	notJson: (failure, call) => ({
		message: `${call.host} ${failure.serverMessage ?? 'did not answer as AlfaCRM does'}${unfinished(failure, call)}`,
		description: `${lostWriteAdvice(failure, call)}Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.`,
		status: failure.status,
		failure: { cause: 'temporarily-unavailable' },
	}),
	noAnswer,
	cancelled: (failure, call) => ({
		message: 'The execution was cancelled',
		description: lostWriteAdvice(failure, call),
	}),
	notSent: ({ serverMessage = '', reason }, { task }) => ({
		message: `Could not ${task}: ${serverMessage}`,
		description: reason,
	}),
	unexpected: (failure, call) => ({
		message: `Could not ${call.task}: ${failure.serverMessage ?? 'no reason was given'}`,
		description: lostWriteAdvice(failure, call),
	}),
	status: (failure, call) => ({ ...statusText(failure, call), status: failure.status }),
};

/** What was saved, as far as that is known. */
function savedText({ kind }: ApiFailure, { isIdempotent, savedBefore = [] }: CallDescription): string {
	if (savedBefore.length > 0) return `Saved before: ${savedBefore.join('; ')}.`;
	return kind === 'refusal' && !isIdempotent ? 'Nothing was saved.' : '';
}

/** AlfaCRM names a field, or gives '' or a place in a list for what belongs to none. */
const isField = (key: string): boolean => key !== '' && !/^\d+$/.test(key);

function refusal({ fields = {}, serverMessage }: ApiFailure, call: CallDescription): Explanation {
	const entries = Object.entries(fields);
	if (entries.length === 0) {
		return {
			message: `AlfaCRM did not ${call.task}${serverMessage ? `: ${serverMessage}` : ' and gave no reason'}`,
		};
	}
	const label = (field: string) => call.labels?.[field] ?? field;
	const lines = entries.map(
		([field, words]) => `${isField(field) ? `${label(field)} – ` : ''}${words.join(' ')}`,
	);
	const named = entries.map(([field]) => field).filter(isField);
	const isSent = (field: string) => call.body === undefined || field in { ...call.query, ...call.body };
	const namesOf = (some: string[]) => some.map((field) => `'${label(field)}' (${field})`).join(', ');
	const wrong = namesOf(named.filter(isSent));
	const missing = namesOf(named.filter((field) => !isSent(field)));
	const advice = [wrong && `correct ${wrong}`, missing && `fill ${missing}`].filter(Boolean).join(', ');
	return {
		message: `AlfaCRM did not ${call.task}: ${lines.join('; ')}`,
		description: advice && `${advice.charAt(0).toUpperCase()}${advice.slice(1)} and run it again.`,
	};
}

/** Why no answer came, to follow the name of the host, and what to do about it. A message must not hold the code. */
const NETWORK_TEXTS: Record<
	NetworkCause,
	(failure: { code: string; timeoutMs: number }) => [what: string, advice: string]
> = {
	unknownHost: () => ['was not found', "Check 'Hostname' in the credential."],
	noNameServer: () => [
		'could not be looked up',
		'No name server answered. Try again later, or check the network that n8n runs in.',
	],
	certificate: ({ code }) => [
		'did not prove who it is',
		`n8n does not accept its certificate (${code}). Check 'Hostname' in the credential.`,
	],
	unreachable: () => ['could not be reached', 'Check the network that n8n runs in.'],
	refused: () => [
		'refused the connection',
		"Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.",
	],
	timeout: ({ timeoutMs }) => [
		`did not answer within ${timeoutMs / 1_000} seconds`,
		'Try again later, or check the network that n8n runs in.',
	],
	closed: () => [
		'closed the connection before its answer was complete',
		'Try again later, or check the network that n8n runs in.',
	],
};

function noAnswer(failure: ApiFailure, call: CallDescription): Explanation {
	const { code = '' } = failure;
	const [what, advice] = NETWORK_TEXTS[networkCause(code)]({ code, timeoutMs: call.timeoutMs });
	return {
		message: `${call.host} ${what}${unfinished(failure, call)}`,
		description: `${lostWriteAdvice(failure, call)}${advice}`,
		failure: { cause: 'temporarily-unavailable' },
	};
}

type StatusText = (failure: ApiFailure, call: CallDescription, said: string) => Explanation;

const unauthorized: StatusText = (_failure, { isNewLogin, task }, said) => ({
	message: isNewLogin
		? `AlfaCRM does not accept the login, even a new one, and would not ${task}`
		: `AlfaCRM does not accept the login and would not ${task}`,
	description: `Check the credential; some accounts also need 'App Key'.${said}`,
	failure: { cause: 'credential-invalid' },
});

const forbidden: StatusText = (_failure, call, said) => ({
	message: `AlfaCRM denied access: this user may not ${call.task}${inBranch(call)}`,
	description: `${call.isNewLogin ? 'The login works. ' : ''}In AlfaCRM, give the role of this user the v2api module and the right to this data, or choose a branch that the user sees.${said}`,
	failure: { cause: 'credential-invalid' },
});

const notFound: StatusText = (_failure, call, said) => ({
	message: `AlfaCRM answered "not found" when asked to ${call.task}${inBranch(call)}`,
	description: `The record or the branch does not exist, or not for this user.${said}`,
	failure: { cause: 'configuration-invalid' },
});

const inSeconds = (ms: number): string => {
	const seconds = Math.ceil(ms / 1_000);
	return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
};

const tooMany: StatusText = (failure, call, said) => ({
	message: tooManyText(failure, call),
	...slowDown(failure, said),
});

function tooManyText(
	{ retryAfterMs = 0 }: ApiFailure,
	{ task, rateLimitWaitMs, waitedMs }: CallDescription,
): string {
	// What AlfaCRM asks for is more than was left, which may be all.
	if (retryAfterMs > 0 && waitedMs < Math.max(rateLimitWaitMs, retryAfterMs))
		return `AlfaCRM receives too many requests, asks to wait for ${inSeconds(retryAfterMs)} and did not ${task}`;
	if (rateLimitWaitMs === 0) return `AlfaCRM receives too many requests and did not ${task}`;
	return `AlfaCRM still received too many requests after ${inSeconds(rateLimitWaitMs)} and did not ${task}`;
}

function slowDown({ retryAfterMs = 0 }: ApiFailure, said = ''): Omit<Explanation, 'message'> {
	return {
		description: `Run less at the same time, or lower 'Requests per Second' in the credential.${said}`,
		failure: { cause: 'rate-limited', retryAfterMs: retryAfterMs || DEFAULT_RETRY_AFTER_MS },
	};
}

function correctCredential({
	declaredCause = 'credential-invalid',
}: ApiFailure): Omit<Explanation, 'message'> {
	// What to do about a server or a network stands in the text of the login itself.
	const isPassing = declaredCause === 'temporarily-unavailable';
	return {
		description: isPassing
			? 'It was during the login, before the call itself was sent.'
			: "Open the credential, correct it and press 'Retry' or 'Test' there.",
		failure: { cause: declaredCause } as DeclaredCause,
	};
}

const serverFailed: StatusText = (failure, call, said) => ({
	message: `AlfaCRM could not ${call.task} (HTTP ${failure.status ?? 0})`,
	description: `${lostWriteAdvice(failure, call)}AlfaCRM's server had trouble; try again later.${said}`,
	failure: { cause: 'temporarily-unavailable' },
});

const anyOther: StatusText = ({ status = 0, serverMessage }, { task, advice = '' }) => ({
	message: `AlfaCRM would not ${task} (HTTP ${status})${serverMessage ? `: ${serverMessage}` : ''}`,
	description: `Check the parameters of this node. ${advice}`.trim(),
});

const STATUS_TEXTS: Readonly<Record<number, StatusText>> = {
	401: unauthorized,
	403: forbidden,
	404: notFound,
	429: tooMany,
};

function statusText(failure: ApiFailure, call: CallDescription): Explanation {
	const { status = 0, serverMessage } = failure;
	const advice = call.advice ? ` ${call.advice}` : '';
	// A firewall, a hosting company, a proxy: AlfaCRM itself answers in JSON, and what it means by 403 is not meant here.
	if (failure.isPage && status < 500 && status !== 429) {
		return {
			message: `${call.host} answered with a web page (HTTP ${status})${unfinished(failure, call)}`,
			description: `Something other than AlfaCRM may have answered. Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.${advice}`,
			failure: { cause: 'temporarily-unavailable' },
		};
	}
	const said = `${advice}${serverMessage ? ` AlfaCRM said: ${serverMessage}` : ''}`;
	const textFor = status >= 500 ? serverFailed : (STATUS_TEXTS[status] ?? anyOther);
	return textFor(failure, call, said);
}

function inBranch(call: CallDescription): string {
	return call.branch === undefined ? '' : ` in branch ${call.branch}`;
}

/** A write whose answer was lost. */
function isLost(failure: ApiFailure, { isIdempotent }: CallDescription): boolean {
	return !isIdempotent && mayHaveTakenEffect(failure);
}

/** What came of the call, as far as that is known: a clause to end a message. */
function unfinished(failure: ApiFailure, call: CallDescription): string {
	return isLost(failure, call) ? `, when asked to ${call.task}` : `, so it could not ${call.task}`;
}

function lostWriteAdvice(failure: ApiFailure, call: CallDescription): string {
	return isLost(failure, call)
		? 'AlfaCRM may have carried it out all the same: look there before you run this again. '
		: '';
}

/** The error for a list without branches, which no account has. */
export const noBranchesError = (node: INode): Error =>
	nodeError(
		node,
		{
			message: 'AlfaCRM returned no branches, but every account has at least one',
			description: `Choose the branch in the node, or give this user a branch in AlfaCRM. ${MAIN_BRANCH_OFF}`,
		},
		undefined,
		{ cause: 'temporarily-unavailable' },
	);

export const LOGIN_TIMEOUT_MS = 10_000;

/** @param hasAppKey only what was filled in can be wrong */
function wrongKey(hasAppKey: boolean): string {
	const also = hasAppKey ? " Check 'App Key', too." : '';
	return `AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.${also}`;
}

/** Puts a failed login into one complete sentence, since the credential's test shows nothing else. */
export function explainLogin(failure: ApiFailure, origin: string, hasAppKey = false): LoginError {
	const { host } = new URL(origin);
	const { serverMessage } = failure;
	const said = serverMessage ? ` AlfaCRM said: ${serverMessage.replace(/\.$/, '')}.` : '';
	const [text, cause] = loginTexts[failure.kind](failure, { host, said, hasAppKey });
	return new LoginError(text, cause, failure.retryAfterMs);
}

interface LoginDescription {
	host: string;
	/** What AlfaCRM said, as a sentence. */
	said: string;
	hasAppKey: boolean;
}

type LoginText = [text: string, cause?: DeclaredCause['cause']];

type Describe = (failure: ApiFailure, login: LoginDescription) => LoginText;

const rejected: Describe = (_failure, { said, hasAppKey }) => [`${wrongKey(hasAppKey)}${said}`];

const unexplained: Describe = ({ serverMessage }) => [
	`The login to AlfaCRM did not succeed${serverMessage ? `: ${serverMessage}` : '.'}`,
	'temporarily-unavailable',
];

const loginTexts: Record<ApiFailure['kind'], Describe> = {
	redirect: ({ location }, { host }) => [
		`${host} answered with a redirect${location ? ` to ${location}` : ''}, which was not followed so that the key stays here. Check 'Hostname'.`,
		'configuration-invalid',
	],
	notJson: (_failure, { host }) => [
		`${host} does not answer as AlfaCRM does: a web page or an incomplete text came instead of data. Check 'Hostname'.`,
		'configuration-invalid',
	],
	noAnswer: loginNoAnswer,
	status: loginStatusText,
	notSent: unexplained,
	unexpected: unexplained,
	login: rejected,
	refusal: rejected,
	cancelled: rejected,
};

function loginNoAnswer({ code = '' }: ApiFailure, { host }: LoginDescription): LoginText {
	const cause = networkCause(code);
	const [what, advice] = NETWORK_TEXTS[cause]({ code, timeoutMs: LOGIN_TIMEOUT_MS });
	const isWrong = cause === 'unknownHost' || cause === 'certificate';
	return [`${host} ${what}. ${advice}`, isWrong ? 'configuration-invalid' : 'temporarily-unavailable'];
}

function loginStatusText(
	{ status = 0, isPage }: ApiFailure,
	{ host, said, hasAppKey }: LoginDescription,
): LoginText {
	if (status === 404) {
		return [
			`There is no AlfaCRM at ${host}: the address of the login was not found. Check 'Hostname'.`,
			'configuration-invalid',
		];
	}
	if (status === 429) {
		return [`AlfaCRM receives too many requests and did not take the login.${said}`, 'rate-limited'];
	}
	if (status < 500 && isPage) {
		return [
			`There is no AlfaCRM at ${host}: a web page (HTTP ${status}) came in answer to the login. Check 'Hostname'.`,
			'configuration-invalid',
		];
	}
	if (status >= 500) {
		return [
			`AlfaCRM could not take the login (HTTP ${status}). Try again later.${said}`,
			'temporarily-unavailable',
		];
	}
	if (status === 401 || status === 403) return [`${wrongKey(hasAppKey)} (HTTP ${status}.${said})`];
	return [
		`AlfaCRM would not take the login (HTTP ${status}).${said} Check 'Hostname', 'Email' and 'API Key'.`,
	];
}

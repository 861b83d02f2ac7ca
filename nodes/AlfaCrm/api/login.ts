import type { Failure as DeclaredCause } from 'n8n-workflow';

import type { ApiFailure } from './errors';
import { LoginError } from './errors';
import type { NetworkCause } from './network';
import { networkCause } from './network';

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
	noAnswer: ({ code = '' }, { host }) => noAnswerTexts[networkCause(code)](host, code),
	status: statusText,
	notSent: unexplained,
	unexpected: unexplained,
	login: rejected,
	refusal: rejected,
	cancelled: rejected,
};

const noAnswerTexts: Record<NetworkCause, (host: string, code: string) => LoginText> = {
	noNameServer: (host) => [
		`The address of ${host} could not be looked up: no name server answered. Try again later, or check the network that n8n runs in.`,
		'temporarily-unavailable',
	],
	unknownHost: (host) => [`The host ${host} was not found. Check 'Hostname'.`, 'configuration-invalid'],
	timeout: (host) => [
		`${host} did not answer the login within ${LOGIN_TIMEOUT_MS / 1_000} seconds.`,
		'temporarily-unavailable',
	],
	certificate: (host, code) => [
		`${host} did not prove who it is: n8n does not accept its certificate (${code}). Check 'Hostname'.`,
		'configuration-invalid',
	],
	unreachable: (host) => [
		`${host} could not be reached. Check the network that n8n runs in.`,
		'temporarily-unavailable',
	],
	refused: (host) => [
		`${host} refused the connection. Check 'Hostname', or try again later.`,
		'temporarily-unavailable',
	],
	closed: (host) => [
		`${host} broke off the connection. Check 'Hostname', or try again later.`,
		'temporarily-unavailable',
	],
};

function statusText(
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

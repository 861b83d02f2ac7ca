import type { Trouble } from './errors';
import { badCertificate, LoginError, timedOut, UNREACHABLE } from './errors';

export const LOGIN_TIMEOUT_MS = 10_000;

const WRONG_KEY =
	"AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.";

/** Puts a failed login into one complete sentence, since the credential's test shows nothing else. */
export function explainLogin(trouble: Trouble, origin: string): LoginError {
	const { host } = new URL(origin);
	const said = trouble.words ? ` AlfaCRM said: ${trouble.words.replace(/\.$/, '')}.` : '';
	switch (trouble.kind) {
		case 'redirect':
			return new LoginError(
				`${host} answered with a redirect${trouble.location ? ` to ${trouble.location}` : ''}, which was not followed so that the key stays here. Check 'Hostname'.`,
				'configuration-invalid',
			);
		case 'notJson':
			return new LoginError(
				`${host} does not answer as AlfaCRM does: a web page or an incomplete text came instead of data. Check 'Hostname'.`,
				'configuration-invalid',
			);
		case 'noAnswer':
			return noAnswer(trouble, host);
		case 'status':
			return withStatus(trouble, host, said);
		default:
			return new LoginError(`${WRONG_KEY}${said}`);
	}
}

function noAnswer(trouble: Trouble, host: string): LoginError {
	const { code = '' } = trouble;
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return new LoginError(`The host ${host} was not found. Check 'Hostname'.`, 'configuration-invalid');
	}
	if (timedOut(trouble)) {
		return new LoginError(
			`${host} did not answer the login within ${LOGIN_TIMEOUT_MS / 1_000} seconds.`,
			'temporarily-unavailable',
		);
	}
	if (badCertificate(code)) {
		return new LoginError(
			`${host} did not prove who it is: n8n does not accept its certificate (${code}). Check 'Hostname'.`,
			'configuration-invalid',
		);
	}
	if (UNREACHABLE.includes(code)) {
		return new LoginError(
			`${host} could not be reached. Check the network that n8n runs in.`,
			'temporarily-unavailable',
		);
	}
	const what = code === 'ECONNREFUSED' ? 'refused the connection' : 'broke off the connection';
	return new LoginError(`${host} ${what}. Check 'Hostname', or try again later.`, 'temporarily-unavailable');
}

function withStatus({ status = 0 }: Trouble, host: string, said: string): LoginError {
	if (status === 404) {
		return new LoginError(
			`There is no AlfaCRM at ${host}: the address of the login was not found. Check 'Hostname'.`,
			'configuration-invalid',
		);
	}
	if (status === 429) {
		return new LoginError(
			`AlfaCRM receives too many requests and did not take the login.${said}`,
			'rate-limited',
		);
	}
	if (status >= 500) {
		return new LoginError(
			`AlfaCRM could not take the login (HTTP ${status}). Try again later.${said}`,
			'temporarily-unavailable',
		);
	}
	return new LoginError(`${WRONG_KEY} (HTTP ${status}.${said})`);
}

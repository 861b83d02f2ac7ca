import type { ICredentialDataDecryptedObject, IHttpRequestHelper } from 'n8n-workflow';
import { ExecutionBaseError, sleep } from 'n8n-workflow';

import { CallClock } from './cancel';
import { failureOf, redact, assertSuccess } from './failures';
import { originOf, trimBlanks } from './host';
import { explainLogin, LOGIN_TIMEOUT_MS } from './messages';
import { rateLimiterOf, readRate } from './rateLimiter';
import type { ApiResponse } from './failures';
import { requestOptions } from './request';
import { SHORT_RATE_LIMIT_WAIT_MS, withRetries } from './retry';

/**
 * A process that meets a dead token waits for up to so long: all n8n processes meet it together, so one logs in and the
 * others find its token. Where n8n is so busy that it takes long to read one, the token of another one comes later, too.
 */
const MAX_WAIT_MS = 500;
const READS_TO_WAIT = 40;
const LONGEST_WAIT_MS = 3_000;
/** A token of this age did not expire. API notes 1: it lives for 15 minutes at least. */
export const FRESH_MS = 300_000;
const MAX_DEAD_TOKENS = 50;

/** What a login needs, without the blanks that are pasted along. */
export interface Login {
	origin: string;
	email: string;
	apiKey: string;
	appKey: string;
}

/** @throws UserError when the hostname is none */
export function loginOf(credential: ICredentialDataDecryptedObject): Login {
	return {
		origin: originOf(credential.hostname),
		email: trimBlanks(credential.email),
		apiKey: trimBlanks(credential.apiKey),
		appKey: trimBlanks(credential.appKey),
	};
}

/**
 * The account and its user, by which executions take turns and triggers know whether it is another one. An email that is
 * written in other letters counts as the same: to be wrong then costs a wait, otherwise a record that is created twice.
 */
export function accountOf({ origin, email }: Pick<Login, 'origin' | 'email'>): string {
	return `${origin}|${email.toLowerCase()}`;
}

/**
 * The tokens of one login in this process. n8n keeps the newest in its database, where all processes find it; AlfaCRM documents that
 * it lives for 15 minutes, and other clients saw more, so it is used until it is refused. API notes 1.
 */
export class Session {
	/** The latest token, and when this process logged in for it: never, where another one did. */
	private newest?: { token: string; at: number };
	/** Tokens that AlfaCRM refused, which n8n may still have in its database. */
	private readonly dead = new Set<string>();
	/** The login under way: executions that meet a dead token together log in once. */
	private login?: Promise<string>;
	/** The look for the token of another process that is under way. */
	private look?: Promise<string>;

	/**
	 * The token to send, '' to make n8n log in: the stored one, or the newest of this process, or what another process has stored
	 * meanwhile.
	 *
	 * @param stored the token in n8n's database, '' if there was none
	 * @param readAt when it was read, by `performance.now()`: this process may have logged in since
	 * @param readAgain reads it once more
	 */
	async token(stored: string, readAt: number, readAgain: () => Promise<string>): Promise<string> {
		if (stored === '' && !(this.newest && this.newest.at >= readAt)) return '';
		const known = this.alive(stored) || this.alive(this.newest?.token);
		if (known !== '') return known;
		this.look ??= this.lookForOther(readAgain).finally(() => (this.look = undefined));
		return await this.look;
	}

	/** AlfaCRM refused this token, so nobody is to send it again. */
	reject(token: string): void {
		this.dead.add(token);
		if (this.dead.size > MAX_DEAD_TOKENS) this.dead.delete([...this.dead][0]);
	}

	/** Whether this process has logged in for it since a moment of `performance.now()`. */
	isIssuedSince(token: string, moment: number): boolean {
		return this.newest?.token === token && this.newest.at >= moment;
	}

	/**
	 * A new token.
	 *
	 * @param refused the token in whose place it comes, '' if there is none; another one that this process has logged in for
	 * is as good, unless it is so old that it may have expired as well, when another process had logged in since
	 */
	async renew(refused: string, logIn: () => Promise<string>): Promise<string> {
		const other = this.alive(this.newest?.token);
		const isYoung = this.isIssuedSince(other, performance.now() - FRESH_MS);
		if (refused !== '' && other !== refused && isYoung) return other;
		this.login ??= this.logIn(logIn).finally(() => (this.login = undefined));
		return await this.login;
	}

	private async logIn(send: () => Promise<string>): Promise<string> {
		const token = await send();
		this.newest = { token, at: performance.now() };
		this.dead.delete(token);
		return token;
	}

	/** Looks at once, for another process may have logged in long ago, and if not, once more after a while. */
	private async lookForOther(readAgain: () => Promise<string>): Promise<string> {
		const begun = performance.now();
		const early = this.alive(await readAgain());
		const wait = READS_TO_WAIT * (performance.now() - begun);
		if (early === '') await sleep(Math.random() * Math.min(Math.max(wait, MAX_WAIT_MS), LONGEST_WAIT_MS));
		const token = early || this.alive(await readAgain());
		if (token !== '') this.newest = { token, at: -Infinity };
		return token;
	}

	private alive(token = ''): string {
		return this.dead.has(token) ? '' : token;
	}
}

const sessions = new Map<string, Session>();

/** The session of a login, one for all credentials that hold it. */
export function sessionOf(login: Login): Session {
	const key = [accountOf(login), login.apiKey, login.appKey].join('\n');
	const session = sessions.get(key) ?? new Session();
	sessions.set(key, session);
	return session;
}

/** Called right before a call is sent, by the object with the credential that the client sends it with: n8n hands that object on. */
const calls = new WeakMap<ICredentialDataDecryptedObject, () => AbortSignal>();

/**
 * Marks a credential as that of a call of the client. What follows when AlfaCRM refuses its token is left to the client
 * then, since n8n would send the call again past the rate limiter.
 *
 * @param onSend called right before the call is sent, after the login that n8n makes for one without a token; it may throw, and
 * returns what ends the call
 */
export function noteCall(credential: ICredentialDataDecryptedObject, onSend: () => AbortSignal): void {
	calls.set(credential, onSend);
}

/**
 * Called by the credential when n8n has a token and is about to send a call.
 *
 * @returns what ends a call of the client, in place of the signal that n8n would give it; undefined for a call of another node
 */
export function beforeSend(credential: ICredentialDataDecryptedObject): AbortSignal | undefined {
	return calls.get(credential)?.();
}

/** AlfaCRM answered a call of the client with 401. n8n 1.99 to 2.33 keep no more of an error than its text and its context. */
class TokenRefused extends ExecutionBaseError {
	constructor() {
		super('AlfaCRM did not take the token');
		this.context = { tokenRefused: true };
	}
}

/**
 * The token that n8n asks for: before a call without one, and after a 401.
 *
 * @throws TokenRefused for a call of the client
 * @throws LoginError
 */
export async function renewToken(
	helper: IHttpRequestHelper,
	credential: ICredentialDataDecryptedObject,
): Promise<string> {
	const refused = String(credential.token ?? '');
	if (refused !== '' && calls.has(credential)) throw new TokenRefused();
	const login = loginOf(credential);
	const perSecond = readRate(credential.requestsPerSecond);
	return await sessionOf(login).renew(refused, async () => await logIn(helper, login, perSecond));
}

/** @throws LoginError without a trace of the key; an error that names a status would make n8n log in a second time */
async function logIn(
	{ helpers }: IHttpRequestHelper,
	{ origin, email, apiKey, appKey }: Login,
	perSecond: number,
): Promise<string> {
	const body = { email, api_key: apiKey };
	const request = requestOptions(`${origin}/v2api/auth/login`, { body });
	const send = async () => {
		const clock = new CallClock(LOGIN_TIMEOUT_MS);
		const answer = helpers.httpRequest({
			...request,
			headers: { ...request.headers, ...(appKey === '' ? {} : { 'X-APP-KEY': appKey }) },
			timeout: LOGIN_TIMEOUT_MS,
			abortSignal: clock.start(),
		}) as Promise<unknown>;
		try {
			return assertSuccess(await clock.wait(answer, () => true));
		} finally {
			clock.stop();
		}
	};
	let answer: ApiResponse;
	try {
		const rateLimitWaitMs = SHORT_RATE_LIMIT_WAIT_MS;
		const options = { perSecond, isIdempotent: true, isLogin: true, rateLimitWaitMs };
		answer = await withRetries(rateLimiterOf(origin), options, send);
	} catch (error) {
		const failure = failureOf(error);
		const serverMessage = failure.serverMessage && redact(failure.serverMessage, [apiKey, appKey]);
		throw explainLogin({ ...failure, serverMessage }, origin, appKey !== '');
	}
	const { token } = answer as { token?: unknown };
	if (typeof token === 'string' && token !== '') return token;
	throw explainLogin({ kind: Array.isArray(answer) ? 'foreign' : 'refusal' }, origin, appKey !== '');
}

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
 * When a token has expired, all n8n processes learn it at the same moment. Each waits for a random
 * time up to this one, so that one of them logs in first and the others find its token.
 */
const MAX_WAIT_MS = 500;

/**
 * Where n8n takes long to read a credential, the token of another process is stored late too. So
 * the wait is as long as 40 readings.
 */
const READS_TO_WAIT = 40;
const LONGEST_WAIT_MS = 3_000;

/**
 * A token that is younger than five minutes has not expired, because tokens live for at least 15
 * minutes. API notes 1.
 */
export const FRESH_MS = 300_000;

const MAX_REFUSED_TOKENS = 50;

/** The data of a login, without the blanks that were copied with them. */
export interface Login {
	origin: string;
	email: string;
	apiKey: string;
	appKey: string;
}

/** @throws UserError if 'Hostname' is not a host name */
export function loginOf(credential: ICredentialDataDecryptedObject): Login {
	return {
		origin: originOf(credential.hostname),
		email: trimBlanks(credential.email),
		apiKey: trimBlanks(credential.apiKey),
		appKey: trimBlanks(credential.appKey),
	};
}

/**
 * Names an account and its user. Executions of one account take turns, and a trigger starts anew
 * when its account changes. Capital letters in an email make no difference: if that is wrong, an
 * execution waits in vain; if not, a record would be created twice.
 */
export function accountOf({ origin, email }: Pick<Login, 'origin' | 'email'>): string {
	return `${origin}|${email.toLowerCase()}`;
}

/**
 * Keeps the tokens of one login in this process. n8n stores the newest token in its database, where
 * all processes find it. AlfaCRM documents that a token lives for 15 minutes, and other clients saw
 * longer lives, so a token is used until it is refused. API notes 1.
 */
export class Session {
	/** The latest token, and when this process logged in for it; -Infinity if another process did. */
	private newest?: { token: string; issuedAt: number };
	/** Tokens that AlfaCRM refused. n8n may still have them in its database. */
	private readonly refusedTokens = new Set<string>();
	/** The login under way. Executions whose token was refused at the same moment share it. */
	private loginUnderWay?: Promise<string>;
	/** The search for the token of another process that is under way. */
	private searchUnderWay?: Promise<string>;

	/**
	 * Chooses the token to send: the stored one, or the newest of this process, or the one that
	 * another process has stored meanwhile.
	 *
	 * @param stored the token in n8n's database; empty if there was none
	 * @param readAt when it was read, by `performance.now()`. This process may have logged in since.
	 * @param readAgain reads it again
	 * @returns an empty text to make n8n log in
	 */
	async token(stored: string, readAt: number, readAgain: () => Promise<string>): Promise<string> {
		const hasLoggedInSince = this.newest !== undefined && this.newest.issuedAt >= readAt;
		if (stored === '' && !hasLoggedInSince) return '';

		const knownToken = this.unlessRefused(stored) || this.unlessRefused(this.newest?.token);
		if (knownToken !== '') return knownToken;

		this.searchUnderWay ??= this.findTokenOfOtherProcess(readAgain).finally(() => {
			this.searchUnderWay = undefined;
		});
		return await this.searchUnderWay;
	}

	/** Notes that AlfaCRM has refused a token, so that it is not sent again. */
	reject(token: string): void {
		this.refusedTokens.add(token);
		if (this.refusedTokens.size > MAX_REFUSED_TOKENS) {
			const [oldest] = this.refusedTokens;
			this.refusedTokens.delete(oldest);
		}
	}

	/** Tells whether this process has logged in for a token since a moment of `performance.now()`. */
	isIssuedSince(token: string, moment: number): boolean {
		return this.newest?.token === token && this.newest.issuedAt >= moment;
	}

	/**
	 * Gets a new token in place of a refused one. Another token for which this process has logged in
	 * is as good, as long as it is young. An older one may have expired as well, or a login of
	 * another process may have ended it.
	 *
	 * @param refused the token that was refused; empty if there was none
	 */
	async renew(refused: string, logIn: () => Promise<string>): Promise<string> {
		const newestToken = this.unlessRefused(this.newest?.token);
		const isYoung = this.isIssuedSince(newestToken, performance.now() - FRESH_MS);
		if (refused !== '' && newestToken !== refused && isYoung) return newestToken;

		this.loginUnderWay ??= this.logIn(logIn).finally(() => {
			this.loginUnderWay = undefined;
		});
		return await this.loginUnderWay;
	}

	private async logIn(send: () => Promise<string>): Promise<string> {
		const token = await send();
		this.newest = { token, issuedAt: performance.now() };
		this.refusedTokens.delete(token);
		return token;
	}

	/**
	 * Reads the stored token at once, because another process may have logged in long ago. If there
	 * is no new one, reads it again after a random wait.
	 *
	 * @returns an empty text if there is none
	 */
	private async findTokenOfOtherProcess(readAgain: () => Promise<string>): Promise<string> {
		const begun = performance.now();
		let token = this.unlessRefused(await readAgain());
		if (token === '') {
			const longWait = READS_TO_WAIT * (performance.now() - begun);
			const maxWait = Math.min(Math.max(longWait, MAX_WAIT_MS), LONGEST_WAIT_MS);
			await sleep(Math.random() * maxWait);
			token = this.unlessRefused(await readAgain());
		}

		if (token !== '') this.newest = { token, issuedAt: -Infinity };
		return token;
	}

	/** Returns the token, or an empty text if AlfaCRM has refused it. */
	private unlessRefused(token = ''): string {
		return this.refusedTokens.has(token) ? '' : token;
	}
}

const sessions = new Map<string, Session>();

/** Returns the session of a login. All credentials with the same login share it. */
export function sessionOf(login: Login): Session {
	const key = [accountOf(login), login.apiKey, login.appKey].join('\n');
	const session = sessions.get(key) ?? new Session();
	sessions.set(key, session);
	return session;
}

/**
 * The functions to call right before a call of the client is sent. The key is the object with the
 * credential that the client gave to n8n. n8n hands the same object to the credential's code, so
 * the credential can tell a call of the client from one of another node.
 */
const calls = new WeakMap<ICredentialDataDecryptedObject, () => AbortSignal>();

/**
 * Marks a credential as that of a call of the client. If AlfaCRM then refuses its token, the client
 * decides what to do: n8n would send the call again without asking the rate limiter.
 *
 * @param onSend called right before the call is sent, after the login that n8n makes where there is
 * no token. It may throw. It returns the signal that ends the call.
 */
export function noteCall(
	credential: ICredentialDataDecryptedObject,
	onSend: () => AbortSignal,
): void {
	calls.set(credential, onSend);
}

/**
 * The credential calls this when n8n has a token and is about to send a call.
 *
 * @returns the signal that ends a call of the client, in place of n8n's own; undefined for a call
 * of another node
 */
export function beforeSend(credential: ICredentialDataDecryptedObject): AbortSignal | undefined {
	return calls.get(credential)?.();
}

/**
 * Says that AlfaCRM answered a call of the client with 401. Its context says so because n8n 1.99 to
 * 2.33 keep only text and context of an error.
 */
class TokenRefused extends ExecutionBaseError {
	constructor() {
		super('AlfaCRM did not take the token');
		this.context = { tokenRefused: true };
	}
}

/**
 * Gets a token for n8n, which asks for one before a call without a token, and after a 401.
 *
 * @throws TokenRefused after a 401 for a call of the client
 * @throws LoginError if the login fails
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

/**
 * Logs in and returns the token.
 *
 * @throws LoginError that holds neither the key nor an HTTP status: a status would make n8n log in
 * a second time
 */
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
		const options = {
			perSecond,
			isIdempotent: true,
			isLogin: true,
			rateLimitWaitMs: SHORT_RATE_LIMIT_WAIT_MS,
		};
		answer = await withRetries(rateLimiterOf(origin), options, send);
	} catch (error) {
		const failure = failureOf(error);
		const serverMessage = failure.serverMessage && redact(failure.serverMessage, [apiKey, appKey]);
		throw explainLogin({ ...failure, serverMessage }, origin, appKey !== '');
	}

	const { token } = answer as { token?: unknown };
	if (typeof token === 'string' && token !== '') return token;

	// A successful answer without a token is a list, which AlfaCRM never sends for a login, or a
	// refusal without words.
	throw explainLogin(
		{ kind: Array.isArray(answer) ? 'foreign' : 'refusal' },
		origin,
		appKey !== '',
	);
}

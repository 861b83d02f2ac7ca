import type { ICredentialDataDecryptedObject, IHttpRequestHelper } from 'n8n-workflow';
import { ExecutionBaseError } from 'n8n-workflow';

import type { ApiResponse } from './answer';
import { assertSuccess, readFailure } from './answer';
import { CallClock } from './cancel';
import type { ApiFailure, LoginError } from './failures';
import { redact } from './failures';
import { makeLoginError } from './loginMessages';
import { getRateLimiter, readRate } from './rateLimiter';
import { LOGIN_TIMEOUT_MS, makeRequestOptions } from './request';
import { SHORT_RATE_LIMIT_WAIT_MS, withRetries } from './retry';
import type { Login } from './session';
import { getSession, readLogin } from './session';

/**
 * The work of the credential, between n8n and the client.
 *
 * n8n itself asks the credential for a token, adds the token to a call and sends the call, for this
 * package as for the HTTP Request node. The client registers each of its calls here, so that the
 * credential can tell them from those of other nodes.
 */

/**
 * The callback to run right before each registered call is sent. The key is the object with the
 * credential that the client gave to n8n: n8n hands the same object to the credential's code.
 */
const registeredCalls = new WeakMap<ICredentialDataDecryptedObject, () => AbortSignal>();

/**
 * Registers a call of the client, by its credential. If AlfaCRM then refuses its token, the client
 * decides what to do: n8n would send the call again without asking the rate limiter.
 *
 * @param onSend runs right before the call is sent, after the login that n8n makes where there is
 * no token. It may throw. It returns the signal that ends the call.
 */
export function registerCall(
	credential: ICredentialDataDecryptedObject,
	onSend: () => AbortSignal,
): void {
	registeredCalls.set(credential, onSend);
}

/**
 * Starts a call. The credential calls this when n8n has a token and is about to send a call.
 *
 * @returns the signal that ends a call of the client, in place of n8n's own; undefined for a call
 * of another node
 */
export function startCall(credential: ICredentialDataDecryptedObject): AbortSignal | undefined {
	return registeredCalls.get(credential)?.();
}

/**
 * Says that AlfaCRM answered a call of the client with 401. Its context says so because n8n 1.99 to
 * 2.33 keep only text and context of an error.
 */
class TokenRefusedError extends ExecutionBaseError {
	constructor() {
		super('AlfaCRM did not take the token');
		this.context = { tokenRefused: true };
	}
}

/**
 * Gets a token for n8n, which asks for one before a call without a token, and after a 401.
 *
 * @throws TokenRefusedError after a 401 for a call of the client
 * @throws LoginError if the login fails
 */
export async function renewToken(
	helper: IHttpRequestHelper,
	credential: ICredentialDataDecryptedObject,
): Promise<string> {
	const refusedToken = String(credential.token ?? '');
	if (refusedToken !== '' && registeredCalls.has(credential)) throw new TokenRefusedError();

	const login = readLogin(credential);
	const perSecond = readRate(credential.requestsPerSecond);
	return await getSession(login).renew(
		refusedToken,
		async () => await logIn(helper, login, perSecond),
	);
}

/**
 * Logs in and returns the token.
 *
 * @throws LoginError that holds neither the key nor an HTTP status: a status would make n8n log in
 * a second time
 */
async function logIn(helper: IHttpRequestHelper, login: Login, perSecond: number): Promise<string> {
	const options = {
		perSecond,
		isIdempotent: true,
		isLogin: true,
		rateLimitWaitMs: SHORT_RATE_LIMIT_WAIT_MS,
	};
	const send = async () => await sendLogin(helper, login);

	let answer: ApiResponse;
	try {
		answer = await withRetries(getRateLimiter(login.origin), options, send);
	} catch (error) {
		throw makeErrorWithoutSecrets(readFailure(error), login);
	}

	const { token } = answer as { token?: unknown };
	if (typeof token === 'string' && token !== '') return token;

	// A successful answer without a token is a list, which AlfaCRM never sends for a login, or a
	// refusal without words.
	throw makeErrorWithoutSecrets(
		{ kind: Array.isArray(answer) ? 'intermediary' : 'refusal' },
		login,
	);
}

/** Sends a login once. The app key travels in a header, for the few accounts that have one. */
async function sendLogin(
	{ helpers }: IHttpRequestHelper,
	{ origin, email, apiKey, appKey }: Login,
): Promise<ApiResponse> {
	const body = { email, api_key: apiKey };
	const request = makeRequestOptions(`${origin}/v2api/auth/login`, { body });
	const appKeyHeader = appKey === '' ? {} : { 'X-APP-KEY': appKey };

	const clock = new CallClock(LOGIN_TIMEOUT_MS);
	const answer = helpers.httpRequest({
		...request,
		headers: { ...request.headers, ...appKeyHeader },
		timeout: LOGIN_TIMEOUT_MS,
		abortSignal: clock.start(),
	}) as Promise<unknown>;

	const isInProgress = () => true;
	try {
		return assertSuccess(await clock.wait(answer, isInProgress));
	} finally {
		clock.stop();
	}
}

/** Makes the error of a failed login. AlfaCRM's own words may repeat the keys that were sent. */
function makeErrorWithoutSecrets(
	failure: ApiFailure,
	{ origin, apiKey, appKey }: Login,
): LoginError {
	const { serverMessage = '' } = failure;
	const safeMessage = redact(serverMessage, [apiKey, appKey]);
	const safeFailure = { ...failure, serverMessage: safeMessage };
	return makeLoginError(safeFailure, origin, { hasAppKey: appKey !== '' });
}

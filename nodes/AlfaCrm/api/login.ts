import type {
	ICredentialDataDecryptedObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
} from 'n8n-workflow';
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
 * Logs in for the credential, and connects the code of the credential to the client.
 *
 * n8n sends each call itself. It runs the code of the credential twice for a call: to get a token
 * if there is none (`renewToken`), and to add the token right before the call is sent
 * (`runOnSend`). n8n does the same for other nodes, such as HTTP Request. So the client registers
 * its own calls here, and the credential can tell them from the calls of other nodes.
 */

/**
 * The `onSend` of each registered call. The key is the credential object that the client gave to
 * n8n for the call: n8n passes the same object to the credential's code.
 */
const registeredCalls = new WeakMap<ICredentialDataDecryptedObject, () => AbortSignal>();

/**
 * Registers a call of the client. If AlfaCRM refuses the token of a registered call, `renewToken`
 * throws and the client decides what to do. n8n would send the call again without asking the rate
 * limiter.
 *
 * @param credential the object that only this call gives to n8n
 * @param onSend runs right before the call is sent: after the login, if there was no token. It
 * throws if the call must not be sent. It returns the signal that ends the call.
 */
export function registerCall(
	credential: ICredentialDataDecryptedObject,
	onSend: () => AbortSignal,
): void {
	registeredCalls.set(credential, onSend);
}

/**
 * Runs the `onSend` of a registered call. The credential calls this function when n8n has a token
 * and is about to send a call.
 *
 * @returns the signal that ends the call, in place of n8n's own signal; undefined for a call of
 * another node
 */
export function runOnSend(credential: ICredentialDataDecryptedObject): AbortSignal | undefined {
	return registeredCalls.get(credential)?.();
}

/**
 * The error after AlfaCRM has answered a call of the client with 401. Its context marks it, because
 * n8n 1.99 to 2.33 keep only the text and the context of an error.
 */
class TokenRefusedError extends ExecutionBaseError {
	constructor() {
		super('AlfaCRM did not take the token');
		this.context = { tokenRefused: true };
	}
}

/**
 * Gets a new token for n8n. n8n asks for one before a call without a token, and after a 401. So if
 * the credential has a token, AlfaCRM has refused it.
 *
 * @throws TokenRefusedError after a 401 for a call of the client
 * @throws LoginError if the login fails
 */
export async function renewToken(
	helper: IHttpRequestHelper,
	credential: ICredentialDataDecryptedObject,
): Promise<string> {
	const refusedToken = String(credential.token ?? '');
	const wasTokenRefused = refusedToken !== '';
	const isCallOfClient = registeredCalls.has(credential);
	// The client gets the next token itself. With a token from here, n8n would send the call again
	// at once, without asking the rate limiter.
	if (wasTokenRefused && isCallOfClient) throw new TokenRefusedError();

	const login = readLogin(credential);
	const perSecond = readRate(credential.requestsPerSecond);
	const requestToken = async () => await logIn(helper, login, perSecond);
	return await getSession(login).getNewToken(refusedToken, requestToken);
}

/**
 * Logs in and returns the token.
 *
 * @throws LoginError without the key and without an HTTP status: a status would make n8n log in a
 * second time
 */
async function logIn(helper: IHttpRequestHelper, login: Login, perSecond: number): Promise<string> {
	const options = {
		perSecond,
		// A login changes nothing, so it may be sent again.
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
	const hasToken = typeof token === 'string' && token !== '';
	if (hasToken) return token;

	// AlfaCRM never answers a login with a list, so another server has answered. An object without a
	// token is AlfaCRM's refusal, without a reason.
	const kind = Array.isArray(answer) ? 'intermediary' : 'refusal';
	throw makeErrorWithoutSecrets({ kind }, login);
}

/** Sends a login once, and returns the answer. */
async function sendLogin({ helpers }: IHttpRequestHelper, login: Login): Promise<ApiResponse> {
	const clock = new CallClock(LOGIN_TIMEOUT_MS);
	const request = makeLoginRequest(login);
	const answer = helpers.httpRequest({
		...request,
		abortSignal: clock.start(),
	}) as Promise<unknown>;

	// The clock asks this only when an execution is cancelled, which never ends a login.
	const isInProgress = () => true;
	try {
		return assertSuccess(await clock.wait(answer, isInProgress));
	} finally {
		clock.stop();
	}
}

/** Makes the request of a login. A few accounts have an app key, which goes into a header. */
function makeLoginRequest({ origin, email, apiKey, appKey }: Login): IHttpRequestOptions {
	const body = { email, api_key: apiKey };
	const request = makeRequestOptions(`${origin}/v2api/auth/login`, { body });
	request.timeout = LOGIN_TIMEOUT_MS;

	const hasAppKey = appKey !== '';
	if (hasAppKey) request.headers = { ...request.headers, 'X-APP-KEY': appKey };
	return request;
}

/** Makes the error of a failed login, without the keys: AlfaCRM's message can repeat them. */
function makeErrorWithoutSecrets(
	failure: ApiFailure,
	{ origin, apiKey, appKey }: Login,
): LoginError {
	const { serverMessage = '' } = failure;
	const safeMessage = redact(serverMessage, [apiKey, appKey]);
	const safeFailure = { ...failure, serverMessage: safeMessage };
	return makeLoginError(safeFailure, origin, { hasAppKey: appKey !== '' });
}

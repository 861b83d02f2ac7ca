import type { ICredentialDataDecryptedObject, INode, NodeApiError } from 'n8n-workflow';

import type { ApiResponse } from './answer';
import { assertSuccess, markAsNotSent, readFailure } from './answer';
import { CallClock } from './cancel';
import type { ConnectionSettings } from './connection';
import { readConnectionSettings } from './connection';
import { attachDescriptionParts, formatDescription } from './effects';
import type { ApiFailure } from './failures';
import {
	makeCancelledError,
	mayBeInProgress,
	mayHaveTakenEffect,
	nodeError,
	redact,
	ResponseError,
} from './failures';
import { explainFailure } from './messages';
import { registerCall } from './login';
import { getRateLimiter } from './rateLimiter';
import { RefusedLogin } from './refusedLogin';
import type { ApiContext, ApiRequest } from './request';
import {
	buildPath,
	isBranchList,
	makeRequestOptions,
	canAnotherBranchHelp,
	readFormBranch,
	TIMEOUT_MS,
} from './request';
import { withRetries } from './retry';
import type { Login } from './session';
import { getSession, isSameLogin, nameAccount, readLogin, YOUNG_TOKEN_MS } from './session';

/** The name of the credential's type in n8n. */
export const CREDENTIAL = 'alfaCrmApi';

/** AlfaCRM may need at least this long to carry out a call whose answer was lost. */
const MIN_IN_PROGRESS_MS = 1_000;

/** The credential is read again after this time, not for each call: it is in n8n's database. */
const CREDENTIAL_MS = 1_000;

/**
 * A call fails after this many logins in a row whose tokens AlfaCRM refused.
 *
 * Nobody knows whether a login ends the older tokens of the account (docs/alfacrm-api.md 1, the API
 * notes). If it does, two n8n processes could end each other's tokens for ever.
 */
const MAX_LOGINS = 3;

/** How a call ended: with the answer of a success, or with a failure. */
type Outcome = { answer: ApiResponse } | { failure: ApiFailure };

/** The credential as it was read from n8n's database. */
interface StoredCredential {
	values: ICredentialDataDecryptedObject;
	/** When the credential was read, by `performance.now()`. */
	readAt: number;
}

/** The credential for one call. If n8n logs in, it writes the new token into this object. */
type CredentialWithToken = ICredentialDataDecryptedObject & { token: string };

type FailureTest = (failure: ApiFailure) => boolean;

/** The failures that the caller of a call handles itself. Any other failure is thrown. */
interface HandledFailures {
	/** Tells whether the caller handles a failure. */
	isExpected: FailureTest;
	/**
	 * True if the caller can send the call in another branch. Then it also handles the failures after
	 * which that may help.
	 */
	canTryAnotherBranch?: boolean;
}

/**
 * Sends calls to AlfaCRM for one execution of a node, one poll, or one dropdown. Each of them makes
 * a client of its own, because the user may edit the credential in between.
 *
 * A call goes through these steps:
 *
 * - `attempt` reads the settings of the credential.
 * - `sendUntilTokenAccepted` sends the call again with another token if AlfaCRM refuses the token.
 * - `sendWithRetries` waits for the rate limiter, and sends the call again if that is safe.
 * - `sendOnce` hands the call to n8n, which logs in if there is no token.
 * - `makeError` puts a failure into words.
 */
export class ApiClient {
	/**
	 * The names of the actions, such as `customer/index`, that are called without a page size: either
	 * AlfaCRM has refused a page size, or a large page did not arrive.
	 */
	readonly actionsWithoutPageSize = new Set<string>();
	private settings?: ConnectionSettings;
	private credential?: StoredCredential;
	private readonly refusedLogin = new RefusedLogin();
	/** The tokens of new logins that AlfaCRM has refused since the last success of a call. */
	private readonly refusedNewTokens = new Set<string>();
	/** When this client was made, by `performance.now()`. */
	private readonly beganAt = performance.now();
	/** Whether AlfaCRM itself has answered a call or a login. If so, the hostname is right. */
	private hasAlfaCrmAnswered = false;

	/** @param deadline ends all calls when it aborts. Only for a context without a cancel signal. */
	constructor(
		private readonly context: ApiContext,
		private readonly deadline?: AbortSignal,
	) {}

	get node(): INode {
		return this.context.getNode();
	}

	/** The time zone of the workflow, such as `Europe/Moscow`. */
	get zone(): string {
		return this.context.getTimezone();
	}

	/**
	 * Aborts when the deadline has come or the execution is cancelled. Undefined if neither can
	 * happen: a poll and a dropdown cannot be cancelled.
	 */
	get signal(): AbortSignal | undefined {
		if (this.deadline !== undefined) return this.deadline;

		const { context } = this;
		return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	}

	/**
	 * Returns the name of the account: the host of the school's AlfaCRM, and the user. Credentials
	 * with the same host and user have the same account.
	 */
	async account(): Promise<string> {
		const settings = await this.readSettings();
		return settings.account;
	}

	/**
	 * Returns the email of the credential's user, to look that user up. Never put it into a message
	 * or an output.
	 */
	async email(): Promise<string> {
		const settings = await this.readSettings();
		return settings.email;
	}

	/** Returns the address of AlfaCRM without a path, such as `https://demo.s20.online`. */
	async origin(): Promise<string> {
		const settings = await this.readSettings();
		return settings.origin;
	}

	/**
	 * How many calls may be in flight: the number in the credential or, if that is 0, as many as it
	 * takes to send 'Requests per Second' calls a second at the present speed of AlfaCRM.
	 */
	get callsAtOnce(): number {
		// Nothing is known before the first call has read the credential.
		if (this.settings === undefined) return 1;

		const { origin, perSecond, callsAtOnce } = this.settings;
		const isChosenByUser = callsAtOnce > 0;
		if (isChosenByUser) return callsAtOnce;

		return getRateLimiter(origin).countParallelCallsNeeded(perSecond);
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`. Waits for the rate
	 * limiter, logs in if there is no valid token, and sends the call again if that is safe.
	 *
	 * @returns the JSON of a successful answer: an object or, for a few actions, a list
	 * @throws NodeApiError that says what happened and what to do
	 */
	async request(call: ApiRequest): Promise<ApiResponse> {
		const expectNoFailure = () => false;
		// Without expected failures, `attempt` returns an answer or throws.
		return (await this.attempt(call, expectNoFailure)) as ApiResponse;
	}

	/**
	 * Sends one call like `request`, for a caller that can handle some failures itself.
	 *
	 * @returns undefined after a failure for which `isExpected` returns true
	 * @throws NodeApiError for any other failure
	 */
	async attempt(call: ApiRequest, isExpected: FailureTest): Promise<ApiResponse | undefined> {
		const settings = await this.readSettings(call.itemIndex);

		// AlfaCRM may refuse to list the branches unless the call names one of them.
		const mayNeedBranch = isBranchList(call) && call.branch === undefined;
		const outcome = mayNeedBranch
			? await this.listBranches(settings, call, isExpected)
			: await this.sendUntilTokenAccepted(settings, call, { isExpected });

		// An outcome without an answer is a failure that the caller expects. Any other was thrown.
		return 'answer' in outcome ? outcome.answer : undefined;
	}

	// ------------------------------------------------------- the credential

	/**
	 * Reads the settings of the credential, once for all calls of this client. After a failure, the
	 * next call reads them again.
	 *
	 * @param itemIndex the number of the input item, for the error
	 * @throws NodeApiError if 'Hostname' is not a host name
	 */
	private async readSettings(itemIndex?: number): Promise<ConnectionSettings> {
		if (this.settings !== undefined) return this.settings;

		const credential = await this.context.getCredentials(CREDENTIAL);
		// Only an execution can be cancelled, so only its calls may wait for minutes.
		const canBeCancelled = 'getExecutionCancelSignal' in this.context;
		try {
			this.settings = readConnectionSettings(credential, { canBeCancelled });
			return this.settings;
		} catch (error) {
			const { message } = error as Error;
			throw nodeError(this.node, { message }, itemIndex, { cause: 'configuration-invalid' });
		}
	}

	/**
	 * Returns the credential together with the token for a call. An empty token makes n8n log in.
	 * Writes into `progress` with which email and keys n8n would log in.
	 *
	 * @throws ResponseError if the credential now belongs to another account, or if its login has
	 * just failed and must not be tried again yet
	 */
	private async readCredentialWithToken(
		settings: ConnectionSettings,
		progress: CallProgress,
	): Promise<CredentialWithToken> {
		const credential = await this.readCredential();
		const login = readLogin(credential.values);

		// Somebody has edited the credential since this client read its settings.
		const isOtherAccount = nameAccount(login) !== settings.account;
		if (isOtherAccount) throw makeOtherAccountError();

		progress.login = login;
		const earlierFailure = this.refusedLogin.findFailure(login);
		if (earlierFailure !== undefined) throw new ResponseError(earlierFailure);

		const token = await this.chooseToken(credential, login);
		return { ...credential.values, token };
	}

	/** Chooses the token for a call. An empty text means that n8n has to log in. */
	private async chooseToken({ values, readAt }: StoredCredential, login: Login): Promise<string> {
		const storedToken = String(values.token ?? '');
		const readStoredToken = async () => await this.readStoredToken(login);
		return await getSession(login).chooseToken({ storedToken, readAt, readStoredToken });
	}

	/**
	 * Returns the credential as it was at most a second ago. After a refused login, the credential is
	 * read for each call, because somebody may have corrected it.
	 */
	private async readCredential(): Promise<StoredCredential> {
		const now = performance.now();
		const { credential } = this;
		const isFresh = credential !== undefined && now - credential.readAt < CREDENTIAL_MS;
		const mayHaveBeenCorrected = this.refusedLogin.hasRefusedLogin;
		if (isFresh && !mayHaveBeenCorrected) return credential;

		const values = await this.context.getCredentials(CREDENTIAL);
		this.credential = { values, readAt: now };
		return this.credential;
	}

	/**
	 * Reads the token from n8n's database, where another process may have stored a new token.
	 *
	 * @returns an empty text if there is no token, or if the credential now has another login
	 */
	private async readStoredToken(login: Login): Promise<string> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const hasSameLogin = isSameLogin(readLogin(credential), login);
		return hasSameLogin ? String(credential.token ?? '') : '';
	}

	// ------------------------------------------------------- send

	/**
	 * Sends a call for the list of branches, which names no branch itself. If the main branch of the
	 * school is switched off, AlfaCRM refuses the call, and accepts it with the number of another
	 * branch (API notes 2).
	 *
	 * So the call names the branch in the credential, if the user has entered one there. Otherwise it
	 * names no branch and, if AlfaCRM refuses that, is sent again with the branch in the node's form.
	 */
	private async listBranches(
		settings: ConnectionSettings,
		call: ApiRequest,
		isExpected: FailureTest,
	): Promise<Outcome> {
		const credentialBranch = settings.branchInCredential;
		if (credentialBranch !== undefined) {
			const callInBranch = { ...call, branch: credentialBranch };
			return await this.sendUntilTokenAccepted(settings, callInBranch, { isExpected });
		}

		const formBranch = readFormBranch(this.context, call.itemIndex);
		if (formBranch === undefined) {
			return await this.sendUntilTokenAccepted(settings, call, { isExpected });
		}

		const handledFailures = { isExpected, canTryAnotherBranch: true };
		const outcome = await this.sendUntilTokenAccepted(settings, call, handledFailures);
		const mustNameBranch = 'failure' in outcome && canAnotherBranchHelp(outcome.failure);
		if (!mustNameBranch) return outcome;

		const callInBranch = { ...call, branch: formBranch };
		return await this.sendUntilTokenAccepted(settings, callInBranch, { isExpected });
	}

	/**
	 * Sends a call. If AlfaCRM refuses the token of the call, sends the call again with another
	 * token.
	 *
	 * @returns the answer, or a failure that the caller handles itself
	 * @throws NodeApiError for any other failure
	 */
	private async sendUntilTokenAccepted(
		settings: ConnectionSettings,
		call: ApiRequest,
		handledFailures: HandledFailures,
	): Promise<Outcome> {
		const { isExpected, canTryAnotherBranch = false } = handledFailures;
		const progress = new CallProgress();
		for (;;) {
			const outcome = await this.sendWithOneToken(settings, call, progress);
			if ('answer' in outcome) return outcome;

			const { failure } = outcome;
			// A 403 can mean the branch or the token. Another branch is more likely to help.
			const callerTriesAnotherBranch = canTryAnotherBranch && canAnotherBranchHelp(failure);
			if (callerTriesAnotherBranch) return outcome;

			// AlfaCRM carries out nothing for a token that it refuses, so even a write is sent again.
			const hasDroppedToken = await this.dropRefusedToken(failure, progress);
			if (hasDroppedToken) continue;

			// Comes after the check of the token: a 403 that the caller expects may be gone with another
			// token.
			if (isExpected(failure)) return outcome;

			reportLostAnswer(failure, call, progress);
			throw this.makeError(failure, settings, call, progress);
		}
	}

	/**
	 * Sends a call with one token, and returns the answer or the failure. Learns from both for later
	 * calls.
	 */
	private async sendWithOneToken(
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<Outcome> {
		try {
			const answer = await this.sendWithRetries(settings, call, progress);
			this.learnFromSuccess();
			return { answer };
		} catch (error) {
			const failure = readFailure(error);
			this.learnFromFailure(failure, progress);
			return { failure };
		}
	}

	/** Learns that AlfaCRM has answered and accepts tokens: those that it refused no longer count. */
	private learnFromSuccess(): void {
		this.hasAlfaCrmAnswered = true;
		this.refusedNewTokens.clear();
	}

	/** Learns from a failure whether the host is an AlfaCRM, and whether a login has failed. */
	private learnFromFailure(failure: ApiFailure, progress: CallProgress): void {
		// Only AlfaCRM issues tokens, and only AlfaCRM refuses a call in JSON.
		const hasLoggedIn = progress.loginCount > 0;
		const isHostAlfaCrm = hasLoggedIn || failure.kind === 'refusal';
		if (isHostAlfaCrm) this.hasAlfaCrmAnswered = true;

		this.refusedLogin.rememberIfLoginFailed(failure, progress.login);
	}

	/** Sends a call when the rate limiter allows that, and sends the call again if that is safe. */
	private async sendWithRetries(
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const limiter = getRateLimiter(settings.origin);
		const options = {
			perSecond: settings.perSecond,
			atOnce: settings.callsAtOnce,
			signal: this.signal,
			isIdempotent: call.isIdempotent,
			rateLimitWaitMs: settings.rateLimitWaitMs,
		};
		const send = async () => await this.sendOnce(settings, call, progress);
		return await withRetries(limiter, options, send);
	}

	/**
	 * Sends a call once through n8n. If the credential has no token, n8n first logs in and writes the
	 * new token into the `credential` object.
	 */
	private async sendOnce(
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const credential = await this.prepareCredential(settings, progress);
		const tokenBefore = credential.token;
		// Without a token, n8n logs in first, so it cannot have sent the call yet.
		const mayHaveSentCall = () => credential.token !== '';

		const clock = new CallClock(TIMEOUT_MS, this.signal);
		const lastCheck = new LastCheck(call, this.signal);
		// n8n runs this right before it sends the call. A login may have taken seconds before that.
		const beforeSending = () => {
			lastCheck.run();
			return clock.start();
		};
		registerCall(credential, beforeSending);

		try {
			const answer = this.sendByN8n(settings, call, credential);
			return assertSuccess(await clock.wait(answer, mayHaveSentCall));
		} catch (error) {
			// n8n has wrapped the error of the last check into an error of its own.
			if (lastCheck.error !== undefined) throw lastCheck.error;

			throw mayHaveSentCall() ? error : markAsNotSent(error);
		} finally {
			clock.stop();
			const hasLoggedIn = credential.token !== tokenBefore;
			progress.setToken(credential.token, { isNew: hasLoggedIn });
		}
	}

	/** Reads the credential for a call. If that fails, the error says that the call was not sent. */
	private async prepareCredential(
		settings: ConnectionSettings,
		progress: CallProgress,
	): Promise<CredentialWithToken> {
		try {
			return await this.readCredentialWithToken(settings, progress);
		} catch (error) {
			throw markAsNotSent(error);
		}
	}

	/**
	 * Hands a call to n8n, which adds the token of the credential and sends the call. If there is no
	 * token, n8n first logs in and writes the new token into `credential`.
	 */
	private async sendByN8n(
		settings: ConnectionSettings,
		call: ApiRequest,
		credential: ICredentialDataDecryptedObject,
	): Promise<unknown> {
		const { httpRequestWithAuthentication } = this.context.helpers;
		const url = `${settings.origin}/${buildPath(call)}`;
		const options = makeRequestOptions(url, call);

		const authentication = {
			// Makes n8n use this object, so the ID and the name are not needed. Otherwise n8n would read
			// the credential from its database, where the token may be another one.
			credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: credential },
			// The HTTP statuses after which n8n would log in and send the call again: none. This client
			// decides that itself, because the body of a 401 shows whether AlfaCRM or a server in front of
			// it has answered.
			preAuthenticationRetryStatusCode: [],
		};
		// n8n's function takes the context as its `this`, and its answer has the type `any`.
		const answer = httpRequestWithAuthentication.call(
			this.context,
			CREDENTIAL,
			options,
			authentication,
		) as Promise<unknown>;
		return await answer;
	}

	// ------------------------------------------------------- refused tokens

	/**
	 * Drops the token of a call if AlfaCRM has refused it, so that the next attempt sends another
	 * token.
	 *
	 * @returns whether to send the call again. False if the token was not refused, or if three logins
	 * (`MAX_LOGINS`) have already given tokens that AlfaCRM refused.
	 */
	private async dropRefusedToken(failure: ApiFailure, progress: CallProgress): Promise<boolean> {
		const isTokenRefused = await this.isTokenRefused(failure, progress);
		if (!isTokenRefused) return false;

		const { token, isNewToken, loginCount } = progress;
		if (isNewToken) this.refusedNewTokens.add(token);

		// A success of another call may have cleared `refusedNewTokens` just now. The logins of this
		// call count all the same.
		const loginsInVain = Math.max(loginCount, this.refusedNewTokens.size);
		if (loginsInVain >= MAX_LOGINS) return false;

		progress.markTokenAsRefused();
		return true;
	}

	/** Tells whether a call failed because AlfaCRM refused its token. */
	private async isTokenRefused({ status }: ApiFailure, progress: CallProgress): Promise<boolean> {
		const { login, token } = progress;
		const hadToken = login !== undefined && token !== '';
		if (!hadToken) return false;

		if (status === 401) return true;
		if (status !== 403) return false;

		// AlfaCRM may answer an old token with 403: other clients log in again after a 403.
		// API notes 1.
		if (!this.isFreshToken(login, token)) return true;

		// A fresh token has not expired. So the user lacks the right, unless a later login has given
		// another token and ended this one.
		return await this.isAnotherTokenStored(token);
	}

	/**
	 * Tells whether a token is fresh: this process got it by a login after this client was made, and
	 * at most five minutes ago.
	 */
	private isFreshToken(login: Login, token: string): boolean {
		const fiveMinutesAgo = performance.now() - YOUNG_TOKEN_MS;
		const earliestFreshLogin = Math.max(this.beganAt, fiveMinutesAgo);
		return getSession(login).wasIssuedSince(token, earliestFreshLogin);
	}

	/**
	 * Tells whether n8n's database now holds another token than the one that a call has sent. The
	 * login that gave the other token may have ended the sent one.
	 */
	private async isAnotherTokenStored(sentToken: string): Promise<boolean> {
		const { token: storedToken } = await this.context.getCredentials(CREDENTIAL);
		const isTokenStored = Boolean(storedToken);
		return isTokenStored && storedToken !== sentToken;
	}

	// ------------------------------------------------------- the error

	/**
	 * Makes the error for a call that failed, without the secrets of the credential. Its description
	 * has two parts: the advice, and the effect, which says what was saved. The parts stay with the
	 * error, because the effect is worded again if other input items were carried out.
	 */
	private makeError(
		failure: ApiFailure,
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): NodeApiError {
		const explanation = explainFailure(failure, {
			...call,
			host: new URL(settings.origin).host,
			isHostKnown: this.hasAlfaCrmAnswered,
			isNewLogin: progress.loginCount > 0,
			rateLimitWaitMs: settings.rateLimitWaitMs,
			waitedMs: progress.elapsedMs,
		});

		// AlfaCRM's own message may repeat what was sent.
		const { token, login } = progress;
		const secrets = [token, login?.apiKey, login?.appKey];
		const message = redact(explanation.message, secrets);
		const { advice, effect } = explanation.descriptionParts;
		const descriptionParts = { advice: redact(advice, secrets), effect };

		const description = formatDescription(descriptionParts);
		const text = { message, description, status: explanation.status };
		const error = nodeError(this.node, text, call.itemIndex, explanation.n8nFailure);
		return attachDescriptionParts(error, descriptionParts);
	}
}

/** Keeps account of one call over all its attempts: its time, its login, and its latest token. */
class CallProgress {
	private readonly beganAt = performance.now();
	/** The login to which the token belongs; undefined before the credential was read. */
	login?: Login;
	/** The token of the latest attempt; an empty text if there was none. */
	token = '';
	/** Whether n8n got the token by a login during this attempt. */
	isNewToken = false;
	/** How many times n8n has logged in during this call. */
	loginCount = 0;

	/** How many milliseconds the call has taken so far. */
	get elapsedMs(): number {
		return performance.now() - this.beganAt;
	}

	/** Sets the token of the latest attempt. */
	setToken(token: string, { isNew }: { isNew: boolean }): void {
		this.token = token;
		this.isNewToken = isNew;
		if (isNew) this.loginCount += 1;
	}

	/** Makes sure that no call of the same login sends the latest token again. */
	markTokenAsRefused(): void {
		if (this.login !== undefined) getSession(this.login).rememberRefusedToken(this.token);
	}
}

/**
 * Checks right before a call is sent whether the execution was cancelled while the call waited, and
 * whether the caller still wants the call: see `ApiRequest.onSend`.
 */
class LastCheck {
	/**
	 * The error that says why the call must not be sent; undefined if it may be sent. The error is
	 * kept here because n8n wraps an error of the check into an error of its own.
	 */
	error: unknown;

	constructor(
		private readonly call: ApiRequest,
		private readonly signal?: AbortSignal,
	) {}

	/** @throws the error that says why the call must not be sent */
	run(): void {
		this.error = this.findError();
		if (this.error !== undefined) throw this.error;
	}

	private findError(): unknown {
		if (this.signal?.aborted) return makeCancelledError();

		try {
			this.call.onSend?.();
			return undefined;
		} catch (error) {
			return error;
		}
	}
}

/**
 * Makes the error after the credential was changed to another account, while this client was in
 * use.
 */
function makeOtherAccountError(): ResponseError {
	// Continues a message such as "Could not create a customer: ".
	const serverMessage = 'the credential was changed to another account meanwhile. Run it again.';
	return new ResponseError({ kind: 'notSent', serverMessage });
}

/**
 * Tells the caller of a failed call that AlfaCRM may have carried the call out: its record may be
 * in AlfaCRM, or may appear there in a moment. Does nothing if that is not possible.
 */
function reportLostAnswer(failure: ApiFailure, call: ApiRequest, progress: CallProgress): void {
	if (!mayHaveTakenEffect(failure)) return;

	const msInProgress = estimateMsInProgress(failure, progress.elapsedMs);
	call.onAnswerLost?.(msInProgress);
}

/**
 * Estimates for how many milliseconds AlfaCRM may still be at work on a call whose answer was lost:
 * for as long as the call has taken so far, but for at least one second and at most 30 seconds.
 */
function estimateMsInProgress(failure: ApiFailure, elapsedMs: number): number {
	if (!mayBeInProgress(failure)) return 0;

	const atLeastOneSecond = Math.max(elapsedMs, MIN_IN_PROGRESS_MS);
	return Math.min(atLeastOneSecond, TIMEOUT_MS);
}

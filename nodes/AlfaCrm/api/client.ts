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

/** The name of the type of the credential. */
export const CREDENTIAL = 'alfaCrmApi';

/** AlfaCRM may need at least this long to carry out a call whose answer was lost. */
const MIN_IN_PROGRESS_MS = 1_000;

/** A credential is read anew after this time. Each reading is a query of n8n's database. */
const CREDENTIAL_MS = 1_000;

/**
 * A client gives up after this many logins whose tokens AlfaCRM refused. If each login ends the
 * older tokens of the account, two n8n processes could otherwise end each other's tokens for ever.
 * Nobody knows whether AlfaCRM ends older tokens (API notes 1).
 */
const MOST_LOGINS = 3;

/** How a call ended: with the answer of a success, or with a failure. */
type Outcome = { answer: ApiResponse } | { failure: ApiFailure };

/** The values of the credential, and when they were read, by `performance.now()`. */
interface StoredCredential {
	values: ICredentialDataDecryptedObject;
	readAt: number;
}

/** The values of the credential. n8n writes the token of a new login into this object. */
type CredentialWithToken = ICredentialDataDecryptedObject & { token: string };

type FailureTest = (failure: ApiFailure) => boolean;

/** The failures after which a call returns to its caller. After any other failure, it throws. */
interface ReturnedFailures {
	/** Tells whether the caller knows what to do about a failure. */
	isExpected: FailureTest;
	/** True if the caller will send the call in another branch, where that may help. */
	returnsBranchRefusals?: boolean;
}

/**
 * Speaks to AlfaCRM for one execution of a node, one poll, or one dropdown. Make a new client for
 * each of them, because the credential may be edited in between.
 *
 * A call goes through these steps: `attempt` reads the settings of the credential; `sendWithTokens`
 * tries another token where AlfaCRM refuses one; `sendWithRetries` waits for the rate limiter and
 * repeats what is safe to repeat; `sendOnce` sends the call; `makeError` puts a failure into words.
 */
export class ApiClient {
	/**
	 * The names of the actions, such as `customer/index`, that are called without a page size,
	 * because AlfaCRM has refused one or a large page did not arrive.
	 */
	readonly actionsWithoutPageSize = new Set<string>();
	private settings?: ConnectionSettings;
	private credential?: StoredCredential;
	private readonly refusedLogin = new RefusedLogin();
	/** New tokens that AlfaCRM refused since the last call that succeeded. */
	private readonly refusedNewTokens = new Set<string>();
	/** When the work of this client began, by `performance.now()`. */
	private readonly beganAt = performance.now();
	/** Whether AlfaCRM has answered a call or accepted a login, so that the hostname is right. */
	private hasAlfaCrmAnswered = false;

	/** @param deadline ends all calls when it aborts, in a context that cannot be cancelled itself */
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
	 * Aborts when the execution is cancelled or the deadline has come. Undefined where neither can
	 * happen, as in a poll or a dropdown.
	 */
	get signal(): AbortSignal | undefined {
		if (this.deadline !== undefined) return this.deadline;

		const { context } = this;
		return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	}

	/**
	 * Returns the name of the account: the address of the school's AlfaCRM, and the user. Credentials
	 * with the same address and user have the same account.
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
	 * How many calls may be in flight: as many as the credential says, or as many as it takes at the
	 * present speed of AlfaCRM to reach the rate.
	 */
	get callsAtOnce(): number {
		if (this.settings === undefined) return 1;

		const { origin, perSecond, callsAtOnce } = this.settings;
		const isChosenByUser = callsAtOnce > 0;
		return isChosenByUser ? callsAtOnce : getRateLimiter(origin).countNeededAtOnce(perSecond);
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`. It waits for the
	 * rate limiter, logs in if there is no valid token, and is sent again where that is safe.
	 *
	 * @returns the JSON of a successful answer: an object, for some actions a list
	 * @throws NodeApiError that says what happened and what to do
	 */
	async request(call: ApiRequest): Promise<ApiResponse> {
		const expectNoFailure = () => false;
		return (await this.attempt(call, expectNoFailure)) as ApiResponse;
	}

	/**
	 * Sends one call like `request`, for a caller that knows what to do about some failures.
	 *
	 * @returns undefined after a failure that `isExpected` accepts
	 * @throws NodeApiError for any other failure
	 */
	async attempt(call: ApiRequest, isExpected: FailureTest): Promise<ApiResponse | undefined> {
		const settings = await this.readSettings(call.itemIndex);

		// AlfaCRM may refuse to list the branches unless the call names one of them.
		const mayNeedBranch = isBranchList(call) && call.branch === undefined;
		const outcome = mayNeedBranch
			? await this.listBranches(settings, call, isExpected)
			: await this.sendWithTokens(settings, call, { isExpected });

		return 'answer' in outcome ? outcome.answer : undefined;
	}

	// ------------------------------------------------------- the credential

	/**
	 * Reads the settings of the credential, once for all calls of this client. After a failure, the
	 * next call reads them again.
	 *
	 * @param itemIndex the item that an error names
	 * @throws NodeApiError if 'Hostname' is not a host name
	 */
	private async readSettings(itemIndex?: number): Promise<ConnectionSettings> {
		if (this.settings !== undefined) return this.settings;

		const credential = await this.context.getCredentials(CREDENTIAL);
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
	 * Returns the credential with the token to send. An empty token makes n8n log in.
	 *
	 * @throws ResponseError if somebody has changed the credential to another account, or if AlfaCRM
	 * has refused its login before
	 */
	private async readCredentialWithToken(
		settings: ConnectionSettings,
		progress: CallProgress,
	): Promise<CredentialWithToken> {
		const { values, readAt } = await this.readCredential();
		const login = readLogin(values);
		const isOtherAccount = nameAccount(login) !== settings.account;
		if (isOtherAccount) throw makeOtherAccountError();

		progress.login = login;
		const loginFailure = this.refusedLogin.findFailure(login);
		if (loginFailure !== undefined) throw new ResponseError(loginFailure);

		const storedToken = String(values.token ?? '');
		const readStoredToken = async () => await this.readStoredToken(login);
		const session = getSession(login);
		const token = await session.chooseToken({ storedToken, readAt, readStoredToken });
		return { ...values, token };
	}

	/**
	 * Returns the credential as it was at most a second ago. After AlfaCRM has refused the login, the
	 * credential is read each time, because somebody may have corrected it.
	 */
	private async readCredential(): Promise<StoredCredential> {
		const now = performance.now();
		const { credential } = this;
		const isFresh = credential !== undefined && now - credential.readAt < CREDENTIAL_MS;
		if (isFresh && !this.refusedLogin.exists) return credential;

		const values = await this.context.getCredentials(CREDENTIAL);
		this.credential = { values, readAt: now };
		return this.credential;
	}

	/**
	 * Reads the token from n8n's database again, where another process may have stored a new one.
	 *
	 * @returns an empty text if there is none, or if the credential has another login by now
	 */
	private async readStoredToken(login: Login): Promise<string> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const hasSameLogin = isSameLogin(readLogin(credential), login);
		return hasSameLogin ? String(credential.token ?? '') : '';
	}

	// ------------------------------------------------------- send

	/**
	 * Sends a call that lists the branches and names none of them. Where the main branch is switched
	 * off, AlfaCRM refuses such a call, but accepts it inside another branch (API notes 2).
	 *
	 * The call is sent inside the branch that the credential names for it. If the credential names
	 * none, the call is sent without a branch. If AlfaCRM refuses it, the call is sent again inside
	 * the branch that the node's form names.
	 */
	private async listBranches(
		settings: ConnectionSettings,
		call: ApiRequest,
		isExpected: FailureTest,
	): Promise<Outcome> {
		const credentialBranch = settings.branchForBranchList;
		if (credentialBranch !== undefined) {
			const callInBranch = { ...call, branch: credentialBranch };
			return await this.sendWithTokens(settings, callInBranch, { isExpected });
		}

		const formBranch = readFormBranch(this.context, call.itemIndex);
		if (formBranch === undefined) {
			return await this.sendWithTokens(settings, call, { isExpected });
		}

		const returnedFailures = { isExpected, returnsBranchRefusals: true };
		const outcome = await this.sendWithTokens(settings, call, returnedFailures);
		const isRefused = 'failure' in outcome && canAnotherBranchHelp(outcome.failure);
		if (!isRefused) return outcome;

		const callInBranch = { ...call, branch: formBranch };
		return await this.sendWithTokens(settings, callInBranch, { isExpected });
	}

	/**
	 * Sends a call, and sends it again with another token for as long as AlfaCRM refuses the token.
	 *
	 * @returns the answer, or one of the failures that the caller wants to have returned
	 * @throws NodeApiError for any other failure
	 */
	private async sendWithTokens(
		settings: ConnectionSettings,
		call: ApiRequest,
		returnedFailures: ReturnedFailures,
	): Promise<Outcome> {
		const { isExpected, returnsBranchRefusals = false } = returnedFailures;
		const progress = new CallProgress();
		for (;;) {
			const outcome = await this.sendWithToken(settings, call, progress);
			if ('answer' in outcome) return outcome;

			const { failure } = outcome;
			// Another branch is more likely to help than another token.
			if (returnsBranchRefusals && canAnotherBranchHelp(failure)) return outcome;

			// AlfaCRM carries out nothing for a token that it refuses, so even a write is sent again.
			const isTokenRefused = await this.isTokenRefused(failure, progress);
			if (isTokenRefused && this.replaceToken(progress)) continue;

			// Asked only now, because the caller may expect a 403 that another token prevents.
			if (isExpected(failure)) return outcome;

			reportLostAnswer(failure, call, progress);
			throw this.makeError(failure, settings, call, progress);
		}
	}

	/**
	 * Sends a call with one token. Notes whether the outcome shows that the host is AlfaCRM's, and
	 * whether AlfaCRM refused the login.
	 */
	private async sendWithToken(
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<Outcome> {
		try {
			const answer = await this.sendWithRetries(settings, call, progress);
			this.hasAlfaCrmAnswered = true;
			// AlfaCRM accepts tokens again, so its earlier refusals no longer count.
			this.refusedNewTokens.clear();
			return { answer };
		} catch (error) {
			const failure = readFailure(error);
			// Only AlfaCRM gives tokens, and only AlfaCRM refuses a call in its own words.
			const isHostAlfaCrm = progress.loginCount > 0 || failure.kind === 'refusal';
			if (isHostAlfaCrm) this.hasAlfaCrmAnswered = true;

			this.refusedLogin.noteFailure(failure, progress.login);
			return { failure };
		}
	}

	/** Sends a call when the rate limiter allows it, and again where that does no harm. */
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
	 * Sends a call once through n8n, which first logs in if the credential has no token.
	 *
	 * The login may take a while. So the last check of the call, and the start of its clock, are
	 * registered here: the credential's code runs them when n8n has a token.
	 */
	private async sendOnce(
		settings: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const credential = await this.prepareCredential(settings, progress);
		const tokenBefore = credential.token;

		const clock = new CallClock(TIMEOUT_MS, this.signal);
		const lastCheck = new LastCheck(call, this.signal);
		registerCall(credential, () => {
			lastCheck.run();
			return clock.start();
		});

		try {
			const answer = this.sendByN8n(settings, call, credential);
			// While there is no token, n8n is still logging in, so AlfaCRM does not have the call yet.
			const isInProgress = () => credential.token !== '';
			return assertSuccess(await clock.wait(answer, isInProgress));
		} catch (error) {
			if (lastCheck.error !== undefined) throw lastCheck.error;

			const hasLoginFailed = credential.token === '';
			throw hasLoginFailed ? markAsNotSent(error) : error;
		} finally {
			clock.stop();
			// n8n writes the token of a new login into the credential.
			progress.noteToken(credential.token, { isNew: credential.token !== tokenBefore });
		}
	}

	/** Reads the credential of a call. If that fails, the error says that the call was not sent. */
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
	 * Hands a call to n8n.
	 *
	 * @param credential n8n writes a new token into it, so the caller learns which token AlfaCRM saw
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
			// Gives n8n the credential instead of its ID. Otherwise n8n would read the credential from
			// its database, with the stored token in place of the chosen one.
			credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: credential },
			// Keeps n8n from sending the call again after a 401. n8n would drop the body of that answer,
			// which tells whether AlfaCRM itself has sent it.
			preAuthenticationRetryStatusCode: [],
		};
		const answer = httpRequestWithAuthentication.call(
			this.context,
			CREDENTIAL,
			options,
			authentication,
		);
		return await (answer as Promise<unknown>);
	}

	// ------------------------------------------------------- which failures to retry with another token

	/** Tells whether a call failed because AlfaCRM refused its token. */
	private async isTokenRefused({ status }: ApiFailure, progress: CallProgress): Promise<boolean> {
		const { login, token } = progress;
		const hadToken = login !== undefined && token !== '';
		if (!hadToken) return false;

		if (status === 401) return true;
		if (status !== 403) return false;

		// Some clients log in again after a 403, so AlfaCRM may send one for an old token. API notes 1.
		if (!this.isFreshToken(login, token)) return true;

		// A fresh token has not expired: the user lacks the right, unless a new login has ended it.
		return await this.isReplaced(token);
	}

	/**
	 * Makes the session give another token to the next attempt of a call, because AlfaCRM has refused
	 * the present token.
	 *
	 * @returns false if there is no use in another token, after too many logins in vain
	 */
	private replaceToken(progress: CallProgress): boolean {
		if (progress.isNewToken) this.refusedNewTokens.add(progress.token);

		// Counts the logins of this call, and the logins of other calls since the last success.
		const loginsInVain = Math.max(progress.loginCount, this.refusedNewTokens.size);
		if (loginsInVain >= MOST_LOGINS) return false;

		progress.rejectToken();
		return true;
	}

	/**
	 * Tells whether this process logged in for a token while this client was at work, and at most
	 * five minutes ago.
	 */
	private isFreshToken(login: Login, token: string): boolean {
		const freshSince = Math.max(this.beganAt, performance.now() - YOUNG_TOKEN_MS);
		return getSession(login).wasIssuedSince(token, freshSince);
	}

	/** Tells whether another process has logged in meanwhile, which may have ended this token. */
	private async isReplaced(token: string): Promise<boolean> {
		const { token: storedToken } = await this.context.getCredentials(CREDENTIAL);
		return Boolean(storedToken) && storedToken !== token;
	}

	// ------------------------------------------------------- what the error says

	/** Makes the error for a call that failed, without the secrets of the credential. */
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

		// AlfaCRM's own words may repeat what was sent.
		const secrets = [progress.token, progress.login?.apiKey, progress.login?.appKey];
		const message = redact(explanation.message, secrets);
		const { advice, effect } = explanation.descriptionParts;
		const descriptionParts = { advice: redact(advice, secrets), effect };
		const description = formatDescription(descriptionParts);

		const text = { message, description, status: explanation.status };
		const error = nodeError(this.node, text, call.itemIndex, explanation.n8nFailure);
		return attachDescriptionParts(error, descriptionParts);
	}
}

/** Notes how long one call takes, and which tokens it used. */
class CallProgress {
	private readonly beganAt = performance.now();
	/** The login that the token belongs to. */
	login?: Login;
	/** The token that AlfaCRM saw last; empty if there was none. */
	token = '';
	/** Whether n8n logged in for that token during this call. */
	isNewToken = false;
	/** How many times n8n has logged in during this call. */
	loginCount = 0;

	/** How many milliseconds the call has taken so far. */
	get elapsedMs(): number {
		return performance.now() - this.beganAt;
	}

	/** Notes with which token an attempt was sent. */
	noteToken(token: string, { isNew }: { isNew: boolean }): void {
		this.token = token;
		this.isNewToken = isNew;
		if (isNew) this.loginCount += 1;
	}

	/** Keeps all calls of the login from sending this token again. */
	rejectToken(): void {
		if (this.login !== undefined) getSession(this.login).reject(this.token);
	}
}

/**
 * The check right before a call is sent: whether the execution was cancelled meanwhile, and whether
 * the caller still wants the call.
 */
class LastCheck {
	/**
	 * Why the call must not be sent; undefined if it may be sent. It is kept here because n8n wraps
	 * it into an error of its own.
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
 * Makes the error for a call whose credential was changed to another account after the first call.
 */
function makeOtherAccountError(): ResponseError {
	// Continues a message such as "Could not create a customer: ".
	const serverMessage = 'the credential was changed to another account meanwhile. Run it again.';
	return new ResponseError({ kind: 'notSent', serverMessage });
}

/**
 * Tells the caller that AlfaCRM may have carried out a call that failed: the record may be there,
 * or may come in a moment.
 */
function reportLostAnswer(failure: ApiFailure, call: ApiRequest, progress: CallProgress): void {
	if (!mayHaveTakenEffect(failure)) return;

	const msInProgress = estimateMsInProgress(failure, progress.elapsedMs);
	call.onAnswerLost?.(msInProgress);
}

/**
 * Returns for how many milliseconds AlfaCRM may still be at work on a call whose answer was lost. A
 * call that took long may take as long again.
 */
function estimateMsInProgress(failure: ApiFailure, elapsedMs: number): number {
	if (!mayBeInProgress(failure)) return 0;

	return Math.min(Math.max(elapsedMs, MIN_IN_PROGRESS_MS), TIMEOUT_MS);
}

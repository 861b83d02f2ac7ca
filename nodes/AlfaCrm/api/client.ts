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
	mayAnswerInOtherBranch,
	readFormBranch,
	TIMEOUT_MS,
} from './request';
import { withRetries } from './retry';
import type { Login } from './session';
import { getSession, nameAccount, readLogin, YOUNG_TOKEN_MS } from './session';

/** The name of the type of the credential. */
export const CREDENTIAL = 'alfaCrmApi';

/** AlfaCRM gets at least this long to end a call whose answer was lost. */
const MIN_IN_PROGRESS_MS = 1_000;

/**
 * A credential that was read is used for this long, because n8n queries its database for each
 * reading.
 */
const CREDENTIAL_MS = 1_000;

/**
 * A client gives up after this many logins whose tokens were refused. In an account where each
 * login ends the older tokens, two n8n processes would otherwise end each other's tokens again and
 * again. Nobody knows whether AlfaCRM ends them (API notes 1).
 */
const MOST_LOGINS = 3;

/** How a call ended: with the answer of a success, or with a failure. */
type Outcome = { answer: ApiResponse } | { failure: ApiFailure };

/** The data of the credential. n8n writes the token of a new login into this object. */
type CredentialWithToken = ICredentialDataDecryptedObject & { token: string };

type FailureTest = (failure: ApiFailure) => boolean;

/** The failures that are returned to the caller. Each other failure is thrown. */
interface ReturnedFailures {
	/** Tells whether the caller knows what to do about a failure. Asked after all other tokens. */
	isExpected: FailureTest;
	/**
	 * Tells whether the caller goes on in another branch after a failure. That failure is returned
	 * at once, without a try with another token.
	 */
	isRetriedInOtherBranch?: FailureTest;
}

/**
 * Speaks to AlfaCRM for one execution of a node, one poll, or one dropdown. Make a new client for
 * each of them, because the credential may be edited in between.
 *
 * A call goes through these steps: `attempt` connects, which means that it reads the credential;
 * `sendWithTokens` tries another token where AlfaCRM refuses one; `sendWithRetries` waits for the
 * rate limiter and repeats what is safe to repeat; `sendOnce` sends the call; `makeError` puts a
 * failure into words.
 */
export class ApiClient {
	/**
	 * The names of the actions, such as `customer/index`, that are called without a page size,
	 * because AlfaCRM has refused one or a large page did not arrive.
	 */
	readonly actionsWithoutPageSize = new Set<string>();
	private connection?: ConnectionSettings;
	/** The credential as it was read last, and when, by `performance.now()`. */
	private credential?: { values: ICredentialDataDecryptedObject; readAt: number };
	private readonly refusedLogin = new RefusedLogin();
	/** New tokens that AlfaCRM refused since the last call that succeeded. */
	private readonly refusedNewTokens = new Set<string>();
	/** When the work of this client began, by `performance.now()`. */
	private readonly beganAt = performance.now();
	/** Whether AlfaCRM has answered a call or taken a login, so that the hostname is right. */
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
		return 'getExecutionCancelSignal' in this.context
			? this.context.getExecutionCancelSignal()
			: undefined;
	}

	/** Names the AlfaCRM and its user. All credentials that lead there have the same account. */
	async account(): Promise<string> {
		return (await this.connect(undefined)).account;
	}

	/**
	 * Returns the email of the credential's user, to look that user up. Never put it into a message
	 * or an output.
	 */
	async email(): Promise<string> {
		return (await this.connect(undefined)).email;
	}

	/** Returns the address of AlfaCRM without a path, such as `https://demo.s20.online`. */
	async origin(): Promise<string> {
		return (await this.connect(undefined)).origin;
	}

	/**
	 * How many calls may be in flight: as many as the credential says, or as many as it takes at the
	 * present speed of AlfaCRM to reach the rate.
	 */
	get callsAtOnce(): number {
		if (this.connection === undefined) return 1;

		const { origin, perSecond, callsAtOnce } = this.connection;
		return callsAtOnce > 0 ? callsAtOnce : getRateLimiter(origin).callsAtOnce(perSecond);
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`. It waits for the
	 * rate limiter, logs in if there is no valid token, and is sent again where that is safe.
	 *
	 * @returns the JSON of a successful answer: an object, for some actions a list
	 * @throws NodeApiError that says what happened and what to do
	 */
	async request(call: ApiRequest): Promise<ApiResponse> {
		const expectsNoFailure = () => false;
		return (await this.attempt(call, expectsNoFailure)) as ApiResponse;
	}

	/**
	 * Sends one call like `request`, for a caller that knows what to do about some failures.
	 *
	 * @returns undefined after a failure that `isExpected` accepts
	 * @throws NodeApiError for any other failure
	 */
	async attempt(call: ApiRequest, isExpected: FailureTest): Promise<ApiResponse | undefined> {
		const connection = await this.connect(call.itemIndex);

		// AlfaCRM may refuse to list the branches unless the call names one of them.
		const mayNeedBranch = isBranchList(call) && call.branch === undefined;
		const outcome = mayNeedBranch
			? await this.listBranches(connection, call, isExpected)
			: await this.sendWithTokens(connection, call, { isExpected });

		return 'answer' in outcome ? outcome.answer : undefined;
	}

	// ------------------------------------------------------- connect

	/**
	 * Connects, which only means that the credential is read. Does so once for all calls; after a
	 * failure, the next call tries again.
	 */
	private async connect(itemIndex: number | undefined): Promise<ConnectionSettings> {
		this.connection ??= await this.readConnection(itemIndex);
		return this.connection;
	}

	/**
	 * Reads the connection from the credential.
	 *
	 * @throws NodeApiError if 'Hostname' is not a host name
	 */
	private async readConnection(itemIndex: number | undefined): Promise<ConnectionSettings> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const canBeCancelled = 'getExecutionCancelSignal' in this.context;
		try {
			return readConnectionSettings(credential, { canBeCancelled });
		} catch (error) {
			const { message } = error as Error;
			throw nodeError(this.node, { message }, itemIndex, { cause: 'configuration-invalid' });
		}
	}

	/**
	 * Returns the credential with the token to send. An empty token makes n8n log in.
	 *
	 * @throws ResponseError if the credential leads to another account by now, or if AlfaCRM has
	 * refused its login before
	 */
	private async readCredentialWithToken(
		connection: ConnectionSettings,
		progress: CallProgress,
	): Promise<CredentialWithToken> {
		const { values, readAt } = await this.readCredential();
		const login = readLogin(values);
		const isOtherAccount = nameAccount(login) !== connection.account;
		if (isOtherAccount) {
			const serverMessage =
				'the credential was changed to another account meanwhile. Run it again.';
			throw new ResponseError({ kind: 'notSent', serverMessage });
		}

		progress.login = login;
		const loginFailure = this.refusedLogin.findFailure(login);
		if (loginFailure !== undefined) throw new ResponseError(loginFailure);

		const readStoredToken = async () => await this.readStoredToken(login);
		const token = await getSession(login).chooseToken(
			String(values.token ?? ''),
			readAt,
			readStoredToken,
		);
		return { ...values, token };
	}

	/**
	 * Returns the credential as it was at most a second ago. After a login that was refused it is
	 * read again, because somebody may have corrected it.
	 */
	private async readCredential(): Promise<NonNullable<ApiClient['credential']>> {
		const now = performance.now();
		const { credential } = this;
		const isFresh = credential !== undefined && now - credential.readAt < CREDENTIAL_MS;
		if (isFresh && !this.refusedLogin.exists) return credential;

		const values = await this.context.getCredentials(CREDENTIAL);
		this.credential = { values, readAt: now };
		return this.credential;
	}

	/**
	 * Reads the token that n8n's database holds by now, where another process may have stored one.
	 *
	 * @returns an empty text if there is none, or if the credential has another login by now
	 */
	private async readStoredToken(login: Login): Promise<string> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const hasSameLogin = getSession(readLogin(credential)) === getSession(login);
		return hasSameLogin ? String(credential.token ?? '') : '';
	}

	// ------------------------------------------------------- send

	/**
	 * Sends a call that lists the branches and names none of them. Where the main branch is switched
	 * off, AlfaCRM refuses such a call, but answers it inside another branch (API notes 2).
	 *
	 * If the credential names a branch for this, the call is sent inside that one. If it names none,
	 * the call is sent without a branch first and, after a refusal, inside the branch that the node's
	 * form names.
	 */
	private async listBranches(
		connection: ConnectionSettings,
		call: ApiRequest,
		isExpected: FailureTest,
	): Promise<Outcome> {
		const credentialBranch = connection.branchForBranchList;
		if (credentialBranch !== undefined) {
			const callInBranch = { ...call, branch: credentialBranch };
			return await this.sendWithTokens(connection, callInBranch, { isExpected });
		}

		const formBranch = readFormBranch(this.context, call.itemIndex);
		if (formBranch === undefined) {
			return await this.sendWithTokens(connection, call, { isExpected });
		}

		const outcome = await this.sendWithTokens(connection, call, {
			isExpected,
			isRetriedInOtherBranch: mayAnswerInOtherBranch,
		});
		const isOtherBranchNeeded = 'failure' in outcome && mayAnswerInOtherBranch(outcome.failure);
		if (!isOtherBranchNeeded) return outcome;

		const callInBranch = { ...call, branch: formBranch };
		return await this.sendWithTokens(connection, callInBranch, { isExpected });
	}

	/**
	 * Sends a call, and sends it again with another token for as long as AlfaCRM refuses the token.
	 *
	 * @returns the answer, or a failure that the caller wants to have
	 * @throws NodeApiError for any other failure
	 */
	private async sendWithTokens(
		connection: ConnectionSettings,
		call: ApiRequest,
		returnedFailures: ReturnedFailures,
	): Promise<Outcome> {
		const { isExpected, isRetriedInOtherBranch } = returnedFailures;
		const progress = new CallProgress();
		for (;;) {
			const outcome = await this.sendWithToken(connection, call, progress);
			if ('answer' in outcome) return outcome;

			const { failure } = outcome;
			// Another branch is more likely to help than another token.
			if (isRetriedInOtherBranch?.(failure)) return outcome;

			// AlfaCRM carries out nothing for a token that it refuses, so even a write is sent again.
			const isTokenRejected = await this.rejectTokenIfToBlame(failure, progress);
			if (isTokenRejected) continue;

			// Asked only now, because the caller may expect a 403 and another token may prevent it.
			if (isExpected(failure)) return outcome;

			// The caller has to know that the record may be there, or may come in a moment.
			if (mayHaveTakenEffect(failure)) {
				const msInProgress = estimateMsInProgress(failure, progress.elapsedMs);
				call.onAnswerLost?.(msInProgress);
			}
			throw this.makeError(failure, connection, call, progress);
		}
	}

	/**
	 * Sends a call with one token. Notes whether the outcome shows that the host is AlfaCRM's, and
	 * whether AlfaCRM refused the login.
	 */
	private async sendWithToken(
		connection: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<Outcome> {
		try {
			const answer = await this.sendWithRetries(connection, call, progress);
			this.hasAlfaCrmAnswered = true;
			// AlfaCRM accepts tokens again, so its earlier refusals no longer count.
			this.refusedNewTokens.clear();
			return { answer };
		} catch (error) {
			const failure = readFailure(error);
			// Only AlfaCRM gives tokens, and only AlfaCRM finds fault with the fields of a call.
			const isHostAlfaCrm = progress.loginCount > 0 || failure.kind === 'refusal';
			if (isHostAlfaCrm) this.hasAlfaCrmAnswered = true;

			this.refusedLogin.note(failure, progress.login);
			return { failure };
		}
	}

	/** Sends a call when the rate limiter allows it, and again where that does no harm. */
	private async sendWithRetries(
		connection: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const limiter = getRateLimiter(connection.origin);
		const options = {
			perSecond: connection.perSecond,
			atOnce: connection.callsAtOnce,
			signal: this.signal,
			isIdempotent: call.isIdempotent,
			rateLimitWaitMs: connection.rateLimitWaitMs,
		};
		const send = async () => await this.sendOnce(connection, call, progress);
		return await withRetries(limiter, options, send);
	}

	/**
	 * Sends a call once through n8n, which first logs in if the credential has no token.
	 *
	 * n8n may take a while for that. So what belongs right before the call is registered here, and
	 * the credential's code runs it when n8n has a token.
	 */
	private async sendOnce(
		connection: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const credential = await this.prepareCredential(connection, progress);
		const tokenBefore = credential.token;

		const clock = new CallClock(TIMEOUT_MS, this.signal);
		// n8n wraps this error into one of its own, so it is kept.
		let errorBeforeSending: unknown;
		registerCall(credential, () => {
			errorBeforeSending = this.findReasonNotToSend(call);
			if (errorBeforeSending !== undefined) throw errorBeforeSending;

			return clock.start();
		});

		try {
			const answer = this.sendByN8n(connection, call, credential);
			// While there is no token, n8n is still logging in, so AlfaCRM does not have the call yet.
			const isInProgress = () => credential.token !== '';
			return assertSuccess(await clock.wait(answer, isInProgress));
		} catch (error) {
			if (errorBeforeSending !== undefined) throw errorBeforeSending;
			throw credential.token === '' ? markAsNotSent(error) : error;
		} finally {
			clock.stop();
			// n8n writes the token of a new login into the credential.
			progress.noteToken(credential.token, { isNew: credential.token !== tokenBefore });
		}
	}

	/** Reads the credential of a call. If that fails, the error says that the call was not sent. */
	private async prepareCredential(
		connection: ConnectionSettings,
		progress: CallProgress,
	): Promise<CredentialWithToken> {
		try {
			return await this.readCredentialWithToken(connection, progress);
		} catch (error) {
			throw markAsNotSent(error);
		}
	}

	/**
	 * Finds out why a call must not be sent any more.
	 *
	 * @returns the error to throw; undefined if the call may be sent
	 */
	private findReasonNotToSend(call: ApiRequest): unknown {
		if (this.signal?.aborted) return makeCancelledError();

		try {
			call.onSend?.();
			return undefined;
		} catch (error) {
			return error;
		}
	}

	/**
	 * Hands a call to n8n.
	 *
	 * @param credential n8n writes a new token into it, so the caller learns which token AlfaCRM saw
	 */
	private async sendByN8n(
		connection: ConnectionSettings,
		call: ApiRequest,
		credential: ICredentialDataDecryptedObject,
	): Promise<unknown> {
		const { httpRequestWithAuthentication } = this.context.helpers;
		const url = `${connection.origin}/${buildPath(call)}`;
		const options = makeRequestOptions(url, call);
		return await (httpRequestWithAuthentication.call(this.context, CREDENTIAL, options, {
			credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: credential },
			// n8n must send nothing again: it would not show the body of a 401, which may be no answer of
			// AlfaCRM at all.
			preAuthenticationRetryStatusCode: [],
		}) as Promise<unknown>);
	}

	// ------------------------------------------------------- which failures to retry with another token

	/**
	 * Rejects the token of a call that failed because of it. The session then gives another token, so
	 * the call can be sent again.
	 *
	 * @returns whether the token was rejected; false if it is not to blame, or after too many logins
	 */
	private async rejectTokenIfToBlame(
		failure: ApiFailure,
		progress: CallProgress,
	): Promise<boolean> {
		const { login, token } = progress;
		// The call failed before it had a token.
		if (login === undefined || token === '') return false;

		const isTokenToBlame = await this.isTokenToBlame(failure, login, token);
		if (!isTokenToBlame) return false;

		if (progress.isNewToken) this.refusedNewTokens.add(token);
		// Counts the logins of this call, and the logins of other calls since the last success.
		const loginsInVain = Math.max(progress.loginCount, this.refusedNewTokens.size);
		if (loginsInVain >= MOST_LOGINS) return false;

		getSession(login).reject(token);
		return true;
	}

	/** Tells whether a call failed because of its token. */
	private async isTokenToBlame(
		{ status }: ApiFailure,
		login: Login,
		token: string,
	): Promise<boolean> {
		if (status === 401) return true;
		if (status !== 403) return false;

		// Some clients log in again after a 403, so AlfaCRM may send one for an old token. API notes 1.
		if (!this.isFreshToken(login, token)) return true;

		// A fresh token has not expired: the user lacks the right, unless a new login has ended it.
		return await this.isReplaced(token);
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
		connection: ConnectionSettings,
		call: ApiRequest,
		progress: CallProgress,
	): NodeApiError {
		const explanation = explainFailure(failure, {
			...call,
			host: new URL(connection.origin).host,
			isHostKnown: this.hasAlfaCrmAnswered,
			isNewLogin: progress.loginCount > 0,
			rateLimitWaitMs: connection.rateLimitWaitMs,
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

	get elapsedMs(): number {
		return performance.now() - this.beganAt;
	}

	noteToken(token: string, { isNew }: { isNew: boolean }): void {
		this.token = token;
		this.isNewToken = isNew;
		if (isNew) this.loginCount += 1;
	}
}

/**
 * Returns for how many milliseconds AlfaCRM may still be at work on a call whose answer was lost. A
 * call that took long may take as long again.
 */
function estimateMsInProgress(failure: ApiFailure, elapsedMs: number): number {
	if (!mayBeInProgress(failure)) return 0;

	return Math.min(Math.max(elapsedMs, MIN_IN_PROGRESS_MS), TIMEOUT_MS);
}

import type { ICredentialDataDecryptedObject, INode, NodeApiError } from 'n8n-workflow';

import type { ApiContext, ApiRequest } from './request';
import {
	branchOfForm,
	isBranchList,
	mayAnswerElsewhere,
	pathOf,
	requestOptions,
	TIMEOUT_MS,
} from './request';
import { CallClock } from './cancel';
import { keepDescriptionParts, wordDescription } from './effects';
import type { ApiFailure, ApiResponse } from './failures';
import {
	cancelled,
	failureOf,
	mayBeInProgress,
	mayHaveTakenEffect,
	nodeError,
	redact,
	ResponseError,
	assertSuccess,
	unsent,
} from './failures';
import { explain } from './messages';
import { readId } from '../values/formats';
import { rateLimiterOf, readCallsAtOnce, readRate } from './rateLimiter';
import { readRateLimitWait, SHORT_RATE_LIMIT_WAIT_MS, withRetries } from './retry';
import type { Login } from './session';
import { accountOf, FRESH_MS, loginOf, noteCall, sessionOf } from './session';

export const CREDENTIAL = 'alfaCrmApi';

/** AlfaCRM gets at least this long to end a call whose answer was lost. */
const MIN_IN_PROGRESS_MS = 1_000;

/**
 * A credential that was read is used for this long, because n8n queries its database for each
 * reading.
 */
const CREDENTIAL_MS = 1_000;

/**
 * After so many logins whose tokens were refused, an execution gives up. In an account where each
 * login ends the older tokens, two n8n processes would otherwise end each other's tokens again and
 * again. API notes 1.
 */
const MOST_LOGINS = 3;

/**
 * After a login that a web page answered, no other login is tried for this long: a firewall that
 * stopped the login of one item stops those of all others too.
 */
const WEB_PAGE_PAUSE_MS = 60_000;

/** The settings of the credential that hold for all calls. */
interface Connection {
	origin: string;
	account: string;
	email: string;
	perSecond: number;
	/** 0 for as many as the rate needs. */
	callsAtOnce: number;
	rateLimitWaitMs: number;
	/** The branch in which the list of branches is called. */
	branchId?: number;
}

/** The answer of a call, or the failure that its caller expected. */
type Outcome = { answer: ApiResponse } | { failure: ApiFailure };

interface ExpectedFailures {
	/** Tells whether the caller knows what to do about a failure. */
	isExpected: (failure: ApiFailure) => boolean;
	/** Tells the same about a failure after which not even another token is to be tried. */
	isFinal?: (failure: ApiFailure) => boolean;
}

/** A login that AlfaCRM or a firewall refused. Each of many items would try it again. */
interface RefusedLogin {
	login: string;
	failure: ApiFailure;
	/** Until when it is not tried again, by `performance.now()`. */
	until: number;
}

/**
 * Speaks to AlfaCRM for one execution of a node, one poll, or one dropdown. Make a new client for
 * each of them, because the credential may be edited in between.
 *
 * A call goes through these steps: `request` reads the connection from the credential;
 * `sendWithTokens` tries another token where AlfaCRM refuses one; `sendWithRetries` waits for the
 * rate limiter and repeats what is safe to repeat; `sendOnce` sends.
 */
export class ApiClient {
	private connection?: Connection;
	/**
	 * Actions whose lists AlfaCRM gives without a page size only, such as `customer/index`.
	 * API notes 7a.
	 */
	readonly withoutPageSize = new Set<string>();
	private credential?: { values: ICredentialDataDecryptedObject; readAt: number };
	private refusedLogin?: RefusedLogin;
	/** New tokens that AlfaCRM refused since the last call that succeeded. */
	private readonly refusedNewTokens = new Set<string>();
	private readonly begun = performance.now();
	/** Whether AlfaCRM has answered a call or taken a login, so that the hostname is right. */
	private isHostKnown = false;

	/** @param deadline ends all calls when it aborts, in a context that cannot be cancelled itself */
	constructor(
		private readonly context: ApiContext,
		private readonly deadline?: AbortSignal,
	) {}

	get node(): INode {
		return this.context.getNode();
	}

	get zone(): string {
		return this.context.getTimezone();
	}

	/**
	 * Aborts when the execution is cancelled or the deadline has come. Polls and dropdowns have
	 * neither.
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

	async origin(): Promise<string> {
		return (await this.connect(undefined)).origin;
	}

	/**
	 * How many calls may be under way at once: as many as the credential says, or as many as the rate
	 * needs by now.
	 */
	get callsAtOnce(): number {
		if (this.connection === undefined) return 1;

		const { origin, perSecond, callsAtOnce } = this.connection;
		return callsAtOnce || rateLimiterOf(origin).callsAtOnce(perSecond);
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`. It waits for the
	 * rate limiter, logs in if there is no valid token, and is sent again where that is safe.
	 *
	 * @returns the JSON of a successful answer: an object, for some actions a list
	 * @throws NodeApiError that says what happened and what to do
	 */
	async request(call: ApiRequest): Promise<ApiResponse> {
		return (await this.attempt(call, () => false)) as ApiResponse;
	}

	/**
	 * Sends one call like `request`, where the caller knows what to do about some failures.
	 *
	 * @returns undefined after a failure that `isExpected` accepts
	 */
	async attempt(
		call: ApiRequest,
		isExpected: (failure: ApiFailure) => boolean,
	): Promise<ApiResponse | undefined> {
		const connection = await this.connect(call.itemIndex);
		const isWithoutBranch = isBranchList(call) && call.branch === undefined;
		const outcome = isWithoutBranch
			? await this.readBranchList(connection, call, isExpected)
			: await this.sendWithTokens(connection, call, { isExpected });
		return 'answer' in outcome ? outcome.answer : undefined;
	}

	/**
	 * Reads the list of branches. Where the main branch is switched off, AlfaCRM answers this call
	 * only inside another branch: the one that the credential names for it, or the one of the form.
	 * API notes 2.
	 */
	private async readBranchList(
		connection: Connection,
		call: ApiRequest,
		isExpected: (failure: ApiFailure) => boolean,
	): Promise<Outcome> {
		const branch = connection.branchId ?? branchOfForm(this.context, call.itemIndex);
		if (branch === undefined) return await this.sendWithTokens(connection, call, { isExpected });

		const inBranch = { ...call, branch };
		if (connection.branchId !== undefined) {
			return await this.sendWithTokens(connection, inBranch, { isExpected });
		}

		const outcome = await this.sendWithTokens(connection, call, {
			isExpected,
			isFinal: mayAnswerElsewhere,
		});
		const isRefused = 'failure' in outcome && mayAnswerElsewhere(outcome.failure);
		return isRefused ? await this.sendWithTokens(connection, inBranch, { isExpected }) : outcome;
	}

	/** Sends a call, and again with another token while AlfaCRM refuses the token. */
	private async sendWithTokens(
		connection: Connection,
		call: ApiRequest,
		{ isExpected, isFinal = () => false }: ExpectedFailures,
	): Promise<Outcome> {
		const progress = new CallProgress();
		for (;;) {
			try {
				const answer = await this.sendWithRetries(connection, call, progress);
				this.refusedNewTokens.clear();
				this.isHostKnown = true;
				return { answer };
			} catch (error) {
				const failure = failureOf(error);
				this.isHostKnown ||= progress.loginCount > 0 || failure.kind === 'refusal';
				this.noteRefusedLogin(failure, progress.login);

				if (isFinal(failure)) return { failure };
				if (await this.giveUpToken(failure, progress)) continue;
				if (isExpected(failure)) return { failure };

				if (mayHaveTakenEffect(failure)) call.onLost?.(inProgressMs(failure, progress.elapsedMs));
				throw this.errorOf(failure, connection, call, progress);
			}
		}
	}

	/** Sends a call at the limited rate, and again where that does no harm. */
	private async sendWithRetries(
		connection: Connection,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const options = {
			perSecond: connection.perSecond,
			atOnce: connection.callsAtOnce,
			signal: this.signal,
			isIdempotent: call.isIdempotent,
			rateLimitWaitMs: connection.rateLimitWaitMs,
		};
		const send = async () => await this.sendOnce(connection, call, progress);
		return await withRetries(rateLimiterOf(connection.origin), options, send);
	}

	/** Sends a call once. n8n logs in before it if there is no token. */
	private async sendOnce(
		connection: Connection,
		call: ApiRequest,
		progress: CallProgress,
	): Promise<ApiResponse> {
		const credential = await this.credentialWithToken(connection, progress).catch(
			(error: unknown) => {
				throw unsent(error);
			},
		);
		const tokenBefore = credential.token;
		const clock = new CallClock(TIMEOUT_MS, this.signal);
		let errorBeforeSending: unknown;
		noteCall(credential, () => {
			try {
				// Reading the credential and logging in took n8n a while.
				if (this.signal?.aborted) throw cancelled();
				call.onSend?.();
			} catch (error) {
				errorBeforeSending = error;
			}
			if (errorBeforeSending !== undefined) throw errorBeforeSending;
			return clock.start();
		});

		try {
			const answer = this.sendByN8n(`${connection.origin}/${pathOf(call)}`, call, credential);
			// The signal of the clock ends the request, but not the login before it, during which there
			// is no token yet.
			return assertSuccess(await clock.wait(answer, () => credential.token !== ''));
		} catch (error) {
			// n8n wraps the error into one of its own.
			if (errorBeforeSending !== undefined) throw errorBeforeSending;
			throw credential.token === '' ? unsent(error) : error;
		} finally {
			clock.stop();
			progress.noteToken(credential.token, { isNew: credential.token !== tokenBefore });
		}
	}

	/**
	 * @param credential n8n writes a new token into it, so the caller learns which token AlfaCRM saw
	 */
	private async sendByN8n(
		url: string,
		call: ApiRequest,
		credential: ICredentialDataDecryptedObject,
	): Promise<unknown> {
		const { httpRequestWithAuthentication } = this.context.helpers;
		return await (httpRequestWithAuthentication.call(
			this.context,
			CREDENTIAL,
			requestOptions(url, call),
			{
				credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: credential },
				// n8n must send nothing again: it would not show the body of a 401, which may be no answer
				// of AlfaCRM at all.
				preAuthenticationRetryStatusCode: [],
			},
		) as Promise<unknown>);
	}

	private errorOf(
		failure: ApiFailure,
		{ origin, rateLimitWaitMs }: Connection,
		call: ApiRequest,
		{ elapsedMs, login, loginCount, token }: CallProgress,
	): NodeApiError {
		const explanation = explain(failure, {
			...call,
			host: new URL(origin).host,
			isHostKnown: this.isHostKnown,
			isNewLogin: loginCount > 0,
			rateLimitWaitMs,
			waitedMs: elapsedMs,
		});

		// AlfaCRM's own words may repeat what was sent.
		const secrets = [token, login?.apiKey, login?.appKey];
		const { advice, effect } = explanation.descriptionParts;
		const descriptionParts = { advice: redact(advice, secrets), effect };
		const text = {
			message: redact(explanation.message, secrets),
			description: wordDescription(descriptionParts),
			status: explanation.status,
		};
		const error = nodeError(this.node, text, call.itemIndex, explanation.failure);
		return keepDescriptionParts(error, descriptionParts);
	}

	// ------------------------------------------------------- refused logins and tokens

	/**
	 * Remembers a login that was refused: until the credential is corrected, or for a while if a web
	 * page answered it.
	 */
	private noteRefusedLogin(failure: ApiFailure, login: Login | undefined): void {
		if (failure.kind !== 'login' || this.isRefused(login)) return;

		const isLasting = ['credential-invalid', 'configuration-invalid'].includes(
			failure.declaredCause ?? '',
		);
		if (!isLasting && !failure.isForeign) return;

		const until = isLasting ? Infinity : performance.now() + WEB_PAGE_PAUSE_MS;
		this.refusedLogin = { login: JSON.stringify(login), failure, until };
	}

	private isRefused(login: Login | undefined): boolean {
		const { refusedLogin } = this;
		return refusedLogin?.login === JSON.stringify(login) && performance.now() < refusedLogin.until;
	}

	/**
	 * Gives up the token of a call after a 401. After a 403 too, because some clients log in again
	 * after one (API notes 1); but a 403 for a fresh token means that the user lacks the right.
	 *
	 * @returns whether another token is to be tried
	 */
	private async giveUpToken(
		{ status }: ApiFailure,
		{ login, token, loginCount, isNewToken }: CallProgress,
	): Promise<boolean> {
		if (login === undefined || token === '' || (status !== 401 && status !== 403)) return false;

		const session = sessionOf(login);
		// A token that this execution has logged in for, or that is a few minutes old, has not expired.
		const isFresh = session.isIssuedSince(
			token,
			Math.max(this.begun, performance.now() - FRESH_MS),
		);
		if (status === 403 && isFresh && !(await this.isReplaced(token))) return false;

		if (isNewToken) this.refusedNewTokens.add(token);
		if (Math.max(loginCount, this.refusedNewTokens.size) >= MOST_LOGINS) return false;

		session.reject(token);
		return true;
	}

	/** Tells whether another process has logged in meanwhile, which may have ended this token. */
	private async isReplaced(token: string): Promise<boolean> {
		const { token: stored } = await this.context.getCredentials(CREDENTIAL);
		return Boolean(stored) && stored !== token;
	}

	// ------------------------------------------------------- the credential

	/**
	 * Reads the connection from the credential, once for all calls. After a failure, the next call
	 * reads it again.
	 */
	private async connect(itemIndex: number | undefined): Promise<Connection> {
		return (this.connection ??= await this.readConnection(itemIndex));
	}

	private async readConnection(itemIndex: number | undefined): Promise<Connection> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const wait = readRateLimitWait(credential.rateLimitWait);
		try {
			const login = loginOf(credential);
			return {
				origin: login.origin,
				account: accountOf(login),
				email: login.email,
				perSecond: readRate(credential.requestsPerSecond),
				callsAtOnce: readCallsAtOnce(credential.callsAtOnce),
				// Only an execution can be cancelled. A poll has little time, and nobody looks at an empty
				// dropdown for long.
				rateLimitWaitMs: this.isExecution ? wait : Math.min(wait, SHORT_RATE_LIMIT_WAIT_MS),
				branchId: readId(credential.branchId),
			};
		} catch (error) {
			const { message } = error as Error;
			throw nodeError(this.node, { message }, itemIndex, { cause: 'configuration-invalid' });
		}
	}

	private get isExecution(): boolean {
		return 'getExecutionCancelSignal' in this.context;
	}

	/**
	 * Returns the credential with the token to send. An empty token makes n8n log in.
	 *
	 * @throws ResponseError if the credential leads to another account by now, or its login was
	 * refused
	 */
	private async credentialWithToken(
		{ account }: Connection,
		progress: CallProgress,
	): Promise<ICredentialDataDecryptedObject & { token: string }> {
		const { values, readAt } = await this.readCredential();
		const login = loginOf(values);
		if (accountOf(login) !== account) {
			const serverMessage =
				'the credential was changed to another account meanwhile. Run it again.';
			throw new ResponseError({ kind: 'notSent', serverMessage });
		}

		progress.login = login;
		if (this.refusedLogin !== undefined && this.isRefused(login)) {
			throw new ResponseError(this.refusedLogin.failure);
		}

		const session = sessionOf(login);
		const readStoredToken = async () => {
			const stored = await this.context.getCredentials(CREDENTIAL);
			return sessionOf(loginOf(stored)) === session ? String(stored.token ?? '') : '';
		};
		const token = await session.token(String(values.token ?? ''), readAt, readStoredToken);
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
		if (isFresh && this.refusedLogin === undefined) return credential;

		const values = await this.context.getCredentials(CREDENTIAL);
		this.credential = { values, readAt: now };
		return this.credential;
	}
}

/** Notes how long one call takes, and which tokens it used. */
class CallProgress {
	private readonly begun = performance.now();
	/** The login that the token belongs to. */
	login?: Login;
	/** The token that AlfaCRM saw last; empty before the first. */
	token = '';
	/** Whether n8n logged in for that token during this call. */
	isNewToken = false;
	/** How many times n8n has logged in during this call. */
	loginCount = 0;

	get elapsedMs(): number {
		return performance.now() - this.begun;
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
function inProgressMs(failure: ApiFailure, elapsedMs: number): number {
	if (!mayBeInProgress(failure)) return 0;

	return Math.min(Math.max(elapsedMs, MIN_IN_PROGRESS_MS), TIMEOUT_MS);
}

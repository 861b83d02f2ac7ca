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
/** How long AlfaCRM is given at least to end what it may still be at work on. */
const MIN_IN_PROGRESS_MS = 1_000;
/** How long a credential is used without reading it again, which takes n8n a query of its database each time. */
const CREDENTIAL_MS = 1_000;
/**
 * How many logins of one execution may bring a token that is refused, before it is given up. Where a login ended the older tokens,
 * processes would end each other's; a token that another process has stored meanwhile costs no login. API notes 1.
 */
const MOST_LOGINS = 3;
/** How long no other login is tried after one that a web page answered: a firewall that stopped one of many items stops them all. */
const WEB_PAGE_PAUSE_MS = 60_000;

interface Connection {
	origin: string;
	account: string;
	email: string;
	perSecond: number;
	/** 0 for as many as the rate needs. */
	callsAtOnce: number;
	rateLimitWaitMs: number;
	/** The branch in which branch/index is called. */
	branchId?: number;
}

/**
 * Speaks to AlfaCRM for one execution of a node, one poll, or one dropdown. It is not to be kept longer: the credential
 * may be edited meanwhile.
 */
export class ApiClient {
	private connection?: Connection;
	/** Lists that AlfaCRM gives without a page size only, as `customer/index`. API notes 7a. */
	readonly withoutPageSize = new Set<string>();
	private credential?: { values: ICredentialDataDecryptedObject; at: number };
	/** The login that was refused, which each of many items would try again. Until a moment of `performance.now()`. */
	private refused?: { login: string; failure: ApiFailure; until: number };
	/** New tokens that were refused since a call succeeded: where every token is, each item would log in again. */
	private readonly refusedLogins = new Set<string>();
	private readonly begun = performance.now();
	/** Whether AlfaCRM has answered a call or taken a login, so that the hostname is right. */
	private isHostKnown = false;

	/** @param deadline gives up all calls when it aborts, in a context that cannot be cancelled itself */
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

	/** Aborts when the execution is cancelled or the deadline has come; polls and dropdowns have neither. */
	get signal(): AbortSignal | undefined {
		if (this.deadline !== undefined) return this.deadline;
		return 'getExecutionCancelSignal' in this.context ? this.context.getExecutionCancelSignal() : undefined;
	}

	private get isExecution(): boolean {
		return 'getExecutionCancelSignal' in this.context;
	}

	/** The AlfaCRM and the user of it, the same for all credentials that lead there. */
	async account(): Promise<string> {
		return (await this.connect(undefined)).account;
	}

	/** The email of the credential's user, for looking that user up; it is no part of any message or output. */
	async email(): Promise<string> {
		return (await this.connect(undefined)).email;
	}

	async origin(): Promise<string> {
		return (await this.connect(undefined)).origin;
	}

	/** How many calls may be under way at the same moment: as the credential says, or as many as the rate needs by now. */
	get callsAtOnce(): number {
		if (this.connection === undefined) return 1;
		const { origin, perSecond, callsAtOnce } = this.connection;
		return callsAtOnce || rateLimiterOf(origin).callsAtOnce(perSecond);
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`, at the limited rate, retried where that is
	 * safe, with a login when there is no valid token.
	 *
	 * @returns the JSON that a successful answer holds: an object, for some actions a list
	 * @throws NodeApiError that tells what happened and what to do
	 */
	async request(call: ApiRequest): Promise<ApiResponse> {
		return (await this.attempt(call, () => false)) as ApiResponse;
	}

	/** The same for a call that may fail in a way for which the caller knows another one: then there is no answer. */
	async attempt(
		call: ApiRequest,
		isExpected: (failure: ApiFailure) => boolean,
	): Promise<ApiResponse | undefined> {
		const connection = await this.connect(call.itemIndex);
		const isBranchless = isBranchList(call) && call.branch === undefined;
		const elsewhere = isBranchless
			? (connection.branchId ?? branchOfForm(this.context, call.itemIndex))
			: undefined;
		if (elsewhere === undefined) return await this.attemptWithTokens(connection, call, isExpected);
		// Where the main branch is switched off, the list of branches answers inside of another one only. API notes 2.
		if (connection.branchId === undefined) {
			let isRefusedHere = false;
			const isFinal = (failure: ApiFailure) => (isRefusedHere = mayAnswerElsewhere(failure));
			const answer = await this.attemptWithTokens(connection, call, isExpected, isFinal);
			if (!isRefusedHere) return answer;
		}
		return await this.attemptWithTokens(connection, { ...call, branch: elsewhere }, isExpected);
	}

	/** @param isFinal whether no other token is to be tried after a failure, and there is no answer */
	private async attemptWithTokens(
		connection: Connection,
		call: ApiRequest,
		isExpected: (failure: ApiFailure) => boolean,
		isFinal: (failure: ApiFailure) => boolean = () => false,
	): Promise<ApiResponse | undefined> {
		const progress: Progress = { begun: performance.now(), token: '', logins: 0, isNew: false };
		for (;;) {
			try {
				const answer = await this.send(connection, call, progress);
				this.refusedLogins.clear();
				this.isHostKnown = true;
				return answer;
			} catch (error) {
				const failure = failureOf(error);
				this.isHostKnown ||= progress.logins > 0 || failure.kind === 'refusal';
				this.noteRefusedLogin(failure, progress);
				if (isFinal(failure)) return undefined;
				if (await this.giveUpToken(failure, progress)) continue;
				if (isExpected(failure)) return undefined;
				if (mayHaveTakenEffect(failure)) call.onLost?.(underWayMs(failure, progress));
				throw this.errorOf(failure, connection, call, progress);
			}
		}
	}

	private errorOf(
		failure: ApiFailure,
		{ origin, rateLimitWaitMs }: Connection,
		call: ApiRequest,
		{ begun, login, logins, token }: Progress,
	): NodeApiError {
		const { host } = new URL(origin);
		const course = { isNewLogin: logins > 0, rateLimitWaitMs, waitedMs: performance.now() - begun };
		const { isHostKnown } = this;
		const explanation = explain(failure, { ...call, host, isHostKnown, ...course });
		// AlfaCRM's own words may repeat them.
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

	/** Remembers a login that was refused, until the credential is corrected, or for a while if a web page answered it. */
	private noteRefusedLogin(failure: ApiFailure, { login }: Progress): void {
		if (failure.kind !== 'login' || this.isRefused(login)) return;
		const isLasting = ['credential-invalid', 'configuration-invalid'].includes(failure.declaredCause ?? '');
		if (!isLasting && !failure.isForeign) return;

		const until = isLasting ? Infinity : performance.now() + WEB_PAGE_PAUSE_MS;
		this.refused = { login: JSON.stringify(login), failure, until };
	}

	private isRefused(login: Login | undefined): boolean {
		return this.refused?.login === JSON.stringify(login) && performance.now() < this.refused.until;
	}

	/**
	 * Gives up a token after a 401, or after a 403, with which some clients log in again, too. API notes 1.
	 *
	 * @returns whether another token is to be tried
	 */
	private async giveUpToken(
		{ status }: ApiFailure,
		{ login, token, logins, isNew }: Progress,
	): Promise<boolean> {
		if (login === undefined || token === '' || (status !== 401 && status !== 403)) return false;
		const session = sessionOf(login);
		// One login tells for all calls of an execution that its user lacks the right, for what is so young did not expire.
		const isFresh = session.isIssuedSince(token, Math.max(this.begun, performance.now() - FRESH_MS));
		if (status === 403 && isFresh && !(await this.isReplaced(token))) return false;
		if (isNew) this.refusedLogins.add(token);
		if (Math.max(logins, this.refusedLogins.size) >= MOST_LOGINS) return false;
		session.reject(token);
		return true;
	}

	/** Whether another process has logged in since, which may have ended this token. */
	private async isReplaced(token: string): Promise<boolean> {
		const { token: stored } = await this.context.getCredentials(CREDENTIAL);
		return Boolean(stored) && stored !== token;
	}

	/** What the credential says of all calls; read once, and again where that did not succeed. */
	private async connect(itemIndex: number | undefined): Promise<Connection> {
		return (this.connection ??= await this.readConnection(itemIndex));
	}

	private async readConnection(itemIndex: number | undefined): Promise<Connection> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const perSecond = readRate(credential.requestsPerSecond);
		const callsAtOnce = readCallsAtOnce(credential.callsAtOnce);
		const patience = readRateLimitWait(credential.rateLimitWait);
		// Only an execution can be cancelled; a poll has its own time, and nobody looks at an empty dropdown for long.
		const rateLimitWaitMs = this.isExecution ? patience : Math.min(patience, SHORT_RATE_LIMIT_WAIT_MS);
		try {
			const login = loginOf(credential);
			const { origin, email } = login;
			const [account, branchId] = [accountOf(login), readId(credential.branchId)];
			return { origin, account, email, perSecond, callsAtOnce, rateLimitWaitMs, branchId };
		} catch (error) {
			const { message } = error as Error;
			throw nodeError(this.node, { message }, itemIndex, { cause: 'configuration-invalid' });
		}
	}

	private async send(connection: Connection, call: ApiRequest, progress: Progress): Promise<ApiResponse> {
		const { origin, perSecond, callsAtOnce: atOnce, rateLimitWaitMs } = connection;
		const { isIdempotent } = call;
		const options = { perSecond, atOnce, signal: this.signal, isIdempotent, rateLimitWaitMs };
		return await withRetries(rateLimiterOf(origin), options, async () => {
			const data = await this.credentialWithToken(connection, progress).catch((error: unknown) => {
				throw unsent(error);
			});
			const before = data.token;
			let notSent: unknown;
			const clock = new CallClock(TIMEOUT_MS, this.signal);
			noteCall(data, () => {
				try {
					// It took n8n a while to get here where it read the credential or logged in.
					if (this.signal?.aborted) throw cancelled();
					call.onSend?.();
				} catch (error) {
					throw (notSent = error);
				}
				return clock.start();
			});
			const { httpRequestWithAuthentication: send } = this.context.helpers;
			try {
				const answer = send.call(
					this.context,
					CREDENTIAL,
					requestOptions(`${origin}/${pathOf(call)}`, call),
					// n8n writes a new token into what it is given, so it is known which one AlfaCRM saw.
					{
						credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data },
						// Nothing is sent again by n8n, which would not show the body of a 401: it may be no answer of AlfaCRM.
						preAuthenticationRetryStatusCode: [],
					},
				);
				// n8n ends the request, but not the login before it, during which there is no token yet.
				return assertSuccess(await clock.wait(answer, () => data.token !== ''));
			} catch (error) {
				// n8n makes an error of its own of it.
				throw notSent ?? (data.token === '' ? unsent(error) : error);
			} finally {
				clock.stop();
				progress.token = data.token;
				progress.isNew = data.token !== before;
				if (progress.isNew) progress.logins += 1;
			}
		});
	}

	/** The credential with the token to send: '' makes n8n log in. */
	private async credentialWithToken(
		{ account }: Connection,
		progress: Progress,
	): Promise<ICredentialDataDecryptedObject & { token: string }> {
		const { values, at } = await this.readCredential();
		const login = loginOf(values);
		if (accountOf(login) !== account) {
			const serverMessage = 'the credential was changed to another account meanwhile. Run it again.';
			throw new ResponseError({ kind: 'notSent', serverMessage });
		}
		progress.login = login;
		if (this.refused !== undefined && this.isRefused(login)) throw new ResponseError(this.refused.failure);
		const session = sessionOf(login);
		const token = await session.token(String(values.token ?? ''), at, async () => {
			const stored = await this.context.getCredentials(CREDENTIAL);
			return sessionOf(loginOf(stored)) === session ? String(stored.token ?? '') : '';
		});
		return { ...values, token };
	}

	/** The credential as it was a second ago at most; read anew after a login that was refused, since it may have been corrected. */
	private async readCredential(): Promise<NonNullable<ApiClient['credential']>> {
		const at = performance.now();
		const isKnown = this.credential !== undefined && at - this.credential.at < CREDENTIAL_MS;
		if (!isKnown || this.refused !== undefined)
			this.credential = { values: await this.context.getCredentials(CREDENTIAL), at };
		return this.credential as NonNullable<ApiClient['credential']>;
	}
}

/** What became of one call so far. */
interface Progress {
	begun: number;
	login?: Login;
	/** The token that AlfaCRM saw last. */
	token: string;
	/** Whether it logged in for that token. */
	isNew: boolean;
	/** How often this very call logged in so far. */
	logins: number;
}

/** Milliseconds for which AlfaCRM may still be at work on a call whose answer was lost: what took so long may take as long again. */
function underWayMs(failure: ApiFailure, { begun }: Progress): number {
	if (!mayBeInProgress(failure)) return 0;
	return Math.min(Math.max(performance.now() - begun, MIN_IN_PROGRESS_MS), TIMEOUT_MS);
}

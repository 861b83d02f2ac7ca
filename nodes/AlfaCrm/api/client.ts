import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INode,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { ApiResponse } from './response';
import { assertSuccess } from './response';
import type { ApiFailure } from './errors';
import {
	ResponseError,
	cancelled,
	failureOf,
	mayHaveTakenEffect,
	mayBeInProgress,
	nodeError,
	redact,
} from './errors';
import type { Explanation } from './explain';
import { explain } from './explain';
import { rateLimiterOf, readCallsAtOnce, readRate } from './rateLimiter';
import { MAX_ATTEMPTS, withRetries } from './retry';
import type { ApiRequest } from './request';
import { nameOf, pathOf, requestOptions, TIMEOUT_MS } from './request';
import type { Login } from './sessions';
import { accountOf, revokeToken, isIssuedSince, loginCount, loginOf, usableToken } from './sessions';

export const CREDENTIAL = 'alfaCrmApi';
/** How long a credential that was read counts as being so still: n8n takes it out of its database each time. */
const CREDENTIAL_MS = 1_000;
/** How long n8n may take to end a request that was cancelled. */
const ABORT_MS = 100;
/** How long AlfaCRM is given at least to end what it may still be at work on. */
const MIN_IN_PROGRESS_MS = 1_000;
/** How often a request is sent whose token was not taken. */
const MAX_LOGIN_ATTEMPTS = 3;
/** How many new tokens may be turned down, since another process may log in at the same moment. */
const MAX_NEW_LOGINS = 2;
/** How long a path counts as forbidden after a new login did not change that, and a login as refused. */
const FORBIDDEN_MS = 60_000;
/** What is wrong with a login that would fail again in the same way. */
const LASTING_CAUSES: ReadonlyArray<ApiFailure['declaredCause']> = [
	'credential-invalid',
	'configuration-invalid',
];

/** Any n8n context that can call AlfaCRM. */
type ApiContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;

interface Connection {
	origin: string;
	account: string;
	perSecond: number;
	/** 0 for as many as the rate needs. */
	callsAtOnce: number;
}

/** What became of one call so far, as far as logins are concerned. */
interface LoginProgress {
	/** Logins from then on are logins during this call. */
	begun: number;
	login?: Login;
	/** The token that AlfaCRM saw last. */
	token: string;
	isNewLogin: boolean;
	/** New tokens that were turned down. */
	newLogins: number;
}

/**
 * Speaks to AlfaCRM for one execution of a node, one poll, or one dropdown. It is not to be kept longer: the credential
 * may be edited meanwhile.
 */
export class ApiClient {
	private connection?: Promise<Connection>;
	private connected?: Connection;
	/** Paths that stayed forbidden after a new login, and when that was: yet another one would be useless. */
	private readonly forbidden = new Map<string, number>();
	/** Lists, as `path/action`, that are asked for without a page size, since with one they failed. */
	readonly withoutPageSize = new Set<string>();
	/** The login that was refused last: with many items, each would try it again. */
	private refused?: { login: string; failure: ApiFailure; at: number };
	private credential?: { values: ICredentialDataDecryptedObject; at: number };

	/** @param limit gives up all calls when it aborts, in a context that cannot be cancelled itself */
	constructor(
		private readonly context: ApiContext,
		private readonly limit?: AbortSignal,
	) {}

	get node(): INode {
		return this.context.getNode();
	}

	get zone(): string {
		return this.context.getTimezone();
	}

	/** Aborts when the execution is cancelled or the limit is reached; polls and dropdowns have neither. */
	get signal(): AbortSignal | undefined {
		if (this.limit !== undefined) return this.limit;
		return 'getExecutionCancelSignal' in this.context ? this.context.getExecutionCancelSignal() : undefined;
	}

	/** The AlfaCRM and the user of it, the same for all credentials that lead there. */
	async account(): Promise<string> {
		return (await this.connect(undefined)).account;
	}

	async origin(): Promise<string> {
		return (await this.connect(undefined)).origin;
	}

	/** How many calls may be under way at the same moment: as the credential says, or as many as the rate needs by now. */
	get callsAtOnce(): number {
		if (this.connected === undefined) return 1;
		const { origin, perSecond, callsAtOnce } = this.connected;
		return callsAtOnce || rateLimiterOf(origin).concurrency.needed(perSecond);
	}

	/** Whether a call was refused with a 403 that a new login did not change. */
	isForbidden(call: Pick<ApiRequest, 'action' | 'branch' | 'path'>): boolean {
		return this.forbidden.has(pathOf(call));
	}

	/**
	 * Sends one call to AlfaCRM: `POST {origin}/v2api/{branch}/{path}/{action}`, paced, retried where that is safe, with
	 * a login when there is no valid token.
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
		const progress: LoginProgress = { begun: loginCount(), token: '', isNewLogin: false, newLogins: 0 };
		for (let tries = 1; ; tries++) {
			const begun = performance.now();
			try {
				await this.leaveIfRefused(connection, progress);
				return await this.send(connection, call, progress);
			} catch (error) {
				const failure = failureOf(error);
				this.noteRefusal(failure, progress);
				if (this.mayLogInAgain(failure, pathOf(call), progress) && tries < MAX_LOGIN_ATTEMPTS) continue;
				if (isExpected(failure)) return undefined;
				if (mayHaveTakenEffect(failure)) call.onLost?.(mayBeInProgress(failure) ? asLongAgain(begun) : 0);
				const { host } = new URL(connection.origin);
				const description = {
					host,
					isNewLogin: progress.isNewLogin,
					timeoutMs: TIMEOUT_MS,
					maxAttempts: MAX_ATTEMPTS,
				};
				const text = explain(failure, { ...call, ...description });
				throw nodeError(this.node, withoutSecrets(text, progress), call.itemIndex, text.failure);
			}
		}
	}

	/** Reads the credential once; what went wrong then is tried anew by the next call. */
	private async connect(itemIndex: number | undefined): Promise<Connection> {
		if (this.connection === undefined) {
			this.connection = this.readConnection(itemIndex);
			this.connection.catch(() => (this.connection = undefined));
		}
		return (this.connected = await this.connection);
	}

	private async readConnection(itemIndex: number | undefined): Promise<Connection> {
		const credential = await this.context.getCredentials(CREDENTIAL);
		const perSecond = readRate(credential.requestsPerSecond);
		const callsAtOnce = readCallsAtOnce(credential.callsAtOnce);
		try {
			const login = loginOf(credential);
			return { origin: login.origin, account: accountOf(login), perSecond, callsAtOnce };
		} catch (error) {
			const { message } = error as Error;
			throw nodeError(this.node, { message }, itemIndex, { cause: 'configuration-invalid' });
		}
	}

	private async send(
		connection: Connection,
		call: ApiRequest,
		progress: LoginProgress,
	): Promise<ApiResponse> {
		const { origin, perSecond, callsAtOnce: atOnce } = connection;
		const rate = { perSecond, call: { action: nameOf(call), atOnce }, signal: this.signal };
		const options = { ...rate, isIdempotent: call.isIdempotent };
		return await withRetries(rateLimiterOf(origin), options, async () => {
			call.onSend?.();
			const data = await this.readCredential(connection, progress);
			const given = data.token;
			const { httpRequestWithAuthentication: send } = this.context.helpers;
			try {
				const answer = send.call(
					this.context,
					CREDENTIAL,
					// n8n adds the signal of an execution by itself.
					{ ...requestOptions(`${origin}/${pathOf(call)}`, call), abortSignal: this.limit },
					// n8n writes a new token into what it is given, so it is known which one AlfaCRM saw.
					{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data } },
				);
				return assertSuccess(await this.unlessCancelled(answer, data));
			} finally {
				progress.token = data.token;
				// The next calls go on with the token of a login; one that was only used may be older than theirs.
				if (this.credential && data.token !== given) this.credential.values = data;
			}
		});
	}

	/** n8n ends a request when the execution is cancelled, but not the login before it, which may wait for long. */
	private async unlessCancelled(
		answer: Promise<unknown>,
		data: ICredentialDataDecryptedObject,
	): Promise<unknown> {
		const { signal } = this;
		if (signal === undefined) return await answer;
		let onAbort = () => {};
		const aborted = new Promise<never>((_resolve, reject) => {
			onAbort = () => {
				const leave = () => reject(cancelled(data.token !== ''));
				// Without a token nothing but the login was sent; else n8n itself comes first, where it can.
				if (data.token === '') leave();
				else void sleep(ABORT_MS).then(leave);
			};
			signal.addEventListener('abort', onAbort, { once: true });
		});
		try {
			return await Promise.race([answer, aborted]);
		} finally {
			signal.removeEventListener('abort', onAbort);
		}
	}

	/** The credential as it was a second ago at most, with a token that is not known to be dead; '' if there is none. */
	private async readCredential(
		{ account }: Connection,
		progress: LoginProgress,
	): Promise<ICredentialDataDecryptedObject & { token: string }> {
		// After a try that did not succeed something may have changed.
		const mayBeKnown = progress.login === undefined && this.refused === undefined;
		const age = performance.now() - (this.credential?.at ?? -Infinity);
		if (this.credential === undefined || !mayBeKnown || age >= CREDENTIAL_MS) {
			const values = await this.context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL);
			this.credential = { values, at: performance.now() };
		}
		const { values } = this.credential;
		const login = loginOf(values);
		if (accountOf(login) !== account) {
			const serverMessage = 'the credential was changed to another account meanwhile. Run it again.';
			throw new ResponseError({ kind: 'credentialChanged', serverMessage });
		}
		progress.login = login;
		return { ...values, token: usableToken(login, String(values.token ?? '')) };
	}

	/** @throws AnswerError when the very same login was refused a moment ago; a corrected one is tried */
	private async leaveIfRefused(connection: Connection, progress: LoginProgress): Promise<void> {
		if (this.refused === undefined || performance.now() - this.refused.at >= FORBIDDEN_MS) return;
		await this.readCredential(connection, progress);
		if (JSON.stringify(progress.login) === this.refused.login) throw new ResponseError(this.refused.failure);
	}

	private noteRefusal(failure: ApiFailure, { login }: LoginProgress): void {
		if (failure.kind !== 'login' || !LASTING_CAUSES.includes(failure.declaredCause)) return;
		if (this.refused?.failure === failure) return;
		this.refused = { login: JSON.stringify(login), failure, at: performance.now() };
	}

	/**
	 * After a token was not taken, or a 403, which may mean the same: whether another try makes sense. n8n renews a token
	 * after HTTP 401 by itself, once; never, as it is asked here, after a 403 or a 401 that comes with HTTP 200.
	 */
	private mayLogInAgain({ status }: ApiFailure, path: string, progress: LoginProgress): boolean {
		const { login, token, begun } = progress;
		if (login === undefined || token === '' || (status !== 401 && status !== 403)) return false;
		progress.isNewLogin = isIssuedSince(login, token, begun);
		if (status === 403 && performance.now() - (this.forbidden.get(path) ?? -Infinity) < FORBIDDEN_MS)
			return false;
		if (status === 403 && progress.isNewLogin) {
			this.forbidden.set(path, performance.now());
			return false;
		}
		revokeToken(login, token);
		progress.newLogins += progress.isNewLogin ? 1 : 0;
		return progress.newLogins < MAX_NEW_LOGINS;
	}
}

/** What took so long may take as long again. */
const asLongAgain = (begun: number): number =>
	Math.min(Math.max(performance.now() - begun, MIN_IN_PROGRESS_MS), TIMEOUT_MS);

/** AlfaCRM's own words may hold what was sent to it. */
function withoutSecrets(text: Explanation, { token, login }: LoginProgress): Explanation {
	const secrets = [token, login?.apiKey, login?.appKey];
	return {
		...text,
		message: redact(text.message, secrets),
		description: text.description && redact(text.description, secrets),
	};
}

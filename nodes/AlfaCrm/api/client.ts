import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { ApiContext } from './branchList';
import {
	branchOfForm,
	isBranchList,
	isRefused,
	MAIN_BRANCH_OFF,
	noteBranchList,
	placesOfBranchList,
} from './branchList';
import type { GiveUp } from './cancel';
import { abortable } from './cancel';
import type { LoginProgress } from './authentication';
import { Authentication, beginLogin } from './authentication';
import type { ApiFailure } from './errors';
import { cancelled, failureOf, mayBeInProgress, mayHaveTakenEffect, nodeError, redact } from './errors';
import type { Explanation } from './explain';
import { explain } from './explain';
import { readId } from './formats';
import { rateLimiterOf, readCallsAtOnce, readRate } from './rateLimiter';
import { isUnsent, noteNodeCall } from './renewals';
import type { ApiRequest } from './request';
import { pathOf, requestOptions, TIMEOUT_MS } from './request';
import type { ApiResponse } from './response';
import { assertSuccess } from './response';
import { readRateLimitWait, SHORT_RATE_LIMIT_WAIT_MS, withRetries } from './retry';
import { accountOf, loginCount, loginOf } from './sessions';

export const CREDENTIAL = 'alfaCrmApi';
/** How long n8n may take to end a request that was cancelled. */
const ABORT_MS = 100;
/** How long AlfaCRM is given at least to end what it may still be at work on. */
const MIN_IN_PROGRESS_MS = 1_000;
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
	private connection?: Promise<Connection>;
	private connected?: Connection;
	/** Lists, as `path/action`, that are asked for without a page size, since with one they failed. */
	readonly withoutPageSize = new Set<string>();
	private readonly authentication: Authentication;

	/** @param deadline gives up all calls when it aborts, in a context that cannot be cancelled itself */
	constructor(
		private readonly context: ApiContext,
		private readonly deadline?: AbortSignal,
	) {
		this.authentication = new Authentication(async () => await context.getCredentials(CREDENTIAL));
	}

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

	/** Of the user whose credential it is, for looking that user up; it is no part of any message or output. */
	async email(): Promise<string> {
		return (await this.connect(undefined)).email;
	}

	async origin(): Promise<string> {
		return (await this.connect(undefined)).origin;
	}

	/** How many calls may be under way at the same moment: as the credential says, or as many as the rate needs by now. */
	get callsAtOnce(): number {
		if (this.connected === undefined) return 1;
		const { origin, perSecond, callsAtOnce } = this.connected;
		return callsAtOnce || rateLimiterOf(origin).callsAtOnce(perSecond);
	}

	/** Whether a call was refused with a 403 that a new login did not change. */
	isForbidden(call: Pick<ApiRequest, 'action' | 'branch' | 'path'>): boolean {
		const branch = isBranchList(call) ? this.connected?.branchId : call.branch;
		return this.authentication.isForbidden(pathOf({ ...call, branch }));
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
		if (!isBranchList(call) || call.branch !== undefined)
			return await this.attemptOnce(connection, call, isExpected);
		const { account, branchId } = connection;
		const places = placesOfBranchList(account, branchId, branchOfForm(this.context, call.itemIndex));
		const { loginsSince = loginCount() } = call;
		for (const branch of places) {
			let isElsewhere = false;
			const asked = { ...call, branch, loginsSince };
			const answer = await this.attemptOnce(connection, asked, (failure) => {
				isElsewhere = branch !== places.at(-1) && isRefused(failure);
				return isElsewhere || isExpected(failure);
			});
			if (isElsewhere) continue;
			if (answer !== undefined) noteBranchList(account, branch);
			return answer;
		}
		return undefined;
	}

	private async attemptOnce(
		connection: Connection,
		call: ApiRequest,
		isExpected: (failure: ApiFailure) => boolean,
	): Promise<ApiResponse | undefined> {
		const { authentication } = this;
		const progress = beginLogin(call.loginsSince);
		for (;;) {
			const begun = performance.now();
			progress.attempts += 1;
			try {
				await authentication.assertNotRefused(connection.account, progress);
				return await this.send(connection, call, progress);
			} catch (error) {
				const failure = failureOf(error);
				authentication.noteFailure(failure, progress);
				if (await authentication.mayLogInAgain(failure, pathOf(call), progress)) continue;
				if (isExpected(failure)) return undefined;
				if (mayHaveTakenEffect(failure)) call.onLost?.(mayBeInProgress(failure) ? asLongAgain(begun) : 0);
				const { host } = new URL(connection.origin);
				const description = {
					host,
					isNewLogin: progress.isNewLogin,
					timeoutMs: TIMEOUT_MS,
					rateLimitWaitMs: connection.rateLimitWaitMs,
					waitedMs: performance.now() - begun,
					...(isBranchList(call) && isRefused(failure) ? { advice: MAIN_BRANCH_OFF } : {}),
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

	private async send(
		connection: Connection,
		call: ApiRequest,
		progress: LoginProgress,
	): Promise<ApiResponse> {
		const { origin, account, perSecond, callsAtOnce: atOnce, rateLimitWaitMs } = connection;
		const { isIdempotent } = call;
		const options = { perSecond, atOnce, signal: this.signal, isIdempotent, rateLimitWaitMs };
		return await withRetries(rateLimiterOf(origin), options, async () => {
			const data = await this.authentication.readCredential(account, progress);
			const before = data.token;
			let notResent: unknown;
			noteNodeCall(data, () => {
				try {
					call.onResend?.();
				} catch (error) {
					throw (notResent = error);
				}
			});
			const withdraw = this.authentication.offerRenewal(progress);
			const { httpRequestWithAuthentication: send } = this.context.helpers;
			try {
				// Right before it is sent: reading the credential may have taken long.
				call.onSend?.();
				const answer = send.call(
					this.context,
					CREDENTIAL,
					// n8n adds the signal of an execution by itself.
					{ ...requestOptions(`${origin}/${pathOf(call)}`, call), abortSignal: this.deadline },
					// n8n writes a new token into what it is given, so it is known which one AlfaCRM saw.
					{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data } },
				);
				return assertSuccess(await abortable(answer, this.signal, (giveUp) => giveUpRequest(data, giveUp)));
			} catch (error) {
				// n8n does not tell why the call was not sent with a renewed token.
				throw notResent ?? error;
			} finally {
				withdraw();
				progress.token = data.token;
				if (data.token !== before) this.authentication.keepNewToken(data);
			}
		});
	}
}

/** n8n ends a request when the execution is cancelled, but not the login before it, which may wait for long. */
function giveUpRequest(data: ICredentialDataDecryptedObject, giveUp: GiveUp): void {
	// Before it is sent, or sent again; otherwise n8n itself comes first, where it can.
	if (data.token === '' || isUnsent(data)) giveUp(cancelled());
	else void sleep(ABORT_MS).then(() => giveUp(cancelled(true)));
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

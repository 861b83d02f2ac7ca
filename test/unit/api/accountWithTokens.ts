import type { IDataObject } from 'n8n-workflow';

import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { makeAnswerError } from '../../support/nodeErrors';
import type { SentRequest } from '../apiSupport';
import { callAndCatchFailure, connectClient } from '../apiSupport';
import { settle } from './clock';

/** The token that n8n's database holds at first. AlfaCRM does not accept it. */
export const STORED_TOKEN = 'stored token';
/** Makes n8n log in. */
export const NO_TOKEN = '';
export const EMPTY_LIST = { items: [] };

interface AccountOptions {
	storedToken?: string;
	apiKey?: string;
	/** An n8n that logs in after each 401 itself, and hides the answer from the node. */
	isOldN8n?: boolean;
	/** Cancels the execution. */
	signal?: AbortSignal;
}

let accountCount = 0;

/** Makes the email of a user whose tokens no other test knows. */
export function makeNewEmail(): string {
	accountCount += 1;
	return `session${accountCount}@school.example`;
}

/**
 * An account with its AlfaCRM, which gives `token 1`, `token 2`, … to logins, and an n8n that calls it. Needs a stopped
 * clock.
 */
export class AccountWithTokens {
	/** The number of logins that AlfaCRM has answered. */
	loginCount = 0;
	/** The only token that AlfaCRM accepts: that of the latest login, unless a test sets another one. */
	validToken = 'none yet';
	/** Answers a call whose token is not valid. */
	refuseToken: () => unknown = () => refuseWithStatus(401);
	/** Answers a call. */
	answer: (request: SentRequest) => unknown = ({ token }) =>
		token === this.validToken ? EMPTY_LIST : this.refuseToken();
	/** Answers a login. */
	answerLogin: () => unknown = () => ({ token: this.issueToken() });
	private readonly n8n: ReturnType<typeof connectClient>;

	constructor({ storedToken = STORED_TOKEN, apiKey = 'key', isOldN8n, signal }: AccountOptions = {}) {
		const credential = { email: makeNewEmail(), apiKey, token: storedToken };
		this.n8n = connectClient((request) => this.answer(request), {
			credential,
			logIn: () => this.answerLogin(),
			isOldN8n,
			signal,
		});
	}

	/** The tokens of the calls that AlfaCRM has got. */
	get sentTokens(): string[] {
		return this.n8n.sentRequests.map(({ token }) => token);
	}

	/** Issues the next token, which ends all tokens before it. */
	issueToken(): string {
		this.loginCount += 1;
		this.validToken = `token ${this.loginCount}`;
		return this.validToken;
	}

	/** Changes the credential in n8n's database, as another process or a user does. */
	changeCredential(values: IDataObject): void {
		Object.assign(this.n8n.storedCredential, values);
	}

	/** Sends a call, which must succeed, and returns the answer. */
	async send(call: ApiRequest): Promise<unknown> {
		return await settle(this.n8n.client.request(call));
	}

	/** Sends a call in another execution of the same process. It must succeed. */
	async sendInNewExecution(call: ApiRequest): Promise<unknown> {
		return await settle(new ApiClient(this.n8n.context).request(call));
	}

	/** Sends a call, which must fail, and returns the error. */
	async expectFailure(call: ApiRequest): ReturnType<typeof callAndCatchFailure> {
		return await settle(callAndCatchFailure(this.n8n.client, call));
	}

	/** Sends a call several times, one after the other. Each time it must fail. */
	async expectFailures(count: number, call: ApiRequest): Promise<void> {
		for (let sent = 0; sent < count; sent++) {
			await this.expectFailure(call);
		}
	}

	/** Makes n8n fail when it stores the token of a login. */
	failToStoreToken(error: Error): void {
		jest.spyOn(this.n8n.context.helpers, 'httpRequestWithAuthentication').mockRejectedValue(error);
	}
}

/** Answers with an HTTP status that means a failure. */
export function refuseWithStatus(status: number, body?: unknown): never {
	throw makeAnswerError(status, body);
}

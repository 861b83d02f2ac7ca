import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import type { ApiRequest } from '../../nodes/AlfaCrm/api/request';
import { NODE } from '../support/nodeErrors';

/** A call that reads, so it may be sent again when no answer comes. */
export const READ: ApiRequest = {
	path: 'customer',
	action: 'index',
	branch: 1,
	task: 'list the customers',
	isIdempotent: true,
};

/** A call that writes, so it must not be sent again when no answer comes. */
export const WRITE: ApiRequest = {
	...READ,
	action: 'create',
	task: 'create the customer',
	isIdempotent: false,
};

/** A request as the server sees it. */
export interface SentRequest {
	url: string;
	body: IDataObject;
	query: IDataObject;
	token: string;
	/** Ends the request when the execution is cancelled or the time is up. */
	signal?: AbortSignal;
}

export interface ContextOptions {
	/** The credential in n8n's database. Several contexts share a credential that is the same object. */
	credential?: IDataObject;
	/** Answers a login as AlfaCRM does. By default it gives the token `of-the-test`. */
	logIn?: () => unknown;
	/** Aborts when the execution is cancelled. */
	signal?: AbortSignal;
	/** Whether n8n is so old that it answers each 401 with a new login and hides it from the node. */
	isOldN8n?: boolean;
}

/** The options of n8n's `httpRequestWithAuthentication` that the client uses. */
interface CallOptions {
	credentialsDecrypted: { data: ICredentialDataDecryptedObject };
	preAuthenticationRetryStatusCode?: number | number[];
}

/** Reads the HTTP status of an Axios error; undefined if no answer came. */
function readStatus(error: unknown): number | undefined {
	return (error as { response?: { status?: number } }).response?.status;
}

/** Wraps an error as n8n does. */
function toNodeApiError(error: unknown): NodeApiError {
	return error instanceof NodeApiError ? error : new NodeApiError(NODE, error as JsonObject);
}

/**
 * Connects a client to a server. Between them is as much of n8n as the client needs: n8n sends the requests, and logs in
 * when it has no token or the server refuses the token.
 *
 * @param answer answers each request as the server
 * @returns the client, its n8n context, all requests that it has sent, the credential in n8n's database, and the
 * function by which n8n reads the credential
 */
export function connectClient(answer: (request: SentRequest) => unknown, options: ContextOptions = {}) {
	const { credential = {}, logIn = () => ({ token: 'of-the-test' }), signal, isOldN8n } = options;
	const storedCredential = Object.assign(credential, {
		hostname: 'demo',
		email: 'api@school.example',
		requestsPerSecond: 0,
		token: 'of-the-test',
		...credential,
	});
	const sentRequests: SentRequest[] = [];
	const getCredentials = jest.fn(async () => await Promise.resolve<IDataObject>({ ...storedCredential }));
	const context = {
		getNode: () => NODE,
		getTimezone: () => 'Europe/Moscow',
		getExecutionCancelSignal: () => signal,
		getCredentials,
		helpers: {
			httpRequestWithAuthentication: async (
				_type: string,
				{ url, body, qs = {} }: IHttpRequestOptions,
				{ credentialsDecrypted, preAuthenticationRetryStatusCode = 401 }: CallOptions,
			) => {
				const { data } = credentialsDecrypted;
				const refusalsOfToken = isOldN8n ? [401] : [preAuthenticationRetryStatusCode].flat();
				const credentialType = new AlfaCrmApi();

				const renewToken = async () => {
					const helpers = { httpRequest: async () => await Promise.resolve(logIn()) };
					const newToken = await credentialType.preAuthentication.call(
						{ helpers } as unknown as IHttpRequestHelper,
						data,
					);
					Object.assign(storedCredential, newToken);
					Object.assign(data, storedCredential);
				};

				const send = async () => {
					const { abortSignal } = await credentialType.authenticate(data, { url });
					const request: SentRequest = {
						url,
						body: (body === '{}' ? {} : body) as IDataObject,
						query: qs,
						token: String(data.token),
						signal: abortSignal as AbortSignal,
					};
					sentRequests.push(request);
					return await Promise.resolve(answer(request));
				};

				try {
					if (data.token === '') {
						await renewToken();
					}
					return await send();
				} catch (error) {
					const isTokenRefused = refusalsOfToken.includes(readStatus(error) ?? 0);
					if (!isTokenRefused) throw toNodeApiError(error);
				}

				try {
					await renewToken();
					return await send();
				} catch (error) {
					throw toNodeApiError(error);
				}
			},
		},
	} as unknown as IExecuteFunctions;
	return { context, sentRequests, storedCredential, getCredentials, client: new ApiClient(context) };
}

/**
 * Makes a server that answers each request with the requested page of a list, as AlfaCRM does.
 *
 * @param readRows returns all rows of the list at the time of a request; it gets the request's number, from 0
 * @param pageSize the number of rows on a page
 * @param total the total that the server sends; by default the number of rows
 */
export function answerWithPages(
	readRows: (requestNumber: number) => IDataObject[],
	{ pageSize, total }: { pageSize: number; total?: number },
) {
	let requestCount = 0;
	return ({ body }: SentRequest) => {
		const allRows = readRows(requestCount);
		requestCount += 1;
		const page = Number(body.page);
		const items = allRows.slice(page * pageSize, (page + 1) * pageSize);
		return { total: total ?? allRows.length, count: items.length, page, items };
	};
}

/** Answers a request with an error, which it throws as n8n's `httpRequest` does. */
export const throwFailure = (error: Error) => {
	throw error;
};

/** Makes a call that must fail, and returns what its error says. */
export async function callAndCatchFailure(client: ApiClient, call: ApiRequest) {
	const error = await client.request(call).then(
		() => undefined,
		(caught: NodeApiError) => caught,
	);
	if (error === undefined) throw new Error('The call went through');

	return { message: error.message, description: error.description ?? '', httpCode: error.httpCode };
}

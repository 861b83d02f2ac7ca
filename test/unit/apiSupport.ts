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

export const READ: ApiRequest = {
	path: 'customer',
	action: 'index',
	branch: 1,
	task: 'list the customers',
	isIdempotent: true,
};
export const WRITE: ApiRequest = {
	...READ,
	action: 'create',
	task: 'create the customer',
	isIdempotent: false,
};

/** One request as a server sees it. */
export interface SentRequest {
	url: string;
	body: IDataObject;
	query: IDataObject;
	token: string;
	/** Ends the request. */
	signal?: AbortSignal;
}

export interface ContextOptions {
	/** What n8n has in its database; shared where several contexts have one credential. */
	credential?: IDataObject;
	/** What AlfaCRM answers a login: the token of the test, if nothing else is said. */
	logIn?: () => unknown;
	signal?: AbortSignal;
	/** An n8n that cannot be told to leave a 401 to the node: it asks for a new token and hides the answer. */
	isOldN8n?: boolean;
}

/** The options of n8n's `httpRequestWithAuthentication` that the client uses. */
interface CallOptions {
	credentialsDecrypted: { data: ICredentialDataDecryptedObject };
	preAuthenticationRetryStatusCode?: number | number[];
}

const statusOf = (error: unknown) => (error as { response?: { status?: number } }).response?.status;
const asNodeApiError = (error: unknown) =>
	error instanceof NodeApiError ? error : new NodeApiError(NODE, error as JsonObject);

/** As much of an n8n context as the client needs, which renews tokens as n8n does; `answer` is the server. */
export function makeContext(answer: (request: SentRequest) => unknown, options: ContextOptions = {}) {
	const { credential = {}, logIn = () => ({ token: 'of-the-test' }), signal, isOldN8n } = options;
	const stored = Object.assign(credential, {
		hostname: 'demo',
		email: 'api@school.example',
		requestsPerSecond: 0,
		token: 'of-the-test',
		...credential,
	});
	const sent: SentRequest[] = [];
	const getCredentials = jest.fn(async () => await Promise.resolve<IDataObject>({ ...stored }));
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
				const renewing = isOldN8n ? [401] : [preAuthenticationRetryStatusCode].flat();
				const credential = new AlfaCrmApi();
				const renew = async () => {
					const helpers = { httpRequest: async () => await Promise.resolve(logIn()) };
					const renewed = credential.preAuthentication.call(
						{ helpers } as unknown as IHttpRequestHelper,
						data,
					);
					Object.assign(data, Object.assign(stored, await renewed));
				};
				const send = async () => {
					const { abortSignal } = await credential.authenticate(data, { url });
					const sentBody = (body === '{}' ? {} : body) as IDataObject;
					const request = {
						url,
						body: sentBody,
						query: qs,
						token: String(data.token),
						signal: abortSignal as AbortSignal,
					};
					sent.push(request);
					return await Promise.resolve(answer(request));
				};
				try {
					if (data.token === '') await renew();
					return await send();
				} catch (error) {
					if (!renewing.includes(statusOf(error) ?? 0)) throw asNodeApiError(error);
				}
				try {
					await renew();
					return await send();
				} catch (error) {
					throw asNodeApiError(error);
				}
			},
		},
	} as unknown as IExecuteFunctions;
	return { context, sent, stored, getCredentials, client: new ApiClient(context) };
}

/** A server whose list is `rows()` at each request, cut into pages as AlfaCRM does. */
export function answerWithPages(rows: (request: number) => IDataObject[], size: number, total?: number) {
	let requests = 0;
	return ({ body }: SentRequest) => {
		const all = rows(requests++);
		const page = Number(body.page);
		const items = all.slice(page * size, (page + 1) * size);
		return { total: total ?? all.length, count: items.length, page, items };
	};
}

/** An answer that n8n takes for a failure. */
export const catchFailure = (error: Error) => {
	throw error;
};

/** What a call fails with, which must not go through. */
export async function callAndCatchFailure(client: ApiClient, call: ApiRequest) {
	const error = await client.request(call).then(
		() => undefined,
		(caught: NodeApiError) => caught,
	);
	if (error === undefined) throw new Error('It went through');
	return { message: error.message, description: error.description ?? '', httpCode: error.httpCode };
}

import type { IDataObject, IExecuteFunctions, IHttpRequestOptions, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

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
export interface Sent {
	url: string;
	body: IDataObject;
	query: IDataObject;
	token: string;
}

export interface ContextOptions {
	/** What n8n has in its database; shared where several contexts have one credential. */
	credential?: IDataObject;
	/** Takes the place of n8n's login: a new token for a credential without one. */
	logIn?: (credential: IDataObject) => Promise<string>;
	signal?: AbortSignal;
}

/** As much of an n8n context as the client needs; `answer` is the server. */
export function contextOf(answer: (request: Sent) => unknown, options: ContextOptions = {}) {
	const { credential = {}, logIn, signal } = options;
	const stored = Object.assign(credential, {
		hostname: 'demo',
		email: 'api@school.example',
		requestsPerSecond: 0,
		token: 'of-the-test',
		...credential,
	});
	const sent: Sent[] = [];
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
				{ credentialsDecrypted }: { credentialsDecrypted: { data: IDataObject } },
			) => {
				const { data } = credentialsDecrypted;
				if (data.token === '' && logIn) {
					data.token = await logIn(data);
					stored.token = data.token;
				}
				const sentBody = (body === '{}' ? {} : body) as IDataObject;
				const request = { url, body: sentBody, query: qs, token: String(data.token) };
				sent.push(request);
				return await Promise.resolve(answer(request));
			},
		},
	} as unknown as IExecuteFunctions;
	return { context, sent, stored, getCredentials, client: new ApiClient(context) };
}

/** A server whose list is `rows()` at each request, cut into pages as AlfaCRM does. */
export function listing(rows: (request: number) => IDataObject[], size: number, total?: number) {
	let requests = 0;
	return ({ body }: Sent) => {
		const all = rows(requests++);
		const page = Number(body.page);
		const items = all.slice(page * size, (page + 1) * size);
		return { total: total ?? all.length, count: items.length, page, items };
	};
}

/** An answer that n8n takes for a failure. */
export const failed = (error: Error) => {
	throw new NodeApiError(NODE, error as unknown as JsonObject);
};

/** What a call fails with, which must not go through. */
export async function failureOfCall(client: ApiClient, call: ApiRequest) {
	const error = await client.request(call).then(
		() => undefined,
		(caught: NodeApiError) => caught,
	);
	if (error === undefined) throw new Error('It went through');
	return { message: error.message, description: error.description ?? '', httpCode: error.httpCode };
}

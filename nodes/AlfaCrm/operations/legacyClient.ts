import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Answer } from '../api/answer';
import type { ApiContext, ApiRequest } from '../api/client';
import { ApiClient } from '../api/client';
import type { List, Page } from '../api/pages';
import * as api from '../api/pages';

const clients = new WeakMap<object, ApiClient>();

/** Until operations have a client of their own. */
export function clientOf(caller: ApiContext | ApiClient): ApiClient {
	if (caller instanceof ApiClient) return caller;
	if (!('getExecutionCancelSignal' in caller)) return new ApiClient(caller);
	const client = clients.get(caller) ?? new ApiClient(caller);
	clients.set(caller, client);
	return client;
}

export async function request(context: IExecuteFunctions, call: ApiRequest): Promise<Answer> {
	return await clientOf(context).request(call);
}

export function pages(caller: ApiContext | ApiClient, list: List): AsyncGenerator<Page, undefined> {
	return api.pages(clientOf(caller), list);
}

export async function allRows(
	caller: ApiContext | ApiClient,
	list: List,
	readings = 1,
): Promise<IDataObject[]> {
	return (await api.collect(clientOf(caller), list, { readings })).rows;
}

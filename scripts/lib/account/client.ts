import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { parseJson } from '../../../nodes/AlfaCrm/values/formats';

const NODE = {
	...{ id: '', name: 'account:profile', type: 'n8n-nodes-alfacrm.alfaCrm', typeVersion: 1 },
	...{ position: [0, 0] as [number, number], parameters: {} },
};

/** The client of the nodes outside of n8n, which logs in by their credential: as much of a context as it needs, over `fetch`. */
export function makeClient(login: ICredentialDataDecryptedObject): ApiClient {
	const credential = new AlfaCrmApi();
	const stored = { token: '', ...login };
	const helper = { helpers: { httpRequest } } as unknown as IHttpRequestHelper;
	const httpRequestWithAuthentication = async (
		_type: string,
		options: IHttpRequestOptions,
		{ credentialsDecrypted: { data } }: { credentialsDecrypted: { data: ICredentialDataDecryptedObject } },
	) => {
		if (data.token === '')
			Object.assign(data, Object.assign(stored, await credential.preAuthentication.call(helper, data)));
		return await httpRequest(await credential.authenticate(data, options));
	};
	const context = {
		getNode: () => NODE,
		getTimezone: () => 'UTC',
		getExecutionCancelSignal: () => undefined,
		getCredentials: async () => await Promise.resolve({ ...stored }),
		helpers: { httpRequestWithAuthentication },
	};
	return new ApiClient(context as unknown as IExecuteFunctions);
}

/** As n8n sends it; errors have what an Axios error has, by which `readFailure` knows them. */
async function httpRequest(options: IHttpRequestOptions): Promise<unknown> {
	const { url, method, headers, body, qs = {}, timeout = 30_000 } = options;
	const query = new URLSearchParams(qs as Record<string, string>).toString();
	const response = await fetch(`${url}${query && `?${query}`}`, {
		method,
		headers: headers as Record<string, string>,
		body: typeof body === 'string' ? body : JSON.stringify(body),
		redirect: 'manual',
		signal: AbortSignal.timeout(timeout),
	}).catch(({ name, message, cause }: Error) => {
		const { code = 'ECONNRESET' } = (cause ?? {}) as NodeJS.ErrnoException;
		throw Object.assign(new Error(message), { code: name === 'TimeoutError' ? 'ETIMEDOUT' : code });
	});
	const text = await response.text();
	const data = parseJson(text) ?? text;
	if (response.ok) return data;
	const { status } = response;
	throw Object.assign(new Error(`HTTP ${status}`), {
		response: { status, headers: Object.fromEntries(response.headers), data },
	});
}

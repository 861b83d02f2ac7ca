import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
} from 'n8n-workflow';
import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { parseJson } from '../../../nodes/AlfaCrm/values/formats';

/** The node that errors of the client name. */
const NODE: INode = {
	id: '',
	name: 'account:profile',
	type: 'n8n-nodes-alfacrm.alfaCrm',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/**
 * Makes the client of the nodes for use outside n8n. It gets the parts of n8n's context that it
 * needs: the credential, and requests that log in with the credential.
 */
export function makeClient(login: ICredentialDataDecryptedObject): ApiClient {
	const session = new CredentialSession(login);
	const context = {
		getNode: () => NODE,
		getTimezone: () => 'UTC',
		getExecutionCancelSignal: () => undefined,
		getCredentials: async () => await Promise.resolve({ ...session.data }),
		helpers: {
			httpRequestWithAuthentication: async (
				_type: string,
				options: IHttpRequestOptions,
				{
					credentialsDecrypted: { data },
				}: { credentialsDecrypted: { data: ICredentialDataDecryptedObject } },
			) => await session.request(options, data),
		},
	};
	return new ApiClient(context as unknown as IExecuteFunctions);
}

/** Keeps the token of a credential, as n8n does in its database. */
class CredentialSession {
	readonly data: ICredentialDataDecryptedObject;
	private readonly credential = new AlfaCrmApi();

	constructor(login: ICredentialDataDecryptedObject) {
		this.data = { token: '', ...login };
	}

	/** Sends a request with the token of the caller's data. Logs in first if there is none. */
	async request(options: IHttpRequestOptions, callData: ICredentialDataDecryptedObject): Promise<unknown> {
		if (callData.token === '') await this.logIn(callData);
		const requestWithToken = await this.credential.authenticate(callData, options);
		return await sendRequest(requestWithToken);
	}

	/** Gets a token and writes it into the caller's data as well, where the client reads it. */
	private async logIn(callData: ICredentialDataDecryptedObject): Promise<void> {
		const helper = { helpers: { httpRequest: sendRequest } } as unknown as IHttpRequestHelper;
		const token = await this.credential.preAuthentication.call(helper, callData);
		Object.assign(this.data, token);
		Object.assign(callData, this.data);
	}
}

/** Sends a request as n8n does. Its errors look like those of Axios, which the client knows how to read. */
async function sendRequest(options: IHttpRequestOptions): Promise<unknown> {
	const { url, method, headers, body, qs = {}, timeout = 30_000 } = options;
	const query = new URLSearchParams(qs as Record<string, string>).toString();
	const response = await fetch(`${url}${query && `?${query}`}`, {
		method,
		headers: headers as Record<string, string>,
		body: typeof body === 'string' ? body : JSON.stringify(body),
		redirect: 'manual',
		signal: AbortSignal.timeout(timeout),
	}).catch(throwConnectionError);

	const text = await response.text();
	const data = parseJson(text) ?? text;
	if (response.ok) return data;

	const { status } = response;
	const responseOfError = { status, headers: Object.fromEntries(response.headers), data };
	throw Object.assign(new Error(`HTTP ${status}`), { response: responseOfError });
}

/** Throws an error with the code that Axios gives to a request without an answer. */
function throwConnectionError({ name, message, cause }: Error): never {
	const { code = 'ECONNRESET' } = (cause ?? {}) as NodeJS.ErrnoException;
	const codeOfError = name === 'TimeoutError' ? 'ETIMEDOUT' : code;
	throw Object.assign(new Error(message), { code: codeOfError });
}

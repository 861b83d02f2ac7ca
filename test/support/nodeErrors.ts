import type { IDataObject, INode } from 'n8n-workflow';

/** The node to which the tests attach errors. */
export const NODE: INode = {
	id: '1',
	name: 'AlfaCRM',
	type: 'n8n-nodes-alfacrm.alfaCrm',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** Makes the body of an error as AlfaCRM itself sends it. API notes 1. */
export function makeErrorBody(status: number, message = ''): IDataObject {
	return { name: 'Exception', message, code: 0, status };
}

/** A web page that a firewall or a proxy sends in place of AlfaCRM's answer. */
export const WEB_PAGE = '<html><head><title>Just a moment</title></head><body>nginx</body></html>';

/**
 * Makes the error of n8n's `httpRequest` for an answer with a bad status. The body is AlfaCRM's own unless
 * another one is given.
 */
export function makeAnswerError(
	status: number,
	data: unknown = makeErrorBody(status),
	headers: IDataObject = {},
): Error {
	return Object.assign(new Error(`Request failed with status code ${status}`), {
		isAxiosError: true,
		code: status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
		response: { status, headers, data },
	});
}

/** Makes the error of n8n's `httpRequest` for a request without an answer. */
export function makeNetworkError(code: string, message: string = code): Error {
	return Object.assign(new Error(message), { isAxiosError: true, code });
}

import type { IDataObject, INode } from 'n8n-workflow';

/** The node that errors are attached to. */
export const NODE: INode = {
	id: '1',
	name: 'AlfaCRM',
	type: 'n8n-nodes-alfacrm.alfaCrm',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** What `httpRequest` rejects with when an answer with a bad status came. */
export function answered(status: number, data: unknown = '', headers: IDataObject = {}): Error {
	return Object.assign(new Error(`Request failed with status code ${status}`), {
		isAxiosError: true,
		code: status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
		response: { status, headers, data },
	});
}

/** What `httpRequest` rejects with when no answer came. */
export function unanswered(code: string, message: string = code): Error {
	return Object.assign(new Error(message), { isAxiosError: true, code });
}

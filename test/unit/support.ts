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

/** Numbers from 0 to below 1, the same ones in each run (mulberry32). */
export function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

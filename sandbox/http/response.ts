import { errorBody, type ApiResponse } from '../model/httpError';

/** What goes out on the wire, and how far it gets. */
export interface WireResponse {
	status: number;
	headers: Record<string, string>;
	text: string;
	/** `truncated`: the connection breaks in the middle; `reset`: it breaks at once; `never`: silence; `drip`: a blank each second. */
	delivery: 'complete' | 'truncated' | 'reset' | 'never' | 'drip';
}

const htmlType = 'text/html; charset=UTF-8';
const jsonType = 'application/json; charset=UTF-8';

export const serialize = ({ status, body, headers }: ApiResponse): WireResponse => ({
	status,
	headers: { 'content-type': jsonType, ...headers },
	text: JSON.stringify(body),
	delivery: 'complete',
});

export const html = (status: number, text: string, headers?: Record<string, string>): WireResponse => ({
	status,
	headers: { 'content-type': htmlType, ...headers },
	text,
	delivery: 'complete',
});

export function tooManyRequests(retryAfter: number | null | undefined): WireResponse {
	const headers = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : undefined;
	return serialize({ status: 429, body: errorBody(429, 'Превышен лимит запросов.'), headers });
}

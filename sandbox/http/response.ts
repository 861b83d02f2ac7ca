import { errorBody, type ApiResponse } from '../model/httpError';

/** An answer as text, and how much of it arrives. */
export interface WireResponse {
	status: number;
	headers: Record<string, string>;
	text: string;
	delivery: Delivery;
}

type Delivery =
	| 'complete'
	| 'truncated' // the connection breaks in the middle of the body
	| 'reset' // the connection breaks at once
	| 'never' // nothing is sent, and the connection stays open
	| 'drip'; // the headers, and then a blank each second

const htmlType = 'text/html; charset=UTF-8';
const jsonType = 'application/json; charset=UTF-8';

export function serialize({ status, body, headers }: ApiResponse): WireResponse {
	return {
		status,
		headers: { 'content-type': jsonType, ...headers },
		text: JSON.stringify(body),
		delivery: 'complete',
	};
}

export function html(status: number, text: string, headers?: Record<string, string>): WireResponse {
	return {
		status,
		headers: { 'content-type': htmlType, ...headers },
		text,
		delivery: 'complete',
	};
}

/** Makes the answer to a call beyond the rate limit. `retryAfter` is in seconds. */
export function tooManyRequests(retryAfter: number | null | undefined): WireResponse {
	const headers = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : undefined;
	return serialize({
		status: 429,
		body: errorBody(429, 'Превышен лимит запросов.'),
		headers,
	});
}

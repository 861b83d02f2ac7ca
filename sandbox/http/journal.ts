import { isObject, type Json } from '../model/json';
import { fingerprint } from './auth';
import { isLogin, type Call } from './call';
import type { FaultKind } from './faults/schema';

/** A call of the API. Its keys and tokens are masked. */
export interface JournalEntry {
	/** The number of the call, in the order of arrival. */
	n: number;
	/** The number of the call without logins and calls that the rate limit refused; null for these. */
	request: number | null;
	/** The time of arrival, in ms since the epoch, with fractions. */
	at: number;
	method: string;
	/** The path without the query. */
	path: string;
	query: Readonly<Record<string, string>>;
	headers: Readonly<Record<string, string>>;
	/** The parsed body, or its text if it is not JSON. */
	body: Json;
	entity: string | null;
	action: string | null;
	branch: number | null;
	/** How many calls were waiting for their answer when this one came, with this one. */
	underWay: number;
	/** The status of the answer; null until it is sent, and for a call that gets none. */
	status: number | null;
	fault?: FaultKind;
}

/** Records the calls of the API. */
export class Journal {
	/** The calls so far. `clear` empties this same list, so that a test may keep it. */
	readonly entries: JournalEntry[] = [];
	private callCount = 0;
	private requestCount = 0;
	private underWay = 0;

	/** Records a call that has arrived. */
	open(call: Call): JournalEntry {
		this.callCount += 1;
		this.underWay += 1;

		const entry: JournalEntry = {
			n: this.callCount,
			request: null,
			at: call.at,
			method: call.method,
			path: call.path,
			query: call.query,
			headers: maskHeaders(call.headers),
			body: maskBody(call),
			entity: call.entity,
			action: call.action,
			branch: call.branch,
			underWay: this.underWay,
			status: null,
		};
		this.entries.push(entry);
		return entry;
	}

	/** Gives a number to a call that the rate limit has let pass, unless it is a login. */
	admit(entry: JournalEntry): void {
		if (isLogin(entry)) return;
		this.requestCount += 1;
		entry.request = this.requestCount;
	}

	/** Notes that a call is over, with or without an answer. */
	close(): void {
		this.underWay -= 1;
	}

	clear(): void {
		this.entries.length = 0;
		this.callCount = 0;
		this.requestCount = 0;
	}
}

const secretHeaders = ['x-alfacrm-token', 'x-app-key', 'authorization', 'cookie'];

/** Replaces secrets by digests, so that a test can still see whether two calls had the same token. */
function maskHeaders(headers: Call['headers']): Record<string, string> {
	const maskedHeaders: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		maskedHeaders[name] = secretHeaders.includes(name) ? fingerprint(value) : value;
	}
	return maskedHeaders;
}

/** Replaces the API key of a login, also in a body that is not JSON. */
function maskBody({ json, text }: Call): Json {
	if (json === undefined) return text.replace(/("?api_key"?\s*[:=]\s*"?)[^"&\s,}]*/g, '$1***');
	const hasApiKey = isObject(json) && 'api_key' in json;
	return hasApiKey ? { ...json, api_key: '***' } : json;
}

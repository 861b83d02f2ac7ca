import { isObject, type Json } from '../model/json';
import { fingerprint } from './auth';
import { isLogin, type Call } from './call';
import type { FaultKind } from './faults/schema';

/** One call of the API, in the order of arrival. Holds no key and no token. */
export interface JournalEntry {
	n: number;
	/** Its number among the calls other than logins that the limit let pass; null for the others. */
	request: number | null;
	/** Arrival, ms since the epoch, with fractions. */
	at: number;
	method: string;
	/** Without the query. */
	path: string;
	query: Readonly<Record<string, string>>;
	headers: Readonly<Record<string, string>>;
	/** Parsed; the text itself when it is not JSON. */
	body: Json;
	entity: string | null;
	action: string | null;
	branch: number | null;
	/** How many calls were under way when it came, itself among them. */
	underWay: number;
	/** null until answered, and for calls that never are. */
	status: number | null;
	fault?: FaultKind;
}

const secretHeaders = ['x-alfacrm-token', 'x-app-key', 'authorization', 'cookie'];

function maskHeaders(headers: Call['headers']): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [
			name,
			secretHeaders.includes(name) ? fingerprint(value) : value,
		]),
	);
}

function maskBody(call: Call): Json {
	const { json, text } = call;
	if (isObject(json)) return 'api_key' in json ? { ...json, api_key: '***' } : json;
	if (json !== undefined) return json;
	return text.replace(/("?api_key"?\s*[:=]\s*"?)[^"&\s,}]*/g, '$1***');
}

export class Journal {
	/** Emptied in place, so that whoever holds the list goes on seeing the truth. */
	readonly entries: JournalEntry[] = [];
	private count = 0;
	private requests = 0;
	private underWay = 0;

	open(call: Call): JournalEntry {
		this.count += 1;
		const { at, method, path, query, entity, action, branch } = call;
		const entry: JournalEntry = {
			n: this.count,
			request: null,
			at,
			method,
			path,
			query,
			headers: maskHeaders(call.headers),
			body: maskBody(call),
			entity,
			action,
			branch,
			underWay: (this.underWay += 1),
			status: null,
		};
		this.entries.push(entry);
		return entry;
	}

	/** The limit lets the call pass. */
	admit(entry: JournalEntry): void {
		if (isLogin(entry)) return;
		this.requests += 1;
		entry.request = this.requests;
	}

	/** The call is over, answered or not. */
	close(): void {
		this.underWay -= 1;
	}

	clear(): void {
		this.entries.length = 0;
		this.count = 0;
		this.requests = 0;
	}
}

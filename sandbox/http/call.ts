import type { FastifyRequest } from 'fastify';
import type { Json } from '../model/json';

/** The branch, entity and action that a path names; null for each that it does not name. */
interface PathParts {
	branch: number | null;
	entity: string | null;
	action: string | null;
}

/** A call as it arrived. */
export interface Call extends PathParts {
	/** The time of arrival, in ms since the epoch, with fractions. */
	at: number;
	method: string;
	/** The path with the query. */
	url: string;
	path: string;
	query: Readonly<Record<string, string>>;
	/** The headers, with their names in lower case. */
	headers: Readonly<Record<string, string>>;
	/** The body as it was sent. */
	text: string;
	/** The body as JSON: `{}` if it is empty, undefined if it is not JSON. */
	json: Json | undefined;
}

const pathPrefix = '/v2api/';

export function readCall(request: FastifyRequest): Call {
	const { url, method } = request;
	const [path = ''] = url.split('?');
	const query = new URLSearchParams(url.slice(path.length));
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(request.headers)) {
		headers[name] = String(value);
	}
	const text = textOf(request);

	return {
		...readPath(path),
		at: performance.timeOrigin + performance.now(),
		method,
		url,
		path,
		query: Object.fromEntries(query),
		headers,
		text,
		json: readJson(text),
	};
}

/** Reads a path such as `/v2api/1/customer/index`. The branch and the action may be missing. */
function readPath(path: string): PathParts {
	const parts = path.slice(pathPrefix.length).split('/').filter(Boolean);
	const [firstPart = ''] = parts;
	const hasBranch = /^\d+$/.test(firstPart);
	const [entity = null, ...actionParts] = hasBranch ? parts.slice(1) : parts;

	return {
		branch: hasBranch ? Number(firstPart) : null,
		entity,
		action: actionParts.length > 0 ? actionParts.join('/') : null,
	};
}

/** Returns the body as text. The server reads every body as text, whatever its content type. */
export function textOf({ body }: FastifyRequest): string {
	return typeof body === 'string' ? body : '';
}

/** Parses a text as JSON: `{}` if it is empty, undefined if it is not JSON. */
export function readJson(text: string): Json | undefined {
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}

export function isLogin({ entity, action, branch }: PathParts): boolean {
	return entity === 'auth' && action === 'login' && branch === null;
}

import type { FastifyRequest } from 'fastify';
import type { Json } from '../model/json';

/** One call as it arrived. */
export interface Call {
	/** ms since the epoch, with fractions */
	at: number;
	method: string;
	/** Path with the query. */
	url: string;
	path: string;
	query: Readonly<Record<string, string>>;
	/** Names in lower case. */
	headers: Readonly<Record<string, string>>;
	/** The body as sent. */
	text: string;
	/** The body as JSON: `{}` when empty, undefined when it is not JSON. */
	json: Json | undefined;
	/** What the path names; null where it has none. */
	branch: number | null;
	entity: string | null;
	action: string | null;
}

export const isLogin = ({ entity, action, branch }: Pick<Call, 'entity' | 'action' | 'branch'>): boolean =>
	entity === 'auth' && action === 'login' && branch === null;

const prefix = '/v2api/';

const clock = (): number => performance.timeOrigin + performance.now();

/** The text as JSON: `{}` when empty, undefined when it is not JSON. */
export function readJson(text: string): Json | undefined {
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}

/** `{branch}/{entity}/{action}`, the branch and the action being optional. */
function readPath(path: string): Pick<Call, 'branch' | 'entity' | 'action'> & { rest: string[] } {
	const parts = path.slice(prefix.length).split('/').filter(Boolean);
	const branch = /^\d+$/.test(parts[0] ?? '') ? Number(parts.shift()) : null;
	const [entity = null, action = null, ...rest] = parts;
	return { branch, entity, action, rest };
}

/** Bodies are read as text whatever their content type says. */
export const textOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

export function readCall(request: FastifyRequest): Call {
	const url = request.url;
	const [path = ''] = url.split('?');
	const { rest, ...named } = readPath(path);
	const text = textOf(request);
	const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
	return {
		at: clock(),
		method: request.method,
		url,
		path,
		query: Object.fromEntries(new URLSearchParams(url.slice(path.length))),
		headers: Object.fromEntries(headers) as Record<string, string>,
		text,
		json: readJson(text),
		...named,
		action: rest.length > 0 ? [named.action, ...rest].join('/') : named.action,
	};
}

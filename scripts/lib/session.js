'use strict';

/** n8n ties a login to the browser that it was made in. */
const BROWSER_ID = 'n8n-nodes-alfacrm-scripts';

/** One user's browser session with n8n's internal REST API: cookies, the browser's id, and readable failures. */
class Session {
	/** @param {string} url */
	constructor(url) {
		this.url = url;
		/** @type {Map<string, string>} */
		this.cookies = new Map();
	}

	/**
	 * @param {string} method
	 * @param {string} path below the server's root
	 * @param {unknown} [body] sent as JSON
	 * @returns {Promise<any>} the answer's `data`, or the whole answer when it has none
	 */
	async request(method, path, body) {
		const response = await fetch(this.url + path, {
			method,
			headers: {
				accept: 'application/json',
				'browser-id': BROWSER_ID,
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(120_000),
		});
		this.keepCookies(response);
		const text = await response.text();
		if (!response.ok)
			throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${messageOf(text)}`);
		const parsed = text ? JSON.parse(text) : undefined;
		return parsed && typeof parsed === 'object' && 'data' in parsed ? parsed.data : parsed;
	}

	/** @param {Response} response */
	keepCookies(response) {
		for (const line of response.headers.getSetCookie()) {
			const [pair] = line.split(';');
			const cut = pair.indexOf('=');
			this.cookies.set(pair.slice(0, cut).trim(), pair.slice(cut + 1).trim());
		}
	}
}

/** @param {string} text */
function messageOf(text) {
	try {
		return JSON.parse(text).message ?? text;
	} catch {
		return text.slice(0, 300);
	}
}

module.exports = { BROWSER_ID, Session };

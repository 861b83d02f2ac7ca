import type { APIRequestContext } from 'playwright-core';
import { request } from 'playwright-core';

/** n8n ties a login to the browser that it was made in. */
export const BROWSER_ID = 'n8n-nodes-alfacrm-scripts';

/** n8n's interface has answered with a status that says that it did not do it. */
export class RefusedRequest extends Error {
	constructor(
		readonly status: number,
		request: string,
		message: string,
	) {
		super(`n8n answered ${status} to ${request}: ${message}`);
	}
}

/** One user's browser session with n8n's internal REST API, whose cookies Playwright keeps: readable failures beside it. */
export class Session {
	private context?: Promise<APIRequestContext>;

	constructor(readonly url: string) {}

	/**
	 * @param path below the server's root
	 * @param data sent as JSON
	 * @returns the answer's `data`, or the whole answer when it has none
	 */
	async request<T = unknown>(method: string, path: string, data?: unknown): Promise<T> {
		const context = await this.open();
		// n8n may close a connection that was kept just when it is used again.
		const response = await context.fetch(path, { method, data, maxRetries: method === 'GET' ? 3 : 0 });
		const text = await response.text();
		const status = response.status();
		await response.dispose();
		if (status >= 400) throw new RefusedRequest(status, `${method} ${path}`, messageOf(text));
		const answer: unknown = text ? JSON.parse(text) : undefined;
		return (typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : answer) as T;
	}

	/** The cookies, for a browser that takes the login over. */
	async cookies() {
		return (await (await this.open()).storageState()).cookies;
	}

	private async open(): Promise<APIRequestContext> {
		this.context ??= request.newContext({
			baseURL: this.url,
			extraHTTPHeaders: { accept: 'application/json', 'browser-id': BROWSER_ID },
			timeout: 120_000,
		});
		return await this.context;
	}
}

function messageOf(text: string): string {
	try {
		return (JSON.parse(text) as { message?: string }).message ?? text;
	} catch {
		return text.slice(0, 300);
	}
}

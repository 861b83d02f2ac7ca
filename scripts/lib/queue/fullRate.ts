import { setTimeout as sleep } from 'node:timers/promises';
import { ResponseError } from '../../../nodes/AlfaCrm/api/failures';
import { RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../../nodes/AlfaCrm/api/retry';
import type { SandboxHandle } from '../sandbox';

const OPTIONS = {
	isIdempotent: true,
	rateLimitWaitMs: 300_000,
	atOnce: 0,
};
/** Until a process that is alone uses the whole rate, and has left a gap for the first time. */
const SETTLED_MS = 8_000;

/** Does something while one more process uses the whole rate, as an n8n that loads lists without end. */
export async function withFullRate<T>(
	sandbox: SandboxHandle,
	perSecond: number,
	work: () => Promise<T>,
): Promise<T> {
	const options = { ...OPTIONS, perSecond };
	const { email, apiKey } = await sandbox.credential();
	const post = async (path: string, body: object, token = '') => {
		const response = await fetch(`${sandbox.url}/v2api/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-alfacrm-token': token },
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new ResponseError({ kind: 'status', status: response.status });
		return (await response.json()) as { token: string };
	};
	const { token } = await post('auth/login', { email, api_key: apiKey });
	const limiter = new RateLimiter();
	let isOver = false;
	const user = async () => {
		while (!isOver)
			await withRetries(limiter, options, async () => await post('1/customer/index', {}, token));
	};
	const users = Promise.all([user(), user(), user()]);
	try {
		await Promise.race([users, sleep(SETTLED_MS)]);
		return await work();
	} finally {
		isOver = true;
		await users;
	}
}

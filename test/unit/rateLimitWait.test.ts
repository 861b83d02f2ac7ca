import type { JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { failureOf } from '../../nodes/AlfaCrm/api/errors';
import { explainLogin } from '../../nodes/AlfaCrm/api/login';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { readRateLimitWait, withRetries } from '../../nodes/AlfaCrm/api/retry';
import { startAll } from './limiterSupport';
import { answered, NODE } from '../support/nodeErrors';

beforeEach(() => {
	jest.useFakeTimers({ now: 0 });
	// The longest that is waited for in addition.
	jest.spyOn(Math, 'random').mockReturnValue(0.996);
});
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

const tooMany = (retryAfter?: string) =>
	answered(429, '', retryAfter === undefined ? {} : { 'retry-after': retryAfter });

/** Sends a call that fails with an error, and is taken the second time. */
async function sent(limiter: RateLimiter, rateLimitWaitMs: number, error?: Error) {
	const begun = Date.now();
	const outcomes = error === undefined ? [] : [error];
	const sentAt: number[] = [];
	const send = async () => {
		sentAt.push(Date.now() - begun);
		const outcome = outcomes.shift();
		return outcome === undefined ? await Promise.resolve('done') : await Promise.reject(outcome);
	};
	const end = withRetries(limiter, { perSecond: 5, isIdempotent: true, rateLimitWaitMs }, send).then(
		(answer) => ({ answer, endedAt: Date.now() - begun }),
		(reason: unknown) => ({ failure: failureOf(reason), endedAt: Date.now() - begun }),
	);
	await jest.runAllTimersAsync();
	return { sentAt, ...(await end) };
}

describe('after 429 a call', () => {
	it('that waited long for its turn has all of its time to be sent again', async () => {
		const limiter = new RateLimiter();
		startAll(limiter, 5, 100);
		const { sentAt, ...end } = await sent(limiter, 15_000, tooMany());
		expect(sentAt[0]).toBeGreaterThan(15_000);
		expect(end).toMatchObject({ answer: 'done' });
	});

	it('waits no more than seconds longer than Retry-After asks', async () => {
		const { sentAt } = await sent(new RateLimiter(), 300_000, tooMany('299'));
		expect(sentAt).toHaveLength(2);
		expect(sentAt[1]).toBeLessThanOrEqual(305_000);
	});

	it('waits as long as the answer to its login asks', async () => {
		const failed = explainLogin(failureOf(tooMany('20')), 'https://demo.s20.online');
		const login = new NodeApiError(NODE, failed as unknown as JsonObject);
		const { sentAt, ...end } = await sent(new RateLimiter(), 300_000, login);
		expect(sentAt[1]).toBeGreaterThanOrEqual(20_000);
		expect(end).toMatchObject({ answer: 'done' });
	});
});

describe('after another call was asked to wait for a minute', () => {
	it.each([15_000, 0])('one that may wait %i ms ends at once and is not sent', async (mayWait) => {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		expect(await sent(limiter, mayWait)).toEqual({
			sentAt: [],
			endedAt: 0,
			failure: { kind: 'status', status: 429, retryAfterMs: 60_000 },
		});
	});

	it('one that may wait longer does', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		const { sentAt, ...end } = await sent(limiter, 300_000);
		expect(sentAt).toHaveLength(1);
		expect(sentAt[0]).toBeGreaterThanOrEqual(60_000);
		expect(end).toMatchObject({ answer: 'done' });
	});
});

describe('readRateLimitWait', () => {
	it.each([
		[300, 300_000],
		['10', 10_000],
		[0.5, 500],
		[0, 0],
		['0', 0],
		[undefined, 300_000],
		[null, 300_000],
		['', 300_000],
		[' ', 300_000],
		['abc', 300_000],
		[NaN, 300_000],
		[-1, 300_000],
		[Infinity, 300_000],
	])('reads %j as %d ms', (value, ms) => {
		expect(readRateLimitWait(value)).toBe(ms);
	});
});

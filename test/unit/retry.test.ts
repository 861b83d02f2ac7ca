import type { JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { ResponseError, LoginError } from '../../nodes/AlfaCrm/api/errors';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../nodes/AlfaCrm/api/retry';
import { answered, NODE, unanswered } from '../support/nodeErrors';

const NOW = Date.parse('2026-11-24T10:00:00Z');

beforeEach(() => {
	jest.useFakeTimers({ now: NOW });
	// Half of the jitter, which makes whole milliseconds: fake timers know no parts of one.
	jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

interface Course {
	/** When the request was sent, in ms after the first time. */
	sentAt: number[];
	/** Waits between sending. */
	gaps: number[];
	answer?: unknown;
	error?: unknown;
}

/** Sends a request whose tries meet `outcomes` one by one; an outcome that is an error is thrown. */
async function course(
	outcomes: readonly unknown[],
	{
		isIdempotent = true,
		rateLimitWaitMs = 300_000,
		limiter = new RateLimiter(),
	}: { isIdempotent?: boolean; rateLimitWaitMs?: number; limiter?: RateLimiter } = {},
): Promise<Course> {
	const sentAt: number[] = [];
	const send = async () => {
		const outcome = outcomes[Math.min(sentAt.length, outcomes.length - 1)];
		sentAt.push(Date.now() - NOW);
		if (outcome instanceof Error) throw await Promise.resolve(outcome);
		return outcome;
	};
	const end = withRetries(limiter, { perSecond: 0, isIdempotent, rateLimitWaitMs }, send).then(
		(answer) => ({ answer }),
		(error: unknown) => ({ error }),
	);
	await jest.runAllTimersAsync();
	const gaps = sentAt.slice(1).map((time, index) => time - sentAt[index]);
	return { sentAt, gaps, ...(await end) };
}

const tooMany = (retryAfter?: string) =>
	answered(429, { name: 'Too Many Requests' }, retryAfter === undefined ? {} : { 'retry-after': retryAfter });

describe('an answer', () => {
	it('is handed on without another try', async () => {
		expect(await course([{ total: 0 }])).toEqual({ sentAt: [0], gaps: [], answer: { total: 0 } });
	});

	it.each([undefined, null, '', 0, false])('of %j is an answer too', async (answer) => {
		expect(await course([answer])).toEqual({ sentAt: [0], gaps: [], answer });
	});
});

describe.each([
	['a read', true],
	['a create', false],
])('after 429, %s', (_what, isIdempotent) => {
	it('is sent again until it is taken, however often that takes', async () => {
		const refusals = Array.from({ length: 60 }, () => tooMany());
		const { sentAt, answer } = await course([...refusals, { id: 1 }], { isIdempotent });
		expect(sentAt).toHaveLength(61);
		expect(answer).toEqual({ id: 1 });
	});

	it.each([0, 0.5, 0.996])('is not sent hastily, nor often (jitter %d)', async (random) => {
		jest.spyOn(Math, 'random').mockReturnValue(random);
		const { gaps } = await course([tooMany()], { isIdempotent });
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(6_700);
		const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
		expect(mean).toBeGreaterThanOrEqual(2_500);
	});

	it.each([10_000, 300_000])('is given up after %i ms', async (rateLimitWaitMs) => {
		const error = tooMany();
		const { sentAt, ...end } = await course([error], { isIdempotent, rateLimitWaitMs });
		expect(sentAt.at(-2)).toBeLessThan(rateLimitWaitMs);
		expect(sentAt.at(-1)).toBeGreaterThanOrEqual(rateLimitWaitMs);
		expect(sentAt.at(-1)).toBeLessThan(rateLimitWaitMs + 6_000);
		expect(end.error).toBe(error);
	});

	it('is sent once where there is no time to wait', async () => {
		const error = tooMany();
		expect(await course([error, 'done'], { isIdempotent, rateLimitWaitMs: 0 })).toEqual({
			sentAt: [0],
			gaps: [],
			error,
		});
	});

	it.each([
		['seconds', '7', 7_000],
		['an HTTP date', 'Tue, 24 Nov 2026 10:00:09 GMT', 9_000],
		['as much as there is time', '299', 299_000],
	])('waits as long as Retry-After asks, given as %s', async (_form, retryAfter, wait) => {
		const { gaps, answer } = await course([tooMany(retryAfter), 'done'], { isIdempotent });
		expect(gaps[0]).toBeGreaterThanOrEqual(wait);
		expect(gaps[0]).toBeLessThanOrEqual(wait * 1.25);
		expect(answer).toBe('done');
	});

	it.each(['300', '3600', 'Tue, 24 Nov 2026 11:00:00 GMT'])(
		'does not wait for a Retry-After of %s, which is longer than it may',
		async (retryAfter) => {
			const error = tooMany(retryAfter);
			expect(await course([error], { isIdempotent })).toEqual({ sentAt: [0], gaps: [], error });
		},
	);

	it.each(['soon', '', '0', 'Tue, 24 Nov 2026 09:59:00 GMT'])(
		'waits its own time for a Retry-After of %j',
		async (retryAfter) => {
			const own = await course([tooMany(), tooMany(), 'done'], { isIdempotent });
			// Places are looked for at moments that the clock tells.
			jest.setSystemTime(NOW);
			const { gaps } = await course([tooMany(retryAfter), tooMany(retryAfter), 'done'], { isIdempotent });
			expect(gaps).toEqual(own.gaps);
		},
	);

	it("knows it inside n8n's own error as well", async () => {
		const wrapped = new NodeApiError(NODE, tooMany('20') as unknown as JsonObject);
		expect((await course([wrapped, 'done'], { isIdempotent })).gaps[0]).toBeGreaterThanOrEqual(20_000);
	});

	it('is sent again after a login that met too many', async () => {
		const login = new NodeApiError(NODE, new LoginError('Too many', 'rate-limited') as unknown as JsonObject);
		expect((await course([login, login, 'done'], { isIdempotent })).answer).toBe('done');
	});
});

it('holds back the other requests to the host too while a Retry-After is waited for', async () => {
	const limiter = new RateLimiter();
	let otherAt = 0;
	const other = async () => {
		await jest.advanceTimersByTimeAsync(1_000);
		await limiter.run({ perSecond: 0 }, async () => await Promise.resolve((otherAt = Date.now() - NOW)));
	};
	await Promise.all([course([tooMany('5'), 'done'], { limiter }), other()]);
	expect(otherAt).toBeGreaterThanOrEqual(5_000);
});

/** Answers after which nobody knows whether the server acted. */
const LOST: Array<[what: string, error: Error]> = [
	['502', answered(502)],
	['503', answered(503)],
	['504', answered(504)],
	['ECONNRESET', unanswered('ECONNRESET', 'socket hang up')],
	['EPIPE', unanswered('EPIPE')],
];
const TIMED_OUT: Array<[what: string, error: Error]> = [
	['ETIMEDOUT', unanswered('ETIMEDOUT')],
	['ECONNABORTED', unanswered('ECONNABORTED', 'timeout of 30000ms exceeded')],
];

/** The request did not get there, which may be over in a moment. */
const NOT_THERE: Array<[what: string, error: Error]> = [
	['ECONNREFUSED', unanswered('ECONNREFUSED')],
	['EAI_AGAIN', unanswered('EAI_AGAIN', 'getaddrinfo EAI_AGAIN demo.s20.online')],
];

describe('a read', () => {
	it.each([...LOST, ...NOT_THERE])(
		'is sent 3 times in all when %s comes again and again',
		async (_what, error) => {
			const { gaps, ...end } = await course([error]);
			expect(gaps).toHaveLength(2);
			expect(gaps[0]).toBeGreaterThanOrEqual(1_000);
			expect(gaps[1]).toBeGreaterThanOrEqual(2_000);
			expect(gaps[0] + gaps[1]).toBeLessThanOrEqual(3_750);
			expect(end.error).toBe(error);
		},
	);

	it.each(TIMED_OUT)('is sent only twice when each try takes until %s', async (_what, error) => {
		const { gaps, ...end } = await course([error]);
		expect(gaps).toEqual([1_000]);
		expect(end.error).toBe(error);
	});

	it.each([...LOST, ...TIMED_OUT])('returns what the try after %s brings', async (_what, error) => {
		const { sentAt, answer } = await course([error, { total: 3 }]);
		expect(sentAt).toHaveLength(2);
		expect(answer).toEqual({ total: 3 });
	});

	it('is given up at once when it is told so after a lost answer', async () => {
		const error = answered(400);
		const { sentAt, ...end } = await course([answered(503), error]);
		expect(sentAt).toHaveLength(2);
		expect(end.error).toBe(error);
	});

	it('is not sent more often when it is refused in between', async () => {
		const error = answered(503);
		const { sentAt, ...end } = await course([error, tooMany(), error, tooMany(), error, { total: 3 }]);
		expect(sentAt).toHaveLength(5);
		expect(end.error).toBe(error);
	});
});

describe('a create', () => {
	it.each([...LOST, ...TIMED_OUT])(
		'is never sent twice when its answer was lost: %s',
		async (_what, error) => {
			expect(await course([error, { success: true }], { isIdempotent: false })).toEqual({
				sentAt: [0],
				gaps: [],
				error,
			});
		},
	);

	it('is not sent again either when the answer to its second try was lost', async () => {
		const error = answered(502);
		const { sentAt, ...end } = await course([tooMany(), error, { success: true }], { isIdempotent: false });
		expect(sentAt).toHaveLength(2);
		expect(end.error).toBe(error);
	});
});

describe.each([
	['a read', true],
	['a create', false],
])('%s is sent once', (_what, isIdempotent) => {
	it.each<[string, Error]>([
		['400', answered(400)],
		['401', answered(401)],
		['403', answered(403)],
		['404', answered(404)],
		['422', answered(422, { errors: { name: ['empty'] } })],
		['500', answered(500)],
		['501', answered(501)],
		['a redirect', answered(302, '', { location: 'https://other.example/' })],
		['a host that does not exist', unanswered('ENOTFOUND', 'getaddrinfo ENOTFOUND demo.s20.online')],
		['a cancelled request', unanswered('ERR_CANCELED', 'canceled')],
		['a refusal', new ResponseError({ kind: 'refusal', fields: { name: ['empty'] } })],
		['a web page', new ResponseError({ kind: 'notJson' })],
		['a refused login', new NodeApiError(NODE, new LoginError('Wrong key') as unknown as JsonObject)],
		['something unheard of', new TypeError('x is not a function')],
	])('after %s', async (_what2, error) => {
		expect(await course([error, 'done'], { isIdempotent })).toEqual({ sentAt: [0], gaps: [], error });
	});
});

describe('a cancelled execution', () => {
	it.each([
		['429', tooMany('30')],
		['503', answered(503)],
	])('does not wait for the next try after %s', async (_what, error) => {
		const stop = new AbortController();
		let sent = 0;
		const send = async () => {
			sent++;
			throw await Promise.resolve(error);
		};
		const end = withRetries(
			new RateLimiter(),
			{ perSecond: 5, isIdempotent: true, rateLimitWaitMs: 300_000, signal: stop.signal },
			send,
		);
		const rejected = expect(end).rejects.toThrow('The execution was cancelled');
		await jest.advanceTimersByTimeAsync(200);
		stop.abort();
		await jest.advanceTimersByTimeAsync(0);
		await rejected;
		await jest.advanceTimersByTimeAsync(60_000);
		expect(sent).toBe(1);
	});
});

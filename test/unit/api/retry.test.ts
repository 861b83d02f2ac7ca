import type { JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { readFailure } from '../../../nodes/AlfaCrm/api/answer';
import { LoginError, ResponseError } from '../../../nodes/AlfaCrm/api/failures';
import { makeLoginError } from '../../../nodes/AlfaCrm/api/loginMessages';
import { RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { readRateLimitWait, withRetries } from '../../../nodes/AlfaCrm/api/retry';
import { makeAnswerError, NODE, makeNetworkError, WEB_PAGE } from '../../support/nodeErrors';
import { settle, stopTime } from './clock';

let random = 0.5;
stopTime({ random: () => random });
beforeEach(() => (random = 0.5));

interface Options {
	isIdempotent?: boolean;
	isLogin?: boolean;
	rateLimitWaitMs?: number;
	limiter?: RateLimiter;
	perSecond?: number;
	signal?: AbortSignal;
}

/** Sends a call whose tries meet `outcomes` one by one, the last one for ever; one that is an error is thrown. */
async function course(outcomes: readonly unknown[], options: Options = {}) {
	const { limiter = new RateLimiter(), ...more } = options;
	const begun = performance.now();
	const sentAt: number[] = [];
	const send = async () => {
		const outcome = outcomes[Math.min(sentAt.length, outcomes.length - 1)];
		sentAt.push(performance.now() - begun);
		if (outcome instanceof Error) throw await Promise.resolve(outcome);
		return outcome;
	};
	const how = { perSecond: 0, isIdempotent: true, rateLimitWaitMs: 300_000, ...more };
	const end = await settle(
		withRetries(limiter, how, send).then(
			(answer: unknown) => ({ answer, error: undefined }),
			(error: unknown) => ({ error, answer: undefined }),
		),
	);
	const gaps = sentAt.slice(1).map((time, index) => time - sentAt[index]);
	return { sentAt, gaps, endedAt: performance.now() - begun, ...end };
}

const tooMany = (retryAfter?: string) =>
	makeAnswerError(
		429,
		{ name: 'Too Many Requests' },
		retryAfter === undefined ? {} : { 'retry-after': retryAfter },
	);
/** As it reaches the node inside of n8n's own error. */
const wrapped = (error: Error) => new NodeApiError(NODE, error as unknown as JsonObject);

const CALLS = [
	['a read', true],
	['a create', false],
] as const;

it.each([{ total: 0 }, undefined, null, '', 0, false])(
	'an answer of %j is handed on without another try',
	async (answer) => {
		expect(await course([answer])).toMatchObject({ sentAt: [0], answer });
	},
);

describe.each(CALLS)('after 429, %s', (_what, isIdempotent) => {
	it('is sent again until it is taken, however often that takes', async () => {
		const refusals = Array.from({ length: 60 }, () => tooMany());
		const { sentAt, answer } = await course([...refusals, { id: 1 }], { isIdempotent });
		expect([sentAt.length, answer]).toEqual([61, { id: 1 }]);
	});

	it.each([0, 0.5, 0.996])('is not sent hastily, and less often each time (jitter %d)', async (jitter) => {
		random = jitter;
		const { gaps } = await course([tooMany()], { isIdempotent });
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(3_000);
		expect(gaps.at(-1)).toBeGreaterThanOrEqual(1_500);
	});

	it.each([10_000, 300_000])('is given up after %i ms', async (rateLimitWaitMs) => {
		const error = tooMany();
		const { sentAt, ...end } = await course([error], { isIdempotent, rateLimitWaitMs });
		expect(sentAt.at(-2)).toBeLessThan(rateLimitWaitMs);
		expect(sentAt.at(-1)).toBeGreaterThanOrEqual(rateLimitWaitMs);
		expect(sentAt.at(-1)).toBeLessThan(rateLimitWaitMs + 6_000);
		expect(end).toMatchObject({ error });
	});

	it('is sent once where there is no time to wait', async () => {
		const error = tooMany();
		expect(await course([error, 'done'], { isIdempotent, rateLimitWaitMs: 0 })).toMatchObject({
			sentAt: [0],
			error,
		});
	});

	it.each([
		['a little', '7', 7_000],
		['as much as there is time', '299', 299_000],
	])('waits as long as Retry-After asks, %s, and hardly longer', async (_form, retryAfter, wait) => {
		random = 0.996;
		const { gaps, answer } = await course([tooMany(retryAfter), 'done'], { isIdempotent });
		expect(gaps[0]).toBeGreaterThanOrEqual(wait);
		expect(gaps[0]).toBeLessThanOrEqual(wait + 1_000);
		expect(answer).toBe('done');
	});

	it.each(['300', '3600'])(
		'does not wait for a Retry-After of %s, which is longer than it may',
		async (retryAfter) => {
			const error = tooMany(retryAfter);
			expect(await course([error], { isIdempotent })).toMatchObject({ sentAt: [0], error });
		},
	);

	it.each<[what: string, error: Error]>([
		["inside n8n's own error", wrapped(tooMany('20'))],
		[
			'to the login before it',
			wrapped(makeLoginError(readFailure(tooMany('20')), 'https://demo.s20.online')),
		],
	])('waits as long as an answer asks that comes %s', async (_where, error) => {
		const { gaps, answer } = await course([error, 'done'], { isIdempotent });
		expect(gaps[0]).toBeGreaterThanOrEqual(20_000);
		expect(answer).toBe('done');
	});

	it('that waited long for its turn has all of its time to be sent again', async () => {
		const limiter = new RateLimiter();
		for (let index = 0; index < 100; index++)
			void limiter.run({ perSecond: 5 }, async () => await Promise.resolve());
		const options = { isIdempotent, limiter, perSecond: 5, rateLimitWaitMs: 15_000 };
		const { sentAt, answer } = await course([tooMany(), 'done'], options);
		expect(sentAt[0]).toBeGreaterThan(15_000);
		expect(answer).toBe('done');
	});
});

describe('where another call was asked to wait for a minute', () => {
	it.each([15_000, 0])('one that may wait %i ms ends at once and is not sent', async (rateLimitWaitMs) => {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		const { error, sentAt, endedAt } = await course(['done'], { limiter, rateLimitWaitMs });
		expect([sentAt, endedAt]).toEqual([[], 0]);
		expect(readFailure(error)).toEqual({ kind: 'status', status: 429, retryAfterMs: 60_000 });
	});

	it('one that has waited before may wait so much less', async () => {
		const limiter = new RateLimiter();
		const sentAt: number[] = [];
		const send = async () => {
			sentAt.push(performance.now());
			if (sentAt.length === 2) limiter.pauseFor(14_500);
			throw await Promise.resolve(tooMany());
		};
		const options = { perSecond: 0, isIdempotent: true, rateLimitWaitMs: 15_000 };
		const end = settle(withRetries(limiter, options, send));
		await expect(end).rejects.toMatchObject({ failure: { status: 429, retryAfterMs: 14_500 } });
		expect(sentAt).toHaveLength(2);
	});

	it('one that may wait longer does', async () => {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		const { sentAt, answer } = await course(['done'], { limiter });
		expect(sentAt[0]).toBeGreaterThanOrEqual(60_000);
		expect(answer).toBe('done');
	});
});

/** Answers after which nobody knows whether the server acted. */
const LOST: Array<[what: string, error: Error]> = [
	['502', makeAnswerError(502)],
	['504', makeAnswerError(504)],
	['ECONNRESET', makeNetworkError('ECONNRESET', 'socket hang up')],
];
const TIMED_OUT: typeof LOST = [
	['ETIMEDOUT', makeNetworkError('ETIMEDOUT')],
	['ECONNABORTED', makeNetworkError('ECONNABORTED', 'timeout of 30000ms exceeded')],
];
/** The call did not get there, which may be over in a moment. */
const NOT_THERE: typeof LOST = [
	['ECONNREFUSED', makeNetworkError('ECONNREFUSED')],
	['EAI_AGAIN', makeNetworkError('EAI_AGAIN', 'getaddrinfo EAI_AGAIN demo.s20.online')],
];

describe('a read', () => {
	it.each([...LOST, ...NOT_THERE])(
		'is sent 3 times in all when %s comes again and again',
		async (_what, error) => {
			expect(await course([error])).toMatchObject({ gaps: [1_000, 2_000], error });
		},
	);

	it.each(TIMED_OUT)('is sent only twice when each try takes until %s', async (_what, error) => {
		expect(await course([error])).toMatchObject({ gaps: [1_000], error });
	});

	it.each([...LOST, ...TIMED_OUT])('returns what the try after %s brings', async (_what, error) => {
		expect(await course([error, { total: 3 }])).toMatchObject({ gaps: [1_000], answer: { total: 3 } });
	});

	it('is not sent more often when it is refused in between', async () => {
		const error = makeAnswerError(503);
		const { sentAt, ...end } = await course([error, tooMany(), error, tooMany(), error, { total: 3 }]);
		expect(sentAt).toHaveLength(5);
		expect(end).toMatchObject({ error });
	});
});

/** What comes from a firewall, a proxy or a server that is being updated. */
const FROM_INTERMEDIARY: typeof LOST = [
	['a web page with HTTP 400', makeAnswerError(400, WEB_PAGE)],
	['a web page with HTTP 401', makeAnswerError(401, WEB_PAGE)],
	['a web page with HTTP 403', makeAnswerError(403, WEB_PAGE)],
	['a web page with HTTP 404', makeAnswerError(404, WEB_PAGE)],
	['HTTP 403 with nothing', makeAnswerError(403, '')],
	['a web page with HTTP 200', new ResponseError({ kind: 'intermediary' })],
];

describe('a read that something else than AlfaCRM answers', () => {
	it.each(FROM_INTERMEDIARY)(
		'is sent again after 5 and after 10 seconds when %s comes',
		async (_what, error) => {
			expect(await course([error])).toMatchObject({ gaps: [5_000, 5_000], error });
		},
	);

	it.each(FROM_INTERMEDIARY)('returns what the try after %s brings', async (_what, error) => {
		expect(await course([error, { total: 3 }])).toMatchObject({ gaps: [5_000], answer: { total: 3 } });
	});

	it('is not sent again where it is a login, which mostly has a wrong hostname then', async () => {
		const error = makeAnswerError(404, WEB_PAGE);
		expect(await course([error], { isLogin: true })).toMatchObject({ sentAt: [0], error });
	});

	it('is sent again as after 502 where a server fails with a page and HTTP 520', async () => {
		const error = makeAnswerError(520, WEB_PAGE);
		expect(await course([error])).toMatchObject({ gaps: [1_000, 2_000], error });
	});
});

describe('a create', () => {
	it.each([...LOST, ...TIMED_OUT, ...NOT_THERE, ...FROM_INTERMEDIARY])(
		'is never sent twice when its answer was lost: %s',
		async (_what, error) => {
			expect(await course([error, { success: true }], { isIdempotent: false })).toMatchObject({
				sentAt: [0],
				error,
			});
		},
	);

	it('is not sent again either when the answer to its second try was lost', async () => {
		const error = makeAnswerError(502);
		const { sentAt, ...end } = await course([tooMany(), error, { success: true }], { isIdempotent: false });
		expect(sentAt).toHaveLength(2);
		expect(end).toMatchObject({ error });
	});
});

describe.each(CALLS)('%s is sent once', (_what, isIdempotent) => {
	it.each<[string, Error]>([
		...[400, 401, 403, 404, 500, 501].map((status): [string, Error] => [
			String(status),
			makeAnswerError(status),
		]),
		['422', makeAnswerError(422, { errors: { name: ['empty'] } })],
		['a redirect', makeAnswerError(302, '', { location: 'https://other.example/' })],
		['a host that does not exist', makeNetworkError('ENOTFOUND', 'getaddrinfo ENOTFOUND demo.s20.online')],
		['a cancelled request', makeNetworkError('ERR_CANCELED', 'canceled')],
		['a refusal', new ResponseError({ kind: 'refusal', fields: { name: ['empty'] } })],
		['a refused login', wrapped(new LoginError('Wrong key'))],
		['something unheard of', new TypeError('x is not a function')],
	])('after %s', async (_what2, error) => {
		expect(await course([error, 'done'], { isIdempotent })).toMatchObject({ sentAt: [0], error });
	});
});

it.each([
	['429', tooMany('30')],
	['503', makeAnswerError(503)],
])('an execution that is cancelled does not wait for the next try after %s', async (_what, error) => {
	const stop = new AbortController();
	setTimeout(() => stop.abort(), 200);
	const end = await course([error], { perSecond: 5, signal: stop.signal });
	expect(end).toMatchObject({ sentAt: [0], endedAt: 200, error: { message: 'The execution was cancelled' } });
});

it.each([
	[300, 300_000],
	['10', 10_000],
	[0.5, 500],
	['0', 0],
	[null, 300_000],
	['', 300_000],
	['abc', 300_000],
	[-1, 300_000],
	[Infinity, 300_000],
])('how long a call may wait is read from %j as %d ms', (value, ms) => {
	expect(readRateLimitWait(value)).toBe(ms);
});

import type { JsonObject } from 'n8n-workflow';
import { NodeApiError, sleep } from 'n8n-workflow';

import { readFailure } from '../../../nodes/AlfaCrm/api/answer';
import { LoginError, ResponseError } from '../../../nodes/AlfaCrm/api/failures';
import { makeLoginError } from '../../../nodes/AlfaCrm/api/loginMessages';
import { RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { readRateLimitWait, withRetries } from '../../../nodes/AlfaCrm/api/retry';
import { makeAnswerError, makeNetworkError, NODE, WEB_PAGE } from '../../support/nodeErrors';
import { settle, stopTime } from './clock';

const CUSTOMER_LIST = { total: 3 };
const SUCCESS = { success: true };

let random = 0.5;
stopTime({ random: () => random });
beforeEach(() => {
	random = 0.5;
});

const CALLS = [
	{ call: 'a read', isIdempotent: true },
	{ call: 'a create', isIdempotent: false },
];

/** Failures after which nobody knows whether the server acted. */
const LOST_ANSWERS = [
	{ failure: '502', error: makeAnswerError(502) },
	{ failure: '504', error: makeAnswerError(504) },
	{ failure: 'ECONNRESET', error: makeNetworkError('ECONNRESET', 'socket hang up') },
];
const TIMEOUTS = [
	{ failure: 'ETIMEDOUT', error: makeNetworkError('ETIMEDOUT') },
	{ failure: 'ECONNABORTED', error: makeNetworkError('ECONNABORTED', 'timeout of 30000ms exceeded') },
];
/** Failures before the call has reached the server. They may pass in a moment. */
const FAILED_CONNECTIONS = [
	{ failure: 'ECONNREFUSED', error: makeNetworkError('ECONNREFUSED') },
	{ failure: 'EAI_AGAIN', error: makeNetworkError('EAI_AGAIN', 'getaddrinfo EAI_AGAIN demo.s20.online') },
];
/** Answers of a firewall, of a proxy, or of a server that is being updated. */
const ANSWERS_OF_INTERMEDIARY = [
	{ failure: 'a web page with HTTP 400', error: makeAnswerError(400, WEB_PAGE) },
	{ failure: 'a web page with HTTP 401', error: makeAnswerError(401, WEB_PAGE) },
	{ failure: 'a web page with HTTP 403', error: makeAnswerError(403, WEB_PAGE) },
	{ failure: 'a web page with HTTP 404', error: makeAnswerError(404, WEB_PAGE) },
	{ failure: 'an empty answer with HTTP 403', error: makeAnswerError(403, '') },
	{ failure: 'a web page with HTTP 200', error: new ResponseError({ kind: 'intermediary' }) },
];
/** Failures that the next attempt would meet again. */
const LASTING_FAILURES = [
	{ failure: 'HTTP 400', error: makeAnswerError(400) },
	{ failure: 'HTTP 401', error: makeAnswerError(401) },
	{ failure: 'HTTP 403', error: makeAnswerError(403) },
	{ failure: 'HTTP 404', error: makeAnswerError(404) },
	{ failure: 'HTTP 422', error: makeAnswerError(422, { errors: { name: ['empty'] } }) },
	{ failure: 'HTTP 500', error: makeAnswerError(500) },
	{ failure: 'HTTP 501', error: makeAnswerError(501) },
	{ failure: 'a redirect', error: makeAnswerError(302, '', { location: 'https://other.example/' }) },
	{
		failure: 'an unknown host',
		error: makeNetworkError('ENOTFOUND', 'getaddrinfo ENOTFOUND demo.s20.online'),
	},
	{ failure: 'a cancelled request', error: makeNetworkError('ERR_CANCELED', 'canceled') },
	{
		failure: 'a refusal by AlfaCRM',
		error: new ResponseError({ kind: 'refusal', fields: { name: ['empty'] } }),
	},
	{ failure: 'a refused login', error: wrapInN8nError(new LoginError('Wrong key')) },
	{ failure: 'an unknown error', error: new TypeError('x is not a function') },
];

describe('withRetries', () => {
	it.each([{ total: 0 }, undefined, null, '', 0, false])(
		'sends a call once when its answer is %j',
		async (successfulAnswer) => {
			const { sentAt, answer } = await sendCall([successfulAnswer]);

			expect(sentAt).toEqual([0]);
			expect(answer).toEqual(successfulAnswer);
		},
	);
});

describe.each(CALLS)('withRetries, after AlfaCRM got too many calls, for $call', ({ call, isIdempotent }) => {
	it(`sends ${call} again until AlfaCRM accepts it after 60 refusals`, async () => {
		const refusals = Array.from({ length: 60 }, () => makeTooManyError());

		const { sentAt, answer } = await sendCall([...refusals, { id: 1 }], { isIdempotent });

		expect(sentAt).toHaveLength(61);
		expect(answer).toEqual({ id: 1 });
	});

	it.each([0, 0.5, 0.996])(
		`sends ${call} again after one to three seconds, in the end after at least 1.5, when the random number is %d`,
		async (randomNumber) => {
			random = randomNumber;

			const { gaps } = await sendCall([makeTooManyError()], { isIdempotent });

			expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
			expect(Math.max(...gaps)).toBeLessThanOrEqual(3_000);
			expect(gaps.at(-1)).toBeGreaterThanOrEqual(1_500);
		},
	);

	it.each([10_000, 300_000])(
		`gives ${call} up at the first refusal after the %i ms that it may wait`,
		async (rateLimitWaitMs) => {
			const tooMany = makeTooManyError();

			const { sentAt, error } = await sendCall([tooMany], { isIdempotent, rateLimitWaitMs });

			expect(sentAt.at(-2)).toBeLessThan(rateLimitWaitMs);
			expect(sentAt.at(-1)).toBeGreaterThanOrEqual(rateLimitWaitMs);
			expect(sentAt.at(-1)).toBeLessThan(rateLimitWaitMs + 6_000);
			expect(error).toBe(tooMany);
		},
	);

	it(`sends ${call} once when it may not wait`, async () => {
		const tooMany = makeTooManyError();

		const { sentAt, error } = await sendCall([tooMany, 'done'], { isIdempotent, rateLimitWaitMs: 0 });

		expect(sentAt).toEqual([0]);
		expect(error).toBe(tooMany);
	});

	it.each([
		{ retryAfter: '7', waitMs: 7_000 },
		{ retryAfter: '299', waitMs: 299_000 },
	])(
		`sends ${call} again at most a second after the $retryAfter seconds that AlfaCRM asks to wait`,
		async ({ retryAfter, waitMs }) => {
			random = 0.996;

			const { gaps, answer } = await sendCall([makeTooManyError(retryAfter), 'done'], { isIdempotent });

			expect(gaps[0]).toBeGreaterThanOrEqual(waitMs);
			expect(gaps[0]).toBeLessThanOrEqual(waitMs + 1_000);
			expect(answer).toBe('done');
		},
	);

	it.each(['300', '3600'])(
		`gives ${call} up at once when AlfaCRM asks to wait %s seconds and it may wait 300`,
		async (retryAfter) => {
			const tooMany = makeTooManyError(retryAfter);

			const { sentAt, error } = await sendCall([tooMany], { isIdempotent, rateLimitWaitMs: 300_000 });

			expect(sentAt).toEqual([0]);
			expect(error).toBe(tooMany);
		},
	);

	it(`waits as long as AlfaCRM asks when n8n has wrapped the refusal of ${call} into its own error`, async () => {
		const refusal = wrapInN8nError(makeTooManyError('20'));

		const { gaps, answer } = await sendCall([refusal, 'done'], { isIdempotent });

		expect(gaps[0]).toBeGreaterThanOrEqual(20_000);
		expect(answer).toBe('done');
	});

	it(`waits as long as AlfaCRM asks when it refuses the login before ${call}`, async () => {
		const loginFailure = readFailure(makeTooManyError('20'));
		const refusal = wrapInN8nError(makeLoginError(loginFailure, 'https://demo.s20.online'));

		const { gaps, answer } = await sendCall([refusal, 'done'], { isIdempotent });

		expect(gaps[0]).toBeGreaterThanOrEqual(20_000);
		expect(answer).toBe('done');
	});

	it(`sends ${call} again although it has waited for its turn longer than it may wait after a refusal`, async () => {
		const limiter = new RateLimiter();
		queueCalls(limiter, { count: 100, perSecond: 5 });

		const { sentAt, answer } = await sendCall([makeTooManyError(), 'done'], {
			isIdempotent,
			limiter,
			perSecond: 5,
			rateLimitWaitMs: 15_000,
		});

		expect(sentAt[0]).toBeGreaterThan(15_000);
		expect(answer).toBe('done');
	});
});

describe('withRetries, while AlfaCRM has asked another call to wait for a minute', () => {
	it.each([15_000, 0])(
		'fails at once and sends nothing when the call may wait %i ms',
		async (rateLimitWaitMs) => {
			const limiter = makePausedLimiter();

			const { error, sentAt, endedAt } = await sendCall(['done'], { limiter, rateLimitWaitMs });

			expect(sentAt).toEqual([]);
			expect(endedAt).toBe(0);
			expect(readFailure(error)).toEqual({ kind: 'status', status: 429, retryAfterMs: 60_000 });
		},
	);

	it('sends the call after the minute when the call may wait longer', async () => {
		const limiter = makePausedLimiter();

		const { sentAt, answer } = await sendCall(['done'], { limiter, rateLimitWaitMs: 300_000 });

		expect(sentAt[0]).toBeGreaterThanOrEqual(60_000);
		expect(answer).toBe('done');
	});

	it('subtracts the time that the call has waited before from the time that it may wait', async () => {
		const limiter = new RateLimiter();
		const send = jest.fn<Promise<unknown>, []>().mockRejectedValueOnce(makeTooManyError());
		send.mockImplementationOnce(async () => {
			limiter.pauseFor(14_500);
			return await Promise.reject(makeTooManyError());
		});
		const options = { perSecond: 0, isIdempotent: true, rateLimitWaitMs: 15_000 };

		const call = settle(withRetries(limiter, options, send));

		await expect(call).rejects.toMatchObject({ failure: { status: 429, retryAfterMs: 14_500 } });
		expect(send).toHaveBeenCalledTimes(2);
	});

	/** Makes a limiter that another call has paused for a minute. */
	function makePausedLimiter(): RateLimiter {
		const limiter = new RateLimiter();
		limiter.pauseFor(60_000);
		return limiter;
	}
});

describe('withRetries of a read', () => {
	it.each([...LOST_ANSWERS, ...FAILED_CONNECTIONS])(
		'sends a read again after one second and after two more when $failure comes each time',
		async ({ error: failure }) => {
			const { gaps, error } = await sendCall([failure]);

			expect(gaps).toEqual([1_000, 2_000]);
			expect(error).toBe(failure);
		},
	);

	it.each(TIMEOUTS)(
		'sends a read again only once when $failure comes each time',
		async ({ error: failure }) => {
			const { gaps, error } = await sendCall([failure]);

			expect(gaps).toEqual([1_000]);
			expect(error).toBe(failure);
		},
	);

	it.each([...LOST_ANSWERS, ...TIMEOUTS])(
		'returns the answer to the second attempt of a read after $failure',
		async ({ error: failure }) => {
			const { gaps, answer } = await sendCall([failure, CUSTOMER_LIST]);

			expect(gaps).toEqual([1_000]);
			expect(answer).toEqual(CUSTOMER_LIST);
		},
	);

	it('gives a read up after three lost answers although AlfaCRM got too many calls in between', async () => {
		const lostAnswer = makeAnswerError(503);

		const { sentAt, error } = await sendCall([
			lostAnswer,
			makeTooManyError(),
			lostAnswer,
			makeTooManyError(),
			lostAnswer,
			CUSTOMER_LIST,
		]);

		expect(sentAt).toHaveLength(5);
		expect(error).toBe(lostAnswer);
	});

	it.each(ANSWERS_OF_INTERMEDIARY)(
		'sends a read again after five seconds and after five more when $failure comes each time',
		async ({ error: failure }) => {
			const { gaps, error } = await sendCall([failure]);

			expect(gaps).toEqual([5_000, 5_000]);
			expect(error).toBe(failure);
		},
	);

	it.each(ANSWERS_OF_INTERMEDIARY)(
		'returns the answer to the second attempt of a read after $failure',
		async ({ error: failure }) => {
			const { gaps, answer } = await sendCall([failure, CUSTOMER_LIST]);

			expect(gaps).toEqual([5_000]);
			expect(answer).toEqual(CUSTOMER_LIST);
		},
	);

	it('sends a login once when a web page answers, because the hostname is probably wrong', async () => {
		const webPage = makeAnswerError(404, WEB_PAGE);

		const { sentAt, error } = await sendCall([webPage], { isLogin: true });

		expect(sentAt).toEqual([0]);
		expect(error).toBe(webPage);
	});

	it('sends a read again as after HTTP 502 when a server fails with a page and HTTP 520', async () => {
		const failure = makeAnswerError(520, WEB_PAGE);

		const { gaps, error } = await sendCall([failure]);

		expect(gaps).toEqual([1_000, 2_000]);
		expect(error).toBe(failure);
	});
});

describe('withRetries of a create', () => {
	it.each([...LOST_ANSWERS, ...TIMEOUTS, ...FAILED_CONNECTIONS, ...ANSWERS_OF_INTERMEDIARY])(
		'sends a create only once when $failure comes',
		async ({ error: failure }) => {
			const { sentAt, error } = await sendCall([failure, SUCCESS], { isIdempotent: false });

			expect(sentAt).toEqual([0]);
			expect(error).toBe(failure);
		},
	);

	it('gives a create up when the answer to its second attempt was lost', async () => {
		const lostAnswer = makeAnswerError(502);

		const { sentAt, error } = await sendCall([makeTooManyError(), lostAnswer, SUCCESS], {
			isIdempotent: false,
		});

		expect(sentAt).toHaveLength(2);
		expect(error).toBe(lostAnswer);
	});
});

describe.each(CALLS)('withRetries, after a lasting failure, for $call', ({ call, isIdempotent }) => {
	it.each(LASTING_FAILURES)(`sends ${call} once when $failure comes`, async ({ error: failure }) => {
		const { sentAt, error } = await sendCall([failure, 'done'], { isIdempotent });

		expect(sentAt).toEqual([0]);
		expect(error).toBe(failure);
	});
});

describe('withRetries of a cancelled execution', () => {
	it.each([
		{ failure: '429', error: makeTooManyError('30') },
		{ failure: '503', error: makeAnswerError(503) },
	])('ends the wait for the next attempt after $failure at once', async ({ error: failure }) => {
		const execution = new AbortController();
		void sleep(200).then(() => execution.abort());

		const { sentAt, endedAt, error } = await sendCall([failure], {
			perSecond: 5,
			signal: execution.signal,
		});

		expect(sentAt).toEqual([0]);
		expect(endedAt).toBe(200);
		expect(error).toMatchObject({ message: 'The execution was cancelled' });
	});
});

describe('readRateLimitWait', () => {
	it.each([
		{ seconds: 300, ms: 300_000 },
		{ seconds: '10', ms: 10_000 },
		{ seconds: 0.5, ms: 500 },
		{ seconds: '0', ms: 0 },
	])('reads $seconds seconds of the credential as $ms ms', ({ seconds, ms }) => {
		expect(readRateLimitWait(seconds)).toBe(ms);
	});

	it.each([null, '', 'abc', -1, Infinity])(
		'takes five minutes when the credential says %p, which is no number of seconds',
		(value) => {
			expect(readRateLimitWait(value)).toBe(300_000);
		},
	);
});

interface CallOptions {
	isIdempotent?: boolean;
	isLogin?: boolean;
	rateLimitWaitMs?: number;
	limiter?: RateLimiter;
	perSecond?: number;
	signal?: AbortSignal;
}

/**
 * Sends a call, a read unless the options say otherwise. Its attempts meet the outcomes one by one, and the last outcome
 * again and again. An outcome that is an error is thrown. Times are milliseconds from the beginning.
 */
async function sendCall(outcomes: readonly unknown[], options: CallOptions = {}) {
	const { limiter = new RateLimiter(), ...callOptions } = options;
	const begunAt = performance.now();
	const sentAt: number[] = [];
	const send = async () => {
		const outcome = outcomes[sentAt.length] ?? outcomes.at(-1);
		sentAt.push(performance.now() - begunAt);
		if (outcome instanceof Error) throw await Promise.resolve(outcome);
		return outcome;
	};

	const retryOptions = { perSecond: 0, isIdempotent: true, rateLimitWaitMs: 300_000, ...callOptions };
	const end = await settle(
		withRetries(limiter, retryOptions, send).then(
			(answer: unknown) => ({ answer, error: undefined }),
			(error: unknown) => ({ answer: undefined, error }),
		),
	);

	const gaps = sentAt.slice(1).map((time, index) => time - sentAt[index]);
	return { ...end, sentAt, gaps, endedAt: performance.now() - begunAt };
}

/** Lets calls wait in the queue of a limiter. */
function queueCalls(limiter: RateLimiter, { count, perSecond }: { count: number; perSecond: number }): void {
	for (let queued = 0; queued < count; queued++) {
		void limiter.sendWhenAllowed({ perSecond }, async () => await Promise.resolve());
	}
}

/** Makes the error of HTTP 429. AlfaCRM may ask to wait for some seconds. */
function makeTooManyError(retryAfter?: string): Error {
	const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
	return makeAnswerError(429, { name: 'Too Many Requests' }, headers);
}

/** Wraps an error into n8n's own error, as n8n does before the node gets it. */
function wrapInN8nError(error: Error): Error {
	return new NodeApiError(NODE, error as unknown as JsonObject);
}

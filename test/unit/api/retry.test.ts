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

/** Failures that leave open whether the server has carried out the call. */
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
/** Failures that would come again at the next attempt. */
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
		'withRetries sends a call once when its answer is %j',
		async (successfulAnswer) => {
			const { sendTimes, answer } = await sendCallThatAlwaysMeets(successfulAnswer);

			expect(sendTimes).toEqual([0]);
			expect(answer).toEqual(successfulAnswer);
		},
	);
});

describe.each(CALLS)('withRetries, after AlfaCRM got too many calls, for $call', ({ call, isIdempotent }) => {
	it(`withRetries sends ${call} again until AlfaCRM accepts it after 60 refusals`, async () => {
		const refusals = Array.from({ length: 60 }, () => makeTooManyError());

		const { sendTimes, answer } = await sendCallThatMeets([...refusals, { id: 1 }], { isIdempotent });

		expect(sendTimes).toHaveLength(61);
		expect(answer).toEqual({ id: 1 });
	});

	it.each([0, 0.5, 0.996])(
		`withRetries waits for one to three seconds before it sends ${call} again, when the random number is %d`,
		async (randomNumber) => {
			random = randomNumber;

			const { pausesMs } = await sendCallThatAlwaysMeets(makeTooManyError(), { isIdempotent });

			expect(Math.min(...pausesMs)).toBeGreaterThanOrEqual(1_000);
			expect(Math.max(...pausesMs)).toBeLessThanOrEqual(3_000);
			// After many refusals, the pauses are longer.
			expect(pausesMs.at(-1)).toBeGreaterThanOrEqual(1_500);
		},
	);

	it.each([10_000, 300_000])(
		`withRetries gives ${call} up at the first refusal after the %i ms for which the call may wait`,
		async (rateLimitWaitMs) => {
			const tooMany = makeTooManyError();

			const { sendTimes, error } = await sendCallThatAlwaysMeets(tooMany, { isIdempotent, rateLimitWaitMs });

			expect(sendTimes.at(-2)).toBeLessThan(rateLimitWaitMs);
			expect(sendTimes.at(-1)).toBeGreaterThanOrEqual(rateLimitWaitMs);
			expect(sendTimes.at(-1)).toBeLessThan(rateLimitWaitMs + 6_000);
			expect(error).toBe(tooMany);
		},
	);

	it(`withRetries sends ${call} once when the call may not wait`, async () => {
		const tooMany = makeTooManyError();

		const { sendTimes, error } = await sendCallThatMeets([tooMany, 'done'], {
			isIdempotent,
			rateLimitWaitMs: 0,
		});

		expect(sendTimes).toEqual([0]);
		expect(error).toBe(tooMany);
	});

	it.each([
		{ retryAfter: '7', waitMs: 7_000 },
		{ retryAfter: '299', waitMs: 299_000 },
	])(
		`withRetries sends ${call} again within a second after the $retryAfter seconds for which AlfaCRM asks to wait`,
		async ({ retryAfter, waitMs }) => {
			random = 0.996;

			const { pausesMs, answer } = await sendCallThatMeets([makeTooManyError(retryAfter), 'done'], {
				isIdempotent,
			});

			expect(pausesMs[0]).toBeGreaterThanOrEqual(waitMs);
			expect(pausesMs[0]).toBeLessThanOrEqual(waitMs + 1_000);
			expect(answer).toBe('done');
		},
	);

	it.each(['300', '3600'])(
		`withRetries gives ${call} up at once when AlfaCRM asks to wait for %s seconds and the call may wait for 300`,
		async (retryAfter) => {
			const tooMany = makeTooManyError(retryAfter);

			const { sendTimes, error } = await sendCallThatAlwaysMeets(tooMany, {
				isIdempotent,
				rateLimitWaitMs: 300_000,
			});

			expect(sendTimes).toEqual([0]);
			expect(error).toBe(tooMany);
		},
	);

	it(`withRetries waits as long as AlfaCRM asks when n8n has wrapped the refusal of ${call} into its own error`, async () => {
		const refusal = wrapInN8nError(makeTooManyError('20'));

		const { pausesMs, answer } = await sendCallThatMeets([refusal, 'done'], { isIdempotent });

		expect(pausesMs[0]).toBeGreaterThanOrEqual(20_000);
		expect(answer).toBe('done');
	});

	it(`withRetries waits as long as AlfaCRM asks when it refuses the login before ${call}`, async () => {
		const loginFailure = readFailure(makeTooManyError('20'));
		const refusal = wrapInN8nError(makeLoginError(loginFailure, 'https://demo.s20.online'));

		const { pausesMs, answer } = await sendCallThatMeets([refusal, 'done'], { isIdempotent });

		expect(pausesMs[0]).toBeGreaterThanOrEqual(20_000);
		expect(answer).toBe('done');
	});

	it(`withRetries sends ${call} again, although the call has waited for its turn longer than it may wait after a refusal`, async () => {
		const limiter = new RateLimiter();
		queueCalls(limiter, { count: 100, perSecond: 5 });

		const { sendTimes, answer } = await sendCallThatMeets([makeTooManyError(), 'done'], {
			isIdempotent,
			limiter,
			perSecond: 5,
			rateLimitWaitMs: 15_000,
		});

		expect(sendTimes[0]).toBeGreaterThan(15_000);
		expect(answer).toBe('done');
	});
});

describe('withRetries, while AlfaCRM has asked another call to wait for a minute', () => {
	it.each([15_000, 0])(
		'withRetries fails at once and sends nothing when AlfaCRM asks to wait for a minute and the call may wait for %i ms',
		async (rateLimitWaitMs) => {
			const limiter = makePausedLimiter();

			const { error, sendTimes, endedAt } = await sendCallThatAlwaysMeets('done', {
				limiter,
				rateLimitWaitMs,
			});

			expect(sendTimes).toEqual([]);
			expect(endedAt).toBe(0);
			expect(readFailure(error)).toEqual({ kind: 'status', status: 429, retryAfterMs: 60_000 });
		},
	);

	it('withRetries sends the call after a minute when AlfaCRM asks to wait for a minute and the call may wait longer', async () => {
		const limiter = makePausedLimiter();

		const { sendTimes, answer } = await sendCallThatAlwaysMeets('done', {
			limiter,
			rateLimitWaitMs: 300_000,
		});

		expect(sendTimes[0]).toBeGreaterThanOrEqual(60_000);
		expect(answer).toBe('done');
	});

	it('withRetries gives a call up when the time that it has waited and the next pause are longer than it may wait', async () => {
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
		'withRetries sends a read again after one second and after two more when $failure comes each time',
		async ({ error: failure }) => {
			const { pausesMs, error } = await sendCallThatAlwaysMeets(failure);

			expect(pausesMs).toEqual([1_000, 2_000]);
			expect(error).toBe(failure);
		},
	);

	it.each(TIMEOUTS)(
		'withRetries sends a read again only once when $failure comes each time',
		async ({ error: failure }) => {
			const { pausesMs, error } = await sendCallThatAlwaysMeets(failure);

			expect(pausesMs).toEqual([1_000]);
			expect(error).toBe(failure);
		},
	);

	it.each([...LOST_ANSWERS, ...TIMEOUTS])(
		'withRetries returns the answer to the second attempt of a read after $failure',
		async ({ error: failure }) => {
			const { pausesMs, answer } = await sendCallThatMeets([failure, CUSTOMER_LIST]);

			expect(pausesMs).toEqual([1_000]);
			expect(answer).toEqual(CUSTOMER_LIST);
		},
	);

	it('withRetries gives a read up after three lost answers, although AlfaCRM got too many calls in between', async () => {
		const lostAnswer = makeAnswerError(503);

		const { sendTimes, error } = await sendCallThatMeets([
			lostAnswer,
			makeTooManyError(),
			lostAnswer,
			makeTooManyError(),
			lostAnswer,
			CUSTOMER_LIST,
		]);

		expect(sendTimes).toHaveLength(5);
		expect(error).toBe(lostAnswer);
	});

	it.each(ANSWERS_OF_INTERMEDIARY)(
		'withRetries sends a read again after five seconds and after five more when $failure comes each time',
		async ({ error: failure }) => {
			const { pausesMs, error } = await sendCallThatAlwaysMeets(failure);

			expect(pausesMs).toEqual([5_000, 5_000]);
			expect(error).toBe(failure);
		},
	);

	it.each(ANSWERS_OF_INTERMEDIARY)(
		'withRetries returns the answer to the second attempt of a read after $failure',
		async ({ error: failure }) => {
			const { pausesMs, answer } = await sendCallThatMeets([failure, CUSTOMER_LIST]);

			expect(pausesMs).toEqual([5_000]);
			expect(answer).toEqual(CUSTOMER_LIST);
		},
	);

	it('withRetries sends a login once when a web page answers, because the hostname is probably wrong', async () => {
		const webPage = makeAnswerError(404, WEB_PAGE);

		const { sendTimes, error } = await sendCallThatAlwaysMeets(webPage, { isLogin: true });

		expect(sendTimes).toEqual([0]);
		expect(error).toBe(webPage);
	});

	it('withRetries sends a read again after HTTP 520 with a web page as it does after HTTP 502', async () => {
		const failure = makeAnswerError(520, WEB_PAGE);

		const { pausesMs, error } = await sendCallThatAlwaysMeets(failure);

		expect(pausesMs).toEqual([1_000, 2_000]);
		expect(error).toBe(failure);
	});
});

describe('withRetries of a create', () => {
	it.each([...LOST_ANSWERS, ...TIMEOUTS, ...FAILED_CONNECTIONS, ...ANSWERS_OF_INTERMEDIARY])(
		'withRetries sends a create only once when $failure comes',
		async ({ error: failure }) => {
			const { sendTimes, error } = await sendCallThatMeets([failure, SUCCESS], { isIdempotent: false });

			expect(sendTimes).toEqual([0]);
			expect(error).toBe(failure);
		},
	);

	it('withRetries gives a create up when the answer to its second attempt was lost', async () => {
		const lostAnswer = makeAnswerError(502);

		const { sendTimes, error } = await sendCallThatMeets([makeTooManyError(), lostAnswer, SUCCESS], {
			isIdempotent: false,
		});

		expect(sendTimes).toHaveLength(2);
		expect(error).toBe(lostAnswer);
	});
});

describe.each(CALLS)('withRetries, after a lasting failure, for $call', ({ call, isIdempotent }) => {
	it.each(LASTING_FAILURES)(
		`withRetries sends ${call} once when $failure comes`,
		async ({ error: failure }) => {
			const { sendTimes, error } = await sendCallThatMeets([failure, 'done'], { isIdempotent });

			expect(sendTimes).toEqual([0]);
			expect(error).toBe(failure);
		},
	);
});

describe('withRetries of a cancelled execution', () => {
	it.each([
		{ failure: '429', error: makeTooManyError('30') },
		{ failure: '503', error: makeAnswerError(503) },
	])(
		'a cancelled execution ends the wait for the next attempt after HTTP $failure at once',
		async ({ error: failure }) => {
			const execution = new AbortController();
			void sleep(200).then(() => execution.abort());

			const { sendTimes, endedAt, error } = await sendCallThatAlwaysMeets(failure, {
				perSecond: 5,
				signal: execution.signal,
			});

			expect(sendTimes).toEqual([0]);
			expect(endedAt).toBe(200);
			expect(error).toMatchObject({ message: 'The execution was cancelled' });
		},
	);
});

describe('readRateLimitWait', () => {
	it.each([
		{ seconds: 300, ms: 300_000 },
		{ seconds: '10', ms: 10_000 },
		{ seconds: 0.5, ms: 500 },
		{ seconds: '0', ms: 0 },
	])('readRateLimitWait reads $seconds seconds of the credential as $ms ms', ({ seconds, ms }) => {
		expect(readRateLimitWait(seconds)).toBe(ms);
	});

	it.each([null, '', 'abc', -1, Infinity])(
		'readRateLimitWait takes five minutes when the credential has %p, which is no number of seconds',
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

/** Sends a call with `withRetries`. Each attempt meets the same outcome, which is an answer or an error. */
async function sendCallThatAlwaysMeets(outcome: unknown, options?: CallOptions) {
	return await sendCallThatMeets([outcome], options);
}

/**
 * Sends a call with `withRetries`. Without options it is a read. The first attempt meets the first outcome, the next
 * attempt the second one, and so on. After the last outcome, each attempt meets that one. An outcome is an answer or an
 * error.
 *
 * @returns the answer or the error, the times of the attempts in milliseconds, and the pauses between them
 */
async function sendCallThatMeets(outcomes: readonly unknown[], options: CallOptions = {}) {
	const { limiter = new RateLimiter(), ...callOptions } = options;
	const begunAt = performance.now();
	const sendTimes: number[] = [];
	const send = async () => {
		const outcome = outcomes[sendTimes.length] ?? outcomes.at(-1);
		sendTimes.push(performance.now() - begunAt);
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

	const pausesMs = sendTimes.slice(1).map((time, index) => time - sendTimes[index]);
	return { ...end, sendTimes, pausesMs, endedAt: performance.now() - begunAt };
}

/** Puts calls into the queue of a limiter. */
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

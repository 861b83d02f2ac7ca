import type { JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import type { ApiFailure } from '../../nodes/AlfaCrm/api/errors';
import {
	ResponseError,
	asNodeError,
	errorJson,
	fieldMessages,
	LoginError,
	nodeError,
	failureOf,
} from '../../nodes/AlfaCrm/api/errors';
import { answered, NODE, unanswered } from '../support/nodeErrors';

/** What `httpRequestWithAuthentication` makes of it. */
const wrapped = (error: Error) => new NodeApiError(NODE, error as unknown as JsonObject);

/** A Yii exception as AlfaCRM sends it. */
const yii = (status: number, message: string) => ({ name: 'Exception', message, code: 0, status });

const RETRY_LATER = 'Tue, 24 Nov 2026 10:00:05 GMT';

const CASES: Array<[what: string, error: Error, failure: ApiFailure]> = [
	['a status', answered(400), { kind: 'status', status: 400 }],
	[
		"a status with AlfaCRM's words",
		answered(400, yii(400, 'group_id is missing')),
		{ kind: 'status', status: 400, serverMessage: 'group_id is missing' },
	],
	[
		'a status with nothing but a name',
		answered(403, { name: 'Forbidden', message: '' }),
		{ kind: 'status', status: 403, serverMessage: 'Forbidden' },
	],
	[
		'a status with a web page',
		answered(502, '<html>Bad gateway</html>'),
		{ kind: 'status', status: 502, isPage: true },
	],
	['a status with nothing', answered(500, null), { kind: 'status', status: 500 }],
	[
		'422 with messages for fields',
		answered(422, { errors: { phone: ['is wrong'] } }),
		{ kind: 'refusal', status: 422, fields: { phone: ['is wrong'] } },
	],
	['422 without any', answered(422, { errors: [] }), { kind: 'status', status: 422 }],
	['429', answered(429), { kind: 'status', status: 429 }],
	[
		'429 with a time in seconds',
		answered(429, '', { 'retry-after': '3' }),
		{ kind: 'status', status: 429, retryAfterMs: 3_000 },
	],
	[
		'429 with parts of a second',
		answered(429, '', { 'retry-after': '0.5' }),
		{ kind: 'status', status: 429, retryAfterMs: 500 },
	],
	[
		'429 with an HTTP date',
		answered(429, '', { 'retry-after': RETRY_LATER }),
		{ kind: 'status', status: 429, retryAfterMs: 5_000 },
	],
	[
		'429 with an HTTP date that is over',
		answered(429, '', { 'retry-after': 'Tue, 24 Nov 2026 09:59:00 GMT' }),
		{ kind: 'status', status: 429, retryAfterMs: 0 },
	],
	[
		'429 with a time that cannot be read',
		answered(429, '', { 'retry-after': 'soon' }),
		{ kind: 'status', status: 429 },
	],
	['429 with a time and more', answered(429, '', { 'retry-after': '3 s' }), { kind: 'status', status: 429 }],
	['429 with an empty time', answered(429, '', { 'retry-after': '' }), { kind: 'status', status: 429 }],
	[
		'a redirect to another host, of which only the host is kept',
		answered(302, '', { location: 'https://other.example:8443/login?token=abc' }),
		{ kind: 'redirect', status: 302, location: 'other.example:8443' },
	],
	[
		'a redirect within the host',
		answered(301, '', { location: '/login' }),
		{ kind: 'redirect', status: 301 },
	],
	['a redirect to nowhere', answered(307), { kind: 'redirect', status: 307 }],
	[
		'a closed connection',
		unanswered('ECONNRESET', 'socket hang up'),
		{ kind: 'noAnswer', code: 'ECONNRESET' },
	],
	[
		'a time-out',
		unanswered('ECONNABORTED', 'timeout of 30000ms exceeded'),
		{ kind: 'noAnswer', code: 'ECONNABORTED' },
	],
	['another time-out', unanswered('ETIMEDOUT'), { kind: 'noAnswer', code: 'ETIMEDOUT' }],
	['an unknown host', unanswered('ENOTFOUND'), { kind: 'noAnswer', code: 'ENOTFOUND' }],
	['a refused connection', unanswered('ECONNREFUSED'), { kind: 'noAnswer', code: 'ECONNREFUSED' }],
	['a cancelled request', unanswered('ERR_CANCELED', 'canceled'), { kind: 'cancelled', isInProgress: true }],
	[
		'a refused login',
		new LoginError('The key is wrong.'),
		{ kind: 'login', serverMessage: 'The key is wrong.', declaredCause: 'credential-invalid' },
	],
	[
		'a login that found no host',
		new LoginError('Not found.', 'configuration-invalid'),
		{ kind: 'login', serverMessage: 'Not found.', declaredCause: 'configuration-invalid' },
	],
	[
		'a login that met too many',
		new LoginError('Too many.', 'rate-limited', 20_000),
		{ kind: 'login', serverMessage: 'Too many.', declaredCause: 'rate-limited', retryAfterMs: 20_000 },
	],
	[
		'anything else',
		new TypeError('x is not a function'),
		{ kind: 'unexpected', serverMessage: 'x is not a function' },
	],
];

describe('failureOf', () => {
	beforeEach(() => jest.useFakeTimers({ now: Date.parse('2026-11-24T10:00:00Z') }));
	afterEach(() => jest.useRealTimers());

	describe('reads an error of httpRequest', () => {
		it.each(CASES)('%s', (_what, error, failure) => {
			expect(failureOf(error)).toEqual(failure);
		});
	});

	describe('reads the same out of the NodeApiError that httpRequestWithAuthentication throws', () => {
		it.each(CASES)('%s', (_what, error, failure) => {
			const { serverMessage, ...rest } = failure;
			const read = failureOf(wrapped(error));
			expect(read).toMatchObject(rest);
			if (failure.kind !== 'unexpected') expect(read.serverMessage).toEqual(serverMessage);
		});
	});

	describe('reads as much as n8n 1.99 to 2.33 leave of it, which lose the cause', () => {
		/** The same with an error of the class that real requests reject with, by whose name n8n reads the status. */
		class AxiosError extends Error {}
		const asAxios = (error: Error) =>
			error instanceof LoginError || error instanceof TypeError
				? error
				: Object.assign(new AxiosError(error.message), error);
		const LOST = ['retryAfterMs', 'location', 'isPage'];

		it.each(
			CASES.flatMap(([what, error, failure]) => [
				[what, wrapped(error), failure] as const,
				[`${what}, from a real request`, wrapped(asAxios(error)), failure] as const,
			]),
		)('%s', (_what, error, failure) => {
			Object.defineProperty(error, 'cause', { value: undefined });
			const { serverMessage, ...expected } = failure;
			for (const name of LOST) Reflect.deleteProperty(expected, name);
			expect(failureOf(error)).toMatchObject(expected);
			if (failure.kind !== 'unexpected') expect(failureOf(error).serverMessage).toEqual(serverMessage);
		});
	});

	it('gives back the failure of an answer that is no success', () => {
		const failure: ApiFailure = { kind: 'refusal', fields: { name: ['is empty'] } };
		expect(failureOf(new ResponseError(failure))).toBe(failure);
	});

	it.each([
		['a text', 'boom'],
		['null', null],
		['nothing', undefined],
	])('calls %s that was thrown unexpected', (_what, thrown) => {
		expect(failureOf(thrown).kind).toBe('unexpected');
	});

	it('keeps nothing of the request, which holds the key and the token', () => {
		const error = Object.assign(answered(500, yii(500, 'Oops')), {
			config: { headers: { 'X-ALFACRM-TOKEN': 'secret-token' }, data: '{"api_key":"secret-key"}' },
		});
		expect(JSON.stringify([failureOf(error), failureOf(wrapped(error))])).not.toContain('secret');
	});
});

describe('fieldMessages', () => {
	it.each<[what: string, errors: unknown, messages: Record<string, string[]> | undefined]>([
		['an empty list, as success has it', [], undefined],
		['an empty map', {}, undefined],
		['nothing', undefined, undefined],
		['null', null, undefined],
		['an empty text', '', undefined],
		['a list of texts', ['one', 'two'], { '': ['one', 'two'] }],
		['one text', 'one', { '': ['one'] }],
		[
			'a map of lists',
			{ name: ['one', 'two'], phone: ['three'] },
			{ name: ['one', 'two'], phone: ['three'] },
		],
		['a map of texts', { name: 'one', phone: 'two' }, { name: ['one'], phone: ['two'] }],
		['a map of lists in maps', { phone: { 0: ['one'], 1: ['two'] } }, { phone: ['one', 'two'] }],
		['a map of lists in lists', { phone: [['one'], ['two']] }, { phone: ['one', 'two'] }],
		['a list of maps', [{ message: 'one' }, { message: 'two' }], { '': ['one', 'two'] }],
		['numbers', { code: [12] }, { code: ['12'] }],
		[
			'a map with nothing in it for some',
			{ name: [], phone: null, note: '', web: ['one'] },
			{ web: ['one'] },
		],
		['a map with nothing in it at all', { name: [], phone: [''] }, undefined],
		['a list with nothing in it', [null, '', []], undefined],
	])('reads %s', (_what, errors, messages) => {
		expect(fieldMessages(errors)).toEqual(messages);
	});
});

describe('nodeError', () => {
	const text = { message: 'AlfaCRM said no', description: 'Do this.', status: 403 };

	it('shows message, description, HTTP code, item and declared cause', () => {
		const error = nodeError(NODE, text, 3, { cause: 'credential-invalid' });
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: text.message,
			description: text.description,
			httpCode: '403',
			context: { itemIndex: 3 },
			failure: { cause: 'credential-invalid' },
		});
	});

	it('does without description, HTTP code and item', () => {
		const error = nodeError(NODE, { message: 'AlfaCRM said no' }, undefined);
		expect(error.message).toBe('AlfaCRM said no');
		expect(error.description ?? undefined).toBeUndefined();
		expect(error.httpCode).toBeNull();
		expect(error.context.itemIndex).toBeUndefined();
	});
});

describe('asNodeError', () => {
	it.each([
		['a NodeApiError', nodeError(NODE, { message: 'no' }, 0)],
		['a NodeOperationError', new NodeOperationError(NODE, 'no')],
	])('leaves %s as it is', (_what, error) => {
		expect(asNodeError(NODE, error, 7)).toBe(error);
	});

	it.each([
		['an error of the code', new TypeError('x is not a function')],
		['an error that n8n knows', new UserError('x is not a function')],
	])('makes one of %s, with the item that met it', (_what, error) => {
		const made = asNodeError(NODE, error, 7);
		expect(made).toBeInstanceOf(NodeOperationError);
		expect(made.message).toBe('x is not a function');
		expect(made.context.itemIndex).toBe(7);
	});
});

describe('errorJson', () => {
	it('tells what happened and what to do, with the HTTP code at the end', () => {
		const error = nodeError(NODE, { message: 'AlfaCRM said no', description: 'Do this.', status: 403 }, 0);
		expect(errorJson(error)).toEqual({ error: 'AlfaCRM said no', message: 'Do this. HTTP 403' });
	});

	it.each([
		[
			'a code alone',
			nodeError(NODE, { message: 'no', status: 500 }, 0),
			{ error: 'no', message: 'HTTP 500' },
		],
		[
			'advice alone',
			nodeError(NODE, { message: 'no', description: 'Do this.' }, 0),
			{ error: 'no', message: 'Do this.' },
		],
		[
			'an operation',
			new NodeOperationError(NODE, 'no', { description: 'Do this.' }),
			{ error: 'no', message: 'Do this.' },
		],
		// Two empty keys would not count as an error for n8n below 2.34.6.
		['neither', new NodeOperationError(NODE, 'no'), { error: 'no' }],
	])('has no other keys with %s, by which n8n would take it for a success', (_what, error, json) => {
		expect(errorJson(error)).toEqual(json);
	});
});

import type { JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { assertSuccess, readFailure, readFieldMessages } from '../../../nodes/AlfaCrm/api/answer';
import type { ApiFailure } from '../../../nodes/AlfaCrm/api/failures';
import {
	asNodeError,
	makeErrorJson,
	LoginError,
	mayHaveTakenEffect,
	nodeError,
	ResponseError,
} from '../../../nodes/AlfaCrm/api/failures';
import { makeAnswerError, NODE, makeNetworkError, WEB_PAGE } from '../../support/nodeErrors';

/** Makes a body as AlfaCRM's framework Yii sends it for an exception. */
function yiiException(status: number, message: string) {
	return { name: 'Exception', message, code: 0, status };
}

/** Makes the error of a call that was refused because there were too many, with a Retry-After header. */
function tooManyRequestsUntil(retryAfter: string): Error {
	return makeAnswerError(429, '', { 'retry-after': retryAfter });
}

/** Wraps an error as n8n's `httpRequestWithAuthentication` does. */
function wrapInNodeApiError(error: Error): NodeApiError {
	return new NodeApiError(NODE, error as unknown as JsonObject);
}

/** Wraps an error as n8n 1.99 to 2.33 do, which lose the error inside it. */
function wrapWithoutCause(error: Error): NodeApiError {
	const nodeApiError = wrapInNodeApiError(error);
	Object.defineProperty(nodeApiError, 'cause', { value: undefined });
	return nodeApiError;
}

/** Copies an error into one of the class that real requests reject with. n8n reads the status by the class's name. */
function toAxiosError(error: Error): Error {
	class AxiosError extends Error {}
	return Object.assign(new AxiosError(error.message), error);
}

/** Leaves out the parts of a failure that come from a header. n8n 1.99 to 2.33 lose the headers. */
function withoutHeaders(failure: ApiFailure): ApiFailure {
	const failureWithoutHeaders = { ...failure };
	delete failureWithoutHeaders.retryAfterMs;
	delete failureWithoutHeaders.location;
	return failureWithoutHeaders;
}

/** Checks an answer with HTTP 200 that must report a failure, and returns the failure. */
function readFailureOfAnswer(answer: unknown): ApiFailure {
	try {
		assertSuccess(answer);
	} catch (error) {
		return (error as ResponseError).failure;
	}
	throw new Error('The answer was accepted');
}

interface FailureCase {
	problem: string;
	error: Error;
	failure: ApiFailure;
}

/** Errors of n8n's `httpRequest`, and what they say. */
const HTTP_FAILURES: FailureCase[] = [
	{
		problem: "an HTTP status with AlfaCRM's words",
		error: makeAnswerError(400, yiiException(400, 'group_id is missing')),
		failure: { kind: 'status', status: 400, serverMessage: 'group_id is missing' },
	},
	{
		problem: 'an HTTP status with the name of an exception alone',
		error: makeAnswerError(403, { name: 'Forbidden', message: '', code: 0, status: 403 }),
		failure: { kind: 'status', status: 403, serverMessage: 'Forbidden' },
	},
	{
		problem: 'HTTP 502 with a web page',
		error: makeAnswerError(502, '<html>Bad gateway</html>'),
		failure: { kind: 'status', status: 502, isFromIntermediary: true },
	},
	{
		problem: 'HTTP 500 with an empty body',
		error: makeAnswerError(500, null),
		failure: { kind: 'status', status: 500, isFromIntermediary: true },
	},
	{
		problem: "HTTP 401 with AlfaCRM's words",
		error: makeAnswerError(401, yiiException(401, 'No token')),
		failure: { kind: 'status', status: 401, serverMessage: 'No token' },
	},
	{
		problem: 'HTTP 422 with messages for fields',
		error: makeAnswerError(422, { errors: { phone: ['is wrong'] } }),
		failure: { kind: 'refusal', status: 422, fields: { phone: ['is wrong'] } },
	},
	{
		problem: 'HTTP 429',
		error: makeAnswerError(429, ''),
		failure: { kind: 'status', status: 429 },
	},
	{
		problem: 'HTTP 429 with a time in seconds',
		error: tooManyRequestsUntil('3'),
		failure: { kind: 'status', status: 429, retryAfterMs: 3_000 },
	},
	{
		problem: 'HTTP 429 with a time that is no number',
		error: tooManyRequestsUntil('soon'),
		failure: { kind: 'status', status: 429 },
	},
	{
		problem: 'the host alone of a redirect to another host',
		error: makeAnswerError(302, '', { location: 'https://other.example:8443/login?token=abc' }),
		failure: { kind: 'redirect', status: 302, location: 'other.example:8443' },
	},
	{
		problem: 'a redirect within the host',
		error: makeAnswerError(301, '', { location: '/login' }),
		failure: { kind: 'redirect', status: 301 },
	},
	{
		problem: 'a connection that broke',
		error: makeNetworkError('ECONNRESET'),
		failure: { kind: 'noAnswer', code: 'ECONNRESET' },
	},
	{
		problem: 'a host that was not found',
		error: makeNetworkError('ENOTFOUND'),
		failure: { kind: 'noAnswer', code: 'ENOTFOUND' },
	},
	{
		problem: 'a cancelled request',
		error: makeNetworkError('ERR_CANCELED', 'canceled'),
		failure: { kind: 'cancelled', isInProgress: true },
	},
];

/** Errors of the credential's code, and what they say. */
const LOGIN_FAILURES: FailureCase[] = [
	{
		problem: 'a refused login',
		error: new LoginError('The key is wrong.'),
		failure: {
			kind: 'login',
			serverMessage: 'The key is wrong.',
			loginFailureCause: 'credential-invalid',
		},
	},
	{
		problem: 'a login that met too many requests',
		error: new LoginError('Too many.', 'rate-limited', 20_000),
		failure: {
			kind: 'login',
			serverMessage: 'Too many.',
			loginFailureCause: 'rate-limited',
			retryAfterMs: 20_000,
		},
	},
];

describe('readFailure', () => {
	it.each([...HTTP_FAILURES, ...LOGIN_FAILURES])(
		'readFailure reads $problem from the error itself',
		({ error, failure }) => {
			expect(readFailure(error)).toEqual(failure);
		},
	);

	it.each([...HTTP_FAILURES, ...LOGIN_FAILURES])(
		'readFailure reads $problem from the error that n8n wraps around it',
		({ error, failure }) => {
			expect(readFailure(wrapInNodeApiError(error))).toEqual(failure);
		},
	);

	it.each(HTTP_FAILURES)(
		'readFailure reads $problem from the error of n8n 1.99 to 2.33, without its headers',
		({ error, failure }) => {
			const wrappedError = wrapWithoutCause(error);

			expect(readFailure(wrappedError)).toEqual(withoutHeaders(failure));
		},
	);

	it.each(HTTP_FAILURES)(
		'readFailure reads $problem from the error of n8n 1.99 to 2.33 around an AxiosError, without its headers',
		({ error, failure }) => {
			const wrappedError = wrapWithoutCause(toAxiosError(error));

			expect(readFailure(wrappedError)).toEqual(withoutHeaders(failure));
		},
	);

	it.each(LOGIN_FAILURES)(
		'readFailure reads $problem from the error of n8n 1.99 to 2.33',
		({ error, failure }) => {
			const wrappedError = wrapWithoutCause(error);

			expect(readFailure(wrappedError)).toEqual(failure);
		},
	);

	it('readFailure reads an answer with HTTP 200 and half a body as a broken connection', () => {
		const failure = readFailure(makeAnswerError(200, '{"items":['));

		expect(failure).toEqual({ kind: 'noAnswer', code: 'ECONNRESET' });
	});

	it('readFailure reads any other error as unexpected, with its message', () => {
		const failure = readFailure(new TypeError('x is odd'));

		expect(failure).toEqual({ kind: 'unexpected', serverMessage: 'x is odd' });
	});

	it('readFailure reads any other error that n8n has wrapped as unexpected', () => {
		const failure = readFailure(wrapInNodeApiError(new TypeError('x is odd')));

		expect(failure).toMatchObject({ kind: 'unexpected' });
	});

	it('readFailure reads any other error that n8n 1.99 to 2.33 have wrapped as unexpected', () => {
		const failure = readFailure(wrapWithoutCause(new TypeError('x is odd')));

		expect(failure).toMatchObject({ kind: 'unexpected' });
	});

	it.each([{ thrown: 'boom' }, { thrown: null }, { thrown: undefined }])(
		'readFailure reads the thrown value $thrown as unexpected',
		({ thrown }) => {
			expect(readFailure(thrown)).toMatchObject({ kind: 'unexpected' });
		},
	);

	it('readFailure returns the failure of a ResponseError', () => {
		const failure: ApiFailure = { kind: 'refusal', fields: { name: ['is empty'] } };

		expect(readFailure(new ResponseError(failure))).toBe(failure);
	});

	it('readFailure keeps nothing of the request, which has the key and the token', () => {
		const error = Object.assign(makeAnswerError(500, yiiException(500, 'Oops')), {
			config: { headers: { 'X-ALFACRM-TOKEN': 'secret-token' }, data: '{"api_key":"secret-key"}' },
		});

		expect(JSON.stringify(readFailure(error))).not.toContain('secret');
		expect(JSON.stringify(readFailure(wrapInNodeApiError(error)))).not.toContain('secret');
	});
});

describe('readFailure of an answer that an intermediary has sent', () => {
	const STATUSES = [
		{ status: 400 },
		{ status: 401 },
		{ status: 403 },
		{ status: 404 },
		{ status: 405 },
		{ status: 422 },
	];

	it.each(STATUSES)(
		'readFailure does not take a web page with HTTP $status for a refusal of AlfaCRM',
		({ status }) => {
			const error = makeAnswerError(status, WEB_PAGE);

			expect(readFailure(error)).toEqual({
				kind: 'intermediary',
				intermediaryStatus: status,
				serverMessage: 'answered with a web page',
			});
		},
	);

	it.each(STATUSES)(
		'readFailure does not take a web page with HTTP $status for a refusal of AlfaCRM when n8n has wrapped the error',
		({ status }) => {
			const error = wrapInNodeApiError(makeAnswerError(status, WEB_PAGE));

			expect(readFailure(error)).toEqual({
				kind: 'intermediary',
				intermediaryStatus: status,
				serverMessage: 'answered with a web page',
			});
		},
	);

	it.each(STATUSES)(
		'readFailure does not take a web page with HTTP $status for a refusal of AlfaCRM when n8n 1.99 to 2.33 have lost the page',
		({ status }) => {
			const error = wrapWithoutCause(makeAnswerError(status, WEB_PAGE));

			expect(readFailure(error)).toMatchObject({ kind: 'intermediary', intermediaryStatus: status });
		},
	);

	it.each([
		{ content: 'an empty body', data: '' },
		{ content: 'a text', data: 'Forbidden' },
		{ content: 'a message alone', data: { message: 'no Route matched with those values' } },
		{ content: 'a name and a message without a number', data: { name: 'Forbidden', message: 'Denied' } },
		{ content: 'the error of another service', data: { error: { code: 403, message: 'Forbidden' } } },
		{ content: 'a list', data: [{ field: 'phone', message: 'is wrong' }] },
	])('readFailure does not take HTTP 403 with $content for a refusal of AlfaCRM', ({ data }) => {
		const error = wrapInNodeApiError(makeAnswerError(403, data));

		expect(readFailure(error)).toMatchObject({ kind: 'intermediary', intermediaryStatus: 403 });
	});

	it.each([
		{ content: 'a web page', data: WEB_PAGE },
		{ content: 'an empty body', data: '' },
	])('readFailure reads HTTP 429 as too many requests, although it comes with $content', ({ data }) => {
		const error = makeAnswerError(429, data);

		expect(readFailure(error)).toEqual({ kind: 'status', status: 429 });
	});
});

describe('mayHaveTakenEffect', () => {
	it('mayHaveTakenEffect is true when a web page came with HTTP 404', () => {
		const failure = readFailure(makeAnswerError(404, WEB_PAGE));

		expect(mayHaveTakenEffect(failure)).toBe(true);
	});

	it('mayHaveTakenEffect is false when AlfaCRM itself answered with HTTP 404', () => {
		const failure = readFailure(makeAnswerError(404, yiiException(404, 'Not found')));

		expect(mayHaveTakenEffect(failure)).toBe(false);
	});

	it('mayHaveTakenEffect is true when an answer reports a success together with errors', () => {
		const failure = readFailureOfAnswer({ success: true, errors: { phone: ['Занят'] } });

		expect(mayHaveTakenEffect(failure)).toBe(true);
	});
});

describe('assertSuccess', () => {
	it.each([
		{ content: 'an empty object', answer: {} },
		{ content: 'a bare list', answer: [{ id: 1 }] },
		{
			content: 'a success with an empty list of errors',
			answer: { success: true, errors: [], model: { id: 1 } },
		},
		{ content: 'an empty list of records', answer: { items: [], total: 0 } },
		{ content: 'a record with a message and the code 600', answer: { message: 'Привет', code: 600 } },
		{ content: 'a record with a message and the code 399', answer: { message: 'Привет', code: 399 } },
		{
			content: 'a success with a message and the status 404',
			answer: { success: true, message: 'Сохранено', status: 404 },
		},
	])('assertSuccess returns the answer when it is $content', ({ answer }) => {
		expect(assertSuccess(answer)).toBe(answer);
	});

	it.each([
		{ content: 'a web page', answer: '<html></html>', serverMessage: 'answered with a web page' },
		{
			content: 'half a JSON text',
			answer: '{"success": tru',
			serverMessage: 'sent an answer that is not complete JSON',
		},
		{ content: 'null', answer: null, serverMessage: 'sent an answer that is not complete JSON' },
		{ content: 'a number', answer: 12, serverMessage: 'sent an answer that is not complete JSON' },
	])('assertSuccess takes $content for the answer of an intermediary', ({ answer, serverMessage }) => {
		expect(readFailureOfAnswer(answer)).toEqual({ kind: 'intermediary', serverMessage });
	});

	it.each([
		{ content: '"success": false', answer: { success: false }, failure: { kind: 'refusal' } },
		{
			content: '"success": 0 with a message',
			answer: { success: 0, message: 'Нет' },
			failure: { kind: 'refusal', serverMessage: 'Нет' },
		},
		{
			content: 'errors without "success"',
			answer: { errors: { phone: ['Занят'] } },
			failure: { kind: 'refusal', fields: { phone: ['Занят'] } },
		},
	])('assertSuccess takes $content for a refusal', ({ answer, failure }) => {
		expect(readFailureOfAnswer(answer)).toEqual(failure);
	});

	it('assertSuccess takes a success together with errors for an unexpected failure', () => {
		const answer = { success: true, errors: { phone: ['Занят'], name: ['Пусто'] } };

		const failure = readFailureOfAnswer(answer);

		expect(failure).toEqual({ kind: 'unexpected', serverMessage: 'Занят Пусто' });
	});

	it.each([
		{ content: 'a message and the status 403', answer: { message: 'Нет прав', status: 403 }, status: 403 },
		{ content: 'an exception of Yii with HTTP 403', answer: yiiException(403, 'Нет прав'), status: 403 },
		{
			content: 'a message, the code 599 and a status that is none',
			answer: { message: 'Нет прав', status: 1, code: 599 },
			status: 599,
		},
	])('assertSuccess takes $content for an error with HTTP $status', ({ answer, status }) => {
		expect(readFailureOfAnswer(answer)).toEqual({ kind: 'status', status, serverMessage: 'Нет прав' });
	});
});

describe('readFieldMessages', () => {
	it.each([
		{
			content: 'lists of texts by field',
			errors: { name: ['is empty', 'is short'], phone: ['is wrong'] },
			messages: { name: ['is empty', 'is short'], phone: ['is wrong'] },
		},
		{
			content: 'numbered texts of a field',
			errors: { phone: { 0: 'is wrong', 1: ['is taken'] } },
			messages: { phone: ['is wrong', 'is taken'] },
		},
		{
			content: 'texts without a field',
			errors: ['is wrong', 'is taken'],
			messages: { '': ['is wrong', 'is taken'] },
		},
		{ content: 'one text', errors: 'is wrong', messages: { '': ['is wrong'] } },
		{
			content: 'objects without a field',
			errors: [{ message: 'is wrong' }, { message: 'is taken' }],
			messages: { '': ['is wrong', 'is taken'] },
		},
		{
			content: 'a text of one field and nothing for others',
			errors: { name: [], phone: null, note: '', web: ['is wrong'] },
			messages: { web: ['is wrong'] },
		},
	])('readFieldMessages lists the messages by field from $content', ({ errors, messages }) => {
		expect(readFieldMessages(errors)).toEqual(messages);
	});

	it.each([
		{ content: 'an empty list, as a success has it', errors: [] },
		{ content: 'null', errors: null },
		{ content: 'nothing but empty values', errors: [null, '', []] },
	])('readFieldMessages returns undefined for $content', ({ errors }) => {
		expect(readFieldMessages(errors)).toBeUndefined();
	});
});

describe('nodeError', () => {
	it('nodeError makes an error that shows message, description, HTTP status and item, and names the cause to n8n', () => {
		const text = { message: 'AlfaCRM said no', description: 'Do this.', status: 403 };

		const itemIndex = 3;
		const error = nodeError(NODE, text, itemIndex, { cause: 'credential-invalid' });

		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'AlfaCRM said no',
			description: 'Do this.',
			httpCode: '403',
			context: { itemIndex: 3 },
			failure: { cause: 'credential-invalid' },
		});
	});

	it('nodeError makes an error with a message alone', () => {
		const noItem = undefined;
		const error = nodeError(NODE, { message: 'AlfaCRM said no' }, noItem);

		expect(error.message).toBe('AlfaCRM said no');
		expect(error.description ?? undefined).toBeUndefined();
		expect(error.httpCode).toBeNull();
		expect(error.context.itemIndex).toBeUndefined();
	});
});

describe('asNodeError', () => {
	const ITEM_INDEX = 7;

	it.each([
		{ className: 'NodeApiError', error: nodeError(NODE, { message: 'no' }, 0) },
		{ className: 'NodeOperationError', error: new NodeOperationError(NODE, 'no') },
	])('asNodeError returns a $className unchanged', ({ error }) => {
		expect(asNodeError(NODE, error, ITEM_INDEX)).toBe(error);
	});

	it.each([
		{ className: 'TypeError', error: new TypeError('x is odd') },
		{ className: 'UserError', error: new UserError('x is odd') },
	])('asNodeError turns a $className into a NodeOperationError that names the item', ({ error }) => {
		const nodeOperationError = asNodeError(NODE, error, ITEM_INDEX);

		expect(nodeOperationError).toBeInstanceOf(NodeOperationError);
		expect(nodeOperationError).toMatchObject({ message: 'x is odd', context: { itemIndex: ITEM_INDEX } });
	});
});

// n8n takes the JSON of an item for that of a failed one only if it has no other keys than these two.
describe('makeErrorJson', () => {
	const FIRST_ITEM = 0;

	it('makeErrorJson makes an item that says what happened, what to do and the HTTP status', () => {
		const error = nodeError(
			NODE,
			{ message: 'AlfaCRM said no', description: 'Do this.', status: 403 },
			FIRST_ITEM,
		);

		expect(makeErrorJson(error)).toEqual({ error: 'AlfaCRM said no', message: 'Do this. HTTP 403' });
	});

	it('makeErrorJson makes an item without a status when the error has none', () => {
		const error = nodeError(NODE, { message: 'AlfaCRM said no', description: 'Do this.' }, FIRST_ITEM);

		expect(makeErrorJson(error)).toEqual({ error: 'AlfaCRM said no', message: 'Do this.' });
	});

	it('makeErrorJson leaves out the key for what to do when the error says nothing of it', () => {
		// An empty key would not count as an error for n8n below 2.34.6.
		const error = new NodeOperationError(NODE, 'AlfaCRM said no');

		expect(makeErrorJson(error)).toEqual({ error: 'AlfaCRM said no' });
	});
});

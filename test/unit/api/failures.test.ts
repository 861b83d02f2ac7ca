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

/** What `httpRequestWithAuthentication` makes of it. */
const wrapped = (error: Error) => new NodeApiError(NODE, error as unknown as JsonObject);

/** A Yii exception as AlfaCRM sends it. */
const yii = (status: number, message: string) => ({ name: 'Exception', message, code: 0, status });

const after = (header: string) => makeAnswerError(429, '', { 'retry-after': header });
const TOO_MANY: ApiFailure = { kind: 'status', status: 429 };

const CASES: Array<[what: string, error: Error, failure: ApiFailure]> = [
	[
		"a status with AlfaCRM's words",
		makeAnswerError(400, yii(400, 'group_id is missing')),
		{ kind: 'status', status: 400, serverMessage: 'group_id is missing' },
	],
	[
		'a status with nothing but a name',
		makeAnswerError(403, { name: 'Forbidden', message: '', code: 0, status: 403 }),
		{ kind: 'status', status: 403, serverMessage: 'Forbidden' },
	],
	[
		'a web page of a server that is down',
		makeAnswerError(502, '<html>Bad gateway</html>'),
		{ kind: 'status', status: 502, isFromIntermediary: true },
	],
	['500 with nothing', makeAnswerError(500, null), { kind: 'status', status: 500, isFromIntermediary: true }],
	[
		"a 401 of AlfaCRM's",
		makeAnswerError(401, yii(401, 'No token')),
		{ kind: 'status', status: 401, serverMessage: 'No token' },
	],
	[
		'422 with messages for fields',
		makeAnswerError(422, { errors: { phone: ['is wrong'] } }),
		{ kind: 'refusal', status: 422, fields: { phone: ['is wrong'] } },
	],
	['429', makeAnswerError(429, ''), TOO_MANY],
	['429 with a time in seconds', after('3'), { ...TOO_MANY, retryAfterMs: 3_000 }],
	['429 with a time that cannot be read', after('soon'), TOO_MANY],
	[
		'a redirect to another host, of which only the host is kept',
		makeAnswerError(302, '', { location: 'https://other.example:8443/login?token=abc' }),
		{ kind: 'redirect', status: 302, location: 'other.example:8443' },
	],
	[
		'a redirect within the host',
		makeAnswerError(301, '', { location: '/login' }),
		{ kind: 'redirect', status: 301 },
	],
	...['ECONNRESET', 'ENOTFOUND'].map((code): [string, Error, ApiFailure] => [
		code,
		makeNetworkError(code),
		{ kind: 'noAnswer', code },
	]),
	[
		'a cancelled request',
		makeNetworkError('ERR_CANCELED', 'canceled'),
		{ kind: 'cancelled', isInProgress: true },
	],
	[
		'a refused login',
		new LoginError('The key is wrong.'),
		{ kind: 'login', serverMessage: 'The key is wrong.', loginFailureCause: 'credential-invalid' },
	],
	[
		'a login that met too many',
		new LoginError('Too many.', 'rate-limited', 20_000),
		{ kind: 'login', serverMessage: 'Too many.', loginFailureCause: 'rate-limited', retryAfterMs: 20_000 },
	],
	['anything else', new TypeError('x is odd'), { kind: 'unexpected', serverMessage: 'x is odd' }],
];

describe('what went wrong with a call', () => {
	/** An error of the class that real requests reject with, by whose name n8n reads the status. */
	class AxiosError extends Error {}
	const asAxios = (error: Error) =>
		error instanceof LoginError || error instanceof TypeError
			? error
			: Object.assign(new AxiosError(error.message), error);

	it.each(CASES)(
		"is read out of an error of httpRequest, and of n8n's own error: %s",
		(_what, error, failure) => {
			expect(readFailure(error)).toEqual(failure);
			const { serverMessage, ...rest } = failure;
			const read = readFailure(wrapped(error));
			expect(read).toMatchObject(rest);
			if (failure.kind !== 'unexpected') expect(read.serverMessage).toEqual(serverMessage);
		},
	);

	it.each(CASES)(
		'is read as far as n8n 1.99 to 2.33 leave it, which lose the cause: %s',
		(_what, error, failure) => {
			const { serverMessage, ...expected } = failure;
			for (const lost of ['retryAfterMs', 'location']) Reflect.deleteProperty(expected, lost);
			for (const left of [wrapped(error), wrapped(asAxios(error))]) {
				Object.defineProperty(left, 'cause', { value: undefined });
				expect(readFailure(left)).toMatchObject(expected);
				if (failure.kind !== 'unexpected') expect(readFailure(left).serverMessage).toEqual(serverMessage);
			}
		},
	);

	it.each([400, 401, 403, 404, 405, 422])(
		'is no refusal of AlfaCRM where a web page comes with HTTP %i',
		(status) => {
			const page = makeAnswerError(status, WEB_PAGE);
			const failure = {
				kind: 'intermediary',
				intermediaryStatus: status,
				serverMessage: 'answered with a web page',
			};
			expect(readFailure(page)).toEqual(failure);
			expect(readFailure(wrapped(page))).toEqual(failure);
		},
	);

	it.each<[body: string, data: unknown]>([
		['nothing', ''],
		['a text', 'Forbidden'],
		['a message without more', { message: 'no Route matched with those values' }],
		['the error of another service', { error: { code: 403, message: 'Forbidden' } }],
		['a list', [{ field: 'phone', message: 'is wrong' }]],
	])('is no refusal of AlfaCRM where HTTP 403 comes with %s', (_body, data) => {
		expect(readFailure(wrapped(makeAnswerError(403, data)))).toMatchObject({
			kind: 'intermediary',
			intermediaryStatus: 403,
		});
	});

	it.each([400, 401, 403, 404, 422])(
		'is no refusal of AlfaCRM where a page came with HTTP %i to n8n 1.99 to 2.33, which lose it',
		(status) => {
			const left = wrapped(makeAnswerError(status, WEB_PAGE));
			Object.defineProperty(left, 'cause', { value: undefined });
			expect(readFailure(left)).toMatchObject({ kind: 'intermediary', intermediaryStatus: status });
		},
	);

	it.each<[body: string, data: unknown]>([
		['a web page', WEB_PAGE],
		['nothing', ''],
	])('is that there are too many calls where HTTP 429 comes with %s', (_body, data) => {
		expect(readFailure(makeAnswerError(429, data))).toEqual({ kind: 'status', status: 429 });
	});

	it('may have been carried out where a web page came', () => {
		expect(mayHaveTakenEffect(readFailure(makeAnswerError(404, WEB_PAGE)))).toBe(true);
		expect(mayHaveTakenEffect(readFailure(makeAnswerError(404, yii(404, 'Not found'))))).toBe(false);
	});

	it('is told by an answer that is no success', () => {
		const failure: ApiFailure = { kind: 'refusal', fields: { name: ['is empty'] } };
		expect(readFailure(new ResponseError(failure))).toBe(failure);
	});

	it.each(['boom', null, undefined])('is unexpected where %j was thrown', (thrown) => {
		expect(readFailure(thrown).kind).toBe('unexpected');
	});

	it('keeps nothing of the request, which holds the key and the token', () => {
		const error = Object.assign(makeAnswerError(500, yii(500, 'Oops')), {
			config: { headers: { 'X-ALFACRM-TOKEN': 'secret-token' }, data: '{"api_key":"secret-key"}' },
		});
		expect(JSON.stringify([readFailure(error), readFailure(wrapped(error))])).not.toContain('secret');
	});
});

describe('an answer with HTTP 200', () => {
	function failureIn(answer: unknown): ApiFailure {
		try {
			assertSuccess(answer);
		} catch (error) {
			return (error as ResponseError).failure;
		}
		throw new Error('It was taken');
	}

	it.each<[unknown]>([
		[{}],
		[[{ id: 1 }]],
		[{ success: true, errors: [], model: { id: 1 } }],
		[{ items: [], total: 0 }],
		// A record may have a message and a status of its own.
		[{ message: 'Привет', code: 600 }],
		[{ message: 'Привет', code: 399 }],
		[{ success: true, message: 'Сохранено', status: 404 }],
	])('%j is what was asked for', (answer) => {
		expect(assertSuccess(answer)).toBe(answer);
	});

	it.each<[unknown, string]>([
		['<html></html>', 'answered with a web page'],
		['{"success": tru', 'sent an answer that is not complete JSON'],
		[null, 'sent an answer that is not complete JSON'],
		[12, 'sent an answer that is not complete JSON'],
	])('%j is no answer of AlfaCRM', (answer, serverMessage) => {
		expect(failureIn(answer)).toEqual({ kind: 'intermediary', serverMessage });
	});

	it.each<[unknown, Partial<ApiFailure>]>([
		[{ success: false }, {}],
		[{ success: 0, message: 'Нет' }, { serverMessage: 'Нет' }],
		[{ errors: { phone: ['Занят'] } }, { fields: { phone: ['Занят'] } }],
	])('%j is a refusal', (answer, failure) => {
		expect(failureIn(answer)).toEqual({ kind: 'refusal', ...failure });
	});

	it('that is a success and lists what is wrong leaves open what was saved', () => {
		const failure = failureIn({ success: true, errors: { phone: ['Занят'], name: ['Пусто'] } });
		expect(failure).toEqual({ kind: 'unexpected', serverMessage: 'Занят Пусто' });
		expect(mayHaveTakenEffect(failure)).toBe(true);
	});

	it.each<[unknown, number]>([
		[{ message: 'Нет прав', status: 403 }, 403],
		[{ name: 'Forbidden', message: 'Нет прав', code: 0, status: 403 }, 403],
		[{ message: 'Нет прав', status: 1, code: 599 }, 599],
	])('%j is the error of HTTP %d', (answer, status) => {
		expect(failureIn(answer)).toEqual({ kind: 'status', status, serverMessage: 'Нет прав' });
	});
});

it.each<[errors: unknown, messages: Record<string, string[]> | undefined]>([
	// As success has it.
	[[], undefined],
	[null, undefined],
	[['one', 'two'], { '': ['one', 'two'] }],
	[
		{ name: ['one', 'two'], phone: ['three'] },
		{ name: ['one', 'two'], phone: ['three'] },
	],
	[{ phone: { 0: ['one'], 1: ['two'] } }, { phone: ['one', 'two'] }],
	[[{ message: 'one' }, { message: 'two' }], { '': ['one', 'two'] }],
	[{ name: [], phone: null, note: '', web: ['one'] }, { web: ['one'] }],
	[[null, '', []], undefined],
])('the messages by field in %j are %j', (errors, messages) => {
	expect(readFieldMessages(errors)).toEqual(messages);
});

describe('an error of the node', () => {
	it('shows message, description, HTTP code, item and declared cause', () => {
		const text = { message: 'AlfaCRM said no', description: 'Do this.', status: 403 };
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

	it.each([nodeError(NODE, { message: 'no' }, 0), new NodeOperationError(NODE, 'no')])(
		'is left as it is: %s',
		(error) => {
			expect(asNodeError(NODE, error, 7)).toBe(error);
		},
	);

	it.each([new TypeError('x is odd'), new UserError('x is odd')])(
		'is made of %s, with the item that met it',
		(error) => {
			const made = asNodeError(NODE, error, 7);
			expect(made).toBeInstanceOf(NodeOperationError);
			expect(made).toMatchObject({ message: 'x is odd', context: { itemIndex: 7 } });
		},
	);

	const said = (text: { description?: string; status?: number }) =>
		nodeError(NODE, { message: 'no', ...text }, 0);

	it.each([
		[
			'all of it',
			said({ description: 'Do this.', status: 403 }),
			{ error: 'no', message: 'Do this. HTTP 403' },
		],
		['advice alone', said({ description: 'Do this.' }), { error: 'no', message: 'Do this.' }],
		// Two empty keys would not count as an error for n8n below 2.34.6.
		['neither', new NodeOperationError(NODE, 'no'), { error: 'no' }],
	])(
		'leaves to the item what happened and what to do, without other keys, by which n8n would take it for a success: %s',
		(_what, error, json) => {
			expect(makeErrorJson(error)).toEqual(json);
		},
	);
});

import { assertSuccess } from '../../nodes/AlfaCrm/api/response';
import { ResponseError } from '../../nodes/AlfaCrm/api/errors';
import type { ApiFailure } from '../../nodes/AlfaCrm/api/errors';
import { looksLikePageSize, rowKeys } from '../../nodes/AlfaCrm/api/page';
import { pathOf, requestOptions } from '../../nodes/AlfaCrm/api/request';

function failureOf(answer: unknown): ApiFailure {
	try {
		assertSuccess(answer);
	} catch (error) {
		return (error as ResponseError).failure;
	}
	throw new Error('It was taken');
}

describe('an answer with HTTP 200', () => {
	it.each<[unknown]>([
		[{}],
		[[]],
		[[{ id: 1 }]],
		[{ success: true, errors: [], model: { id: 1 } }],
		[{ success: 1 }],
		[{ success: null, errors: null }],
		[{ items: [], total: 0 }],
		// A record may have a message and a status of its own.
		[{ message: 'Привет', status: 1 }],
		[{ message: 'Привет', code: 600 }],
		[{ message: 'Привет', code: 399 }],
		[{ status: 404 }],
		[{ message: 404, status: 404 }],
		[{ success: true, message: 'Сохранено', status: 404 }],
	])('%j is what was asked for', (answer) => {
		expect(assertSuccess(answer)).toBe(answer);
	});

	it.each<[unknown, string]>([
		['<html></html>', 'answered with a web page'],
		[' \n<!doctype html>', 'answered with a web page'],
		['{"success": tru', 'sent an answer that is not complete JSON'],
		['', 'sent an answer that is not complete JSON'],
		[null, 'sent an answer that is not complete JSON'],
		[undefined, 'sent an answer that is not complete JSON'],
		[12, 'sent an answer that is not complete JSON'],
	])('%j is no answer of AlfaCRM', (answer, serverMessage) => {
		expect(failureOf(answer)).toEqual({ kind: 'notJson', serverMessage });
	});

	it.each<[unknown, Partial<ApiFailure>]>([
		[{ success: false }, {}],
		[{ success: 0, message: 'Нет' }, { serverMessage: 'Нет' }],
		[{ success: false, message: ['Нет'] }, {}],
		[{ errors: { phone: ['Занят'] } }, { fields: { phone: ['Занят'] } }],
		[
			{ success: true, errors: ['Нет'] },
			{ fields: { '': ['Нет'] }, isContradictory: true },
		],
	])('%j is a refusal', (answer, failure) => {
		expect(failureOf(answer)).toEqual({ kind: 'refusal', ...failure });
	});

	it.each<[unknown, number]>([
		[{ message: 'Нет прав', status: 403 }, 403],
		[{ message: 'Нет прав', status: '400' }, 400],
		[{ name: 'Forbidden', message: 'Нет прав', code: 0, status: 403 }, 403],
		[{ message: 'Нет прав', status: 1, code: 599 }, 599],
	])('%j is the error of HTTP %d', (answer, status) => {
		expect(failureOf(answer)).toEqual({ kind: 'status', status, serverMessage: 'Нет прав' });
	});
});

describe('the rows of a page', () => {
	it('are told apart by their IDs, a number being the same as a text', () => {
		expect(rowKeys([{ id: 7 }, { id: '7' }, { id: 'a7' }, { id: 0 }])).toEqual([7, 7, 'a7', 0]);
	});

	it('without an ID by what they hold, equal ones by their count', () => {
		const keys = rowKeys([{ a: 1 }, { id: '', a: 1 }, { a: 1 }, { id: null }, { a: 1 }]);
		expect(new Set(keys).size).toBe(5);
		expect(keys).toEqual(rowKeys([{ a: 1 }, { id: '', a: 1 }, { a: 1 }, { id: null }, { a: 1 }]));
		expect(keys[0]).toBe('{"a":1}');
	});
});

it.each<[rows: number, total: number | undefined, asked: number | undefined, wanted: boolean]>([
	[20, 20, undefined, true],
	[19, 19, undefined, false],
	[5, 5, 5, true],
	[5, 5, 6, false],
	[20, 21, 20, false],
	[0, undefined, undefined, false],
])(
	'a total of a page with %d rows, %j, where %j were asked for, may be its length: %j',
	(rows, total, asked, wanted) => {
		expect(
			looksLikePageSize(
				Array.from({ length: rows }, () => ({})),
				total,
				asked,
			),
		).toBe(wanted);
	},
);

it('a call goes to its branch, if it has one', () => {
	expect(pathOf({ branch: 1, path: 'lead-status', action: 'index' })).toBe('v2api/1/lead-status/index');
	expect(pathOf({ path: 'branch', action: 'index' })).toBe('v2api/branch/index');
});

it('a call carries JSON, asks for JSON and follows no redirect', () => {
	const call = { path: 'branch', action: 'index', task: 'list the branches', isIdempotent: true };
	const url = 'https://demo.s20.online/v2api/branch/index';
	expect(requestOptions(url, { ...call, query: { id: 1 }, body: { page: 0 } })).toEqual({
		method: 'POST',
		url,
		qs: { id: 1 },
		body: { page: 0 },
		headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
		json: true,
		timeout: 30_000,
		disableFollowRedirect: true,
	});
	expect(requestOptions(url, call).body).toBe('{}');
});

import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { ONE_PAGE } from '../../../nodes/AlfaCrm/api/list';
import { mayTotalCountOnlyPage, readPages } from '../../../nodes/AlfaCrm/api/pages';
import { LESSON_STATUS } from '../../support/codes';
import { makeAnswerError, makeErrorBody, makeNetworkError, WEB_PAGE } from '../../support/nodeErrors';
import { answerWithPages, throwFailure } from '../apiSupport';
import { settle, stopTime } from './clock';
import {
	answerFromChangingList,
	answerInRequestedSize,
	answerReadings,
	answerRequestsWithoutSizeOnly,
	answerWithoutTotal,
	answerWithSmallPages,
	CUSTOMERS,
	customersWithIds,
	equalLogEntries,
	LOG,
	logEntriesAt,
	PagedServer,
	RowCountGoal,
} from './pagedServer';

// test/properties/api/lists.test.ts proves that each row is returned once from any pages, while rows come and go.

/** Refuses a request with a status and AlfaCRM's words. */
function refuseWith(status: number): never {
	return throwFailure(makeAnswerError(status, makeErrorBody(status, 'Нет')));
}

const FAILURES_OF_LARGE_PAGES = [
	{ failure: 'HTTP 502', error: makeAnswerError(502, '<html>Bad Gateway</html>') },
	{ failure: 'HTTP 503', error: makeAnswerError(503, '<html>Service Unavailable</html>') },
	{ failure: 'HTTP 504', error: makeAnswerError(504, '<html>Gateway Timeout</html>') },
	{ failure: 'a timeout', error: makeNetworkError('ECONNABORTED', 'timeout of 30000ms exceeded') },
	{ failure: 'half an answer', error: makeNetworkError('ECONNRESET', 'socket hang up') },
];

describe('A list whose large pages do not arrive', () => {
	stopTime();

	it.each(FAILURES_OF_LARGE_PAGES)(
		"a list is read in pages of AlfaCRM's own size when the request for the large page 0 ends with $failure",
		async ({ error }) => {
			const rows = customersWithIds(1, 120);
			const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 0 }));

			const customers = await settle(server.collect(CUSTOMERS));

			expect(customers).toMatchObject({ rows, isComplete: true });
			expect(server.readRequests()).toEqual(
				expect.arrayContaining(['page 0, any size', 'page 1, any size', 'page 2, any size']),
			);
		},
	);

	it.each(FAILURES_OF_LARGE_PAGES)(
		"a list is read in pages of AlfaCRM's own size from the start when the request for page 0 ended with $failure in the last reading",
		async ({ error }) => {
			const rows = customersWithIds(1, 120);
			const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 0 }));
			await settle(server.collect(CUSTOMERS));
			server.forgetRequests();

			const customers = await settle(server.collect(CUSTOMERS));

			expect(customers).toMatchObject({ rows, isComplete: true });
			expect(server.readRequests()).toEqual(['page 0, any size', 'page 1, any size', 'page 2, any size']);
			expect([...server.client.actionsWithoutPageSize]).toEqual(['customer/index']);
		},
	);

	it.each(FAILURES_OF_LARGE_PAGES)(
		'a list is read again from page 0 in small pages when the request for the large page 1 ends with $failure, and each row is returned once',
		async ({ error }) => {
			const rows = customersWithIds(1, 1_120);
			const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 1 }));

			const customers = await settle(server.collect(CUSTOMERS));

			expect(customers).toMatchObject({ rows, isComplete: true, readCount: 1_120 });
		},
	);

	it('each log entry is returned once when the log is read again in small pages, although some entries are equal and have no ID', async () => {
		const rows = Array.from({ length: 230 }, () => logEntriesAt(1, 2, 3)).flat();
		const error = makeAnswerError(504);
		const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 1 }));

		const log = await settle(server.collect(LOG));

		expect(log).toMatchObject({ rows, isComplete: true });
	});

	it('a list that is read again in small pages is read to its end, although the first small pages bring only known rows', async () => {
		const rows = customersWithIds(1, 1_120);
		const error = makeAnswerError(504);
		const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 1 }));

		const pages = await settle(server.readPages({ ...CUSTOMERS, pageSize: 500 }));

		expect(pages.at(-1)).toMatchObject({ number: 22, isLast: true, isListComplete: true });
	});

	it("a reading fails with the status of the small page when neither large pages nor those of AlfaCRM's own size arrive", async () => {
		const server = new PagedServer(({ body }) =>
			throwFailure(makeAnswerError(body.pageSize === undefined ? 502 : 504)),
		);

		const reading = settle(server.collect(CUSTOMERS));

		await expect(reading).rejects.toMatchObject({ httpCode: '502' });
		expect(server.client.actionsWithoutPageSize.size).toBe(0);
	});

	it("a lost page is not requested without a size when it is no larger than AlfaCRM's own", async () => {
		const server = new PagedServer(() => throwFailure(makeAnswerError(504)));

		const reading = settle(server.collect(CUSTOMERS, { limit: 50 }));

		await expect(reading).rejects.toMatchObject({ httpCode: '504' });
		expect(server.readRequests()).toEqual(['page 0, 50 rows', 'page 0, 50 rows', 'page 0, 50 rows']);
	});

	it('a page is not requested without a size when a web page answers with HTTP 400', async () => {
		const server = new PagedServer(() => throwFailure(makeAnswerError(400, WEB_PAGE)));

		const reading = settle(server.collect(CUSTOMERS));

		await expect(reading).rejects.toThrow('answered with a web page (HTTP 400)');
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 0, 500 rows', 'page 0, 500 rows']);
	});

	it('a list is not read again from page 0 when the reading began with a later page', async () => {
		const rows = customersWithIds(1, 1_120);
		const error = makeAnswerError(504);
		const server = new PagedServer(answerWithSmallPages({ rows, error, firstFailingPage: 1 }));

		const reading = settle(server.collect({ ...CUSTOMERS, firstPage: 1 }));

		await expect(reading).rejects.toMatchObject({ httpCode: '504' });
		expect(server.readRequests()).not.toContain('page 0, any size');
	});
});

describe('The request for a page', () => {
	stopTime();

	it('the request for a page has the number and the size of the page, and the filters', async () => {
		const server = new PagedServer(answerInRequestedSize(customersWithIds(1, 700)));

		await server.collect(CUSTOMERS);

		expect(server.readCalls()).toEqual([
			{ path: '1/customer/index', body: { is_study: 1, pageSize: 500, page: 0 } },
			{ path: '1/customer/index', body: { is_study: 1, pageSize: 500, page: 1 } },
		]);
	});

	it('the request for a page goes to another action of the entity and has no size when the caller says so', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 15), { pageSize: 20 }));

		await server.collect({ ...CUSTOMERS, action: 'others', pageSize: undefined });

		expect(server.readCalls()).toEqual([{ path: '1/customer/others', body: { is_study: 1, page: 0 } }]);
	});

	describe.each([
		{ refusal: 'a refusal', refuse: () => ({ success: false, errors: { pageSize: ['Нет'] } }) },
		{ refusal: 'HTTP 400', refuse: () => refuseWith(400) },
	])('with a size to which AlfaCRM answers with $refusal', ({ refusal, refuse }) => {
		it(`the request for a page is repeated without its size after ${refusal}`, async () => {
			const server = new PagedServer(answerRequestsWithoutSizeOnly(refuse));

			const customers = await server.collect(CUSTOMERS);

			expect(customers).toMatchObject({ rows: [{ id: 1 }], isComplete: true });
			expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 0, any size']);
		});

		it(`the requests of later readings have no size after ${refusal}`, async () => {
			const server = new PagedServer(answerRequestsWithoutSizeOnly(refuse));
			// This reading learns that AlfaCRM refuses page sizes.
			await server.collect(CUSTOMERS);
			server.forgetRequests();

			const customers = await server.collect(CUSTOMERS);

			expect(customers).toMatchObject({ rows: [{ id: 1 }], isComplete: true });
			expect(server.readRequests()).toEqual(['page 0, any size']);
		});

		it(`the request for a page of another action still has a size after ${refusal}`, async () => {
			const server = new PagedServer(answerRequestsWithoutSizeOnly(refuse));
			// This reading learns that AlfaCRM refuses page sizes.
			await server.collect(CUSTOMERS);
			server.forgetRequests();

			const customers = await server.collect({ ...CUSTOMERS, action: 'others' });

			expect(customers).toMatchObject({ rows: [{ id: 1 }], isComplete: true });
			expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 0, any size']);
			expect([...server.client.actionsWithoutPageSize]).toEqual(['customer/index', 'customer/others']);
		});
	});

	it('the request for a later page has no size when an earlier reading had to do without one', async () => {
		const server = new PagedServer(answerRequestsWithoutSizeOnly(() => refuseWith(400)));
		server.client.actionsWithoutPageSize.add('customer/index');

		await readPages(server.client, { ...CUSTOMERS, firstPage: 3, pageSize: 500 }).next();

		expect(server.readRequests()).toEqual(['page 3, any size']);
	});

	it.each([{ status: 403 }, { status: 404 }, { status: 422 }, { status: 500 }])(
		'the request for a page is not repeated without its size after HTTP $status',
		async ({ status }) => {
			const server = new PagedServer(answerRequestsWithoutSizeOnly(() => refuseWith(status)));

			const reading = settle(server.collect({ ...CUSTOMERS, itemIndex: 4 }));

			await expect(reading).rejects.toMatchObject({
				httpCode: String(status),
				context: { itemIndex: 4 },
			});
			expect(server.readRequests()).not.toContain('page 0, any size');
			expect(server.client.actionsWithoutPageSize.size).toBe(0);
		},
	);

	it('the requests of later readings keep their size when AlfaCRM refuses a request without a size as well', async () => {
		const server = new PagedServer(() => refuseWith(400));

		const reading = server.collect(CUSTOMERS);

		await expect(reading).rejects.toMatchObject({ httpCode: '400' });
		expect(server.client.actionsWithoutPageSize.size).toBe(0);
	});

	it('the request for a page is not repeated without its size when AlfaCRM refuses a later page', async () => {
		const answer = answerInRequestedSize(customersWithIds(1, 700));
		const server = new PagedServer((request) =>
			request.body.page === 1 ? refuseWith(400) : answer(request),
		);

		const reading = server.collect(CUSTOMERS);

		await expect(reading).rejects.toMatchObject({ httpCode: '400' });
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows']);
	});
});

describe('The answer to a request for a page', () => {
	stopTime();

	it.each([
		{
			content: 'values that are no rows',
			answer: { items: [{ id: 1 }, null, 'x', 2, [], undefined], total: 6 },
			allRows: [{ id: 1 }],
			total: 6,
		},
		{ content: 'a total as text', answer: { items: [], total: '6' }, allRows: [], total: 6 },
		{ content: 'null as total', answer: { items: [], total: null }, allRows: [], total: undefined },
		{ content: 'a word as total', answer: { items: [], total: 'many' }, allRows: [], total: undefined },
		{
			content: 'a total of 0 and a row',
			answer: { items: [{ id: 1 }], total: 0 },
			allRows: [{ id: 1 }],
			total: undefined,
		},
		{
			content: 'a total of 1 and two rows',
			answer: { items: [{ id: 1 }, { id: 2 }], total: 1 },
			allRows: [{ id: 1 }, { id: 2 }],
			total: undefined,
		},
		{ content: 'a bare list', answer: [{ id: 1 }], allRows: [{ id: 1 }], total: undefined },
	])(
		'a page has the rows of an answer, and the total if it is credible, when the answer has $content',
		async ({ answer, allRows, total }) => {
			const server = new PagedServer(() => answer);

			const { value: page } = await readPages(server.client, CUSTOMERS).next();

			expect(page).toMatchObject({ allRows, total });
		},
	);

	it.each([{ total: 0 }, { total: 10 }])(
		'a list does not end after page 0 when the answer has 20 rows and a total of $total',
		async ({ total }) => {
			const rows = customersWithIds(1, 45);
			const server = new PagedServer(
				answerWithPages(() => rows, { pageSize: 20, total: total }),
				{ callsAtOnce: 5 },
			);

			const customers = await server.collect(CUSTOMERS);

			expect(customers).toMatchObject({ rows, isComplete: true });
		},
	);

	it.each([
		{
			content: 'an object without items',
			answer: { total: 3 },
			message: 'AlfaCRM sent no list when asked to list the customers',
		},
		{
			content: 'items that are no list',
			answer: { items: { 0: { id: 1 } } },
			message: 'AlfaCRM sent no list when asked to list the customers',
		},
		{
			content: 'a web page',
			answer: '<!doctype html><title>Sign in</title>',
			message: 'demo.s20.online answered with a web page, so it could not list the customers',
		},
		{
			content: 'half an answer',
			answer: '{"total":3,"items":[{"id":1',
			message: 'demo.s20.online sent an answer that is not complete JSON, so it could not list the customers',
		},
	])(
		'a reading fails as temporarily unavailable when the answer is $content',
		async ({ answer, message }) => {
			const server = new PagedServer(() => answer);

			const reading = settle(server.collect(CUSTOMERS));

			await expect(reading).rejects.toMatchObject({
				message,
				description: expect.stringContaining("Check 'Hostname' in the credential"),
				failure: { cause: 'temporarily-unavailable' },
			});
		},
	);
});

describe('mayTotalCountOnlyPage', () => {
	it.each([
		{ rowCount: 20, requestedSize: undefined },
		{ rowCount: 50, requestedSize: 500 },
		{ rowCount: 5, requestedSize: 5 },
	])(
		'the total $rowCount on a page of $rowCount rows may count only the page when $requestedSize rows were requested',
		({ rowCount, requestedSize }) => {
			const pageRows = customersWithIds(1, rowCount);

			expect(mayTotalCountOnlyPage(pageRows, rowCount, requestedSize)).toBe(true);
		},
	);

	it.each([
		{ total: 19, rowCount: 19, requestedSize: undefined },
		{ total: 30, rowCount: 30, requestedSize: 500 },
		{ total: 21, rowCount: 20, requestedSize: 20 },
		{ total: undefined, rowCount: 0, requestedSize: undefined },
	])(
		'the total $total on a page of $rowCount rows counts the whole list when $requestedSize rows were requested',
		({ total, rowCount, requestedSize }) => {
			const pageRows = customersWithIds(1, rowCount);

			expect(mayTotalCountOnlyPage(pageRows, total, requestedSize)).toBe(false);
		},
	);
});

describe('collect', () => {
	it.each([
		{ count: 0, requestCount: 1 },
		// The total of a full first page may count only its rows, so a second page is requested.
		{ count: 20, requestCount: 2 },
		{ count: 21, requestCount: 2 },
		{ count: 500, requestCount: 25 },
		{ count: 501, requestCount: 26 },
	])(
		'collect reads a list of $count rows in pages of 20 with $requestCount requests',
		async ({ count, requestCount }) => {
			const rows = customersWithIds(1, count);
			const server = new PagedServer(answerWithPages(() => rows, { pageSize: 20 }));

			const customers = await server.collect(CUSTOMERS);

			expect(customers).toEqual({ rows, isComplete: true, total: count, readCount: count });
			expect(server.readRequests()).toHaveLength(requestCount);
		},
	);

	it('collect requests the largest pages when there is no limit', async () => {
		const server = new PagedServer(answerInRequestedSize(customersWithIds(1, 700)));

		const { rows } = await server.collect(CUSTOMERS);

		expect(rows).toEqual(customersWithIds(1, 700));
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows']);
	});

	it('collect requests one page with as many rows as the limit allows', async () => {
		const server = new PagedServer(answerInRequestedSize(customersWithIds(1, 700)));

		const customers = await server.collect(CUSTOMERS, { limit: 7 });

		expect(customers).toMatchObject({ rows: customersWithIds(1, 7), isComplete: true });
		expect(server.readRequests()).toEqual(['page 0, 7 rows']);
	});

	it('collect requests the largest pages after a small page with unwanted rows', async () => {
		const server = new PagedServer(answerInRequestedSize(customersWithIds(1, 700)));
		const keep = ({ id }: IDataObject) => Number(id) > 400;

		const { rows } = await server.collect(CUSTOMERS, { limit: 3, keep });

		expect(rows).toEqual([{ id: 401 }, { id: 402 }, { id: 403 }]);
		expect(server.readRequests()).toEqual(['page 0, 3 rows', 'page 0, 500 rows']);
	});

	it('collect leaves out unwanted rows and does not count them as missing', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 100), { pageSize: 20 }));
		const keep = ({ id }: IDataObject) => Number(id) % 30 === 0;

		const customers = await server.collect(CUSTOMERS, { keep });

		expect(customers).toEqual({
			rows: [{ id: 30 }, { id: 60 }, { id: 90 }],
			isComplete: true,
			total: 100,
			readCount: 100,
		});
	});

	it('collect returns no more wanted rows than the limit allows', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 100), { pageSize: 20 }));
		const keep = ({ id }: IDataObject) => Number(id) % 30 === 0;

		const { rows } = await server.collect(CUSTOMERS, { keep, limit: 2 });

		expect(rows).toEqual([{ id: 30 }, { id: 60 }]);
	});

	it('collect reads a list in two passes, and returns a row once that comes in both', async () => {
		const answerPlanned = answerWithPages(() => customersWithIds(1, 25), { pageSize: 20 });
		const answerHeld = answerWithPages(() => customersWithIds(21, 30), { pageSize: 20 });
		const server = new PagedServer((request) =>
			request.body.status === LESSON_STATUS.planned ? answerPlanned(request) : answerHeld(request),
		);
		const passes = [{ status: LESSON_STATUS.planned }, { status: LESSON_STATUS.held }];

		const lessons = await server.collect(CUSTOMERS, { passes });

		expect(lessons).toMatchObject({ rows: customersWithIds(1, 30), isComplete: true });
	});

	it('collect makes no second pass when the first one has brought as many rows as the limit allows', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 25), { pageSize: 20 }));
		const passes = [{ status: LESSON_STATUS.planned }, { status: LESSON_STATUS.held }];

		await server.collect(CUSTOMERS, { passes, limit: 20 });

		expect(server.readCalls()).toEqual([
			{
				path: '1/customer/index',
				body: { is_study: 1, status: LESSON_STATUS.planned, pageSize: 20, page: 0 },
			},
		]);
	});

	it('collect stops reading when its goal is reached, and returns the number of the next page', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 90), { pageSize: 20 }));

		const customers = await server.collect(CUSTOMERS, { goal: new RowCountGoal(40) });

		expect(customers).toMatchObject({ rows: customersWithIds(1, 40), isComplete: false, nextPage: 2 });
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows']);
	});

	it('collect begins with a later page when the caller says so, and does not read the earlier rows', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 90), { pageSize: 20 }));

		const { rows } = await server.collect({ ...CUSTOMERS, firstPage: 2 });

		expect(rows).toEqual(customersWithIds(41, 90));
		expect(server.readRequests()).toEqual([
			'page 2, 500 rows',
			'page 3, 500 rows',
			'page 4, 500 rows',
			'page 5, 500 rows',
		]);
	});
});

describe('The goal of a reading', () => {
	it('the goal of a reading gets each row once, although a list that lacks a row is read twice', async () => {
		const rows = customersWithIds(1, 40);
		const rowsWithoutLast = customersWithIds(1, 39);
		// The first reading takes three requests, because the total says that one more row is to come.
		const server = new PagedServer(
			answerWithPages((requestNumber) => (requestNumber < 3 ? rowsWithoutLast : rows), {
				pageSize: 20,
				total: 40,
			}),
		);
		const goal = new RowCountGoal(Infinity);

		await server.collect(CUSTOMERS, { goal });

		expect(server.readRequests()).toHaveLength(5);
		expect(goal.rowCount).toBe(40);
	});

	it('no further pass is made after the goal of a reading is reached', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 90), { pageSize: 20 }));
		const passes = [{ status: LESSON_STATUS.planned }, { status: LESSON_STATUS.held }];

		const { nextPage } = await server.collect(CUSTOMERS, { goal: ONE_PAGE, passes });

		expect(server.readRequests()).toEqual(['page 0, 500 rows']);
		expect(nextPage).toBe(1);
	});

	it('the goal of a reading does not end the reading of a list that comes empty, although AlfaCRM counts 30 rows', async () => {
		const server = new PagedServer(answerReadings({ total: 30, readings: [[]] }));

		const { isComplete } = await server.collect(CUSTOMERS, { goal: ONE_PAGE });

		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 0, 500 rows']);
		expect(isComplete).toBe(false);
	});
});

describe('A list that lacks rows', () => {
	it('a list that lacks rows is read once more, and is complete when all rows come in the second reading', async () => {
		const server = new PagedServer(
			answerReadings({ total: 3, readings: [customersWithIds(1, 2), customersWithIds(1, 3)] }),
		);

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toEqual({ rows: customersWithIds(1, 3), isComplete: true, total: 3, readCount: 3 });
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows', 'page 0, 500 rows']);
	});

	it('a list that lacks rows is returned with the values of the second reading', async () => {
		const server = new PagedServer(
			answerReadings({
				total: 3,
				readings: [
					[{ id: 1 }, { id: 2 }],
					[{ id: 1, name: 'Анна' }, { id: 2 }, { id: 3 }],
				],
			}),
		);

		const { rows } = await server.collect(CUSTOMERS);

		expect(rows).toEqual([{ id: 1, name: 'Анна' }, { id: 2 }, { id: 3 }]);
	});

	it('a list that lacks rows is incomplete after two readings, and has the rows of both', async () => {
		const server = new PagedServer(
			answerReadings({ total: 3, readings: [[{ id: 1 }], [{ id: 2 }], [{ id: 3 }]] }),
		);

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toEqual({ rows: [{ id: 1 }, { id: 2 }], isComplete: false, total: 3, readCount: 2 });
		expect(server.readRequests()).toEqual([
			'page 0, 500 rows',
			'page 1, 500 rows',
			'page 0, 500 rows',
			'page 1, 500 rows',
		]);
	});

	it('a list is incomplete when it comes empty twice, although AlfaCRM counts three rows', async () => {
		const server = new PagedServer(answerReadings({ total: 3, readings: [[]] }));

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toMatchObject({ rows: [], isComplete: false, readCount: 0 });
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 0, 500 rows']);
	});

	it('a list is complete when it comes empty in the first reading, and with all rows in the second one', async () => {
		const server = new PagedServer(answerReadings({ total: 3, readings: [[], customersWithIds(1, 3)] }));

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toMatchObject({ rows: customersWithIds(1, 3), isComplete: true });
	});
});

describe('A list that changes while it is read', () => {
	it('a list is read once when a row is added at its end during the reading', async () => {
		const listBefore = customersWithIds(1, 54);
		const listAfter = customersWithIds(1, 55);
		// The row is added after page 0 was read.
		const server = new PagedServer(answerFromChangingList(listBefore, listAfter));

		const { isComplete } = await server.collect(CUSTOMERS);

		expect(isComplete).toBe(true);
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows', 'page 2, 500 rows']);
	});

	it('a list is read once when a row is added at its top during the reading', async () => {
		const listBefore = customersWithIds(1, 45);
		const customer0AtTop = { id: 0 };
		const listAfter = [customer0AtTop, ...listBefore];
		// The row is added after page 1 was read.
		const server = new PagedServer(answerFromChangingList(listBefore, listBefore, listAfter));

		const { isComplete } = await server.collect(CUSTOMERS);

		expect(isComplete).toBe(true);
		expect(server.readRequests()).toEqual(['page 0, 500 rows', 'page 1, 500 rows', 'page 2, 500 rows']);
	});

	it('a list is read again when a row is removed during the reading, although another row is added', async () => {
		const listAtFirst = customersWithIds(1, 45);
		// Customer 1 is removed after page 0 was read, so customer 21 moves up to page 0.
		const listAfterRemoval = customersWithIds(2, 45);
		const listAfterAddition = customersWithIds(2, 46);
		const server = new PagedServer(answerFromChangingList(listAtFirst, listAfterRemoval, listAfterAddition));

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toMatchObject({
			rows: [...customersWithIds(1, 20), ...customersWithIds(22, 46), { id: 21 }],
			isComplete: true,
		});
	});
});

describe('A list without a total', () => {
	it('a list without a total is complete when it ends with an empty page', async () => {
		const server = new PagedServer(answerWithoutTotal(customersWithIds(1, 45), { pageSize: 20 }));

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toMatchObject({ rows: customersWithIds(1, 45), isComplete: true });
	});

	it('a list without a total is incomplete when AlfaCRM sends the last page again and again', async () => {
		const server = new PagedServer(({ body }) => ({
			items: body.page === 0 ? customersWithIds(1, 20) : customersWithIds(21, 40),
		}));

		const customers = await server.collect(CUSTOMERS);

		expect(customers).toMatchObject({ rows: customersWithIds(1, 40), isComplete: false });
	});
});

describe('Rows without an ID', () => {
	it('all rows without an ID are returned, although some are equal, when the list has a total', async () => {
		const rows = [...equalLogEntries(30, { minute: 1 }), ...logEntriesAt(2)];
		const server = new PagedServer(answerWithPages(() => rows, { pageSize: 20 }));

		const log = await server.collect(LOG);

		expect(log).toMatchObject({ rows, isComplete: true });
	});

	it('equal rows without an ID count once when they come again on the next page and the list has no total', async () => {
		const rows = [...equalLogEntries(30, { minute: 1 }), ...logEntriesAt(2)];
		const server = new PagedServer(answerWithoutTotal(rows, { pageSize: 20 }));

		const log = await server.collect(LOG);

		expect(log).toMatchObject({
			rows: [...equalLogEntries(20, { minute: 1 }), ...logEntriesAt(2)],
			isComplete: false,
		});
	});

	it('all rows without an ID are returned when they differ, although the list has no total', async () => {
		const rows = logEntriesAt(5, 4, 3, 2, 1);
		const server = new PagedServer(answerWithoutTotal(rows, { pageSize: 2 }));

		const log = await server.collect(LOG);

		expect(log).toMatchObject({ rows, isComplete: true });
	});

	// The rows are log entries, named by their minutes. A page has two of them, and page 0 is read before the addition. A
	// new row is returned only if it stands on a later page.
	it.each([
		{ added: 1, addedMinutes: [20], returnedMinutes: [5, 4, 3, 3, 2, 1] },
		{ added: 2, addedMinutes: [20, 19], returnedMinutes: [5, 4, 3, 3, 2, 1] },
		{ added: 3, addedMinutes: [20, 19, 18], returnedMinutes: [5, 4, 18, 3, 3, 2, 1] },
		{
			added: 5,
			addedMinutes: [20, 19, 18, 17, 16],
			returnedMinutes: [5, 4, 18, 17, 16, 3, 3, 2, 1],
		},
	])(
		'rows without an ID are returned once when $added new rows push them down during the reading',
		async ({ addedMinutes, returnedMinutes }) => {
			const listBefore = logEntriesAt(5, 4, 3, 3, 2, 1);
			const listAfter = [...logEntriesAt(...addedMinutes), ...listBefore];
			const server = new PagedServer(
				answerWithPages((requestNumber) => (requestNumber === 0 ? listBefore : listAfter), { pageSize: 2 }),
			);

			const log = await server.collect(LOG);

			expect(log).toMatchObject({ rows: logEntriesAt(...returnedMinutes), isComplete: true });
		},
	);

	it('60,000 rows without an ID are read in less than four seconds', async () => {
		const minutes = Array.from({ length: 60_000 }, (_unused, index) => index);
		const server = new PagedServer(answerWithoutTotal(logEntriesAt(...minutes), { pageSize: 500 }));
		const startedAt = performance.now();

		const { rows } = await server.collect(LOG);

		expect(rows).toHaveLength(60_000);
		expect(performance.now() - startedAt).toBeLessThan(4_000);
	});

	it('all rows are returned when some of them have an ID, an empty ID or none', async () => {
		const items = [{ id: 'a7' }, { id: '' }, { id: null, note: 'x' }, { note: 'x' }, { note: 'x' }];
		const server = new PagedServer(answerReadings({ total: 5, readings: [items] }));

		const { rows } = await server.collect(CUSTOMERS);

		expect(rows).toEqual([{ id: 'a7' }, { id: '' }, { id: null, note: 'x' }, { note: 'x' }, { note: 'x' }]);
	});
});

describe('Rows with an ID', () => {
	it('two rows count once when one has the ID as a number and the other one as a text', async () => {
		const server = new PagedServer(answerReadings({ total: 1, readings: [[{ id: 7 }, { id: '7' }]] }));

		const { rows } = await server.collect(CUSTOMERS);

		expect(rows).toEqual([{ id: 7 }]);
	});
});

describe('readPages', () => {
	it('readPages reads from a later page to the end of the list', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 50), { pageSize: 20 }));

		const pages = await server.readPages({ ...CUSTOMERS, firstPage: 1 });

		expect(pages).toMatchObject([
			{ number: 1, newRows: customersWithIds(21, 40) },
			{ number: 2, newRows: customersWithIds(41, 50) },
			{ number: 3, newRows: [] },
		]);
	});

	it('readPages requests no page after the one with which the caller stops', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 50), { pageSize: 20 }));
		const pages = readPages(server.client, CUSTOMERS);

		await pages.next();
		await pages.return(undefined);

		expect(server.readRequests()).toEqual(['page 0, any size']);
	});

	it('readPages goes on when the size of the pages changes during the reading', async () => {
		const pagesOfServer = [customersWithIds(1, 20), customersWithIds(21, 70), customersWithIds(71, 73)];
		const server = new PagedServer(({ body }) => ({ total: 73, items: pagesOfServer[Number(body.page)] }));

		const pages = await server.readPages(CUSTOMERS);

		expect(pages).toMatchObject([
			{ newRows: customersWithIds(1, 20), isLast: false },
			{ newRows: customersWithIds(21, 70), isLast: false },
			{ newRows: customersWithIds(71, 73), isLast: true },
		]);
	});

	it('readPages marks the list as whole on the last page', async () => {
		const server = new PagedServer(answerWithPages(() => customersWithIds(1, 45), { pageSize: 20 }));

		const pages = await server.readPages(CUSTOMERS);

		expect(pages).toMatchObject([
			{ isListComplete: false },
			{ isListComplete: false },
			{ isListComplete: true },
		]);
	});

	it('readPages marks the list as whole on no page when AlfaCRM counts more rows', async () => {
		const server = new PagedServer(answerReadings({ total: 45, readings: [customersWithIds(1, 20)] }));

		const pages = await server.readPages(CUSTOMERS);

		expect(pages).toMatchObject([{ isListComplete: false }, { isListComplete: false }]);
	});
});

describe('readPages of a list without an end', () => {
	stopTime();

	it('readPages gives up after 10,000 pages, and names the task', async () => {
		let lastId = 0;
		const server = new PagedServer(() => {
			// The rate limiter keeps the calls of the last seconds. With the clock standing still, they would be too many.
			jest.advanceTimersByTime(100);
			lastId += 1;
			return { items: [{ id: lastId }] };
		});

		const reading = server.readPages(CUSTOMERS);

		await expect(reading).rejects.toThrow(NodeApiError);
		await expect(reading).rejects.toThrow(
			'AlfaCRM did not come to an end within 10000 pages when asked to list the customers',
		);
	});
});

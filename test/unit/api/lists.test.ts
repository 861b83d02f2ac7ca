import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { CollectOptions, ReadingGoal } from '../../../nodes/AlfaCrm/api/list';
import { collect, ONE_PAGE } from '../../../nodes/AlfaCrm/api/list';
import type { ListRequest, Page } from '../../../nodes/AlfaCrm/api/pages';
import { mayTotalCountOnlyPage, readPages } from '../../../nodes/AlfaCrm/api/pages';
import { makeAnswerError, makeNetworkError, WEB_PAGE, makeErrorBody } from '../../support/nodeErrors';
import type { SentRequest } from '../apiSupport';
import { makeContext, catchFailure, answerWithPages } from '../apiSupport';
import { settle, stopTime } from './clock';

// That each row comes once, in whatever pages and while others come and go, is in
// test/properties/api/lists.test.ts.

const CALL = { path: 'customer', branch: 1, task: 'list the customers', body: { is_study: 1 } };
const LOG = { path: 'log', branch: 1, task: 'read the log' };
const rows = (count: number, from = 1): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ id: from + index }));
const entry = (minute: number) => ({ entity: 'Customer', entity_id: 5, date_time: `10:${minute}` });

type Server = (request: SentRequest) => unknown;

/** One that gives as many rows on a page as it is asked for. */
const honouring = (count: number) => (request: SentRequest) =>
	answerWithPages(() => rows(count), Number(request.body.pageSize))(request);

/** One that counts nothing. */
const uncounted =
	(list: (request: number) => IDataObject[], size: number): Server =>
	(request) => ({ items: answerWithPages(list, size)(request).items });

/**
 * What comes of a list whose pages are asked for one by one, and which pages were, of which sizes.
 */
async function read(server: Server, options: CollectOptions = {}, call: ListRequest = CALL) {
	const { client, sent } = makeContext(server, { credential: { callsAtOnce: 1 } });
	const found = await collect(client, call, options);
	return { ...found, asked: sent.map(({ body }) => `${body.page} of ${body.pageSize ?? 'any'}`) };
}

/** Is reached with a number of rows. */
class RowCountGoal implements ReadingGoal {
	rowCount = 0;

	constructor(private readonly wantedCount: number) {}

	add(page: Page): void {
		this.rowCount += page.newRows.length;
	}

	isReached(): boolean {
		return this.rowCount >= this.wantedCount;
	}
}

/** The pages of a list, gone through once. */
async function walk(server: Server, call: ListRequest = CALL) {
	const { client, sent } = makeContext(server);
	const read: Page[] = [];
	for await (const page of readPages(client, call)) read.push(page);
	return { read, ids: read.flatMap((page) => page.newRows.map(({ id }) => id)), sent };
}

const refuse = (status: number) => () => {
	throw makeAnswerError(status, makeErrorBody(status, 'Нет'));
};

/** What comes instead of a page that is too large. */
const TOO_LARGE: Array<[what: string, error: Error]> = [
	['HTTP 502', makeAnswerError(502, '<html>Bad Gateway</html>')],
	['HTTP 503', makeAnswerError(503, '<html>Service Unavailable</html>')],
	['HTTP 504', makeAnswerError(504, '<html>Gateway Timeout</html>')],
	['no answer in time', makeNetworkError('ECONNABORTED', 'timeout of 30000ms exceeded')],
	['half an answer', makeNetworkError('ECONNRESET', 'socket hang up')],
];

describe('a list whose large pages do not arrive', () => {
	stopTime();
	const OWN_SIZE = 50;

	/**
	 * A list of rows whose pages of 500 fail from some page on; those of the server's own size come.
	 */
	function failingFrom(page: number, error: Error, list: IDataObject[]) {
		const own = answerWithPages(() => list, OWN_SIZE);
		const large = answerWithPages(() => list, 500);
		return makeContext(
			(request) => {
				if (request.body.pageSize === undefined) return own(request);
				return Number(request.body.page) < page ? large(request) : catchFailure(error);
			},
			{ credential: { callsAtOnce: 1 } },
		);
	}

	it.each(TOO_LARGE)(
		"comes in pages of AlfaCRM's own size after %s, and the next list is asked for so at once",
		async (_what, error) => {
			const { client, sent } = failingFrom(0, error, rows(120));

			const first = await settle(collect(client, CALL));
			const second = await settle(collect(client, CALL));

			expect(first).toMatchObject({ rows: rows(120), isComplete: true });
			expect(second).toMatchObject({ rows: rows(120), isComplete: true });
			const sizes = sent.map(({ body }) => body.pageSize).filter((size) => size !== 500);
			expect(sizes).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
			expect([...client.actionsWithoutPageSize]).toEqual(['customer/index']);
		},
	);

	it.each(TOO_LARGE)(
		'is read from the beginning in small pages when %s comes to a later page, each row once',
		async (_what, error) => {
			const { client } = failingFrom(1, error, rows(1_120));

			const found = await settle(collect(client, CALL));

			expect(found).toMatchObject({ rows: rows(1_120), isComplete: true, readCount: 1_120 });
		},
	);

	it('gives rows without an ID once, too, though equal ones are among them', async () => {
		const log = Array.from({ length: 700 }, (_unused, index) => entry(index % 3));
		const { client } = failingFrom(1, makeAnswerError(504), log);

		const found = await settle(collect(client, LOG));

		expect(found).toMatchObject({ rows: log, isComplete: true });
	});

	it("ends with the failure of the small page where AlfaCRM's own pages do not come either", async () => {
		const { client } = makeContext(({ body }) =>
			catchFailure(makeAnswerError(body.pageSize === undefined ? 502 : 504)),
		);

		await expect(settle(collect(client, CALL))).rejects.toMatchObject({ httpCode: '502' });
		expect(client.actionsWithoutPageSize.size).toBe(0);
	});

	it('is not asked for without a size where no more rows were asked for than AlfaCRM gives by itself', async () => {
		const { client, sent } = makeContext(() => catchFailure(makeAnswerError(504)));

		await expect(settle(collect(client, CALL, { limit: 50 }))).rejects.toMatchObject({ httpCode: '504' });
		expect(sent.map(({ body }) => body.pageSize)).toEqual([50, 50, 50]);
	});

	it('is not asked for without a size because a web page comes with HTTP 400', async () => {
		const { client, sent } = makeContext(() => catchFailure(makeAnswerError(400, WEB_PAGE)));

		const { message } = (await settle(collect(client, CALL).catch((error: Error) => error))) as Error;

		expect(message).toContain('answered with a web page (HTTP 400)');
		expect(sent.map(({ body }) => body.pageSize)).toEqual([500, 500, 500]);
	});

	it('is not begun again by a walk that goes on from a later page', async () => {
		const { client } = failingFrom(1, makeAnswerError(504), rows(1_120));
		const walk = readPages(client, { ...CALL, firstPage: 1, pageSize: 500 });

		await expect(settle(walk.next())).rejects.toMatchObject({ httpCode: '504' });
	});
});

describe('a page', () => {
	/** A server that does with a page size what `sized` says, and else answers with a list. */
	const without = (sized: Server) =>
		makeContext((request) =>
			'pageSize' in request.body ? sized(request) : { items: [{ id: 1 }], total: 1 },
		);

	it('is asked for by its number and size, with the filters', async () => {
		const { client, sent } = makeContext(honouring(700));
		await collect(client, CALL);
		await collect(client, { ...CALL, action: 'others', pageSize: undefined }, { limit: 1 });
		expect(sent.map(({ url, body }) => [url.split('/').slice(-3).join('/'), body])).toEqual([
			['1/customer/index', { is_study: 1, pageSize: 500, page: 0 }],
			['1/customer/index', { is_study: 1, pageSize: 500, page: 1 }],
			['1/customer/others', { is_study: 1, page: 0 }],
			['1/customer/others', { is_study: 1, page: 0 }],
		]);
	});

	it.each<[what: string, sized: Server]>([
		['a refusal', () => ({ success: false, errors: { pageSize: ['Нет'] } })],
		['HTTP 400', refuse(400)],
	])('is asked for without a size where %s comes to one, from then on at once', async (_what, sized) => {
		const { client, sent } = without(sized);
		for (const action of ['index', 'index', 'others']) {
			const { rows: found, isComplete } = await collect(client, { ...CALL, action });
			expect([found, isComplete]).toEqual([[{ id: 1 }], true]);
		}
		const sizes = sent.map(({ body }) => body.pageSize);
		expect(sizes).toEqual([500, undefined, undefined, 500, undefined]);
		expect([...client.actionsWithoutPageSize]).toEqual(['customer/index', 'customer/others']);
	});

	it('of a walk that goes on is asked for without a size where page 0 was', async () => {
		const { client, sent } = without(refuse(400));
		client.actionsWithoutPageSize.add('customer/index');
		await readPages(client, { ...CALL, firstPage: 3, pageSize: 500 }).next();
		expect(sent.map(({ body }) => [body.page, body.pageSize])).toEqual([[3, undefined]]);
	});

	it.each([403, 404, 422, 500])('with HTTP %d has nothing to do with its size', async (status) => {
		const { client, sent } = without(refuse(status));
		await expect(collect(client, { ...CALL, itemIndex: 4 })).rejects.toMatchObject({
			httpCode: String(status),
			context: { itemIndex: 4 },
		});
		expect(sent.filter(({ body }) => body.pageSize === undefined)).toEqual([]);
		expect(client.actionsWithoutPageSize.size).toBe(0);
	});

	it('does not tell that the size was the reason where none is taken either, or where it comes later', async () => {
		const refused = makeContext(refuse(400));
		await expect(collect(refused.client, CALL)).rejects.toMatchObject({ httpCode: '400' });
		expect(refused.client.actionsWithoutPageSize.size).toBe(0);
		const later = makeContext((request) =>
			request.body.page === 1 ? refuse(400)() : honouring(700)(request),
		);
		await expect(collect(later.client, CALL)).rejects.toMatchObject({ httpCode: '400' });
		expect(later.sent.map(({ body }) => body.page)).toEqual([0, 1]);
	});

	it.each<[unknown, IDataObject[], number | undefined]>([
		[{ items: [{ id: 1 }, null, 'x', 2, [], undefined], total: '6' }, [{ id: 1 }], 6],
		[{ items: [], total: null }, [], undefined],
		[{ items: [], total: 'many' }, [], undefined],
		[{ items: [{ id: 1 }], total: 0 }, [{ id: 1 }], undefined],
		[{ items: [{ id: 1 }, { id: 2 }], total: 1 }, [{ id: 1 }, { id: 2 }], undefined],
		[[{ id: 1 }], [{ id: 1 }], undefined],
	])('%j holds rows, and a total if that is a number of no fewer', async (answer, allRows, total) => {
		const { value } = await readPages(makeContext(() => answer).client, CALL).next();
		expect(value).toMatchObject({ allRows, total });
	});

	it.each([0, 10])('does not end with rows to come where it counts %d and shows more', async (total) => {
		const rows = Array.from({ length: 45 }, (_unused, index) => ({ id: index + 1 }));
		const { client } = makeContext(answerWithPages(() => rows, 20, total));
		expect(await collect(client, CALL)).toMatchObject({ rows, isComplete: true });
	});

	it.each<[what: string, answer: unknown]>([
		['an object without items', { total: 3 }],
		['items that are no list', { items: { 0: { id: 1 } } }],
		['a web page', '<!doctype html><title>Sign in</title>'],
		['half an answer', '{"total":3,"items":[{"id":1'],
	])('is not what %s is taken for, which may pass', async (_what, answer) => {
		await expect(collect(makeContext(() => answer).client, CALL)).rejects.toMatchObject({
			message: expect.stringContaining('list the customers'),
			description: expect.stringContaining("Check 'Hostname' in the credential"),
			failure: { cause: 'temporarily-unavailable' },
		});
	});

	it.each<[rows: number, total: number | undefined, asked: number | undefined, may: boolean]>([
		[20, 20, undefined, true],
		[50, 50, 500, true],
		[19, 19, undefined, false],
		[30, 30, 500, false],
		[5, 5, 5, true],
		[20, 21, 20, false],
		[0, undefined, undefined, false],
	])(
		'with %d rows, a total of %j, where %j were asked for, may count itself: %j',
		(count, total, asked, may) => {
			expect(mayTotalCountOnlyPage(rows(count), total, asked)).toBe(may);
		},
	);
});

describe('a list', () => {
	it.each([
		[0, 1],
		// A full first page may be all that its total counts.
		[20, 2],
		[21, 2],
		[500, 25],
		[501, 26],
	])('of %d rows in pages of 20 is whole after one reading of %d pages', async (count, calls) => {
		const { rows: found, asked, ...rest } = await read(answerWithPages(() => rows(count), 20));
		expect(found).toEqual(rows(count));
		expect(rest).toEqual({ isComplete: true, total: count, readCount: count });
		expect(asked).toHaveLength(calls);
	});

	it('is asked for with the largest pages, and with what a limit needs', async () => {
		const all = await read(honouring(700));
		expect([all.rows.length, ...all.asked]).toEqual([700, '0 of 500', '1 of 500']);
		const some = await read(honouring(700), { limit: 7 });
		expect([some.rows, some.isComplete, ...some.asked]).toEqual([rows(7), true, '0 of 7']);
	});

	it('is read with large pages where the few that were asked for are not the wanted ones', async () => {
		const keep = ({ id }: IDataObject) => Number(id) > 400;
		const { rows: found, asked } = await read(honouring(700), { limit: 3, keep });
		expect(found).toEqual(rows(3, 401));
		expect(asked).toEqual(['0 of 3', '0 of 500']);
	});

	it('leaves out what is not to be kept, which is not missing', async () => {
		const keep = ({ id }: IDataObject) => Number(id) % 30 === 0;
		const server = answerWithPages(() => rows(100), 20);
		expect(await read(server, { keep })).toMatchObject({
			...{ rows: [{ id: 30 }, { id: 60 }, { id: 90 }], isComplete: true },
			...{ total: 100, readCount: 100 },
		});
		expect((await read(server, { keep, limit: 2 })).rows).toEqual([{ id: 30 }, { id: 60 }]);
	});

	it('is asked for with one body after the other, and each row comes once', async () => {
		const lists: Record<string, IDataObject[]> = { '1': rows(25), '2': rows(10, 21) };
		const server: Server = (request) =>
			answerWithPages(() => lists[String(request.body.status)], 20)(request);
		const passes = [{ status: 1 }, { status: 2 }];
		const all = await read(server, { passes });
		expect([all.rows, all.isComplete]).toEqual([rows(30), true]);
		expect((await read(server, { passes, limit: 20 })).asked).toHaveLength(1);
	});

	it('can be walked from a later page on, to its end, and is asked for no more than the reader wants', async () => {
		const { client, sent } = makeContext(answerWithPages(() => rows(50), 20));
		const read: number[] = [];
		for await (const { number, newRows: found } of readPages(client, { ...CALL, firstPage: 1 }))
			read.push(number, found.length);
		expect(read).toEqual([1, 20, 2, 10, 3, 0]);
		sent.length = 0;
		for await (const page of readPages(client, CALL)) if (page.newRows.length > 0) break;
		expect(sent).toHaveLength(1);
	});

	it('that is enough after a page tells where to go on, and is not read again', async () => {
		const goal = new RowCountGoal(40);
		const { rows: found, ...more } = await read(
			answerWithPages(() => rows(90), 20),
			{ goal },
		);
		expect(found).toEqual(rows(40));
		expect(more).toMatchObject({ isComplete: false, nextPage: 2, asked: ['0 of 500', '1 of 500'] });
		const rest = await read(
			answerWithPages(() => rows(90), 20),
			{},
			{ ...CALL, firstPage: 2 },
		);
		expect([rest.rows, rest.asked.length]).toEqual([rows(50, 41), 4]);
	});
});

describe('a goal', () => {
	it('is given each row once, also when a list that lacks rows is read once more', async () => {
		const goal = new RowCountGoal(Infinity);
		let readings = 0;
		const server: Server = ({ body }) => {
			if (body.page === 0) readings += 1;
			const lackingPages = [rows(20), rows(19, 21), []];
			const wholePages = [rows(20), rows(20, 21)];
			const shownPages = readings === 1 ? lackingPages : wholePages;
			return { total: 40, items: shownPages[Number(body.page)] };
		};

		const { asked } = await read(server, { goal });

		expect(asked).toHaveLength(5);
		expect(goal.rowCount).toBe(40);
	});

	it('that is reached ends all passes', async () => {
		const passes = [{ status: 1 }, { status: 2 }];

		const { asked, nextPage } = await read(
			answerWithPages(() => rows(90), 20),
			{ goal: ONE_PAGE, passes },
		);

		expect(asked).toEqual(['0 of 500']);
		expect(nextPage).toBe(1);
	});

	it('is not asked after the last page, so a list that comes empty though rows are counted is read once more', async () => {
		const { asked, isComplete } = await read(() => ({ total: 30, items: [] }), { goal: ONE_PAGE });

		expect(asked).toEqual(['0 of 500', '0 of 500']);
		expect(isComplete).toBe(false);
	});
});

describe('a list that lacks rows', () => {
	/** A list that is `course[n]` at its n-th reading. */
	const inReadings = (...course: IDataObject[][]): Server => {
		let reading = -1;
		return ({ body: { page } }) => {
			if (page === 0) reading += 1;
			return { total: 3, items: page === 0 ? course[Math.min(reading, course.length - 1)] : [] };
		};
	};
	const once = ['0 of 500', '1 of 500'];

	it('is read once more, and is whole if it comes whole then', async () => {
		const course = [rows(2), [{ id: 1, a: 2 }, ...rows(2, 2)]];
		const { rows: found, ...more } = await read(inReadings(...course));
		expect(found).toEqual(course[1]);
		expect(more).toEqual({ isComplete: true, total: 3, readCount: 3, asked: [...once, '0 of 500'] });
	});

	it('in both readings is said to lack them, as one is that comes empty', async () => {
		const lacking = await read(inReadings([{ id: 1 }], [{ id: 2 }], [{ id: 3 }]));
		expect(lacking).toMatchObject({ isComplete: false, total: 3, readCount: 2, asked: [...once, ...once] });
		expect(lacking.rows).toEqual(rows(2));
		const empty = await read(inReadings([]));
		expect(empty).toMatchObject({ isComplete: false, readCount: 0, asked: ['0 of 500', '0 of 500'] });
		expect(await read(inReadings([], rows(3)))).toMatchObject({ isComplete: true, rows: rows(3) });
	});

	it.each<[string, IDataObject[][]]>([
		['it grew at the end', [rows(54), rows(55)]],
		['it grew on top, and what came since then is not wanted', [rows(45), rows(45), rows(46, 0)]],
	])('since %s is not read again', async (_what, course) => {
		const server = answerWithPages((request) => course[request] ?? course[course.length - 1], 20);
		const { isComplete, asked } = await read(server);
		expect([isComplete, asked.filter((page) => page.startsWith('0'))]).toEqual([true, ['0 of 500']]);
	});

	it('since one went, whatever else came, is read again', async () => {
		// The 21st moves to the first page when the first one goes, and another comes at the end.
		const course = [rows(45), rows(44, 2), rows(45, 2)];
		const { rows: found, isComplete } = await read(
			answerWithPages((request) => course[Math.min(request, 2)], 20),
		);
		expect(found.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(rows(46).map(({ id }) => id));
		expect(isComplete).toBe(true);
	});

	it('without a total is whole when an empty page ends it, and not when a page comes again', async () => {
		expect(await read(uncounted(() => rows(45), 20))).toMatchObject({ isComplete: true, rows: rows(45) });
		const again: Server = ({ body }) => ({ items: rows(20, body.page === 0 ? 1 : 21) });
		expect(await read(again)).toMatchObject({ isComplete: false, rows: rows(40) });
	});
});

describe('rows without an ID', () => {
	const LIST = [...Array.from({ length: 30 }, () => entry(1)), entry(2)];

	it('that are equal are different ones, as many as the total counts', async () => {
		expect(
			await read(
				answerWithPages(() => LIST, 20),
				{},
				LOG,
			),
		).toMatchObject({ rows: LIST, isComplete: true });
	});

	it('that are equal and on two pages are one, with a hint, where nothing is counted', async () => {
		const { rows: found, isComplete } = await read(
			uncounted(() => LIST, 20),
			{},
			LOG,
		);
		expect([found.length < LIST.length, isComplete]).toEqual([true, false]);
		const different = [5, 4, 3, 2, 1].map(entry);
		const all = await read(
			uncounted(() => different, 2),
			{},
			LOG,
		);
		expect([all.rows, all.isComplete]).toEqual([different, true]);
	});

	it.each([1, 2, 3, 5])('that %d more on top move down while the list is read come once', async (more) => {
		const list = [5, 4, 3, 3, 2, 1].map(entry);
		const grown = [...Array.from({ length: more }, (_, index) => entry(20 - index)), ...list];
		const server = answerWithPages((request) => (request === 0 ? list : grown), 2);
		const { rows: found, isComplete } = await read(server, {}, LOG);
		const old = found.filter(({ date_time }) => String(date_time) < '10:6');
		expect([
			old.filter((row) => list.some((one) => one.date_time === row.date_time)).length,
			isComplete,
		]).toEqual([6, true]);
	});

	it('are compared with the page above in no more time than it takes to read them', async () => {
		const list = Array.from({ length: 60_000 }, (_unused, index) => entry(index));
		const begun = performance.now();
		const { rows: found } = await read(
			uncounted(() => list, 500),
			{},
			LOG,
		);
		expect(found).toHaveLength(list.length);
		expect(performance.now() - begun).toBeLessThan(4_000);
	});

	it('are told from those with one, a number being the same as a text', async () => {
		const items = [{ id: 7 }, { id: '7' }, { id: 'a7' }, { id: '' }, { id: null, a: 1 }, { a: 1 }, { a: 1 }];
		const { rows: found } = await read(({ body }) => ({ items: body.page === 0 ? items : [], total: 6 }));
		expect(found).toEqual(
			[{ id: '7' }, ...items.slice(2)].map((row, index) => (index === 0 ? { id: 7 } : row)),
		);
	});
});

describe('a walk through the pages', () => {
	it('goes on when their size changes on the way', async () => {
		const cuts = [rows(20), rows(50, 21), rows(3, 71)];
		const { ids } = await walk(({ body }) => ({ total: 73, items: cuts[Number(body.page)] ?? [] }));
		expect(ids).toEqual(rows(73).map(({ id }) => id));
	});

	it('ends with a refusal when the server goes on for ever', async () => {
		// The clock only moves so that the limiter may forget what it let through.
		jest.useFakeTimers();
		let id = 0;
		const end = walk(() => {
			jest.advanceTimersByTime(100);
			return { items: [{ id: ++id }] };
		});
		await expect(end).rejects.toThrow(NodeApiError);
		await expect(end).rejects.toThrow(/did not come to an end within 10000 pages.*list the customers/);
		jest.useRealTimers();
	});

	it('says only at the end whether all rows came that are counted', async () => {
		const flags = async (server: Server) => (await walk(server)).read.map(({ isWhole }) => isWhole);
		expect(await flags(answerWithPages(() => rows(45), 20))).toEqual([false, false, true]);
		const short: Server = ({ body }) => ({ total: 45, items: body.page === 0 ? rows(20) : [] });
		expect(await flags(short)).toEqual([false, false]);
	});
});

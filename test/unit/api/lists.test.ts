import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { CollectOptions } from '../../../nodes/AlfaCrm/api/collect';
import { collect } from '../../../nodes/AlfaCrm/api/collect';
import type { ListRequest, PageResponse } from '../../../nodes/AlfaCrm/api/page';
import { fetchPage, looksLikePageSize, PageTooLarge, rowKeys } from '../../../nodes/AlfaCrm/api/page';
import type { Page } from '../../../nodes/AlfaCrm/api/pages';
import { pages } from '../../../nodes/AlfaCrm/api/pages';
import { answered } from '../../support/nodeErrors';
import type { Sent } from '../apiSupport';
import { contextOf, listing } from '../apiSupport';

// That each row comes once, whatever is not known of AlfaCRM's lists, is in test/properties/api/lists.test.ts.

const CALL = { path: 'customer', branch: 1, task: 'list the customers', body: { is_study: 1 } };
const rows = (count: number, from = 1): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ id: from + index }));
const entry = (minute: number) => ({ entity: 'Customer', entity_id: 5, date_time: `10:${minute}` });

/** One that gives as many rows on a page as it is asked for. */
const honouring = (count: number) => (request: Sent) =>
	listing(() => rows(count), Number(request.body.pageSize))(request);

type Server = (request: Sent) => unknown;

/** The pages that were asked for, each with its size. */
const askedOf = (sent: readonly Sent[]) =>
	sent.map(({ body }) => `${body.page} of ${body.pageSize ?? 'any'}`);

/** How often a list was read. */
const begun = (sent: readonly Sent[]) => sent.filter(({ body }) => body.page === 0).length;

/** What comes of a list whose pages are asked for one by one, and which pages were, of which sizes. */
async function read(server: Server, options: CollectOptions = {}, call: ListRequest = CALL) {
	const { client, sent } = contextOf(server, { credential: { callsAtOnce: 1 } });
	const found = await collect(client, call, options);
	return { ...found, sent, asked: askedOf(sent), withoutSize: [...client.withoutPageSize] };
}

/** The pages of a list, gone through once. */
async function walk(server: Server, call: ListRequest = CALL) {
	const { client, sent } = contextOf(server);
	const read: Page[] = [];
	for await (const page of pages(client, call)) read.push(page);
	const ids = read.flatMap((page) => page.rows.map(({ id }) => id));
	return { read, ids, sent, total: read.at(-1)?.total, complete: read.at(-1)?.complete };
}

const refuse = (status: number) => () => {
	throw answered(status, { message: 'Нет' });
};

describe('a page', () => {
	const LIST = { items: [{ id: 1 }], total: 1 };
	const OTHERS = { ...CALL, action: 'others' };
	/** A server that does with a page size what `sized` says, and else answers with a list. */
	const without = (sized: Server) =>
		contextOf((request) => ('pageSize' in request.body ? sized(request) : LIST));

	it('is asked for by its number and size, with the filters', async () => {
		const { client, sent } = contextOf(() => LIST);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual({ ...LIST, size: 500 });
		expect(await fetchPage(client, OTHERS, 3)).toEqual(LIST);
		expect(sent.map(({ url, body }) => [url.split('/').slice(-3).join('/'), body])).toEqual([
			['1/customer/index', { is_study: 1, pageSize: 500, page: 0 }],
			['1/customer/others', { is_study: 1, page: 3 }],
		]);
		expect(client.withoutPageSize.size).toBe(0);
	});

	it.each<[what: string, sized: Server]>([
		['a refusal', () => ({ success: false, errors: { pageSize: ['Нет'] } })],
		['HTTP 400', refuse(400)],
		['HTTP 501', refuse(501)],
		['no rows where some are counted', () => ({ items: [], total: 5 })],
		['no list', () => ({ success: true })],
	])('is asked for without a size where %s comes to one, from then on at once', async (_what, sized) => {
		const { client, sent } = without(sized);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		await fetchPage(client, OTHERS, 0, 500);
		const sizes = sent.map(({ body }) => body.pageSize);
		expect(sizes).toEqual([500, undefined, undefined, 500, undefined]);
		expect([...client.withoutPageSize]).toEqual(['customer/index', 'customer/others']);
	});

	it('is asked for twice where HTTP 500 comes, since that may pass', async () => {
		const { client, sent } = without(refuse(500));
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		expect(sent.map(({ body }) => body.pageSize)).toEqual([500, 500, undefined]);
	});

	it.each([403, 404, 499])('with HTTP %d has nothing to do with its size', async (status) => {
		const { client, sent } = without(refuse(status));
		await expect(fetchPage(client, CALL, 0, 500)).rejects.toMatchObject({ httpCode: String(status) });
		expect(sent.filter(({ body }) => body.pageSize === undefined)).toEqual([]);
		expect(client.withoutPageSize.size).toBe(0);
	});

	it('does not tell that the size was the reason where none is taken either', async () => {
		const { client } = contextOf(refuse(413));
		await expect(fetchPage(client, CALL, 0, 500)).rejects.toMatchObject({ httpCode: '413' });
		expect(client.withoutPageSize.size).toBe(0);
	});

	it.each<[number, IDataObject]>([
		[0, { items: [], total: 0 }],
		[0, { items: [] }],
		[1, { items: [], total: 5 }],
	])('%i that is empty is one where none are counted, or where it is the last: %j', async (page, answer) => {
		const { client } = contextOf(() => answer);
		expect(await fetchPage(client, CALL, page, 500)).toEqual({ ...answer, size: 500 });
	});

	it('after the first that fails by its size calls for the list anew', async () => {
		const { client, sent } = without(refuse(413));
		client.withoutPageSize.add('customer/index');
		const failing = fetchPage(client, CALL, 1, 500);
		await expect(failing).rejects.toBeInstanceOf(PageTooLarge);
		await expect(failing).rejects.toThrow('AlfaCRM did not send the next page of the list. Search again.');
		expect(askedOf(sent)).toEqual(['1 of 500']);
	});

	it.each<[unknown, PageResponse]>([
		[
			{ items: [{ id: 1 }, null, 'x', 2, [], undefined], total: '6' },
			{ items: [{ id: 1 }], total: 6 },
		],
		[{ items: [], total: null }, { items: [] }],
		[{ items: [], total: 'many' }, { items: [] }],
		[[{ id: 1 }], { items: [{ id: 1 }] }],
	])('%j holds rows, and a total if that is a number', async (answer, page) => {
		expect(await fetchPage(contextOf(() => answer).client, CALL, 0)).toEqual(page);
	});

	it.each<[what: string, answer: unknown]>([
		['an object without items', { total: 3 }],
		['items that are no list', { items: { 0: { id: 1 } } }],
		['a web page', '<!doctype html><title>Sign in</title>'],
		['half an answer', '{"total":3,"items":[{"id":1'],
	])('is not what %s is taken for, which may pass', async (_what, answer) => {
		await expect(fetchPage(contextOf(() => answer).client, CALL, 0)).rejects.toMatchObject({
			message: expect.stringContaining('list the customers'),
			description: expect.stringContaining("Check 'Hostname' in the credential"),
			failure: { cause: 'temporarily-unavailable' },
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
		'with %d rows, a total of %j, where %j were asked for, may count itself: %j',
		(count, total, asked, may) => {
			expect(looksLikePageSize(rows(count), total, asked)).toBe(may);
		},
	);
});

describe('the rows of a page', () => {
	it('are told apart by their IDs, a number being the same as a text', () => {
		expect(rowKeys([{ id: 7 }, { id: '7' }, { id: 'a7' }, { id: 0 }])).toEqual([7, 7, 'a7', 0]);
	});

	it('without an ID by what they hold, equal ones by their count', () => {
		const page = [{ a: 1 }, { id: '', a: 1 }, { a: 1 }, { id: null }, { a: 1 }];
		const keys = rowKeys(page);
		expect(new Set(keys).size).toBe(5);
		expect(keys).toEqual(rowKeys(page));
		expect(keys[0]).toBe('{"a":1}');
	});
});

describe('a list', () => {
	it.each([
		[0, 1],
		// One full page may be all that its total counts.
		[20, 2],
		[21, 2],
		// One call more, for the total of a full last page may be one too low.
		[500, 26],
		[501, 26],
	])('of %d rows in pages of 20 is whole after one reading of %d pages', async (count, calls) => {
		const { rows: found, sent, ...rest } = await read(listing(() => rows(count), 20));
		expect(found).toEqual(rows(count));
		expect(rest).toMatchObject({ isComplete: true, isTotalWrong: false, total: count, read: count });
		expect(sent).toHaveLength(calls);
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

	it('begins anew without a size where a later page does not come with one', async () => {
		const { rows: found, ...list } = await read((request) => {
			if (request.body.page === 1 && request.body.pageSize !== undefined) throw answered(413);
			return listing(() => rows(45), 20)(request);
		});
		expect(found).toEqual(rows(45));
		expect(list.asked).toEqual(['0 of 500', '1 of 20', '0 of any', '1 of any', '2 of any']);
		expect(list.withoutSize).toEqual(['customer/index']);
	});

	it('does not begin anew where something else went wrong, which is said of the item', async () => {
		const { client, sent } = contextOf((request) => {
			if (request.body.page === 1) throw answered(404);
			return listing(() => rows(45), 20)(request);
		});
		await expect(collect(client, { ...CALL, itemIndex: 4 })).rejects.toMatchObject({
			httpCode: '404',
			context: { itemIndex: 4 },
		});
		expect(begun(sent)).toBe(1);
	});

	it('leaves out what is not to be kept, which is not missing', async () => {
		const keep = ({ id }: IDataObject) => Number(id) % 30 === 0;
		const all = await read(
			listing(() => rows(100), 20),
			{ keep },
		);
		expect(all).toMatchObject({ rows: [{ id: 30 }, { id: 60 }, { id: 90 }], isComplete: true });
		expect(all).toMatchObject({ total: 100, read: 100 });
		const some = await read(
			listing(() => rows(100), 20),
			{ keep, limit: 2 },
		);
		expect(some.rows).toEqual([{ id: 30 }, { id: 60 }]);
	});

	it('is asked for with one body after the other, and each row comes once', async () => {
		const lists: Record<string, IDataObject[]> = { '1': rows(25), '2': rows(10, 21) };
		const server: Server = (request) => listing(() => lists[String(request.body.status)], 20)(request);
		const passes = [{ status: 1 }, { status: 2 }];
		const all = await read(server, { passes });
		expect([all.rows, all.isComplete]).toEqual([rows(30), true]);
		expect(new Set(all.sent.map(({ body }) => body.is_study))).toEqual(new Set([1]));
		expect((await read(server, { passes, limit: 20 })).sent).toHaveLength(1);
	});

	it('can be walked from a later page on, and is asked for no more than the reader wants', async () => {
		const { client, sent } = contextOf(listing(() => rows(50), 20));
		const read: number[] = [];
		for await (const { number, rows: found } of pages(client, { ...CALL, firstPage: 1 }))
			read.push(number, found.length);
		expect(read.slice(0, 4)).toEqual([1, 20, 2, 10]);
		expect(askedOf(sent)[0]).toBe('1 of any');
		sent.length = 0;
		for await (const page of pages(client, CALL)) if (page.rows.length > 0) break;
		expect(sent).toHaveLength(1);
	});
});

describe('a list that shows some rows twice and others not at all', () => {
	it('is read ten times at most, or as often as is said, and then said not to be whole', async () => {
		let shown = 0;
		const server: Server = ({ body }) => ({ total: 1_000, items: body.page === 0 ? rows(2, ++shown) : [] });
		const most = await read(server);
		expect(most).toMatchObject({ isComplete: false, isTotalWrong: false, total: 1_000, read: 11 });
		expect(begun(most.sent)).toBe(10);
		expect(begun((await read(server, { maxReadings: 2 })).sent)).toBe(2);
	});

	it.each<[what: string, course: IDataObject[][], options: CollectOptions]>([
		['it grew at the end', [rows(54), rows(55)], {}],
		[
			'it grew on top, and what came since then is not wanted',
			[rows(45), rows(45), rows(46, 0)],
			{ grows: true },
		],
	])('is not read again where %s', async (_what, course, options) => {
		const server = listing((request) => course[request] ?? course[course.length - 1], 20);
		const { isComplete, sent } = await read(server, options);
		expect([isComplete, begun(sent)]).toEqual([true, 1]);
	});
});

describe('a total that is too high', () => {
	it('is found out by a second reading that brings the very same rows', async () => {
		const { sent, ...found } = await read(listing(() => rows(45), 20, 46));
		expect(found).toMatchObject({
			rows: rows(45),
			isComplete: false,
			isTotalWrong: true,
			total: 46,
			read: 45,
		});
		expect(sent).toHaveLength(8);
	});
});

describe('rows without an ID', () => {
	const LOG = { path: 'log', branch: 1, task: 'read the log' };

	it('that are equal on two pages are different ones though each page counts itself alone', async () => {
		const list = [...Array.from({ length: 30 }, () => entry(1)), entry(2)];
		const server: Server = ({ body }) => {
			const items = list.slice(20 * Number(body.page), 20 * Number(body.page) + 20);
			return { total: items.length, items };
		};
		expect((await read(server, {}, LOG)).rows).toHaveLength(31);
	});

	it('that shift to the next page while the list is read come out once', async () => {
		const list = [5, 4, 3, 2, 1].map(entry);
		const server = listing((request) => (request === 0 ? list : [entry(6), ...list]), 2);
		const { rows: found, isComplete } = await read(server, {}, LOG);
		expect(new Set(found.map(({ date_time }) => date_time)).size).toBe(6);
		expect([found.length, isComplete]).toEqual([6, true]);
	});
});

describe('a walk through the pages', () => {
	it('goes on when their size changes on the way', async () => {
		const cuts = [rows(20), rows(50, 21), rows(3, 71)];
		const { ids } = await walk(({ body }) => ({ total: 73, items: cuts[Number(body.page)] ?? [] }));
		expect(ids).toEqual(rows(73).map(({ id }) => id));
	});

	it('goes on when a page comes again since as many rows have come before it', async () => {
		const { ids } = await walk(({ body }) => {
			const list = body.page === 0 ? rows(60, 21) : rows(80);
			return { items: list.slice(Number(body.page) * 20, Number(body.page) * 20 + 20) };
		});
		expect(ids).toEqual(rows(60, 21).map(({ id }) => id));
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
		const flags = async (server: Server) => (await walk(server)).read.map(({ complete }) => complete);
		expect(await flags(listing(() => rows(45), 20))).toEqual([true, true, true]);
		expect(await flags(({ body }) => ({ total: 45, items: body.page === 0 ? rows(20) : [] }))).toEqual([
			true,
			false,
		]);
	});
});

import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { Page } from '../../nodes/AlfaCrm/api/pages';
import { pages } from '../../nodes/AlfaCrm/api/pages';
import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import { answered, NODE } from '../support/nodeErrors';

type Answer = IDataObject | IDataObject[] | string;

/** As much of n8n's context as is needed, with a server that answers page n by `answer(n)`. */
function account(answer: (page: number) => Answer) {
	const asked: IDataObject[] = [];
	const context = {
		getNode: () => NODE,
		getExecutionCancelSignal: () => undefined,
		getCredentials: async () => await Promise.resolve({ hostname: 'demo', requestsPerSecond: 0 }),
		helpers: {
			httpRequestWithAuthentication: async (_type: string, { url, body }: IHttpRequestOptions) => {
				asked.push({ url, ...(body as IDataObject) });
				return await Promise.resolve(answer(asked.length - 1));
			},
		},
	} as unknown as IExecuteFunctions;
	return { client: new ApiClient(context), asked };
}

const row = (id: number): IDataObject => ({ id, name: `Customer ${id}` });
const rows = (from: number, to: number): IDataObject[] =>
	Array.from({ length: Math.max(0, to - from + 1) }, (_unused, index) => row(from + index));

/** Cuts a list into pages as AlfaCRM does. */
const paged =
	(list: IDataObject[], size: number, total: unknown = list.length) =>
	(page: number): Answer => {
		const items = list.slice(page * size, (page + 1) * size);
		return { ...(total === undefined ? {} : { total: total as number }), count: items.length, page, items };
	};

const CALL = { path: 'customer', branch: 1, task: 'list the customers' };

async function readAll(answer: (page: number) => Answer, call: Parameters<typeof pages>[1] = CALL) {
	const { client, asked } = account(answer);
	const read: Page[] = [];
	for await (const page of pages(client, call)) read.push(page);
	return {
		asked,
		ids: read.flatMap((page) => page.rows.map(({ id }) => id)),
		rows: read.flatMap((page) => page.rows),
		total: read.at(-1)?.total,
		complete: read.at(-1)?.complete,
	};
}

const idsOf = (list: IDataObject[]) => list.map(({ id }) => id);

describe('reads every row once, in the order of the server', () => {
	const sizes = [1, 7, 20, 50];
	const counts = [0, 1, 19, 20, 21, 40, 49, 50, 51, 100, 137];

	it.each(sizes.flatMap((size) => counts.map((count) => [count, size])))(
		'%d rows in pages of %d',
		async (count, size) => {
			const { ids, complete, total } = await readAll(paged(rows(1, count), size));
			expect(ids).toEqual(idsOf(rows(1, count)));
			expect({ complete, total }).toEqual({ complete: true, total: count });
		},
	);

	it.each(sizes.flatMap((size) => counts.map((count) => [count, size])))(
		'%d rows in pages of %d by a server that names no total',
		async (count, size) => {
			const { ids, complete } = await readAll((page) => {
				const { items } = paged(rows(1, count), size)(page) as { items: IDataObject[] };
				return { items };
			});
			expect(ids).toEqual(idsOf(rows(1, count)));
			expect(complete).toBe(true);
		},
	);

	it('when the size of the pages changes on the way', async () => {
		const cuts = [rows(1, 20), rows(21, 70), rows(71, 73)];
		const { ids } = await readAll((page) => ({ total: 73, items: cuts[page] ?? [] }));
		expect(ids).toEqual(idsOf(rows(1, 73)));
	});

	it('when the total comes as a text', async () => {
		const { ids, total } = await readAll(paged(rows(1, 45), 20, '45'));
		expect(ids).toEqual(idsOf(rows(1, 45)));
		expect(total).toBe(45);
	});

	it.each([null, 'many', ''])('when the total is %j', async (total) => {
		const { ids } = await readAll(paged(rows(1, 45), 20, total));
		expect(ids).toEqual(idsOf(rows(1, 45)));
	});

	it('when the total is 0 although there are rows', async () => {
		const { ids } = await readAll(paged(rows(1, 45), 20, 0));
		expect(ids).toEqual(idsOf(rows(1, 45)));
	});

	it('when IDs are texts', async () => {
		const list = rows(1, 45).map((one) => ({ ...one, id: String(one.id) }));
		const { ids } = await readAll(paged(list, 20));
		expect(ids).toEqual(idsOf(list));
	});

	it('when rows have no ID', async () => {
		const list = rows(1, 45).map(({ name }) => ({ name }));
		const read = await readAll(paged(list, 20));
		expect(read.rows).toEqual(list);
	});

	it('when a bare list comes instead of an envelope', async () => {
		const { ids, complete } = await readAll((page) => (page === 0 ? rows(1, 5) : []));
		expect(ids).toEqual([1, 2, 3, 4, 5]);
		expect(complete).toBe(true);
	});

	it('when the list is empty', async () => {
		const { ids, complete, asked } = await readAll(() => ({ total: 0, count: 0, items: [] }));
		expect({ ids, complete, calls: asked.length }).toEqual({ ids: [], complete: true, calls: 1 });
	});
});

describe('a total that only counts the page', () => {
	const pageLengthAsTotal = (list: IDataObject[], size: number) => (page: number) => {
		const items = list.slice(page * size, (page + 1) * size);
		return { total: items.length, items };
	};

	it.each([
		[20, 20],
		[40, 20],
		[60, 20],
		[61, 20],
		[100, 50],
		[150, 50],
		[157, 50],
	])('loses no row: %d in pages of %d', async (count, size) => {
		const { ids, complete } = await readAll(pageLengthAsTotal(rows(1, count), size));
		expect(ids).toEqual(idsOf(rows(1, count)));
		expect(complete).toBe(true);
	});
});

describe('ends', () => {
	it('without another call once there are as many rows as the total, unless the last page is full', async () => {
		expect((await readAll(paged(rows(1, 45), 20))).asked).toHaveLength(3);
		// The total may be one too low.
		expect((await readAll(paged(rows(1, 60), 20))).asked).toHaveLength(4);
		expect((await readAll(paged(rows(1, 3), 20))).asked).toHaveLength(1);
	});

	it('when the server repeats its last page for ever', async () => {
		const last = rows(21, 30);
		const { ids, asked, complete } = await readAll((page) => ({ items: page === 0 ? rows(1, 20) : last }));
		expect(ids).toEqual(idsOf(rows(1, 30)));
		expect(asked).toHaveLength(4);
		expect(complete).toBe(true);
	});

	it('not when a page comes again since as many rows have come before it', async () => {
		let there = rows(21, 80);
		const { ids } = await readAll((page) => {
			if (page === 1) there = [...rows(1, 20), ...rows(21, 80)];
			return { items: there.slice(page * 20, (page + 1) * 20) };
		});
		expect(ids).toEqual(idsOf(rows(21, 80)));
	});

	it('when the server answers every page with the first one', async () => {
		const { ids, asked } = await readAll(() => ({ items: rows(1, 20) }));
		expect(ids).toEqual(idsOf(rows(1, 20)));
		expect(asked).toHaveLength(3);
	});

	it('with a refusal when the server goes on for ever', async () => {
		// The clock only moves so that the limiter may forget what it let through.
		jest.useFakeTimers();
		let id = 0;
		const end = readAll(() => {
			jest.advanceTimersByTime(100);
			return { items: [{ id: ++id }] };
		});
		await expect(end).rejects.toThrow(NodeApiError);
		await expect(end).rejects.toThrow(/did not come to an end.*list the customers/);
		jest.useRealTimers();
	});

	it('when the reader wants no more', async () => {
		const { client, asked } = account(paged(rows(1, 500), 20));
		for await (const page of pages(client, CALL)) if (page.rows.length > 0) break;
		expect(asked).toHaveLength(1);
	});
});

describe('while the list changes', () => {
	/** Pages of 20 of a list that `change` replaces after the first page was read. */
	const changing = (before: IDataObject[], after: IDataObject[]) => (page: number) =>
		paged(page === 0 ? before : after, 20)(page);

	it('gives a row once that a new one pushed to the next page, and does not call that complete', async () => {
		const { ids, complete, total } = await readAll(changing(rows(1, 45), [row(99), ...rows(1, 45)]));
		expect(ids).toEqual(idsOf(rows(1, 45)));
		expect({ complete, total }).toEqual({ complete: false, total: 46 });
	});

	it('is complete when the new row comes at the end', async () => {
		const { ids, complete } = await readAll(changing(rows(1, 45), rows(1, 46)));
		expect(ids).toEqual(idsOf(rows(1, 46)));
		expect(complete).toBe(true);
	});

	it('is not complete when fewer rows come than the total promised', async () => {
		const { ids, complete, total } = await readAll((page) => ({
			total: 45,
			items: page === 0 ? rows(1, 20) : page === 1 ? rows(21, 40) : [],
		}));
		expect(ids).toEqual(idsOf(rows(1, 40)));
		expect({ complete, total }).toEqual({ complete: false, total: 45 });
	});

	it('is not complete when a row that was read went away and another one slipped past because of that', async () => {
		const without5 = rows(1, 45).filter(({ id }) => id !== 5);
		const { ids, complete } = await readAll(changing(rows(1, 45), without5));
		expect(ids).not.toContain(21);
		expect(complete).toBe(false);
	});

	it('says so only at the end, not page by page', async () => {
		const { client } = account(paged(rows(1, 45), 20));
		const complete: boolean[] = [];
		for await (const page of pages(client, CALL)) complete.push(page.complete);
		expect(complete).toEqual([true, true, true]);
	});
});

it('asks for the pages 0, 1, 2 of the index, each with the filters and nothing else', async () => {
	const { asked } = await readAll(paged(rows(1, 45), 20), {
		...CALL,
		path: 'lead-status',
		body: { is_enabled: 1 },
	});
	const url = 'https://demo.s20.online/v2api/1/lead-status/index';
	expect(asked).toEqual([0, 1, 2].map((page) => ({ url, is_enabled: 1, page })));
});

it('addresses a global entity without a branch', async () => {
	const { asked } = await readAll(paged(rows(1, 2), 20), { path: 'branch', task: 'list the branches' });
	expect(asked[0].url).toBe('https://demo.s20.online/v2api/branch/index');
});

describe('refuses to take for a list', () => {
	it.each<[what: string, answer: Answer]>([
		['an object without items', { total: 3 }],
		['an empty object', {}],
		['items that are no list', { items: { 0: row(1) } }],
		['items that are null', { items: null, total: 0 }],
		['a web page', '<!doctype html><title>Sign in</title>'],
		['half an answer', '{"total":3,"items":[{"id":1'],
		['a refusal', { success: false, errors: { page: ['is wrong'] } }],
	])('%s', async (_what, answer) => {
		const end = readAll(() => answer);
		await expect(end).rejects.toThrow(NodeApiError);
		await expect(end).rejects.toThrow('list the customers');
	});
});

it('passes on what went wrong on a later page', async () => {
	const end = readAll((page) => {
		if (page === 1) throw answered(403);
		return paged(rows(1, 45), 20)(page);
	});
	await expect(end).rejects.toThrow(/denied access.*list the customers/);
});

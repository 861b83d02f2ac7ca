import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../nodes/AlfaCrm/api/collect';
import { pages } from '../../nodes/AlfaCrm/api/pages';
import type { PageResponse } from '../../nodes/AlfaCrm/api/page';
import { fetchPage, PageTooLarge } from '../../nodes/AlfaCrm/api/page';
import type { Sent } from './apiSupport';
import { contextOf, listing } from './apiSupport';
import { answered } from '../support/nodeErrors';

const CALL = { path: 'customer', branch: 1, task: 'list the customers', body: { is_study: 1 } };
const OTHERS = { ...CALL, action: 'others' };
/** Nothing is asked for ahead. */
const ONE_BY_ONE = { credential: { callsAtOnce: 1 } };
const all = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));
const LIST = { items: [{ id: 1 }], total: 1 };

/** A server that does with a page size what `sized` says, and else answers with a list. */
const without = (sized: (request: Sent) => unknown) =>
	contextOf((request) => ('pageSize' in request.body ? sized(request) : LIST));

const refuse = (status: number) => () => {
	throw answered(status, { message: 'Нет' });
};

describe('a page', () => {
	it('is asked for by its number and size, with the filters', async () => {
		const { client, sent } = contextOf(() => LIST);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual({ ...LIST, size: 500 });
		expect(await fetchPage(client, OTHERS, 3)).toEqual(LIST);
		expect(sent.map(({ url, body }) => [url.split('/').slice(-2).join('/'), body])).toEqual([
			['customer/index', { is_study: 1, pageSize: 500, page: 0 }],
			['customer/others', { is_study: 1, page: 3 }],
		]);
		expect(client.withoutPageSize.size).toBe(0);
	});

	it.each<[what: string, sized: (request: Sent) => unknown]>([
		['a refusal', () => ({ success: false, errors: { pageSize: ['Нет'] } })],
		['HTTP 400', refuse(400)],
		['HTTP 413', refuse(413)],
		['HTTP 422', refuse(422)],
		['HTTP 501', refuse(501)],
		['no rows where some are counted', () => ({ items: [], total: 5 })],
		['no list', () => ({ success: true })],
	])('is asked for without a size where %s comes to one, from then on at once', async (_what, sized) => {
		const { client, sent } = without(sized);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		expect(sent.map(({ body }) => body.pageSize)).toEqual([500, undefined, undefined]);
		expect([...client.withoutPageSize]).toEqual(['customer/index']);
		await fetchPage(client, OTHERS, 0, 500);
		expect(sent.map(({ body }) => body.pageSize).slice(3)).toEqual([500, undefined]);
	});

	it('is asked for twice where HTTP 500 comes, since that may pass', async () => {
		const { client, sent } = without(refuse(500));
		expect(await fetchPage(client, CALL, 0, 500)).toEqual(LIST);
		expect(sent.map(({ body }) => body.pageSize)).toEqual([500, 500, undefined]);
		expect([...client.withoutPageSize]).toEqual(['customer/index']);
	});

	it.each([402, 404, 418, 499])('with HTTP %d has nothing to do with its size', async (status) => {
		const { client, sent } = without(refuse(status));
		await expect(fetchPage(client, CALL, 0, 500)).rejects.toMatchObject({ httpCode: String(status) });
		expect(sent).toHaveLength(1);
		expect(client.withoutPageSize.size).toBe(0);
	});

	it('does not tell that the size was the reason where none is taken either', async () => {
		const { client } = contextOf(() => refuse(413)());
		await expect(fetchPage(client, CALL, 0, 500)).rejects.toMatchObject({ httpCode: '413' });
		expect(client.withoutPageSize.size).toBe(0);
	});

	it('that is empty is one where none are counted, or where it is the last', async () => {
		const none = { items: [], total: 0 };
		expect(await fetchPage(contextOf(() => none).client, CALL, 0, 500)).toEqual({ ...none, size: 500 });
		expect(await fetchPage(contextOf(() => ({ items: [] })).client, CALL, 0, 500)).toEqual({
			items: [],
			size: 500,
		});
		const some = { items: [], total: 5 };
		expect(await fetchPage(contextOf(() => some).client, CALL, 1, 500)).toEqual({ ...some, size: 500 });
	});

	it('after the first that fails by its size calls for the list anew', async () => {
		const { client, sent } = without(refuse(413));
		client.withoutPageSize.add('customer/index');
		await expect(fetchPage(client, CALL, 1, 500)).rejects.toBeInstanceOf(PageTooLarge);
		await expect(fetchPage(client, CALL, 1, 500)).rejects.toThrow(
			'AlfaCRM did not send the next page of the list. Search again.',
		);
		expect(sent.map(({ body }) => body.pageSize)).toEqual([500, 500]);
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

	it('that is no list is an error which may pass', async () => {
		const { client } = contextOf(() => ({ items: 'x' }));
		await expect(fetchPage(client, CALL, 0)).rejects.toMatchObject({
			message: 'AlfaCRM sent no list when asked to list the customers',
			description: "Check 'Hostname' in the credential, or try again later.",
			failure: { cause: 'temporarily-unavailable' },
		});
	});
});

describe('a list', () => {
	const sizes = (sent: readonly Sent[]) => sent.map(({ body }) => [body.page, body.pageSize]);

	it('is asked for with the largest pages, and with what a limit needs', async () => {
		const server = (request: Sent) => listing(() => all(700), Number(request.body.pageSize))(request);
		const { client, sent } = contextOf(server);
		expect((await collect(client, CALL)).rows).toHaveLength(700);
		expect(sizes(sent)).toEqual([
			[0, 500],
			[1, 500],
		]);
		sent.splice(0);
		expect((await collect(client, CALL, { limit: 7 })).rows).toEqual(all(7));
		expect(sizes(sent)).toEqual([[0, 7]]);
	});

	it('goes on with the size of the first page, where that is smaller than asked for', async () => {
		const { client, sent } = contextOf(listing(() => all(50), 20));
		expect((await collect(client, CALL)).rows).toHaveLength(50);
		expect(sizes(sent)).toEqual([
			[0, 500],
			[1, 20],
			[2, 20],
		]);
	});

	it('is read with large pages where the few that were asked for are not the wanted ones', async () => {
		const server = (request: Sent) => listing(() => all(700), Number(request.body.pageSize))(request);
		const { client, sent } = contextOf(server);
		const keep = ({ id }: IDataObject) => Number(id) > 400;
		expect((await collect(client, CALL, { limit: 3, keep })).rows).toEqual(all(403).slice(400));
		expect(sizes(sent)).toEqual([
			[0, 3],
			[0, 500],
		]);
	});

	it('is not read anew where its few rows are all that there are', async () => {
		const { client, sent } = contextOf(listing(() => all(2), 20));
		expect((await collect(client, CALL, { limit: 3, keep: ({ id }) => id === 2 })).rows).toEqual([{ id: 2 }]);
		expect(sizes(sent)).toEqual([[0, 3]]);
	});

	it('begins anew without a size where a later page does not come with one', async () => {
		const { client, sent } = contextOf((request) => {
			const { page, pageSize } = request.body;
			if (pageSize !== undefined && page === 1) throw answered(413);
			return listing(() => all(45), 20)(request);
		}, ONE_BY_ONE);
		expect((await collect(client, CALL)).rows).toEqual(all(45));
		expect(sizes(sent)).toEqual([
			[0, 500],
			[1, 20],
			[0, undefined],
			[1, undefined],
			[2, undefined],
		]);
		expect([...client.withoutPageSize]).toEqual(['customer/index']);
	});

	it('does not begin anew where something else went wrong', async () => {
		const { client, sent } = contextOf((request) => {
			if (request.body.page === 1) throw answered(404);
			return listing(() => all(45), 20)(request);
		}, ONE_BY_ONE);
		await expect(collect(client, { ...CALL, itemIndex: 4 })).rejects.toMatchObject({
			httpCode: '404',
			context: { itemIndex: 4 },
		});
		expect(sent).toHaveLength(2);
	});

	it('can be walked from a later page on', async () => {
		const { client, sent } = contextOf(listing(() => all(50), 20));
		const read: number[] = [];
		for await (const { number, rows } of pages(client, { ...CALL, firstPage: 1 }))
			read.push(number, rows.length);
		expect(read.slice(0, 4)).toEqual([1, 20, 2, 10]);
		expect(sizes(sent)[0]).toEqual([1, undefined]);
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { useRawServer } from '../support/rawServer';

const server = useRawServer();

const PAGE = 20;
const list: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	is_study: 2,
	removed: 1,
};
const rowsFrom = (from: number, to: number): IDataObject[] =>
	Array.from({ length: to - from + 1 }, (_, index) => ({ id: from + index }));

/** A list that becomes another one after each answer. */
const changing = async (
	course: IDataObject[][],
	total: (all: IDataObject[], items: IDataObject[]) => number = (all) => all.length,
) => {
	let count = 0;
	server.answer = ({ path, body }) => {
		if (path === 'auth/login') return { body: { token: 'a token' } };
		const all = course[Math.min(count++, course.length - 1)];
		const page = Number(body.page);
		const items = all.slice(page * PAGE, (page + 1) * PAGE);
		return { body: { total: total(all, items), count: items.length, page, items } };
	};
	const user = { email: 'slip@school.example', apiKey: 'the key of a user' };
	const { json, hints } = await new Engine({ hostname: server.url, requestsPerSecond: 0, ...user }).run({
		parameters: list,
	});
	const pages = server.requests.filter(({ path }) => path === '1/customer/index').length;
	return { ids: json.map(({ id }) => Number(id)), hints, pages };
};

const all = rowsFrom(1, 55);
const without1 = rowsFrom(2, 55);
const withNew = [...without1, { id: 99 }];

describe('a row that slips to a page that was read before', () => {
	it('comes, though a new row makes the count right again', async () => {
		const { ids, hints } = await changing([all, without1, withNew]);
		expect(ids).toEqual(expect.arrayContaining([...withNew.map(({ id }) => id)]));
		expect(hints).toEqual([]);
	});

	it('costs one more reading of the list, however often it shrinks', async () => {
		const { pages } = await changing([all, without1, withNew, withNew, without1, withNew]);
		expect(pages).toBe(6);
	});
});

describe('a list that does not shrink', () => {
	it.each([
		['stays as it is', [all]],
		['grows', [without1, withNew]],
	])('is read once when it %s', async (_what, course) => {
		expect((await changing(course)).pages).toBe(3);
	});

	it('is read no more often where each page counts itself', async () => {
		const { ids, hints } = await changing([all], (_all, items) => items.length);
		expect(ids).toHaveLength(55);
		expect(hints).toEqual([]);
	});
});

it('a hint counts the rows of one list, however many spellings of a phone were asked for', async () => {
	server.answer = ({ path, body }) => {
		if (path === 'auth/login') return { body: { token: 'a token' } };
		const items = body.page === 0 ? [{ id: 5, phone: ['+7(900)555-00-01'] }] : [];
		return { body: { total: 2, count: items.length, page: body.page, items } };
	};
	const user = { email: 'spellings@school.example', apiKey: 'the key of a user' };
	const { json, hints } = await new Engine({ hostname: server.url, requestsPerSecond: 0, ...user }).run({
		parameters: { ...list, filters: { phone: '8 900 555 00 01' } },
	});
	expect(json).toHaveLength(1);
	expect(hints).toEqual([expect.stringMatching(/AlfaCRM reported 2 customers, 1 came/)]);
});

it('a list that kept changing is no list that shows the same rows each time, whatever another one does', async () => {
	let readings = 0;
	server.answer = ({ path, body }) => {
		if (path === 'auth/login') return { body: { token: 'a token' } };
		if (body.status === 3 && body.page === 0) readings += 1;
		const ids = body.status === 1 ? [1, 2] : [readings % 2 === 0 ? 3 : 4];
		const items = body.page === 0 ? ids.map((id) => ({ id, status: body.status })) : [];
		return { body: { total: 3, count: items.length, page: body.page, items } };
	};
	const user = { email: 'lessons@school.example', apiKey: 'the key of a user' };
	const { hints } = await new Engine({ hostname: server.url, requestsPerSecond: 0, ...user }).run({
		parameters: { resource: 'lesson', operation: 'getAll', branchId: 1, returnAll: true, status: [1, 3] },
	});
	expect(hints).toEqual([expect.stringMatching(/^A list did not come whole, though it was read again/)]);
});

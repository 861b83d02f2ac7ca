import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../nodes/AlfaCrm/api/collect';
import type { Sent } from './apiSupport';
import { contextOf, listing } from './apiSupport';
import { randomFrom } from '../support/random';

const CALL = { path: 'customer', branch: 1, task: 'list the customers' };
const LOG = { path: 'log', branch: 1, task: 'read the log' };
const ids = (count: number) => Array.from({ length: count }, (_unused, index) => ({ id: index + 1 }));
const idsOf = (rows: readonly IDataObject[]) => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);

function shuffled<T>(list: readonly T[], random: () => number): T[] {
	const copy = [...list];
	for (let last = copy.length - 1; last > 0; last--) {
		const other = Math.floor(random() * (last + 1));
		[copy[last], copy[other]] = [copy[other], copy[last]];
	}
	return copy;
}

/** A server that sends these pages, and those of the next reading when page 0 is asked for again. */
function readings(...lists: Array<{ total?: number; pages: IDataObject[][] }>) {
	let reading = -1;
	return ({ body }: Sent) => {
		const page = Number(body.page);
		if (page === 0) reading += 1;
		const { total, pages } = lists[Math.min(reading, lists.length - 1)];
		return { ...(total === undefined ? {} : { total }), items: pages[page] ?? [] };
	};
}

describe('a list that stays as it is', () => {
	it.each([
		[0, 1],
		[1, 1],
		// One full page may be all that its total counts.
		[20, 2],
		[21, 2],
		// One call more, for the total of a full last page may be one too low.
		[500, 26],
		[501, 26],
	])('of %d rows is whole after one reading of %d pages', async (count, calls) => {
		const { client, sent } = contextOf(listing(() => ids(count), 20));
		const { rows, ...rest } = await collect(client, CALL);
		expect(idsOf(rows)).toEqual(idsOf(ids(count)));
		expect(rest).toEqual({ isComplete: true, isTotalWrong: false, total: count, read: count });
		expect(sent).toHaveLength(calls);
	});

	it('is whole without a total too, as far as can be known', async () => {
		const { client } = contextOf(readings({ pages: [ids(20), ids(25).slice(20)] }));
		const { rows, isComplete, total } = await collect(client, CALL);
		expect([rows.length, isComplete, total]).toEqual([25, true, undefined]);
	});

	it('of 130,000 rows comes out whole', async () => {
		const many = ids(130_000);
		const { client } = contextOf(listing(() => many, 500));
		const { rows, isComplete } = await collect(client, CALL);
		expect(isComplete).toBe(true);
		expect(rows).toHaveLength(130_000);
	});

	it('costs as much for each row when it is long', async () => {
		const random = randomFrom(5);
		const milliseconds = async (count: number) => {
			const row = () => ({ id: Math.floor(random() * count) });
			const { client, sent } = contextOf(() => ({
				total: count,
				items: Array.from({ length: 1_000 }, row),
			}));
			const begun = performance.now();
			await collect(client, CALL, { maxReadings: 3 });
			return (performance.now() - begun) / sent.length;
		};
		await milliseconds(10_000);
		expect(await milliseconds(100_000)).toBeLessThan(10 * (await milliseconds(10_000)));
	});
});

describe('a list that shows some rows twice and others not at all', () => {
	it('in an order of its own for each page is read again until all 185 rows are there', async () => {
		const random = randomFrom(3);
		const { client, sent } = contextOf(listing(() => shuffled(ids(185), random), 20));
		const { rows, isComplete, total } = await collect(client, CALL);
		expect(idsOf(rows)).toEqual(idsOf(ids(185)));
		expect([isComplete, total]).toEqual([true, 185]);
		expect(sent.length).toBeGreaterThan(10);
	});

	it('goes on although a reading brings nothing new, as long as it brings other rows than the one before', async () => {
		const [first, ...rest] = ids(5);
		const { client } = contextOf(
			readings(
				{ total: 5, pages: [[first, ...rest.slice(0, 3)]] },
				{ total: 5, pages: [[first, ...rest.slice(0, 2)]] },
				{ total: 5, pages: [[first, ...rest]] },
			),
		);
		const { rows, isComplete } = await collect(client, CALL);
		expect([rows.length, isComplete]).toEqual([5, true]);
	});

	it('is read ten times at most, and then said not to be whole', async () => {
		let row = 0;
		const { client, sent } = contextOf(({ body }) => ({
			total: 1_000,
			items: body.page === 0 ? [{ id: ++row }, { id: row + 1 }] : [],
		}));
		const { isComplete, isTotalWrong, total, read } = await collect(client, CALL);
		expect({ isComplete, isTotalWrong, total }).toEqual({
			isComplete: false,
			isTotalWrong: false,
			total: 1_000,
		});
		expect(read).toBe(11);
		const begun = sent.filter(({ body }) => body.page === 0);
		expect(begun).toHaveLength(10);
	});

	it('takes what a row holds from the latest reading', async () => {
		const { client } = contextOf(
			readings(
				{ total: 2, pages: [[{ id: 1, name: 'old' }]] },
				{ total: 2, pages: [[{ id: 1, name: 'new' }, { id: 2 }]] },
			),
		);
		const { rows } = await collect(client, CALL);
		expect(rows).toEqual([{ id: 1, name: 'new' }, { id: 2 }]);
	});
});

describe('a total that is too high', () => {
	it('is found out by a second reading that brings the very same rows', async () => {
		const { client, sent } = contextOf(listing(() => ids(45), 20, 46));
		const { rows, ...rest } = await collect(client, CALL);
		expect(rows).toHaveLength(45);
		expect(rest).toEqual({ isComplete: false, isTotalWrong: true, total: 46, read: 45 });
		expect(sent).toHaveLength(8);
	});

	it.each([
		['the last page again', [ids(2), ids(3).slice(2), ids(3).slice(2)]],
		['no row any more', [ids(2), ids(3).slice(2), []]],
	])('is found out where AlfaCRM shows %s past the end', async (_what, pages) => {
		const { client } = contextOf(readings({ total: 4, pages }));
		expect(await collect(client, CALL)).toMatchObject({ isComplete: false, isTotalWrong: true, read: 3 });
	});

	it('is not blamed where a shuffled list happens to show the same rows twice', async () => {
		const [a, b, c] = ids(3);
		const { client } = contextOf(
			readings(
				{ total: 3, pages: [[a, b], [a]] },
				{ total: 3, pages: [[b, a], [b]] },
				{ total: 3, pages: [[b, c], [a]] },
			),
		);
		expect(await collect(client, CALL)).toMatchObject({
			isComplete: true,
			rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
		});
	});

	it('of the moment in which a row was removed is forgotten', async () => {
		const { client } = contextOf(readings({ total: 3, pages: [ids(2)] }, { total: 2, pages: [ids(2)] }));
		expect(await collect(client, CALL)).toMatchObject({ isComplete: true, total: 2 });
	});
});

describe('rows without an ID', () => {
	const entry = (minute: number) => ({ entity: 'Customer', entity_id: 5, date_time: `10:${minute}` });

	it('that are equal on one page are different ones', async () => {
		const rows = [entry(1), entry(1), entry(1), entry(2)];
		const { client, sent } = contextOf(listing(() => rows, 20));
		const found = await collect(client, LOG);
		expect(found).toMatchObject({ rows, isComplete: true });
		expect(sent).toHaveLength(1);
	});

	it('that are equal on two pages are different ones where a second reading has the same order', async () => {
		const rows = [entry(3), entry(2), entry(2), entry(1), entry(2), entry(0)];
		const { client } = contextOf(listing(() => rows, 2));
		const { rows: found, isComplete, read } = await collect(client, LOG);
		expect(found).toEqual(rows);
		expect([isComplete, read]).toEqual([true, 6]);
	});

	it('that shift to the next page while the list is read come out once', async () => {
		const rows = [5, 4, 3, 2, 1].map(entry);
		const { client } = contextOf(listing((request) => (request === 0 ? rows : [entry(6), ...rows]), 2));
		const { rows: found, isComplete } = await collect(client, LOG);
		expect(found).toHaveLength(6);
		expect(new Set(found.map(({ date_time }) => date_time)).size).toBe(6);
		expect(isComplete).toBe(true);
	});

	it('in an order of its own for each page come out once each', async () => {
		const random = randomFrom(9);
		const rows = Array.from({ length: 57 }, (_unused, minute) => entry(minute));
		const { client } = contextOf(listing(() => shuffled(rows, random), 20));
		const { rows: found, isComplete } = await collect(client, LOG);
		expect(new Set(found.map(({ date_time }) => date_time)).size).toBe(57);
		expect([found.length, isComplete]).toEqual([57, true]);
	});

	it('end when the server repeats its last page for ever', async () => {
		const { client, sent } = contextOf(({ body }) => ({ items: [entry(Math.min(Number(body.page), 2))] }));
		const { rows } = await collect(client, LOG);
		expect(rows).toHaveLength(3);
		expect(sent).toHaveLength(5);
	});
});

describe('collect', () => {
	it('stops at the limit', async () => {
		const { client, sent } = contextOf(listing(() => ids(500), 20));
		const { rows, isComplete } = await collect(client, CALL, { limit: 50 });
		expect(idsOf(rows)).toEqual(idsOf(ids(50)));
		expect(isComplete).toBe(true);
		expect(sent).toHaveLength(3);
	});

	it('reads again for a limit that one reading does not reach', async () => {
		const random = randomFrom(3);
		const { client } = contextOf(listing(() => shuffled(ids(185), random), 20));
		const { rows } = await collect(client, CALL, { limit: 180 });
		expect(rows).toHaveLength(180);
	});

	it('leaves out what is not to be kept, which is not missing', async () => {
		const { client } = contextOf(listing(() => ids(100), 20));
		const keep = ({ id }: IDataObject) => Number(id) % 10 === 0;
		const all = await collect(client, CALL, { keep });
		expect(idsOf(all.rows)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
		expect(all).toMatchObject({ isComplete: true, total: 100, read: 100 });
		const some = await collect(client, CALL, { keep, limit: 2 });
		expect(idsOf(some.rows)).toEqual([10, 20]);
	});

	it('asks with one body after the other, and each row comes once', async () => {
		const lists: Record<string, IDataObject[]> = { '1': ids(25), '2': ids(30).slice(20) };
		const { client, sent } = contextOf((request) =>
			listing(() => lists[String(request.body.status)], 20)(request),
		);
		const passes = [{ status: 1 }, { status: 2 }];
		const { rows, isComplete } = await collect(client, { ...CALL, body: { x: 1 } }, { passes });
		expect(idsOf(rows)).toEqual(idsOf(ids(30)));
		expect(isComplete).toBe(true);
		expect(sent.every(({ body }) => body.x === 1)).toBe(true);
		sent.length = 0;
		await collect(client, CALL, { passes, limit: 20 });
		expect(sent).toHaveLength(1);
	});

	it('reads as often as it is told', async () => {
		const { client, sent } = contextOf(listing(() => ids(45), 20, 46));
		expect(await collect(client, CALL, { maxReadings: 1 })).toMatchObject({
			isComplete: false,
			isTotalWrong: false,
		});
		expect(sent).toHaveLength(4);
	});

	it('passes over what is no row', async () => {
		const { client } = contextOf(() => ({ items: [null, 'x', [1], { id: 1 }] }));
		expect((await collect(client, CALL)).rows).toEqual([{ id: 1 }]);
	});
});

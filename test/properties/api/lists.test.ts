import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../../nodes/AlfaCrm/api/collect';
import { depth, seed } from '../../support/depth';
import { answered } from '../../support/nodeErrors';
import { randomFrom, shuffled } from '../../support/random';
import type { Sent } from '../../unit/apiSupport';
import { contextOf } from '../../unit/apiSupport';

jest.setTimeout(600_000);

const CALL = { path: 'customer', branch: 1, task: 'list the customers' };
const rows = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ id: index + 1 }));
const idsOf = (list: readonly IDataObject[]) => list.map(({ id }) => id);

/** How AlfaCRM shows a list, which is not known or differs between accounts: API notes 3 and 7a. */
interface Habits {
	/** Rows of a page where none are asked for, or where that is ignored. */
	size: number;
	/** What becomes of a page size that is asked for; with gaps the next page begins where the one asked for would end. */
	asked:
		| 'atMost50'
		| 'atMost50WithGaps'
		| 'firstIsEmpty'
		| 'honoured'
		| 'ignored'
		| 'refused'
		| 'unsuccessful';
	/** What the total counts. */
	total: 'all' | 'eachPage' | 'firstPage' | 'none' | 'nothing' | 'oneTooLow';
	pastEnd: 'empty' | 'lastAgain';
}
const MOST: Partial<Record<Habits['asked'], number>> = { honoured: 500, atMost50: 50, atMost50WithGaps: 50 };

function answerOf(list: readonly IDataObject[], { body }: Sent, habits: Habits): IDataObject {
	const { size: usual, asked: becomes, total, pastEnd } = habits;
	const page = Number(body.page);
	const asked = body.pageSize as number | undefined;
	if (asked !== undefined && becomes === 'refused') throw answered(400);
	if (asked !== undefined && becomes === 'unsuccessful')
		return { success: false, errors: { pageSize: ['Нет'] } };
	const size = asked === undefined ? usual : Math.min(MOST[becomes] ?? usual, MOST[becomes] ? asked : usual);
	const step = becomes === 'atMost50WithGaps' ? Math.max(asked ?? 0, size) : size;
	const last = Math.max(0, Math.ceil(list.length / step) - 1);
	const from = (pastEnd === 'lastAgain' ? Math.min(page, last) : page) * step;
	const isHidden = becomes === 'firstIsEmpty' && asked !== undefined && page === 0;
	const items = isHidden ? [] : list.slice(from, from + size);
	const totals: Record<Habits['total'], number | undefined> = {
		all: list.length,
		eachPage: items.length,
		firstPage: page === 0 ? Math.min(list.length, size) : list.length,
		none: undefined,
		nothing: 0,
		oneTooLow: Math.max(0, list.length - 1),
	};
	return { ...(totals[total] === undefined ? {} : { total: totals[total] }), items };
}

describe('a list, whatever is not known of how AlfaCRM shows it', () => {
	const habits = fc
		.record<Habits>({
			size: fc.constantFrom(1, 7, 20, 50, 100),
			asked: fc.constantFrom(
				...(['honoured', 'atMost50', 'atMost50WithGaps', 'ignored', 'refused', 'unsuccessful'] as const),
				'firstIsEmpty',
			),
			total: fc.constantFrom('all', 'none', 'firstPage', 'eachPage', 'oneTooLow', 'nothing'),
			pastEnd: fc.constantFrom('empty', 'lastAgain'),
		})
		// Pages of fewer than 20 rows were never seen, so a total of as many is believed.
		.filter(({ size, total }) => size >= 20 || ['all', 'none'].includes(total))
		// That nothing is there because page 0 is empty, no one can tell where no row is counted either.
		.filter(({ asked, total }) => asked !== 'firstIsEmpty' || ['all', 'firstPage'].includes(total));
	const callsAtOnce = fc.constantFrom(1, 5);

	it('has each row once, in the order of the server, and no more than the limit', async () => {
		const list = fc.record({
			habits,
			callsAtOnce,
			count: fc.oneof(fc.nat(130), fc.integer({ min: 480, max: 1_100 })),
			limit: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
			shown: fc.constantFrom<(id: number) => IDataObject>(
				(id) => ({ id }),
				(id) => ({ id: String(id) }),
				(id) => ({ name: `Row ${id}` }),
			),
		});
		await fc.assert(
			fc.asyncProperty(list, async ({ habits, count, limit, shown, ...credential }) => {
				const all = Array.from({ length: count }, (_, index) => shown(index + 1));
				const { client } = contextOf((request) => answerOf(all, request, habits), { credential });
				const { rows: found, isComplete } = await collect(client, CALL, { limit });
				expect(found).toEqual(all.slice(0, limit));
				expect(isComplete).toBe(true);
			}),
			{ seed, numRuns: depth.lists },
		);
	});

	it('has rows without an ID, as entries of the log, as often as they are there, though many are equal', async () => {
		const list = fc
			.record({
				habits,
				callsAtOnce,
				count: fc.nat(300),
				kinds: fc.integer({ min: 2, max: 40 }),
				which: fc.nat(),
			})
			// More than are counted are taken for the same ones.
			.filter(({ habits: { size, total } }) => size >= 20 && ['all', 'firstPage', 'none'].includes(total));
		await fc.assert(
			fc.asyncProperty(list, async ({ habits, count, kinds, which, ...credential }) => {
				const random = randomFrom(which);
				const all = Array.from({ length: count }, () => ({ minute: Math.floor(random() * kinds) }));
				const { client } = contextOf((request) => answerOf(all, request, habits), { credential });
				const { rows: found, isComplete } = await collect(client, CALL);
				const minutes = (entries: IDataObject[]) =>
					entries.map(({ minute }) => Number(minute)).sort((a, b) => a - b);
				expect(minutes(found)).toEqual(minutes(all));
				expect(isComplete).toBe(true);
			}),
			{ seed, numRuns: Math.ceil(depth.lists / 4) },
		);
	});

	it('has each row once that is there all the time while others come or go, in whichever order the pages arrive', async () => {
		let most = 0;
		const history = fc
			.record({
				habits,
				callsAtOnce,
				count: fc.integer({ min: 0, max: 400 }),
				goes: fc.boolean(),
				at: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
				which: fc.nat(),
			})
			// A page that comes again and again because as many rows have come before it is taken for the end.
			.filter(({ habits: { size, total } }) => size >= 20 && total !== 'eachPage')
			// What goes without being counted cannot be noticed.
			.filter(({ goes, habits: { total } }) => !goes || total === 'all');
		await fc.assert(
			fc.asyncProperty(fc.scheduler(), history, async (arrivals, { count, goes, at, which, ...more }) => {
				const { habits, ...credential } = more;
				let [list, requests] = [rows(count), 0];
				const before = new Set(idsOf(list));
				let underWay = 0;
				const { client } = contextOf(
					async (request) => {
						most = Math.max(most, (underWay += 1));
						await arrivals.schedule(Promise.resolve());
						underWay -= 1;
						requests += 1;
						if (at.includes(requests) && !goes) list = [{ id: 9_000 + requests }, ...list];
						else if (at.includes(requests)) list = list.filter((_, index) => index !== which % list.length);
						return answerOf(list, request, habits);
					},
					{ credential },
				);
				const { rows: found, isComplete } = await arrivals.waitFor(collect(client, CALL));
				const kept = idsOf(list).filter((id) => before.has(id));
				const ids = idsOf(found);
				expect({ missing: kept.filter((id) => !ids.includes(id)), isComplete }).toEqual({
					missing: [],
					isComplete: true,
				});
				expect(new Set(ids).size).toBe(ids.length);
			}),
			{ seed, numRuns: depth.lists },
		);
		expect(most).toBeGreaterThan(2);
	});

	it('is whole or said not to be where each answer has an order of its own', async () => {
		const list = fc.record({ count: fc.nat(120), size: fc.constantFrom(20, 50), orders: fc.nat() });
		await fc.assert(
			fc.asyncProperty(list, async ({ count, size, orders }) => {
				const random = randomFrom(orders);
				const habits: Habits = { size, asked: 'ignored', total: 'all', pastEnd: 'empty' };
				const { client } = contextOf((request) => answerOf(shuffled(rows(count), random), request, habits));
				const { rows: found, isComplete, isTotalWrong } = await collect(client, CALL);
				expect(new Set(idsOf(found)).size).toBe(found.length);
				expect({ isComplete, isTotalWrong }).toEqual({
					isComplete: found.length === count,
					isTotalWrong: false,
				});
			}),
			{ seed, numRuns: Math.ceil(depth.lists / 4) },
		);
	});
});

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../../nodes/AlfaCrm/api/list';
import { depth, seed } from '../../support/depth';
import { makeAnswerError } from '../../support/nodeErrors';
import { randomFrom } from '../../support/random';
import type { SentRequest } from '../../unit/apiSupport';
import { makeContext } from '../../unit/apiSupport';

jest.setTimeout(600_000);

const CALL = { path: 'customer', branch: 1, task: 'list the customers' };
const rows = (count: number, first = 1): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ id: first + index }));
const idsOf = (list: readonly IDataObject[]) => list.map(({ id }) => id);

/** How AlfaCRM shows a list, which differs between accounts and lists: API notes 3 and 7a. */
interface Habits {
	/** Rows of a page where none are asked for, or where that is ignored. */
	size: number;
	/** What becomes of a page size that is asked for. */
	asked: 'honoured' | 'ignored' | 'refused';
	/** What the total counts. */
	total: 'all' | 'firstPage' | 'none';
}

/** Of the account that each list is of: one account would have had thousands of calls in the last second, all of which its limiter counts. */
let accounts = 0;
const own = (credential: IDataObject) => ({ credential: { hostname: `school${++accounts}`, ...credential } });

function answerOf(
	list: readonly IDataObject[],
	{ body }: SentRequest,
	{ size: usual, asked, total }: Habits,
) {
	const page = Number(body.page);
	if (body.pageSize !== undefined && asked === 'refused') throw makeAnswerError(400);
	const size = asked === 'honoured' ? Number(body.pageSize) : usual;
	const items = list.slice(page * size, (page + 1) * size);
	const counted = total === 'firstPage' && page === 0 ? items.length : list.length;
	return { items, ...(total === 'none' ? {} : { total: counted }) };
}

describe('a list, however AlfaCRM shows it', () => {
	const habits = fc
		.record<Habits>({
			size: fc.constantFrom(1, 7, 20, 50),
			asked: fc.constantFrom('honoured', 'ignored', 'refused'),
			total: fc.constantFrom('all', 'none', 'firstPage'),
		})
		// Pages of fewer than 20 rows were never seen, so a total of as many is believed.
		.filter(({ size, total }) => size >= 20 || total !== 'firstPage');
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
				const { client } = makeContext((request) => answerOf(all, request, habits), own(credential));
				const { rows: found, isComplete } = await collect(client, CALL, { limit });
				expect(found).toEqual(all.slice(0, limit));
				expect(isComplete).toBe(true);
			}),
			{ seed, numRuns: depth.lists },
		);
	});

	it('has rows without an ID, as entries of the log, as often as they are there, though many are equal', async () => {
		const list = fc.record({
			habits,
			callsAtOnce,
			count: fc.nat(300),
			kinds: fc.integer({ min: 2, max: 40 }),
			which: fc.nat(),
		});
		await fc.assert(
			fc.asyncProperty(list, async ({ habits, count, kinds, which, ...credential }) => {
				const random = randomFrom(which);
				const all = Array.from({ length: count }, () => ({ minute: Math.floor(random() * kinds) }));
				const { client } = makeContext((request) => answerOf(all, request, habits), own(credential));
				const { rows: found, isComplete } = await collect(client, CALL);
				// Where nothing is counted, equal ones of two pages may be one that has moved.
				if (isComplete || habits.total === 'all') expect(found).toEqual(all);
				expect(found.length).toBeLessThanOrEqual(count);
			}),
			{ seed, numRuns: Math.ceil(depth.lists / 4) },
		);
	});

	it('has each row once that is there all the time while others come and go, in whichever order the pages arrive, or is said not to', async () => {
		let most = 0;
		let wholes = 0;
		const history = fc
			.record({
				habits,
				callsAtOnce,
				count: fc.integer({ min: 0, max: 400 }),
				goes: fc.boolean(),
				at: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
				others: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
				// An import may bring more at once than a page holds.
				burst: fc.constantFrom(1, 1, 1, 120),
				which: fc.nat(),
			})
			// What goes without being counted cannot be noticed.
			.filter(({ goes, habits: { size, total } }) => size >= 20 && (!goes || total === 'all'));
		await fc.assert(
			fc.asyncProperty(
				fc.scheduler(),
				history,
				async (arrivals, { count, goes, at, others, burst, which, ...more }) => {
					const { habits, ...credential } = more;
					let [list, requests] = [rows(count), 0];
					const before = new Set(idsOf(list));
					let underWay = 0;
					const { client } = makeContext(async (request) => {
						most = Math.max(most, (underWay += 1));
						await arrivals.schedule(Promise.resolve());
						underWay -= 1;
						requests += 1;
						if (at.includes(requests) && goes)
							list = list.filter((_, index) => index !== which % list.length);
						else if (at.concat(others).includes(requests))
							list = [...rows(burst, 9_000 + requests * burst), ...list];
						return answerOf(list, request, habits);
					}, own(credential));
					const { rows: found, isComplete } = await arrivals.waitFor(collect(client, CALL));
					// Pages that were asked for ahead and are not wanted any more hold places of the limiter until they come.
					await arrivals.waitAll();
					const ids = idsOf(found);
					const missing = idsOf(list).filter((id) => before.has(id) && !ids.includes(id));
					expect(isComplete ? missing : []).toEqual([]);
					expect(new Set(ids).size).toBe(ids.length);
					if (isComplete) wholes += 1;
				},
			),
			{ seed, numRuns: depth.lists },
		);
		expect(most).toBeGreaterThan(2);
		expect(wholes).toBeGreaterThan(depth.lists * 0.8);
	});
});

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { collect } from '../../../nodes/AlfaCrm/api/list';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import type { SentRequest } from '../../unit/apiSupport';
import { connectClient } from '../../unit/apiSupport';
import { ChangingList, ListServer, readIds } from './lists/changingList';
import { listHistories } from './lists/histories';
import { answerWithPage, pagingHabits } from './lists/pagedList';

jest.setTimeout(600_000);

/** The list that the tests read. */
const CUSTOMERS = { path: 'customer', branch: 1, task: 'list the customers' };

const callsAtOnce = fc.constantFrom(1, 5);

/** The rows of most lists have an ID, as a number or a text; those of some have only a name. */
const rowMaker = fc.constantFrom<(id: number) => IDataObject>(
	(id) => ({ id }),
	(id) => ({ id: String(id) }),
	(id) => ({ name: `Row ${id}` }),
);

describe('collect', () => {
	it("a list reading returns each row once, in AlfaCRM's order and up to the limit, however AlfaCRM cuts the list into pages", async () => {
		const lists = fc.record({
			habits: pagingHabits,
			callsAtOnce,
			rowCount: fc.oneof(fc.nat(130), fc.integer({ min: 480, max: 1_100 })),
			limit: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
			makeRow: rowMaker,
		});

		await fc.assert(
			fc.asyncProperty(lists, async ({ habits, callsAtOnce, rowCount, limit, makeRow }) => {
				const list = Array.from({ length: rowCount }, (_unused, index) => makeRow(index + 1));
				const client = makeClient(callsAtOnce, (request) => answerWithPage(list, request, habits));

				const { rows, isComplete } = await collect(client, CUSTOMERS, { limit });

				expect(rows).toEqual(list.slice(0, limit));
				expect(isComplete).toBe(true);
			}),
			{ seed, numRuns: depth.lists },
		);
	});

	it('a list reading returns equal rows without an ID as often as the list has them', async () => {
		const lists = fc.record({
			habits: pagingHabits,
			callsAtOnce,
			rowCount: fc.nat(300),
			differentRowCount: fc.integer({ min: 2, max: 40 }),
			rowSeed: fc.nat(),
		});

		await fc.assert(
			fc.asyncProperty(lists, async ({ habits, callsAtOnce, rowCount, differentRowCount, rowSeed }) => {
				const random = randomFrom(rowSeed);
				// Entries of one minute are equal.
				const makeLogEntry = () => ({ minute: Math.floor(random() * differentRowCount) });
				const list = Array.from({ length: rowCount }, makeLogEntry);
				const client = makeClient(callsAtOnce, (request) => answerWithPage(list, request, habits));

				const { rows, isComplete } = await collect(client, CUSTOMERS);

				expect(rows.length).toBeLessThanOrEqual(rowCount);
				// Without a total, equal rows of two pages may be one row that has moved to the next page.
				const mustHaveAllRows = isComplete || habits.total === 'all';
				if (mustHaveAllRows) {
					expect(rows).toEqual(list);
				}
			}),
			{ seed, numRuns: Math.ceil(depth.lists / 4) },
		);
	});

	it('a list reading returns each row that stays in the list once while other rows come and go, or says that rows may be missing', async () => {
		let mostCallsInFlight = 0;
		let completeReadings = 0;

		await fc.assert(
			// The scheduler decides in which order the pages arrive.
			fc.asyncProperty(fc.scheduler(), listHistories, callsAtOnce, async (arrivals, history, atOnce) => {
				const list = new ChangingList(history);
				const server = new ListServer(list, arrivals);
				const client = makeClient(atOnce, async (request) => await server.answer(request));

				const { rows, isComplete } = await arrivals.waitFor(collect(client, CUSTOMERS));
				// Pages that were requested ahead and are no longer needed occupy the limiter until they arrive.
				await arrivals.waitAll();

				const ids = readIds(rows);
				const distinctIds = new Set(ids);
				const missingIds = list.readLastingIds().filter((id) => !distinctIds.has(id));
				expect(isComplete ? missingIds : []).toEqual([]);
				expect(distinctIds.size).toBe(ids.length);
				mostCallsInFlight = Math.max(mostCallsInFlight, server.mostCallsInFlight);
				completeReadings += isComplete ? 1 : 0;
			}),
			{ seed, numRuns: depth.lists },
		);

		// Otherwise the property would hold because pages came one by one, or because no reading was complete.
		expect(mostCallsInFlight).toBeGreaterThan(2);
		expect(completeReadings).toBeGreaterThan(depth.lists * 0.8);
	});
});

let accountCount = 0;

/**
 * Makes a client of an account of its own. In a shared account, the limiter would count the calls of all runs, which follow
 * within a second.
 */
function makeClient(callsAtOnce: number, answer: (request: SentRequest) => unknown): ApiClient {
	accountCount += 1;
	const credential = { hostname: `school${accountCount}`, callsAtOnce };
	return connectClient(answer, { credential }).client;
}

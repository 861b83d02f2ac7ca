import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { DAY_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import { writeStamp } from './lists';
import { histories } from './newRecords/histories';
import { NOTHING_WRONG, playHistory } from './newRecords/playHistory';
import { WatchedCustomers } from './newRecords/watchedCustomers';

/**
 * A trigger polls for new customers while customers come and change, branches fail, n8n restarts, and the user changes
 * settings. Whatever happens, each new customer is reported once. `newRecords/expectations.ts` states the rule.
 */
describe('A trigger for new customers', () => {
	it(`reports each new customer once and in order in ${depth.recordHistories} random histories`, async () => {
		const property = fc.asyncProperty(histories, async (history) => {
			const findings = await playHistory(history);

			expect(findings).toEqual(NOTHING_WRONG);
		});
		await fc.assert(property, { numRuns: depth.recordHistories, seed });
	}, 600_000);

	it('reports every lead of six branches in a week, and asks only for the last days at its end', async () => {
		const branches = [1, 2, 3, 4, 5, 6];
		const random = randomFrom(7);
		const customers = new WatchedCustomers({ pageSize: 5, isNewestFirst: true });
		const reportedIds: number[] = [];

		const endOfWeek = customers.now + 7 * DAY_MS;
		while (customers.now < endOfWeek) {
			reportedIds.push(...(await customers.poll({ branches })));
			for (const branch of branches) {
				const comesNow = random() < 0.05;
				if (comesNow) {
					customers.addCustomer({ branches: [branch] });
				}
			}
			customers.now += 5 * MINUTE_MS;
		}
		reportedIds.push(...(await customers.poll({ branches })));

		expect(reportedIds).toEqual(customers.listIds());
		const fiveDaysAgo = writeStamp(customers.now - 5 * DAY_MS).slice(0, 10);
		expect(customers.lastRequestedDay >= fiveDaysAgo).toBe(true);
	}, 60_000);

	it('reports leads at once when as many leads have left the list with their day', async () => {
		const customers = new WatchedCustomers({ pageSize: 2 });
		await customers.poll();

		for (let day = 0; day < 12; day++) {
			customers.now += DAY_MS - 10 * MINUTE_MS;
			const leadOfEvening = customers.addCustomer();
			const countOfEvening = customers.countListedCustomers();

			expect(await customers.poll()).toEqual([leadOfEvening]);

			customers.now += 10 * MINUTE_MS;
			const countThatLeft = countOfEvening - customers.countListedCustomers();
			const newLeads = Array.from({ length: Math.max(1, countThatLeft) }, () => customers.addCustomer());

			expect(await customers.poll()).toEqual(newLeads);
		}
	});

	it('reports the newest wanted customers in its first poll with few requests, however many came on a day', async () => {
		const days = fc.record({
			ageInDays: fc.constantFrom(0, 1, 2, 3, 9, 400),
			customerCount: fc.constantFrom(1, 30, 600),
		});
		const firstPolls = fc.record({
			days: fc.array(days, { maxLength: 4 }),
			pageSize: fc.constantFrom(20, 50, 500),
			firstReportCount: fc.constantFrom(0, 1, 3, 250),
			// A filter lets only one in so many customers pass.
			everyNth: fc.constantFrom(1, 50, 10_000),
		});

		const property = fc.asyncProperty(firstPolls, async ({ days, everyNth, ...options }) => {
			const isWanted = ({ id }: IDataObject) => Number(id) % everyNth === 0;
			const customers = new WatchedCustomers({ ...options, isNewestFirst: true, isWanted });
			const ages = days.flatMap(({ ageInDays, customerCount }) =>
				Array<number>(customerCount).fill(ageInDays),
			);
			customers.addCustomersOfAges(ages);
			const mostRequests = 30 + (10 * ages.length) / options.pageSize;
			customers.lists.onRequest = (number) => expect(number).toBeLessThanOrEqual(mostRequests);

			const reportedIds = await customers.poll();

			const { firstReportCount } = options;
			const newestWanted = firstReportCount === 0 ? [] : customers.listIds(isWanted).slice(-firstReportCount);
			expect(reportedIds).toEqual(newestWanted);
		});
		await fc.assert(property, { numRuns: 200, seed });
	}, 60_000);

	it('reports in the next poll the leads that did not fit into one poll, although no other lead has come', async () => {
		const customers = new WatchedCustomers({ pageSize: 2 });
		await customers.poll();
		await customers.poll();
		customers.addCustomersOfAges([0, 0, 0, 0, 0, 0]);

		const firstIds = await customers.poll({ maxRecords: 4 });
		const nextIds = await customers.poll({ maxRecords: 4 });

		expect(firstIds).toEqual([1, 2, 3, 4]);
		expect(nextIds).toEqual([5, 6]);
	});

	it('reports a lead of a failing branch through another branch that the user chooses meanwhile', async () => {
		const customers = new WatchedCustomers();
		customers.addCustomer({ branches: [1] });
		await customers.poll({ branches: [1, 2] });
		const lead = customers.addCustomer({ branches: [2, 3] });
		customers.lists.failing.add(2);

		customers.now += 20 * MINUTE_MS;
		const reportedIds = await customers.poll({ branches: [1, 2, 3] });

		expect(reportedIds).toEqual([lead]);
	});
});

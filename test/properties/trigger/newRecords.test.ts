import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { DAY_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import { writeStamp } from './lists';
import { histories } from './newRecords/histories';
import { NOTHING_WRONG, playHistory } from './newRecords/playHistory';
import { WatchedCustomers } from './newRecords/watchedCustomers';

/*
 * A trigger polls for new customers while customers come and change, branches fail, n8n restarts, and the user changes
 * settings. Whatever happens, each new customer is reported once. `newRecords/expectations.ts` states the rule.
 */

it(`the trigger reports each new customer once and in the order of their IDs in ${depth.recordHistories} random histories`, async () => {
	const property = fc.asyncProperty(histories, async (history) => {
		const findings = await playHistory(history);

		expect(findings).toEqual(NOTHING_WRONG);
	});
	await fc.assert(property, { numRuns: depth.recordHistories, seed });
}, 600_000);

it('the trigger reports every lead who comes to six branches in a week, and then asks AlfaCRM only for the last five days', async () => {
	const branches = [1, 2, 3, 4, 5, 6];
	const random = randomFrom(7);
	const customers = new WatchedCustomers({ pageSize: 5, isNewestFirst: true });
	const reportedIds: number[] = [];

	// The trigger polls every five minutes. Between two polls, a lead comes to one branch in twenty.
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

it('the trigger reports new leads at once although the list is as long as before, because older leads have left it', async () => {
	const customers = new WatchedCustomers({ pageSize: 2 });
	await customers.poll();

	for (let day = 0; day < 12; day++) {
		customers.now += DAY_MS - 10 * MINUTE_MS;
		const lead = customers.addCustomer();
		const countBeforePoll = customers.countListedCustomers();

		expect(await customers.poll()).toEqual([lead]);

		// The trigger asks only for the last days. With each day, the leads of one day leave the list.
		customers.now += 10 * MINUTE_MS;
		const countThatLeft = countBeforePoll - customers.countListedCustomers();
		const newLeads = customers.addCustomers(Math.max(1, countThatLeft));

		expect(await customers.poll()).toEqual(newLeads);
	}
});

/** Generates schools with up to 2,400 customers, and the choices of the user for the first poll. */
const firstPolls = fc.record({
	/** Days on which customers came, and how many. */
	days: fc.array(
		fc.record({
			ageInDays: fc.constantFrom(0, 1, 2, 3, 9, 400),
			customerCount: fc.constantFrom(1, 30, 600),
		}),
		{ maxLength: 4 },
	),
	pageSize: fc.constantFrom(20, 50, 500),
	firstReportCount: fc.constantFrom(0, 1, 3, 250),
	/** The user wants the customers whose ID is a multiple of this number. */
	wantedMultiple: fc.constantFrom(1, 50, 10_000),
});

it('the first poll reports the newest wanted customers and sends few requests, however many customers came on one day', async () => {
	const property = fc.asyncProperty(firstPolls, async (firstPoll) => {
		const { days, pageSize, firstReportCount, wantedMultiple } = firstPoll;
		const isWanted = ({ id }: IDataObject) => Number(id) % wantedMultiple === 0;
		const customers = new WatchedCustomers({ pageSize, firstReportCount, isNewestFirst: true, isWanted });
		customers.addCustomersOfDays(days);
		const customerCount = customers.listIds().length;
		customers.limitRequests(30 + (10 * customerCount) / pageSize);

		const reportedIds = await customers.poll();

		expect(reportedIds).toEqual(customers.listNewestWantedIds(firstReportCount));
	});
	await fc.assert(property, { numRuns: 200, seed });
}, 60_000);

it('the next poll reports the leads for whom the last one had no room, although no other lead has come since', async () => {
	const customers = new WatchedCustomers({ pageSize: 2 });
	// The first poll takes the empty list as the baseline, and the second one finds nothing new.
	await customers.poll();
	await customers.poll();
	const firstFourLeads = customers.addCustomers(4);
	const lastTwoLeads = customers.addCustomers(2);

	const idsOfFirstPoll = await customers.poll({ maxRecords: 4 });
	const idsOfNextPoll = await customers.poll({ maxRecords: 4 });

	expect(idsOfFirstPoll).toEqual(firstFourLeads);
	expect(idsOfNextPoll).toEqual(lastTwoLeads);
});

it('the trigger reports a lead of two branches through branch 3, which the user has just chosen, while branch 2 fails', async () => {
	const customers = new WatchedCustomers();
	customers.addCustomer({ branches: [1] });
	await customers.poll({ branches: [1, 2] });
	const leadOfBranches2And3 = customers.addCustomer({ branches: [2, 3] });
	customers.lists.failing.add(2);

	customers.now += 20 * MINUTE_MS;
	const reportedIds = await customers.poll({ branches: [1, 2, 3] });

	expect(reportedIds).toEqual([leadOfBranches2And3]);
});

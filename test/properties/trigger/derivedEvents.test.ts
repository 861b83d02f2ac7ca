import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import { expectedReports } from './derivedEvents/expectedReports';
import { histories } from './derivedEvents/histories';
import { playHistory } from './derivedEvents/playHistory';

/*
 * A trigger reads from the change log that customers joined a group, left it, bought a subscription or were archived.
 * Connections break meanwhile, and a poll may leave events to the next one. `derivedEvents/expectedReports.ts` states the
 * rule.
 */

it.each([
	{ event: 'joinedGroup' as const },
	{ event: 'leftGroup' as const },
	{ event: 'sold' as const },
	{ event: 'archived' as const },
])(
	`the trigger reports each event $event once and in the order of the log in ${depth.derivedEvents} random histories`,
	async ({ event }) => {
		const property = fc.asyncProperty(histories, async (steps) => {
			const reportedCustomers = await playHistory(steps, event);

			expect(reportedCustomers).toEqual(expectedReports(steps, event));
		});
		await fc.assert(property, { numRuns: depth.derivedEvents, seed });
	},
);

import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import { expectedReports } from './derivedEvents/expectedReports';
import { histories } from './derivedEvents/histories';
import { playHistory } from './derivedEvents/playHistory';

/**
 * A trigger watches events that entries of the change log hint at, while connections break and polls leave events to the
 * next ones. `derivedEvents/expectedReports.ts` states the rule.
 */
describe('A trigger for derived events', () => {
	it.each([
		{ event: 'joinedGroup' as const },
		{ event: 'leftGroup' as const },
		{ event: 'sold' as const },
		{ event: 'archived' as const },
	])(
		`reports each event $event once and in order in ${depth.derivedEvents} random histories`,
		async ({ event }) => {
			const property = fc.asyncProperty(histories, async (steps) => {
				const reportedCustomers = await playHistory(steps, event);

				expect(reportedCustomers).toEqual(expectedReports(steps, event));
			});
			await fc.assert(property, { numRuns: depth.derivedEvents, seed });
		},
	);
});

import fc from 'fast-check';

import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { depth, seed } from '../../support/depth';
import { historiesOf } from './dueDates/histories';
import { playHistory } from './dueDates/polling';
import { expectedReports } from './dueDates/rule';

const OCCASIONS: Array<{ occasion: OccasionName; name: string }> = [
	{ occasion: 'birthday', name: 'birthday' },
	{ occasion: 'inDebt', name: 'debt' },
	{ occasion: 'lessonsRunningOut', name: 'end of paid lessons' },
	{ occasion: 'notSeen', name: 'absence' },
	{ occasion: 'subscriptionEnding', name: 'end of a subscription' },
];

it.each(OCCASIONS)(
	'reports each $name once, although branches fail, n8n is off at night and the limit changes',
	({ occasion }) => {
		let reportCount = 0;
		const property = fc.property(historiesOf(occasion), (history) => {
			const expected = expectedReports(occasion, history);

			const reports = playHistory(occasion, history);

			expect(reports).toEqual(expected);
			reportCount += reports.flat().length;
		});

		fc.assert(property, { numRuns: depth.dueDates, seed });

		// Otherwise the rule would hold because nothing ever fell due.
		expect(reportCount).toBeGreaterThan(0);
	},
);

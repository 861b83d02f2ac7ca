import fc from 'fast-check';

import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { depth, seed } from '../../support/depth';
import type { CardChange } from './dueDates/cardChanges';
import type { History, Poll } from './dueDates/histories';
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

it('reports an absence that fell due 30 days before the last poll, because the visit was entered late', () => {
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { last_attend_date: '2027-09-01' } },
			{ at: noonOf('2027-12-02'), card: { last_attend_date: '2027-10-18' } },
		],
		polls: [pollOn('2027-12-01', { limit: -14 }), pollOn('2027-12-03', { limit: -14 })],
	});

	expect(playHistory('notSeen', history)).toEqual([[], [500]]);
});

it('reports no absence that fell due 31 days before the last poll', () => {
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { last_attend_date: '2027-09-01' } },
			{ at: noonOf('2027-12-02'), card: { last_attend_date: '2027-10-17' } },
		],
		polls: [pollOn('2027-12-01', { limit: -14 }), pollOn('2027-12-03', { limit: -14 })],
	});

	expect(playHistory('notSeen', history)).toEqual([[], []]);
});

it('reports the end of a subscription only once when it moves by 6 days', () => {
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { paid_till: '2027-12-20' } },
			{ at: noonOf('2027-12-19'), card: { paid_till: '2027-12-26' } },
		],
		polls: [
			pollOn('2027-12-01', { limit: 3 }),
			pollOn('2027-12-18', { limit: 3 }),
			pollOn('2027-12-24', { limit: 3 }),
		],
	});

	expect(playHistory('subscriptionEnding', history)).toEqual([[], [500], []]);
});

it('reports the end of a subscription again when it moves by 7 days', () => {
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { paid_till: '2027-12-20' } },
			{ at: noonOf('2027-12-19'), card: { paid_till: '2027-12-27' } },
		],
		polls: [
			pollOn('2027-12-01', { limit: 3 }),
			pollOn('2027-12-18', { limit: 3 }),
			pollOn('2027-12-24', { limit: 3 }),
		],
	});

	expect(playHistory('subscriptionEnding', history)).toEqual([[], [500], [500]]);
});

// ---------------------------------------------------------------- histories by hand

/** The history of client 500 in branch 1. */
function historyOfClient({ changes, polls }: { changes: CardChange[]; polls: Poll[] }): History {
	return {
		zone: 'UTC',
		reportsAtStart: false,
		clients: [{ id: 500, branches: [1], changes }],
		polls,
	};
}

/** A poll at noon that reads branch 1. */
function pollOn(day: string, { limit }: { limit: number }): Poll {
	return {
		at: noonOf(day),
		limit,
		watchedBranches: [1],
		failingBranches: [],
		incompleteBranches: [],
		takenClients: 99,
		unreadableClient: 0,
	};
}

function noonOf(day: string): number {
	return Date.parse(`${day}T12:00Z`);
}

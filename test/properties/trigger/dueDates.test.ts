import fc from 'fast-check';

import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { depth, seed } from '../../support/depth';
import type { CardChange } from './dueDates/cardChanges';
import type { History, Poll } from './dueDates/histories';
import { historiesOf } from './dueDates/histories';
import { playHistory } from './dueDates/polling';
import { expectedReports } from './dueDates/rule';

const CLIENT = 500;

const OCCASIONS: Array<{ occasion: OccasionName; name: string }> = [
	{ occasion: 'birthday', name: 'birthday' },
	{ occasion: 'inDebt', name: 'debt' },
	{ occasion: 'lessonsRunningOut', name: 'end of paid lessons' },
	{ occasion: 'notSeen', name: 'absence' },
	{ occasion: 'subscriptionEnding', name: 'end of a subscription' },
];

it.each(OCCASIONS)(
	'the trigger reports each $name of a client once, although branches fail, n8n is off at night and the limit changes',
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

it('the trigger reports an absence that fell due 30 days before the last poll, because the staff entered the visit late', () => {
	// An absence falls due 14 days after the last visit, here on 1 November: 30 days before the poll of 1 December.
	// The staff enters the visit only after that poll.
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { last_attend_date: '2027-09-01' } },
			{ at: noonOf('2027-12-02'), card: { last_attend_date: '2027-10-18' } },
		],
		polls: [pollOn('2027-12-01', { limit: -14 }), pollOn('2027-12-03', { limit: -14 })],
	});

	const reports = playHistory('notSeen', history);

	expect(reports).toEqual([[], [CLIENT]]);
});

it('the trigger reports no absence that fell due 31 days before the last poll', () => {
	// An absence falls due 14 days after the last visit, here on 31 October: 31 days before the poll of 1 December.
	// The staff enters the visit only after that poll.
	const history = historyOfClient({
		changes: [
			{ at: 0, card: { last_attend_date: '2027-09-01' } },
			{ at: noonOf('2027-12-02'), card: { last_attend_date: '2027-10-17' } },
		],
		polls: [pollOn('2027-12-01', { limit: -14 }), pollOn('2027-12-03', { limit: -14 })],
	});

	const reports = playHistory('notSeen', history);

	expect(reports).toEqual([[], []]);
});

it('the trigger reports the end of a subscription only once when the end moves by 6 days', () => {
	// The end is due from three days before. It moves from 20 to 26 December after it was reported.
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

	const reports = playHistory('subscriptionEnding', history);

	expect(reports).toEqual([[], [CLIENT], []]);
});

it('the trigger reports the end of a subscription again when the end moves by 7 days', () => {
	// The end is due from three days before. It moves from 20 to 27 December after it was reported.
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

	const reports = playHistory('subscriptionEnding', history);

	expect(reports).toEqual([[], [CLIENT], [CLIENT]]);
});

// ---------------------------------------------------------------- histories by hand

/** The history of one client in branch 1. */
function historyOfClient({ changes, polls }: { changes: CardChange[]; polls: Poll[] }): History {
	return {
		zone: 'UTC',
		reportsAtStart: false,
		clients: [{ id: CLIENT, branches: [1], changes }],
		polls,
	};
}

/** A poll of branch 1 at noon. An occasion is due when its level is at the limit or below, such as 3 days before an end. */
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

import {
	dayAfter,
	dayOf,
	daysAgo,
	dotted,
	hoursBefore,
	isFarAhead,
	stampOf,
} from '../../nodes/AlfaCrm/trigger/poll/stamps';

describe('the time of a row', () => {
	it.each([
		['2026-02-10 09:08:07', '2026-02-10 09:08:07'],
		['2026-02-10T09:08:07', '2026-02-10 09:08:07'],
		['2026-02-10 09:08', '2026-02-10 09:08'],
		['2026-02-10', '2026-02-10'],
		['10.02.2026', ''],
		['0000-00-00 00:00:00', ''],
		['2026-02-10 09:08:07+03:00', ''],
		['', ''],
		[null, ''],
		[undefined, ''],
		[1_770_000_000, ''],
	])('%j is taken as %j', (value, stamp) => {
		expect(stampOf({ created_at: value }, 'created_at')).toBe(stamp);
	});
});

it.each([
	['2026-02-10 09:08:07', 48, '2026-02-08 09:08:07'],
	['2026-03-01 00:30:00', 1, '2026-02-28 23:30:00'],
	['2026-01-01', 3, '2025-12-31 21:00:00'],
	['2026-02-10 09:08', 3, '2026-02-10 06:08:00'],
	// No zone has a say in it, so that no hour is missing in spring.
	['2026-03-29 03:30:00', 1, '2026-03-29 02:30:00'],
])('%s less %i hours is %s', (stamp, hours, before) => {
	expect(hoursBefore(stamp, hours)).toBe(before);
});

it.each([
	['2026-02-10 09:08:07', '2026-02-10', '2026-02-11', '10.02.2026'],
	['2026-02-28', '2026-02-28', '2026-03-01', '28.02.2026'],
	['2026-12-31 23:59:59', '2026-12-31', '2027-01-01', '31.12.2026'],
])('%s is on %s, before %s and %s for a filter', (stamp, day, next, filter) => {
	expect([dayOf(stamp), dayAfter(stamp), dotted(dayOf(stamp))]).toEqual([day, next, filter]);
});

describe('by the clock', () => {
	beforeEach(() => {
		jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 1, 10, 22, 0, 0));
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	it.each([
		[0, '2026-02-10'],
		[2, '2026-02-08'],
		[10_240, '1998-01-28'],
	])('%i days ago is %s', (days, day) => {
		expect(daysAgo(days)).toBe(day);
	});

	it.each([
		['2026-02-11 21:59:59', false],
		['2026-02-11 22:00:01', true],
		['2099-01-01', true],
		['', false],
	])('%j is further ahead than a zone can be: %s', (stamp, isAhead) => {
		expect(isFarAhead(stamp)).toBe(isAhead);
	});
});

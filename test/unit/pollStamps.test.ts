import {
	writeUtcDay,
	dayOf,
	earliest,
	addHours,
	latest,
	findNewestStamp,
	readStamp,
} from '../../nodes/AlfaCrm/trigger/stamps';

describe('the time of a row', () => {
	it.each([
		['2026-02-10 09:08:07', '2026-02-10 09:08:07'],
		['2026-02-10T09:08:07', '2026-02-10 09:08:07'],
		['2026-02-10', '2026-02-10'],
		['10.02.2026', ''],
		['0000-00-00 00:00:00', ''],
		['2026-02-10 09:08:07+03:00', ''],
		[1_770_000_000, ''],
	])('%j is taken as %j', (value, stamp) => {
		expect(readStamp({ created_at: value }, 'created_at')).toBe(stamp);
	});
});

it.each([
	['2026-02-10 09:08:07', -48, '2026-02-08 09:08:07'],
	['2026-02-10 09:08', 15, '2026-02-11 00:08:00'],
	// No zone has a say in it, so that no hour is missing in spring.
	['2026-03-29 01:30:00', 1, '2026-03-29 02:30:00'],
])('%s and %i hours is %s', (stamp, hours, after) => {
	expect(addHours(stamp, hours)).toBe(after);
});

it('the day of a time is what it begins with, that of a moment is that of UTC', () => {
	expect(dayOf('2026-12-31 23:59:59')).toBe('2026-12-31');
	expect(writeUtcDay(Date.UTC(2026, 1, 10, 23, 59, 59))).toBe('2026-02-10');
});

it.each([
	['2026-02-10', '2026-02-11'],
	['2026-02-10 09:08:07', '2026-02-10 09:08:08'],
	['', '2026-02-10'],
])('%j is earlier than %j', (one, other) => {
	expect([earliest(one, other), earliest(other, one)]).toEqual([one, one]);
	expect([latest(one, other), latest(other, one)]).toEqual([other, other]);
});

describe('the newest time', () => {
	const now = Date.UTC(2026, 1, 10, 22, 0, 0);

	it.each([
		[['2026-02-09', '2026-02-10 09:08:07', '2026-02-10 09:08'], '2026-02-10 09:08:07'],
		// A day ahead is what a zone can be; further ahead is a mistake.
		[['2026-02-10 10:00:00', '2026-02-11 23:00:00'], '2026-02-11 23:00:00'],
		[['2026-02-10 10:00:00', '2026-02-13 00:00:00'], '2026-02-10 10:00:00'],
		[['2099-01-01'], ''],
		[[], ''],
	])('of %j is %j', (stamps, newest) => {
		expect(findNewestStamp(stamps, now)).toBe(newest);
	});
});

import {
	writeUtcDay,
	dayOf,
	earliest,
	addHours,
	latest,
	findNewestStamp,
	readStamp,
} from '../../nodes/AlfaCrm/trigger/stamps';

describe('readStamp', () => {
	it.each([
		{ value: '2026-02-10 09:08:07', stamp: '2026-02-10 09:08:07' },
		{ value: '2026-02-10T09:08:07', stamp: '2026-02-10 09:08:07' },
		{ value: '2026-02-10', stamp: '2026-02-10' },
	])('readStamp reads $value as the stamp $stamp', ({ value, stamp }) => {
		expect(readStamp({ created_at: value }, 'created_at')).toBe(stamp);
	});

	it.each([
		{ value: '10.02.2026' },
		{ value: '0000-00-00 00:00:00' },
		{ value: '2026-02-10 09:08:07+03:00' },
		{ value: 1_770_000_000 },
	])('readStamp finds no stamp in $value', ({ value }) => {
		expect(readStamp({ created_at: value }, 'created_at')).toBe('');
	});
});

describe('addHours', () => {
	it('addHours goes back two days for -48 hours', () => {
		expect(addHours('2026-02-10 09:08:07', -48)).toBe('2026-02-08 09:08:07');
	});

	it('addHours goes on to the next day, and writes the seconds that the stamp lacks', () => {
		expect(addHours('2026-02-10 09:08', 15)).toBe('2026-02-11 00:08:00');
	});

	it('addHours keeps the hour that clocks in Europe skip in spring', () => {
		expect(addHours('2026-03-29 01:30:00', 1)).toBe('2026-03-29 02:30:00');
	});
});

describe('dayOf', () => {
	it('dayOf returns the day with which a stamp begins', () => {
		expect(dayOf('2026-12-31 23:59:59')).toBe('2026-12-31');
	});
});

describe('writeUtcDay', () => {
	it('writeUtcDay writes the day that a moment has in UTC', () => {
		const lastSecondOfDay = Date.UTC(2026, 1, 10, 23, 59, 59);

		expect(writeUtcDay(lastSecondOfDay)).toBe('2026-02-10');
	});
});

describe.each([
	{ earlier: '2026-02-10', later: '2026-02-11' },
	{ earlier: '2026-02-10 09:08:07', later: '2026-02-10 09:08:08' },
	{ earlier: '', later: '2026-02-10' },
])('Of the stamps "$earlier" and "$later"', ({ earlier, later }) => {
	it(`earliest returns "${earlier}" in whichever order the stamps are given`, () => {
		expect(earliest(earlier, later)).toBe(earlier);
		expect(earliest(later, earlier)).toBe(earlier);
	});

	it(`latest returns "${later}" in whichever order the stamps are given`, () => {
		expect(latest(earlier, later)).toBe(later);
		expect(latest(later, earlier)).toBe(later);
	});
});

describe('findNewestStamp', () => {
	const TENTH_OF_FEBRUARY_AT_22 = Date.UTC(2026, 1, 10, 22, 0, 0);

	it('findNewestStamp returns the newest stamp, with and without a time or seconds', () => {
		const stamps = ['2026-02-09', '2026-02-10 09:08:07', '2026-02-10 09:08'];

		expect(findNewestStamp(stamps, TENTH_OF_FEBRUARY_AT_22)).toBe('2026-02-10 09:08:07');
	});

	it('findNewestStamp returns a stamp that is a day ahead, because a time zone can explain that', () => {
		const stamps = ['2026-02-10 10:00:00', '2026-02-11 23:00:00'];

		expect(findNewestStamp(stamps, TENTH_OF_FEBRUARY_AT_22)).toBe('2026-02-11 23:00:00');
	});

	it('findNewestStamp leaves out a stamp that is two days ahead, because no time zone can explain that', () => {
		const stamps = ['2026-02-10 10:00:00', '2026-02-13 00:00:00'];

		expect(findNewestStamp(stamps, TENTH_OF_FEBRUARY_AT_22)).toBe('2026-02-10 10:00:00');
	});

	it('findNewestStamp returns an empty text when the only stamp is years ahead', () => {
		expect(findNewestStamp(['2099-01-01'], TENTH_OF_FEBRUARY_AT_22)).toBe('');
	});

	it('findNewestStamp returns an empty text when there is no stamp', () => {
		expect(findNewestStamp([], TENTH_OF_FEBRUARY_AT_22)).toBe('');
	});
});

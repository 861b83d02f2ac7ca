import { DateTime } from 'luxon';

import { formatDay, formatTime, today } from '../../nodes/AlfaCrm/api/formats';

const MOSCOW = 'Europe/Moscow';
const ALMATY = 'Asia/Almaty';

describe('formatDay', () => {
	describe('writes the format that the field needs', () => {
		it.each([
			['dotted', '04.02.2026'],
			['iso', '2026-02-04'],
			['isoDotted', '2026.02.04'],
		] as const)('%s: %s', (format, day) => {
			expect(formatDay('2026-02-04', format, MOSCOW)).toBe(day);
			expect(formatDay('04.02.2026', format, MOSCOW)).toBe(day);
		});
	});

	describe('reads a day as it stands, whatever the zone', () => {
		const spellings = [
			'2026-02-04',
			' 2026-02-04 ',
			'04.02.2026',
			'4.2.2026',
			'2026.02.04',
			'2026-02-04T00:00:00',
			'2026-02-04T23:59:59.999',
			'2026-02-04T10:30',
			'2026-02-04 00:00:00',
			'2026-02-04 23:59:59',
			'04.02.2026 00:00',
			'04.02.2026 23:59',
			'04.02.2026 23:59:59',
		];
		const zones = ['UTC', MOSCOW, ALMATY, 'America/Los_Angeles', 'Pacific/Kiritimati'];
		it.each(spellings.flatMap((spelling) => zones.map((zone) => [spelling, zone])))(
			'%j in %s',
			(spelling, zone) => {
				expect(formatDay(spelling, 'iso', zone)).toBe('2026-02-04');
			},
		);
	});

	describe('sees a moment in the zone of the workflow', () => {
		it.each([
			['2026-02-04T20:59:59Z', 'UTC', '2026-02-04'],
			['2026-02-04T20:59:59Z', MOSCOW, '2026-02-04'],
			['2026-02-04T21:00:00Z', MOSCOW, '2026-02-05'],
			['2026-02-04T18:59:59Z', ALMATY, '2026-02-04'],
			['2026-02-04T19:00:00.000Z', ALMATY, '2026-02-05'],
			['2026-02-05T01:30:00+05:00', ALMATY, '2026-02-05'],
			['2026-02-05T01:30:00+05:00', MOSCOW, '2026-02-04'],
			['2026-02-05T01:30:00+05:00', 'UTC', '2026-02-04'],
			['2026-02-04T22:30:00-08:00', MOSCOW, '2026-02-05'],
			['2026-02-05 01:30:00+05:00', MOSCOW, '2026-02-04'],
			['2025-12-31T21:00:00Z', MOSCOW, '2026-01-01'],
		])('%s in %s is %s', (moment, zone, day) => {
			expect(formatDay(moment, 'iso', zone)).toBe(day);
		});

		it('also when a Date, a DateTime of another zone or a DateTime of another copy of Luxon holds it', () => {
			const moment = '2026-02-04T21:30:00.000Z';
			const foreign = { toISO: () => '2026-02-05T02:30:00.000+05:00' };
			for (const value of [
				new Date(moment),
				DateTime.fromISO(moment, { zone: 'UTC' }),
				DateTime.fromISO(moment, { zone: 'America/Los_Angeles' }),
				foreign,
			]) {
				expect(formatDay(value, 'iso', MOSCOW)).toBe('2026-02-05');
				expect(formatDay(value, 'iso', 'UTC')).toBe('2026-02-04');
			}
		});
	});

	describe('knows the calendar', () => {
		it.each([
			['29.02.2028', 'a leap day', '2028-02-29'],
			['2028-02-29', 'a leap day', '2028-02-29'],
			['2000-02-29', 'a leap day of a century', '2000-02-29'],
			['31.12.2026', 'the last day of a year', '2026-12-31'],
			['1.1.2027', 'the first day of a year', '2027-01-01'],
			['05.09.1958', 'a day long ago', '1958-09-05'],
		])('%s, %s', (spelling, _what, day) => {
			expect(formatDay(spelling, 'iso', MOSCOW)).toBe(day);
		});

		it.each([
			['2026-03-29', 'Europe/Berlin'],
			['2026-10-25', 'Europe/Berlin'],
			['2026-03-29T02:30:00', 'Europe/Berlin'],
			['29.03.2026 02:30', 'Europe/Berlin'],
			['2018-11-04', 'America/Sao_Paulo'],
			['04.11.2018', 'America/Sao_Paulo'],
		])('%s, on which the clocks of %s change', (spelling, zone) => {
			const [day] = spelling.split(/[T ]/);
			expect(formatDay(spelling, day.includes('.') ? 'dotted' : 'iso', zone)).toBe(day);
		});

		it('an hour in summer and the same hour in winter', () => {
			expect(formatDay('2026-07-01T22:30:00Z', 'iso', 'Europe/Berlin')).toBe('2026-07-02');
			expect(formatDay('2026-01-01T22:30:00Z', 'iso', 'Europe/Berlin')).toBe('2026-01-01');
		});
	});

	describe('takes midnight for the day that was written', () => {
		const zones = ['UTC', MOSCOW, 'America/New_York', 'Asia/Vladivostok'];
		const midnights: Array<[string, unknown]> = [
			['in UTC', '2015-09-04T00:00:00.000Z'],
			['in UTC, short', '2015-09-04T00:00Z'],
			['with an offset', '2015-09-04T00:00:00+10:00'],
			['with a blank', '2015-09-04 00:00:00-05:00'],
			['in a Date', new Date('2015-09-04T00:00:00.000Z')],
			['in a DateTime of New York', DateTime.fromISO('2015-09-04', { zone: 'America/New_York' })],
			['in a DateTime of Vladivostok', DateTime.fromISO('2015-09-04', { zone: 'Asia/Vladivostok' })],
		];
		it.each(midnights.flatMap(([what, value]) => zones.map((zone) => [what, value, zone] as const)))(
			'%s: %s, seen in %s',
			(_what, value, zone) => {
				expect(formatDay(value, 'iso', zone)).toBe('2015-09-04');
			},
		);

		it.each([
			['2015-09-04T00:00:00.001Z', '2015-09-03'],
			['2015-09-04T00:00:01Z', '2015-09-03'],
			['2015-09-04T00:01Z', '2015-09-03'],
			['2015-09-04T12:00Z', '2015-09-04'],
		])('but not %s', (moment, day) => {
			expect(formatDay(moment, 'iso', 'America/New_York')).toBe(day);
		});

		it('also on a day that a zone left out', () => {
			expect(formatDay('2011-12-30', 'iso', 'Pacific/Apia')).toBe('2011-12-30');
		});
	});

	it.each([
		['a day that does not exist', '31.02.2026'],
		['the 30th of February', '30.02.2026'],
		['the hour after the last', '2026-02-04T24:00:00'],
		['the hour after the last, behind dots', '04.02.2026 24:00'],
		['a minute that does not exist', '2026-02-04T10:60'],
		['a second that does not exist', '2026-02-04T10:30:60'],
		['a midnight on a day that does not exist', '2026-02-30T00:00:00.000Z'],
		['a year of six digits', new Date(8.64e15)],
		['a leap day of another year', '29.02.2026'],
		['the same in ISO', '2026-02-29'],
		['a leap day of a century without one', '1900-02-29'],
		['a thirteenth month', '2026-13-01'],
		['the American order', '12.31.2026'],
		['slashes', '04/02/2026'],
		['a two-digit year', '04.02.26'],
		['a word', 'tomorrow'],
		['a day and a word', '2026-02-04 tomorrow'],
		['ISO with a word behind', '2026-02-04T10:00 or so'],
		['an hour that does not exist', '2026-02-04T25:00:00'],
		['an hour that does not exist behind dots', '04.02.2026 25:99'],
		['a day without its year', '04.02'],
		['a month', '2026-02'],
		['digits alone', '20260204'],
		['an empty text', ''],
		['blanks', '  '],
		['a number', 20260204],
		['a time stamp', 1_770_000_000_000],
		['nothing', undefined],
		['null', null],
		['yes', true],
		['an object', {}],
		['a list', ['2026-02-04']],
		['an object whose toISO is a text', { toISO: '2026-02-04' }],
		['an invalid Date', new Date('tomorrow')],
		['an invalid DateTime', DateTime.invalid('for this test')],
		['a foreign DateTime that is invalid', { toISO: () => null }],
	])('does not read %s as a date: %j', (_what, value) => {
		expect(formatDay(value, 'dotted', MOSCOW)).toBeUndefined();
	});
});

describe('formatTime', () => {
	it.each([
		['17:00', '17:00'],
		[' 7:05 ', '07:05'],
		['00:00', '00:00'],
		['23:59:59', '23:59'],
		['2026-02-10 17:00:00', '17:00'],
		['2026-02-10T17:00', '17:00'],
		['2026-02-10T14:00:00Z', '17:00'],
		['2026-02-10T16:30:00.000+05:30', '14:00'],
		[new Date('2026-02-10T21:30:00Z'), '00:30'],
		[DateTime.fromISO('2026-02-10T09:00:00', { zone: 'America/New_York' }), '17:00'],
	])('reads %s as %s in Moscow', (value, time) => {
		expect(formatTime(value, MOSCOW)).toBe(time);
	});

	it.each([
		'24:00',
		'17:60',
		'17',
		'17.00',
		'1700',
		'5 pm',
		'-1:00',
		'2026-02-10',
		'2026-02-30 17:00',
		'',
		null,
		17,
		0.5,
		{},
	])('does not read %j', (value) => {
		expect(formatTime(value, MOSCOW)).toBeUndefined();
	});
});

it('today is the day that it is now in the zone', () => {
	jest.useFakeTimers({ now: new Date('2026-02-04T00:00:00.000Z') });
	try {
		expect(today('iso', 'America/New_York')).toBe('2026-02-03');
		expect(today('dotted', MOSCOW)).toBe('04.02.2026');
	} finally {
		jest.useRealTimers();
	}
});

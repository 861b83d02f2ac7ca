import { DateTime } from 'luxon';

import {
	daysAfter,
	formatDay,
	formatTime,
	idsOf,
	parseJson,
	readAmount,
	readFlag,
	readId,
	readInteger,
	readNumber,
	today,
} from '../../nodes/AlfaCrm/values/formats';

const MOSCOW = 'Europe/Moscow';
const ALMATY = 'Asia/Almaty';

describe('formatDay', () => {
	it.each([
		['dotted', '04.02.2026'],
		['isoDotted', '2026.02.04'],
	] as const)('writes the format that the field needs, %s: %s', (format, day) => {
		expect(formatDay('2026-02-04', format, MOSCOW)).toBe(day);
		expect(formatDay('04.02.2026', format, MOSCOW)).toBe(day);
	});

	describe('reads a day as it stands, whatever the zone', () => {
		const spellings = [
			...[' 2026-02-04 ', '4.2.2026', '2026.02.04', '2026-02-04T00:00:00', '2026-02-04T23:59:59.999'],
			...['2026-02-04 10:30', '04.02.2026 00:00', '04.02.2026 23:59:59'],
		];
		const zones = ['UTC', MOSCOW, ALMATY, 'America/Los_Angeles', 'Pacific/Kiritimati'];
		it.each(spellings)('%j', (spelling) => {
			const days = zones.map((zone) => formatDay(spelling, 'iso', zone));
			expect(days).toEqual(zones.map(() => '2026-02-04'));
		});
	});

	describe('sees a moment in the zone of the workflow', () => {
		it.each([
			['2026-02-04T20:59:59Z', MOSCOW, '2026-02-04'],
			['2026-02-04T21:00:00Z', MOSCOW, '2026-02-05'],
			['2026-02-05T01:30:00+05:00', MOSCOW, '2026-02-04'],
			['2026-02-05 01:30:00+05:00', MOSCOW, '2026-02-04'],
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
			['05.09.1958', 'a day long ago', '1958-09-05'],
		])('%s, %s', (spelling, _what, day) => {
			expect(formatDay(spelling, 'iso', MOSCOW)).toBe(day);
		});

		it('and the clock: an hour or a midnight that a zone leaves out, summer and winter', () => {
			expect(formatDay('2026-03-29T02:30:00', 'iso', 'Europe/Berlin')).toBe('2026-03-29');
			expect(formatDay('04.11.2018', 'iso', 'America/Sao_Paulo')).toBe('2018-11-04');
			expect(formatDay('2026-07-01T22:30:00Z', 'iso', 'Europe/Berlin')).toBe('2026-07-02');
			expect(formatDay('2026-01-01T22:30:00Z', 'iso', 'Europe/Berlin')).toBe('2026-01-01');
			expect(formatDay('2011-12-30', 'iso', 'Pacific/Apia')).toBe('2011-12-30');
		});
	});

	describe('takes midnight for the day that was written', () => {
		const zones = ['UTC', MOSCOW, 'America/New_York', 'Asia/Vladivostok'];
		const midnights: Array<[string, unknown]> = [
			['in UTC', '2015-09-04T00:00:00.000Z'],
			['with an offset', '2015-09-04T00:00:00+10:00'],
			['in a Date', new Date('2015-09-04T00:00:00.000Z')],
			['in a DateTime of New York', DateTime.fromISO('2015-09-04', { zone: 'America/New_York' })],
		];
		it.each(midnights)('%s: %s', (_what, value) => {
			const days = zones.map((zone) => formatDay(value, 'iso', zone));
			expect(days).toEqual(zones.map(() => '2015-09-04'));
		});

		it.each([['2015-09-04T00:00:00.001Z', '2015-09-03']])('but not %s', (moment, day) => {
			expect(formatDay(moment, 'iso', 'America/New_York')).toBe(day);
		});
	});

	it.each([
		// What does not exist: days, hours, minutes, seconds, a leap day of another year or of such a century, a month.
		...['31.02.2026', '30.02.2026', '2026-02-04T24:00:00', '04.02.2026 24:00', '2026-02-04T10:60'],
		...['2026-02-04T10:30:60', '2026-02-30T00:00:00.000Z', '29.02.2026', '2026-02-29', '1900-02-29'],
		// Other orders and signs, half a day, and words.
		...['12.31.2026', '04/02/2026', '04.02.26', '04.02', '2026-02', '20260204', '', '  ', 'tomorrow'],
		// No text at all.
		...[20260204, 1_770_000_000_000, undefined, null, true, {}, ['2026-02-04'], { toISO: '2026-02-04' }],
		// A year of six digits, and what holds no day.
		...[new Date(8.64e15), new Date('tomorrow'), DateTime.invalid('for this test'), { toISO: () => null }],
	])('does not read %j as a date', (value) => {
		expect(formatDay(value, 'dotted', MOSCOW)).toBeUndefined();
	});
});

describe('formatTime', () => {
	it.each([
		['17:00', '17:00'],
		[' 7:05 ', '07:05'],
		['2026-02-10 17:00:00', '17:00'],
		['2026-02-10T14:00:00Z', '17:00'],
		[new Date('2026-02-10T21:30:00Z'), '00:30'],
		[DateTime.fromISO('2026-02-10T09:00:00', { zone: 'America/New_York' }), '17:00'],
	])('reads %s as %s in Moscow', (value, time) => {
		expect(formatTime(value, MOSCOW)).toBe(time);
	});

	it.each([
		...['24:00', '17:60', '17', '17.00', '1700', '5 pm', '-1:00', '2026-02-10', '2026-02-30 17:00', ''],
		...[null, 17, 0.5, {}],
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

describe('readNumber', () => {
	it.each([
		[0, 0],
		[' -7 ', -7],
	])('reads %j as %d', (value, number) => {
		expect(readNumber(value)).toBe(number);
	});

	it.each([
		...['1,5', '1 000', '1e3', '0x10', '5 kg', '5.', '', ' ', 'five', 'NaN', NaN, Infinity, true, null],
		...[undefined, [5], {}],
		// More digits than a number can hold.
		'9'.repeat(400),
	])('does not read %j', (value) => {
		expect(readNumber(value)).toBeUndefined();
	});
});

describe('an amount', () => {
	it.each([
		['3872,70', 3872.7],
		['1\u00a0290,9', 1290.9],
		['1\u202f234\u2009567,89', 1_234_567.89],
		['1 290.90', 1290.9],
		['-500,5', -500.5],
		['3 872,70 ₽', 3872.7],
		['3 872.70 ₽', 3872.7],
		['3872.7000000000003', 3872.7000000000003],
		[-3.5, -3.5],
	])('%j is %d', (value, amount) => {
		expect(readAmount(value)).toBe(amount);
	});

	it.each([
		// Thousands or decimals, both signs, two amounts, groups that are no thousands, lines.
		...[
			'1,234',
			'3.872,70',
			'1,290',
			'5.000 ₽',
			'12.900',
			'12.905',
			'12.905 руб.',
			'1,290.90',
			'1.290,90',
			'501 502,5 7',
		],
		// Half a number, another currency, an exponent, and none at all.
		...['5,', '5 $', '1e3', 'р.', '', true, null, NaN],
	])('is not guessed from %j', (value) => {
		expect(readAmount(value)).toBeUndefined();
	});
});

describe('readInteger', () => {
	it.each([
		[0, 0],
		['5.0', 5],
		[9_007_199_254_740_991, 9_007_199_254_740_991],
	])('reads %j as %d', (value, number) => {
		expect(readInteger(value)).toBe(number);
	});

	it.each(['1.5', '9007199254740993', 2 ** 53, '', true, {}])('does not read %j', (value) => {
		expect(readInteger(value)).toBeUndefined();
	});
});

describe('readId', () => {
	it('reads a number from 1 on', () => {
		expect([1, ' 501 '].map(readId)).toEqual([1, 501]);
	});

	it.each([0, '-1', '1.5', '', '#5', '1,2', '501 502', null, true, [5], { id: 5 }])(
		'does not read %j',
		(value) => {
			expect(readId(value)).toBeUndefined();
		},
	);
});

describe('readFlag', () => {
	it('reads yes and no as programs and forms write them', () => {
		expect([true, 1, '1', ' TRUE '].map(readFlag)).toEqual([1, 1, 1, 1]);
		expect([false, 0, '0', 'False'].map(readFlag)).toEqual([0, 0, 0, 0]);
	});

	it.each([2, -1, '2', 'yes', 'no', '', ' ', null, undefined, NaN, [], [1], {}])(
		'does not read %j',
		(value) => {
			expect(readFlag(value)).toBeUndefined();
		},
	);
});

test('idsOf leaves out rows whose ID cannot be read', () => {
	expect(idsOf([{ id: 3 }, { id: '12' }, { id: 'x' }, {}, { id: 0 }])).toEqual([3, 12]);
});

test('parseJson gives what a text holds, and nothing where it is no JSON', () => {
	expect(parseJson(' {"a": [1]} ')).toEqual({ a: [1] });
	expect(parseJson('null')).toBeNull();
	expect(['', 'a', '{"a"', '[1,]'].map(parseJson)).toEqual([undefined, undefined, undefined, undefined]);
});

test('daysAfter counts over months, leap days and summer time, and has no day after none', () => {
	expect(daysAfter('2028-02-28', 1)).toBe('2028-02-29');
	expect(daysAfter('2027-02-28', 1)).toBe('2027-03-01');
	expect(daysAfter('2026-01-01', -1)).toBe('2025-12-31');
	expect(daysAfter('2026-03-28', 2)).toBe('2026-03-30');
	expect(['', '2026-13-01'].map((day) => daysAfter(day, 1))).toEqual(['', '']);
});

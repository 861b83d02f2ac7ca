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

/** Values that name no day, by the reason. */
const VALUES_WITHOUT_DAY: Array<{ reason: string; values: unknown[] }> = [
	{
		reason: 'that does not exist',
		values: ['31.02.2026', '30.02.2026', '2026-02-30T00:00:00.000Z', '12.31.2026'],
	},
	{ reason: 'of a year without a leap day', values: ['29.02.2026', '2026-02-29', '1900-02-29'] },
	{
		reason: 'with a time that does not exist',
		values: ['2026-02-04T24:00:00', '04.02.2026 24:00', '2026-02-04T10:60', '2026-02-04T10:30:60'],
	},
	{ reason: 'with other signs', values: ['04/02/2026', '20260204'] },
	{ reason: 'without all of its parts', values: ['04.02.26', '04.02', '2026-02'] },
	{ reason: 'in words or without any', values: ['', '  ', 'tomorrow'] },
	{
		reason: 'of another type',
		values: [20260204, 1_770_000_000_000, undefined, null, true, {}, ['2026-02-04']],
	},
	{
		reason: 'in an object that gives no day',
		values: [
			{ toISO: '2026-02-04' },
			{ toISO: () => null },
			new Date('tomorrow'),
			DateTime.invalid('for this test'),
		],
	},
	{ reason: 'of a year with six digits', values: [new Date(8.64e15)] },
];

describe('formatDay', () => {
	it.each([
		{ format: 'dotted', written: '04.02.2026' },
		{ format: 'isoDotted', written: '2026.02.04' },
		{ format: 'iso', written: '2026-02-04' },
	] as const)('formatDay writes a day as $written in the format $format', ({ format, written }) => {
		expect(formatDay('2026-02-04', format, MOSCOW)).toBe(written);
	});

	describe.each([
		{ zone: 'UTC' },
		{ zone: MOSCOW },
		{ zone: 'Asia/Almaty' },
		{ zone: 'America/Los_Angeles' },
		{ zone: 'Pacific/Kiritimati' },
	])('in $zone', ({ zone }) => {
		it.each([
			{ text: ' 2026-02-04 ' },
			{ text: '4.2.2026' },
			{ text: '2026.02.04' },
			{ text: '2026-02-04T00:00:00' },
			{ text: '2026-02-04T23:59:59.999' },
			{ text: '2026-02-04 10:30' },
			{ text: '04.02.2026 00:00' },
			{ text: '04.02.2026 23:59:59' },
		])('formatDay reads "$text" as the day that it names', ({ text }) => {
			expect(formatDay(text, 'iso', zone)).toBe('2026-02-04');
		});
	});

	it.each([
		{ moment: '2026-02-04T20:59:59Z', day: '2026-02-04' },
		{ moment: '2026-02-04T21:00:00Z', day: '2026-02-05' },
		{ moment: '2026-02-05T01:30:00+05:00', day: '2026-02-04' },
		{ moment: '2026-02-05 01:30:00+05:00', day: '2026-02-04' },
	])('formatDay reads the moment $moment as the day $day in Moscow', ({ moment, day }) => {
		expect(formatDay(moment, 'iso', MOSCOW)).toBe(day);
	});

	describe.each<{ type: string; moment: unknown }>([
		{ type: 'Date', moment: new Date('2026-02-04T21:30:00.000Z') },
		{
			type: 'DateTime in UTC',
			moment: DateTime.fromISO('2026-02-04T21:30:00.000Z', { zone: 'UTC' }),
		},
		{
			type: 'DateTime in Los Angeles',
			moment: DateTime.fromISO('2026-02-04T21:30:00.000Z', { zone: 'America/Los_Angeles' }),
		},
		{
			type: 'DateTime of another copy of Luxon',
			moment: { toISO: () => '2026-02-05T02:30:00.000+05:00' },
		},
	])('of a $type', ({ moment }) => {
		it.each([
			{ zone: MOSCOW, day: '2026-02-05' },
			{ zone: 'UTC', day: '2026-02-04' },
		])('formatDay reads the day that it is in $zone', ({ zone, day }) => {
			expect(formatDay(moment, 'iso', zone)).toBe(day);
		});
	});

	it.each([
		{ text: '29.02.2028', description: 'a leap day', day: '2028-02-29' },
		{ text: '05.09.1958', description: 'a day long ago', day: '1958-09-05' },
	])('formatDay reads $description: $text', ({ text, day }) => {
		expect(formatDay(text, 'iso', MOSCOW)).toBe(day);
	});

	it.each([
		{
			text: '2026-03-29T02:30:00',
			zone: 'Europe/Berlin',
			description: 'an hour that summer time leaves out',
			day: '2026-03-29',
		},
		{
			text: '04.11.2018',
			zone: 'America/Sao_Paulo',
			description: 'a day without a midnight',
			day: '2018-11-04',
		},
		{
			text: '2011-12-30',
			zone: 'Pacific/Apia',
			description: 'a day that the zone left out',
			day: '2011-12-30',
		},
		{
			text: '2026-07-01T22:30:00Z',
			zone: 'Europe/Berlin',
			description: 'an evening in summer time',
			day: '2026-07-02',
		},
		{
			text: '2026-01-01T22:30:00Z',
			zone: 'Europe/Berlin',
			description: 'an evening in winter time',
			day: '2026-01-01',
		},
	])('formatDay reads $description: $text in $zone', ({ text, zone, day }) => {
		expect(formatDay(text, 'iso', zone)).toBe(day);
	});

	// Other programs write a day without a time as midnight, in a zone of their own.
	describe.each<{ form: string; midnight: unknown }>([
		{ form: 'in UTC', midnight: '2015-09-04T00:00:00.000Z' },
		{ form: 'with an offset', midnight: '2015-09-04T00:00:00+10:00' },
		{ form: 'in a Date', midnight: new Date('2015-09-04T00:00:00.000Z') },
		{
			form: 'in a DateTime of New York',
			midnight: DateTime.fromISO('2015-09-04', { zone: 'America/New_York' }),
		},
	])('of a midnight $form', ({ midnight }) => {
		it.each([{ zone: 'UTC' }, { zone: MOSCOW }, { zone: 'America/New_York' }, { zone: 'Asia/Vladivostok' }])(
			'formatDay reads a midnight of any zone as the day that is written, also in $zone',
			({ zone }) => {
				expect(formatDay(midnight, 'iso', zone)).toBe('2015-09-04');
			},
		);
	});

	it('formatDay reads a moment just after midnight in UTC as the day before in New York', () => {
		expect(formatDay('2015-09-04T00:00:00.001Z', 'iso', 'America/New_York')).toBe('2015-09-03');
	});

	const rows = VALUES_WITHOUT_DAY.flatMap(({ reason, values }) => values.map((value) => ({ reason, value })));
	it.each(rows)('formatDay returns undefined for $value, a day $reason', ({ value }) => {
		expect(formatDay(value, 'dotted', MOSCOW)).toBeUndefined();
	});
});

describe('formatTime', () => {
	it.each<{ value: unknown; time: string }>([
		{ value: '17:00', time: '17:00' },
		{ value: ' 7:05 ', time: '07:05' },
		{ value: '2026-02-10 17:00:00', time: '17:00' },
		{ value: '2026-02-10T14:00:00Z', time: '17:00' },
		{ value: new Date('2026-02-10T21:30:00Z'), time: '00:30' },
		{
			value: DateTime.fromISO('2026-02-10T09:00:00', { zone: 'America/New_York' }),
			time: '17:00',
		},
	])('formatTime reads $value as $time in Moscow', ({ value, time }) => {
		expect(formatTime(value, MOSCOW)).toBe(time);
	});

	it.each([
		{ value: '24:00' },
		{ value: '17:60' },
		{ value: '17' },
		{ value: '17.00' },
		{ value: '1700' },
		{ value: '5 pm' },
		{ value: '-1:00' },
		{ value: '2026-02-10' },
		{ value: '2026-02-30 17:00' },
		{ value: '' },
		{ value: null },
		{ value: 17 },
		{ value: 0.5 },
		{ value: {} },
	])('formatTime returns undefined for $value', ({ value }) => {
		expect(formatTime(value, MOSCOW)).toBeUndefined();
	});
});

describe('today', () => {
	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-04T00:00:00.000Z') });
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('today is the day before in New York when it is midnight in UTC', () => {
		expect(today('iso', 'America/New_York')).toBe('2026-02-03');
	});

	it('today is written in the given format', () => {
		expect(today('dotted', MOSCOW)).toBe('04.02.2026');
	});
});

describe('readNumber', () => {
	it.each([
		{ value: 0, number: 0 },
		{ value: ' -7 ', number: -7 },
	])('readNumber reads $value as $number', ({ value, number }) => {
		expect(readNumber(value)).toBe(number);
	});

	it.each([
		{ value: '1,5' },
		{ value: '1 000' },
		{ value: '1e3' },
		{ value: '0x10' },
		{ value: '5 kg' },
		{ value: '5.' },
		{ value: '' },
		{ value: ' ' },
		{ value: 'five' },
		{ value: 'NaN' },
		{ value: NaN },
		{ value: Infinity },
		{ value: true },
		{ value: null },
		{ value: undefined },
		{ value: [5] },
		{ value: {} },
	])('readNumber returns undefined for $value', ({ value }) => {
		expect(readNumber(value)).toBeUndefined();
	});

	it('readNumber returns undefined for more digits than a number can hold', () => {
		expect(readNumber('9'.repeat(400))).toBeUndefined();
	});
});

describe('readAmount', () => {
	it.each([
		{ value: '3872,70', amount: 3872.7 },
		{ value: '1\u00a0290,9', amount: 1290.9 },
		{ value: '1\u202f234\u2009567,89', amount: 1_234_567.89 },
		{ value: '1 290.90', amount: 1290.9 },
		{ value: '-500,5', amount: -500.5 },
		{ value: '3 872,70 ₽', amount: 3872.7 },
		{ value: '3 872.70 ₽', amount: 3872.7 },
		{ value: '3872.7000000000003', amount: 3872.7000000000003 },
		{ value: -3.5, amount: -3.5 },
	])('readAmount reads $value as $amount', ({ value, amount }) => {
		expect(readAmount(value)).toBe(amount);
	});

	it.each([
		{ value: '1,234', doubt: 'may be thousands or decimals' },
		{ value: '1,290', doubt: 'may be thousands or decimals' },
		{ value: '5.000 ₽', doubt: 'may be thousands or decimals' },
		{ value: '12.900', doubt: 'may be thousands or decimals' },
		{ value: '12.905', doubt: 'may be thousands or decimals' },
		{ value: '12.905 руб.', doubt: 'may be thousands or decimals' },
		{ value: '3.872,70', doubt: 'has both signs' },
		{ value: '1,290.90', doubt: 'has both signs' },
		{ value: '1.290,90', doubt: 'has both signs' },
		{ value: '501 502,5 7', doubt: 'may be two amounts' },
		{ value: '5,', doubt: 'breaks off' },
		{ value: '5 $', doubt: 'is in another currency' },
		{ value: '1e3', doubt: 'has an exponent' },
		{ value: 'р.', doubt: 'has no digit' },
		{ value: '', doubt: 'is empty' },
		{ value: true, doubt: 'is no number' },
		{ value: null, doubt: 'is no number' },
		{ value: NaN, doubt: 'is no number' },
	])('readAmount returns undefined for $value, which $doubt', ({ value }) => {
		expect(readAmount(value)).toBeUndefined();
	});
});

describe('readInteger', () => {
	it.each([
		{ value: 0, integer: 0 },
		{ value: '5.0', integer: 5 },
		{ value: 9_007_199_254_740_991, integer: 9_007_199_254_740_991 },
	])('readInteger reads $value as $integer', ({ value, integer }) => {
		expect(readInteger(value)).toBe(integer);
	});

	it.each([
		{ value: '1.5' },
		{ value: '9007199254740993' },
		{ value: 9_007_199_254_740_992 },
		{ value: '' },
		{ value: true },
		{ value: {} },
	])('readInteger returns undefined for $value', ({ value }) => {
		expect(readInteger(value)).toBeUndefined();
	});
});

describe('readId', () => {
	it.each([
		{ value: 1, id: 1 },
		{ value: ' 501 ', id: 501 },
	])('readId reads $value as $id', ({ value, id }) => {
		expect(readId(value)).toBe(id);
	});

	it.each([
		{ value: 0 },
		{ value: '-1' },
		{ value: '1.5' },
		{ value: '' },
		{ value: '#5' },
		{ value: '1,2' },
		{ value: '501 502' },
		{ value: null },
		{ value: true },
		{ value: [5] },
		{ value: { id: 5 } },
	])('readId returns undefined for $value', ({ value }) => {
		expect(readId(value)).toBeUndefined();
	});
});

describe('readFlag', () => {
	it.each([{ value: true }, { value: 1 }, { value: '1' }, { value: ' TRUE ' }])(
		'readFlag reads $value as 1',
		({ value }) => {
			expect(readFlag(value)).toBe(1);
		},
	);

	it.each([{ value: false }, { value: 0 }, { value: '0' }, { value: 'False' }])(
		'readFlag reads $value as 0',
		({ value }) => {
			expect(readFlag(value)).toBe(0);
		},
	);

	it.each([
		{ value: 2 },
		{ value: -1 },
		{ value: '2' },
		{ value: 'yes' },
		{ value: 'no' },
		{ value: '' },
		{ value: ' ' },
		{ value: null },
		{ value: undefined },
		{ value: NaN },
		{ value: [] },
		{ value: [1] },
		{ value: {} },
	])('readFlag returns undefined for $value', ({ value }) => {
		expect(readFlag(value)).toBeUndefined();
	});
});

describe('idsOf', () => {
	it('idsOf leaves out rows whose ID cannot be read', () => {
		const rows = [{ id: 3 }, { id: '12' }, { id: 'x' }, {}, { id: 0 }];

		expect(idsOf(rows)).toEqual([3, 12]);
	});
});

describe('parseJson', () => {
	it.each([
		{ text: ' {"a": [1]} ', value: { a: [1] } },
		{ text: 'null', value: null },
	])('parseJson reads $text as $value', ({ text, value }) => {
		expect(parseJson(text)).toEqual(value);
	});

	it.each([{ text: '' }, { text: 'a' }, { text: '{"a"' }, { text: '[1,]' }])(
		'parseJson returns undefined for $text, which is not JSON',
		({ text }) => {
			expect(parseJson(text)).toBeUndefined();
		},
	);
});

describe('daysAfter', () => {
	it.each([
		{ day: '2028-02-28', count: 1, result: '2028-02-29' },
		{ day: '2027-02-28', count: 1, result: '2027-03-01' },
		{ day: '2026-01-01', count: -1, result: '2025-12-31' },
		{ day: '2026-03-28', count: 2, result: '2026-03-30' },
	])('daysAfter returns $result for the day $day and the count $count', ({ day, count, result }) => {
		expect(daysAfter(day, count)).toBe(result);
	});

	it.each([{ day: '' }, { day: '2026-13-01' }])(
		'daysAfter returns an empty text for "$day", which is no day',
		({ day }) => {
			expect(daysAfter(day, 1)).toBe('');
		},
	);
});

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { WantedSlots } from '../../../nodes/AlfaCrm/operations/school/slots';
import { slotsOf } from '../../../nodes/AlfaCrm/operations/school/slots';
import { depth, seed } from '../../support/depth';
import type { Case } from '../../support/timetables';
import { freeByTheMinute, TEACHER, timetables, wallAt } from '../../support/timetables';

const wanted: WantedSlots = {
	...{ teacher: TEACHER, from: '2026-02-09', to: '2026-02-15' },
	...{ duration: 60, step: 60, zone: 'Europe/Moscow' },
};
/** Mondays from 10 to 14. */
const MONDAY = { weekday: 2, time_from: '10:00', time_to: '13:59', teacher_id: TEACHER };
const slots = (
	{ hours = [MONDAY], lessons = [], regular = [] }: Record<string, IDataObject[]>,
	more: Partial<WantedSlots> = {},
) =>
	slotsOf({ workingHours: hours, lessons, regularLessons: regular }, { ...wanted, ...more }).map(
		({ date, start, end }) => `${date.slice(8)} ${start}-${end}`,
	);
const lesson = (more: IDataObject = {}): IDataObject => ({
	...{ id: 1, date: '2026-02-09', time_from: '2026-02-09 11:00:00', time_to: '2026-02-09 12:00:00' },
	...{ status: 1, teacher_ids: [TEACHER], room_id: 3, regular_id: null, ...more },
});
const regular = (more: IDataObject = {}): IDataObject => ({
	...{ id: 55, day: 1, time_from_v: '12:00', time_to_v: '13:00', b_date: '2025-09-01', e_date: '2026-05-31' },
	...{ teacher_ids: [TEACHER], room_id: 3, ...more },
});
const ALL = ['09 10:00-11:00', '09 11:00-12:00', '09 12:00-13:00', '09 13:00-14:00'];
const without = (...hours: string[]) =>
	ALL.filter((slot) => !hours.some((hour) => slot.includes(` ${hour}`)));

it('random timetables leave what is free minute by minute', () => {
	let found = 0;
	const check = ({ rows, asked }: Case) => {
		const { now, zone, ...rest } = asked;
		const notBefore = now === undefined ? undefined : wallAt(now, zone);
		const timetable = {
			workingHours: rows.hours as IDataObject[],
			lessons: rows.lessons as IDataObject[],
			regularLessons: rows.regular as IDataObject[],
		};
		const given = slotsOf(timetable, { ...rest, zone, notBefore });
		expect(given.map(({ date, start, end }) => `${date} ${start}-${end}`)).toEqual(
			freeByTheMinute(rows, asked),
		);
		found += given.length;
	};
	fc.assert(fc.property(timetables, check), { seed, numRuns: depth.timetables });
	expect(found).toBeGreaterThan(depth.timetables);
}, 120_000);

it('an end such as 13:59 means 14:00, and Sunday is the first day of the hours', () => {
	expect(slots({})).toEqual(ALL);
	expect(slots({ hours: [{ ...MONDAY, weekday: 1, time_to: '12:00:00' }] })).toEqual([
		'15 10:00-11:00',
		'15 11:00-12:00',
	]);
});

it('hours that touch are one, and those that cannot be read are none', () => {
	const parts = [
		{ ...MONDAY, time_to: '11:29' },
		{ ...MONDAY, time_from: '11:30', time_to: '13:00' },
		{ ...MONDAY, time_from: '9', time_to: '20:00' },
		{ ...MONDAY, time_from: '15:00', time_to: null },
		{ ...MONDAY, time_from: '16:00', time_to: '14:00' },
	];
	expect(slots({ hours: [parts[0], ...parts.slice(2)] }, { duration: 89 })).toEqual(['09 10:00-11:29']);
	expect(slots({ hours: [{ ...MONDAY, time_to: '11:30' }, ...parts.slice(1)] }, { duration: 180 })).toEqual([
		'09 10:00-13:00',
	]);
});

it('hours until midnight end there', () => {
	for (const time_to of ['00:00', '00:00:00', '24:00', '23:59'])
		expect(slots({ hours: [{ ...MONDAY, time_from: '22:00', time_to }] })).toEqual([
			'09 22:00-23:00',
			'09 23:00-24:00',
		]);
});

it('planned and conducted lessons take time, cancelled ones and those of others do not', () => {
	expect(slots({ lessons: [lesson()] })).toEqual(without('11'));
	expect(slots({ lessons: [lesson({ status: 3 })] })).toEqual(without('11'));
	expect(slots({ lessons: [lesson({ status: '2' })] })).toEqual(ALL);
	expect(slots({ lessons: [lesson({ teacher_ids: [9] })] })).toEqual(ALL);
	expect(slots({ lessons: [lesson({ teacher_ids: [String(TEACHER)] })] })).toEqual(without('11'));
	// A list of the teacher's lessons need not say whose they are.
	expect(slots({ lessons: [lesson({ teacher_ids: null })] })).toEqual(without('11'));
});

it('a lesson without times takes the day, for it may be at any time of it; without an end the rest of it', () => {
	expect(slots({ lessons: [lesson({ time_from: null, time_to: null })] })).toEqual([]);
	for (const time_to of [null, '', '2026-02-08 12:00:00', '2026-02-09 11:00:00'])
		expect(slots({ lessons: [lesson({ time_to })] })).toEqual(['09 10:00-11:00']);
});

describe('over midnight', () => {
	/** The first and the last hour of Monday and Tuesday, where the hours go around the clock. */
	const hours = [2, 3].map((weekday) => ({ ...MONDAY, weekday, time_from: '00:00', time_to: '00:00' }));
	const ends = (given: Record<string, IDataObject[]>, more: Partial<WantedSlots> = {}) =>
		slots({ hours, ...given }, { to: '2026-02-10', ...more }).filter((slot) =>
			/(00:00-01|23:00-24)/.test(slot),
		);
	const [MON_0, MON_23, TUE_0, TUE_23] = [
		'09 00:00-01:00',
		'09 23:00-24:00',
		'10 00:00-01:00',
		'10 23:00-24:00',
	];
	const at = (from: string, to: string) => ({
		...{ date: from.slice(0, 10), time_from: `${from}:00`, time_to: `${to}:00` },
	});
	const nightly = regular({ day: 1, time_from_v: '23:30', time_to_v: '00:30' });

	const one = (from: string, to: string) => ({ lessons: [lesson(at(from, to))] });
	const cancelled = { ...at('2026-02-08 23:30', '2026-02-09 00:30'), regular_id: 55, status: 2 };

	it.each<[string, Record<string, IDataObject[]>, string[]]>([
		['one whose end shows no other day', one('2026-02-09 23:30', '2026-02-09 00:30'), [MON_0, TUE_23]],
		['one until midnight', one('2026-02-09 23:30', '2026-02-10 00:00'), [MON_0, TUE_0, TUE_23]],
		['one of the day before', one('2026-02-08 23:30', '2026-02-09 00:30'), [MON_23, TUE_0, TUE_23]],
		['one that ends on the day after', one('2026-02-10 23:30', '2026-02-11 00:30'), [MON_0, MON_23, TUE_0]],
		['one of three days', one('2026-02-08 20:00', '2026-02-10 12:00'), [TUE_23]],
		['a regular one of the day before', { regular: [{ ...nightly, day: 0 }] }, [MON_23, TUE_0, TUE_23]],
		['a regular one on its last day', { regular: [{ ...nightly, e_date: '2026-02-09' }] }, [MON_0, TUE_23]],
		[
			'no regular lesson whose lesson of the day before is cancelled',
			{ regular: [{ ...nightly, day: 7 }], lessons: [lesson(cancelled)] },
			[MON_0, MON_23, TUE_0, TUE_23],
		],
	])('%s takes time on both days', (_what, given, free) => {
		expect(ends(given)).toEqual(free);
	});
});

it('regular lessons take time where they are not in the calendar yet', () => {
	expect(slots({ regular: [regular()] })).toEqual(without('12'));
	expect(slots({ regular: [regular({ b_date: '2026-02-10' })] })).toEqual(ALL);
	expect(slots({ regular: [regular({ e_date: '08.02.2026' })] })).toEqual(ALL);
	expect(slots({ regular: [regular({ e_date: '09.02.2026' })] })).toEqual(without('12'));
	expect(slots({ regular: [regular({ b_date: undefined, b_date_v: '10.02.2026' })] })).toEqual(ALL);
	expect(slots({ regular: [regular({ day: 2 })] })).toEqual(ALL);
	expect(slots({ regular: [regular({ day: null })] })).toEqual(ALL);
});

it.each([0, 7, '7', '0'])('day %j of a regular lesson is Sunday', (day) => {
	const hours = [{ ...MONDAY, weekday: 1 }];
	expect(slots({ hours, regular: [regular({ day })] })).toEqual(
		without('12').map((slot) => slot.replace('09 ', '15 ')),
	);
});

it('one whose lesson of that day is there counts once, at the time of the lesson, and is free if that is cancelled', () => {
	const at = { time_from: '2026-02-09 10:00:00', time_to: '2026-02-09 11:00:00', regular_id: 55 };
	expect(slots({ regular: [regular()], lessons: [lesson(at)] })).toEqual(without('10'));
	expect(slots({ regular: [regular()], lessons: [lesson({ ...at, status: 2 })] })).toEqual(ALL);
	expect(slots({ regular: [regular()], lessons: [lesson({ ...at, regular_id: '55' })] })).toEqual(
		without('10'),
	);
	// That of another day says nothing.
	const other = { date: '2026-02-16', time_from: '2026-02-16 12:00:00', time_to: '2026-02-16 13:00:00' };
	expect(slots({ regular: [regular()], lessons: [lesson({ ...other, regular_id: 55 })] })).toEqual(
		without('12'),
	);
});

it('hours that name another branch do not count, nor those from the day on which the teacher leaves', () => {
	const hours = [{ ...MONDAY, branch_id: 2 }];
	expect(slots({ hours }, { branch: 1 })).toEqual([]);
	expect(slots({ hours }, { branch: 2 })).toEqual(ALL);
	expect(slots({ hours })).toEqual(ALL);
	expect(slots({}, { until: '2026-02-09' })).toEqual([]);
	expect(slots({}, { until: '2026-02-10' })).toEqual(ALL);
});

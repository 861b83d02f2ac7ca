import fc from 'fast-check';

import { LESSON_STATUS } from './codes';
import { clockOfMinute, clockOfQuarter, dayPlus, toDottedDay } from './days';
import type { Row, SlotRequest, TimetableRows } from './slotsByTheMinute';

/** A random timetable, and a request for its free slots. */
export interface Timetable {
	rows: TimetableRows;
	request: SlotRequest;
}

export const TEACHER = 1001;
export const ROOM = 2001;

const OTHER_TEACHERS = { first: 1, second: 2 } as const;
const OTHER_ROOM = 1;
const SUBJECT = 1;
const LESSON_TYPE = 2;
const FIRST_WORKING_HOURS_ID = 5001;
const FIRST_REGULAR_LESSON_ID = 7001;
const FIRST_LESSON_ID = 9001;
/** The ID of a regular lesson that AlfaCRM does not list. At most eight are listed. */
const UNLISTED_REGULAR_LESSON_ID = FIRST_REGULAR_LESSON_ID + 8;

const QUARTERS_OF_DAY = 96;
const MINUTES_OF_DAY = 24 * 60;

// ---------------------------------------------------------------- times

/** The beginning and the end of a lesson, such as from "23:00" to "01:00". */
interface LessonTime {
	from: string;
	to: string;
	endsNextDay: boolean;
}

const lessonByDay = fc.record({
	startQuarter: fc.integer({ min: 24, max: 88 }),
	quarters: fc.integer({ min: 1, max: 7 }),
});
const lessonByNight = fc.record({
	startQuarter: fc.integer({ min: 86, max: 95 }),
	quarters: fc.integer({ min: 4, max: 36 }),
});
const lessonTime = fc
	.oneof({ weight: 5, arbitrary: lessonByDay }, { weight: 1, arbitrary: lessonByNight })
	.map(({ startQuarter, quarters }): LessonTime => {
		const endQuarter = startQuarter + quarters;
		return {
			from: clockOfQuarter(startQuarter),
			to: clockOfQuarter(endQuarter % QUARTERS_OF_DAY),
			endsNextDay: endQuarter >= QUARTERS_OF_DAY,
		};
	});

// ---------------------------------------------------------------- rows

const weekdayFromSunday = fc.integer({ min: 1, max: 7 });
const branch = fc.constantFrom(1, 1, 2);
const teachers = fc.constantFrom<number[][]>(
	[TEACHER],
	[TEACHER],
	[OTHER_TEACHERS.first, TEACHER],
	[OTHER_TEACHERS.second],
	[],
);
const room = fc.constantFrom(null, ROOM, ROOM, OTHER_ROOM);

const workingHours = fc
	.record({
		weekday: weekdayFromSunday,
		startQuarter: fc.oneof(
			{ weight: 4, arbitrary: fc.integer({ min: 28, max: 60 }) },
			{ weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }) },
		),
		quarters: fc.integer({ min: 1, max: 36 }),
		teacher_id: fc.constantFrom(TEACHER, TEACHER, TEACHER, OTHER_TEACHERS.second),
		branch_id: fc.constantFrom(1, 1, 1, 2, null),
		endSpelling: fc.constantFrom<EndSpelling[]>('exact', 'lastMinute', 'withSeconds'),
	})
	.map(({ startQuarter, quarters, endSpelling, ...row }): Row => {
		const endQuarter = Math.min(startQuarter + quarters, QUARTERS_OF_DAY);
		return {
			...row,
			time_from: clockOfQuarter(startQuarter),
			time_to: writeEnd(endQuarter, endSpelling),
		};
	});

/** Ways in which AlfaCRM writes an end such as 13:00: as 13:00, 12:59 or 13:00:00. */
type EndSpelling = 'exact' | 'lastMinute' | 'withSeconds';

/** Writes the end of working hours. Only a full hour can be written by its last minute. */
function writeEnd(endQuarter: number, spelling: EndSpelling): string {
	const isFullHour = endQuarter % 4 === 0;
	if (spelling === 'lastMinute' && isFullHour) return clockOfMinute(endQuarter * 15 - 1);

	const end = clockOfQuarter(endQuarter % QUARTERS_OF_DAY);
	return spelling === 'withSeconds' ? `${end}:00` : end;
}

/** Generates regular lessons that begin before a day or shortly after it, and end after it. */
function makeRegularLessons(firstDay: string): fc.Arbitrary<Row> {
	return fc
		.record({
			time: lessonTime,
			// Sunday is 0 or 7.
			day: fc.integer({ min: 0, max: 7 }),
			teacher_ids: teachers,
			room_id: room,
			begins: fc.constantFrom(dayPlus(firstDay, -40), dayPlus(firstDay, 3)),
			ends: fc.constantFrom(dayPlus(firstDay, 2), dayPlus(firstDay, 5), dayPlus(firstDay, 400)),
			writesDots: fc.boolean(),
			branch_id: branch,
		})
		.map(({ time, begins, ends, writesDots, ...row }) => ({
			...row,
			time_from_v: time.from,
			time_to_v: time.to,
			b_date: writesDots ? toDottedDay(begins) : begins,
			e_date: writesDots ? toDottedDay(ends) : ends,
		}));
}

/**
 * Generates lessons of some days. `regularIndex` names a regular lesson by its index, see `chooseRegularId`.
 */
function makeLessons(days: { from: string; count: number }) {
	return fc
		.record({
			time: lessonTime,
			day: fc.nat(days.count - 1),
			status: fc.constantFrom(
				LESSON_STATUS.planned,
				LESSON_STATUS.planned,
				LESSON_STATUS.cancelled,
				LESSON_STATUS.held,
			),
			teacher_ids: teachers,
			room_id: room,
			regularIndex: fc.option(fc.nat(UNLISTED_REGULAR_LESSON_ID - FIRST_REGULAR_LESSON_ID)),
			branch_id: branch,
		})
		.map(({ time, day, ...row }) => {
			const date = dayPlus(days.from, day);
			const lastDate = time.endsNextDay ? dayPlus(date, 1) : date;
			return { ...row, date, time_from: `${date} ${time.from}:00`, time_to: `${lastDate} ${time.to}:00` };
		});
}

/**
 * Chooses the regular lesson to which a lesson belongs. Without an index it belongs to none. The highest
 * index stands for the regular lesson that AlfaCRM does not list, and so does each index if none is listed.
 */
function chooseRegularId(index: number | null, listedCount: number): number | null {
	if (index === null) return null;

	const id = FIRST_REGULAR_LESSON_ID + index;
	const isUnlisted = id === UNLISTED_REGULAR_LESSON_ID || listedCount === 0;
	return isUnlisted ? UNLISTED_REGULAR_LESSON_ID : FIRST_REGULAR_LESSON_ID + (index % listedCount);
}

// ---------------------------------------------------------------- timetables

/**
 * Generates the first day of a timetable: days around which clocks change somewhere, a turn of the year and a
 * leap day.
 */
const firstDay = fc.constantFrom('2026-03-05', '2026-03-26', '2026-10-22', '2026-12-28', '2028-02-26');
const zone = fc.constantFrom(
	'Europe/Moscow',
	'America/New_York',
	'Asia/Vladivostok',
	'Europe/Berlin',
	'Pacific/Apia',
);

/** Generates timetables of one to ten days. */
export const timetables: fc.Arbitrary<Timetable> = fc
	.record({ firstDay, dayCount: fc.integer({ min: 1, max: 10 }) })
	.chain(makeTimetables);

/** Generates timetables of some days, with requests for the free slots of these days. */
function makeTimetables({
	firstDay,
	dayCount,
}: {
	firstDay: string;
	dayCount: number;
}): fc.Arbitrary<Timetable> {
	const dayBefore = dayPlus(firstDay, -1);
	const lessons = makeLessons({ from: dayBefore, count: dayCount + 2 });
	const randomParts = fc.record({
		workingHours: fc.array(workingHours, { minLength: 1, maxLength: 9 }),
		regularLessons: fc.array(makeRegularLessons(firstDay), { maxLength: 8 }),
		lessons: fc.array(lessons, { maxLength: 14 }),
		room: fc.constantFrom(undefined, undefined, ROOM),
		branch: fc.constantFrom(undefined, 1, 1),
		duration: fc.constantFrom(15, 30, 45, 60, 60, 90, 100),
		step: fc.constantFrom(10, 15, 30, 30, 60, 45),
		now: fc.option(makeMoments(firstDay, dayCount), { nil: undefined }),
		zone,
	});

	return randomParts.map(({ workingHours, regularLessons, lessons, ...request }) => ({
		rows: {
			workingHours: numberRows(workingHours, FIRST_WORKING_HOURS_ID),
			regularLessons: numberRows(regularLessons, FIRST_REGULAR_LESSON_ID),
			lessons: numberRows(lessons, FIRST_LESSON_ID).map(({ regularIndex, ...row }) => ({
				regular_id: chooseRegularId(regularIndex, regularLessons.length),
				subject_id: SUBJECT,
				lesson_type_id: LESSON_TYPE,
				...row,
			})),
		},
		request: { ...request, teacher: TEACHER, firstDay, lastDay: dayPlus(firstDay, dayCount - 1) },
	}));
}

/** Gives rows their IDs: the first ID, the next one, and so on. */
function numberRows<R extends object>(rows: readonly R[], firstId: number): Array<R & { id: number }> {
	return rows.map((row, index) => ({ id: firstId + index, ...row }));
}

/** Generates moments from half a day before a day until the end of the last day. */
function makeMoments(firstDay: string, dayCount: number): fc.Arbitrary<number> {
	const midnight = Date.parse(`${firstDay}T00:00:00Z`);
	const minutes = fc.integer({ min: -12 * 60, max: dayCount * MINUTES_OF_DAY });
	return minutes.map((minute) => midnight + minute * 60_000);
}

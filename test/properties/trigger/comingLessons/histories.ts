import fc from 'fast-check';
import { DateTime } from 'luxon';

import { mostly } from '../mostly';
import type { Lesson, Timetable, Version } from './timetable';
import { CUSTOMERS, ZONES } from './timetable';

/**
 * Ten days of a school whose lessons are entered, moved and cancelled, while a trigger polls now and then.
 */
export interface History extends Timetable {
	polls: Poll[];
}

export interface Poll {
	at: number;
	/** The number of hours before its beginning from which a lesson is near. */
	hours: number;
	watchedBranches: number[];
	failingBranches: number[];
	/** The largest number of reminders that n8n takes. */
	takenReminders: number;
	/** True if n8n crashes before it stores the results of the poll. */
	crashes: boolean;
}

export const BOTH_BRANCHES = [1, 2];
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Three days before New York sets its clocks forward. */
export const BEGINNING = Date.UTC(2027, 2, 11, 7);

/** More reminders than a poll can find. */
const ALL_REMINDERS = 99;

/** Returns the midnight before the beginning, by the clock of a school. */
export function findFirstMidnight(zone: string): DateTime {
	return DateTime.fromMillis(BEGINNING, { zone }).startOf('day');
}

// ---------------------------------------------------------------- the generator

/** A time of a school: a day, counted from the beginning, and a quarter of an hour of that day. */
interface SchoolTime {
	day: number;
	quarter: number;
}

interface DrawnLesson {
	branch: number;
	isRegular: boolean;
	customers: number[];
	day: number;
	quarter: number;
	/** The hour in which it is entered into AlfaCRM, counted from the beginning as all of them. */
	enteredAt: number;
	/** The hour in which AlfaCRM puts a regular lesson into the calendar. */
	inCalendarAt: number;
	changes: DrawnChange[];
}

interface DrawnChange {
	/** The hour of the change, from the beginning. */
	at: number;
	/** The new time of the lesson. Null if it is cancelled. */
	moveTo: { daysLater: number; quarter: number } | null;
	/** The number of hours after which the change is taken back; null if never. */
	takenBackAfter: number | null;
}

const hourOfHistory = fc.integer({ min: 0, max: 240 });
/** Generates times from 8:00 to 20:00. */
const quarter = fc.integer({ min: 32, max: 80 });
const oneBranch = fc.constantFrom<number[]>([1], [2]);

const drawnLesson: fc.Arbitrary<DrawnLesson> = fc.record({
	branch: fc.constantFrom(...BOTH_BRANCHES),
	isRegular: fc.boolean(),
	customers: fc.uniqueArray(fc.integer({ min: CUSTOMERS[0], max: CUSTOMERS[4] }), {
		minLength: 1,
		maxLength: 3,
	}),
	day: fc.constantFrom<number>(1, 2, 3, 4, 5, 6, 7, 8),
	quarter,
	enteredAt: fc.constantFrom(-1, -1, -1, 20, 60),
	inCalendarAt: hourOfHistory,
	changes: fc.array(
		fc.record({
			at: hourOfHistory,
			moveTo: fc.oneof(
				{ weight: 1, arbitrary: fc.constant(null) },
				{ weight: 3, arbitrary: fc.record({ daysLater: fc.nat(5), quarter }) },
			),
			takenBackAfter: fc.constantFrom(null, null, 3, 8),
		}),
		{ maxLength: 3 },
	),
});

const drawnPoll = fc.record({
	minutesAfterLastPoll: fc.constantFrom(5, 35, 90, 180, 300, 420, 600, 900, 2_000),
	/** Null if the user leaves the hours as they are. */
	newHours: mostly<number | null>(15, null, fc.constantFrom(1, 24, 48)),
	watchedBranches: mostly(8, BOTH_BRANCHES, oneBranch),
	failingBranches: mostly(6, [], oneBranch),
	takenReminders: mostly(4, ALL_REMINDERS, fc.nat(2)),
	crashes: mostly(6, false, fc.constant(true)),
});

export const histories: fc.Arbitrary<History> = fc
	.record({
		zone: fc.constantFrom(...ZONES),
		lessons: fc.array(drawnLesson, { minLength: 4, maxLength: 8 }),
		hours: fc.constantFrom<number>(2, 24, 24, 24, 72),
		polls: fc.array(drawnPoll, { minLength: 20, maxLength: 40 }),
	})
	.map(({ zone, lessons, hours, polls }) => ({
		zone,
		lessons: lessons.map((lesson) => makeLesson(lesson, zone)),
		polls: makePolls(polls, hours),
	}));

/** Makes a lesson with all its versions from the hours and days that were drawn. */
function makeLesson(drawn: DrawnLesson, zone: string): Lesson {
	const { branch, isRegular, customers } = drawn;
	const drawnVersions = drawVersions(drawn);
	const versions = drawnVersions.map(
		({ hour, time, isOnlyRegular }): Version => ({
			since: BEGINNING + hour * HOUR,
			beginsAt: time === null ? null : findMoment(time, zone),
			isOnlyRegular,
		}),
	);
	return { branch, isRegular, customers, versions };
}

interface DrawnVersion {
	hour: number;
	time: SchoolTime | null;
	isOnlyRegular: boolean;
}

/**
 * Lists the versions of a lesson: as it is entered, as it gets into the calendar, and as each change leaves
 * it.
 */
function drawVersions({ day, quarter, isRegular, enteredAt, ...drawn }: DrawnLesson): DrawnVersion[] {
	const firstTime = { day, quarter };
	const inCalendarAt = isRegular ? Math.max(drawn.inCalendarAt, enteredAt + 1) : enteredAt;
	const versions: DrawnVersion[] = [{ hour: inCalendarAt, time: firstTime, isOnlyRegular: false }];
	if (isRegular) {
		versions.unshift({ hour: enteredAt, time: firstTime, isOnlyRegular: true });
	}

	// The later of two changes in one hour counts, so the changes come in the order of time.
	const changes = [...drawn.changes].sort((a, b) => a.at - b.at);
	for (const { at, moveTo, takenBackAfter } of changes) {
		const hour = Math.max(at, inCalendarAt + 1);
		const time = moveTo === null ? null : { day: day + moveTo.daysLater, quarter: moveTo.quarter };
		versions.push({ hour, time, isOnlyRegular: false });
		if (takenBackAfter !== null) {
			versions.push({ hour: hour + takenBackAfter, time: firstTime, isOnlyRegular: false });
		}
	}
	return versions.sort((a, b) => a.hour - b.hour);
}

/** Finds the moment of a time by the clock of a school. */
function findMoment({ day, quarter }: SchoolTime, zone: string): number {
	const midnight = findFirstMidnight(zone).plus({ days: day });
	return midnight.plus({ minutes: quarter * 15 }).toMillis();
}

type DrawnPoll = typeof drawnPoll extends fc.Arbitrary<infer T> ? T : never;

/** Makes polls one after the other from the minutes between them. */
function makePolls(drawnPolls: readonly DrawnPoll[], firstHours: number): Poll[] {
	let at = BEGINNING;
	let hours = firstHours;
	return drawnPolls.map(({ minutesAfterLastPoll, newHours, ...poll }) => {
		at += minutesAfterLastPoll * MINUTE;
		hours = newHours ?? hours;
		return { at, hours, ...poll };
	});
}

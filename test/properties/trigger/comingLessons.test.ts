import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import { playBusySchool } from './comingLessons/busyPolling';
import {
	describeReminders,
	findOvertakenMembers,
	findPollsOutOfOrder,
	listDueReminders,
	listDueRemindersOfLaterMembers,
} from './comingLessons/busyRule';
import type { BusySchool } from './comingLessons/busySchools';
import { busySchools } from './comingLessons/busySchools';
import type { History, Poll } from './comingLessons/histories';
import { BEGINNING, histories, HOUR, MINUTE } from './comingLessons/histories';
import { playHistory } from './comingLessons/polling';
import { expectedReminders } from './comingLessons/rule';
import type { Lesson, Version } from './comingLessons/timetable';

afterEach(() => jest.restoreAllMocks());

it('reminds each customer once of each time of a lesson, although n8n crashes and branches fail', async () => {
	let reminderCount = 0;
	const property = fc.asyncProperty(histories, async (history) => {
		const expected = expectedReminders(history);

		const { reminders, mostCharactersStored } = await playHistory(history);

		expect(reminders).toEqual(expected);
		expect(mostCharactersStored).toBeLessThan(2_000);
		reminderCount += reminders.flat().length;
	});

	await fc.assert(property, { numRuns: depth.comingLessons, seed });

	// Otherwise the rule would hold because hardly any lesson became near.
	expect(reminderCount).toBeGreaterThan(depth.comingLessons);
}, 300_000);

it('reminds of the soonest lessons first when a poll has no time for all, and of the others in later polls', async () => {
	let dueCount = 0;
	let pollsWithReminders = 0;
	const property = fc.asyncProperty(busySchools, async (school) => {
		const polls = await playBusySchool(school);

		const reminders = describeReminders(polls);
		const dueReminders = listDueReminders(school, polls);
		expect(reminders).toEqual([...new Set(reminders)]);
		expect(findPollsOutOfOrder(polls)).toEqual([]);
		expect(findOvertakenMembers(school, polls)).toEqual([]);
		expect(reminders).toEqual(expect.arrayContaining(dueReminders));
		expect(reminders).toEqual(expect.arrayContaining(listDueRemindersOfLaterMembers(school, polls)));
		dueCount += dueReminders.length;
		pollsWithReminders += polls.filter((poll) => poll.reminders.length > 0).length;
	});

	// Shrinking a school of this size takes many minutes. The seed plays a failed one again.
	await fc.assert(property, { numRuns: depth.busySchools, seed, endOnFailure: true });

	// Otherwise the schools would not be busy.
	expect(dueCount).toBeGreaterThan(depth.busySchools * 10);
	expect(pollsWithReminders).toBeGreaterThan(depth.busySchools * 3);
}, 600_000);

it('reminds again of a lesson that is moved and then moved back', async () => {
	const lesson = lessonWithTimes({ 0: AT_17, 9: AT_18, 11: AT_17 });

	const { reminders } = await playHistory({
		...SCHOOL,
		lessons: [lesson],
		polls: [pollAfter(0), pollAfter(8), pollAfter(10), pollAfter(12)],
	});

	expect(reminders).toEqual([
		[],
		['501 0 2027-03-12 17:00:00'],
		['501 0 2027-03-12 18:00:00'],
		['501 0 2027-03-12 17:00:00'],
	]);
});

it('reminds of a lesson that was near at the start once it is moved, and again once it is moved back', async () => {
	const lesson = lessonWithTimes({ 0: AT_17, 9: AT_18, 11: AT_17 });

	const { reminders } = await playHistory({
		...SCHOOL,
		lessons: [lesson],
		polls: [pollAfter(8), pollAfter(10), pollAfter(12)],
	});

	expect(reminders).toEqual([[], ['501 0 2027-03-12 18:00:00'], ['501 0 2027-03-12 17:00:00']]);
});

it('finds reminders that n8n has not taken in the very next poll, although no scan is due', async () => {
	const lesson = { ...lessonWithTimes({ 0: AT_17 }), customers: [501, 502] };
	const history: History = {
		...SCHOOL,
		lessons: [lesson],
		polls: [pollAfter(0), { ...pollAfter(8), takenReminders: 1 }, pollAfter(8.1)],
	};

	const { reminders } = await playHistory(history, { scanIntervalMs: HOUR });

	expect(reminders).toEqual([[], ['501 0 2027-03-12 17:00:00'], ['502 0 2027-03-12 17:00:00']]);
});

it('reminds of a lesson that becomes near while the trigger still reads the lessons that were near at its start', async () => {
	const lessonsNearAtStart = Array.from({ length: 60 }, () => regularLesson(BEGINNING + 23 * HOUR));
	const laterLesson = regularLesson(BEGINNING + 24 * HOUR + 4 * MINUTE);
	const school: BusySchool = {
		...SCHOOL,
		lessons: [...lessonsNearAtStart, laterLesson],
		timeLimit: 9_000,
		minutesBetweenPolls: 5,
		takenReminders: 99,
		pollsWithCrash: [],
		pollsWithFailure: [],
		branch2ChosenAt: 0,
	};

	const polls = await playBusySchool(school, { pollCount: 12 });

	expect(describeReminders(polls)).toEqual(['501 60']);
});

// ---------------------------------------------------------------- histories by hand

/** The trigger starts at 10:00 by the clock of this school. */
const SCHOOL = { zone: 'Europe/Moscow' };

/** 12 March, 17:00 and 18:00 by the clock of the school. */
const AT_17 = BEGINNING + 31 * HOUR;
const AT_18 = BEGINNING + 32 * HOUR;

/** A lesson of customer 501, whose time changes some hours after the beginning. */
function lessonWithTimes(timesByHour: Readonly<Record<number, number>>): Lesson {
	const versions = Object.entries(timesByHour).map(
		([hour, beginsAt]): Version => ({
			since: BEGINNING + Number(hour) * HOUR,
			beginsAt,
			isOnlyRegular: false,
		}),
	);
	return { branch: 1, customers: [501], isRegular: false, versions };
}

/** A lesson of customer 501 that is not in the calendar yet. */
function regularLesson(beginsAt: number): Lesson {
	return {
		branch: 1,
		customers: [501],
		isRegular: true,
		versions: [{ since: BEGINNING, beginsAt, isOnlyRegular: true }],
	};
}

/** A poll some hours after the beginning, to which lessons are near for 24 hours. */
function pollAfter(hours: number): Poll {
	return {
		at: BEGINNING + hours * HOUR,
		hours: 24,
		watchedBranches: [1],
		failingBranches: [],
		takenReminders: 99,
		crashes: false,
	};
}

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

it('the trigger reminds each customer once of each time of a lesson, although n8n crashes and branches fail', async () => {
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

it('the trigger reminds of the soonest lessons first when a poll has no time for all lessons, and of the others in later polls', async () => {
	let dueCount = 0;
	let pollsWithReminders = 0;
	const property = fc.asyncProperty(busySchools, async (school) => {
		const polls = await playBusySchool(school);

		const reminders = describeReminders(polls);
		const dueReminders = listDueReminders(school, polls);
		const distinctReminders = [...new Set(reminders)];
		expect(reminders).toEqual(distinctReminders);
		expect(findPollsOutOfOrder(polls)).toEqual([]);
		expect(findOvertakenMembers(school, polls)).toEqual([]);
		expect(reminders).toEqual(expect.arrayContaining(dueReminders));
		expect(reminders).toEqual(expect.arrayContaining(listDueRemindersOfLaterMembers(school, polls)));
		dueCount += dueReminders.length;
		pollsWithReminders += polls.filter((poll) => poll.reminders.length > 0).length;
	});

	// Shrinking a school of this size takes many minutes. The seed plays a failed one again.
	await fc.assert(property, { numRuns: depth.busySchools, seed, endOnFailure: true });

	// Otherwise the schools would not be busy: many reminders are due, and they take several polls.
	expect(dueCount).toBeGreaterThan(depth.busySchools * 10);
	expect(pollsWithReminders).toBeGreaterThan(depth.busySchools * 3);
}, 600_000);

it('the trigger reminds again of a lesson after it is moved, and once more after it is moved back', async () => {
	// The lesson begins at 17:00. After 9 hours it is moved to 18:00, and after 11 hours back to 17:00.
	const lesson = lessonWithTimes({ 0: AT_17, 9: AT_18, 11: AT_17 });

	const { reminders } = await playHistory({
		...SCHOOL,
		lessons: [lesson],
		polls: [pollAfter(0), pollAfter(8), pollAfter(10), pollAfter(12)],
	});

	expect(reminders).toEqual([[], [ANNA_AT_17], [ANNA_AT_18], [ANNA_AT_17]]);
});

it('the trigger reminds of a lesson that was near at its start only after the lesson is moved', async () => {
	// The lesson is near when the trigger starts after 8 hours. It is moved after 9 hours, and back after 11 hours.
	const lesson = lessonWithTimes({ 0: AT_17, 9: AT_18, 11: AT_17 });

	const { reminders } = await playHistory({
		...SCHOOL,
		lessons: [lesson],
		polls: [pollAfter(8), pollAfter(10), pollAfter(12)],
	});

	expect(reminders).toEqual([[], [ANNA_AT_18], [ANNA_AT_17]]);
});

it('the next poll brings the reminder that n8n did not take from the last one, although the next scan of the lessons is not due', async () => {
	const lesson = { ...lessonWithTimes({ 0: AT_17 }), customers: [ANNA, BORIS] };
	const history: History = {
		...SCHOOL,
		lessons: [lesson],
		// Six minutes pass between the second poll and the third.
		polls: [pollAfter(0), { ...pollAfter(8), takenReminders: 1 }, pollAfter(8.1)],
	};

	const { reminders } = await playHistory(history, { scanIntervalMs: HOUR });

	expect(reminders).toEqual([[], [ANNA_AT_17], [BORIS_AT_17]]);
});

it('the trigger reminds of a lesson that becomes near while it still reads the lessons that were near at its start', async () => {
	// These lessons are so many that the trigger needs several polls to read their groups.
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

	// The later lesson comes after 60 others, so its index is 60.
	expect(describeReminders(polls)).toEqual([`${ANNA} 60`]);
});

// ---------------------------------------------------------------- histories by hand

const ANNA = 501;
const BORIS = 502;

/** Reminders of the only lesson of a school, as `describeReminder` writes them: customer, index of the lesson, time. */
const ANNA_AT_17 = '501 0 2027-03-12 17:00:00';
const ANNA_AT_18 = '501 0 2027-03-12 18:00:00';
const BORIS_AT_17 = '502 0 2027-03-12 17:00:00';

/** A school by whose clock the history begins on 11 March at 10:00. */
const SCHOOL = { zone: 'Europe/Moscow' };

/** The next day at 17:00 and at 18:00 by the clock of the school. A lesson is near from 24 hours before. */
const AT_17 = BEGINNING + 31 * HOUR;
const AT_18 = BEGINNING + 32 * HOUR;

/** A lesson of Anna whose time changes. The keys are the hours of the changes, from the beginning of the history. */
function lessonWithTimes(timesByHour: Readonly<Record<number, number>>): Lesson {
	const versions = Object.entries(timesByHour).map(
		([hour, beginsAt]): Version => ({
			since: BEGINNING + Number(hour) * HOUR,
			beginsAt,
			isOnlyRegular: false,
		}),
	);
	return { branch: 1, customers: [ANNA], isRegular: false, versions };
}

/** A regular lesson of Anna that AlfaCRM has not put into the calendar yet. */
function regularLesson(beginsAt: number): Lesson {
	return {
		branch: 1,
		customers: [ANNA],
		isRegular: true,
		versions: [{ since: BEGINNING, beginsAt, isOnlyRegular: true }],
	};
}

/** A poll some hours after the beginning of the history. Lessons are near from 24 hours before they begin. */
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

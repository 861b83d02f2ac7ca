import type { BusySchool } from './busySchools';
import { HOURS_NEAR, POLL_COUNT } from './busySchools';
import { BEGINNING, HOUR, MINUTE } from './histories';
import type { Lesson } from './timetable';

/** A poll that n8n has let come to its end. */
export interface FinishedPoll {
	at: number;
	readBranches: number[];
	/** The reminders that n8n has taken, in their order. */
	reminders: BusyReminder[];
}

export interface BusyReminder {
	customer: number;
	/** The index of the lesson. */
	lesson: number;
	beginsAt: number;
}

/**
 * A reminder comes after this number of polls at the latest, counted from the hour that passes between two
 * scans. So many polls are enough for two scans of all lessons, even if some polls fail.
 */
const MOST_POLLS_UNTIL_REMINDED = 45;

/** Describes the reminders of all polls by customer and lesson, such as "501 7". */
export function describeReminders(polls: readonly FinishedPoll[]): string[] {
	return polls.flatMap(({ reminders }) => reminders).map(describeReminder);
}

/** Finds the polls whose reminders do not come in the order of the lessons. */
export function findPollsOutOfOrder(polls: readonly FinishedPoll[]): FinishedPoll[] {
	return polls.filter(({ reminders }) =>
		reminders.some(({ beginsAt }, index) => index > 0 && beginsAt < reminders[index - 1].beginsAt),
	);
}

/**
 * Finds the members who have no reminder of a lesson yet when a poll already brings reminders of a later
 * lesson, such as "501 7" for customer 501 and lesson 7.
 */
export function findOvertakenMembers(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	const remindersSoFar = new Set<string>();
	return polls.flatMap(({ at, readBranches, reminders }) => {
		for (const reminder of reminders) {
			remindersSoFar.add(describeReminder(reminder));
		}
		const latestBeginning = reminders.at(-1)?.beginsAt ?? -Infinity;
		const earlierLessons = findRemindedLessons(school, polls).filter(
			({ branch, beginsAt }) => readBranches.includes(branch) && beginsAt > at && beginsAt < latestBeginning,
		);
		return earlierLessons.flatMap(listReminders).filter((reminder) => !remindersSoFar.has(reminder));
	});
}

/** Lists the reminders that must come to the members from the beginning. */
export function listDueReminders(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	return findRemindedLessons(school, polls)
		.filter((lesson) => isDueInTime(school, lesson, { since: findTimeOfBecomingNear(lesson) }))
		.flatMap(listReminders);
}

/** Lists the reminders that must come to customers who join a group while the trigger polls. */
export function listDueRemindersOfLaterMembers(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	return findRemindedLessons(school, polls).flatMap((lesson) => {
		const { index, laterMember } = lesson;
		if (laterMember === undefined) return [];

		const since = Math.max(findTimeOfBecomingNear(lesson), laterMember.joinsAt);
		const { customer } = laterMember;
		return isDueInTime(school, lesson, { since }) ? [describeReminder({ customer, lesson: index })] : [];
	});
}

// ---------------------------------------------------------------- lessons

interface BusyLesson extends Lesson {
	/** Its index in the timetable. */
	index: number;
	beginsAt: number;
}

/**
 * Finds the lessons that bring reminders. They became near after a poll had read their branch for the first
 * time.
 */
function findRemindedLessons(school: BusySchool, polls: readonly FinishedPoll[]): BusyLesson[] {
	return listLessons(school).filter((lesson) => {
		const firstPoll = polls.find(({ readBranches }) => readBranches.includes(lesson.branch));
		return firstPoll !== undefined && findTimeOfBecomingNear(lesson) > firstPoll.at;
	});
}

/** Lists the lessons of a school with their index and their beginning. */
function listLessons({ lessons }: BusySchool): BusyLesson[] {
	return lessons.map((lesson, index) => ({
		...lesson,
		index,
		beginsAt: lesson.versions[0].beginsAt ?? 0,
	}));
}

/** Finds the moment from which on a lesson is near. */
function findTimeOfBecomingNear({ beginsAt }: BusyLesson): number {
	return beginsAt - HOURS_NEAR * HOUR;
}

/** Tells whether there is enough time for a reminder before the lesson and before the last poll. */
function isDueInTime(
	{ minutesBetweenPolls }: BusySchool,
	{ beginsAt }: BusyLesson,
	{ since }: { since: number },
): boolean {
	const msBetweenPolls = minutesBetweenPolls * MINUTE;
	const end = BEGINNING + POLL_COUNT * msBetweenPolls;
	const latestReminder = since + HOUR + MOST_POLLS_UNTIL_REMINDED * msBetweenPolls;
	return latestReminder < Math.min(end, beginsAt);
}

/** Lists the reminders of a lesson to the members from the beginning. */
function listReminders({ index, customers }: BusyLesson): string[] {
	return customers.map((customer) => describeReminder({ customer, lesson: index }));
}

function describeReminder({ customer, lesson }: Pick<BusyReminder, 'customer' | 'lesson'>): string {
	return `${customer} ${lesson}`;
}

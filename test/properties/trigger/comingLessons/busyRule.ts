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
 * How many polls may pass until a reminder comes, after the hour between two scans: as many as two scans of all lessons take
 * at worst, and those that come to nothing.
 */
const MOST_POLLS_UNTIL_REMINDED = 45;

/** Describes reminders as `customer lesson`. */
export function describeReminders(polls: readonly FinishedPoll[]): string[] {
	return polls.flatMap(({ reminders }) => reminders).map(describe);
}

/** Finds polls whose reminders are not in the order of the lessons. */
export function findPollsOutOfOrder(polls: readonly FinishedPoll[]): FinishedPoll[] {
	return polls.filter(({ reminders }) =>
		reminders.some(({ beginsAt }, index) => index > 0 && beginsAt < reminders[index - 1].beginsAt),
	);
}

/** Finds members who have no reminder of a lesson yet, when a poll brings reminders of a later lesson. */
export function findOvertakenMembers(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	const reminded = new Set<string>();
	return polls.flatMap((poll) => {
		for (const reminder of poll.reminders) {
			reminded.add(describe(reminder));
		}
		const latest = poll.reminders.at(-1)?.beginsAt ?? -Infinity;
		const overtakenLessons = findRemindedLessons(school, polls).filter(
			({ branch, beginsAt }) => poll.readBranches.includes(branch) && beginsAt > poll.at && beginsAt < latest,
		);
		return overtakenLessons.flatMap(listReminders).filter((reminder) => !reminded.has(reminder));
	});
}

/** Lists the reminders that must come to those who were members from the beginning. */
export function listDueReminders(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	return findRemindedLessons(school, polls)
		.filter((lesson) => isDueInTime(school, lesson, { since: findTimeOfBecomingNear(lesson) }))
		.flatMap(listReminders);
}

/** Lists the reminders that must come to those who join a group while the trigger polls. */
export function listDueRemindersOfLaterMembers(school: BusySchool, polls: readonly FinishedPoll[]): string[] {
	return findRemindedLessons(school, polls).flatMap((lesson) => {
		const { index, laterMember } = lesson;
		if (laterMember === undefined) return [];

		const since = Math.max(findTimeOfBecomingNear(lesson), laterMember.joinsAt);
		const { customer } = laterMember;
		return isDueInTime(school, lesson, { since }) ? [describe({ customer, lesson: index })] : [];
	});
}

// ---------------------------------------------------------------- lessons

interface BusyLesson extends Lesson {
	/** Its index in the timetable. */
	index: number;
	beginsAt: number;
}

/** Finds the lessons that bring reminders: those that were not near yet when their branch was read for the first time. */
function findRemindedLessons(school: BusySchool, polls: readonly FinishedPoll[]): BusyLesson[] {
	return listLessons(school).filter((lesson) => {
		const firstPoll = polls.find(({ readBranches }) => readBranches.includes(lesson.branch));
		return firstPoll !== undefined && findTimeOfBecomingNear(lesson) > firstPoll.at;
	});
}

function listLessons({ lessons }: BusySchool): BusyLesson[] {
	return lessons.map((lesson, index) => ({
		...lesson,
		index,
		beginsAt: lesson.versions[0].beginsAt ?? 0,
	}));
}

function findTimeOfBecomingNear({ beginsAt }: BusyLesson): number {
	return beginsAt - HOURS_NEAR * HOUR;
}

/** Whether there is time enough for a reminder before the lesson, and before the last poll. */
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

/** Lists the reminders of a lesson to those who were members from the beginning. */
function listReminders({ index, customers }: BusyLesson): string[] {
	return customers.map((customer) => describe({ customer, lesson: index }));
}

function describe({ customer, lesson }: Pick<BusyReminder, 'customer' | 'lesson'>): string {
	return `${customer} ${lesson}`;
}

import type { History, Poll } from './histories';
import { BOTH_BRANCHES, HOUR } from './histories';
import type { Timetable } from './timetable';
import { findVersion, tellTime } from './timetable';

/**
 * Finds the reminders that each poll must bring. Each customer gets one reminder for each time of a lesson,
 * in the first poll that sees the lesson near. The user chooses how many hours before its beginning a lesson
 * becomes near.
 *
 * - A lesson that was near when the trigger started, or when the first poll read a branch that was chosen
 *   later, brings no reminder. With another number of hours the trigger starts again, but still knows whom it
 *   has reminded.
 * - A lesson that is moved brings a reminder for its new time. The earlier time is forgotten then, so that
 *   the lesson brings another reminder if it is moved back.
 * - Reminders come in the order of the lessons. Those that n8n does not take come in the next poll.
 * - A poll in which n8n crashes, or that can read no branch, changes nothing.
 *
 * @returns the reminders of each poll, such as `[[], ['501 0 2027-03-12 17:00:00']]`
 */
export function expectedReminders({ polls, ...timetable }: History): string[][] {
	let memory = NOTHING_KNOWN;
	return polls.map((poll) => {
		if (poll.crashes || !canReadAnyBranch(poll)) return [];

		const { reminded, nextMemory } = playPoll(timetable, poll, memory);
		memory = nextMemory;
		return reminded.map(({ customer, lesson, time }) => describeReminder(customer, lesson, time));
	});
}

/** Tells whether a poll can read at least one of its branches. */
export function canReadAnyBranch({ watchedBranches, failingBranches }: Poll): boolean {
	return watchedBranches.some((branch) => !failingBranches.includes(branch));
}

/** Describes a reminder by the customer, the index of the lesson and its time: "501 0 2027-03-12 17:00:00". */
export function describeReminder(customer: number, lesson: number, time: string): string {
	return `${customer} ${lesson} ${time}`;
}

/** A customer who comes to a near lesson. */
interface Participant {
	customer: number;
	/** The index of the lesson. */
	lesson: number;
	branch: number;
	beginsAt: number;
	/** `beginsAt` by the clock of the school. */
	time: string;
	isOnlyRegular: boolean;
}

/** Facts from earlier polls that decide whether a participant gets a reminder. */
interface Memory {
	startedAt: number;
	/** The number of hours before its beginning from which a lesson is near, as chosen at the start. */
	hours: number;
	/** The branches that were chosen when the trigger started, and all the time since. */
	branchesSinceStart: readonly number[];
	/** The branches of which a poll has brought all reminders. */
	readBranches: readonly number[];
	reminded: readonly Participant[];
	/** Participants of lessons that were near at the start. They get no reminder. */
	excluded: readonly Participant[];
}

const NOTHING_KNOWN: Memory = {
	startedAt: NaN,
	hours: NaN,
	branchesSinceStart: [],
	readBranches: [],
	reminded: [],
	excluded: [],
};

/** Finds the participants whose reminders n8n takes of a poll, and what the trigger remembers after the poll. */
function playPoll(
	timetable: Timetable,
	poll: Poll,
	memoryBefore: Memory,
): { reminded: Participant[]; nextMemory: Memory } {
	const memory = adaptToChoices(memoryBefore, poll);
	const unknownParticipants = findParticipants(timetable, poll).filter(
		(participant) =>
			!hasParticipant(memory.reminded, participant) && !hasParticipant(memory.excluded, participant),
	);
	const toRemind = unknownParticipants.filter((participant) => needsReminder(participant, memory));
	const toExclude = unknownParticipants.filter((participant) => !needsReminder(participant, memory));
	toRemind.sort(compareReminders);

	// n8n takes only the first reminders. The others come in the next poll.
	const reminded = toRemind.slice(0, poll.takenReminders);
	const leftToNextPoll = toRemind.slice(poll.takenReminders);
	const branchesReadToEnd = listReadableBranches(poll).filter(
		(branch) => !leftToNextPoll.some((participant) => participant.branch === branch),
	);
	const nextMemory = {
		...memory,
		readBranches: [...memory.readBranches, ...branchesReadToEnd],
		reminded: [...forgetLessonsOf(reminded, memory.reminded), ...reminded],
		excluded: forgetLessonsOf(reminded, [...memory.excluded, ...toExclude]),
	};
	return { reminded, nextMemory };
}

/**
 * Starts the trigger, or starts it again with another number of hours, and forgets branches that are not
 * chosen.
 */
function adaptToChoices(memory: Memory, { at, hours, watchedBranches }: Poll): Memory {
	if (hours !== memory.hours) {
		return {
			startedAt: at,
			hours,
			branchesSinceStart: watchedBranches,
			readBranches: [],
			reminded: memory.reminded,
			excluded: [],
		};
	}
	const isWatched = (branch: number) => watchedBranches.includes(branch);
	return {
		...memory,
		branchesSinceStart: memory.branchesSinceStart.filter(isWatched),
		readBranches: memory.readBranches.filter(isWatched),
	};
}

/**
 * Tells whether a participant of a near lesson needs a reminder. No reminder comes for a lesson that was near
 * when the trigger started, or when a poll read its branch for the first time.
 */
function needsReminder({ branch, beginsAt }: Participant, memory: Memory): boolean {
	const isBranchRead = memory.readBranches.includes(branch);
	const isBranchOfStart = memory.branchesSinceStart.includes(branch);
	const becameNearAt = beginsAt - memory.hours * HOUR;
	return isBranchRead || (isBranchOfStart && becameNearAt > memory.startedAt);
}

/** Finds who comes to the near lessons of the branches that a poll can read. */
function findParticipants({ lessons, zone }: Timetable, poll: Poll): Participant[] {
	const { at, hours } = poll;
	const readableBranches = listReadableBranches(poll);
	return lessons.flatMap((lesson, index) => {
		const { beginsAt = null, isOnlyRegular = false } = findVersion(lesson, at) ?? {};
		const isNear = beginsAt !== null && beginsAt > at && beginsAt - hours * HOUR <= at;
		if (!isNear || !readableBranches.includes(lesson.branch)) return [];

		const time = tellTime(beginsAt, zone);
		return lesson.customers.map(
			(customer): Participant => ({
				customer,
				lesson: index,
				branch: lesson.branch,
				beginsAt,
				time,
				isOnlyRegular,
			}),
		);
	});
}

/** Lists the watched branches that a poll can read. */
function listReadableBranches({ watchedBranches, failingBranches }: Poll): number[] {
	return BOTH_BRANCHES.filter(
		(branch) => watchedBranches.includes(branch) && !failingBranches.includes(branch),
	);
}

/**
 * Compares by time, then by customer, then by branch. Of one branch, lessons outside of the calendar come
 * first.
 */
function compareReminders(a: Participant, b: Participant): number {
	return (
		a.beginsAt - b.beginsAt ||
		a.customer - b.customer ||
		a.branch - b.branch ||
		Number(b.isOnlyRegular) - Number(a.isOnlyRegular) ||
		a.lesson - b.lesson
	);
}

/** Tells whether a list has a participant for the same time of the lesson. */
function hasParticipant(
	participants: readonly Participant[],
	{ customer, lesson, time }: Participant,
): boolean {
	return participants.some(
		(candidate) => candidate.customer === customer && candidate.lesson === lesson && candidate.time === time,
	);
}

/**
 * Leaves out of the known participants those who have a new reminder of the same lesson. The earlier time of the
 * lesson is forgotten by that.
 */
function forgetLessonsOf(
	reminders: readonly Participant[],
	knownParticipants: readonly Participant[],
): Participant[] {
	return knownParticipants.filter(
		({ customer, lesson }) =>
			!reminders.some((reminder) => reminder.customer === customer && reminder.lesson === lesson),
	);
}

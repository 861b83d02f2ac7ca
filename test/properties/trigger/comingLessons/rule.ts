import type { History, Poll } from './histories';
import { BOTH_BRANCHES, HOUR } from './histories';
import type { Timetable } from './timetable';
import { findVersion, tellTime } from './timetable';

/**
 * Finds the reminders that each poll must bring. Each customer gets one reminder for each time of a lesson,
 * in the first poll that sees the lesson near. A lesson becomes near so many hours before it begins as the
 * user has chosen.
 *
 * - A lesson that was near when the trigger started, or when the first poll read a branch that was chosen
 *   later, brings no reminder. With another number of hours the trigger starts again, but still knows whom it
 *   has reminded.
 * - A lesson that is moved brings a reminder for its new time. The earlier time is forgotten then, so that
 *   the lesson brings another reminder if it is moved back.
 * - Reminders come in the order of the lessons. Those that n8n does not take come in the next poll.
 * - A poll in which n8n crashes, or that can read no branch, changes nothing.
 *
 * @returns the reminders of each poll, in order
 */
export function expectedReminders({ polls, ...timetable }: History): string[][] {
	let memory = NOTHING_KNOWN;
	return polls.map((poll) => {
		if (poll.crashes || !canReadAnyBranch(poll)) return [];

		const { taken, nextMemory } = playPoll(timetable, poll, memory);
		memory = nextMemory;
		return taken.map(({ customer, lesson, time }) => describeReminder(customer, lesson, time));
	});
}

/** Tells whether a poll can read at least one of its branches. */
export function canReadAnyBranch({ watchedBranches, failingBranches }: Poll): boolean {
	return watchedBranches.some((branch) => !failingBranches.includes(branch));
}

/** Describes a reminder as text. The lesson is named by its index in the timetable. */
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
	/** The hours before a lesson with which the trigger started. */
	hours: number;
	/** The branches that were chosen when the trigger started, and all the time since. */
	branchesSinceStart: readonly number[];
	/** The branches of which a poll has brought all reminders. */
	readBranches: readonly number[];
	reminded: readonly Participant[];
	/** Participants of lessons that were near at the start. */
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

/** Finds the reminders of a poll that n8n takes, and what the trigger remembers after the poll. */
function playPoll(
	timetable: Timetable,
	poll: Poll,
	memoryBefore: Memory,
): { taken: Participant[]; nextMemory: Memory } {
	const memory = adaptToChoices(memoryBefore, poll);
	const newParticipants = findParticipants(timetable, poll).filter(
		(participant) => !isAmong(memory.reminded, participant) && !isAmong(memory.excluded, participant),
	);
	const toRemind = newParticipants
		.filter((participant) => isReminded(participant, memory))
		.sort(compareReminders);
	const toExclude = newParticipants.filter((participant) => !isReminded(participant, memory));

	const taken = toRemind.slice(0, poll.takenReminders);
	const untakenParticipants = toRemind.slice(poll.takenReminders);
	const readBranches = listReadableBranches(poll).filter(
		(branch) => !untakenParticipants.some((participant) => participant.branch === branch),
	);
	const nextMemory = {
		...memory,
		readBranches: [...memory.readBranches, ...readBranches],
		reminded: [...forgetLessonsOf(taken, memory.reminded), ...taken],
		excluded: forgetLessonsOf(taken, [...memory.excluded, ...toExclude]),
	};
	return { taken, nextMemory };
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

/** Tells whether a participant of a near lesson gets a reminder, or was near at the start. */
function isReminded({ branch, beginsAt }: Participant, memory: Memory): boolean {
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
function isAmong(participants: readonly Participant[], { customer, lesson, time }: Participant): boolean {
	return participants.some(
		(other) => other.customer === customer && other.lesson === lesson && other.time === time,
	);
}

/** Leaves out the participants that new reminders replace, whatever the time of their lesson was. */
function forgetLessonsOf(reminders: readonly Participant[], known: readonly Participant[]): Participant[] {
	return known.filter(
		({ customer, lesson }) =>
			!reminders.some((reminder) => reminder.customer === customer && reminder.lesson === lesson),
	);
}

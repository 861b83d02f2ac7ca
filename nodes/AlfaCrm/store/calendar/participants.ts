/**
 * Finds the participants of lessons: the customers in a lesson itself, and the members of its
 * groups on its day. Archived customers and rejected leads do not take part. See
 * docs/alfacrm-api.md 5.3, 5.7, 5.11 and 5.13.
 *
 * A card is the record of one customer. A lesson in this file is an `Occurrence`: a lesson of the
 * calendar, or a regular lesson (such as "Mondays at 17:00") on a day that has no lesson yet.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import type { Branch } from '../located';
import type { BranchesToSkip } from './branchReader';
import { BranchReader } from './branchReader';
import { CustomerCards } from './customerCards';
import type { LocatedLesson, MemberOptions } from './groupMembers';
import { GroupMembers } from './groupMembers';
import type { Occurrence } from './occurrences';
import { occurrenceKeyOf, timeSortKey } from './occurrences';
import { readOccurrences } from './readOccurrences';

/**
 * One customer who comes to one lesson. The field names are in the output, so workflows depend on
 * them.
 */
export interface Participant extends Occurrence {
	customer_id: number;
	/** The row of the customer's record. */
	customer: IDataObject;
	/** The branch in whose list the customer was found. */
	customer_branch: Branch;
	/**
	 * The first group of the lesson of which the customer is a member. For a customer who is not a
	 * member of any of these groups, the first group of the lesson. Null if the lesson has no groups.
	 */
	group_id: number | null;
}

/** The lessons that the lists of a branch show. */
export interface LessonsOfBranch {
	branch: Branch;
	occurrences: readonly Occurrence[];
}

export interface ParticipantOptions extends Partial<MemberOptions> {
	zone: string;
	/** The branches that are left out if they cannot be read. By default every failure is thrown. */
	branchesToSkip?: BranchesToSkip;
	/**
	 * Returns further branches whose customers are searched. Called only if a customer is not in the
	 * branch of any of the customer's lessons.
	 */
	listOtherBranches?: () => Promise<readonly Branch[]>;
	/** Cards that the caller has read already; they are not read again. */
	cards?: CustomerCards;
}

export interface ParticipantReading {
	/** Each customer once for each lesson, the earliest lesson first. */
	participants: Participant[];
	/**
	 * The first lesson whose members were not read for lack of time, and all later lessons. None of
	 * them has participants in `participants`.
	 */
	unreadLessons: Occurrence[];
	/**
	 * The customers whom lessons name but no list of customers has. Such customers are not rare: one
	 * account had 158 of them.
	 */
	customerIdsWithoutCard: number[];
	/**
	 * The first failure of each branch that was left out. Participants can be missing: those of the
	 * branch's lessons, and customers of other lessons whom only this branch lists.
	 */
	failures: ReadonlyMap<Branch, unknown>;
}

/** The days whose participants are read, from `from` to `to`, as `yyyy-mm-dd`. */
interface RequestedDays {
	branches: readonly Branch[];
	from: string;
	to: string;
}

/** Reads the lessons of some days in some branches, and the participants of these lessons. */
export async function readParticipantsOfDays(
	reader: ListReader,
	request: RequestedDays,
	options: ParticipantOptions,
): Promise<ParticipantReading> {
	const days = { from: request.from, to: request.to, zone: options.zone };
	const branchReader = new BranchReader(options.branchesToSkip);
	const readLessons = async (branch: Branch): Promise<LessonsOfBranch> => {
		const read = async () => await readOccurrences(reader, branch, days);
		const occurrences = await branchReader.tryRead(branch, read);
		return { branch, occurrences: occurrences ?? [] };
	};

	const lessons = await Promise.all(request.branches.map(readLessons));
	return await readMembersAndCards(reader, lessons, options, branchReader);
}

/** Reads the participants of lessons that the caller has read. */
export async function readParticipantsOfLessons(
	reader: ListReader,
	lessons: readonly LessonsOfBranch[],
	options: ParticipantOptions,
): Promise<ParticipantReading> {
	const branchReader = new BranchReader(options.branchesToSkip);
	return await readMembersAndCards(reader, lessons, options, branchReader);
}

/**
 * Reads the members of the groups of all lessons, and then the cards of the customers who come.
 *
 * @param branchReader knows the branches whose lessons could not be read
 */
async function readMembersAndCards(
	reader: ListReader,
	lessonsOfBranches: readonly LessonsOfBranch[],
	options: ParticipantOptions,
	branchReader: BranchReader,
): Promise<ParticipantReading> {
	const { zone, hasTime = () => true, needsOnlyTodaysMembers = () => false } = options;
	const lessons = sortByTime(lessonsOfBranches);
	const members = new GroupMembers(reader, branchReader, zone);
	await members.readMembersOf(lessons, { hasTime, needsOnlyTodaysMembers });

	const { lessonsWithMembers, unreadLessons } = splitAtFirstUnread(lessons, members, branchReader);
	const attendedLessons = lessonsWithMembers.map((lesson) => ({
		...lesson,
		groupIdByCustomer: members.findCustomersOf(lesson),
	}));

	const cards = options.cards ?? new CustomerCards(reader, zone);
	const branches = lessonsOfBranches.map(({ branch }) => branch);
	const lessonsWithCards = await readCards(attendedLessons, {
		branches,
		cards,
		branchReader,
		listOtherBranches: options.listOtherBranches,
	});

	return {
		participants: listParticipants(lessonsWithCards, cards),
		unreadLessons: unreadLessons.map(({ lesson }) => lesson),
		customerIdsWithoutCard: cards.findIdsWithoutCard(listCustomerIds(lessonsWithCards)),
		failures: branchReader.failures,
	};
}

/** Sorts the lessons of all branches by time, the earliest first. */
function sortByTime(lessonsOfBranches: readonly LessonsOfBranch[]): LocatedLesson[] {
	const lessons: LocatedLesson[] = [];
	for (const { branch, occurrences } of lessonsOfBranches) {
		lessons.push(...occurrences.map((lesson) => ({ branch, lesson })));
	}
	return lessons.sort(compareLessonTimes);
}

function compareLessonTimes(a: LocatedLesson, b: LocatedLesson): number {
	const keyA = timeSortKey(a.lesson);
	const keyB = timeSortKey(b.lesson);
	if (keyA === keyB) return 0;
	return keyA < keyB ? -1 : 1;
}

/**
 * Divides lessons at the first lesson whose group members were not read for lack of time. A trigger
 * reads this lesson and all later lessons at its next poll.
 *
 * Lessons of a branch that cannot be read are not waiting for time. They are never the first unread
 * lesson, and `lessonsWithMembers` leaves them out.
 */
function splitAtFirstUnread(
	lessons: readonly LocatedLesson[],
	members: GroupMembers,
	branchReader: BranchReader,
): { lessonsWithMembers: LocatedLesson[]; unreadLessons: LocatedLesson[] } {
	const isReadable = (lesson: LocatedLesson) => !branchReader.hasFailed(lesson.branch);
	const isUnread = (lesson: LocatedLesson) =>
		isReadable(lesson) && !members.hasReadGroupsOf(lesson);

	const firstUnread = lessons.findIndex(isUnread);
	const end = firstUnread === -1 ? lessons.length : firstUnread;
	return {
		lessonsWithMembers: lessons.slice(0, end).filter(isReadable),
		unreadLessons: lessons.slice(end),
	};
}

// ---------------------------------------------------------------- cards

/** A lesson, and the customers who come to it: see `GroupMembers.findCustomersOf`. */
interface AttendedLesson extends LocatedLesson {
	groupIdByCustomer: ReadonlyMap<number, number | null>;
}

function listCustomerIds(lessons: readonly AttendedLesson[]): number[] {
	return lessons.flatMap(({ groupIdByCustomer }) => [...groupIdByCustomer.keys()]);
}

/** The branches in which cards are looked up, and the objects that read and keep them. */
interface CardSearch {
	/** The branches of the lessons. */
	branches: readonly Branch[];
	cards: CustomerCards;
	branchReader: BranchReader;
	listOtherBranches: ParticipantOptions['listOtherBranches'];
}

/**
 * Reads the cards of the customers of lessons: first in the branches of their lessons, where most
 * of the cards are, then in all other branches.
 *
 * @returns the lessons, without those of branches whose customers cannot be read
 */
async function readCards(
	lessons: readonly AttendedLesson[],
	search: CardSearch,
): Promise<AttendedLesson[]> {
	const { cards, branchReader } = search;
	const branches = search.branches.filter((branch) => !branchReader.hasFailed(branch));
	const readCardsOfBranch = async (branch: Branch) => {
		const lessonsOfBranch = lessons.filter((lesson) => lesson.branch === branch);
		const customerIds = listCustomerIds(lessonsOfBranch);
		await branchReader.tryRead(branch, async () => await cards.readMissing(branch, customerIds));
	};
	await Promise.all(branches.map(readCardsOfBranch));

	const readableLessons = lessons.filter(({ branch }) => !branchReader.hasFailed(branch));
	await searchMissingCards(listCustomerIds(readableLessons), { ...search, branches });
	return readableLessons;
}

/**
 * Looks for the customers whose card is missing, in one branch after the other. The branches of the
 * lessons come first, because a customer's card may be in the branch of another lesson.
 */
async function searchMissingCards(
	customerIds: readonly number[],
	search: CardSearch,
): Promise<void> {
	const { cards, branchReader } = search;
	if (cards.findIdsWithoutCard(customerIds).length === 0) return;

	const otherBranches = (await search.listOtherBranches?.()) ?? [];
	const branches = new Set([...search.branches, ...otherBranches]);
	for (const branch of branches) {
		const missingIds = cards.findIdsWithoutCard(customerIds);
		await branchReader.tryRead(branch, async () => await cards.readMissing(branch, missingIds));
	}
}

// ---------------------------------------------------------------- participants

/** Lists the customers of each lesson who have a card and may attend lessons. */
function listParticipants(lessons: readonly AttendedLesson[], cards: CustomerCards): Participant[] {
	const participants = new Map<string, Participant>();
	for (const { lesson, groupIdByCustomer } of lessons) {
		for (const [customer_id, group_id] of groupIdByCustomer) {
			const card = cards.findAttendingCard(customer_id);
			if (card === undefined) continue;

			// The lists of two branches can show the same lesson, but each participant is listed once.
			const lessonKey = lesson.lesson_id ?? occurrenceKeyOf(lesson);
			participants.set(`${lessonKey} ${customer_id}`, {
				...lesson,
				customer_id,
				group_id,
				customer: card.row,
				customer_branch: card.branch,
			});
		}
	}
	return [...participants.values()].sort(compareParticipants);
}

/** Sorts by time, then by the lesson or regular lesson, then by customer. */
function compareParticipants(a: Participant, b: Participant): number {
	const byTime = (a.time_from ?? a.date).localeCompare(b.time_from ?? b.date);
	const byLesson = (a.lesson_id ?? 0) - (b.lesson_id ?? 0);
	const byRegularLesson = (a.regular_id ?? 0) - (b.regular_id ?? 0);
	return byTime || byLesson || byRegularLesson || a.customer_id - b.customer_id;
}

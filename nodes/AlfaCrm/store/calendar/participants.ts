/**
 * Finds the participants of lessons: the customers in a lesson itself, and the members of its
 * groups on its day. Archived customers and rejected leads do not take part. API notes 5.3, 5.7,
 * 5.11 and 5.13.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import type { Branch } from '../located';
import type { BranchesToSkip } from './branchReadings';
import { BranchReadings } from './branchReadings';
import { CustomerCards } from './customerCards';
import type { LocatedOccurrence, MemberOptions } from './groupMembers';
import { GroupMembers } from './groupMembers';
import type { DayRange, Occurrence } from './occurrences';
import { occurrenceKeyOf, timeSortKey } from './occurrences';
import { readOccurrences } from './readOccurrences';

/**
 * One customer who comes to one lesson. The field names are in the output, so workflows depend on
 * them.
 */
export interface Participant extends Occurrence {
	customer_id: number;
	/** The card of the customer: the row of the customer's record. */
	customer: IDataObject;
	/** The branch whose list shows the card. */
	customer_branch: Branch;
	/**
	 * The first group of the lesson of which the customer is a member. For a customer in none of the
	 * groups, the first group of the lesson; null for a lesson without groups.
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
	/**
	 * Which branches are skipped if they cannot be read. By default every failure is thrown.
	 */
	branchesToSkip?: BranchesToSkip;
	/**
	 * Returns more branches in which to look for cards. Called only if a card is in none of the
	 * branches of the lessons.
	 */
	listOtherBranches?: () => Promise<readonly Branch[]>;
	/** Cards that were read before. */
	cards?: CustomerCards;
}

export interface ParticipantReading {
	/** Each customer once for each lesson, the earliest lesson first. */
	participants: Participant[];
	/** The lessons that there was no time to read. They are the latest lessons. */
	unreadLessons: Occurrence[];
	/**
	 * The customers whose card is in the list of no branch. In one account, lessons and payments name
	 * 158 such customers. API notes 3.
	 */
	customerIdsWithoutCard: number[];
	/** The failures of skipped branches. The participants of their lessons are missing. */
	failures: ReadonlyMap<Branch, unknown>;
}

/** Reads the participants of the lessons of some days. */
export async function readParticipantsOfDays(
	reader: ListReader,
	{ branches, from, to }: { branches: readonly Branch[] } & Omit<DayRange, 'zone'>,
	options: ParticipantOptions,
): Promise<ParticipantReading> {
	const readings = new BranchReadings(options.branchesToSkip);
	const days = { from, to, zone: options.zone };
	const lessons = await Promise.all(
		branches.map(async (branch) => {
			const read = async () => await readOccurrences(reader, branch, days);
			return { branch, occurrences: (await readings.tryRead(branch, read)) ?? [] };
		}),
	);
	return await readPeople(reader, lessons, options, readings);
}

/** Reads the participants of lessons that were read before. */
export async function readParticipantsOfLessons(
	reader: ListReader,
	lessons: readonly LessonsOfBranch[],
	options: ParticipantOptions,
): Promise<ParticipantReading> {
	return await readPeople(reader, lessons, options, new BranchReadings(options.branchesToSkip));
}

/**
 * Reads the members of the groups of all lessons, and then the cards of the customers who come.
 *
 * @param readings holds the branches that could not be read so far, and notes further ones
 */
async function readPeople(
	reader: ListReader,
	lessonsOfBranches: readonly LessonsOfBranch[],
	options: ParticipantOptions,
	readings: BranchReadings,
): Promise<ParticipantReading> {
	const { zone, hasTime = () => true, wasReadBefore = () => false } = options;
	const lessons = sortByTime(lessonsOfBranches);
	const members = new GroupMembers(reader, readings, zone);
	await members.read(lessons, { hasTime, wasReadBefore });

	const { reachedLessons, unreadLessons } = splitAtFirstUnread(lessons, members, readings);
	const expectedLessons = reachedLessons.map((lesson) => ({
		...lesson,
		customers: members.customersOf(lesson),
	}));

	const cards = options.cards ?? new CustomerCards(reader, zone);
	const branches = lessonsOfBranches
		.map(({ branch }) => branch)
		.filter((branch) => !readings.hasFailed(branch));
	await readCardsOfBranches(branches, expectedLessons, cards, readings);

	const readableLessons = expectedLessons.filter(({ branch }) => !readings.hasFailed(branch));
	const customerIds = customerIdsIn(readableLessons);
	await readCardsElsewhere(customerIds, branches, cards, readings, options);

	return {
		participants: participantsIn(readableLessons, cards),
		unreadLessons: unreadLessons.map(({ lesson }) => lesson),
		customerIdsWithoutCard: cards.findIdsWithoutCard(customerIds),
		failures: readings.failures,
	};
}

/** Sorts lessons by time, the earliest first. */
function sortByTime(lessonsOfBranches: readonly LessonsOfBranch[]): LocatedOccurrence[] {
	return lessonsOfBranches
		.flatMap(({ branch, occurrences }) => occurrences.map((lesson) => ({ branch, lesson })))
		.sort((a, b) => (timeSortKey(a.lesson) < timeSortKey(b.lesson) ? -1 : 1));
}

/**
 * Divides lessons at the first lesson whose members there was no time to read, so that the trigger
 * can go on from there. Leaves out lessons of branches that cannot be read: more time would not
 * help.
 */
function splitAtFirstUnread(
	lessons: readonly LocatedOccurrence[],
	members: GroupMembers,
	readings: BranchReadings,
): { reachedLessons: LocatedOccurrence[]; unreadLessons: LocatedOccurrence[] } {
	const isReadable = ({ branch }: LocatedOccurrence) => !readings.hasFailed(branch);
	const firstUnread = lessons.findIndex(
		(located) => isReadable(located) && !members.hasAllOf(located),
	);
	const end = firstUnread === -1 ? lessons.length : firstUnread;
	return {
		reachedLessons: lessons.slice(0, end).filter(isReadable),
		unreadLessons: lessons.slice(end),
	};
}

// ---------------------------------------------------------------- cards

/** A lesson, and the customers who come to it: a group ID for each customer ID. */
interface ExpectedLesson extends LocatedOccurrence {
	customers: ReadonlyMap<number, number | null>;
}

const customerIdsIn = (lessons: readonly ExpectedLesson[]): number[] =>
	lessons.flatMap(({ customers }) => [...customers.keys()]);

/** Reads cards in the branches of the customers' lessons, where most of the cards are. */
async function readCardsOfBranches(
	branches: readonly Branch[],
	lessons: readonly ExpectedLesson[],
	cards: CustomerCards,
	readings: BranchReadings,
): Promise<void> {
	const readIn = async (branch: Branch) => {
		const customerIds = customerIdsIn(lessons.filter((lesson) => lesson.branch === branch));
		await readings.tryRead(branch, async () => await cards.readMissing(branch, customerIds));
	};
	await Promise.all(branches.map(readIn));
}

/**
 * Looks for the missing cards in one branch after the other. Begins with the branches of all
 * lessons, because a customer's card may be in the branch of another lesson.
 */
async function readCardsElsewhere(
	customerIds: readonly number[],
	branches: readonly Branch[],
	cards: CustomerCards,
	readings: BranchReadings,
	{ listOtherBranches = async () => await Promise.resolve([]) }: ParticipantOptions,
): Promise<void> {
	if (cards.findIdsWithoutCard(customerIds).length === 0) return;

	for (const branch of new Set([...branches, ...(await listOtherBranches())])) {
		await readings.tryRead(
			branch,
			async () => await cards.readMissing(branch, cards.findIdsWithoutCard(customerIds)),
		);
	}
}

// ---------------------------------------------------------------- participants

function participantsIn(lessons: readonly ExpectedLesson[], cards: CustomerCards): Participant[] {
	const participants = new Map<string, Participant>();
	for (const { lesson, customers } of lessons) {
		for (const [customer_id, group_id] of customers) {
			const card = cards.findAttending(customer_id);
			if (card === undefined) continue;
			// The lists of two branches may show the same lesson. The second one overwrites the first.
			const key = `${lesson.lesson_id ?? occurrenceKeyOf(lesson)} ${customer_id}`;
			participants.set(key, {
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

/** Sorts by time, then by lesson, then by customer. */
function compareParticipants(a: Participant, b: Participant): number {
	const byTime = (a.time_from ?? a.date).localeCompare(b.time_from ?? b.date);
	const byLesson = (a.lesson_id ?? 0) - (b.lesson_id ?? 0);
	const byRegularLesson = (a.regular_id ?? 0) - (b.regular_id ?? 0);
	return byTime || byLesson || byRegularLesson || a.customer_id - b.customer_id;
}

/**
 * Finds what takes place on the days of *Account → Daily Check*, and which customers come. An
 * `Occurrence` is a lesson, or a regular lesson (a rule such as "Mondays at 17:00") on a day that
 * has no lesson in the calendar yet. A participant is one customer who comes to one occurrence.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../../api/list';
import { cgi as membershipEntity } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { LESSON_STATUS } from '../../../entities/lesson';
import { allBranches } from '../../../run/branches';
import { warnOfMissingCards } from '../../../run/missingCards';
import type { LessonRows } from '../../../store/calendar/calendar';
import type { Occurrence } from '../../../store/calendar/occurrences';
import { findOccurrences, readLessonAsOccurrence } from '../../../store/calendar/occurrences';
import type { LessonsOfBranch, Participant } from '../../../store/calendar/participants';
import { readParticipantsOfLessons } from '../../../store/calendar/participants';
import type { Branch } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import type { SchoolReader } from './schoolReader';

/** Finds the lessons of the checked day, without cancelled lessons and without regular lessons. */
export function findLessonsOfCheckedDay(
	lessons: readonly IDataObject[],
	{ checkedDay, zone }: Days,
	branch: number,
): Occurrence[] {
	const lessonsOfDay: Occurrence[] = [];
	for (const lesson of lessons) {
		// The result is undefined for a cancelled lesson.
		const occurrence = readLessonAsOccurrence(lesson, zone, branch);
		if (occurrence?.date === checkedDay) lessonsOfDay.push(occurrence);
	}
	return lessonsOfDay;
}

/**
 * Finds the lessons of today and tomorrow, and the regular lessons that have no lesson there yet.
 */
export function findLessonsAhead(
	rows: LessonRows,
	{ today, tomorrow, zone }: Days,
	branch: number,
): Occurrence[] {
	return findOccurrences(rows, { from: today, to: tomorrow, zone }, branch);
}

/** The checks that need the participants of lessons. */
const CHECKS_OF_PARTICIPANTS: readonly CheckName[] = ['comesUnpaid'];

/**
 * Reads the customers who come to a planned lesson tomorrow, without archived customers. Adds their
 * cards (the records of customers) to `customers`, so that the findings can name the customers.
 */
export async function readParticipants(
	schoolReader: SchoolReader,
	customers: CustomerDirectory,
	lessons: readonly Occurrence[],
): Promise<Participant[]> {
	if (!schoolReader.isAnyCheckChosen(CHECKS_OF_PARTICIPANTS)) return [];

	const { item, form, branches } = schoolReader;
	const { tomorrow, zone } = form.days;
	const plannedLessons = lessons.filter(
		({ date, status }) => date === tomorrow && status === LESSON_STATUS.planned,
	);

	const listReader = makeParticipantReader(schoolReader);
	const [firstBranch] = branches;
	const reading = await readParticipantsOfLessons(listReader, splitByBranch(plannedLessons), {
		zone,
		// Branches that this user may not see are left out. Their failures are in `reading.failures`.
		branchesToSkip: 'deniedBranches',
		// If this user may not list the branches, only the first checked branch is searched.
		listOtherBranches: async () => await allBranches(item, firstBranch),
		cards: customers.cards,
	});
	warnOfMissingCards(item, reading.customerIdsWithoutCard);
	addHintsAboutDeniedBranches(schoolReader, reading.failures.keys());

	const activeParticipants = reading.participants.filter(
		({ customer_id }) => !customers.isArchived(customer_id),
	);
	addCards(activeParticipants, customers);
	return activeParticipants;
}

/** Adds the cards of participants to the cards of customers who are not archived. */
function addCards(participants: readonly Participant[], customers: CustomerDirectory): void {
	for (const { customer, customer_branch } of participants) {
		customers.addActive({ row: customer, branch: customer_branch });
	}
}

/** Splits lessons by their branch. An unknown branch is null in a lesson, and undefined here. */
function splitByBranch(lessons: readonly Occurrence[]): LessonsOfBranch[] {
	const branches = [...new Set(lessons.map(({ branch_id }) => branch_id))];
	return branches.map((branch) => ({
		branch: branch ?? undefined,
		occurrences: lessons.filter(({ branch_id }) => branch_id === branch),
	}));
}

/**
 * Makes a reader that adds a hint if a list is incomplete. The hint names the kind of the missing
 * records: memberships in groups or customers, according to the path of the list.
 */
const makeParticipantReader = (schoolReader: SchoolReader): ListReader => ({
	async collect(list, options) {
		const listsMemberships = list.path === membershipEntity.path;
		const { plural } = listsMemberships ? membershipEntity : customerEntity;
		return await schoolReader.collect(list, plural, options);
	},
});

/**
 * Adds hints about the checked branches in which this user may not list customers or members of
 * groups.
 *
 * Customers are also looked for in other branches. If this user may not see such a branch, no hint
 * is needed: `warnOfMissingCards` already names the customers who were not found.
 */
function addHintsAboutDeniedBranches(
	schoolReader: SchoolReader,
	deniedBranches: Iterable<Branch>,
): void {
	for (const branch of deniedBranches) {
		const isChecked = branch !== undefined && schoolReader.branches.includes(branch);
		if (!isChecked) continue;

		const plural = 'Customers or members of groups';
		schoolReader.addHintsAboutDeniedList({ checks: CHECKS_OF_PARTICIPANTS, plural, branch });
	}
}

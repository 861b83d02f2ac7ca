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

/**
 * Finds the lessons that are in the calendar on the checked day. Cancelled lessons are left out,
 * because `readLessonAsOccurrence` returns undefined for them.
 */
export function findLessonsOfCheckedDay(
	lessons: readonly IDataObject[],
	{ checkedDay, zone }: Days,
	branch: number,
): Occurrence[] {
	return lessons
		.flatMap((lesson) => readLessonAsOccurrence(lesson, zone, branch) ?? [])
		.filter(({ date }) => date === checkedDay);
}

/**
 * Finds the lessons of today and tomorrow. If a regular lesson takes place on one of these days,
 * but the calendar has no lesson for it yet, the regular lesson is included.
 */
export function findLessonsAhead(
	rows: LessonRows,
	{ today, tomorrow, zone }: Days,
	branch: number,
): Occurrence[] {
	return findOccurrences(rows, { from: today, to: tomorrow, zone }, branch);
}

/** The checks that need the participants of lessons. */
const CHECKS: readonly CheckName[] = ['comesUnpaid'];

/**
 * Reads who comes tomorrow to a planned lesson, without archived customers. Adds their cards to
 * `customers`, so that the findings can name them.
 */
export async function readParticipants(
	schoolReader: SchoolReader,
	customers: CustomerDirectory,
	lessons: readonly Occurrence[],
): Promise<Participant[]> {
	if (!schoolReader.isAnyChosen(CHECKS)) return [];

	const { item, form, branches } = schoolReader;
	const { tomorrow, zone } = form.days;
	const plannedLessons = lessons.filter(
		({ date, status }) => date === tomorrow && status === LESSON_STATUS.planned,
	);
	const { participants, customerIdsWithoutCard, failures } = await readParticipantsOfLessons(
		makeParticipantReader(schoolReader),
		splitByBranch(plannedLessons),
		{
			zone,
			branchesToSkip: 'deniedBranches',
			// If this user may not list the branches, only the first checked one is searched.
			listOtherBranches: async () => await allBranches(item, branches[0]),
			cards: customers.cards,
		},
	);
	warnOfMissingCards(item, customerIdsWithoutCard);
	addHintsAboutDeniedBranches(schoolReader, failures.keys());

	const activeParticipants = participants.filter(
		({ customer_id }) => !customers.isArchived(customer_id),
	);
	for (const { customer, customer_branch } of activeParticipants) {
		customers.addActive({ row: customer, branch: customer_branch });
	}
	return activeParticipants;
}

/** Splits lessons by their branch; undefined stands for an unknown branch. */
function splitByBranch(lessons: readonly Occurrence[]): LessonsOfBranch[] {
	const branches = [...new Set(lessons.map(({ branch_id }) => branch_id))];
	return branches.map((branch) => ({
		branch: branch ?? undefined,
		occurrences: lessons.filter(({ branch_id }) => branch_id === branch),
	}));
}

/**
 * Makes a reader that adds a hint if a list is incomplete. The hint says what the list holds, which
 * depends on its path: memberships in groups, or customers.
 */
const makeParticipantReader = (schoolReader: SchoolReader): ListReader => ({
	async collect(list, options) {
		const listsMemberships = list.path === membershipEntity.path;
		const { plural } = listsMemberships ? membershipEntity : customerEntity;
		return await schoolReader.collect(list, plural, options);
	},
});

/**
 * Adds hints about branches whose members or cards this user may not list. Cards are also looked
 * for in branches that are not checked. If this user may not see such a branch, the check lacks
 * nothing, so no hint is added. An undefined branch is that of a lesson whose branch is unknown.
 */
function addHintsAboutDeniedBranches(schoolReader: SchoolReader, deniedBranches: Iterable<Branch>): void {
	for (const branch of deniedBranches) {
		const isChecked = branch === undefined || schoolReader.branches.includes(branch);
		if (!isChecked) continue;

		const plural = 'Customers or members of groups';
		schoolReader.addHintsAboutDeniedList({ checks: CHECKS, plural, branch });
	}
}

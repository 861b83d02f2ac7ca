import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../../api/list';
import { cgi } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { LESSON_STATUS } from '../../../entities/lesson';
import { allBranches } from '../../../run/branches';
import { warnOfMissingCards } from '../../../run/missingCards';
import type { LessonRows } from '../../../store/calendar/calendar';
import type { Occurrence } from '../../../store/calendar/occurrences';
import { findOccurrences, occurrenceOf } from '../../../store/calendar/occurrences';
import type { LessonsOfBranch, Participant } from '../../../store/calendar/participants';
import { participantsOf } from '../../../store/calendar/participants';
import type { Branch } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import type { SchoolReader } from './schoolReader';

/**
 * Asks the calendar of the school for the checks: which lessons take place, and who comes to them.
 */

/** Finds the lessons that are in the calendar on the checked day, except cancelled ones. */
export function lessonsOfCheckedDay(
	lessons: readonly IDataObject[],
	{ day, zone }: Days,
	branch: number,
): Occurrence[] {
	return lessons
		.flatMap((lesson) => occurrenceOf(lesson, zone, branch) ?? [])
		.filter(({ date }) => date === day);
}

/**
 * Finds the lessons of today and tomorrow, those of regular lessons that are not in the calendar
 * yet included.
 */
export function lessonsAhead(
	rows: LessonRows,
	{ today, tomorrow, zone }: Days,
	branch: number,
): Occurrence[] {
	return findOccurrences(rows, { from: today, to: tomorrow, zone }, branch);
}

/** The checks that need participants. */
const CHECKS: readonly CheckName[] = ['comesUnpaid'];

/** Reads who comes tomorrow to a planned lesson, without archived customers. */
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
	const { participants, customerIdsWithoutCard, failures } = await participantsOf(
		makeParticipantReader(schoolReader),
		groupByBranch(plannedLessons),
		{
			zone,
			skippedBranches: 'deniedBranches',
			listOtherBranches: async () => await allBranches(item, branches[0]),
			cards: customers.cards,
		},
	);
	warnOfMissingCards(item, customerIdsWithoutCard);
	hintAtDeniedBranches(schoolReader, failures.keys());

	const activeParticipants = participants.filter(
		({ customer_id }) => !customers.isArchived(customer_id),
	);
	for (const { customer, customer_branch } of activeParticipants) {
		customers.addActive({ row: customer, branch: customer_branch });
	}
	return activeParticipants;
}

function groupByBranch(lessons: readonly Occurrence[]): LessonsOfBranch[] {
	const branches = [...new Set(lessons.map(({ branch_id }) => branch_id))];
	return branches.map((branch) => ({
		branch: branch ?? undefined,
		occurrences: lessons.filter(({ branch_id }) => branch_id === branch),
	}));
}

/**
 * Makes a reader whose hint about an incomplete list says what the list holds: members of groups,
 * or customers.
 */
const makeParticipantReader = (schoolReader: SchoolReader): ListReader => ({
	async collect(list, options) {
		const { plural } = list.path === cgi.path ? cgi : customerEntity;
		return await schoolReader.collect(list, plural, options);
	},
});

/**
 * Adds hints about branches whose members or cards this user may not list. Cards are looked for in
 * branches that are not checked, too; the check lacks nothing if one of those is hidden.
 */
function hintAtDeniedBranches(schoolReader: SchoolReader, deniedBranches: Iterable<Branch>): void {
	for (const branch of deniedBranches) {
		const isChecked = branch === undefined || schoolReader.branches.includes(branch);
		if (!isChecked) continue;

		const plural = 'Customers or members of groups';
		schoolReader.hintAtMissingList({ checks: CHECKS, plural, branch });
	}
}

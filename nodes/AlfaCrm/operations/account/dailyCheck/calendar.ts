import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../../api/list';
import { cgi } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { LESSON_STATUS } from '../../../entities/lesson';
import { allBranches } from '../../../run/branches';
import { warnOfMissingCards } from '../../../run/missingCards';
import type { Occurrence, Participant } from '../../../store/calendar/participants';
import { occurrenceOf, occurrencesOn, participantsOf } from '../../../store/calendar/participants';
import type { Branch } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import type { SchoolReader } from './schoolReader';

/**
 * All that the checks ask the calendar of the school: which lessons take place, and who comes to
 * them.
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
	rows: { lessons: readonly IDataObject[]; regular: readonly IDataObject[] },
	{ today, tomorrow, zone }: Days,
	branch: number,
): Occurrence[] {
	return occurrencesOn(rows, { from: today, to: tomorrow, zone }, branch);
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
	const { participants, withoutCard } = await participantsOf(
		makeParticipantReader(schoolReader),
		groupByBranch(plannedLessons),
		{
			zone,
			inBranch: async (branch, read) => await readInBranch(schoolReader, branch, read),
			otherBranches: async () => await allBranches(item, branches[0]),
			cards: customers.cards,
		},
	);
	warnOfMissingCards(item, withoutCard);

	const activeParticipants = participants.filter(({ customer_id }) => !customers.isArchived(customer_id));
	for (const { customer, customer_branch } of activeParticipants) {
		customers.addActive({ row: customer, branch: customer_branch });
	}
	return activeParticipants;
}

function groupByBranch(lessons: readonly Occurrence[]) {
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
 * Reads members or cards of a branch, if this user may. The check is incomplete only if a checked
 * branch cannot be read.
 */
async function readInBranch<T>(
	schoolReader: SchoolReader,
	branch: Branch,
	read: () => Promise<T>,
): Promise<T | undefined> {
	const isChecked = branch === undefined || schoolReader.branches.includes(branch);
	if (!isChecked) return await schoolReader.item.readIfAllowed(read, { notFoundIsDenied: true });

	const list = { checks: CHECKS, plural: 'Customers or members of groups', branch };
	// `read` may return undefined, which must not count as denied.
	const result = await schoolReader.readIfAllowed(list, async () => ({ value: await read() }));
	return result?.value;
}

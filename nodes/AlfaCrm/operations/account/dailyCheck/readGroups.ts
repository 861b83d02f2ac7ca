import type { IDataObject } from 'n8n-workflow';

import { readArchivedFlag } from '../../../entities/archive';
import { group as groupEntity } from '../../../entities/group';
import { isPlain } from '../../../fields/blank';
import { listOf } from '../../../fields/field';
import { includesDay } from '../../../store/calendar/periods';
import type { Branch, LocatedRecord } from '../../../store/located';
import { readId, readIds } from '../../../values/formats';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import { readCurrentMembers } from './readMembers';
import type { SchoolReader } from './schoolReader';
import type { SchoolRecords } from './schoolRecords';

/** The checks that need groups. */
const CHECKS: readonly CheckName[] = ['smallGroup'];

/** A group that is running, and the customers who are its members today. */
interface GroupMembers {
	id: number;
	branch?: Branch;
	memberIds: readonly number[];
}

/**
 * Reads the groups, and counts the members of those that are running. Archived customers do not
 * count.
 *
 * Reading the members of one group costs a call. The cards of all customers are read in few calls,
 * and show in which groups each customer is (API notes 5.3), but perhaps not in all of them. So the
 * members of a group are only read if its members according to the cards are too few.
 */
export async function readGroups(
	schoolReader: SchoolReader,
	customers: CustomerDirectory,
): Promise<Pick<SchoolRecords, 'groups' | 'groupSizes'>> {
	if (!schoolReader.isAnyChosen(CHECKS)) return { groups: new Map(), groupSizes: [] };

	const [groupRecords, customerCards] = await Promise.all([
		schoolReader.readAllBranches(CHECKS, groupEntity),
		customers.readActiveCustomers(),
	]);
	const memberIdsByCards = collectMembers(customerCards);
	const runningGroups = groupRecords.filter(({ row: group }) =>
		isRunning(group, schoolReader.form.days),
	);
	const membersOfGroups = await Promise.all(
		runningGroups.map(
			async (group) => await readGroupMembers(schoolReader, group, memberIdsByCards),
		),
	);
	const groupMembers = membersOfGroups.filter((members) => members !== undefined);

	await customers.lookUp(
		findUnlistedMembers(groupMembers, customers, schoolReader.form.fewestMembers),
	);
	const groupSizes = groupMembers.map(({ id, branch, memberIds }) => ({
		id,
		branch,
		memberCount: memberIds.filter((customerId) => !customers.isArchived(customerId)).length,
	}));
	return { groups: byId(groupRecords), groupSizes };
}

function byId(records: readonly LocatedRecord[]): Map<number, LocatedRecord> {
	const recordsById = new Map<number, LocatedRecord>();
	for (const record of records) {
		const id = readId(record.row.id);
		if (id !== undefined) recordsById.set(id, record);
	}
	return recordsById;
}

/**
 * Collects the customers of each group from their cards. A card shows each of its groups as an ID,
 * or as a row that has the ID.
 *
 * @returns customer IDs by group ID
 */
function collectMembers(customerCards: readonly LocatedRecord[]): Map<number, Set<number>> {
	const memberIdsByGroup = new Map<number, Set<number>>();
	for (const { row: card } of customerCards) {
		const customerId = readId(card.id);
		const groupIds = readIds(
			listOf(card.groups).map((group) => (isPlain(group) ? group.id : group)),
		);
		if (customerId === undefined) continue;
		for (const groupId of groupIds) {
			const memberIds = memberIdsByGroup.get(groupId) ?? new Set();
			memberIds.add(customerId);
			memberIdsByGroup.set(groupId, memberIds);
		}
	}
	return memberIdsByGroup;
}

/** Whether a group is not archived, and today is one of its days. */
const isRunning = (group: IDataObject, { today, zone }: Days): boolean =>
	readId(group.id) !== undefined &&
	readArchivedFlag(group) !== true &&
	includesDay(group, today, zone);

/**
 * Finds the members of a group by the cards of customers. If they seem too few, reads them from the
 * group.
 *
 * @returns undefined if this user may not read them
 */
async function readGroupMembers(
	schoolReader: SchoolReader,
	{ row: group, branch }: LocatedRecord,
	memberIdsByCards: ReadonlyMap<number, ReadonlySet<number>>,
): Promise<GroupMembers | undefined> {
	const id = Number(group.id);
	const idsByCards = [...(memberIdsByCards.get(id) ?? [])];
	if (idsByCards.length >= schoolReader.form.fewestMembers)
		return { id, branch, memberIds: idsByCards };

	const memberIds = await readCurrentMembers(schoolReader, CHECKS, { branch, groupId: id });
	return memberIds && { id, branch, memberIds };
}

/**
 * Finds members who are in no list of active customers, of groups that are small without them.
 * Their cards are in the archive or in another branch. Archived members do not count, so their
 * cards have to be looked up.
 */
function findUnlistedMembers(
	groups: readonly GroupMembers[],
	customers: CustomerDirectory,
	fewestMembers: number,
): number[] {
	return groups.flatMap(({ memberIds }) => {
		const unlistedIds = memberIds.filter((customerId) => !customers.hasActive(customerId));
		const listedCount = memberIds.length - unlistedIds.length;
		return listedCount < fewestMembers ? unlistedIds : [];
	});
}

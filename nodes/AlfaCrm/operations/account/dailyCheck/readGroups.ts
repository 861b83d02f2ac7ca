import type { IDataObject } from 'n8n-workflow';

import { readArchivedFlag } from '../../../entities/archive';
import { group as groupEntity } from '../../../entities/group';
import { isPlain } from '../../../fields/blank';
import { listOf } from '../../../fields/field';
import { includesDay } from '../../../store/calendar/periods';
import type { LocatedRecord } from '../../../store/located';
import { readId, readIds } from '../../../values/formats';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import { readCurrentMembers } from './readMembers';
import type { BranchRecord, SchoolReader } from './schoolReader';
import type { GroupSize, SchoolRecords } from './schoolRecords';

/** The checks that need groups. */
const CHECKS_OF_GROUPS: readonly CheckName[] = ['smallGroup'];

/** A group that is running, and the customers who are its members today. */
interface RunningGroup {
	id: number;
	branch: number;
	memberIds: readonly number[];
}

/**
 * Reads the groups, and counts the members of those that are running. Archived customers do not
 * count.
 *
 * Reading the members of one group costs a call. The cards (the records) of all customers are read
 * in few calls, and show in which groups each customer is (API notes 5.3), but perhaps not all
 * groups. So the members of a group are only read if the cards show too few.
 */
export async function readGroups(
	schoolReader: SchoolReader,
	customers: CustomerDirectory,
): Promise<Pick<SchoolRecords, 'groups' | 'groupSizes'>> {
	if (!schoolReader.isAnyCheckChosen(CHECKS_OF_GROUPS))
		return { groups: new Map(), groupSizes: [] };

	const { days, minMembers } = schoolReader.form;
	const [groups, customerCards] = await Promise.all([
		schoolReader.readRecordsInAllBranches(CHECKS_OF_GROUPS, groupEntity),
		customers.readActiveCustomers(),
	]);

	const runningGroups = groups.filter(({ row: group }) => isRunning(group, days));
	const membersByCards = groupMembersByCards(customerCards);
	const groupMembers = await readMembersOfGroups(schoolReader, runningGroups, membersByCards);

	// `isArchived` needs the cards of the members who are in no list of active customers.
	const unlistedMembers = findUnlistedMembers(groupMembers, customers, minMembers);
	await customers.lookUpCards(unlistedMembers);

	const groupSizes = groupMembers.map((members) => countMembers(members, customers));
	return { groups: indexById(groups), groupSizes };
}

/** Counts the members of a group who are not archived. */
function countMembers(
	{ id, branch, memberIds }: RunningGroup,
	customers: CustomerDirectory,
): GroupSize {
	const activeIds = memberIds.filter((customerId) => !customers.isArchived(customerId));
	return { id, branch, memberCount: activeIds.length };
}

/** Returns records by their IDs. Leaves out records without an ID. */
function indexById(records: readonly LocatedRecord[]): Map<number, LocatedRecord> {
	const recordsById = new Map<number, LocatedRecord>();
	for (const record of records) {
		const id = readId(record.row.id);
		if (id !== undefined) recordsById.set(id, record);
	}
	return recordsById;
}

/** The IDs of the customers in each group, by the ID of the group. */
type MembersByGroup = ReadonlyMap<number, ReadonlySet<number>>;

/** Lists the members of each group, as the cards (the records) of customers show them. */
function groupMembersByCards(customerCards: readonly LocatedRecord[]): MembersByGroup {
	const membersByGroup = new Map<number, Set<number>>();
	for (const { row: card } of customerCards) {
		const customerId = readId(card.id);
		if (customerId === undefined) continue;

		for (const groupId of readGroupIds(card)) {
			const memberIds = membersByGroup.get(groupId) ?? new Set();
			memberIds.add(customerId);
			membersByGroup.set(groupId, memberIds);
		}
	}
	return membersByGroup;
}

/**
 * Reads the IDs of the groups of a customer. A card shows each group as an ID, or as a row that has
 * the ID.
 */
function readGroupIds(card: IDataObject): number[] {
	const groups = listOf(card.groups);
	return readIds(groups.map((group) => (isPlain(group) ? group.id : group)));
}

/** Whether a group is not archived, and today is one of its days. */
function isRunning(group: IDataObject, { today, zone }: Days): boolean {
	const hasId = readId(group.id) !== undefined;
	const isArchived = readArchivedFlag(group) === true;
	return hasId && !isArchived && includesDay(group, today, zone);
}

/** Reads the members of several groups. Leaves out groups whose members this user may not read. */
async function readMembersOfGroups(
	schoolReader: SchoolReader,
	groups: readonly BranchRecord[],
	membersByCards: MembersByGroup,
): Promise<RunningGroup[]> {
	const membersOfGroups = await Promise.all(
		groups.map(async (group) => await readMembersOfGroup(schoolReader, group, membersByCards)),
	);
	return membersOfGroups.filter((members) => members !== undefined);
}

/**
 * Takes the members of a group from the cards of customers. If these seem too few, reads the
 * members from the group.
 *
 * @returns undefined if this user may not read them
 */
async function readMembersOfGroup(
	schoolReader: SchoolReader,
	{ row: group, branch }: BranchRecord,
	membersByCards: MembersByGroup,
): Promise<RunningGroup | undefined> {
	const id = Number(group.id);
	const idsByCards = [...(membersByCards.get(id) ?? [])];
	const areEnough = idsByCards.length >= schoolReader.form.minMembers;
	if (areEnough) return { id, branch, memberIds: idsByCards };

	const memberIds = await readCurrentMembers(schoolReader, CHECKS_OF_GROUPS, {
		branch,
		groupId: id,
	});
	return memberIds && { id, branch, memberIds };
}

/**
 * Finds the members whose cards have to be looked up: those who are in no list of active customers.
 * They are archived, and then do not count as members, or they are in another branch. In a group
 * with enough other members, that makes no difference, so none is looked up.
 */
function findUnlistedMembers(
	groups: readonly RunningGroup[],
	customers: CustomerDirectory,
	minMembers: number,
): number[] {
	const idsToLookUp: number[] = [];
	for (const { memberIds } of groups) {
		const unlistedIds = memberIds.filter((customerId) => !customers.hasActive(customerId));
		const listedCount = memberIds.length - unlistedIds.length;
		const isSmallWithoutThem = listedCount < minMembers;
		if (isSmallWithoutThem) idsToLookUp.push(...unlistedIds);
	}
	return idsToLookUp;
}

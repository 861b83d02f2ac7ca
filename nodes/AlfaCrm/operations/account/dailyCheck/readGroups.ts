/**
 * Reads groups for *Account → Daily Check*, and counts their members. A card is the record of one
 * customer, and shows in which groups the customer is.
 */

import type { IDataObject } from 'n8n-workflow';

import { readArchivedFlag } from '../../../entities/archive';
import { group as groupEntity } from '../../../entities/group';
import { isPlainObject } from '../../../fields/blank';
import { listOf } from '../../../fields/field';
import { includesDay } from '../../../store/calendar/periods';
import type { LocatedRecord } from '../../../store/located';
import { readId, readIds } from '../../../values/formats';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import { readCurrentMembers } from './readMembers';
import type { BranchRecord, SchoolReader } from './schoolReader';
import type { GroupSize, SchoolRecords } from './schoolRecords';

/** The checks that need groups. A hint names them if this user may not read the groups. */
const CHECKS_OF_GROUPS: readonly CheckName[] = ['smallGroup'];

/** A group that is running today, and the IDs of the customers who are its members today. */
interface RunningGroup {
	id: number;
	branch: number;
	memberIds: readonly number[];
}

/**
 * Reads the groups that are not archived, and counts the members of each group that is running
 * today. Archived customers do not count.
 *
 * Reading the members of one group costs a call. Reading the cards of all customers takes few
 * calls, but a card may lack some groups (docs/alfacrm-api.md 5.3). So the members are counted by
 * the cards, and a group is asked for its members only if the cards show fewer than `minMembers`.
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
	const memberIdsByGroup = listMembersOnCards(customerCards);
	const groupsWithMembers = await readMembersOfGroups(
		schoolReader,
		runningGroups,
		memberIdsByGroup,
	);

	// `countMembers` has to know which members are archived: their cards show it.
	const membersToLookUp = findMembersToLookUp(groupsWithMembers, customers, minMembers);
	await customers.lookUpCards(membersToLookUp);

	const groupSizes = groupsWithMembers.map((group) => countMembers(group, customers));
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

/** The IDs of the members of groups, by the ID of the group. */
type MemberIdsByGroup = ReadonlyMap<number, ReadonlySet<number>>;

/** Lists the members of each group, as the cards of customers show them. */
function listMembersOnCards(customerCards: readonly LocatedRecord[]): MemberIdsByGroup {
	const memberIdsByGroup = new Map<number, Set<number>>();
	for (const { row: card } of customerCards) {
		const customerId = readId(card.id);
		if (customerId === undefined) continue;

		for (const groupId of readGroupIds(card)) {
			const memberIds = memberIdsByGroup.get(groupId) ?? new Set();
			memberIds.add(customerId);
			memberIdsByGroup.set(groupId, memberIds);
		}
	}
	return memberIdsByGroup;
}

/** Reads the IDs of the groups that a card shows. */
function readGroupIds(card: IDataObject): number[] {
	const groups = listOf(card.groups);
	// A card shows a group as an object with an `id`, or as the ID itself.
	return readIds(groups.map((group) => (isPlainObject(group) ? group.id : group)));
}

/**
 * Whether a group is running: it is not archived, and today is between its first and its last day.
 * A group without an ID cannot be asked for its members, so it does not count as running.
 */
function isRunning(group: IDataObject, { today, zone }: Days): boolean {
	const hasId = readId(group.id) !== undefined;
	const isArchived = readArchivedFlag(group) === true;
	return hasId && !isArchived && includesDay(group, today, zone);
}

/** Reads the members of several groups. Leaves out groups whose members this user may not read. */
async function readMembersOfGroups(
	schoolReader: SchoolReader,
	groups: readonly BranchRecord[],
	memberIdsByGroup: MemberIdsByGroup,
): Promise<RunningGroup[]> {
	const groupsWithMembers = await Promise.all(
		groups.map(async (group) => await readMembersOfGroup(schoolReader, group, memberIdsByGroup)),
	);
	return groupsWithMembers.filter((group) => group !== undefined);
}

/**
 * Finds the members of a group. Takes them from the cards of customers, if the cards show enough
 * members; otherwise asks AlfaCRM for the members of the group.
 *
 * @param memberIdsByGroup the members that the cards show
 * @returns undefined if this user may not read the members of the group
 */
async function readMembersOfGroup(
	schoolReader: SchoolReader,
	{ row: group, branch }: BranchRecord,
	memberIdsByGroup: MemberIdsByGroup,
): Promise<RunningGroup | undefined> {
	const id = Number(group.id);
	const memberIdsOnCards = [...(memberIdsByGroup.get(id) ?? [])];
	const isLargeEnough = memberIdsOnCards.length >= schoolReader.form.minMembers;
	if (isLargeEnough) return { id, branch, memberIds: memberIdsOnCards };

	const memberIds = await readCurrentMembers(schoolReader, CHECKS_OF_GROUPS, {
		branch,
		groupId: id,
	});
	return memberIds === undefined ? undefined : { id, branch, memberIds };
}

/**
 * Finds the members whose cards have to be looked up.
 *
 * - A member in the lists of active customers counts, so nothing has to be looked up.
 * - Any other member is either archived, and does not count, or belongs to another branch, and
 *   counts. The card shows which. It is only looked up if the group is small without such members.
 */
function findMembersToLookUp(
	groups: readonly RunningGroup[],
	customers: CustomerDirectory,
	minMembers: number,
): number[] {
	const idsToLookUp: number[] = [];
	for (const { memberIds } of groups) {
		const unlistedIds = memberIds.filter((customerId) => !customers.hasActive(customerId));
		const listedCount = memberIds.length - unlistedIds.length;
		const isPerhapsSmall = listedCount < minMembers;
		if (isPerhapsSmall) idsToLookUp.push(...unlistedIds);
	}
	return idsToLookUp;
}

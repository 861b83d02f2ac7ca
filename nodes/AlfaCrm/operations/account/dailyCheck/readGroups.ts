import type { IDataObject } from 'n8n-workflow';

import { archivedFlag } from '../../../entities/archive';
import { group as groupEntity } from '../../../entities/group';
import { isPlain } from '../../../fields/blank';
import { listOf } from '../../../fields/field';
import { isOnDay } from '../../../store/calendar/periods';
import type { Branch, LocatedRecord } from '../../../store/located';
import { readId, readIds } from '../../../values/formats';
import type { CustomerDirectory } from './customerDirectory';
import type { CheckName, Days } from './finding';
import { readCurrentMembers } from './readMembers';
import type { SchoolReader } from './schoolReader';
import type { SchoolRecords } from './schoolRecords';

/**
 * Counts the members of each group that is running.
 *
 * To read the members of a group takes a call. The cards of customers, which are read in few calls,
 * show the groups that they are in (API notes 5.3), but may not show all of them. So the members of
 * a group are only read if its cards are too few.
 */

/** The checks that need groups. */
const CHECKS: readonly CheckName[] = ['smallGroup'];

/** A group that is running, and its members of today. */
interface GroupMembers {
	id: number;
	branch?: Branch;
	memberIds: readonly number[];
}

/**
 * Reads the groups, and counts the members of those that are running. Archived customers do not
 * count.
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
 * Collects the customers of each group from the groups that their cards show: IDs, or rows with an
 * ID.
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
	readId(group.id) !== undefined && archivedFlag(group) !== true && isOnDay(group, today, zone);

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
 * Finds the members who are in no list of customers, and without whom their group would be small.
 * Their cards are in the archive or in another branch, so they have to be looked up before it is
 * known who of them counts.
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

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { passesOf } from '../../../entities/listCall';
import type { Item } from '../../../run/item';
import { warningReader } from '../../../run/readList';
import { readMembers } from '../../../store/calendar/groupMembers';
import { includesDay } from '../../../store/calendar/periods';
import type { Branch } from '../../../store/located';
import { readIds } from '../../../values/formats';
import type { CheckName } from './finding';
import type { SchoolReader } from './schoolReader';

/**
 * One pass without a filter. If no dates are requested, AlfaCRM lists only the memberships of today
 * (API notes 5.7).
 */
const ONLY_TODAY: readonly IDataObject[] = [{}];

/**
 * Reads the IDs of the customers who are members of a group today.
 *
 * @returns undefined if this user may not list them
 */
export async function readCurrentMembers(
	schoolReader: SchoolReader,
	checks: readonly CheckName[],
	{ branch, groupId }: { branch: Branch; groupId: number },
): Promise<number[] | undefined> {
	const { today, zone } = schoolReader.form.days;
	const { plural } = membershipEntity;
	// Adds a hint if the list of members is incomplete.
	const reader = warningReader(schoolReader.item, plural.toLowerCase());
	const memberships = await schoolReader.readNeededList(
		{ checks, plural, branch },
		async () => await readMembers(reader, branch, groupId, ONLY_TODAY),
	);
	const current = memberships?.filter((membership) => includesDay(membership, today, zone));
	return current && listCustomerIds(current);
}

/**
 * Reads the IDs of the customers who are, were or will be members of some groups. A group that this
 * user may not see has none.
 */
export async function readMembersOnAnyDay(
	item: Item,
	groupIds: readonly number[],
	branch: Branch,
): Promise<number[]> {
	const membershipsOfGroups = await Promise.all(
		groupIds.map(
			async (groupId) =>
				await item.readIfAllowed(
					async () => await readMembers(item, branch, groupId, passesOf(membershipEntity)),
					{
						treats404AsDenied: true,
					},
				),
		),
	);
	return listCustomerIds(membershipsOfGroups.flatMap((memberships) => memberships ?? []));
}

/** Returns each customer of some memberships once. */
const listCustomerIds = (memberships: readonly IDataObject[]): number[] => [
	...new Set(readIds(memberships.map(({ customer_id }) => customer_id))),
];

/**
 * Reads the members of groups for *Account → Daily Check*. A membership says on which days a
 * customer belongs to a group; AlfaCRM calls it `cgi`.
 */

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { passesOf } from '../../../entities/listCall';
import type { Item } from '../../../run/item';
import { makeReaderWithHints } from '../../../run/readList';
import { readMembers } from '../../../store/calendar/groupMembers';
import { includesDay } from '../../../store/calendar/periods';
import type { Branch } from '../../../store/located';
import { readIds } from '../../../values/formats';
import type { CheckName } from './finding';
import type { SchoolReader } from './schoolReader';

/**
 * The bodies of the requests for the memberships of today: one request with an empty body, because
 * AlfaCRM lists only the memberships of today unless a request names days
 * (docs/alfacrm-api.md 5.7).
 */
const REQUESTS_FOR_TODAY: readonly IDataObject[] = [{}];

/**
 * Reads the IDs of the customers who are members of a group today.
 *
 * @param checks the checks that need the members
 * @returns undefined if this user may not list the members
 */
export async function readCurrentMembers(
	schoolReader: SchoolReader,
	checks: readonly CheckName[],
	{ branch, groupId }: { branch: number; groupId: number },
): Promise<number[] | undefined> {
	const { today, zone } = schoolReader.form.days;
	const { plural } = membershipEntity;
	// Adds a hint if the list of members is incomplete.
	const reader = makeReaderWithHints(schoolReader.item, plural.toLowerCase());
	const read = async () => await readMembers(reader, branch, groupId, REQUESTS_FOR_TODAY);
	const memberships = await schoolReader.readNeededList({ checks, plural, branch }, read);
	if (memberships === undefined) return undefined;

	const isCurrent = (membership: IDataObject) => includesDay(membership, today, zone);
	return listCustomerIds(memberships.filter(isCurrent));
}

/**
 * Reads the IDs of the customers who are, were or will be members of some groups. Leaves out groups
 * that this user may not see.
 */
export async function readMembersOnAnyDay(
	item: Item,
	groupIds: readonly number[],
	branch: Branch,
): Promise<number[]> {
	// One request names no days, and one names days in the past and the future.
	const requestsForAllDays = passesOf(membershipEntity);
	const readGroup = async (groupId: number) => {
		const read = async () => await readMembers(item, branch, groupId, requestsForAllDays);
		const memberships = await item.readIfAllowed(read, { treats404AsDenied: true });
		return memberships ?? [];
	};

	const membershipsOfGroups = await Promise.all(groupIds.map(readGroup));
	return listCustomerIds(membershipsOfGroups.flat());
}

/** Returns the ID of each customer of some memberships once. */
const listCustomerIds = (memberships: readonly IDataObject[]): number[] => [
	...new Set(readIds(memberships.map(({ customer_id }) => customer_id))),
];

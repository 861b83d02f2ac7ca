import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { dayOf } from '../../../entities/lesson';
import { passesOf } from '../../../entities/listCall';
import { splitItems } from '../../../fields/field';
import type { Item } from '../../../run/item';
import { warningReader } from '../../../run/readList';
import { CustomerCards } from '../../../store/calendar/customerCards';
import { groupIdsOf } from '../../../store/calendar/lessonRow';
import { readMembers } from '../../../store/calendar/groupMembers';
import { includesDay } from '../../../store/calendar/periods';
import type { Branch } from '../../../store/located';
import { readIds } from '../../../values/formats';
import { findAttendance } from './storedAttendances';

/**
 * Adds a hint about customers who were expected at a lesson and are not named in its attendances,
 * neither as present nor as absent. A user who names only the absent customers may think that
 * AlfaCRM records all other customers as present.
 */
export function warnOfUnnamedCustomers(
	item: Item,
	lessonId: number,
	customerIds: readonly number[],
): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Nothing was said of some who are put down for a lesson that was completed, so AlfaCRM may not have recorded them',
		`lesson ${lessonId}: customer ${customerIds.join(', ')}`,
	);
}

/**
 * Finds the customers who are expected at a lesson and are not named in its attendances. Expected
 * are the customers whom the lesson lists. If it lists none, these are the members of its groups on
 * its day. API notes 5.11.
 *
 * Only a hint needs the result. If a list cannot be read, there is no hint, and the lesson is
 * completed all the same.
 *
 * @param lesson the lesson as AlfaCRM shows it before it is completed
 * @param attendances the attendances that are sent, one for each customer
 */
export async function findUnnamedCustomers(
	item: Item,
	lesson: IDataObject,
	branch: Branch,
	attendances: readonly IDataObject[],
): Promise<number[]> {
	const isUnnamed = (customer_id: number) =>
		findAttendance(attendances, { customer_id }) === undefined;
	// AlfaCRM may show the customers as a text, such as `1, 2, 3`. `itemsIn` splits it as a field of
	// the type `ids` would, and `readIds` makes numbers of the parts.
	const customerIds = readIds(splitItems({ type: 'ids' }, lesson.customer_ids));
	if (customerIds.length > 0) return customerIds.filter(isUnnamed);

	const day = dayOf(lesson, item.zone);
	if (day === undefined) return [];

	try {
		const memberIds = await readMemberIds(item, groupIdsOf(lesson), day, branch);
		return await leaveOutArchived(item, memberIds.filter(isUnnamed), branch);
	} catch {
		return [];
	}
}

/** Reads the members of groups on a day, each once. */
async function readMemberIds(
	item: Item,
	groupIds: readonly number[],
	day: string,
	branch: Branch,
): Promise<number[]> {
	const reader = warningReader(item, membershipEntity.plural.toLowerCase());
	const memberIds: number[] = [];
	for (const groupId of groupIds) {
		const memberships = await readMembers(reader, branch, groupId, passesOf(membershipEntity));
		const membershipsOfDay = memberships.filter((membership) =>
			includesDay(membership, day, item.zone),
		);
		memberIds.push(...readIds(membershipsOfDay.map(({ customer_id }) => customer_id)));
	}
	return [...new Set(memberIds)];
}

/**
 * Leaves out archived customers and rejected leads, who come to no lesson. API notes 5.3. It keeps
 * a customer whose card cannot be found, because nothing shows that the customer is archived.
 */
async function leaveOutArchived(
	item: Item,
	customerIds: readonly number[],
	branch: Branch,
): Promise<number[]> {
	const cards = new CustomerCards(
		warningReader(item, customerEntity.plural.toLowerCase()),
		item.zone,
	);
	await cards.readMissing(branch, customerIds);
	return customerIds.filter((id) => {
		const hasCard = cards.find(id) !== undefined;
		return !hasCard || cards.findAttending(id) !== undefined;
	});
}

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { dayOf } from '../../../entities/lesson';
import { passesOf } from '../../../entities/listCall';
import { splitItems } from '../../../fields/field';
import type { Item } from '../../../run/item';
import { makeReaderWithHints } from '../../../run/readList';
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
 * Finds the customers who are expected at a lesson and are not named in its attendances. The
 * expected customers are those whom the lesson lists. If it lists none, they are the members of its
 * groups on its day. API notes 5.11.
 *
 * Only a hint needs the result. If a list cannot be read, the result is empty, and the lesson is
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
	const isUnnamed = (customerId: number) =>
		findAttendance(attendances, { customer_id: customerId }) === undefined;

	const listedIds = readListedCustomerIds(lesson);
	if (listedIds.length > 0) return listedIds.filter(isUnnamed);

	const day = dayOf(lesson, item.zone);
	if (day === undefined) return [];

	try {
		const memberIds = await readMemberIds(item, groupIdsOf(lesson), day, branch);
		const unnamedIds = memberIds.filter(isUnnamed);
		return await leaveOutArchived(item, unnamedIds, branch);
	} catch {
		return [];
	}
}

/**
 * Reads the IDs in a lesson's list of customers. AlfaCRM may show the list as a text, such as
 * `1, 2, 3`. `itemsIn` splits it like the value of a field of the type `ids`.
 */
function readListedCustomerIds(lesson: IDataObject): number[] {
	const parts = splitItems({ type: 'ids' }, lesson.customer_ids);
	return readIds(parts);
}

/**
 * Reads the members of groups on a day, each once. Adds a hint if AlfaCRM does not return all rows
 * of a list.
 */
async function readMemberIds(
	item: Item,
	groupIds: readonly number[],
	day: string,
	branch: Branch,
): Promise<number[]> {
	const reader = makeReaderWithHints(item, membershipEntity.plural.toLowerCase());
	const memberIds = new Set<number>();
	for (const groupId of groupIds) {
		const memberships = await readMembers(reader, branch, groupId, passesOf(membershipEntity));
		const membershipsOnDay = memberships.filter((row) => includesDay(row, day, item.zone));
		for (const customerId of readIds(membershipsOnDay.map((row) => row.customer_id))) {
			memberIds.add(customerId);
		}
	}
	return [...memberIds];
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
	const reader = makeReaderWithHints(item, customerEntity.plural.toLowerCase());
	const cards = new CustomerCards(reader, item.zone);
	await cards.readMissing(branch, customerIds);

	return customerIds.filter((id) => {
		const hasCard = cards.find(id) !== undefined;
		// `findAttendingCard` finds only the cards of customers who may attend lessons.
		const mayAttend = cards.findAttendingCard(id) !== undefined;
		return !hasCard || mayAttend;
	});
}

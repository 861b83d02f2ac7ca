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
 * Adds a hint about customers who were expected at a lesson, but for whom the user has given no
 * attendance: neither present nor absent. A user who names only the absent customers may think that
 * AlfaCRM records all others as present.
 */
export function warnOfCustomersWithoutAttendance(
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
 * Finds the customers who are expected at a lesson, but for whom no attendance is sent. These
 * customers are expected (API notes 5.11 in docs/alfacrm-api.md):
 *
 * - the customers whom the lesson lists
 * - if the lesson lists no customers, the members of its groups on its day, except archived ones
 *
 * The result is used only for a hint. So if a list cannot be read, the result is empty, and the
 * lesson is completed all the same.
 *
 * @param lesson the lesson as AlfaCRM shows it before it is completed
 * @param attendances the attendances that are sent, one for each customer
 */
export async function findCustomersWithoutAttendance(
	item: Item,
	lesson: IDataObject,
	branch: Branch,
	attendances: readonly IDataObject[],
): Promise<number[]> {
	const hasNoAttendance = (customerId: number) =>
		findAttendance(attendances, customerId) === undefined;

	const listedIds = readListedCustomerIds(lesson);
	if (listedIds.length > 0) return listedIds.filter(hasNoAttendance);

	const day = dayOf(lesson, item.zone);
	if (day === undefined) return [];

	try {
		const memberIds = await readMemberIds(item, groupIdsOf(lesson), day, branch);
		const idsWithoutAttendance = memberIds.filter(hasNoAttendance);
		return await leaveOutArchived(item, idsWithoutAttendance, branch);
	} catch {
		return [];
	}
}

/** Reads the IDs of the customers whom a lesson lists: an array, or a text such as `1, 2, 3`. */
function readListedCustomerIds(lesson: IDataObject): number[] {
	// Splits a text in the same way as a list of IDs that the user has typed.
	const listedIds = splitItems({ type: 'ids' }, lesson.customer_ids);
	return readIds(listedIds);
}

/**
 * Reads the IDs of the customers who are members of the groups on a day. Adds a hint if AlfaCRM
 * does not return all rows of a list.
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
		// A membership is the days on which a customer belongs to a group.
		const memberships = await readMembers(reader, branch, groupId, passesOf(membershipEntity));
		const membershipsOnDay = memberships.filter((row) => includesDay(row, day, item.zone));
		for (const customerId of readIds(membershipsOnDay.map((row) => row.customer_id))) {
			memberIds.add(customerId);
		}
	}
	return [...memberIds];
}

/**
 * Leaves out archived customers and rejected leads: they attend no lessons. Keeps a customer whose
 * record cannot be found, because the customer may not be archived. API notes 5.3.
 */
async function leaveOutArchived(
	item: Item,
	customerIds: readonly number[],
	branch: Branch,
): Promise<number[]> {
	const reader = makeReaderWithHints(item, customerEntity.plural.toLowerCase());
	// A card is the record of a customer.
	const cards = new CustomerCards(reader, item.zone);
	await cards.readMissing(branch, customerIds);

	return customerIds.filter((id) => {
		const isCardFound = cards.find(id) !== undefined;
		// `findAttendingCard` leaves out archived customers and rejected leads.
		const mayAttend = cards.findAttendingCard(id) !== undefined;
		return !isCardFound || mayAttend;
	});
}

import type { IDataObject } from 'n8n-workflow';

import { cgi } from '../../../entities/cgi';
import { customer as customerEntity } from '../../../entities/customer';
import { dayOf } from '../../../entities/lesson';
import { passesOf } from '../../../entities/listCall';
import { itemsIn } from '../../../fields/field';
import type { Item } from '../../../run/item';
import { warningReader } from '../../../run/readList';
import { CustomerCards } from '../../../store/calendar/customerCards';
import { groupIdsOf } from '../../../store/calendar/lessonRow';
import { readMembers } from '../../../store/calendar/groupMembers';
import { isOnDay } from '../../../store/calendar/periods';
import type { Branch } from '../../../store/located';
import { readIds } from '../../../values/formats';
import { findAttendance } from './storedAttendances';

/**
 * Warns of attendees whom the attendance of a lesson does not name. A user who names only the
 * absent customers may think that AlfaCRM records the others as present.
 */
export function warnOfUnnamedAttendees(
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
 * Finds the attendees of a lesson whom its attendance does not name: the customers of the lesson,
 * or the members of its groups on its day if it lists no customers. API notes 5.11.
 *
 * Only a hint needs them. If a list cannot be read, there is no hint, and the lesson is completed
 * all the same.
 *
 * @param attendances the attendances of the lesson, one for each customer
 */
export async function findUnnamedAttendees(
	item: Item,
	lesson: IDataObject,
	branch: Branch,
	attendances: readonly IDataObject[],
): Promise<number[]> {
	const isUnnamed = (customer_id: number) =>
		findAttendance(attendances, { customer_id }) === undefined;
	// The list of customers may be a text, such as `1, 2, 3`.
	const customerIds = readIds(itemsIn({ type: 'ids' }, lesson.customer_ids));
	const day = dayOf(lesson, item.zone);
	if (customerIds.length > 0 || day === undefined) return customerIds.filter(isUnnamed);

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
	const reader = warningReader(item, cgi.plural.toLowerCase());
	const memberIds: number[] = [];
	for (const groupId of groupIds) {
		const memberships = await readMembers(reader, branch, groupId, passesOf(cgi));
		const membershipsOfDay = memberships.filter((membership) =>
			isOnDay(membership, day, item.zone),
		);
		memberIds.push(...readIds(membershipsOfDay.map(({ customer_id }) => customer_id)));
	}
	return [...new Set(memberIds)];
}

/**
 * Leaves out archived customers and rejected leads, who come to no lesson. API notes 5.3. A
 * customer whose card cannot be found stays.
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
	await cards.read(branch, customerIds);
	return customerIds.filter((id) => {
		const hasCard = cards.find(id) !== undefined;
		return !hasCard || cards.findAttending(id) !== undefined;
	});
}

/**
 * *Lesson → Create* and *Lesson → Book* return an existing lesson instead of creating it again.
 * Both use this file to compare the attendees and to tell the user.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../../run/item';
import { customerIdsOf, groupIdsOf } from '../../store/calendar/lessonRow';

/** Whether an existing lesson has all customers and all groups of the new lesson. */
export function hasAllAttendeesOf(existingLesson: IDataObject, newLesson: IDataObject): boolean {
	const existingCustomerIds = customerIdsOf(existingLesson);
	const existingGroupIds = groupIdsOf(existingLesson);
	const hasAllCustomers = customerIdsOf(newLesson).every((id) => existingCustomerIds.includes(id));
	const hasAllGroups = groupIdsOf(newLesson).every((id) => existingGroupIds.includes(id));
	return hasAllCustomers && hasAllGroups;
}

/** Tells the user that the lesson exists and that this run has created no other lesson. */
export function hintThatLessonExists(item: Item, existingLesson: IDataObject): void {
	item.execution.hints.addRepeat(
		'This lesson was there already; no other one was booked',
		`lesson ${String(existingLesson.id)}`,
	);
}

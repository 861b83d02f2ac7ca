import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../../run/item';
import { customerIdsOf, groupIdsOf } from '../../store/calendar/lessonRow';

/**
 * Lesson → Create and Lesson → Book return a lesson that exists already instead of booking a second
 * one. Both compare the attendees and give the hint of this file.
 */

/** Whether an existing lesson has all customers and all groups of the lesson to book. */
export function hasAllAttendeesOf(existingLesson: IDataObject, lessonToBook: IDataObject): boolean {
	const customerIds = customerIdsOf(existingLesson);
	const groupIds = groupIdsOf(existingLesson);
	return (
		customerIdsOf(lessonToBook).every((id) => customerIds.includes(id)) &&
		groupIdsOf(lessonToBook).every((id) => groupIds.includes(id))
	);
}

/** Tells the user that the lesson exists and that this run has booked no other lesson. */
export function hintThatLessonExists(item: Item, existingLesson: IDataObject): void {
	item.execution.hints.addRepeat(
		'This lesson was there already; no other one was booked',
		`lesson ${String(existingLesson.id)}`,
	);
}

/**
 * Finds out for *Account → Daily Check* in which lessons somebody is marked as present or absent.
 * The attendance of a lesson is in its field `details`: a row for each customer.
 */

import type { IDataObject } from 'n8n-workflow';

import { dayOf, lesson as lessonEntity, LESSON_STATUS } from '../../../entities/lesson';
import { makeListCall } from '../../../entities/listCall';
import { isPlainObject } from '../../../fields/blank';
import { listOf } from '../../../fields/field';
import type { Item } from '../../../run/item';
import { customerIdsOf, groupIdsOf } from '../../../store/calendar/lessonRow';
import type { LocatedRecord } from '../../../store/located';
import { readFlag, readId } from '../../../values/formats';
import type { Days } from './finding';
import { readMembersOnAnyDay } from './readMembers';

/**
 * Finds the lessons in which somebody is marked as present or absent.
 *
 * Some accounts show `details` only in the list of one customer's lessons
 * (docs/alfacrm-api.md 5.11). So if no lesson shows `details`, each completed lesson of the checked
 * day is requested again in the lists of its customers, one after the other, until somebody is
 * marked.
 *
 * @returns the IDs of the lessons. Null stands for all lessons without an ID, because nothing
 * distinguishes them.
 */
export async function findMarkedLessons(
	item: Item,
	lessons: readonly LocatedRecord[],
	{ checkedDay, zone }: Days,
): Promise<Set<number | null>> {
	const markedLessons = lessons.filter(({ row: lesson }) => isAnybodyMarked(lesson));
	const markedIds = new Set(markedLessons.map(readLessonId));
	const showsAttendance = lessons.some(({ row: lesson }) => listOf(lesson.details).length > 0);
	if (showsAttendance) return markedIds;

	const completedLessons = lessons.filter(({ row: lesson }) => {
		const isCompleted = Number(lesson.status) === LESSON_STATUS.completed;
		return isCompleted && dayOf(lesson, zone) === checkedDay;
	});
	for (const lesson of completedLessons) {
		// Two branches may list the same lesson.
		if (markedIds.has(readLessonId(lesson))) continue;

		const isMarked = await isMarkedForAnyCustomer(item, lesson);
		if (isMarked) markedIds.add(readLessonId(lesson));
	}
	return markedIds;
}

/**
 * Whether somebody is marked in a lesson, according to the list of at least one customer's lessons.
 */
async function isMarkedForAnyCustomer(item: Item, lesson: LocatedRecord): Promise<boolean> {
	const customerIds = await readCustomerIdsOf(item, lesson);
	for (const customerId of customerIds) {
		const shownLesson = await readLessonOfCustomer(item, lesson, customerId);
		if (shownLesson !== undefined && isAnybodyMarked(shownLesson)) return true;
	}
	return false;
}

/**
 * Reads the IDs of the customers of a lesson. If the lesson names no customers, returns the members
 * of its groups.
 */
async function readCustomerIdsOf(
	item: Item,
	{ row: lesson, branch }: LocatedRecord,
): Promise<number[]> {
	const namedIds = customerIdsOf(lesson);
	if (namedIds.length > 0) return namedIds;
	return await readMembersOnAnyDay(item, groupIdsOf(lesson), branch);
}

/** Reads a completed lesson again, in the list of the lessons of one customer. */
async function readLessonOfCustomer(
	item: Item,
	lesson: LocatedRecord,
	customerId: number,
): Promise<IDataObject | undefined> {
	const lessonId = readLessonId(lesson);
	const list = {
		...makeListCall(lessonEntity, lesson.branch),
		body: { id: lessonId, customer_id: customerId, status: LESSON_STATUS.completed },
	};
	// AlfaCRM may ignore the filter, so each row is checked.
	const isRequestedLesson = (row: IDataObject) => readId(row.id) === lessonId;
	const { rows } = await item.collect(list, { keep: isRequestedLesson, limit: 1 });
	return rows.at(0);
}

/** Whether at least one customer of a lesson is marked as present or absent. */
const isAnybodyMarked = ({ details }: IDataObject): boolean =>
	listOf(details).some(
		(detail) => isPlainObject(detail) && readFlag(detail.is_attend) !== undefined,
	);

/** Returns the ID of a lesson; null if it has none. */
const readLessonId = ({ row: lesson }: LocatedRecord): number | null => readId(lesson.id) ?? null;
